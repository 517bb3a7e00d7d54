//! What an app implements: a domain, its queries and its commands.
//!
//! Whether an operation reads or writes is the trait it implements. A [`Query`] is handed its domain's reader and a
//! [`Command`] its writer, so an author cannot mislabel one.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Change, Context, ErrorCode, Fence, Guide, OperationError, Replay, ReplayKey, operation::Operation};

/// A part of an app: how its data is read and written, and the list of its operations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a domain",
    note = "a domain says how a reader and a writer for one tenant are opened, and lists its operations"
)]
pub trait Domain: Send + Sync + Sized + 'static {
    /// Reads one tenant's data, all of it as of one moment.
    type Reader: Send;
    /// Reads and writes one tenant's data, in one transaction.
    type Writer: UnitOfWork + AsMut<Self::Reader>;

    /// Opens a reader for the tenant of `cx`.
    fn read(&self, cx: &Context) -> impl Future<Output = Result<Self::Reader, OperationError>> + Send;

    /// Opens a writer for the tenant of `cx`.
    fn write(&self, cx: &Context) -> impl Future<Output = Result<Self::Writer, OperationError>> + Send;

    /// The table of contents: one line per operation.
    fn operations(list: &mut Operations<Self>);

    /// What the product says beside its operations: documentation, questions, things with addresses. Nothing, unless it
    /// is filled in.
    fn guide(guide: &mut Guide) {
        let _ = guide;
    }
}

/// A transaction. Dropping it rolls back.
pub trait UnitOfWork: Send {
    /// What was changed since this was last asked.
    fn take_changes(&mut self) -> Vec<Change>;

    /// The answer that was kept under this key, if it is not [forgotten](crate::Replay::forgotten_at) by `now`.
    ///
    /// Needed for commands that are [replayable](Command::REPLAYABLE). Two calls with the same key at once must not both find
    /// nothing and go on: a writer that has a tenant's data for itself until it ends keeps them apart.
    ///
    /// # Errors
    /// Unless it is filled in, that no answers are kept.
    fn recall(
        &mut self,
        key: &ReplayKey,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Replay>, OperationError>> + Send {
        let _ = (key, now);
        async { Err(keeps_no_answers()) }
    }

    /// Keeps an answer under a key that has none, or a forgotten one, in this transaction: if that is undone, so is this.
    /// What is forgotten by the moment of this answer may be deleted.
    ///
    /// # Errors
    /// Unless it is filled in, that no answers are kept.
    fn remember(
        &mut self,
        key: &ReplayKey,
        replay: &Replay,
    ) -> impl Future<Output = Result<(), OperationError>> + Send {
        let _ = (key, replay);
        async { Err(keeps_no_answers()) }
    }

    /// Makes the changes last. The fence proves that the grant cannot be revoked meanwhile.
    fn commit(self, fence: Fence) -> impl Future<Output = Result<(), OperationError>> + Send;
}

fn keeps_no_answers() -> OperationError {
    OperationError::internal(
        "a replayable command, and a writer that keeps no answers; give it `recall` and `remember`",
    )
}

/// An operation that changes nothing.
///
/// The type's fields are the input, its doc comment is the description that the model reads. Derive `Deserialize` (with
/// `rename_all = "camelCase"`) and `JsonSchema`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    note = "implement `Query` for it; if it changes data, implement `Command` and list it with `.command()`"
)]
pub trait Query: DeserializeOwned + JsonSchema + Send + 'static {
    /// `namespace.method`, in snake case.
    const NAME: &'static str;
    /// A short title for people, such as `List BOMs`.
    const TITLE: &'static str;
    /// A call as a program would make it, such as `await app.boms.list({ search: "lamp" })`. Left out, one is made of the
    /// fields that must be given, with the values that the schema has for them: `#[schemars(example = &"bom_desk_lamp")]`.
    const EXAMPLE: &'static str = "";
    /// The failures a caller should expect, and when they occur.
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[];
    /// Whose reader it needs.
    type Domain: Domain;
    /// What it answers; serialises to an object.
    type Output: Serialize + JsonSchema;

    /// Does it.
    fn run(
        self,
        cx: &Context,
        db: &mut <Self::Domain as Domain>::Reader,
    ) -> impl Future<Output = Result<Self::Output, OperationError>> + Send;
}

/// An operation that changes data. Otherwise as a [`Query`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    note = "implement `Command` for it; if it changes nothing, implement `Query` and list it with `.query()`"
)]
pub trait Command: DeserializeOwned + JsonSchema + Send + 'static {
    /// `namespace.method`, in snake case.
    const NAME: &'static str;
    /// A short title for people, such as `Create a BOM`.
    const TITLE: &'static str;
    /// A call as a program would make it. Left out, one is made as for a [`Query`].
    const EXAMPLE: &'static str = "";
    /// Whether it may delete or overwrite what was there, as opposed to only adding.
    const DESTRUCTIVE: bool = true;
    /// Whether doing it twice is the same as doing it once.
    const IDEMPOTENT: bool = false;
    /// Whether it takes an `idempotencyKey`, under which its answer is kept for 24 hours and given again, so that a caller
    /// who got no answer may send the same change once more. Its writer has to keep answers ([`UnitOfWork::recall`]). The
    /// input gets the field and the output a field `replayed`; the command itself sees neither.
    const REPLAYABLE: bool = false;
    /// The failures a caller should expect, and when they occur.
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[];
    /// Whose writer it needs.
    type Domain: Domain;
    /// What it answers; serialises to an object.
    type Output: Serialize + JsonSchema;

    /// Does it.
    fn run(
        self,
        cx: &Context,
        db: &mut <Self::Domain as Domain>::Writer,
    ) -> impl Future<Output = Result<Self::Output, OperationError>> + Send;
}

/// The list that a domain fills with its operations.
pub struct Operations<D: Domain> {
    pub(crate) list: Vec<Operation>,
    pub(crate) faults: Vec<String>,
    domain: std::marker::PhantomData<fn(D)>,
}

impl<D: Domain> Operations<D> {
    pub(crate) fn of() -> Self {
        let mut operations = Self {
            list: Vec::new(),
            faults: Vec::new(),
            domain: std::marker::PhantomData,
        };
        D::operations(&mut operations);
        operations
    }

    /// Adds a query.
    pub fn query<Q: Query<Domain = D>>(&mut self) -> &mut Self {
        self.add(Operation::query::<D, Q>())
    }

    /// Adds a command.
    pub fn command<C: Command<Domain = D>>(&mut self) -> &mut Self {
        self.add(Operation::command::<D, C>())
    }

    /// Adds a command and its bulk form, which takes up to 250 inputs of the command in one call.
    ///
    /// The bulk form of `boms.create` is `boms.create_many`. Its words come from the command's, and its example from the
    /// call in [`Command::EXAMPLE`].
    pub fn command_and_many<C: Command<Domain = D>>(&mut self) -> &mut Self {
        self.command::<C>().add(Operation::many::<D, C>())
    }

    fn add(&mut self, operation: Result<Operation, String>) -> &mut Self {
        match operation {
            Ok(operation) => self.list.push(operation),
            Err(fault) => self.faults.push(fault),
        }
        self
    }
}
