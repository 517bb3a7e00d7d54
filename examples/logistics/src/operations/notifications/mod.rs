//! The notification rule.

pub(crate) mod get_rule;
pub(crate) mod set_rule;
