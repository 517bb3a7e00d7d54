//! Notes in memory, and things to compute: arguments of every kind, and two operations that write.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latchstring_core::{
    Change, ChangeAction, Command, Context, Domain, Entity, ErrorCode, Fence, Guide, OperationError, Operations,
    Prompt, PromptArgument, Query, UnitOfWork,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What nobody who only reads is ever told, unless they say it themselves: each spelling of what writes, and the
/// namespace that has nothing else.
pub(crate) const HIDDEN: &[&str] = &[
    "add_one",
    "addOne",
    "raw_materials",
    "rawMaterials",
    "set_stock",
    "setStock",
    "run_write",
];

/// What was done to the data in one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// Transactions that could have written.
    pub(crate) writers: usize,
    /// Those that did.
    pub(crate) commits: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Notebook(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    notes: Vec<String>,
    done: Done,
}

impl Notebook {
    /// Puts everything as it was at the beginning.
    pub(crate) fn begin(&self) {
        let mut state = self.lock();
        state.notes = (0..30).map(|number| format!("note {number}")).collect();
        state.done = Done::default();
    }

    pub(crate) fn done(&self) -> Done {
        self.lock().done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Reader(Vec<String>);

pub(crate) struct Writer {
    reader: Reader,
    changes: Vec<Change>,
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

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        let mut state = self.notebook.lock();
        state.notes = self.reader.0;
        state.done.commits += 1;
        Ok(())
    }
}

impl Domain for Notebook {
    type Reader = Reader;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Reader, OperationError> {
        Ok(Reader(self.lock().notes.clone()))
    }

    async fn write(&self, _: &Context) -> Result<Writer, OperationError> {
        let mut state = self.lock();
        state.done.writers += 1;
        Ok(Writer {
            reader: Reader(state.notes.clone()),
            changes: Vec::new(),
            notebook: self.clone(),
        })
    }

    fn operations(list: &mut Operations<Self>) {
        list.query::<List>()
            .query::<Get>()
            .query::<Sum>()
            .query::<Measure>()
            .query::<Say>()
            .query::<Fail>()
            .command::<Add>()
            .command::<SetStock>();
    }

    fn guide(guide: &mut Guide) {
        guide
            .page(
                "overview",
                "# Overview\n\nWhat this is.\n\nNotes, and things to compute.",
            )
            .prompt(Prompt {
                name: "find_note",
                title: "Find a note",
                description: "Looks for a note.",
                arguments: &[
                    PromptArgument {
                        name: "note",
                        description: "Which.",
                        is_required: true,
                        entity: Some("notes"),
                    },
                    PromptArgument {
                        name: "place",
                        description: "Where.",
                        is_required: false,
                        entity: None,
                    },
                ],
                text: "What does {note} say?\nLook at {place}, please.",
            })
            .entity(Entity {
                name: "notes",
                title: "Notes",
                description: "One note.",
                read: "notes.get",
                id: "noteId",
                list: "notes.list",
            });
    }
}

/// Lists notes. Oldest first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    /// Only notes that contain this.
    search: Option<String>,
    /// From 1.
    page: Option<u32>,
    /// How many, 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    page_size: Option<u16>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Note {
    note_id: String,
    text: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Notes {
    items: Vec<Note>,
    total_pages: usize,
}

impl Query for List {
    const NAME: &'static str = "notes.list";
    const TITLE: &'static str = "List notes";
    const EXAMPLE: &'static str = "await app.notes.list({ search: \"milk\" })";
    type Domain = Notebook;
    type Output = Notes;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Notes, OperationError> {
        let size = usize::from(self.page_size.unwrap_or(10));
        if !(1..=100).contains(&size) {
            return Err(OperationError::invalid_input("`pageSize` is 1 to 100"));
        }
        let wanted = self.search.unwrap_or_default();
        let found = db.0.iter().enumerate().filter(|(_, text)| text.contains(&wanted));
        let found: Vec<(usize, &String)> = found.collect();
        let page = self.page.unwrap_or(1).saturating_sub(1) as usize;
        let items = found.iter().skip(page.saturating_mul(size)).take(size);
        Ok(Notes {
            items: items.map(|(at, text)| note(*at, text)).collect(),
            total_pages: found.len().div_ceil(size),
        })
    }
}

fn note(at: usize, text: &str) -> Note {
    Note {
        note_id: format!("not_{at}"),
        text: text.to_owned(),
    }
}

/// Gets a note.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Get {
    /// Such as not_7.
    note_id: String,
}

impl Query for Get {
    const NAME: &'static str = "notes.get";
    const TITLE: &'static str = "Get a note";
    const EXAMPLE: &'static str = "await app.notes.get({ noteId: \"not_7\" })";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "there is no such note")];
    type Domain = Notebook;
    type Output = Note;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Note, OperationError> {
        let at: Option<usize> = self.note_id.strip_prefix("not_").and_then(|at| at.parse().ok());
        let found = at.and_then(|at| Some(note(at, db.0.get(at)?)));
        found.ok_or_else(|| OperationError::new(ErrorCode::NotFound, "no such note; list them with `app.notes.list`"))
    }
}

/// Adds numbers.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sum {
    /// What is added.
    values: Vec<f64>,
    /// Each counts so often.
    weight: Option<i32>,
    /// Whole, and added at the end.
    start: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Summed {
    sum: f64,
}

impl Query for Sum {
    const NAME: &'static str = "numbers.sum";
    const TITLE: &'static str = "Add numbers";
    const EXAMPLE: &'static str = "await app.numbers.sum({ values: [1, 2.5], weight: 2 })";
    type Domain = Notebook;
    type Output = Summed;

    #[expect(clippy::cast_precision_loss, reason = "what is added need not be exact")]
    async fn run(self, _: &Context, _: &mut Reader) -> Result<Summed, OperationError> {
        let sum =
            self.values.iter().sum::<f64>() * f64::from(self.weight.unwrap_or(1)) + self.start.unwrap_or(0) as f64;
        Ok(Summed { sum })
    }
}

/// Measures a tree of parts.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Measure {
    /// The trunk.
    root: Part,
    /// In what.
    #[serde(default)]
    unit: Unit,
}

/// A part, and what is in it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    length: f64,
    #[serde(default)]
    parts: Vec<Part>,
    label: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    #[default]
    Metre,
    Inch,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Measured {
    length: f64,
    depth: usize,
    unit: Unit,
    label: Option<String>,
}

impl Part {
    fn measured(&self) -> (f64, usize) {
        let parts = self.parts.iter().map(Self::measured);
        let (length, depth) = parts.fold((0.0, 0), |sum, part| (sum.0 + part.0, sum.1.max(part.1)));
        (length + self.length, depth + 1)
    }
}

impl Query for Measure {
    const NAME: &'static str = "shapes.measure";
    const TITLE: &'static str = "Measure a shape";
    const EXAMPLE: &'static str = "await app.shapes.measure({ root: { length: 1, parts: [{ length: 2 }] } })";
    type Domain = Notebook;
    type Output = Measured;

    async fn run(self, _: &Context, _: &mut Reader) -> Result<Measured, OperationError> {
        let (length, depth) = self.root.measured();
        let (unit, label) = (self.unit, self.root.label);
        Ok(Measured {
            length,
            depth,
            unit,
            label,
        })
    }
}

/// Says a value again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Say {
    /// What.
    value: Value,
    /// How often.
    #[serde(default)]
    times: u16,
}

#[derive(Serialize, JsonSchema)]
struct Said {
    said: Vec<Value>,
}

impl Query for Say {
    const NAME: &'static str = "echo.say";
    const TITLE: &'static str = "Say it again";
    const EXAMPLE: &'static str = "await app.echo.say({ value: \"hello\", times: 3 })";
    type Domain = Notebook;
    type Output = Said;

    async fn run(self, _: &Context, _: &mut Reader) -> Result<Said, OperationError> {
        let most = 400_000 / self.value.to_string().len().max(1);
        Ok(Said {
            said: vec![self.value; usize::from(self.times).min(most)],
        })
    }
}

/// Fails.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fail {
    /// How.
    kind: u8,
    /// What is said.
    message: String,
    /// More of it.
    details: Option<Value>,
}

#[derive(Serialize, JsonSchema)]
struct Failed {
    kind: u8,
}

impl Query for Fail {
    const NAME: &'static str = "echo.fail";
    const TITLE: &'static str = "Fail";
    const EXAMPLE: &'static str = "await app.echo.fail({ kind: 1, message: \"no\" })";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::Conflict, "that was asked for")];
    type Domain = Notebook;
    type Output = Failed;

    async fn run(self, _: &Context, _: &mut Reader) -> Result<Failed, OperationError> {
        let code = match self.kind {
            0 => return Ok(Failed { kind: 0 }),
            1 => ErrorCode::NotFound,
            2 => ErrorCode::InvalidState,
            3 => ErrorCode::Conflict,
            4 => ErrorCode::InUse,
            5 => ErrorCode::LimitExceeded,
            _ => ErrorCode::InvalidInput,
        };
        let error = OperationError::new(code, self.message);
        Err(match self.details {
            Some(details) => error.with_details(details),
            None => error,
        })
    }
}

/// Adds a note.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Add {
    /// What it says; not empty.
    note_text: String,
}

impl Command for Add {
    const NAME: &'static str = "notes.add_one";
    const TITLE: &'static str = "Add a note";
    const EXAMPLE: &'static str = "await app.notes.addOne({ noteText: \"milk\" })";
    const DESTRUCTIVE: bool = false;
    type Domain = Notebook;
    type Output = Note;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Note, OperationError> {
        if self.note_text.is_empty() {
            return Err(OperationError::invalid_input("`noteText` is empty; say something"));
        }
        let at = db.reader.0.len();
        db.changes
            .push(change(at, ChangeAction::Created, None, &self.note_text));
        db.reader.0.push(self.note_text);
        Ok(note(at, &db.reader.0[at]))
    }
}

/// Sets stocks, by the number of a note.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetStock {
    /// What is set.
    rows: Vec<Row>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    at: usize,
    quantity: i64,
}

#[derive(Serialize, JsonSchema)]
struct StockSet {
    rows: usize,
}

impl Command for SetStock {
    const NAME: &'static str = "raw_materials.set_stock";
    const TITLE: &'static str = "Set stocks";
    const EXAMPLE: &'static str = "await app.rawMaterials.setStock({ rows: [{ at: 1, quantity: 5 }] })";
    const IDEMPOTENT: bool = true;
    type Domain = Notebook;
    type Output = StockSet;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<StockSet, OperationError> {
        for row in &self.rows {
            let text = row.quantity.to_string();
            let Some(old) = db.reader.0.get_mut(row.at) else {
                let error = OperationError::new(ErrorCode::NotFound, "nothing is there");
                return Err(error.with_details(json!({ "at": row.at })));
            };
            let before = std::mem::replace(old, text.clone());
            db.changes
                .push(change(row.at, ChangeAction::Updated, Some(before), &text));
        }
        Ok(StockSet { rows: self.rows.len() })
    }
}

fn change(at: usize, action: ChangeAction, before: Option<String>, after: &str) -> Change {
    Change {
        entity: "note".into(),
        id: format!("not_{at}"),
        action,
        before: before.map(Value::from),
        after: Some(after.into()),
    }
}
