//! The checks of the key rings this database was used with.

use latchstring_access::{RingCheck, SecretHash, StoreError};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::{
    lock::{Lock, Mode, lock},
    sql::{On, bytes},
};
use crate::inconsistency::inconsistency;

pub(super) async fn match_ring<C: ConnectionTrait>(on: &On<'_, C>, checks: &[RingCheck]) -> Result<bool, StoreError> {
    lock(on, Lock::Ring, Mode::Alone).await?;
    let sql = "SELECT key_id, check_hash FROM key_ring_check ORDER BY key_id";
    let rows: Vec<CheckRow> = on.all(sql, []).await?;
    let known: Vec<RingCheck> = rows.into_iter().map(RingCheck::try_from).collect::<Result<_, _>>()?;
    if !RingCheck::matches(&known, checks) {
        return Ok(false);
    }
    for check in checks.iter().filter(|check| !known.contains(check)) {
        let row = [
            ("key_id", Value::from(check.key_id.as_str())),
            ("check_hash", bytes(&check.check)),
        ];
        on.insert("key_ring_check", row, "").await?;
    }
    Ok(true)
}

#[derive(FromQueryResult)]
struct CheckRow {
    key_id: String,
    check_hash: Vec<u8>,
}

impl TryFrom<CheckRow> for RingCheck {
    type Error = StoreError;

    fn try_from(row: CheckRow) -> Result<Self, StoreError> {
        let bytes = row
            .check_hash
            .try_into()
            .map_err(|_| inconsistency("key_ring_check", "check_hash", &row.key_id))?;
        Ok(Self {
            key_id: row.key_id,
            check: SecretHash::from_bytes(bytes),
        })
    }
}
