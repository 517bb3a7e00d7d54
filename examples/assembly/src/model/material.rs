//! Raw materials: what is used up to make something else.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Price, ProductId, Unit, Variant, VariantId, catalog::full_title};

/// Who keeps a raw material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The shop platform: a variant of the catalogue; its stock is read only here.
    Shopify,
    /// This app: free text and stock that can be set.
    Virtual,
}

/// Something that is used up to make something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Which one: the id of the variant it is.
    pub id: VariantId,
    /// Who keeps it.
    pub origin: Origin,
    /// Of which product; none if it is virtual.
    pub product: Option<ProductId>,
    /// By which id the platform counts its stock; none if it is virtual.
    pub inventory_item_id: Option<String>,
    /// The product's name.
    pub product_name: String,
    /// The variant's name.
    pub variant_name: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// What one is: `pcs`, `m`, `kg`.
    pub unit: Unit,
    /// What one costs; not every material has a cost.
    pub cost: Option<Price>,
    /// Who sells it.
    pub vendor: Option<String>,
    /// Free text.
    pub specifications: Option<String>,
    /// One word or a few by which people group materials.
    pub tag: Option<String>,
    /// Left out when it is asked what limits a build: screws that never run out.
    pub is_non_essential: bool,
    /// How often it has changed; 1 when it was registered. Its stock is not part of it.
    pub version: u64,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Material {
    /// What people call it.
    pub fn name(&self) -> String {
        full_title(&self.product_name, self.variant_name.as_deref())
    }

    /// Registers a variant of the catalogue, with what the platform says it costs now.
    pub fn of_variant(variant: &Variant, now: DateTime<Utc>) -> Self {
        Self {
            id: variant.id.clone(),
            origin: Origin::Shopify,
            product: Some(variant.product.clone()),
            inventory_item_id: variant.inventory_item_id.clone(),
            product_name: variant.product_title.clone(),
            variant_name: Some(variant.title.clone()),
            sku: variant.sku.clone(),
            unit: Unit::pieces(),
            cost: variant.cost,
            vendor: variant.vendor.clone(),
            specifications: None,
            tag: None,
            is_non_essential: false,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same with what the catalogue says now: names, SKU, vendor and, if the platform knows it, cost. What only people
    /// know of it stays.
    #[must_use]
    pub fn refreshed(self, variant: &Variant) -> Self {
        Self {
            product: Some(variant.product.clone()),
            inventory_item_id: variant.inventory_item_id.clone(),
            product_name: variant.product_title.clone(),
            variant_name: Some(variant.title.clone()),
            sku: variant.sku.clone(),
            cost: variant.cost.or(self.cost),
            vendor: variant.vendor.clone(),
            ..self
        }
    }

    /// The same after a change.
    #[must_use]
    pub fn changed(self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self
        }
    }
}
