//! The store's catalogue, read only.

pub(crate) mod get_products;
pub(crate) mod get_variants;
pub(crate) mod items;
pub(crate) mod search_products;
pub(crate) mod search_variants;
