//! Connection codes: live until their first end.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use latchstring_core::{CodeId, GrantId, TenantId};

use super::{
    State,
    credentials::CredentialKind,
    cut,
    grants::{GrantRow, HeldBy},
};
use crate::{
    CodeState, CodeSummary, FoundCode, IssuedCode, MAX_LIVE_APPS, MAX_LIVE_CODES, NewCode, Plan, Redeemed, Redemption,
    Revocation, SecretHash, StoreError, TenantStatus,
};

/// How many codes a list shows.
const LISTED: usize = 100;

pub(super) struct CodeRow {
    pub(super) asked: NewCode,
    pub(super) hash: SecretHash,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) install_generation: u64,
    pub(super) end: Option<End>,
}

/// What somebody did with a code. Its time may be over as well.
pub(super) enum End {
    Redeemed { at: DateTime<Utc>, grant: GrantId },
    Cancelled(Revocation),
}

impl State {
    /// Whether nothing has ended the code for good. It is live if its tenant is active, too.
    fn is_open(&self, row: &CodeRow, now: DateTime<Utc>) -> bool {
        let tenant = self.tenants.get(&row.asked.tenant);
        let is_of_this_installation = tenant.is_some_and(|tenant| tenant.install_generation == row.install_generation);
        row.end.is_none() && now < row.expires_at && is_of_this_installation
    }

    fn is_live(&self, row: &CodeRow, now: DateTime<Utc>) -> bool {
        let tenant = self.tenants.get(&row.asked.tenant);
        self.is_open(row, now) && tenant.is_some_and(|tenant| tenant.tenant.status == TenantStatus::Active)
    }

    fn code_summary(&self, id: CodeId, row: &CodeRow, now: DateTime<Utc>) -> CodeSummary {
        let state = match &row.end {
            Some(End::Redeemed { at, grant }) => CodeState::Redeemed { at: *at, grant: *grant },
            Some(End::Cancelled(cancellation)) => CodeState::Cancelled(cancellation.clone()),
            None if self.is_open(row, now) => CodeState::Live,
            None => CodeState::Expired,
        };
        CodeSummary {
            id,
            tenant: row.asked.tenant,
            scope: row.asked.scope,
            created_by: row.asked.created_by.clone(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            state,
        }
    }

    pub(super) fn create_code(&mut self, code: &IssuedCode, now: DateTime<Utc>) -> Result<CodeSummary, StoreError> {
        let tenant = code.asked.tenant;
        let install_generation = self.active_generation(tenant)?;
        let is_live = |row: &&CodeRow| row.asked.tenant == tenant && self.is_live(row, now);
        if self.codes.values().filter(is_live).count() >= MAX_LIVE_CODES {
            return Err(StoreError::TooManyCodes);
        }
        if self.live_apps(tenant, now) >= MAX_LIVE_APPS {
            return Err(StoreError::TooManyApps);
        }
        let row = CodeRow {
            asked: code.asked.clone(),
            hash: code.secret.hash,
            created_at: cut(code.created_at),
            expires_at: cut(code.expires_at),
            install_generation,
            end: None,
        };
        let summary = self.code_summary(code.id, &row, now);
        self.codes.insert(code.id, row);
        Ok(summary)
    }

    pub(super) fn list_codes(&self, tenant: TenantId, now: DateTime<Utc>) -> Vec<CodeSummary> {
        let codes = self.codes.iter().filter(|(_, row)| row.asked.tenant == tenant);
        let mut codes: Vec<CodeSummary> = codes.map(|(id, row)| self.code_summary(*id, row, now)).collect();
        codes.sort_by_key(|code| Reverse((code.created_at, code.id)));
        codes.truncate(LISTED);
        codes
    }

    pub(super) fn cancel_code(
        &mut self,
        tenant: TenantId,
        code: CodeId,
        cancellation: &Revocation,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = self.codes.get(&code).filter(|row| row.asked.tenant == tenant);
        let is_open = self.is_open(row.ok_or(StoreError::CodeNotFound(code))?, now);
        if is_open {
            self.end_code(code, End::cancelled(cancellation));
        }
        Ok(is_open)
    }

    /// Cancels the codes that this person made for the tenant.
    pub(super) fn cancel_codes_of(
        &mut self,
        tenant: TenantId,
        sub: &str,
        cancellation: &Revocation,
        now: DateTime<Utc>,
    ) {
        let is_theirs = |row: &CodeRow| row.asked.tenant == tenant && row.asked.created_by.sub() == sub;
        let theirs = self
            .codes
            .iter()
            .filter(|(_, row)| is_theirs(row) && self.is_open(row, now));
        for code in theirs.map(|(id, _)| *id).collect::<Vec<CodeId>>() {
            self.end_code(code, End::cancelled(cancellation));
        }
    }

    /// Cancels every live code of the tenant, and says which.
    pub(super) fn cancel_all_codes(
        &mut self,
        tenant: TenantId,
        cancellation: &Revocation,
        now: DateTime<Utc>,
    ) -> Vec<CodeId> {
        let theirs = self.codes.iter().filter(|(_, row)| row.asked.tenant == tenant);
        let mut live: Vec<CodeId> = theirs
            .filter(|(_, row)| self.is_live(row, now))
            .map(|(id, _)| *id)
            .collect();
        live.sort();
        for code in &live {
            self.end_code(*code, End::cancelled(cancellation));
        }
        live
    }

    fn end_code(&mut self, code: CodeId, end: End) {
        if let Some(row) = self.codes.get_mut(&code) {
            row.end = Some(end);
        }
    }

    pub(super) fn find_code(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Option<FoundCode> {
        let mut codes = self.codes.iter();
        let (id, row) = codes.find(|(_, row)| hashes.contains(&row.hash) && self.is_live(row, now))?;
        let tenant = &self.tenants.get(&row.asked.tenant)?.tenant;
        Some(FoundCode {
            id: *id,
            tenant: tenant.id,
            tenant_name: tenant.name.clone(),
            connector: tenant.connector.clone(),
            scope: row.asked.scope,
            plan: tenant.plan,
        })
    }

    pub(super) fn can_redeem(&self, redemption: &Redemption, now: DateTime<Utc>) -> bool {
        let Some(row) = self.codes.get(&redemption.code).filter(|row| self.is_live(row, now)) else {
            return false;
        };
        self.tenants.get(&row.asked.tenant).is_some_and(|row| {
            let is_asked_for = redemption
                .connector
                .as_ref()
                .is_none_or(|asked| *asked == row.tenant.connector);
            is_asked_for && (!redemption.needs_plan || row.tenant.plan == Plan::Active)
        })
    }

    /// Spends the code. Whoever calls this has looked whether it may.
    pub(super) fn redeem(&mut self, redemption: &Redemption) -> Option<Redeemed> {
        let at = cut(redemption.at);
        let code = self.codes.get_mut(&redemption.code)?;
        code.end = Some(End::Redeemed {
            at,
            grant: redemption.grant,
        });
        let redeemed = Redeemed {
            tenant: code.asked.tenant,
            scope: code.asked.scope,
        };
        let row = GrantRow {
            tenant: code.asked.tenant,
            scope: code.asked.scope,
            by: code.asked.created_by.clone(),
            at,
            install_generation: code.install_generation,
            expires_at: None,
            last_used_at: None,
            revoked: None,
            held_by: HeldBy::App {
                app: redemption.app.clone(),
                connected_at: None,
            },
        };
        self.grants.insert(redemption.grant, row);
        let kind = CredentialKind::AuthorizationCode {
            redirect_uri: redemption.redirect_uri.clone(),
            challenge: redemption.challenge,
        };
        self.add_token(redemption.grant, &redemption.authorization_code, kind);
        Some(redeemed)
    }
}

impl End {
    fn cancelled(cancellation: &Revocation) -> Self {
        Self::Cancelled(Revocation {
            at: cut(cancellation.at),
            by: cancellation.by.clone(),
        })
    }
}
