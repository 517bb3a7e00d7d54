//! What keys and connected apps have in common: revoked, and noted when they are used.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchstring_access::{GrantKind, Revocation, RevokeOutcome, RevokedAll, StoreError};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    codes,
    lock::{Lock, Mode, lock},
    sql::{Number, On},
    standing::OPEN,
    tenants::active_installation,
};
use crate::moment::to_micros;

pub(super) async fn revoke<C: ConnectionTrait>(
    on: &On<'_, C>,
    (kind, tenant, grant): (GrantKind, TenantId, GrantId),
    revocation: &Revocation,
) -> Result<RevokeOutcome, StoreError> {
    lock(on, Lock::Grant(grant), Mode::Alone).await?;
    let sql = "UPDATE access_grant SET revoked_at = $4, revoked_by_sub = $5, revoked_by_name = $6 \
               WHERE id = $1 AND tenant_id = $2 AND kind = $3 AND revoked_at IS NULL";
    let which: [Value; 3] = [grant.as_uuid().into(), tenant.as_uuid().into(), kind.as_str().into()];
    let how: [Value; 3] = [
        to_micros(revocation.at).into(),
        revocation.by.sub().into(),
        revocation.by.name().into(),
    ];
    if on.change(sql, which.clone().into_iter().chain(how)).await? == 1 {
        return Ok(RevokeOutcome::Revoked);
    }
    let sql = "SELECT 1 FROM access_grant WHERE id = $1 AND tenant_id = $2 AND kind = $3";
    if on.finds(sql, which).await? {
        Ok(RevokeOutcome::AlreadyRevoked)
    } else {
        Err(StoreError::NotFound(grant))
    }
}

pub(super) async fn revoke_all<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    revocation: &Revocation,
    session: Option<u64>,
) -> Result<RevokedAll, StoreError> {
    // Whoever makes or holds a grant of this tenant shares this lock.
    lock(on, Lock::Tenant(tenant), Mode::Alone).await?;
    let install_gen = active_installation(on, tenant).await?;
    let session_generation = end_sessions(on, tenant, session).await?;
    in_order(on, tenant).await?;
    let codes = codes::cancel_all(on, tenant, revocation).await?;
    let sql = format!(
        "UPDATE access_grant AS g SET revoked_at = $3, revoked_by_sub = $4, revoked_by_name = $5 \
         WHERE g.tenant_id = $1 AND g.install_gen = $2 AND {OPEN} RETURNING id, kind"
    );
    let values: [Value; 5] = [
        tenant.as_uuid().into(),
        install_gen.into(),
        to_micros(revocation.at).into(),
        revocation.by.sub().into(),
        revocation.by.name().into(),
    ];
    let mut rows: Vec<EndedRow> = on.all(&sql, values).await?;
    rows.sort_by_key(|row| row.id);
    let of_kind = |kind: GrantKind| {
        let rows = rows.iter().filter(|row| row.kind == kind.as_str());
        rows.map(|row| GrantId::from_uuid(row.id)).collect()
    };
    Ok(RevokedAll {
        keys: of_kind(GrantKind::Key),
        apps: of_kind(GrantKind::App),
        codes,
        session_generation,
    })
}

/// Ends the sessions on the tenant's access page, unless the one that this was commanded in is over already.
async fn end_sessions<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    session: Option<u64>,
) -> Result<u64, StoreError> {
    let sql = "UPDATE tenant SET session_gen = session_gen + 1 WHERE id = $1 AND ($2 IS NULL OR session_gen = $2) \
               RETURNING session_gen AS number";
    let session = session.map(|session| i64::try_from(session).unwrap_or(i64::MAX));
    let row: Option<Number> = on.one(sql, [tenant.as_uuid().into(), session.into()]).await?;
    let number = row.ok_or(StoreError::SessionOver)?.number;
    Ok(u64::try_from(number).unwrap_or_default())
}

/// Takes the rows in the order in which the notes of last uses take them, so that neither waits for the other for ever.
async fn in_order<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<(), StoreError> {
    if on.is_postgres() {
        let sql = "SELECT id FROM access_grant WHERE tenant_id = $1 ORDER BY id FOR UPDATE";
        let _: Vec<Locked> = on.all(sql, [tenant.as_uuid().into()]).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "the row is what matters")]
    id: Uuid,
}

#[derive(FromQueryResult)]
struct EndedRow {
    id: Uuid,
    kind: String,
}

pub(super) async fn note_used<C: ConnectionTrait>(
    on: &On<'_, C>,
    uses: &[(GrantId, DateTime<Utc>)],
) -> Result<(), StoreError> {
    // Rows in the order of their ids, so that two batches never wait for each other.
    let mut last: BTreeMap<GrantId, i64> = BTreeMap::new();
    for (grant, at) in uses {
        let at = to_micros(*at);
        last.entry(*grant)
            .and_modify(|known| *known = at.max(*known))
            .or_insert(at);
    }
    let sql = "UPDATE access_grant SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    for (grant, at) in last {
        on.change(sql, [grant.as_uuid().into(), at.into()]).await?;
    }
    Ok(())
}
