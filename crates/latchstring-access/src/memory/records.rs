//! Events, calls, and the checks of the key ring.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use latchstring_core::{CallRecord, RequestId, TenantId};

use super::cut;
use crate::{
    AccessEvent, AuditDays, AuditEntry, AuditKey, AuditLink, AuditQuery, CallsPerDay, MAX_AUDIT_COUNTS,
    MAX_AUDIT_ENTRIES, RingCheck,
};

/// The most events that are read back at once.
const READ: u32 = 1_000;

#[derive(Default)]
pub(super) struct Records {
    events: Vec<AccessEvent>,
    /// Each at its number, counted from 1.
    audit: Vec<AuditEntry>,
    /// By tenant and hash.
    programs: HashMap<(TenantId, String), Arc<str>>,
    recorded: HashSet<RequestId>,
    ring: Vec<RingCheck>,
    /// The last link of each tenant's chain.
    heads: HashMap<TenantId, AuditLink>,
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

    pub(super) fn append_audit(&mut self, calls: &[&CallRecord], key: &AuditKey) {
        for call in calls {
            if !self.recorded.insert(call.request) {
                continue;
            }
            let mut entry = AuditEntry {
                at: cut(call.at),
                ..AuditEntry::of(self.audit.len() as u64 + 1, call)
            };
            let link = key.link(self.heads.get(&call.tenant), &entry);
            self.heads.insert(call.tenant, link.clone());
            entry.link = Some(link);
            self.audit.push(entry);
            if let Some(program) = &call.program
                && let Some(source) = &program.source
            {
                let kept = self.programs.entry((call.tenant, program.sha256.clone()));
                kept.or_insert_with(|| Arc::clone(source));
            }
        }
    }

    pub(super) fn audit_head(&self, tenant: TenantId) -> Option<AuditLink> {
        self.heads.get(&tenant).cloned()
    }

    pub(super) fn read_audit(&self, tenant: TenantId, query: &AuditQuery) -> Vec<AuditEntry> {
        let newest_first = self.calls_of(tenant).rev();
        newest_first
            .filter(|entry| query.grant.is_none_or(|grant| entry.grant == grant))
            .filter(|entry| query.before.is_none_or(|before| entry.seq < before))
            .take(query.limit.min(MAX_AUDIT_ENTRIES) as usize)
            .cloned()
            .collect()
    }

    pub(super) fn find_audit(&self, tenant: TenantId, request: RequestId) -> Option<(AuditEntry, Option<String>)> {
        let entry = self.calls_of(tenant).find(|entry| entry.request == request)?;
        let source = entry
            .program_sha256
            .as_ref()
            .and_then(|hash| self.programs.get(&(tenant, hash.clone())));
        Some((entry.clone(), source.map(ToString::to_string)))
    }

    pub(super) fn count_audit(&self, tenant: TenantId, days: AuditDays) -> Vec<CallsPerDay> {
        let moments = days.moments();
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for entry in self.calls_of(tenant).filter(|entry| moments.contains(&entry.at)) {
            *counts.entry((Reverse(entry.at.date_naive()), entry.grant)).or_default() += 1;
        }
        let counts = counts
            .into_iter()
            .map(|((Reverse(day), grant), calls)| CallsPerDay { day, grant, calls });
        counts.take(MAX_AUDIT_COUNTS as usize).collect()
    }

    fn calls_of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &AuditEntry> {
        self.audit.iter().filter(move |entry| entry.tenant == tenant)
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
