//! Moments as the database keeps them: microseconds since 1970, UTC.

use chrono::{DateTime, Utc};
use latchstring_access::Inconsistency;

use crate::inconsistency::inconsistency;

/// The stored form. Cuts what is finer than a microsecond.
pub(crate) fn to_micros(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// The moment stored in `table`.`column` of the row `id`.
pub(crate) fn from_micros(
    micros: i64,
    table: &'static str,
    column: &'static str,
    id: impl std::fmt::Display,
) -> Result<DateTime<Utc>, Inconsistency> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| inconsistency(table, column, id))
}
