//! The audit trail: appended to, read, never changed.

use std::{collections::HashMap, time::Duration};

use latchstring_access::{AuditEntry, AuditOperation, StoreError};
use latchstring_core::{CallRecord, Change, ChangeAction, Effect, GrantId, OperationRecord, RequestId, TenantId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};
use serde::Deserialize;

use super::failed;
use crate::{
    entity::{audit_call, audit_operation},
    error::{Cause, cause},
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most calls one reading returns.
const READ_LIMIT: u32 = 1_000;

pub(super) async fn append(work: &DatabaseTransaction, call: &CallRecord) -> Result<(), StoreError> {
    // A record that can never be stored must not look like a store that cannot be reached: that is tried again.
    let refused = |error: DbErr| match cause(&error) {
        Cause::Constraint => inconsistency("audit_call", "request_id", call.request).into(),
        Cause::Busy | Cause::NotWritable | Cause::NotADatabase | Cause::Other => failed(error),
    };
    let Some(seq) = insert_call(work, call).await.map_err(refused)? else {
        return Ok(());
    };
    if call.operations.is_empty() {
        return Ok(());
    }
    let rows = (0..).zip(&call.operations).map(|(position, record)| {
        let row = operation_row(seq, position, record);
        audit_operation::ActiveModel::from(row).reset_all()
    });
    audit_operation::Entity::insert_many(rows)
        .exec_without_returning(work)
        .await
        .map_err(refused)?;
    Ok(())
}

/// The new row's number; `None` when the call is there already.
async fn insert_call(work: &DatabaseTransaction, call: &CallRecord) -> Result<Option<i64>, DbErr> {
    let sql = "INSERT INTO audit_call (request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, \
               committed, duration_micros, program_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT (request_id) DO NOTHING RETURNING seq";
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
    let statement = Statement::from_sql_and_values(work.get_database_backend(), sql, values);
    work.query_one_raw(statement)
        .await?
        .map(|row| row.try_get("", "seq"))
        .transpose()
}

fn operation_row(call_seq: i64, position: i32, record: &OperationRecord) -> audit_operation::Model {
    let changes = (!record.changes.is_empty())
        .then(|| serde_json::to_string(&record.changes).expect("text fields and JSON values are always JSON"));
    audit_operation::Model {
        call_seq,
        position,
        operation: record.operation.clone(),
        effect: record.effect.map(|effect| effect.as_str().to_owned()),
        outcome: record.outcome.to_owned(),
        duration_micros: micros(record.duration),
        changes,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

pub(super) async fn read(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let calls = audit_call::Entity::find()
        .filter(audit_call::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_desc(audit_call::Column::Seq)
        .limit(u64::from(limit.min(READ_LIMIT)))
        .all(db)
        .await
        .map_err(failed)?;
    // Rows are only ever added, and a call's operations with it, so a second reading cannot disagree with the first.
    let mut operations = operations_of(db, &calls).await?;
    calls
        .into_iter()
        .map(|call| {
            let operations = operations.remove(&call.seq).unwrap_or_default();
            entry(call, operations)
        })
        .collect()
}

async fn operations_of(
    db: &impl ConnectionTrait,
    calls: &[audit_call::Model],
) -> Result<HashMap<i64, Vec<AuditOperation>>, StoreError> {
    let rows = audit_operation::Entity::find()
        .filter(audit_operation::Column::CallSeq.is_in(calls.iter().map(|call| call.seq)))
        .order_by_asc(audit_operation::Column::CallSeq)
        .order_by_asc(audit_operation::Column::Position)
        .all(db)
        .await
        .map_err(failed)?;
    let mut operations: HashMap<i64, Vec<AuditOperation>> = HashMap::new();
    for row in rows {
        operations.entry(row.call_seq).or_default().push(row.try_into()?);
    }
    Ok(operations)
}

fn entry(call: audit_call::Model, operations: Vec<AuditOperation>) -> Result<AuditEntry, StoreError> {
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

impl TryFrom<audit_operation::Model> for AuditOperation {
    type Error = StoreError;

    fn try_from(row: audit_operation::Model) -> Result<Self, StoreError> {
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
