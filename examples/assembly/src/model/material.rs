//! What a store has: itself, its locations, its catalogue, its raw materials and its sub-assemblies.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LocationId, Price, SubAssemblyId, VariantId};

/// The settings of a store that rules here depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// ISO 4217 code of all its money.
    pub currency: String,
    /// Whether stock that the app keeps may be set below zero.
    pub allow_negative_inventory: bool,
    /// The anchor location.
    pub default_location: LocationId,
}

/// A place where stock lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which one.
    pub id: LocationId,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub is_active: bool,
}

/// A variant in the store's catalogue. Read only: the shop platform keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Which one.
    pub id: VariantId,
    /// The product's title.
    pub product_title: String,
    /// The variant's title.
    pub title: String,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// The selling price.
    pub price: Price,
}

impl Variant {
    /// Product and variant in one line; the platform calls an only variant `Default Title`.
    pub fn full_title(&self) -> String {
        match self.title.as_str() {
            "" | "Default Title" => self.product_title.clone(),
            title => format!("{} / {title}", self.product_title),
        }
    }
}

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
    /// The product's name.
    pub product_name: String,
    /// The variant's name.
    pub variant_name: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// What one is: `pcs`, `m`, `kg`.
    pub unit: String,
    /// What one costs; not every material has a cost.
    pub cost: Option<Price>,
    /// Who sells it.
    pub vendor: Option<String>,
    /// Free text.
    pub specifications: Option<String>,
    /// Left out when it is asked what limits a build: screws that never run out.
    pub is_non_essential: bool,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Material {
    /// What people call it.
    pub fn name(&self) -> String {
        match self.variant_name.as_deref() {
            None | Some("" | "Default Title") => self.product_name.clone(),
            Some(variant) => format!("{} / {variant}", self.product_name),
        }
    }

    /// Registers a variant of the catalogue. Its cost is not known yet.
    pub fn of_variant(variant: &Variant, now: DateTime<Utc>) -> Self {
        Self {
            id: variant.id.clone(),
            origin: Origin::Shopify,
            product_name: variant.product_title.clone(),
            variant_name: Some(variant.title.clone()),
            sku: variant.sku.clone(),
            unit: "pcs".to_owned(),
            cost: None,
            vendor: variant.vendor.clone(),
            specifications: None,
            is_non_essential: false,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A part made of other parts that is not itself for sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubAssembly {
    /// Which one.
    pub id: SubAssemblyId,
    /// What people call it.
    pub name: String,
    /// Stock-keeping unit, free text.
    pub sku: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether a return puts it back on the shelf rather than taking it apart.
    pub keep_assembled_on_return: bool,
    /// Whether sales may take it from the shelf only, never from its materials.
    pub only_consume_preassembled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
