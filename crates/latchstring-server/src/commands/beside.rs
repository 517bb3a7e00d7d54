//! What a product's own command works with.

use chrono::{DateTime, Utc};
use latchstring::{access::Tenant, db::Database};

use super::{Opened, Which};
use crate::{Config, Product, parts};

/// A product's data, opened beside the server that may be running on it.
///
/// The two share the data as two servers would: what the command commits, the server's next call sees, and each waits for the
/// other's writers. The schema is brought up to date, as a start of the server would.
pub struct Beside<'a, P: Product> {
    opened: &'a Opened,
    database: Database,
    domain: P::Domain,
}

impl<'a, P: Product> Beside<'a, P> {
    pub(super) async fn open(opened: &'a Opened, config: &Config) -> anyhow::Result<Self> {
        let (database, domain) = parts::open_product::<P>(config).await?;
        Ok(Self {
            opened,
            database,
            domain,
        })
    }

    /// The product's database. Write a tenant's data through [`Database::begin_write_for`], as its domain does.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The domain over that database.
    pub fn domain(&self) -> &P::Domain {
        &self.domain
    }

    /// The tenant that is meant; the only one if none is named.
    ///
    /// # Errors
    /// When there is none, or more than one may be meant; says which there are.
    pub async fn tenant(&self, which: &Which) -> anyhow::Result<Tenant> {
        self.opened.tenant::<P>(which).await
    }

    /// The moment, by the clock that the server goes by.
    ///
    /// # Errors
    /// When the store of grants, which has the clock, cannot be asked.
    pub async fn now(&self) -> anyhow::Result<DateTime<Utc>> {
        Ok(self.opened.access.now().await?)
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        Ok(self.database.close().await?)
    }
}
