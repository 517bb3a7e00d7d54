//! Purchase orders, transfers, stock takes, returns to suppliers and reorder rules for one store: the second example
//! product.
//!
//! [`model`] holds the rules and knows no database; `storage` holds rows and knows no rules; an operation reads, lets
//! the model decide, and writes. [`Logistics`] is what a server is given.

#![forbid(unsafe_code)]

pub mod demo;
mod domain;
mod guide;
pub mod model;
mod operations;
pub mod outbox;
pub mod shop;
mod storage;

pub use domain::Logistics;
pub use storage::{Reader, StorageError, Writer};
