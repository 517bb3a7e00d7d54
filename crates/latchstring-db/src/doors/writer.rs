//! Writes one tenant's rows in one transaction, and remembers what it changed.

use chrono::{DateTime, Utc};
use latchstring_core::{Change, ChangeAction, Fence, OperationError, Replay, ReplayKey, TenantId, UnitOfWork};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DeleteMany, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::Value;

use super::{CHUNK, Owned, TenantReader};
use crate::{Database, StorageError, commit, replays};

/// Reads and writes one tenant's rows; `R` is the product's own reader. Dropping it undoes what it wrote.
pub struct TenantWriter<R> {
    reader: R,
    changes: Vec<Change>,
}

impl<R> TenantWriter<R>
where
    R: From<TenantReader> + Into<TenantReader> + AsRef<TenantReader>,
{
    /// Begins the one transaction that may write this tenant's rows
    /// ([`begin_write_for`](Database::begin_write_for)).
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn begin(database: &Database, tenant: TenantId) -> Result<Self, StorageError> {
        let transaction = database.begin_write_for(tenant).await?;
        Ok(Self {
            reader: TenantReader::on(transaction, tenant).into(),
            changes: Vec::new(),
        })
    }

    /// Reads what is there, and what was written.
    pub fn reader(&self) -> &R {
        &self.reader
    }

    fn transaction(&self) -> &DatabaseTransaction {
        self.reader.as_ref().transaction()
    }

    /// The tenant's rows of a table, to be deleted.
    pub fn delete<E: Owned>(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::OWNER.eq(self.reader.as_ref().tenant().as_uuid()))
    }

    /// Adds rows of this tenant.
    ///
    /// # Errors
    /// When one is there already, or the database fails.
    pub async fn insert<M>(&self, rows: Vec<M>) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        self.add(rows, None).await
    }

    /// Adds rows of this tenant, or does what is said where they are there already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put<M>(&self, rows: Vec<M>, there: OnConflict) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        self.add(rows, Some(there)).await
    }

    async fn add<M>(&self, rows: Vec<M>, there: Option<OnConflict>) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        for rows in chunks(rows) {
            let mut insert = M::Entity::insert_many(rows.into_iter().map(|row| self.own(row)));
            if let Some(there) = &there {
                insert = insert.on_conflict(there.clone());
            }
            insert.exec_without_returning(self.transaction()).await?;
        }
        Ok(())
    }

    /// Puts a row of this tenant in place of what it was.
    ///
    /// # Errors
    /// When it is not there, or the database fails.
    pub async fn update<M>(&self, row: M) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        let row = self.own(row.reset_all());
        M::Entity::update(row)
            .exec_without_returning(self.transaction())
            .await?;
        Ok(())
    }

    /// The row as this tenant's, whatever it said.
    fn own<M: ActiveModelTrait<Entity: Owned>>(&self, mut row: M) -> M {
        let tenant = self.reader.as_ref().tenant();
        row.set(<M::Entity as Owned>::OWNER, tenant.as_uuid().into());
        row
    }

    /// Remembers a change, for dry runs and the audit log.
    pub fn record(
        &mut self,
        entity: &str,
        id: impl Into<String>,
        action: ChangeAction,
        before: Option<Value>,
        after: Option<Value>,
    ) {
        self.changes.push(Change {
            entity: entity.to_owned(),
            id: id.into(),
            action,
            before,
            after,
        });
    }

    /// Makes the changes last, for code that is no operation and so has no grant that could be revoked meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit_unfenced(self) -> Result<(), StorageError> {
        let reader: TenantReader = self.reader.into();
        Ok(commit(reader.into_transaction()).await?)
    }
}

/// In portions that a database takes in one statement.
fn chunks<M>(rows: Vec<M>) -> impl Iterator<Item = Vec<M>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<M> = rows.by_ref().take(CHUNK).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

impl<R> AsMut<R> for TenantWriter<R> {
    fn as_mut(&mut self) -> &mut R {
        &mut self.reader
    }
}

impl<R> UnitOfWork for TenantWriter<R>
where
    R: From<TenantReader> + Into<TenantReader> + AsRef<TenantReader> + Send + Sync,
{
    fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    async fn recall(&mut self, key: &ReplayKey, now: DateTime<Utc>) -> Result<Option<Replay>, OperationError> {
        replays::recall(self.transaction(), key, now).await
    }

    async fn remember(&mut self, key: &ReplayKey, replay: &Replay) -> Result<(), OperationError> {
        replays::remember(self.transaction(), key, replay).await
    }

    async fn commit(self, fence: Fence) -> Result<(), OperationError> {
        let reader: TenantReader = self.reader.into();
        let committed = commit(reader.into_transaction()).await;
        drop(fence); // only now may the grant be revoked: what it allowed is done
        Ok(committed?)
    }
}
