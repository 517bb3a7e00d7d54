//! Raw materials, and where they are used.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    column::checked,
    search::{has_words, searchable},
};
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Func, NullOrdering, SelectStatement},
};
use serde::Deserialize;

use super::{
    Kind, Page, Reader, StorageError, UsageFilter, Writer,
    entity::{bom, component_row, level, material, sub_assembly},
    lists::{no_value, order},
    row::stored_version,
};
use crate::model::{BomId, Material, Origin, Owner, Price, Quantity, VariantId};

/// Which materials to list, and in which order.
#[derive(Debug, Default)]
pub(crate) struct MaterialFilter {
    pub(crate) search: Option<String>,
    pub(crate) usage: UsageFilter,
    pub(crate) origin: Option<Origin>,
    pub(crate) vendors: Vec<String>,
    pub(crate) sort: MaterialSort,
    pub(crate) is_descending: bool,
}

/// By what to sort materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MaterialSort {
    /// The product's name.
    #[default]
    ProductName,
    /// The variant's name.
    VariantName,
    /// The stock at all locations together.
    InventoryQuantity,
}

/// Users of one material that are told.
const MOST_REFERRERS: usize = 1000;

/// In how many places something is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    pub(crate) boms: u64,
    pub(crate) sub_assemblies: u64,
}

impl Usage {
    pub(super) fn add(&mut self, kind: Kind, count: i64) {
        let count = u64::try_from(count).unwrap_or(0);
        match kind {
            Kind::Bom => self.boms += count,
            Kind::SubAssembly => self.sub_assemblies += count,
            Kind::Material | Kind::Displayed => {}
        }
    }
}

/// Something that uses something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Referrer {
    pub(crate) owner: Owner,
    pub(crate) name: String,
    pub(crate) quantity: Quantity,
}

#[derive(FromQueryResult)]
struct Uses {
    material_id: String,
    owner_kind: Kind,
    count: i64,
}

impl Reader {
    /// These materials, where they exist.
    pub(crate) async fn materials(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Material>, StorageError> {
        let mut materials = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<material::Entity>();
            let select = select.filter(material::Column::Id.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.all(self.transaction()).await? {
                let material = Material::try_from(row)?;
                materials.insert(material.id.clone(), material);
            }
        }
        Ok(materials)
    }

    /// One material.
    pub(crate) async fn material(&self, id: &VariantId) -> Result<Option<Material>, StorageError> {
        Ok(self.materials(std::slice::from_ref(id)).await?.remove(id))
    }

    /// A page of materials, and how many there are on all pages.
    pub(crate) async fn material_page(
        &self,
        filter: &MaterialFilter,
        page: Page,
    ) -> Result<(Vec<Material>, u64), StorageError> {
        use material::Column::{Id, ProductName, VariantName};
        let select = self.filtered_materials(filter);
        let total = select.clone().count(self.transaction()).await?;
        let direction = order(filter.is_descending);
        let select = match filter.sort {
            MaterialSort::ProductName => {
                let select = select.order_by(ProductName, direction);
                select.order_by_with_nulls(VariantName, Order::Asc, NullOrdering::First)
            }
            MaterialSort::VariantName => {
                let none = no_value(filter.is_descending);
                let select = select.order_by_with_nulls(VariantName, direction, none);
                select.order_by_asc(ProductName)
            }
            MaterialSort::InventoryQuantity => {
                let stock = Expr::SubQuery(None, Box::new(self.stock_of_material().into()));
                select
                    .order_by(Func::coalesce([stock, Expr::val(0)]), direction)
                    .order_by_asc(ProductName)
            }
        };
        let select = select.order_by_asc(Id).offset(page.offset).limit(page.limit);
        let rows = select.all(self.transaction()).await?;
        Ok((
            rows.into_iter().map(Material::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }

    fn filtered_materials(&self, filter: &MaterialFilter) -> Select<material::Entity> {
        use material::Column::{Id, Origin, Search, Vendor};
        let mut select = self.all::<material::Entity>();
        select = select.filter(has_words(Search, filter.search.as_deref()));
        if let Some(origin) = filter.origin {
            select = select.filter(Origin.eq(super::entity::Origin::from(origin)));
        }
        if !filter.vendors.is_empty() {
            select = select.filter(Vendor.is_in(&filter.vendors));
        }
        match filter.usage {
            UsageFilter::All => select,
            UsageFilter::Used => select.filter(Id.in_subquery(self.used_materials())),
            UsageFilter::Unused => select.filter(Id.not_in_subquery(self.used_materials())),
        }
    }

    /// The ids of materials in any row.
    pub(super) fn used_materials(&self) -> SelectStatement {
        let select = self.all::<component_row::Entity>().select_only();
        select.column(component_row::Column::MaterialId).distinct().into_query()
    }

    /// The stock of the material of the outer query.
    fn stock_of_material(&self) -> SelectStatement {
        let of_this =
            Expr::col((level::Entity, level::Column::ItemId)).equals((material::Entity, material::Column::Id));
        let select = self
            .all::<level::Entity>()
            .filter(level::Column::Kind.eq(Kind::Material))
            .filter(of_this);
        select
            .select_only()
            .column_as(level::Column::Quantity.sum(), "total")
            .into_query()
    }

    /// Everyone the store buys materials from, by name.
    pub(crate) async fn material_vendors(&self) -> Result<Vec<String>, StorageError> {
        use material::Column::Vendor;
        let select = self
            .all::<material::Entity>()
            .filter(Vendor.is_not_null())
            .select_only()
            .column(Vendor);
        let vendors = select
            .distinct()
            .order_by_asc(Vendor)
            .limit(1000)
            .into_tuple()
            .all(self.transaction())
            .await?;
        Ok(vendors)
    }

    /// In how many BOMs and sub-assemblies these materials are used.
    pub(crate) async fn material_usage(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Usage>, StorageError> {
        use component_row::Column::{MaterialId, OwnerId, OwnerKind};
        let mut usage: BTreeMap<VariantId, Usage> = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<component_row::Entity>();
            let select = select
                .filter(MaterialId.is_in(ids.iter().map(VariantId::as_str)))
                .select_only();
            let select = select
                .column(MaterialId)
                .column(OwnerKind)
                .column_as(OwnerId.count(), "count");
            let select = select.group_by(MaterialId).group_by(OwnerKind);
            for row in select.into_model::<Uses>().all(self.transaction()).await? {
                let id = checked("component_rows", "material_id", row.material_id)?;
                usage.entry(id).or_default().add(row.owner_kind, row.count);
            }
        }
        Ok(usage)
    }

    /// What uses a material, by name, with the quantity one of it takes.
    pub(crate) async fn material_referrers(&self, id: &VariantId) -> Result<Vec<Referrer>, StorageError> {
        let mut referrers = self.materials_referrers(std::slice::from_ref(id)).await?;
        Ok(referrers.remove(id).unwrap_or_default())
    }

    /// What uses each of these materials, by name, with the quantity one of it takes; 1000 of each.
    pub(crate) async fn materials_referrers(
        &self,
        ids: &[VariantId],
    ) -> Result<BTreeMap<VariantId, Vec<Referrer>>, StorageError> {
        use component_row::Column::{MaterialId, OwnerId};
        let mut uses: BTreeMap<String, Vec<(Kind, String, i64)>> = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<component_row::Entity>();
            let select = select.filter(MaterialId.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.order_by_asc(OwnerId).all(self.transaction()).await? {
                let of_this = uses.entry(row.material_id).or_default();
                if of_this.len() < MOST_REFERRERS {
                    of_this.push((row.owner_kind, row.owner_id, row.quantity));
                }
            }
        }
        let all = self.named(uses.values().flatten().cloned().collect()).await?;
        let names: BTreeMap<&Owner, &str> = all.iter().map(|one| (&one.owner, one.name.as_str())).collect();
        let mut referrers = BTreeMap::new();
        for (id, uses) in uses {
            let mut of_this = Vec::with_capacity(uses.len());
            for (kind, owner, quantity) in uses {
                let owner = super::rows::owner(kind, owner)?;
                of_this.push(Referrer {
                    name: names.get(&owner).copied().unwrap_or_default().to_owned(),
                    owner,
                    quantity: Quantity::from_micros(quantity),
                });
            }
            of_this.sort_by(|a, b| (&a.name, &a.owner).cmp(&(&b.name, &b.owner)));
            referrers.insert(checked("component_rows", "material_id", id)?, of_this);
        }
        Ok(referrers)
    }

    /// Owners of rows with their names, sorted by them.
    pub(super) async fn named(&self, rows: Vec<(Kind, String, i64)>) -> Result<Vec<Referrer>, StorageError> {
        let of = |wanted: Kind| {
            rows.iter()
                .filter(move |(kind, ..)| *kind == wanted)
                .map(|(_, id, _)| id.clone())
                .collect::<Vec<_>>()
        };
        let mut names: BTreeMap<(Kind, String), String> = BTreeMap::new();
        for ids in of(Kind::Bom).chunks(CHUNK) {
            let select = self.all::<bom::Entity>().filter(bom::Column::Id.is_in(ids));
            names.extend(
                select
                    .all(self.transaction())
                    .await?
                    .into_iter()
                    .map(|row| ((Kind::Bom, row.id), row.name)),
            );
        }
        for ids in of(Kind::SubAssembly).chunks(CHUNK) {
            let select = self
                .all::<sub_assembly::Entity>()
                .filter(sub_assembly::Column::Id.is_in(ids));
            let rows = select.all(self.transaction()).await?;
            names.extend(rows.into_iter().map(|row| ((Kind::SubAssembly, row.id), row.name)));
        }
        let mut referrers = Vec::with_capacity(rows.len());
        for (kind, id, quantity) in rows {
            let name = names.get(&(kind, id.clone())).cloned().unwrap_or_default();
            let owner = super::rows::owner(kind, id)?;
            referrers.push(Referrer {
                owner,
                name,
                quantity: Quantity::from_micros(quantity),
            });
        }
        referrers.sort_by(|a, b| (&a.name, &a.owner).cmp(&(&b.name, &b.owner)));
        Ok(referrers)
    }

    /// Which of these materials are the finished goods of BOMs.
    pub(crate) async fn finished_goods(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, BomId>, StorageError> {
        let boms = self.boms_of(ids).await?.into_iter();
        Ok(boms.map(|(variant, bom)| (variant, bom.id)).collect())
    }

    /// The units in use, by name.
    pub(crate) async fn units(&self) -> Result<Vec<String>, StorageError> {
        use material::Column::Unit;
        let select = self.all::<material::Entity>().select_only().column(Unit);
        let units = select.distinct().order_by_asc(Unit).limit(1000).into_tuple();
        Ok(units.all(self.transaction()).await?)
    }
}

impl Writer {
    /// Adds materials.
    pub(crate) async fn add_materials(&self, materials: &[Material]) -> Result<(), StorageError> {
        let rows = materials
            .iter()
            .map(|material| self.material_row(material).into_active_model());
        self.insert(rows.collect()).await
    }

    /// Puts a material in place of what it was.
    pub(crate) async fn save_material(&self, material: &Material) -> Result<(), StorageError> {
        self.update(self.material_row(material).into_active_model()).await
    }

    /// Forgets a material that nothing uses, with its stock if that is kept here.
    pub(crate) async fn delete_material(&self, id: &VariantId) -> Result<(), StorageError> {
        if id.is_virtual() {
            self.drop_levels(Kind::Material, id.as_str()).await?;
        }
        let delete = self
            .delete::<material::Entity>()
            .filter(material::Column::Id.eq(id.as_str()));
        delete.exec(self.transaction()).await?;
        Ok(())
    }

    fn material_row(&self, material: &Material) -> material::Model {
        material::Model {
            store_id: self.reader().owner(),
            id: material.id.to_string(),
            origin: material.origin.into(),
            product_id: material.product.as_ref().map(ToString::to_string),
            inventory_item_id: material.inventory_item_id.clone(),
            product_name: material.product_name.clone(),
            variant_name: material.variant_name.clone(),
            sku: material.sku.clone(),
            unit: material.unit.to_string(),
            cost: material.cost.map(Price::micros),
            vendor: material.vendor.clone(),
            specifications: material.specifications.clone(),
            tag: material.tag.clone(),
            search: searchable(&[
                Some(&material.product_name),
                material.variant_name.as_deref(),
                material.sku.as_deref(),
                material.vendor.as_deref(),
                material.tag.as_deref(),
                Some(material.id.as_str()),
            ]),
            is_non_essential: material.is_non_essential,
            version: stored_version(material.version),
            created_at: material.created_at,
            updated_at: material.updated_at,
        }
    }
}
