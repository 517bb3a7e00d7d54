//! `catalog.get_products`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{ProductItem, VariantItem, shown, shown_products};
use crate::{Assembly, Reader, error::no_product, model::ProductId, operations::shared::paging::up_to_a_hundred};

/// Shows products by their ids, in the order given, with all their variants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetProducts {
    /// Product ids, 1 to 100.
    ids: Vec<ProductId>,
}

/// The products.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Products {
    /// In the order of the ids.
    items: Vec<ProductItem>,
    /// The variants of all these products, by title; `productId` says of which.
    variants: Vec<VariantItem>,
}

impl Query for GetProducts {
    const NAME: &'static str = "catalog.get_products";
    const TITLE: &'static str = "Get products of the catalogue";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such product"),
        (ErrorCode::InvalidInput, "`ids` is empty or has more than 100"),
    ];
    type Domain = Assembly;
    type Output = Products;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Products, OperationError> {
        up_to_a_hundred("ids", self.ids.len())?;
        let known = db.products(&self.ids).await?;
        let one = |id: &ProductId| known.get(id).cloned().ok_or_else(|| no_product(id));
        let products = self.ids.iter().map(one).collect::<Result<_, _>>()?;
        let mut ids = self.ids;
        ids.sort();
        ids.dedup();
        let variants = db.variants_of(&ids).await?;
        Ok(Products {
            items: shown_products(db, products).await?,
            variants: shown(db, variants).await?,
        })
    }
}
