//! The rules of the product: values, structures and the arithmetic on them. Pure: no database, no clock.

mod amount;
pub mod bom;
pub mod buildable;
pub mod catalog;
pub mod catalog_query;
pub mod cost;
pub mod execution;
pub mod expansion;
pub mod graph;
pub mod id;
pub mod material;
pub mod money;
pub mod order;
pub mod quantity;
pub mod rows;
pub mod shop;
pub mod structure;
pub mod sub_assembly;
pub mod unit;
pub mod waste;

pub use latchstring::values::{IdError, Name, Note};

pub use bom::{Bom, BomSettings, SettingsChange, SettingsError};
pub use buildable::{
    Buildable, LimitingKind, LimitingPart, LocationResult, Supply, buildable, buildable_at, has_essential,
};
pub use catalog::{Product, ProductStatus, Variant};
pub use cost::{UnitCost, unit_cost};
pub use execution::{Execution, Kept, Move, Place};
pub use expansion::Expansion;
pub use graph::{Graph, Node};
pub use id::{BomId, LocationId, OrderId, ProductId, SubAssemblyId, VariantId, VariantIdError};
pub use material::{Material, Origin};
pub use money::{Money, Price};
pub use order::{Article, Line, Order, OrderError, OrderEvent, OrderEventKind, OrderStatus};
pub use quantity::{Quantity, QuantityError};
pub use rows::{ComponentRow, NestedRow, Owner, RowsError};
pub use shop::{Location, Shop, ShopPlan, ShopSettings, ShopSettingsError};
pub use structure::{Structure, StructureError};
pub use sub_assembly::SubAssembly;
pub use unit::{Unit, UnitError};
pub use waste::Waste;
