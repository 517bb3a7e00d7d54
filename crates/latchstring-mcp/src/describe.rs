//! `describe`: from names to declarations.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use latchstring_core::{ErrorCode, Operation, OperationError, Surface, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::declaration::{declarations, overview};

/// More whole declarations than this in one answer would bury the model: it then gets one line of each.
const WHOLE: usize = 5;

/// More lines than this are refused.
const MOST: usize = 100;

/// Shows declarations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DescribeInput {
    /// Operations such as "boms.list", or namespaces such as "boms". More than 5 operations are told in one line each.
    #[schemars(length(min = 1, max = 20))]
    names: Vec<String>,
}

/// Its schema; made once, for it is read at every call.
pub(crate) static INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<DescribeInput>);

/// The declarations.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeOutput {
    /// TypeScript, one declaration after the other.
    pub(crate) declarations: String,
}

pub(crate) fn describe(surface: &Surface, input: &DescribeInput) -> Result<DescribeOutput, OperationError> {
    if input.names.is_empty() {
        return Err(OperationError::invalid_input(
            "`names` is empty; name operations or namespaces from `search`",
        ));
    }
    let mut operations: Vec<&Arc<Operation>> = Vec::new();
    for name in &input.names {
        let name = name.trim();
        let namespace = name.strip_prefix("app.").unwrap_or(name);
        let members: Vec<_> = surface
            .operations()
            .filter(|operation| {
                operation.name.program_namespace() == namespace
                    || operation.name.as_str().split('.').next() == Some(namespace)
            })
            .collect();
        if members.is_empty() {
            operations.push(surface.find(name)?);
        } else {
            operations.extend(members);
        }
    }
    let mut seen = HashSet::new();
    operations.retain(|operation| seen.insert(operation.name.as_str()));
    if operations.len() > MOST {
        return Err(OperationError::new(
            ErrorCode::LimitExceeded,
            format!(
                "that is {} operations; describe {MOST} at most at a time",
                operations.len()
            ),
        ));
    }
    let operations: Vec<&Operation> = operations.into_iter().map(AsRef::as_ref).collect();
    let declarations = if operations.len() > WHOLE {
        overview(&operations)
    } else {
        declarations(&operations)
    };
    Ok(DescribeOutput { declarations })
}
