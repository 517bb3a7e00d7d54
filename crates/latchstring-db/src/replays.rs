//! Answers that are kept under a caller's key, for the writer of a product's own data.
//!
//! They are in the product's database and not beside the grants, because an answer must be there if and only if its change
//! is. So the product lists [`Migration`] among its own, and its
//! [`UnitOfWork`](latchstring_core::UnitOfWork) passes [`recall`] and [`remember`] on with its transaction. That has to be
//! one of [`begin_write_for`](crate::Database::begin_write_for): the second of two calls with one key then waits until the
//! first is over, and finds its answer.

mod migration;

use chrono::{DateTime, Utc};
use latchstring_core::{OperationError, Replay, ReplayKey};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult, Statement, Value};
use serde_json::value::RawValue;

use crate::{
    DatabaseError,
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

pub use migration::Migration;

/// The answer that was kept under this key, if it is not forgotten by `now`.
///
/// # Errors
/// When the database fails, or what it holds cannot be right.
pub async fn recall(
    work: &DatabaseTransaction,
    key: &ReplayKey,
    now: DateTime<Utc>,
) -> Result<Option<Replay>, OperationError> {
    let sql = "SELECT arguments, answer, answered_at FROM latchstring_replay \
               WHERE grant_id = $1 AND operation = $2 AND caller_key = $3 AND answered_at > $4";
    let values = [
        key.grant.as_uuid().into(),
        key.operation.as_str().into(),
        key.key.as_str().into(),
        to_micros(Replay::forgotten_at(now)).into(),
    ];
    let row = Row::find_by_statement(statement(work, sql, values)).one(work).await;
    row.map_err(failed)?.map(|row| row.into_replay(key)).transpose()
}

/// Keeps an answer under a key that has none, and deletes what is forgotten of this tenant's.
///
/// # Errors
/// When the database fails, or the key has an answer.
pub async fn remember(work: &DatabaseTransaction, key: &ReplayKey, replay: &Replay) -> Result<(), OperationError> {
    // Of one tenant alone: nobody else writes its rows, so nobody waits for this.
    let forget = "DELETE FROM latchstring_replay WHERE tenant_id = $1 AND answered_at <= $2";
    let forgotten = to_micros(Replay::forgotten_at(replay.at));
    execute(work, forget, [key.tenant.as_uuid().into(), forgotten.into()]).await?;
    let keep = "INSERT INTO latchstring_replay \
                (tenant_id, grant_id, operation, caller_key, arguments, answer, answered_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let row = [
        key.tenant.as_uuid().into(),
        key.grant.as_uuid().into(),
        key.operation.as_str().into(),
        key.key.as_str().into(),
        replay.arguments.to_vec().into(),
        replay.answer.get().into(),
        to_micros(replay.at).into(),
    ];
    execute(work, keep, row).await
}

#[derive(FromQueryResult)]
struct Row {
    arguments: Vec<u8>,
    answer: String,
    answered_at: i64,
}

impl Row {
    fn into_replay(self, key: &ReplayKey) -> Result<Replay, OperationError> {
        let wrong = |column| OperationError::internal(inconsistency("latchstring_replay", column, key.grant));
        Ok(Replay {
            arguments: self.arguments.try_into().map_err(|_| wrong("arguments"))?,
            answer: RawValue::from_string(self.answer).map_err(|_| wrong("answer"))?,
            at: from_micros(self.answered_at, "latchstring_replay", "answered_at", key.grant)
                .map_err(OperationError::internal)?,
        })
    }
}

async fn execute<const N: usize>(
    work: &DatabaseTransaction,
    sql: &str,
    values: [Value; N],
) -> Result<(), OperationError> {
    let done = work.execute_raw(statement(work, sql, values)).await;
    done.map(|_| ()).map_err(failed)
}

fn statement<const N: usize>(work: &DatabaseTransaction, sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(work.get_database_backend(), sql, values)
}

fn failed(error: DbErr) -> OperationError {
    DatabaseError::from(error).into()
}
