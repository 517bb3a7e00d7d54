//! Exports under way: one for each tenant, because each reads much.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::TenantId;

/// How long an export keeps others out: whoever stops reading half way does so no longer.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// Since when each is under way, on this server.
#[derive(Clone, Default)]
pub(crate) struct Exports(Arc<Mutex<HashMap<TenantId, DateTime<Utc>>>>);

/// One of them, which is over when this is dropped.
pub(super) struct Turn {
    exports: Exports,
    tenant: TenantId,
    since: DateTime<Utc>,
}

impl Exports {
    /// Begins one; `None` while another is under way.
    pub(super) fn begin(&self, tenant: TenantId, now: DateTime<Utc>) -> Option<Turn> {
        let mut under_way = self.under_way();
        let is_free = under_way.get(&tenant).is_none_or(|since| now - since >= LONGEST);
        is_free.then(|| {
            under_way.insert(tenant, now);
            Turn {
                exports: self.clone(),
                tenant,
                since: now,
            }
        })
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<TenantId, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.exports.under_way();
        // Not the turn of somebody who came after the longest time.
        if under_way.get(&self.tenant) == Some(&self.since) {
            under_way.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_exports_once_at_a_time_and_nobody_keeps_others_out_for_long() {
        let (exports, start) = (Exports::default(), DateTime::UNIX_EPOCH);
        let (one, other) = (TenantId::new(start), TenantId::new(start));
        let stalled = exports.begin(one, start);
        assert!(stalled.is_some() && exports.begin(other, start).is_some());
        assert!(exports.begin(one, start + LONGEST - TimeDelta::seconds(1)).is_none());
        let next = exports.begin(one, start + LONGEST);
        assert!(next.is_some());
        drop(stalled);
        assert!(exports.begin(one, start + LONGEST).is_none(), "the next is under way");
        drop(next);
        assert!(exports.begin(one, start + LONGEST).is_some());
    }
}
