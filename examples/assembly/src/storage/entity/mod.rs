//! The tables. Every row belongs to one store; the store's id is the first part of every key.

#![expect(
    unreachable_pub,
    reason = "the derived entities are public, and a row must be as visible as its entity"
)]

use sea_orm::entity::prelude::*;

pub(crate) mod adjustment;
pub(crate) mod bom;
pub(crate) mod component_row;
pub(crate) mod level;
pub(crate) mod location;
pub(crate) mod material;
pub(crate) mod nested_row;
pub(crate) mod shop;
pub(crate) mod sub_assembly;
pub(crate) mod variant;

/// A table whose rows belong to stores.
pub(crate) trait Owned: EntityTrait {
    /// The column that says to which.
    const STORE: Self::Column;
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
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
