//! Events, calls, and the checks of the key ring.

use std::collections::HashSet;

use latchstring_core::{CallRecord, RequestId, TenantId};

use super::cut;
use crate::{AccessEvent, AuditEntry, RingCheck};

/// The most that is read back at once.
const READ: u32 = 1_000;

#[derive(Default)]
pub(super) struct Records {
    events: Vec<AccessEvent>,
    audit: Vec<AuditEntry>,
    recorded: HashSet<RequestId>,
    ring: Vec<RingCheck>,
}

impl Records {
    pub(super) fn append_event(&mut self, event: &AccessEvent) {
        self.events.push(AccessEvent {
            at: cut(event.at),
            ..event.clone()
        });
    }

    pub(super) fn read_events(&self, tenant: TenantId, limit: u32) -> Vec<AccessEvent> {
        let newest_first = self.events.iter().rev().filter(|event| event.tenant == tenant);
        newest_first.take(limit.min(READ) as usize).cloned().collect()
    }

    pub(super) fn append_audit(&mut self, calls: &[&CallRecord]) {
        for call in calls {
            if self.recorded.insert(call.request) {
                self.audit.push(AuditEntry {
                    at: cut(call.at),
                    ..AuditEntry::from(*call)
                });
            }
        }
    }

    pub(super) fn read_audit(&self, tenant: TenantId, limit: u32) -> Vec<AuditEntry> {
        let newest_first = self.audit.iter().rev().filter(|entry| entry.tenant == tenant);
        newest_first.take(limit.min(READ) as usize).cloned().collect()
    }

    pub(super) fn match_ring(&mut self, checks: &[RingCheck]) -> bool {
        if !RingCheck::matches(&self.ring, checks) {
            return false;
        }
        for check in checks {
            if !self.ring.contains(check) {
                self.ring.push(check.clone());
            }
        }
        true
    }
}
