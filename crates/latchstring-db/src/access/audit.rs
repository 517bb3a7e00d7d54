//! The audit trail: appended to, read, never changed.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use chrono::{Days, NaiveDate};
use latchstring_access::{
    AuditDays, AuditEntry, AuditKey, AuditLink, AuditOperation, AuditQuery, CallsPerDay, MAX_AUDIT_COUNTS,
    MAX_AUDIT_ENTRIES, StoreError,
};
use latchstring_core::{CallRecord, Change, ChangeAction, Effect, GrantId, OperationRecord, RequestId, TenantId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value, prelude::Uuid};
use serde::Deserialize;

use super::{
    chain::{Ends, link, stored},
    failed,
    sql::{On, places, portions, rows},
};
use crate::{
    error::{Cause, cause},
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// How many calls' operations are read at once.
const BATCH: usize = 500;

/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

pub(super) async fn append<C: ConnectionTrait>(
    on: &On<'_, C>,
    calls: &[&CallRecord],
    key: &AuditKey,
) -> Result<(), StoreError> {
    append_programs(on, calls).await?;
    let mut ends = Ends::lock(on, calls, key).await?;
    let mut known = known(on, calls).await?;
    let mut new = Vec::with_capacity(calls.len());
    for call in calls {
        if known.insert(call.request) {
            let link = ends.next(call)?;
            new.push((*call, call_row(call, &link)));
            ends.moved(call.tenant, link);
        }
    }
    append_calls(on, new).await?;
    ends.store(on).await
}

/// Those of the calls that are there already, after a commit of which nobody knew how it went.
async fn known<C: ConnectionTrait>(on: &On<'_, C>, calls: &[&CallRecord]) -> Result<HashSet<RequestId>, StoreError> {
    let mut known = HashSet::new();
    for portion in portions(calls) {
        let sql = format!(
            "SELECT request_id FROM audit_call WHERE request_id IN ({})",
            places(1, portion.len())
        );
        let ids = portion.iter().map(|call| call.request.as_uuid().into());
        for row in on.all::<RequestRow>(&sql, ids).await? {
            known.insert(RequestId::from_uuid(row.request_id));
        }
    }
    Ok(known)
}

/// Keeps the programs that are not kept yet. Each once, however many of the calls sent it, and in one order on all
/// servers: on PostgreSQL two that add the same row wait for each other, and would wait for ever if each was ahead.
async fn append_programs<C: ConnectionTrait>(on: &On<'_, C>, calls: &[&CallRecord]) -> Result<(), StoreError> {
    let mut programs = BTreeMap::new();
    for call in calls {
        if let Some(program) = &call.program
            && let Some(source) = &program.source
        {
            programs
                .entry((call.tenant, program.sha256.as_str()))
                .or_insert((source, call.request));
        }
    }
    let sql = "INSERT INTO audit_program (tenant_id, sha256, source) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, sha256) DO NOTHING";
    for ((tenant, sha256), (source, request)) in programs {
        let values: [Value; 3] = [tenant.as_uuid().into(), sha256.into(), source.as_ref().into()];
        let added = on.try_change(sql, values).await;
        added.map_err(|error| refused(error, ("audit_program", "sha256"), request))?;
    }
    Ok(())
}

async fn append_calls<C: ConnectionTrait>(
    on: &On<'_, C>,
    calls: Vec<(&CallRecord, [Value; CALL_COLUMNS])>,
) -> Result<(), StoreError> {
    let mut operations = Vec::new();
    for portion in portions(&calls) {
        let refused = |error| refused(error, ("audit_call", "request_id"), portion[0].0.request);
        let sql = format!(
            "INSERT INTO audit_call (request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, committed, \
             duration_micros, program_sha256, program_kept, chain_position, chain_key, chain_mac) VALUES {} \
             RETURNING seq, request_id",
            rows(CALL_COLUMNS, portion.len())
        );
        let values = portion.iter().flat_map(|(_, row)| row.clone());
        let numbered: Vec<NumberedRow> = on.try_all(&sql, values).await.map_err(refused)?;
        let numbers: HashMap<Uuid, i64> = numbered.into_iter().map(|row| (row.request_id, row.seq)).collect();
        for (call, _) in portion {
            let number = numbers.get(&call.request.as_uuid());
            let number = *number.ok_or_else(|| inconsistency("audit_call", "seq", call.request))?;
            let of_call = (0..).zip(&call.operations);
            operations
                .extend(of_call.map(|(position, record)| (call.request, operation_row((number, position), record))));
        }
    }
    for portion in portions(&operations) {
        let refused = |error| refused(error, ("audit_call", "request_id"), portion[0].0);
        let sql = format!(
            "INSERT INTO audit_operation (call_seq, position, operation, effect, outcome, duration_micros, changes, \
             row_count) VALUES {}",
            rows(OPERATION_COLUMNS, portion.len())
        );
        let values = portion.iter().flat_map(|(_, row)| row.clone());
        on.try_change(&sql, values).await.map_err(refused)?;
    }
    Ok(())
}

/// A record that can never be stored must not look like a store that cannot be reached: that is tried again.
fn refused(error: DbErr, (table, column): (&'static str, &'static str), request: RequestId) -> StoreError {
    match cause(&error) {
        Cause::Taken | Cause::Constraint => inconsistency(table, column, request).into(),
        _ => failed(error),
    }
}

const CALL_COLUMNS: usize = 15;

fn call_row(call: &CallRecord, link: &AuditLink) -> [Value; CALL_COLUMNS] {
    [
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
        call.program.as_ref().map(|program| program.sha256.as_str()).into(),
        call.program
            .as_ref()
            .is_some_and(|program| program.source.is_some())
            .into(),
        stored(link.position),
        link.key_id.as_str().into(),
        link.mac.to_vec().into(),
    ]
}

const OPERATION_COLUMNS: usize = 8;

fn operation_row((call_seq, position): (i64, i32), record: &OperationRecord) -> [Value; OPERATION_COLUMNS] {
    let changes = (!record.changes.is_empty())
        .then(|| serde_json::to_string(&record.changes).expect("text fields and JSON values are always JSON"));
    [
        call_seq.into(),
        position.into(),
        record.operation.as_str().into(),
        record.effect.map(Effect::as_str).into(),
        record.outcome.into(),
        micros(record.duration).into(),
        changes.into(),
        i64::try_from(record.rows).unwrap_or(i64::MAX).into(),
    ]
}

#[derive(FromQueryResult)]
struct RequestRow {
    request_id: Uuid,
}

#[derive(FromQueryResult)]
struct NumberedRow {
    seq: i64,
    request_id: Uuid,
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// What is read of a call.
const CALL: &str = "seq, request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, committed, \
                    duration_micros, program_sha256, program_kept, chain_position, chain_key, chain_mac";

pub(super) async fn read<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    query: &AuditQuery,
) -> Result<Vec<AuditEntry>, StoreError> {
    let (sql, values) = page(tenant, query);
    entries(on, on.all(&sql, values).await?).await
}

/// The statement that reads these calls, and its values.
fn page(tenant: TenantId, query: &AuditQuery) -> (String, Vec<Value>) {
    let limit = i64::from(query.limit.min(MAX_AUDIT_ENTRIES));
    let mut values: Vec<Value> = vec![tenant.as_uuid().into(), limit.into()];
    let mut conditions = "tenant_id = $1".to_owned();
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        conditions += &format!(" AND {condition} ${}", values.len());
    };
    if let Some(grant) = query.grant {
        narrow("grant_id =", grant.as_uuid().into());
    }
    if let Some(before) = query.before {
        narrow("seq <", i64::try_from(before).unwrap_or(i64::MAX).into());
    }
    let sql = format!("SELECT {CALL} FROM audit_call WHERE {conditions} ORDER BY seq DESC LIMIT $2");
    (sql, values)
}

pub(super) async fn find<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    request: RequestId,
) -> Result<Option<(AuditEntry, Option<String>)>, StoreError> {
    let sql = format!("SELECT {CALL} FROM audit_call WHERE request_id = $1 AND tenant_id = $2");
    let row: Option<CallRow> = on
        .one(&sql, [request.as_uuid().into(), tenant.as_uuid().into()])
        .await?;
    let Some(entry) = entries(on, row.into_iter().collect()).await?.pop() else {
        return Ok(None);
    };
    let source = match &entry.program_sha256 {
        Some(sha256) => {
            let values = [tenant.as_uuid().into(), sha256.as_str().into()];
            let program: Option<ProgramRow> = on.one(PROGRAM, values).await?;
            program.map(|program| program.source)
        }
        None => None,
    };
    Ok(Some((entry, source)))
}

const PROGRAM: &str = "SELECT source FROM audit_program WHERE tenant_id = $1 AND sha256 = $2";

/// Days are numbered from the first one that is asked for.
const COUNTS: &str = "SELECT (at - $2) / $4 AS day, grant_id, COUNT(*) AS calls FROM audit_call \
                      WHERE tenant_id = $1 AND at >= $2 AND at < $3 GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT $5";

pub(super) async fn count<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    days: AuditDays,
) -> Result<Vec<CallsPerDay>, StoreError> {
    let moments = days.moments();
    let values: [Value; 5] = [
        tenant.as_uuid().into(),
        to_micros(moments.start).into(),
        to_micros(moments.end).into(),
        DAY.into(),
        i64::from(MAX_AUDIT_COUNTS).into(),
    ];
    let rows: Vec<CountRow> = on.all(COUNTS, values).await?;
    rows.into_iter().map(|row| row.on_days_from(days.first())).collect()
}

/// The calls with their operations. Rows are only ever added, and a call's operations with it, so a second reading cannot
/// disagree with the first.
async fn entries<C: ConnectionTrait>(on: &On<'_, C>, calls: Vec<CallRow>) -> Result<Vec<AuditEntry>, StoreError> {
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
            "SELECT call_seq, position, operation, effect, outcome, duration_micros, changes, row_count \
             FROM audit_operation WHERE call_seq IN ({}) ORDER BY call_seq, position",
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
    let link = match (call.chain_position, call.chain_key, call.chain_mac) {
        (Some(position), Some(key), Some(mac)) => Some(link(position, key, mac, ("audit_call", call.seq))?),
        _ => None,
    };
    Ok(AuditEntry {
        seq: u64::try_from(call.seq).map_err(|_| wrong("seq"))?,
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
        program_kept: call.program_kept.unwrap_or(false),
        operations,
        link,
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
        let rows = row.row_count.map(u64::try_from).transpose();
        Ok(Self {
            operation: row.operation,
            effect,
            outcome: row.outcome,
            duration: read_micros(row.duration_micros).ok_or_else(|| wrong("duration_micros"))?,
            rows: rows.map_err(|_| wrong("row_count"))?,
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
    program_kept: Option<bool>,
    chain_position: Option<i64>,
    chain_key: Option<String>,
    chain_mac: Option<Vec<u8>>,
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
    row_count: Option<i64>,
}

#[derive(FromQueryResult)]
struct ProgramRow {
    source: String,
}

#[derive(FromQueryResult)]
struct CountRow {
    day: i64,
    grant_id: Uuid,
    calls: i64,
}

impl CountRow {
    fn on_days_from(self, first: NaiveDate) -> Result<CallsPerDay, StoreError> {
        let grant = GrantId::from_uuid(self.grant_id);
        let wrong = || inconsistency("audit_call", "at", grant);
        let day = u64::try_from(self.day).map_err(|_| wrong())?;
        Ok(CallsPerDay {
            day: first.checked_add_days(Days::new(day)).ok_or_else(wrong)?,
            grant,
            calls: u64::try_from(self.calls).map_err(|_| wrong())?,
        })
    }
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

#[cfg(test)]
mod tests {
    use sea_orm::prelude::DateTimeUtc;

    use super::*;
    use crate::access::plans::{postgres_plan, sqlite_plan};

    fn queries() -> [(AuditQuery, &'static str, &'static str); 4] {
        let (grant, before) = (Some(GrantId::new(DateTimeUtc::UNIX_EPOCH)), Some(7));
        let query = |grant, before| AuditQuery {
            grant,
            before,
            limit: 10,
        };
        [
            (query(None, None), "audit_call_by_tenant", "(tenant_id=?)"),
            (query(None, before), "audit_call_by_tenant", "(tenant_id=? AND seq<?)"),
            (
                query(grant, None),
                "audit_call_by_grant",
                "(tenant_id=? AND grant_id=?)",
            ),
            (
                query(grant, before),
                "audit_call_by_grant",
                "(tenant_id=? AND grant_id=? AND seq<?)",
            ),
        ]
    }

    #[tokio::test]
    async fn a_page_is_read_in_the_order_of_its_index() {
        for (query, index, narrowed) in queries() {
            let (sql, values) = page(TenantId::new(DateTimeUtc::UNIX_EPOCH), &query);
            let plan = sqlite_plan(&sql, values.len()).await;
            assert_eq!(plan, [format!("SEARCH audit_call USING INDEX {index} {narrowed}")]);
            if let Some(plan) = postgres_plan(&sql, values).await {
                assert_eq!(plan, [index]);
            }
        }
    }

    #[tokio::test]
    async fn calls_are_counted_in_an_index_and_only_those_of_the_days() {
        let plan = sqlite_plan(COUNTS, 5).await;
        let search = "SEARCH audit_call USING COVERING INDEX audit_call_by_moment (tenant_id=? AND at>? AND at<?)";
        assert_eq!(plan[0], search, "{plan:#?}");
        assert!(
            plan[1..].iter().all(|step| step.starts_with("USE TEMP B-TREE")),
            "{plan:#?}"
        );
    }

    #[tokio::test]
    async fn a_program_is_found_by_its_hash() {
        let plan = sqlite_plan(PROGRAM, 2).await;
        let index = "sqlite_autoindex_audit_program_1 (tenant_id=? AND sha256=?)";
        assert_eq!(plan, [format!("SEARCH audit_program USING INDEX {index}")]);
    }
}
