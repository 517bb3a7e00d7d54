//! `catalog.search_variants`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::items::{VariantItem, shown};
use crate::{
    Assembly, Reader,
    model::catalog_query::terms,
    operations::shared::paging::{Listed, Paging, search},
    storage::VariantFilter,
};

/// Lists the store's catalogue of product variants by product title, such as the finished good of a new BOM or a part that
/// is not a raw material yet. Filters combine; the result is one page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchVariants {
    /// Words that must all occur in the product title, variant title, SKU, barcode, vendor or id; and fields with values,
    /// such as `sku:LO-ARC-OB`, `sku:LO-*`, `vendor:"Helio Components"`, `title:`, `barcode:`, `id:`, `product_id:`,
    /// `product_type:`, `tag:`, `status:active`. All must hold. Every variant if left out. At most 200 characters.
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

impl Query for SearchVariants {
    const NAME: &'static str = "catalog.search_variants";
    const TITLE: &'static str = "Search variants of the catalogue";
    const EXAMPLE: &'static str =
        r#"const { items, totalCount } = await app.catalog.searchVariants({ query: "desk lamp", hasBom: false });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "`query` is too long or has a field there is not, or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = Listed<VariantItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<VariantItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = VariantFilter {
            terms: terms(&search("query", self.query)?.unwrap_or_default())?,
            has_bom: self.has_bom,
            is_raw_material: self.is_raw_material,
        };
        let (variants, total) = db.variant_page(&filter, paging.rows()).await?;
        Ok(paging.envelope(shown(db, variants).await?, total))
    }
}
