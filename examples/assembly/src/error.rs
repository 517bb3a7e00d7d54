//! How a broken rule is answered: with what is wrong and what to do next.

use latchstring::{ErrorCode, OperationError};
use serde_json::json;

use crate::model::{
    BomId, LocationId, Node, ProductId, RowsError, SettingsError, ShopPlan, SubAssemblyId, VariantId,
    catalog_query::QueryError,
};

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
            SettingsError::NeedsEnhanced(name) => needs_enhanced(name),
        }
    }
}

impl From<QueryError> for OperationError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NoField(_) | QueryError::NoOperator(_) | QueryError::OneValue(_) | QueryError::NoValue(_) => {
                Self::invalid_input(format!("`query`: {error}"))
            }
        }
    }
}

/// A switch that the store's plan does not have.
pub(crate) fn needs_enhanced(switch: &'static str) -> OperationError {
    let plan = ShopPlan::Enhanced;
    OperationError::needs_plan(plan.as_str(), format_args!("`{switch}`"))
        .with_details(json!({ "plan": plan, "field": switch }))
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
    if id.is_virtual() {
        let text = format!(
            "`{id}` is the id of a virtual material, and those are not in the catalogue; find variants with \
             `app.catalog.searchVariants({{ query: \"...\" }})`, materials with `app.rawMaterials.list({{ search: \"...\" }})`"
        );
        return OperationError::new(ErrorCode::NotFound, text);
    }
    OperationError::not_found("variant", id, "catalog.searchVariants({ query: \"...\" })")
}

pub(crate) fn no_product(id: &ProductId) -> OperationError {
    OperationError::not_found("product", id, "catalog.searchProducts({ query: \"...\" })")
}

/// Something would be made of itself; the way there is named. What does not exist yet has no id that a reader could look
/// up, so it is not named by one.
pub(crate) fn cycle(way: &[Node], new: Option<&Node>) -> OperationError {
    let name = |node: &Node| match node {
        Node::Bom(_) if new == Some(node) => "the new BOM".to_owned(),
        Node::SubAssembly(_) if new == Some(node) => "the new sub-assembly".to_owned(),
        Node::Bom(_) | Node::SubAssembly(_) => node.to_string(),
    };
    let names: Vec<String> = way.iter().map(name).collect();
    let mut text = format!(
        "{} would be made of itself: {}; leave out one of these",
        names[0],
        names.join(" > ")
    );
    if way.iter().skip(1).any(|node| matches!(node, Node::Bom(_))) {
        text.push_str(". A finished good that is used as a material stands for its BOM");
    }
    let plain: Vec<String> = names.iter().map(|name| name.replace('`', "")).collect();
    OperationError::invalid_input(text).with_details(json!({ "cycle": plain }))
}
