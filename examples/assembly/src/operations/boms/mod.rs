//! Bills of materials.

pub(crate) mod add_component;
pub(crate) mod add_sub_assembly;
pub(crate) mod buildable;
pub(crate) mod buildable_many;
pub(crate) mod configure;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remove_component;
pub(crate) mod remove_sub_assembly;
pub(crate) mod set_components;
pub(crate) mod set_preassembled;
pub(crate) mod update;
pub(crate) mod update_component;
pub(crate) mod update_sub_assembly;
