//! `products.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::ProductItem;
use crate::model::ProductId;
use crate::operations::variants::list::VariantItem;
use crate::storage::{CatalogFilter, Window};
use crate::{Logistics, Reader};

/// Shows one product with its variants, 50 at most.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetProduct {
    /// The product's id, from `app.products.list({ search })`.
    product_id: ProductId,
}

/// A product with its variants.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductWithVariants {
    product: ProductItem,
    /// The first 50, by id; all of them are in `app.variants.list({ productId })`.
    variants: Vec<VariantItem>,
    /// How many there are.
    variant_count: u64,
}

impl Query for GetProduct {
    const NAME: &'static str = "products.get";
    const TITLE: &'static str = "Get a product";
    const EXAMPLE: &'static str = r#"const product = await app.products.get({ productId: "31001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such product")];
    type Domain = Logistics;
    type Output = ProductWithVariants;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ProductWithVariants, OperationError> {
        let product = db.product(&self.product_id).await?;
        let product = product.ok_or_else(|| {
            OperationError::not_found("product", &self.product_id, "products.list({ search: \"...\" })")
        })?;
        let filter = CatalogFilter {
            product: Some(self.product_id),
            ..CatalogFilter::default()
        };
        let window = Window { after: None, limit: 50 };
        let (variants, variant_count) = db.variant_page(&filter, &window).await?;
        Ok(ProductWithVariants {
            product: product.into(),
            variants: variants.into_iter().map(VariantItem::from).collect(),
            variant_count,
        })
    }
}
