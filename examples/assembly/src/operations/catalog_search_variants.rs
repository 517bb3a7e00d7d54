//! `catalog.search_variants`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::paging::{Listed, Paging, search};
use crate::{
    Assembly, Reader,
    model::{BomId, Money, VariantId},
    storage::VariantFilter,
};

/// Lists the store's catalogue of product variants by product title, such as the finished good of a new BOM or a part that
/// is not a raw material yet. Filters combine; the result is one page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchVariants {
    /// Words that must all occur in the product title, variant title, SKU, vendor or id; every variant if left out. At most
    /// 200 characters.
    query: Option<String>,
    /// Only variants that are the finished good of a BOM (true), or are not (false).
    has_bom: Option<bool>,
    /// Only variants that are registered as raw materials (true), or are not (false).
    is_raw_material: Option<bool>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

/// A variant of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundVariant {
    variant_id: VariantId,
    product_title: String,
    variant_title: String,
    sku: Option<String>,
    vendor: Option<String>,
    /// The selling price.
    price: Money,
    /// The BOM that makes it; null if there is none.
    bom_id: Option<BomId>,
    /// Whether it is registered as a raw material.
    is_raw_material: bool,
}

impl Query for SearchVariants {
    const NAME: &'static str = "catalog.search_variants";
    const TITLE: &'static str = "Search the catalogue";
    const EXAMPLE: &'static str =
        r#"const { items, totalCount } = await app.catalog.searchVariants({ query: "desk lamp", hasBom: false });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "`query` is too long, or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = Listed<FoundVariant>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<FoundVariant>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = VariantFilter {
            search: search("query", self.query)?,
            has_bom: self.has_bom,
            is_raw_material: self.is_raw_material,
        };
        let (variants, total) = db.variant_page(&filter, paging.rows()).await?;
        let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id.clone()).collect();
        let materials = db.materials(&ids).await?;
        let mut boms = db.finished_goods(&ids).await?;
        let currency = db.shop().await?.currency;
        let items = variants.into_iter().map(|variant| FoundVariant {
            bom_id: boms.remove(&variant.id),
            is_raw_material: materials.contains_key(&variant.id),
            variant_id: variant.id,
            product_title: variant.product_title,
            variant_title: variant.title,
            sku: variant.sku,
            vendor: variant.vendor,
            price: Money {
                amount: variant.price,
                currency: currency.clone(),
            },
        });
        Ok(paging.envelope(items.collect(), total))
    }
}
