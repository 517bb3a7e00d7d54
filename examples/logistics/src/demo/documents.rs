//! The demo's documents, brought to their statuses by the same steps that assistants take.

pub(super) mod purchases;
pub(super) mod returns;
pub(super) mod stock_takes;
pub(super) mod transfers;

use crate::model::{Refusal, status::Status};

/// A step that the tables say is possible. A test goes through them all.
fn possible<T>(done: Result<T, Refusal>) -> T {
    done.expect("the demo's tables are well-formed")
}

fn status<S: Status>(name: &str) -> S {
    S::parse(name).expect("the demo's tables are well-formed")
}
