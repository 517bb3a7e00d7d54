//! A domain of notes in memory, with real transactions, and a gate that can be shut.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{
    CallRecord, Catalog, Change, ChangeAction, Channel, Command, Context, Domain, Effect, ErrorCode, Fence, Gate,
    Grant, GrantId, Hold, Holder, ManualClock, OpenGate, OperationError, Operations, Query, Refusal, Replay, ReplayKey,
    RequestId, Scope, Seal, Session, Surface, TenantId, UnitOfWork,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is stored; shared with the test, so that it can look.
#[derive(Clone, Default)]
pub(crate) struct Notebook(Arc<Mutex<Stored>>);

#[derive(Clone, Default)]
struct Stored {
    notes: Vec<String>,
    replays: HashMap<ReplayKey, Replay>,
}

impl Notebook {
    pub(crate) fn notes(&self) -> Vec<String> {
        self.lock().notes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap()
    }
}

pub(crate) struct Reader(Vec<String>);

pub(crate) struct Writer {
    reader: Reader,
    changes: Vec<Change>,
    replays: HashMap<ReplayKey, Replay>,
    notebook: Notebook,
}

impl AsMut<Reader> for Writer {
    fn as_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl UnitOfWork for Writer {
    fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    async fn recall(&mut self, key: &ReplayKey, now: DateTime<Utc>) -> Result<Option<Replay>, OperationError> {
        let known = self.replays.get(key).cloned();
        Ok(known.filter(|replay| replay.at > Replay::forgotten_at(now)))
    }

    async fn remember(&mut self, key: &ReplayKey, replay: &Replay) -> Result<(), OperationError> {
        self.replays.insert(key.clone(), replay.clone());
        Ok(())
    }

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        *self.notebook.lock() = Stored {
            notes: self.reader.0,
            replays: self.replays,
        };
        Ok(())
    }
}

impl Domain for Notebook {
    type Reader = Reader;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Reader, OperationError> {
        Ok(Reader(self.notes()))
    }

    async fn write(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer {
            reader: Reader(self.notes()),
            changes: Vec::new(),
            replays: self.lock().replays.clone(),
            notebook: self.clone(),
        })
    }

    fn operations(list: &mut Operations<Self>) {
        list.query::<List>().command_and_many::<Add>().command_and_many::<Pin>();
    }
}

/// Lists the notes. Oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct List {
    /// Only notes that contain this.
    #[serde(default)]
    search: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Notes {
    notes: Vec<String>,
}

impl Query for List {
    const NAME: &'static str = "notes.list";
    const TITLE: &'static str = "List notes";
    const EXAMPLE: &'static str = "await app.notes.list({})";
    type Domain = Notebook;
    type Output = Notes;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Notes, OperationError> {
        let wanted = self.search.unwrap_or_default();
        Ok(Notes {
            notes: db.0.iter().filter(|note| note.contains(&wanted)).cloned().collect(),
        })
    }
}

/// Adds a note.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Add {
    /// What it says; not empty.
    note_text: String,
}

impl Command for Add {
    const NAME: &'static str = "notes.add_one";
    const TITLE: &'static str = "Add a note";
    const EXAMPLE: &'static str = "await app.notes.addOne({ noteText: \"milk\" })";
    type Domain = Notebook;
    type Output = Notes;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Notes, OperationError> {
        if self.note_text.is_empty() {
            return Err(OperationError::new(
                ErrorCode::InvalidInput,
                "`noteText` is empty; say something",
            ));
        }
        if self.note_text.contains("golden") {
            return Err(OperationError::needs_plan("enhanced", "a golden note"));
        }
        if self.note_text.contains("broken") {
            return Err(OperationError::internal("the pencil broke"));
        }
        db.changes.push(Change {
            entity: "note".into(),
            id: db.reader.0.len().to_string(),
            action: ChangeAction::Created,
            before: None,
            after: Some(self.note_text.clone().into()),
        });
        db.reader.0.push(self.note_text);
        Ok(Notes {
            notes: db.reader.0.clone(),
        })
    }
}

/// Pins a note to the board. It says how many there are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pin {
    /// What it says; not empty.
    note_text: String,
    /// In which colours.
    colours: Option<BTreeMap<String, u32>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Pinned {
    count: usize,
}

impl Command for Pin {
    const NAME: &'static str = "board.pin";
    const TITLE: &'static str = "Pin a note";
    const EXAMPLE: &'static str = "await app.board.pin({ noteText: \"milk\" })";
    const REPLAYABLE: bool = true;
    type Domain = Notebook;
    type Output = Pinned;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<Pinned, OperationError> {
        let colours = self.colours.unwrap_or_default().len();
        let note_text = self.note_text;
        let notes = Add { note_text }.run(cx, db).await?.notes;
        Ok(Pinned {
            count: notes.len() + colours,
        })
    }
}

/// A gate that the test can shut, and that keeps what it is told.
#[derive(Default)]
pub(crate) struct TestGate {
    pub(crate) is_revoked: AtomicBool,
    pub(crate) records: Mutex<Vec<CallRecord>>,
    /// While this is held, no hold is given.
    pub(crate) door: tokio::sync::Mutex<()>,
}

impl TestGate {
    pub(crate) fn revoke(&self) {
        self.is_revoked.store(true, Ordering::SeqCst);
    }

    fn ask(&self) -> Result<(), Refusal> {
        if self.is_revoked.load(Ordering::SeqCst) {
            Err(Refusal::Revoked)
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Gate for TestGate {
    async fn check(&self, _: &Grant) -> Result<(), Refusal> {
        self.ask()
    }

    async fn hold(&self, _: &Grant) -> Result<Hold, Refusal> {
        drop(self.door.lock().await);
        self.ask().map(|()| Hold::new(()))
    }

    async fn record(&self, call: CallRecord, _: bool) {
        self.record_abandoned(call);
    }

    fn record_abandoned(&self, call: CallRecord) {
        self.records.lock().unwrap().push(call);
    }

    async fn program_of(&self, _: &Grant, request: RequestId) -> Result<Option<Arc<str>>, Refusal> {
        let records = self.records.lock().unwrap();
        let program = records.iter().find(|call| call.request == request);
        Ok(program.and_then(|call| call.program.as_ref()?.source.clone()))
    }

    fn seal(&self, text: &[u8]) -> Seal {
        OpenGate.seal(text)
    }

    fn is_sealed(&self, text: &[u8], seal: &Seal) -> bool {
        OpenGate.is_sealed(text, seal)
    }
}

/// A notebook, a gate, and grants on demand.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) notebook: Notebook,
    pub(crate) gate: Arc<TestGate>,
}

impl Desk {
    pub(crate) fn surface(&self, scope: Scope) -> Surface {
        let now = DateTime::UNIX_EPOCH;
        let holder = Holder::Key {
            label: "test".into(),
            hint: "asmk_0...0".into(),
        };
        #[expect(clippy::disallowed_methods, reason = "a test may vouch")]
        let grant = Grant::vouch(GrantId::new(now), TenantId::new(now), scope, holder);
        Catalog::new(self.notebook.clone()).unwrap().surface(Arc::new(grant))
    }

    pub(crate) fn session(&self, scope: Scope, effect: Effect) -> Session {
        self.session_of(&self.surface(scope), effect, DateTime::UNIX_EPOCH)
    }

    /// One that begins at this moment, of a grant that may have others.
    pub(crate) fn session_of(&self, surface: &Surface, effect: Effect, now: DateTime<Utc>) -> Session {
        let clock = ManualClock::at(now);
        let cx = Context::begin(
            surface.grant().clone(),
            Channel::Mcp,
            &clock,
            std::time::Duration::from_mins(1),
        );
        Session::open(surface, effect, cx, self.gate.clone(), "test")
    }
}
