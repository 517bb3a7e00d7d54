//! The doors to one tenant's rows: what every statement of a product begins with.
//!
//! A [`TenantReader`] and a [`TenantWriter`] are made for one tenant, and what they begin is bound to it. A product wraps each
//! in a type of its own with [`reader_and_writer!`](crate::reader_and_writer), because its methods on them need a type of its
//! crate; the doors stay private to the module where that stands and to those below it. So its operations have no tenant to
//! pass, and none to get wrong.

mod reader;
mod writer;

use sea_orm::EntityTrait;

pub use reader::TenantReader;
pub use writer::TenantWriter;

/// Ids in one statement; databases limit the number of parameters.
pub const CHUNK: usize = 500;

/// A table whose rows belong to tenants.
pub trait Owned: EntityTrait {
    /// The column that says to which.
    const OWNER: Self::Column;
}

/// Makes a product's reader and its writer, which lead to the rows of one tenant and no further.
///
/// To the whole crate both have `begin`; the writer also `reader`, `record` and `commit_unfenced`. What begins a statement can
/// be called in the module where the macro stands, and below it: of the reader `all`, `transaction`, `tenant` and `owner`, of the writer
/// `insert`, `put`, `update`, `delete` and `transaction`. The writer is the
/// [`UnitOfWork`](latchstring_core::UnitOfWork) of a domain, and keeps the answers of changes that may be sent twice
/// ([`replays`](crate::replays)).
///
/// ```
/// use latchstring_db::{Database, reader_and_writer};
///
/// reader_and_writer! {
///     /// Reads one store's rows.
///     pub struct Reader;
///     /// Reads and writes one store's rows.
///     pub struct Writer;
/// }
/// # let _ = |database: Database, tenant| async move { Reader::begin(&database, tenant).await.map(|_| ()) };
/// ```
#[macro_export]
macro_rules! reader_and_writer {
    (
        $(#[$of_reader:meta])*
        $reader_vis:vis struct $Reader:ident;
        $(#[$of_writer:meta])*
        $writer_vis:vis struct $Writer:ident;
    ) => {
        $(#[$of_reader])*
        $reader_vis struct $Reader($crate::TenantReader);

        impl $Reader {
            /// Begins to read this tenant's rows, as of one moment.
            pub(crate) async fn begin(
                database: &$crate::Database,
                tenant: $crate::of_macros::TenantId,
            ) -> Result<Self, $crate::StorageError> {
                Ok(Self($crate::TenantReader::begin(database, tenant).await?))
            }

            /// The tenant's rows of a table: what every statement begins with.
            fn all<E: $crate::Owned>(&self) -> $crate::of_macros::Select<E> {
                self.0.all()
            }

            /// What statements are run on.
            fn transaction(&self) -> &$crate::of_macros::DatabaseTransaction {
                self.0.transaction()
            }

            /// Whose rows these are.
            fn tenant(&self) -> $crate::of_macros::TenantId {
                self.0.tenant()
            }

            /// The same as it stands in a row.
            fn owner(&self) -> $crate::of_macros::Uuid {
                self.0.tenant().as_uuid()
            }
        }

        impl From<$crate::TenantReader> for $Reader {
            fn from(reader: $crate::TenantReader) -> Self {
                Self(reader)
            }
        }

        impl From<$Reader> for $crate::TenantReader {
            fn from(reader: $Reader) -> Self {
                reader.0
            }
        }

        impl AsRef<$crate::TenantReader> for $Reader {
            fn as_ref(&self) -> &$crate::TenantReader {
                &self.0
            }
        }

        $(#[$of_writer])*
        $writer_vis struct $Writer($crate::TenantWriter<$Reader>);

        impl $Writer {
            /// Begins the one transaction that may write this tenant's rows.
            pub(crate) async fn begin(
                database: &$crate::Database,
                tenant: $crate::of_macros::TenantId,
            ) -> Result<Self, $crate::StorageError> {
                Ok(Self($crate::TenantWriter::begin(database, tenant).await?))
            }

            /// Reads what is there, and what was written.
            pub(crate) fn reader(&self) -> &$Reader {
                self.0.reader()
            }

            /// Remembers a change, for dry runs and the audit log.
            pub(crate) fn record(
                &mut self,
                entity: &str,
                id: impl Into<String>,
                action: $crate::of_macros::ChangeAction,
                before: Option<$crate::of_macros::Value>,
                after: Option<$crate::of_macros::Value>,
            ) {
                self.0.record(entity, id, action, before, after);
            }

            /// For code that is no operation, such as the demo's seed.
            pub(crate) async fn commit_unfenced(self) -> Result<(), $crate::StorageError> {
                self.0.commit_unfenced().await
            }

            /// What statements are run on.
            fn transaction(&self) -> &$crate::of_macros::DatabaseTransaction {
                self.0.reader().transaction()
            }

            /// The tenant's rows of a table, to be deleted.
            fn delete<E: $crate::Owned>(&self) -> $crate::of_macros::DeleteMany<E> {
                self.0.delete()
            }

            /// Adds rows of this tenant.
            async fn insert<M>(&self, rows: Vec<M>) -> Result<(), $crate::StorageError>
            where
                M: $crate::of_macros::ActiveModelTrait<Entity: $crate::Owned> + Send,
            {
                self.0.insert(rows).await
            }

            /// Adds rows of this tenant, or does what is said where they are there already.
            async fn put<M>(
                &self,
                rows: Vec<M>,
                there: $crate::of_macros::OnConflict,
            ) -> Result<(), $crate::StorageError>
            where
                M: $crate::of_macros::ActiveModelTrait<Entity: $crate::Owned> + Send,
            {
                self.0.put(rows, there).await
            }

            /// Puts a row of this tenant in place of what it was.
            async fn update<M>(&self, row: M) -> Result<(), $crate::StorageError>
            where
                M: $crate::of_macros::ActiveModelTrait<Entity: $crate::Owned> + Send,
            {
                self.0.update(row).await
            }
        }

        impl AsMut<$Reader> for $Writer {
            fn as_mut(&mut self) -> &mut $Reader {
                self.0.as_mut()
            }
        }

        impl $crate::of_macros::UnitOfWork for $Writer {
            fn take_changes(&mut self) -> Vec<$crate::of_macros::Change> {
                $crate::of_macros::UnitOfWork::take_changes(&mut self.0)
            }

            async fn recall(
                &mut self,
                key: &$crate::of_macros::ReplayKey,
                now: $crate::of_macros::DateTime<$crate::of_macros::Utc>,
            ) -> Result<Option<$crate::of_macros::Replay>, $crate::of_macros::OperationError> {
                $crate::of_macros::UnitOfWork::recall(&mut self.0, key, now).await
            }

            async fn remember(
                &mut self,
                key: &$crate::of_macros::ReplayKey,
                replay: &$crate::of_macros::Replay,
            ) -> Result<(), $crate::of_macros::OperationError> {
                $crate::of_macros::UnitOfWork::remember(&mut self.0, key, replay).await
            }

            async fn commit(
                self,
                fence: $crate::of_macros::Fence,
            ) -> Result<(), $crate::of_macros::OperationError> {
                $crate::of_macros::UnitOfWork::commit(self.0, fence).await
            }
        }
    };
}
