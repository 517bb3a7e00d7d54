//! A product that remembers one thing: in which order writes were committed and revocations acknowledged.

use std::sync::{Arc, Mutex};

use latchstring::{Change, Command, Context, Domain, Fence, GrantId, OperationError, Operations, Query, UnitOfWork};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What follows what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A write of this grant was committed.
    Write(GrantId),
    /// The revocation of this grant was acknowledged.
    Revoked(GrantId),
}

/// The order of things, the same for all servers.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Vec<Entry>>>);

impl Ledger {
    pub(super) fn append(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().clone()
    }
}

pub(super) struct Reader(Ledger);

pub(super) struct Writer {
    reader: Reader,
    grant: GrantId,
}

impl AsMut<Reader> for Writer {
    fn as_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl UnitOfWork for Writer {
    fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    async fn commit(self, fence: Fence) -> Result<(), OperationError> {
        // A commit takes its time; a fence that does not hold shows here.
        tokio::task::yield_now().await;
        self.reader.0.append(Entry::Write(self.grant));
        drop(fence);
        Ok(())
    }
}

impl Domain for Ledger {
    type Reader = Reader;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Reader, OperationError> {
        Ok(Reader(self.clone()))
    }

    async fn write(&self, cx: &Context) -> Result<Writer, OperationError> {
        let (reader, grant) = (Reader(self.clone()), cx.grant().id());
        Ok(Writer { reader, grant })
    }

    fn operations(list: &mut Operations<Self>) {
        list.query::<CountEntries>().command::<AddEntry>();
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Entries {
    entries: usize,
}

/// Counts the entries.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CountEntries {}

impl Query for CountEntries {
    const NAME: &'static str = "entries.count";
    const TITLE: &'static str = "Count entries";
    const EXAMPLE: &'static str = "await app.entries.count({})";
    type Domain = Ledger;
    type Output = Entries;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Entries, OperationError> {
        Ok(Entries {
            entries: db.0.0.lock().unwrap().len(),
        })
    }
}

/// Adds an entry when it is committed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AddEntry {}

impl Command for AddEntry {
    const NAME: &'static str = "entries.add";
    const TITLE: &'static str = "Add an entry";
    const EXAMPLE: &'static str = "await app.entries.add({})";
    type Domain = Ledger;
    type Output = Entries;

    async fn run(self, _: &Context, _: &mut Writer) -> Result<Entries, OperationError> {
        Ok(Entries { entries: 1 })
    }
}
