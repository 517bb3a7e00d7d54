//! `boms.list`

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{Bom, BomId, BomSettings, Money, Owner, ProductId, Quantity, VariantId, structure::Parts, unit_cost},
    operations::shared::{
        made_of::{UsageCount, structure},
        paging::{ListedByVendor, Paging, SortOrder, search, vendors},
    },
    storage::{BomFilter, BomSort, Kind, StorageError, UsageFilter},
};

/// Lists bills of materials with unit cost, size, switches and ready stock. Filters combine; the result is one page. How
/// many can be built is not in the list: ask `app.boms.buildable` for the ones you need. There is no sort by cost: sort in
/// the program, where `unitCost` may be null:
/// `items.filter(b => b.unitCost).sort((a, b) => b.unitCost.amount - a.unitCost.amount)`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListBoms {
    /// Words that must all occur in the BOM's name or id, or in the finished good's title, SKU or vendor. At most 200
    /// characters.
    search: Option<String>,
    /// Only BOMs whose finished good is itself a material of something else (`used`), or is not (`unused`).
    usage_filter: Option<UsageFilter>,
    /// Only active (true) or inactive (false) BOMs.
    active: Option<bool>,
    /// Only finished goods of these vendors, 1 to 100; names as in `availableVendors`.
    vendor_filter: Option<Vec<String>>,
    /// By what to sort; `name` if left out.
    sort_by: Option<BomSort>,
    /// `asc` (if left out) or `desc`.
    sort_order: Option<SortOrder>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

/// A bill of materials.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomItem {
    bom_id: BomId,
    name: String,
    /// The finished good.
    variant_id: VariantId,
    /// The product that the finished good is a variant of.
    product_id: Option<ProductId>,
    /// The finished good's title.
    title: String,
    sku: Option<String>,
    vendor: Option<String>,
    /// Whether orders use it up.
    active: bool,
    settings: BomSettings,
    /// Materials directly in it.
    component_count: usize,
    /// Sub-assemblies directly in it.
    sub_assembly_count: usize,
    /// What one costs to make, over all levels with waste; null for the reason in `unitCostReason`. A finished good used
    /// as a material counts with its own `cost` as a material, not with the `unitCost` of its BOM.
    unit_cost: Option<Money>,
    /// Why `unitCost` is null: `no_components`, or `materials_without_cost`, which `app.boms.get` names; otherwise null.
    unit_cost_reason: Option<&'static str>,
    /// How many materials have no cost.
    materials_without_cost_count: usize,
    /// What lies ready at all locations together.
    pre_assembled_quantity: Quantity,
    /// In how many BOMs and sub-assemblies its finished good is a material.
    usage: UsageCount,
    /// How often it has changed, its rows included; for `expectedVersion`. What lies ready is not part of it.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// BOMs with what is asked about each: a round of queries per level, however many.
async fn shown(db: &Reader, boms: Vec<Bom>) -> Result<Vec<BomItem>, StorageError> {
    let owners: Vec<Owner> = boms.iter().map(|bom| Owner::Bom(bom.id.clone())).collect();
    let parts = db.parts(&owners).await?;
    shown_with(db, boms, &parts).await
}

/// The same where what they are made of has been read already.
async fn shown_with(db: &Reader, boms: Vec<Bom>, parts: &Parts) -> Result<Vec<BomItem>, StorageError> {
    let variants: Vec<VariantId> = boms.iter().map(|bom| bom.variant.clone()).collect();
    let keys: Vec<String> = boms.iter().map(|bom| bom.id.to_string()).collect();
    let usage = db.material_usage(&variants).await?;
    let shelves = db.totals(Kind::Bom, &keys).await?;
    let variants = db.variants(&variants).await?;
    let currency = db.shop().await?.currency;
    let mut shown = Vec::with_capacity(boms.len());
    for bom in boms {
        let owner = Owner::Bom(bom.id.clone());
        let rows = parts.rows_of(&owner);
        let cost = unit_cost(&structure(&owner, parts)?);
        let variant = variants.get(&bom.variant);
        shown.push(BomItem {
            product_id: variant.map(|variant| variant.product.clone()),
            title: variant.map(crate::model::Variant::full_title).unwrap_or_default(),
            sku: variant.and_then(|variant| variant.sku.clone()),
            vendor: variant.and_then(|variant| variant.vendor.clone()),
            component_count: rows.components.len(),
            sub_assembly_count: rows.nested.len(),
            unit_cost: cost.money(&currency),
            unit_cost_reason: cost.reason(),
            materials_without_cost_count: cost.without_cost.len(),
            pre_assembled_quantity: shelves.get(bom.id.as_str()).copied().unwrap_or_default(),
            usage: usage.get(&bom.variant).copied().unwrap_or_default().into(),
            active: bom.settings.active,
            settings: bom.settings,
            version: bom.version,
            bom_id: bom.id,
            name: bom.name,
            variant_id: bom.variant,
            created_at: bom.created_at,
            updated_at: bom.updated_at,
        });
    }
    Ok(shown)
}

/// One BOM as it is shown.
pub(crate) async fn shown_one(db: &Reader, bom: Bom) -> Result<BomItem, OperationError> {
    let parts = db.parts(&[Owner::Bom(bom.id.clone())]).await?;
    shown_one_with(db, bom, &parts).await
}

/// The same where what it is made of has been read already.
pub(crate) async fn shown_one_with(db: &Reader, bom: Bom, parts: &Parts) -> Result<BomItem, OperationError> {
    let shown = shown_with(db, vec![bom], parts).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a BOM is not shown"))
}

impl Query for ListBoms {
    const NAME: &'static str = "boms.list";
    const TITLE: &'static str = "List BOMs";
    const EXAMPLE: &'static str =
        r#"const { items, totalCount } = await app.boms.list({ search: "lamp", active: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, the sort or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = ListedByVendor<BomItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ListedByVendor<BomItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = BomFilter {
            search: search("search", self.search)?,
            usage: self.usage_filter.unwrap_or_default(),
            is_active: self.active,
            vendors: vendors(self.vendor_filter)?,
            sort: self.sort_by.unwrap_or_default(),
            is_descending: self.sort_order.unwrap_or_default() == SortOrder::Desc,
        };
        let (boms, total) = db.bom_page(&filter, paging.rows()).await?;
        Ok(ListedByVendor {
            list: paging.envelope(shown(db, boms).await?, total),
            available_vendors: db.bom_vendors().await?,
        })
    }
}
