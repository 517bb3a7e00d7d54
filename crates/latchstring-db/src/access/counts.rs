//! How often something happened in the current window.

use std::time::Duration;

use latchstring_access::{Count, StoreError};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::sql::On;
use crate::inconsistency::inconsistency;

/// A window that is over begins anew.
const COUNT: &str = "INSERT INTO rate_count (bucket, window_micros, ends_at, so_far) VALUES ($1, $2, {now} + $2, 1) \
     ON CONFLICT (bucket, window_micros) DO UPDATE SET \
     ends_at = CASE WHEN rate_count.ends_at > {now} THEN rate_count.ends_at ELSE excluded.ends_at END, \
     so_far = CASE WHEN rate_count.ends_at > {now} THEN rate_count.so_far + 1 ELSE 1 END \
     RETURNING so_far, ends_at - {now} AS ends_in";

pub(super) async fn count<C: ConnectionTrait>(
    on: &On<'_, C>,
    bucket: &str,
    window: Duration,
) -> Result<Count, StoreError> {
    let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
    let row: Option<CountRow> = on.one(COUNT, [bucket.into(), window.into()]).await?;
    let wrong = |column| inconsistency("rate_count", column, bucket);
    let row = row.ok_or_else(|| wrong("bucket"))?;
    Ok(Count {
        so_far: u64::try_from(row.so_far).map_err(|_| wrong("so_far"))?,
        ends_in: u64::try_from(row.ends_in)
            .map(Duration::from_micros)
            .map_err(|_| wrong("ends_at"))?,
    })
}

#[derive(FromQueryResult)]
struct CountRow {
    so_far: i64,
    ends_in: i64,
}
