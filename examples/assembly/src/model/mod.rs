//! The rules of the product: values, structures and the arithmetic on them. Pure: no database, no clock.

mod amount;
pub mod bom;
pub mod buildable;
pub mod cost;
pub mod graph;
pub mod id;
pub mod material;
mod micros;
pub mod money;
pub mod name;
pub mod quantity;
pub mod rows;
pub mod structure;
pub mod waste;

pub use bom::{Bom, BomSettings, SettingsChange, SettingsError};
pub use buildable::{
    Buildable, LimitingKind, LimitingPart, LocationResult, Supply, buildable, buildable_at, has_essential,
};
pub use cost::{UnitCost, unit_cost};
pub use graph::{Graph, Node};
pub use id::{BomId, IdError, LocationId, SubAssemblyId, VariantId};
pub use material::{Location, Material, Origin, Shop, SubAssembly, Variant};
pub use money::{Money, Price};
pub use name::{Name, UnseenError};
pub use quantity::{Quantity, QuantityError};
pub use rows::{ComponentRow, NestedRow, Owner, RowsError};
pub use structure::{Structure, StructureError};
pub use waste::Waste;
