//! All that the store holds, and what of it is forgotten.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use latchstring_core::{CodeId, GrantId, TenantId};

use super::{
    clients::{ClientRow, Window},
    codes::CodeRow,
    credentials::{CredentialKind, Credentials},
    grants::GrantRow,
    records::Records,
    tenants::TenantRow,
};
use crate::REPLAY_WINDOW;

#[derive(Default)]
pub(super) struct State {
    pub(super) tenants: BTreeMap<TenantId, TenantRow>,
    pub(super) deliveries: HashSet<String>,
    pub(super) grants: BTreeMap<GrantId, GrantRow>,
    pub(super) credentials: Credentials,
    pub(super) codes: BTreeMap<CodeId, CodeRow>,
    pub(super) clients: BTreeMap<String, ClientRow>,
    /// When each assertion of each client may be forgotten.
    pub(super) assertions: HashMap<(String, String), DateTime<Utc>>,
    /// By bucket and length of the window, in microseconds.
    pub(super) counters: HashMap<(String, i64), Window>,
    pub(super) records: Records,
}

impl State {
    pub(super) fn sweep(&mut self, now: DateTime<Utc>) {
        let day_ago = now - TimeDelta::days(1);
        self.codes.retain(|_, row| day_ago <= row.expires_at);
        self.credentials
            .retain(|credential| credential.expires_at.is_none_or(|end| day_ago <= end));
        self.clients.retain(|_, row| day_ago <= row.client.expires_at);
        self.assertions.retain(|_, expires_at| day_ago <= *expires_at);
        self.counters
            .retain(|_, window| day_ago.timestamp_micros() <= window.ends_at);
        for credential in self.credentials.iter_mut() {
            let is_over = credential.spent_at.is_some_and(|at| at + REPLAY_WINDOW < now);
            if let CredentialKind::Refresh { sealed, .. } = &mut credential.kind
                && is_over
            {
                *sealed = None;
            }
        }
    }
}

/// The moment to the microsecond, which is what databases keep. All that is stored is cut, so that whatever is told more
/// finely compares as it would there.
pub(super) fn cut(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}
