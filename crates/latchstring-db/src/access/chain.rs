//! The chain of each tenant's calls: its last link, and the links of calls.

use std::collections::BTreeMap;

use latchstring_access::{AuditEntry, AuditKey, AuditLink, StoreError};
use latchstring_core::{CallRecord, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::{
    lock::{Lock, Mode, lock},
    sql::On,
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

pub(super) async fn head<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
) -> Result<Option<AuditLink>, StoreError> {
    let sql = "SELECT position, key_id, mac FROM audit_head WHERE tenant_id = $1";
    let row: Option<LinkRow> = on.one(sql, [tenant.as_uuid().into()]).await?;
    row.map(|row| link(row.position, row.key_id, row.mac, ("audit_head", tenant)))
        .transpose()
}

/// The ends of the chains that are being written to, each locked until the transaction ends.
pub(super) struct Ends<'a> {
    key: &'a AuditKey,
    ends: BTreeMap<TenantId, Option<AuditLink>>,
}

impl<'a> Ends<'a> {
    pub(super) async fn lock<C: ConnectionTrait>(
        on: &On<'_, C>,
        calls: &[&CallRecord],
        key: &'a AuditKey,
    ) -> Result<Self, StoreError> {
        if on.is_postgres() {
            // Other servers' records of these tenants wait for this one; one that has stopped is not waited for long.
            on.change("SET LOCAL idle_in_transaction_session_timeout = '15s'", [])
                .await?;
        }
        let mut ends: BTreeMap<TenantId, Option<AuditLink>> = calls.iter().map(|call| (call.tenant, None)).collect();
        for (tenant, end) in &mut ends {
            lock(on, Lock::Chain(*tenant), Mode::Alone).await?;
            *end = head(on, *tenant).await?;
        }
        Ok(Self { key, ends })
    }

    /// The link of a call that comes next.
    pub(super) fn next(&self, call: &CallRecord) -> Result<AuditLink, StoreError> {
        // To the microsecond, as it is read back.
        let at = from_micros(to_micros(call.at), "audit_call", "at", call.request)?;
        let entry = AuditEntry {
            at,
            ..AuditEntry::of(0, call)
        };
        let previous = self.ends.get(&call.tenant).and_then(Option::as_ref);
        Ok(self.key.link(previous, &entry))
    }

    /// The call is there.
    pub(super) fn moved(&mut self, tenant: TenantId, link: AuditLink) {
        self.ends.insert(tenant, Some(link));
    }

    pub(super) async fn store<C: ConnectionTrait>(self, on: &On<'_, C>) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_head (tenant_id, position, key_id, mac) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (tenant_id) DO UPDATE SET position = $2, key_id = $3, mac = $4";
        for (tenant, end) in self.ends {
            let Some(end) = end else { continue };
            let values: [Value; 4] = [
                tenant.as_uuid().into(),
                stored(end.position),
                end.key_id.into(),
                end.mac.to_vec().into(),
            ];
            on.change(sql, values).await?;
        }
        Ok(())
    }
}

/// A position as a value.
pub(super) fn stored(position: u64) -> Value {
    i64::try_from(position).unwrap_or(i64::MAX).into()
}

/// The link that these columns hold.
pub(super) fn link(
    position: i64,
    key_id: String,
    mac: Vec<u8>,
    (table, id): (&'static str, impl ToString),
) -> Result<AuditLink, StoreError> {
    let id = id.to_string();
    Ok(AuditLink {
        position: u64::try_from(position).map_err(|_| inconsistency(table, "position", &id))?,
        key_id,
        mac: mac.try_into().map_err(|_| inconsistency(table, "mac", &id))?,
    })
}

#[derive(FromQueryResult)]
struct LinkRow {
    position: i64,
    key_id: String,
    mac: Vec<u8>,
}
