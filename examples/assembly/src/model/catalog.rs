//! The store's catalogue: products and their variants. The shop platform keeps it; it is read only here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Price, ProductId, VariantId};

/// A product: what variants are variants of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Which one.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What kind of thing it is, in the store's words.
    pub product_type: Option<String>,
    /// Words that the store sorts products by.
    pub tags: Vec<String>,
    /// Whether it is for sale.
    pub status: ProductStatus,
}

/// Whether a product is for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// For sale.
    Active,
    /// Not for sale yet.
    Draft,
    /// No longer for sale.
    Archived,
}

impl ProductStatus {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Active, Self::Draft, Self::Archived];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Archived => "archived",
        }
    }
}

/// A variant of a product: what is sold, counted and made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Which one.
    pub id: VariantId,
    /// Of which product.
    pub product: ProductId,
    /// The product's title.
    pub product_title: String,
    /// The variant's title.
    pub title: String,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// What a scanner reads.
    pub barcode: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// The selling price.
    pub price: Price,
    /// What one costs the store, if the platform knows it.
    pub cost: Option<Price>,
    /// By which id the platform counts its stock.
    pub inventory_item_id: Option<String>,
}

impl Variant {
    /// Product and variant in one line; the platform calls an only variant `Default Title`.
    pub fn full_title(&self) -> String {
        full_title(&self.product_title, Some(&self.title))
    }
}

/// Product and variant in one line, without a variant's name that says nothing.
pub(super) fn full_title(product: &str, variant: Option<&str>) -> String {
    match variant {
        None | Some("" | "Default Title") => product.to_owned(),
        Some(variant) => format!("{product} / {variant}"),
    }
}
