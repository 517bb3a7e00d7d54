//! What became of each item of a call that does many.

use latchstring::OperationError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What became of the items.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Outcomes {
    succeeded: usize,
    failed: usize,
    /// One entry per item, in the order given.
    results: Vec<ItemOutcome>,
}

/// What became of an item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemOutcome {
    /// Which item, from 0.
    index: usize,
    outcome: Outcome,
    /// Why it failed; otherwise null.
    error: Option<Value>,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum Outcome {
    /// It was made.
    Created,
    /// It was there, and is changed.
    Updated,
    /// It is gone.
    Removed,
    /// It was refused, and nothing of it was done; the others go on.
    Failed,
}

impl Outcomes {
    /// Of what became of each. A failure that a program may not catch ends the whole call.
    pub(crate) fn of(results: Vec<Result<Outcome, OperationError>>) -> Result<Self, OperationError> {
        let mut items = Vec::with_capacity(results.len());
        for (index, result) in results.into_iter().enumerate() {
            let (outcome, error) = match result {
                Ok(outcome) => (outcome, None),
                Err(error) if error.ends_program() => return Err(error),
                Err(error) => (Outcome::Failed, Some(error.to_value())),
            };
            items.push(ItemOutcome { index, outcome, error });
        }
        let failed = items.iter().filter(|item| item.outcome == Outcome::Failed).count();
        Ok(Self {
            succeeded: items.len() - failed,
            failed,
            results: items,
        })
    }
}
