//! Reading and writing one store's rows.
//!
//! A [`Reader`] and a [`Writer`] are made for one store. Every statement begins with [`Reader::all`] or
//! goes through [`Writer::insert`], [`Writer::put`], [`Writer::update`] or [`Writer::delete`], the doors of the kit, which
//! bind it to that store; so operations have no store to pass, and none to get wrong.
//!
//! A row has as columns what lists are filtered, sorted and summed by. The rest is in `body`, as JSON: what is only ever
//! read as a whole. Stock changes in [`inventory`] and nowhere else.

mod activity;
mod catalog;
mod codes;
mod constants;
mod credits;
mod documents;
mod entity;
mod forecast;
mod inventory;
pub(crate) mod migrations;
mod notify;
mod outbox;
mod purchase_orders;
mod rare;
mod remembered;
mod return_orders;
mod row;
mod shop;
mod stock_takes;
mod suppliers;
mod transfer_orders;
mod window;

pub use latchstring::db::StorageError;

pub(crate) use activity::Activity;
pub(crate) use catalog::CatalogFilter;
pub(crate) use documents::Counter;
pub(crate) use forecast::MOST_VIEWS;
pub(crate) use inventory::{Adjustment, AdjustmentFilter, Cause, LevelFilter, LevelRow, SupplierStock};
pub(crate) use notify::{MOST_TOLD, Watched};
pub(crate) use outbox::{Message, NewMessage};
pub(crate) use purchase_orders::PurchaseFilter;
pub(crate) use return_orders::ReturnFilter;
pub(crate) use stock_takes::StockTakeFilter;
pub(crate) use suppliers::SupplierFilter;
pub(crate) use transfer_orders::TransferFilter;
pub(crate) use window::Window;

latchstring::db::reader_and_writer! {
    /// Reads one store's rows, all of them as of one moment.
    pub struct Reader;
    /// Reads and writes one store's rows in one transaction, and remembers what it changed. Dropping it undoes what it wrote.
    pub struct Writer;
}
