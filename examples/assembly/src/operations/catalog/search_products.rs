//! `catalog.search_products`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::items::{ProductItem, shown_products};
use crate::{
    Assembly, Reader,
    model::catalog_query::terms,
    operations::shared::paging::{Listed, Paging, search},
};

/// Lists the store's products by title. The result is one page; `app.catalog.getProducts` shows their variants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchProducts {
    /// Words that must all occur in the title, vendor, type, tags or id; and fields with values, such as
    /// `vendor:"Helio Components"`, `product_type:Lamp`, `tag:oak`, `status:active`, `title:`, `id:`, or of one of its
    /// variants `sku:LO-*` and `barcode:`. All must hold. Every product if left out. At most 200 characters.
    query: Option<String>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

impl Query for SearchProducts {
    const NAME: &'static str = "catalog.search_products";
    const TITLE: &'static str = "Search products of the catalogue";
    const EXAMPLE: &'static str =
        r#"const { items, totalCount } = await app.catalog.searchProducts({ query: "lamp status:active" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "`query` is too long or has a field there is not, or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = Listed<ProductItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ProductItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let terms = terms(&search("query", self.query)?.unwrap_or_default())?;
        let (products, total) = db.product_page(&terms, paging.rows()).await?;
        Ok(paging.envelope(shown_products(db, products).await?, total))
    }
}
