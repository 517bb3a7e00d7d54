//! Bills of materials.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    search::{has_word, searchable},
};
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, SelectStatement},
};
use serde::Deserialize;

use super::{
    Page, Reader, StorageError, UsageFilter, Writer,
    entity::{bom, variant},
    lists::order,
    row::stored_version,
};
use crate::model::{Bom, BomId, VariantId};

/// Which BOMs to list, and in which order.
#[derive(Debug, Default)]
pub(crate) struct BomFilter {
    pub(crate) search: Option<String>,
    pub(crate) usage: UsageFilter,
    pub(crate) is_active: Option<bool>,
    pub(crate) vendors: Vec<String>,
    pub(crate) sort: BomSort,
    pub(crate) is_descending: bool,
}

/// By what to sort BOMs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BomSort {
    /// The BOM's name.
    #[default]
    Name,
    /// When it was made.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
}

impl Reader {
    /// One BOM.
    pub(crate) async fn bom(&self, id: &BomId) -> Result<Option<Bom>, StorageError> {
        let select = self.all::<bom::Entity>().filter(bom::Column::Id.eq(id.as_str()));
        select.one(self.transaction()).await?.map(Bom::try_from).transpose()
    }

    /// These BOMs, where they exist.
    pub(crate) async fn boms(&self, ids: &[BomId]) -> Result<BTreeMap<BomId, Bom>, StorageError> {
        let mut boms = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<bom::Entity>();
            let select = select.filter(bom::Column::Id.is_in(ids.iter().map(BomId::as_str)));
            for row in select.all(self.transaction()).await? {
                let bom = Bom::try_from(row)?;
                boms.insert(bom.id.clone(), bom);
            }
        }
        Ok(boms)
    }

    /// The BOMs of these finished goods, where there are any.
    pub(crate) async fn boms_of(&self, variants: &[VariantId]) -> Result<BTreeMap<VariantId, Bom>, StorageError> {
        let mut boms = BTreeMap::new();
        for ids in variants.chunks(CHUNK) {
            let select = self.all::<bom::Entity>();
            let select = select.filter(bom::Column::VariantId.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.all(self.transaction()).await? {
                let bom = Bom::try_from(row)?;
                boms.insert(bom.variant.clone(), bom);
            }
        }
        Ok(boms)
    }

    /// The BOM of a finished good.
    pub(crate) async fn bom_of(&self, variant: &VariantId) -> Result<Option<Bom>, StorageError> {
        let select = self
            .all::<bom::Entity>()
            .filter(bom::Column::VariantId.eq(variant.as_str()));
        select.one(self.transaction()).await?.map(Bom::try_from).transpose()
    }

    /// A page of BOMs, and how many there are on all pages.
    pub(crate) async fn bom_page(&self, filter: &BomFilter, page: Page) -> Result<(Vec<Bom>, u64), StorageError> {
        let select = self.filtered_boms(filter);
        let total = select.clone().count(self.transaction()).await?;
        let column = match filter.sort {
            BomSort::Name => bom::Column::Name,
            BomSort::CreatedAt => bom::Column::CreatedAt,
            BomSort::UpdatedAt => bom::Column::UpdatedAt,
        };
        let select = select
            .order_by(column, order(filter.is_descending))
            .order_by_asc(bom::Column::Id);
        let rows = select
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        Ok((rows.into_iter().map(Bom::try_from).collect::<Result<_, _>>()?, total))
    }

    fn filtered_boms(&self, filter: &BomFilter) -> Select<bom::Entity> {
        use bom::Column::{IsActive, Search, VariantId};
        let mut select = self.all::<bom::Entity>();
        for word in filter.search.iter().flat_map(|search| search.split_whitespace()) {
            let of_variant = Condition::all().add(has_word(variant::Column::Search, word));
            let in_variant = VariantId.in_subquery(self.variant_ids(of_variant));
            select = select.filter(Condition::any().add(has_word(Search, word)).add(in_variant));
        }
        if let Some(is_active) = filter.is_active {
            select = select.filter(IsActive.eq(is_active));
        }
        if !filter.vendors.is_empty() {
            let of_vendors = Condition::all().add(variant::Column::Vendor.is_in(&filter.vendors));
            select = select.filter(VariantId.in_subquery(self.variant_ids(of_vendors)));
        }
        match filter.usage {
            UsageFilter::All => select,
            UsageFilter::Used => select.filter(VariantId.in_subquery(self.used_materials())),
            UsageFilter::Unused => select.filter(VariantId.not_in_subquery(self.used_materials())),
        }
    }

    fn variant_ids(&self, condition: Condition) -> SelectStatement {
        let select = self.all::<variant::Entity>().filter(condition);
        select.select_only().column(variant::Column::Id).into_query()
    }

    /// The vendors of finished goods, by name.
    pub(crate) async fn bom_vendors(&self) -> Result<Vec<String>, StorageError> {
        use variant::Column::{Id, StoreId, Vendor};
        let made = Expr::col((bom::Entity, bom::Column::VariantId))
            .equals((variant::Entity, Id))
            .and(Expr::col((bom::Entity, bom::Column::StoreId)).equals((variant::Entity, StoreId)));
        let select = self
            .all::<variant::Entity>()
            .filter(Vendor.is_not_null())
            .select_only()
            .column(Vendor);
        let mut select = select.distinct().order_by_asc(Vendor).limit(1000);
        QuerySelect::query(&mut select).join(JoinType::InnerJoin, bom::Entity, made);
        Ok(select.into_tuple().all(self.transaction()).await?)
    }
}

impl Writer {
    /// Adds a BOM.
    pub(crate) async fn add_bom(&self, bom: &Bom) -> Result<(), StorageError> {
        self.insert(vec![self.bom_row(bom).into_active_model()]).await
    }

    /// Puts a BOM in place of what it was.
    pub(crate) async fn save_bom(&self, bom: &Bom) -> Result<(), StorageError> {
        self.update(self.bom_row(bom).into_active_model()).await
    }

    fn bom_row(&self, bom: &Bom) -> bom::Model {
        bom::Model {
            store_id: self.reader().owner(),
            id: bom.id.to_string(),
            name: bom.name.clone(),
            variant_id: bom.variant.to_string(),
            search: searchable(&[Some(&bom.name), Some(bom.id.as_str()), Some(bom.variant.as_str())]),
            is_active: bom.settings.active,
            dynamic_adjustment: bom.settings.dynamic_adjustment,
            maintain_inventory_level: bom.settings.maintain_inventory_level,
            auto_generate_material_list: bom.settings.auto_generate_material_list,
            keep_assembled_on_return: bom.settings.keep_assembled_on_return,
            only_sell_preassembled: bom.settings.only_sell_preassembled,
            version: stored_version(bom.version),
            created_at: bom.created_at,
            updated_at: bom.updated_at,
        }
    }
}
