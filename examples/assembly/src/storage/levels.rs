//! What lies where.

use std::collections::BTreeMap;

use latchstring::Context;
use latchstring::db::{CHUNK, column::checked};
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, ExprTrait, OnConflict},
};

use super::{
    Kind, Reader, StorageError, Writer,
    adjustments::Cause,
    entity::{AdjustmentSource, level},
};
use crate::model::{LocationId, Quantity};
use uuid::Uuid;

/// Quantities by item id and location.
pub(crate) type Levels = BTreeMap<(String, LocationId), Quantity>;

#[derive(FromQueryResult)]
struct Total {
    item_id: String,
    total: i64,
}

impl Reader {
    /// What there is of these items, everywhere.
    pub(crate) async fn levels(&self, kind: Kind, items: &[String]) -> Result<Levels, StorageError> {
        let mut levels = Levels::new();
        for items in items.chunks(CHUNK) {
            let select = self.all::<level::Entity>().filter(level::Column::Kind.eq(kind));
            let select = select
                .filter(level::Column::ItemId.is_in(items))
                .order_by_asc(level::Column::LocationId);
            for row in select.all(self.transaction()).await? {
                let location = checked("levels", "location_id", row.location_id)?;
                levels.insert((row.item_id, location), Quantity::from_micros(row.quantity));
            }
        }
        Ok(levels)
    }

    /// What there is of these items at all locations together.
    pub(crate) async fn totals(
        &self,
        kind: Kind,
        items: &[String],
    ) -> Result<BTreeMap<String, Quantity>, StorageError> {
        let mut totals = BTreeMap::new();
        for items in items.chunks(CHUNK) {
            let sum = level::Column::Quantity.sum().cast_as(Alias::new("bigint"));
            let select = self.all::<level::Entity>().filter(level::Column::Kind.eq(kind));
            let select = select.filter(level::Column::ItemId.is_in(items)).select_only();
            let select = select
                .column(level::Column::ItemId)
                .column_as(sum, "total")
                .group_by(level::Column::ItemId);
            for row in select.into_model::<Total>().all(self.transaction()).await? {
                totals.insert(row.item_id, Quantity::from_micros(row.total));
            }
        }
        Ok(totals)
    }
}

impl Writer {
    /// Sets what there is of an item, and writes down who changed it from what.
    pub(crate) async fn set_levels(
        &self,
        cx: &Context,
        (kind, item): (Kind, &str),
        levels: &[(LocationId, Quantity, Quantity)],
    ) -> Result<(), StorageError> {
        let cause = Cause {
            at: cx.now(),
            source: AdjustmentSource::Agent,
            actor: cx.actor(),
            occasion: cx.request().to_string(),
        };
        self.move_levels(&cause, (kind, item), levels, || cx.new_uuid()).await
    }

    /// The same for any cause.
    pub(crate) async fn move_levels(
        &self,
        cause: &Cause,
        (kind, item): (Kind, &str),
        levels: &[(LocationId, Quantity, Quantity)],
        new_id: impl FnMut() -> Uuid,
    ) -> Result<(), StorageError> {
        let after = levels.iter().map(|(location, _, after)| (location.clone(), *after));
        self.put_levels(kind, item, after).await?;
        self.add_adjustments(cause, (kind, item), levels, new_id).await
    }

    /// Sets what there is of an item, without a history; for stock that somebody else keeps.
    pub(crate) async fn put_levels(
        &self,
        kind: Kind,
        item: &str,
        levels: impl Iterator<Item = (LocationId, Quantity)>,
    ) -> Result<(), StorageError> {
        let row = |(location, quantity): (LocationId, Quantity)| {
            let row = level::Model {
                store_id: self.reader().owner(),
                kind,
                item_id: item.to_owned(),
                location_id: location.into(),
                quantity: quantity.micros(),
            };
            row.into_active_model()
        };
        let rows: Vec<_> = levels.map(row).collect();
        let key = [
            level::Column::StoreId,
            level::Column::Kind,
            level::Column::ItemId,
            level::Column::LocationId,
        ];
        let replace = OnConflict::columns(key)
            .update_column(level::Column::Quantity)
            .to_owned();
        self.put(rows, replace).await
    }

    /// Forgets an item's levels.
    pub(super) async fn drop_levels(&self, kind: Kind, item: &str) -> Result<(), StorageError> {
        let delete = self.delete::<level::Entity>().filter(level::Column::Kind.eq(kind));
        delete
            .filter(level::Column::ItemId.eq(item))
            .exec(self.transaction())
            .await?;
        Ok(())
    }
}
