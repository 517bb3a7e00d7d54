//! What the shop platform keeps, as far as this app changes it.
//!
//! The platform of this example is in the same database, so a change of its counts is made in the transaction of the change
//! that caused it. When it cannot be reached, changes wait here; until it was told, they count as made.

use std::collections::BTreeMap;

use latchstring::db::{CHUNK, column::checked};
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, ExprTrait},
};
use uuid::Uuid;

use super::{
    Cause, Kind, Levels, Reader, StorageError, Writer,
    entity::{order_event, platform_move},
};
use crate::model::{LocationId, Quantity};

/// A change of a count, by event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) event_id: String,
    pub(crate) kind: Kind,
    pub(crate) item: String,
    pub(crate) location: LocationId,
    pub(crate) quantity: Quantity,
}

#[derive(FromQueryResult)]
struct Total {
    item_id: String,
    location_id: String,
    quantity: i64,
}

impl Reader {
    /// What there is of these items, everywhere, once the platform has been told everything.
    pub(crate) async fn levels_when_told(&self, kind: Kind, items: &[String]) -> Result<Levels, StorageError> {
        use platform_move::Column::{ItemId, Kind as Of, LocationId, Quantity as Change};
        let mut levels = self.levels(kind, items).await?;
        for items in items.chunks(CHUNK) {
            let sum = Change.sum().cast_as(Alias::new("bigint"));
            let select = self
                .all::<platform_move::Entity>()
                .filter(Of.eq(kind))
                .filter(ItemId.is_in(items))
                .select_only();
            let select = select.column(ItemId).column(LocationId).column_as(sum, "quantity");
            let select = select.group_by(ItemId).group_by(LocationId).into_model::<Total>();
            for row in select.all(self.transaction()).await? {
                let location = checked("platform_moves", "location_id", row.location_id)?;
                let level = levels.entry((row.item_id, location)).or_default();
                *level = level.plus(Quantity::from_micros(row.quantity));
            }
        }
        Ok(levels)
    }

    /// What the platform has not been told of yet, in the order in which it happened.
    pub(crate) async fn waiting(&self) -> Result<Vec<Waiting>, StorageError> {
        let select = self.all::<platform_move::Entity>();
        let rows = select
            .order_by_asc(platform_move::Column::Id)
            .all(self.transaction())
            .await?;
        let waiting = |row: platform_move::Model| {
            Ok(Waiting {
                event_id: row.event_id,
                kind: row.kind,
                location: checked("platform_moves", "location_id", row.location_id)?,
                item: row.item_id,
                quantity: Quantity::from_micros(row.quantity),
            })
        };
        rows.into_iter().map(waiting).collect()
    }
}

impl Writer {
    /// Changes counts by so much, and writes it down.
    pub(crate) async fn shift_levels(
        &self,
        cause: &Cause,
        (kind, item): (Kind, &str),
        changes: &BTreeMap<LocationId, Quantity>,
        new_id: impl FnMut() -> Uuid,
    ) -> Result<(), StorageError> {
        let levels = self.reader().levels(kind, &[item.to_owned()]).await?;
        let moved = |(location, change): (&LocationId, &Quantity)| {
            let key = (item.to_owned(), location.clone());
            let before = levels.get(&key).copied().unwrap_or_default();
            (key.1, before, before.plus(*change))
        };
        let after: Vec<_> = changes.iter().map(moved).collect();
        self.move_levels(cause, (kind, item), &after, new_id).await
    }

    /// Keeps changes until the platform can be told. The ids sort as they are made.
    pub(crate) async fn keep_waiting(
        &self,
        waiting: &[Waiting],
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<(), StorageError> {
        let row = |one: &Waiting| {
            let row = platform_move::Model {
                store_id: self.reader().owner(),
                id: new_id(),
                event_id: one.event_id.clone(),
                kind: one.kind,
                item_id: one.item.clone(),
                location_id: one.location.to_string(),
                quantity: one.quantity.micros(),
            };
            row.into_active_model()
        };
        self.insert(waiting.iter().map(row).collect()).await
    }

    /// Writes down that the platform was told everything.
    pub(crate) async fn all_told(&self) -> Result<(), StorageError> {
        use order_event::Column::SyncError;
        self.delete::<platform_move::Entity>().exec(self.transaction()).await?;
        let select = self.reader().all::<order_event::Entity>();
        let failed = select.filter(SyncError.is_not_null()).all(self.transaction()).await?;
        for event in failed {
            let row = order_event::Model {
                sync_error: None,
                ..event
            };
            self.update(row.into_active_model()).await?;
        }
        Ok(())
    }
}
