//! `raw_materials.list`

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{Material, Money, Origin, ProductId, Quantity, Unit, VariantId},
    operations::shared::{
        made_of::{Connection, UsageCount},
        paging::{ListedByVendor, Paging, SortOrder, search, vendors},
    },
    storage::{Kind, MaterialFilter, MaterialSort, StorageError, UsageFilter},
};

/// Lists raw materials with stock, cost, vendor and how often they are used. Filters combine; the result is one page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListRawMaterials {
    /// Words that must all occur in the name, SKU, vendor, tag or id. At most 200 characters.
    search: Option<String>,
    /// Only materials in some BOM or sub-assembly (`used`), or in none (`unused`).
    usage_filter: Option<UsageFilter>,
    /// Only materials kept by the shop platform (`shopify`) or by this app (`virtual`).
    origin_filter: Option<OriginFilter>,
    /// Only materials of these vendors, 1 to 100; names as in `availableVendors`.
    vendor_filter: Option<Vec<String>>,
    /// Whether to list with each material what uses it; false if left out.
    include_connections: Option<bool>,
    /// By what to sort; `productName` if left out.
    sort_by: Option<MaterialSort>,
    /// `asc` (if left out) or `desc`.
    sort_order: Option<SortOrder>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

/// Who keeps a material.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OriginFilter {
    /// Anyone.
    All,
    /// The shop platform.
    Shopify,
    /// This app.
    Virtual,
}

/// A raw material.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MaterialItem {
    pub(super) variant_id: VariantId,
    /// What people call it.
    name: String,
    product_name: String,
    variant_name: Option<String>,
    sku: Option<String>,
    /// `shopify`: stock is kept by the shop platform and read only. `virtual`: stock is kept here and can be set.
    origin: Origin,
    /// The product it is a variant of; null if it is virtual.
    product_id: Option<ProductId>,
    /// By which id the shop platform counts it; null if it is virtual.
    inventory_item_id: Option<String>,
    /// What one is: `pcs`, `m`, `kg`.
    unit: Unit,
    /// What one costs; null if unknown.
    cost: Option<Money>,
    vendor: Option<String>,
    /// Free text by the store's people.
    specifications: Option<String>,
    /// A word or a few by which the store's people group materials.
    material_tag: Option<String>,
    /// Whether it is left out when it is asked what limits a build.
    non_essential: bool,
    /// Whether it is itself the finished good of a BOM.
    is_bom_as_raw: bool,
    /// The stock at all locations together.
    inventory_quantity: Quantity,
    /// In how many BOMs and sub-assemblies it is used.
    usage: UsageCount,
    /// What uses it, by name, 1000 at most; null unless `includeConnections`.
    connections: Option<Vec<Connection>>,
    /// How often it has changed; for `expectedVersion`. Its stock is not part of it.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Materials with what is asked about each: three queries, however many.
pub(super) async fn shown(db: &Reader, materials: Vec<Material>) -> Result<Vec<MaterialItem>, StorageError> {
    let ids: Vec<VariantId> = materials.iter().map(|material| material.id.clone()).collect();
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let totals = db.totals(Kind::Material, &keys).await?;
    let usage = db.material_usage(&ids).await?;
    let made_here = db.finished_goods(&ids).await?;
    let currency = db.shop().await?.currency;
    let item = |material: Material| MaterialItem {
        name: material.name(),
        inventory_quantity: totals.get(material.id.as_str()).copied().unwrap_or_default(),
        usage: usage.get(&material.id).copied().unwrap_or_default().into(),
        is_bom_as_raw: made_here.contains_key(&material.id),
        cost: material.cost.map(|amount| Money {
            amount,
            currency: currency.clone(),
        }),
        variant_id: material.id,
        product_name: material.product_name,
        variant_name: material.variant_name,
        sku: material.sku,
        origin: material.origin,
        unit: material.unit,
        vendor: material.vendor,
        specifications: material.specifications,
        product_id: material.product,
        inventory_item_id: material.inventory_item_id,
        material_tag: material.tag,
        connections: None,
        version: material.version,
        created_at: material.created_at,
        non_essential: material.is_non_essential,
        updated_at: material.updated_at,
    };
    Ok(materials.into_iter().map(item).collect())
}

/// One material as it is shown.
pub(super) async fn shown_one(db: &Reader, material: Material) -> Result<MaterialItem, OperationError> {
    let shown = shown(db, vec![material]).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a material is not shown"))
}

/// The same materials with what uses each: three queries, however many.
pub(super) async fn with_connections(
    db: &Reader,
    mut items: Vec<MaterialItem>,
) -> Result<Vec<MaterialItem>, StorageError> {
    let ids: Vec<VariantId> = items.iter().map(|item| item.variant_id.clone()).collect();
    let mut users = db.materials_referrers(&ids).await?;
    for item in &mut items {
        let users = users.remove(&item.variant_id).unwrap_or_default();
        item.connections = Some(users.into_iter().map(Connection::from).collect());
    }
    Ok(items)
}

impl Query for ListRawMaterials {
    const NAME: &'static str = "raw_materials.list";
    const TITLE: &'static str = "List raw materials";
    const EXAMPLE: &'static str = r#"const unused = await app.rawMaterials.list({ usageFilter: "unused", sortBy: "inventoryQuantity", sortOrder: "desc" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, the sort or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = ListedByVendor<MaterialItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ListedByVendor<MaterialItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = MaterialFilter {
            search: search("search", self.search)?,
            usage: self.usage_filter.unwrap_or_default(),
            origin: match self.origin_filter {
                None | Some(OriginFilter::All) => None,
                Some(OriginFilter::Shopify) => Some(Origin::Shopify),
                Some(OriginFilter::Virtual) => Some(Origin::Virtual),
            },
            vendors: vendors(self.vendor_filter)?,
            sort: self.sort_by.unwrap_or_default(),
            is_descending: self.sort_order.unwrap_or_default() == SortOrder::Desc,
        };
        let (materials, total) = db.material_page(&filter, paging.rows()).await?;
        let mut items = shown(db, materials).await?;
        if self.include_connections.unwrap_or_default() {
            items = with_connections(db, items).await?;
        }
        Ok(ListedByVendor {
            list: paging.envelope(items, total),
            available_vendors: db.material_vendors().await?,
        })
    }
}
