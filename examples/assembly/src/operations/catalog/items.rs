//! Products and variants as they are shown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Reader,
    model::{BomId, Money, Price, Product, ProductId, ProductStatus, Quantity, Variant, VariantId},
    storage::{Kind, StorageError},
};

/// A variant of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VariantItem {
    variant_id: VariantId,
    product_id: ProductId,
    product_title: String,
    variant_title: String,
    sku: Option<String>,
    barcode: Option<String>,
    vendor: Option<String>,
    /// The selling price.
    price: Money,
    /// What one costs the store, if the shop platform knows it.
    cost: Option<Money>,
    /// By which id the shop platform counts it.
    inventory_item_id: Option<String>,
    /// How many the shop shows at all locations together, if it is the finished good of a BOM whose `dynamicAdjustment` is
    /// off; `app.boms.buildable` has it for every BOM. Otherwise null.
    displayed_quantity: Option<Quantity>,
    /// The BOM that makes it; null if there is none.
    bom_id: Option<BomId>,
    /// Whether it is registered as a raw material.
    is_raw_material: bool,
}

/// A product of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductItem {
    product_id: ProductId,
    title: String,
    vendor: Option<String>,
    product_type: Option<String>,
    tags: Vec<String>,
    /// `active` (for sale), `draft` or `archived`.
    status: ProductStatus,
    /// How many variants it has.
    variant_count: u64,
}

/// Variants with what is asked about each: four queries, however many.
pub(super) async fn shown(db: &Reader, variants: Vec<Variant>) -> Result<Vec<VariantItem>, StorageError> {
    let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id.clone()).collect();
    let materials = db.materials(&ids).await?;
    let made = db.boms_of(&ids).await?;
    let shown: Vec<String> = made
        .values()
        .filter(|bom| !bom.settings.dynamic_adjustment)
        .map(|bom| bom.variant.to_string())
        .collect();
    let displayed = db.totals(Kind::Displayed, &shown).await?;
    let currency = db.shop().await?.currency;
    let money = |amount: Price| Money {
        amount,
        currency: currency.clone(),
    };
    let item = |variant: Variant| {
        let bom = made.get(&variant.id);
        let is_shown = bom.is_some_and(|bom| !bom.settings.dynamic_adjustment);
        VariantItem {
            displayed_quantity: is_shown.then(|| displayed.get(variant.id.as_str()).copied().unwrap_or_default()),
            bom_id: bom.map(|bom| bom.id.clone()),
            is_raw_material: materials.contains_key(&variant.id),
            price: money(variant.price),
            cost: variant.cost.map(money),
            variant_id: variant.id,
            product_id: variant.product,
            product_title: variant.product_title,
            variant_title: variant.title,
            sku: variant.sku,
            barcode: variant.barcode,
            vendor: variant.vendor,
            inventory_item_id: variant.inventory_item_id,
        }
    };
    Ok(variants.into_iter().map(item).collect())
}

/// Products with how many variants each has: one query, however many.
pub(super) async fn shown_products(db: &Reader, products: Vec<Product>) -> Result<Vec<ProductItem>, StorageError> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id.clone()).collect();
    let counts: BTreeMap<ProductId, u64> = db.variant_counts(&ids).await?;
    let item = |product: Product| ProductItem {
        variant_count: counts.get(&product.id).copied().unwrap_or_default(),
        product_id: product.id,
        title: product.title,
        vendor: product.vendor,
        product_type: product.product_type,
        tags: product.tags,
        status: product.status,
    };
    Ok(products.into_iter().map(item).collect())
}
