//! `products.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Product, ProductId};
use crate::operations::shared::paging::{Listed, search, window};
use crate::{Logistics, Reader};

/// Lists the catalogue's products, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListProduct {
    /// Words that must all occur in title, vendor or id. At most 200 characters.
    search: Option<String>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// A product.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductItem {
    product_id: ProductId,
    title: String,
    vendor: Option<String>,
    product_type: Option<String>,
}

impl From<Product> for ProductItem {
    fn from(product: Product) -> Self {
        Self {
            product_id: product.id,
            title: product.title,
            vendor: product.vendor,
            product_type: product.product_type,
        }
    }
}

impl Query for ListProduct {
    const NAME: &'static str = "products.list";
    const TITLE: &'static str = "List products";
    const EXAMPLE: &'static str = r#"const { items } = await app.products.list({ search: "lamp" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`limit` or `cursor` is not one there is")];
    type Domain = Logistics;
    type Output = Listed<ProductItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ProductItem>, OperationError> {
        let search = search("search", self.search)?;
        let window = window(self.limit, self.cursor.as_deref())?;
        let (items, total) = db.product_page(search.as_deref(), &window).await?;
        let listed = Listed::new(items, total, &window, |product: &Product| product.id.to_string());
        Ok(listed.map(ProductItem::from))
    }
}
