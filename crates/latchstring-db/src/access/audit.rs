//! The audit trail: appended to, read, never changed.

use std::{collections::HashMap, time::Duration};

use latchstring_access::{AuditEntry, AuditOperation, StoreError};
use latchstring_core::{CallRecord, Change, ChangeAction, Effect, GrantId, OperationRecord, RequestId, TenantId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value, prelude::Uuid};
use serde::Deserialize;

use super::{
    failed,
    sql::{Number, On, places},
};
use crate::{
    error::{Cause, cause},
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most calls one reading returns.
const READ_LIMIT: u32 = 1_000;

/// How many calls' operations are read at once.
const BATCH: usize = 500;

pub(super) async fn append<C: ConnectionTrait>(on: &On<'_, C>, call: &CallRecord) -> Result<(), StoreError> {
    // A record that can never be stored must not look like a store that cannot be reached: that is tried again.
    let refused = |error: DbErr| match cause(&error) {
        Cause::Constraint => inconsistency("audit_call", "request_id", call.request).into(),
        _ => failed(error),
    };
    let Some(seq) = insert_call(on, call).await.map_err(refused)? else {
        return Ok(());
    };
    for (position, record) in (0..).zip(&call.operations) {
        insert_operation(on, (seq, position), record).await.map_err(refused)?;
    }
    Ok(())
}

/// The new row's number; `None` when the call is there already.
async fn insert_call<C: ConnectionTrait>(on: &On<'_, C>, call: &CallRecord) -> Result<Option<i64>, DbErr> {
    let sql = "INSERT INTO audit_call (request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, \
               committed, duration_micros, program_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT (request_id) DO NOTHING RETURNING seq AS number";
    let values: [Value; 11] = [
        call.request.as_uuid().into(),
        to_micros(call.at).into(),
        call.tenant.as_uuid().into(),
        call.grant.as_uuid().into(),
        call.holder.as_str().into(),
        call.channel.as_str().into(),
        call.tool.as_str().into(),
        call.outcome.into(),
        call.committed.into(),
        micros(call.duration).into(),
        call.program_sha256.as_deref().into(),
    ];
    let row: Option<Number> = on.try_one(sql, values).await?;
    Ok(row.map(|row| row.number))
}

async fn insert_operation<C: ConnectionTrait>(
    on: &On<'_, C>,
    (call_seq, position): (i64, i32),
    record: &OperationRecord,
) -> Result<(), DbErr> {
    let changes = (!record.changes.is_empty())
        .then(|| serde_json::to_string(&record.changes).expect("text fields and JSON values are always JSON"));
    let sql = "INSERT INTO audit_operation (call_seq, position, operation, effect, outcome, duration_micros, changes) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values: [Value; 7] = [
        call_seq.into(),
        position.into(),
        record.operation.as_str().into(),
        record.effect.map(Effect::as_str).into(),
        record.outcome.into(),
        micros(record.duration).into(),
        changes.into(),
    ];
    on.try_change(sql, values).await?;
    Ok(())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

pub(super) async fn read<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = "SELECT seq, request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, committed, \
               duration_micros, program_sha256 FROM audit_call WHERE tenant_id = $1 ORDER BY seq DESC LIMIT $2";
    let limit = i64::from(limit.min(READ_LIMIT));
    let calls: Vec<CallRow> = on.all(sql, [tenant.as_uuid().into(), limit.into()]).await?;
    // Rows are only ever added, and a call's operations with it, so a second reading cannot disagree with the first.
    let mut operations = operations_of(on, &calls).await?;
    calls
        .into_iter()
        .map(|call| {
            let operations = operations.remove(&call.seq).unwrap_or_default();
            entry(call, operations)
        })
        .collect()
}

async fn operations_of<C: ConnectionTrait>(
    on: &On<'_, C>,
    calls: &[CallRow],
) -> Result<HashMap<i64, Vec<AuditOperation>>, StoreError> {
    let mut operations: HashMap<i64, Vec<AuditOperation>> = HashMap::new();
    for batch in calls.chunks(BATCH) {
        let sql = format!(
            "SELECT call_seq, position, operation, effect, outcome, duration_micros, changes FROM audit_operation \
             WHERE call_seq IN ({}) ORDER BY call_seq, position",
            places(1, batch.len())
        );
        let rows: Vec<OperationRow> = on.all(&sql, batch.iter().map(|call| Value::from(call.seq))).await?;
        for row in rows {
            operations.entry(row.call_seq).or_default().push(row.try_into()?);
        }
    }
    Ok(operations)
}

fn entry(call: CallRow, operations: Vec<AuditOperation>) -> Result<AuditEntry, StoreError> {
    let wrong = |column| inconsistency("audit_call", column, call.seq);
    Ok(AuditEntry {
        request: RequestId::from_uuid(call.request_id),
        at: from_micros(call.at, "audit_call", "at", call.seq)?,
        tenant: TenantId::from_uuid(call.tenant_id),
        grant: GrantId::from_uuid(call.grant_id),
        duration: read_micros(call.duration_micros).ok_or_else(|| wrong("duration_micros"))?,
        holder: call.holder,
        channel: call.channel,
        tool: call.tool,
        outcome: call.outcome,
        committed: call.committed,
        program_sha256: call.program_sha256,
        operations,
    })
}

impl TryFrom<OperationRow> for AuditOperation {
    type Error = StoreError;

    fn try_from(row: OperationRow) -> Result<Self, StoreError> {
        let id = format!("{}/{}", row.call_seq, row.position);
        let wrong = |column| inconsistency("audit_operation", column, &id);
        let effect = match row.effect.as_deref() {
            None => None,
            Some("read") => Some(Effect::Read),
            Some("write") => Some(Effect::Write),
            Some(_) => return Err(wrong("effect").into()),
        };
        let changes: Vec<StoredChange> = match &row.changes {
            None => Vec::new(),
            Some(text) => serde_json::from_str(text).map_err(|_| wrong("changes"))?,
        };
        Ok(Self {
            operation: row.operation,
            effect,
            outcome: row.outcome,
            duration: read_micros(row.duration_micros).ok_or_else(|| wrong("duration_micros"))?,
            changes: changes.into_iter().map(Change::from).collect(),
        })
    }
}

fn read_micros(micros: i64) -> Option<Duration> {
    u64::try_from(micros).ok().map(Duration::from_micros)
}

#[derive(FromQueryResult)]
struct CallRow {
    seq: i64,
    request_id: Uuid,
    at: i64,
    tenant_id: Uuid,
    grant_id: Uuid,
    holder: String,
    channel: String,
    tool: String,
    outcome: String,
    committed: bool,
    duration_micros: i64,
    program_sha256: Option<String>,
}

#[derive(FromQueryResult)]
struct OperationRow {
    call_seq: i64,
    position: i32,
    operation: String,
    effect: Option<String>,
    outcome: String,
    duration_micros: i64,
    changes: Option<String>,
}

/// A [`Change`] as its JSON reads back.
#[derive(Deserialize)]
struct StoredChange {
    entity: String,
    id: String,
    action: StoredAction,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredAction {
    Created,
    Updated,
    Deleted,
}

impl From<StoredChange> for Change {
    fn from(stored: StoredChange) -> Self {
        let action = match stored.action {
            StoredAction::Created => ChangeAction::Created,
            StoredAction::Updated => ChangeAction::Updated,
            StoredAction::Deleted => ChangeAction::Deleted,
        };
        Self {
            entity: stored.entity,
            id: stored.id,
            action,
            before: stored.before,
            after: stored.after,
        }
    }
}
