//! Grants: what a key and a connected app have in common, and whether one stands.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use latchstring_core::{GrantId, Holder, Scope, TenantId};

use super::{
    State,
    credentials::{Credential, CredentialKind},
    cut,
};
use crate::{
    AppIdentity, AppSummary, FoundBearer, GrantKind, IssuedKey, KeySummary, MAX_LIVE_KEYS, Person, Revocation,
    RevokeOutcome, RevokedAll, SecretHash, Standing, StoreError, TenantStatus,
};

/// How many grants a list shows.
const LISTED: usize = 500;

pub(super) struct GrantRow {
    pub(super) tenant: TenantId,
    pub(super) scope: Scope,
    /// Who made the key, or the code that the app was connected with.
    pub(super) by: Person,
    pub(super) at: DateTime<Utc>,
    pub(super) install_generation: u64,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
    pub(super) revoked: Option<Revocation>,
    pub(super) held_by: HeldBy,
}

pub(super) enum HeldBy {
    Key {
        label: String,
        hint: String,
    },
    App {
        app: AppIdentity,
        connected_at: Option<DateTime<Utc>>,
    },
}

impl GrantRow {
    fn kind(&self) -> GrantKind {
        match self.held_by {
            HeldBy::Key { .. } => GrantKind::Key,
            HeldBy::App { .. } => GrantKind::App,
        }
    }

    fn is_expired_at(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    fn holder(&self) -> Holder {
        match &self.held_by {
            HeldBy::Key { label, hint } => Holder::Key {
                label: label.clone(),
                hint: hint.clone(),
            },
            HeldBy::App { app, .. } => Holder::App {
                name: app.name.clone(),
                host: app.host.clone(),
            },
        }
    }

    fn key_summary(&self, grant: GrantId) -> Option<KeySummary> {
        match &self.held_by {
            HeldBy::Key { label, hint } => Some(KeySummary {
                grant,
                tenant: self.tenant,
                scope: self.scope,
                label: label.clone(),
                hint: hint.clone(),
                created_by: self.by.clone(),
                created_at: self.at,
                last_used_at: self.last_used_at,
                expires_at: self.expires_at,
                revoked: self.revoked.clone(),
            }),
            HeldBy::App { .. } => None,
        }
    }

    fn app_summary(&self, grant: GrantId) -> Option<AppSummary> {
        match &self.held_by {
            HeldBy::App { app, connected_at } => Some(AppSummary {
                grant,
                tenant: self.tenant,
                scope: self.scope,
                app: app.clone(),
                granted_by: self.by.clone(),
                granted_at: self.at,
                connected_at: *connected_at,
                last_used_at: self.last_used_at,
                revoked: self.revoked.clone(),
            }),
            HeldBy::Key { .. } => None,
        }
    }
}

impl State {
    pub(super) fn find_bearer(
        &self,
        kind: GrantKind,
        hashes: &[SecretHash],
        now: DateTime<Utc>,
    ) -> Option<FoundBearer> {
        let bears = |credential: &&Credential| credential.kind.bears() == Some(kind) && !credential.is_expired_at(now);
        let credentials = hashes.iter().filter_map(|hash| self.credentials.find(hash));
        let credential = credentials.map(|(_, credential)| credential).find(bears)?;
        let row = self.grants.get(&credential.grant)?;
        self.standing_of(row, now)?;
        Some(FoundBearer {
            grant: credential.grant,
            tenant: row.tenant,
            connector: self.tenants.get(&row.tenant)?.tenant.connector.clone(),
            scope: row.scope,
            holder: row.holder(),
            at: now,
        })
    }

    pub(super) fn standing(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Option<Standing> {
        let row = self.grants.get(&grant).filter(|row| row.tenant == tenant)?;
        self.standing_of(row, now)
    }

    /// The rule itself: whoever asks whether a grant stands asks here.
    pub(super) fn standing_of(&self, row: &GrantRow, now: DateTime<Utc>) -> Option<Standing> {
        let tenant = self.tenants.get(&row.tenant)?;
        let stands = row.revoked.is_none()
            && !row.is_expired_at(now)
            && tenant.tenant.status == TenantStatus::Active
            && tenant.install_generation == row.install_generation;
        stands.then_some(Standing {
            plan: tenant.tenant.plan,
            is_paused: tenant.tenant.paused.is_some(),
        })
    }

    pub(super) fn standing_among(&self, grants: &[GrantId], now: DateTime<Utc>) -> Vec<(GrantId, Standing)> {
        let standing = |grant: &GrantId| Some((*grant, self.standing_of(self.grants.get(grant)?, now)?));
        grants.iter().filter_map(standing).collect()
    }

    pub(super) fn revoke(
        &mut self,
        kind: GrantKind,
        tenant: TenantId,
        grant: GrantId,
        revocation: &Revocation,
    ) -> Result<RevokeOutcome, StoreError> {
        let row = self.grants.get_mut(&grant);
        let row = row.filter(|row| row.tenant == tenant && row.kind() == kind);
        let revoked = &mut row.ok_or(StoreError::NotFound(grant))?.revoked;
        if revoked.is_some() {
            return Ok(RevokeOutcome::AlreadyRevoked);
        }
        *revoked = Some(Revocation {
            at: cut(revocation.at),
            by: revocation.by.clone(),
        });
        Ok(RevokeOutcome::Revoked)
    }

    pub(super) fn revoke_all(
        &mut self,
        tenant: TenantId,
        revocation: &Revocation,
        session: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<RevokedAll, StoreError> {
        let generation = self.active_generation(tenant)?;
        let sessions = self.tenants.get(&tenant).map(|row| row.tenant.session_generation);
        if session.is_some() && session != sessions {
            return Err(StoreError::SessionOver);
        }
        let revocation = Revocation {
            at: cut(revocation.at),
            by: revocation.by.clone(),
        };
        let mut all = RevokedAll {
            codes: self.cancel_all_codes(tenant, &revocation, now),
            ..RevokedAll::default()
        };
        for (grant, row) in &mut self.grants {
            let is_theirs = row.tenant == tenant && row.install_generation == generation;
            if !is_theirs || row.revoked.is_some() || row.is_expired_at(now) {
                continue;
            }
            row.revoked = Some(revocation.clone());
            match row.kind() {
                GrantKind::Key => all.keys.push(*grant),
                GrantKind::App => all.apps.push(*grant),
            }
        }
        all.keys.sort();
        all.apps.sort();
        all.session_generation = self.end_sessions(tenant);
        Ok(all)
    }

    pub(super) fn note_used(&mut self, uses: &[(GrantId, DateTime<Utc>)]) {
        for (grant, at) in uses {
            if let Some(row) = self.grants.get_mut(grant) {
                row.last_used_at = row.last_used_at.max(Some(cut(*at)));
            }
        }
    }

    pub(super) fn create_key(&mut self, key: &IssuedKey, now: DateTime<Utc>) -> Result<KeySummary, StoreError> {
        let asked = &key.asked;
        let install_generation = self.active_generation(asked.tenant)?;
        let is_live = |row: &&GrantRow| {
            row.tenant == asked.tenant && row.kind() == GrantKind::Key && self.standing_of(row, now).is_some()
        };
        if self.grants.values().filter(is_live).count() >= MAX_LIVE_KEYS {
            return Err(StoreError::TooManyKeys);
        }
        let row = GrantRow {
            tenant: asked.tenant,
            scope: asked.scope,
            by: asked.created_by.clone(),
            at: cut(key.created_at),
            install_generation,
            expires_at: asked.expires_at.map(cut),
            last_used_at: None,
            revoked: None,
            held_by: HeldBy::Key {
                label: asked.label.as_str().to_owned(),
                hint: key.hint.clone(),
            },
        };
        let summary = row.key_summary(key.grant).expect("a key was made above");
        self.grants.insert(key.grant, row);
        self.credentials.add(Credential {
            grant: key.grant,
            hash: key.secret.hash,
            // A key's end is its grant's.
            expires_at: None,
            spent_at: None,
            kind: CredentialKind::Key,
        });
        Ok(summary)
    }

    pub(super) fn list_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> Vec<KeySummary> {
        let keys = self
            .listed(tenant, now)
            .filter_map(|(grant, row)| row.key_summary(grant));
        keys.take(LISTED).collect()
    }

    pub(super) fn list_apps(&self, tenant: TenantId, now: DateTime<Utc>) -> Vec<AppSummary> {
        let apps = self
            .listed(tenant, now)
            .filter_map(|(grant, row)| row.app_summary(grant));
        let is_shown =
            |app: &AppSummary| app.connected_at.is_some() || app.revoked.is_none() && self.can_connect(app.grant, now);
        apps.filter(is_shown).take(LISTED).collect()
    }

    /// How many connected apps of a tenant stand.
    pub(super) fn live_apps(&self, tenant: TenantId, now: DateTime<Utc>) -> usize {
        let is_live = |row: &&GrantRow| {
            let is_connected = matches!(&row.held_by, HeldBy::App { connected_at, .. } if connected_at.is_some());
            row.tenant == tenant && is_connected && self.standing_of(row, now).is_some()
        };
        self.grants.values().filter(is_live).count()
    }

    /// The grants of a tenant's installation: those neither revoked nor expired first, newest first.
    fn listed(&self, tenant: TenantId, now: DateTime<Utc>) -> impl Iterator<Item = (GrantId, &GrantRow)> {
        let generation = self.tenants.get(&tenant).map(|row| row.install_generation);
        let mut rows: Vec<(GrantId, &GrantRow)> = self
            .grants
            .iter()
            .filter(|(_, row)| row.tenant == tenant && Some(row.install_generation) == generation)
            .map(|(grant, row)| (*grant, row))
            .collect();
        rows.sort_by_key(|(grant, row)| {
            let has_ended = row.revoked.is_some() || row.is_expired_at(now);
            (has_ended, Reverse((row.at, *grant)))
        });
        rows.into_iter()
    }
}
