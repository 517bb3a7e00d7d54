//! Purchase orders, transfers, stock takes, returns to suppliers and reorder rules for one store: the second example
//! product.
//!
//! [`model`] holds the rules and knows no database.

#![forbid(unsafe_code)]

pub mod model;
