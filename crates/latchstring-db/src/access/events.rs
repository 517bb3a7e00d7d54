//! The record of who gave, used up and took back access: appended to, read, never changed.

use latchstring_access::{AccessEvent, AccessEventKind, Person, StoreError};
use latchstring_core::{CodeId, GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::sql::On;
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most events one reading returns.
const READ_LIMIT: u32 = 1_000;

pub(super) async fn append<C: ConnectionTrait>(on: &On<'_, C>, event: &AccessEvent) -> Result<(), StoreError> {
    let row = [
        ("at", Value::from(to_micros(event.at))),
        ("tenant_id", event.tenant.as_uuid().into()),
        ("kind", event.kind.as_str().into()),
        ("grant_id", event.grant.map(GrantId::as_uuid).into()),
        ("code_id", event.code.map(CodeId::as_uuid).into()),
        ("by_sub", event.by.as_ref().map(Person::sub).into()),
        ("by_name", event.by.as_ref().map(Person::name).into()),
    ];
    on.insert("access_event", row, "").await?;
    Ok(())
}

pub(super) async fn read<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<AccessEvent>, StoreError> {
    let sql = "SELECT seq, at, tenant_id, kind, grant_id, code_id, by_sub, by_name FROM access_event \
               WHERE tenant_id = $1 ORDER BY seq DESC LIMIT $2";
    let limit = i64::from(limit.min(READ_LIMIT));
    let rows: Vec<EventRow> = on.all(sql, [tenant.as_uuid().into(), limit.into()]).await?;
    rows.into_iter().map(AccessEvent::try_from).collect()
}

#[derive(FromQueryResult)]
struct EventRow {
    seq: i64,
    at: i64,
    tenant_id: Uuid,
    kind: String,
    grant_id: Option<Uuid>,
    code_id: Option<Uuid>,
    by_sub: Option<String>,
    by_name: Option<String>,
}

impl TryFrom<EventRow> for AccessEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let wrong = |column| inconsistency("access_event", column, row.seq);
        let kind = AccessEventKind::ALL.iter().find(|kind| kind.as_str() == row.kind);
        let by = match (&row.by_sub, &row.by_name) {
            (None, None) => None,
            (Some(sub), Some(name)) => Some(Person::new(sub, name)),
            (Some(_), None) | (None, Some(_)) => return Err(wrong("by_sub").into()),
        };
        Ok(Self {
            at: from_micros(row.at, "access_event", "at", row.seq)?,
            tenant: TenantId::from_uuid(row.tenant_id),
            kind: *kind.ok_or_else(|| wrong("kind"))?,
            grant: row.grant_id.map(GrantId::from_uuid),
            code: row.code_id.map(CodeId::from_uuid),
            by,
        })
    }
}
