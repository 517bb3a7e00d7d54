//! Bills of materials and stock for one store: the example product.
//!
//! [`model`] holds the rules and knows no database; `storage` holds rows and knows no rules; an operation reads, lets
//! the model decide, and writes. [`Assembly`] is what a server is given.

#![forbid(unsafe_code)]

pub mod demo;
mod domain;
mod error;
mod guide;
pub mod model;
mod operations;
pub mod orders;
pub mod shop;
mod storage;

pub use domain::Assembly;
pub use storage::{Reader, StorageError, Writer};
