//! The forecast.

pub(crate) mod create_view;
pub(crate) mod delete_view;
pub(crate) mod get_view;
pub(crate) mod rows;
pub(crate) mod update_view;
pub(crate) mod views;
