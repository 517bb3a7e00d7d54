//! How a broken rule is answered: with what is wrong and what to do next.

use latchstring::{ErrorCode, OperationError};
use serde_json::json;

use crate::model::{BomId, LocationId, Node, RowsError, SettingsError, SubAssemblyId, VariantId};

impl From<RowsError> for OperationError {
    fn from(error: RowsError) -> Self {
        match error {
            RowsError::Twice(_) | RowsError::NotPositive { .. } => Self::invalid_input(error.to_string()),
            RowsError::TooMany(_) => Self::new(ErrorCode::LimitExceeded, error.to_string()),
        }
    }
}

impl From<SettingsError> for OperationError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::BothAdjustments | SettingsError::ActiveWithoutRows => Self::invalid_input(error.to_string()),
        }
    }
}

pub(crate) fn no_location(id: &LocationId) -> OperationError {
    OperationError::not_found("location", id, "locations.list({})")
}

pub(crate) fn no_bom(id: &BomId) -> OperationError {
    OperationError::not_found("BOM", id, "boms.list({ search: \"...\" })")
}

pub(crate) fn no_sub_assembly(id: &SubAssemblyId) -> OperationError {
    OperationError::not_found("sub-assembly", id, "subAssemblies.list({ search: \"...\" })")
}

pub(crate) fn no_material(id: &VariantId) -> OperationError {
    OperationError::not_found("raw material", id, "rawMaterials.list({ search: \"...\" })")
}

pub(crate) fn no_variant(id: &VariantId) -> OperationError {
    OperationError::not_found("variant", id, "catalog.searchVariants({ query: \"...\" })")
}

/// Something would be made of itself; the way there is named.
pub(crate) fn cycle(way: &[Node]) -> OperationError {
    let names: Vec<String> = way.iter().map(ToString::to_string).collect();
    let text = format!(
        "{} would be made of itself: {}; leave out one of these",
        names[0],
        names.join(" > ")
    );
    OperationError::invalid_input(text).with_details(json!({ "cycle": names }))
}
