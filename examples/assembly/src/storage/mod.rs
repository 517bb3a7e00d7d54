//! Reading and writing one store's rows.
//!
//! A [`Reader`] and a [`Writer`] are made for one store. Every statement begins with [`Reader::all`] or
//! goes through [`Writer::insert`], [`Writer::put`], [`Writer::update`] or [`Writer::delete`], the doors of the kit, which
//! bind it to that store; so operations have no store to pass, and none to get wrong.

mod adjustments;
mod boms;
mod catalog;
mod entity;
mod graph;
mod levels;
mod lists;
mod materials;
pub(crate) mod migrations;
mod orders;
mod platform;
mod row;
mod rows;
mod shop;
mod sub_assemblies;

pub use latchstring::db::StorageError;

pub(crate) use adjustments::{Adjustment, AdjustmentFilter, Cause};
pub(crate) use boms::{BomFilter, BomSort};
pub(crate) use catalog::VariantFilter;
pub(crate) use entity::{AdjustmentSource, Kind};
pub(crate) use levels::Levels;
pub(crate) use lists::{Page, UsageFilter};
pub(crate) use materials::{MaterialFilter, MaterialSort, Referrer, Usage};
pub(crate) use orders::{Taking, Told};
pub(crate) use platform::Waiting;
pub(crate) use sub_assemblies::SubAssemblyFilter;

latchstring::db::reader_and_writer! {
    /// Reads one store's rows, all of them as of one moment.
    pub struct Reader;
    /// Reads and writes one store's rows in one transaction, and remembers what it changed. Dropping it undoes what it wrote.
    pub struct Writer;
}
