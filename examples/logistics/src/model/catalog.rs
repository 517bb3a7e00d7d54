//! The shop's catalogue, which the shop platform keeps.

use super::{Price, ProductId, VariantId};

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Which one.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of product it is.
    pub product_type: Option<String>,
}

/// A variant of a product: what is bought, moved and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Which one.
    pub id: VariantId,
    /// Of which product.
    pub product: ProductId,
    /// The product's title.
    pub product_title: String,
    /// Its own title.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// The number under the bars.
    pub barcode: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// By which id the shop platform counts it.
    pub inventory_item_id: Option<String>,
    /// What one is worth in a count, in the store's currency.
    pub cost: Option<Price>,
}

impl Variant {
    /// What people call it.
    pub fn full_title(&self) -> String {
        if self.title.is_empty() || self.title == "Default Title" {
            self.product_title.clone()
        } else {
            format!("{} / {}", self.product_title, self.title)
        }
    }
}
