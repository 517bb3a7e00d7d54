//! Sub-assemblies.

pub(crate) mod add_component;
pub(crate) mod add_sub_assembly;
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
