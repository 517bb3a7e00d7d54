//! `variants.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Price, ProductId, Variant, VariantId};
use crate::operations::shared::paging::{Listed, search, window};
use crate::storage::CatalogFilter;
use crate::{Logistics, Reader};

/// Lists the catalogue's variants, by id: what is bought, moved and counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListVariant {
    /// Words that must all occur in title, SKU, barcode, vendor or id. At most 200 characters.
    search: Option<String>,
    /// Only those of this product.
    product_id: Option<ProductId>,
    /// Only those with exactly this SKU.
    sku: Option<String>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// A variant of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VariantItem {
    variant_id: VariantId,
    product_id: ProductId,
    /// The product's title, and the variant's own.
    title: String,
    sku: Option<String>,
    barcode: Option<String>,
    vendor: Option<String>,
    /// By which id the shop platform counts it.
    inventory_item_id: Option<String>,
    /// What one is worth in a count, in the store's currency.
    cost: Option<Price>,
}

impl From<Variant> for VariantItem {
    fn from(variant: Variant) -> Self {
        Self {
            title: variant.full_title(),
            variant_id: variant.id,
            product_id: variant.product,
            sku: variant.sku,
            barcode: variant.barcode,
            vendor: variant.vendor,
            inventory_item_id: variant.inventory_item_id,
            cost: variant.cost,
        }
    }
}

impl Query for ListVariant {
    const NAME: &'static str = "variants.list";
    const TITLE: &'static str = "List variants";
    const EXAMPLE: &'static str = r#"const { items } = await app.variants.list({ search: "brass" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`limit` or `cursor` is not one there is")];
    type Domain = Logistics;
    type Output = Listed<VariantItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<VariantItem>, OperationError> {
        let filter = CatalogFilter {
            search: search("search", self.search)?,
            product: self.product_id,
            sku: search("sku", self.sku)?,
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (items, total) = db.variant_page(&filter, &window).await?;
        let listed = Listed::new(items, total, &window, |variant: &Variant| variant.id.to_string());
        Ok(listed.map(VariantItem::from))
    }
}
