//! What the forecast reckons with: what was sold, and the views.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use latchstring::db::{CHUNK, column::checked};
use sea_orm::{
    ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, ExprTrait, OnConflict},
};

use super::{
    Reader, StorageError, Writer,
    entity::{sale, view},
    remembered::TIERS,
    row::{read, written},
};
use crate::model::{LocationId, SupplierId, VariantId, ViewId, forecast::Tiers, notify::View};

/// Units sold, by variant and day.
pub(crate) type Sales = BTreeMap<VariantId, BTreeMap<NaiveDate, i64>>;

/// More views than any store has.
pub(crate) const MOST_VIEWS: u64 = 1000;

impl Reader {
    /// What was sold of these variants since a day; at every location, or at some.
    pub(crate) async fn sales(
        &self,
        variants: &[VariantId],
        locations: &[LocationId],
        since: NaiveDate,
    ) -> Result<Sales, StorageError> {
        use sale::Column::{Day, LocationId as At, VariantId as Of};
        let mut sales = Sales::new();
        for variants in variants.chunks(CHUNK) {
            let mut select = self
                .all::<sale::Entity>()
                .filter(Of.is_in(variants.iter().map(VariantId::as_str)))
                .filter(Day.gte(since));
            if !locations.is_empty() {
                select = select.filter(At.is_in(locations.iter().map(LocationId::as_str)));
            }
            for row in select.all(self.transaction()).await? {
                let variant = checked("sales", "variant_id", row.variant_id)?;
                let days = sales.entry(variant).or_default();
                *days.entry(row.day).or_default() += row.units;
            }
        }
        Ok(sales)
    }

    /// What was sold of these variants since a day, at every location.
    pub(crate) async fn sold_of(
        &self,
        variants: &[VariantId],
        since: NaiveDate,
    ) -> Result<BTreeMap<VariantId, i64>, StorageError> {
        let mut all = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let ids = variants.iter().map(VariantId::as_str);
            let select = self.all::<sale::Entity>().filter(sale::Column::VariantId.is_in(ids));
            all.extend(self.sold(select, since).await?);
        }
        Ok(all)
    }

    /// In which tier what is, by all that was sold since a day; reckoned anew when that is ten minutes old.
    pub(crate) async fn tiers(
        &self,
        since: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Arc<Tiers<VariantId>>, StorageError> {
        if let Some(known) = TIERS.get(self.owner(), since, now) {
            return Ok(known);
        }
        let sold = self.sold(self.all::<sale::Entity>(), since).await?;
        let tiers = Arc::new(Tiers::of(&sold));
        TIERS.put(self.owner(), since, now, Arc::clone(&tiers));
        Ok(tiers)
    }

    async fn sold(
        &self,
        select: Select<sale::Entity>,
        since: NaiveDate,
    ) -> Result<BTreeMap<VariantId, i64>, StorageError> {
        use sale::Column::{Day, Units, VariantId as Of};
        let select = select.filter(Day.gte(since)).select_only().column(Of);
        let rows: Vec<(String, i64)> = select
            .column_as(Units.sum().cast_as(Alias::new("bigint")), "units")
            .group_by(Of)
            .into_tuple()
            .all(self.transaction())
            .await?;
        let rows = rows
            .into_iter()
            .map(|(id, units)| Ok((checked("sales", "variant_id", id)?, units)));
        rows.collect()
    }

    /// One view.
    pub(crate) async fn view(&self, id: &ViewId) -> Result<Option<View>, StorageError> {
        let select = self.all::<view::Entity>().filter(view::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("views", &row.body)).transpose()
    }

    /// The view that the product made for a supplier.
    pub(crate) async fn view_of(&self, supplier: &SupplierId) -> Result<Option<View>, StorageError> {
        let select = self
            .all::<view::Entity>()
            .filter(view::Column::SupplierId.eq(supplier.as_str()))
            .filter(view::Column::IsAutomatic.eq(true));
        let row = select.order_by_asc(view::Column::Id).one(self.transaction()).await?;
        row.map(|row| read("views", &row.body)).transpose()
    }

    /// Every view, by name.
    pub(crate) async fn views(&self) -> Result<Vec<View>, StorageError> {
        let select = self.all::<view::Entity>().order_by_asc(view::Column::Name);
        let rows = select
            .order_by_asc(view::Column::Id)
            .limit(MOST_VIEWS)
            .all(self.transaction())
            .await?;
        rows.iter().map(|row| read("views", &row.body)).collect()
    }
}

impl Writer {
    /// Puts a view in place of what it was, if it was.
    pub(crate) async fn put_view(&self, view: &View) -> Result<(), StorageError> {
        use view::Column::{Body, Id, IsAutomatic, Name, StoreId, SupplierId};
        let row = view::Model {
            store_id: self.reader().owner(),
            id: view.id.to_string(),
            name: view.name.clone(),
            supplier_id: view.supplier.as_ref().map(ToString::to_string),
            is_automatic: view.is_automatic,
            body: written("views", view)?,
        };
        let replace = OnConflict::columns([StoreId, Id])
            .update_columns([Name, SupplierId, IsAutomatic, Body])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await
    }

    /// Removes a view.
    pub(crate) async fn drop_view(&self, id: &ViewId) -> Result<(), StorageError> {
        let delete = self.delete::<view::Entity>().filter(view::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    /// Removes the view that was made for a supplier.
    pub(crate) async fn drop_view_of(&self, supplier: &SupplierId) -> Result<(), StorageError> {
        let delete = self
            .delete::<view::Entity>()
            .filter(view::Column::SupplierId.eq(supplier.as_str()))
            .filter(view::Column::IsAutomatic.eq(true));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    /// Adds what was sold.
    pub(crate) async fn add_sales(
        &self,
        sales: impl Iterator<Item = (VariantId, LocationId, NaiveDate, i64)>,
    ) -> Result<(), StorageError> {
        let row = |(variant, at, day, units): (VariantId, LocationId, NaiveDate, i64)| {
            let row = sale::Model {
                store_id: self.reader().owner(),
                variant_id: variant.into(),
                location_id: at.into(),
                day,
                units,
            };
            row.into_active_model()
        };
        self.insert(sales.map(row).collect()).await
    }
}
