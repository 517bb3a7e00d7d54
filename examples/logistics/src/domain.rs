//! The product as the kit sees it: how its data is opened, and what can be done with it.

use latchstring::db::{Database, DatabaseError};
use latchstring::{Context, Domain, Guide, OperationError, Operations};

use crate::{Reader, Writer, guide, operations, storage::migrations::Migrator};

/// Purchasing and stock of every store in one database.
#[derive(Clone)]
pub struct Logistics {
    database: Database,
}

impl Logistics {
    /// Brings the database up to date and serves from it.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn open(database: Database) -> Result<Self, DatabaseError> {
        database.migrate::<Migrator>().await?;
        Ok(Self { database })
    }
}

impl Domain for Logistics {
    type Reader = Reader;
    type Writer = Writer;

    async fn read(&self, cx: &Context) -> Result<Reader, OperationError> {
        Ok(Reader::begin(&self.database, cx.tenant()).await?)
    }

    async fn write(&self, cx: &Context) -> Result<Writer, OperationError> {
        Ok(Writer::begin(&self.database, cx.tenant()).await?)
    }

    fn operations(list: &mut Operations<Self>) {
        operations::list(list);
    }

    fn guide(guide: &mut Guide) {
        guide::fill(guide);
    }
}
