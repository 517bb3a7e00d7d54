//! Reads one tenant's rows, all of them as of one moment.

use latchstring_core::TenantId;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, Select};

use super::Owned;
use crate::{Database, StorageError};

/// Reads one tenant's rows.
pub struct TenantReader {
    transaction: DatabaseTransaction,
    tenant: TenantId,
}

impl TenantReader {
    /// Begins to read this tenant's rows: those of the moment of its first statement.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn begin(database: &Database, tenant: TenantId) -> Result<Self, StorageError> {
        Ok(Self::on(database.begin_read().await?, tenant))
    }

    pub(super) fn on(transaction: DatabaseTransaction, tenant: TenantId) -> Self {
        Self { transaction, tenant }
    }

    pub(super) fn into_transaction(self) -> DatabaseTransaction {
        self.transaction
    }

    /// What statements are run on.
    pub fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Whose rows these are.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's rows of a table: what every statement begins with.
    pub fn all<E: Owned>(&self) -> Select<E> {
        E::find().filter(E::OWNER.eq(self.tenant.as_uuid()))
    }
}
