//! Writes one store's rows in one transaction, and remembers what it changed.

use chrono::{DateTime, Utc};
use latchstring::db::{commit, replays};
use latchstring::{Change, ChangeAction, Fence, OperationError, Replay, ReplayKey, TenantId, UnitOfWork};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DeleteMany, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::Value;

use super::{Reader, StorageError, entity::Owned};

/// Reads and writes one store's rows. Dropping it undoes what it wrote.
pub struct Writer {
    reader: Reader,
    changes: Vec<Change>,
}

impl Writer {
    pub(crate) fn new(transaction: DatabaseTransaction, tenant: TenantId) -> Self {
        Self {
            reader: Reader::new(transaction, tenant),
            changes: Vec::new(),
        }
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) fn transaction(&self) -> &DatabaseTransaction {
        &self.reader.transaction
    }

    /// The store's rows of a table, to be deleted.
    pub(super) fn delete<E: Owned>(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::STORE.eq(self.reader.store()))
    }

    /// Adds rows of this store.
    pub(super) async fn insert<M>(&self, rows: Vec<M>) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        self.add(rows, None).await
    }

    /// Adds rows of this store, or does what is said where they are there already.
    pub(super) async fn put<M>(&self, rows: Vec<M>, there: OnConflict) -> Result<(), StorageError>
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

    /// Puts a row of this store in place of what it was.
    pub(super) async fn update<M>(&self, row: M) -> Result<(), StorageError>
    where
        M: ActiveModelTrait<Entity: Owned> + Send,
    {
        let row = self.own(row.reset_all());
        M::Entity::update(row)
            .exec_without_returning(self.transaction())
            .await?;
        Ok(())
    }

    /// The row as this store's, whatever it said.
    fn own<M: ActiveModelTrait<Entity: Owned>>(&self, mut row: M) -> M {
        row.set(<M::Entity as Owned>::STORE, self.reader.store().into());
        row
    }

    /// Remembers a change, for dry runs and the audit log.
    pub(crate) fn record(
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

    /// For code that is no operation, such as the demo's seed.
    pub(crate) async fn commit_unfenced(self) -> Result<(), StorageError> {
        Ok(commit(self.reader.into_transaction()).await?)
    }
}

/// In portions that a database takes in one statement.
fn chunks<M>(rows: Vec<M>) -> impl Iterator<Item = Vec<M>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<M> = rows.by_ref().take(super::reader::CHUNK).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
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
        replays::recall(self.transaction(), key, now).await
    }

    async fn remember(&mut self, key: &ReplayKey, replay: &Replay) -> Result<(), OperationError> {
        replays::remember(self.transaction(), key, replay).await
    }

    async fn commit(self, fence: Fence) -> Result<(), OperationError> {
        let committed = commit(self.reader.into_transaction()).await;
        drop(fence); // only now may the grant be revoked: what it allowed is done
        committed.map_err(|error| StorageError::from(error).into())
    }
}
