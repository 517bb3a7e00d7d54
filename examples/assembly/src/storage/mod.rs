//! Reading and writing one store's rows.
//!
//! A [`Reader`] and a [`Writer`] are made for one store. Every statement begins with [`Reader::all`] or
//! goes through [`Writer::insert`], [`Writer::put`], [`Writer::update`] or [`Writer::delete`], which bind it to that
//! store; so operations have no store to pass, and none to get wrong.

mod adjustments;
mod boms;
mod catalog;
mod entity;
mod graph;
mod levels;
mod materials;
pub(crate) mod migrations;
mod orders;
mod platform;
mod reader;
mod row;
mod rows;
mod shop;
mod sub_assemblies;
mod writer;

pub(crate) use adjustments::{Adjustment, AdjustmentFilter, Cause};
pub(crate) use boms::{BomFilter, BomSort};
pub(crate) use catalog::VariantFilter;
pub(crate) use entity::{AdjustmentSource, Kind};
pub(crate) use levels::Levels;
pub(crate) use materials::{MaterialFilter, MaterialSort, Referrer, Usage};
pub(crate) use orders::{Taking, Told};
pub(crate) use platform::Waiting;
pub use reader::Reader;
pub(crate) use reader::{Page, UsageFilter};
pub use row::StorageError;
pub(crate) use sub_assemblies::SubAssemblyFilter;
pub use writer::Writer;
