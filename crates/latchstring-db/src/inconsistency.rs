//! Stored values that cannot be right.

use latchstring_access::Inconsistency;

/// A value in `table`.`column` of the row `id` that cannot be right. The value itself is not told: it may be somebody's
/// data.
pub(crate) fn inconsistency(table: &'static str, column: &'static str, id: impl std::fmt::Display) -> Inconsistency {
    Inconsistency {
        table,
        column,
        id: id.to_string(),
    }
}
