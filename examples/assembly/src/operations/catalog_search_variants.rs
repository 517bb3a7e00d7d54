//! `catalog.search_variants`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{BomId, Money, VariantId},
};

/// Searches the store's catalogue for product variants, such as the finished good of a new BOM or a part that is not a
/// raw material yet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchVariants {
    /// Words that must all occur in the product title, variant title, SKU or id. Empty finds every variant. At most 200
    /// characters.
    query: String,
    /// How many to return, 1 to 50; 20 if left out.
    limit: Option<u32>,
}

/// The variants that were found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundVariants {
    /// By product title, then variant title.
    items: Vec<FoundVariant>,
    /// Whether there are more than `limit`; use more words then.
    has_more: bool,
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
    const EXAMPLE: &'static str = r#"const { items } = await app.catalog.searchVariants({ query: "desk lamp" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "`limit` is not between 1 and 50, or `query` is too long",
    )];
    type Domain = Assembly;
    type Output = FoundVariants;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<FoundVariants, OperationError> {
        let limit = self.limit.unwrap_or(20);
        if !(1..=50).contains(&limit) {
            let text = format!("`limit` is `{limit}`; it lies between 1 and 50, so narrow `query` instead");
            return Err(OperationError::invalid_input(text));
        }
        if self.query.chars().count() > 200 {
            return Err(OperationError::invalid_input(
                "`query` has more than 200 characters; a few words are enough",
            ));
        }
        let mut variants = db.variants_like(&self.query, u64::from(limit) + 1).await?;
        let has_more = variants.len() > limit as usize;
        variants.truncate(limit as usize);
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
        Ok(FoundVariants {
            items: items.collect(),
            has_more,
        })
    }
}
