//! The tables. Every row belongs to one store; the store's id is the first part of every key.

#![expect(
    unreachable_pub,
    reason = "the derived entities are public, and a row must be as visible as its entity"
)]

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) mod adjustment;
pub(crate) mod bom;
pub(crate) mod component_row;
pub(crate) mod level;
pub(crate) mod location;
pub(crate) mod material;
pub(crate) mod nested_row;
pub(crate) mod order;
pub(crate) mod order_event;
pub(crate) mod order_line;
pub(crate) mod platform_move;
pub(crate) mod product;
pub(crate) mod shop;
pub(crate) mod sub_assembly;
pub(crate) mod taking;
pub(crate) mod variant;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Kind {
    /// A raw material.
    #[sea_orm(string_value = "material")]
    Material,
    /// A bill of materials.
    #[sea_orm(string_value = "bom")]
    Bom,
    /// A sub-assembly.
    #[sea_orm(string_value = "sub_assembly")]
    SubAssembly,
    /// A finished good as the shop shows it: how many are for sale.
    #[sea_orm(string_value = "displayed")]
    Displayed,
}

/// On which occasion a count changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum AdjustmentSource {
    /// An assistant set it.
    #[sea_orm(string_value = "agent")]
    Agent,
    /// An order, a cancellation or a refund moved it.
    #[sea_orm(string_value = "order")]
    Order,
}

/// Who keeps a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Origin {
    /// The shop platform.
    #[sea_orm(string_value = "shopify")]
    Shopify,
    /// This app.
    #[sea_orm(string_value = "virtual")]
    Virtual,
}
