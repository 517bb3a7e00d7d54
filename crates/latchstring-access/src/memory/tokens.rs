//! The tokens of connected apps: found in whatever state, spent once.

use chrono::{DateTime, Utc};
use latchstring_core::{GrantId, TenantId};

use super::{
    State,
    credentials::{Credential, CredentialKind},
    cut,
    grants::HeldBy,
};
use crate::{
    CredentialId, FoundAuthorizationCode, FoundRefreshToken, FoundToken, IssuedToken, IssuedTokens, SecretHash,
};

impl State {
    pub(super) fn find_authorization_code(
        &self,
        hashes: &[SecretHash],
        now: DateTime<Utc>,
    ) -> Option<FoundAuthorizationCode> {
        hashes.iter().find_map(|hash| {
            let (id, credential) = self.credentials.find(hash)?;
            let CredentialKind::AuthorizationCode {
                redirect_uri,
                challenge,
            } = &credential.kind
            else {
                return None;
            };
            Some(FoundAuthorizationCode {
                token: self.found_token(id, credential, now)?,
                redirect_uri: redirect_uri.clone(),
                challenge: *challenge,
            })
        })
    }

    pub(super) fn find_refresh_token(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Option<FoundRefreshToken> {
        hashes.iter().find_map(|hash| {
            let (id, credential) = self.credentials.find(hash)?;
            let CredentialKind::Refresh { sealed, successor } = &credential.kind else {
                return None;
            };
            let successor = successor.and_then(|id| self.credentials.get(id));
            Some(FoundRefreshToken {
                token: self.found_token(id, credential, now)?,
                sealed: sealed.clone(),
                successor_is_spent: successor.is_some_and(|successor| successor.spent_at.is_some()),
            })
        })
    }

    fn found_token(&self, id: CredentialId, credential: &Credential, now: DateTime<Utc>) -> Option<FoundToken> {
        let grant = self.grants.get(&credential.grant)?;
        Some(FoundToken {
            id,
            grant: credential.grant,
            tenant: grant.tenant,
            connector: self.tenants.get(&grant.tenant)?.tenant.connector.clone(),
            scope: grant.scope,
            client_id: self.client_id(credential.grant)?,
            stands: self.standing_of(grant, now).is_some(),
            expires_at: credential.expires_at?,
            spent_at: credential.spent_at,
            at: now,
        })
    }

    /// The OAuth client that holds this grant; `None` for a key.
    fn client_id(&self, grant: GrantId) -> Option<String> {
        match &self.grants.get(&grant)?.held_by {
            HeldBy::App { app, .. } => Some(app.client_id.clone()),
            HeldBy::Key { .. } => None,
        }
    }

    pub(super) fn find_issued(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Option<(TenantId, GrantId, String)> {
        hashes.iter().find_map(|hash| {
            let (_, credential) = self.credentials.find(hash)?;
            match credential.kind {
                CredentialKind::Access | CredentialKind::Refresh { .. } if !credential.is_expired_at(now) => {}
                _ => return None,
            }
            let tenant = self.grants.get(&credential.grant)?.tenant;
            Some((tenant, credential.grant, self.client_id(credential.grant)?))
        })
    }

    /// Whether the app may still fetch its first tokens.
    pub(super) fn can_connect(&self, grant: GrantId, now: DateTime<Utc>) -> bool {
        self.credentials.iter().any(|credential| {
            credential.grant == grant && credential.kind.is_authorization_code() && !credential.is_expired_at(now)
        })
    }

    pub(super) fn can_exchange(&self, code: CredentialId, tokens: &IssuedTokens, now: DateTime<Utc>) -> bool {
        self.spendable(code, tokens, now)
            .is_some_and(|credential| credential.kind.is_authorization_code())
    }

    pub(super) fn can_rotate(&self, token: CredentialId, tokens: &IssuedTokens, now: DateTime<Utc>) -> bool {
        self.spendable(token, tokens, now)
            .is_some_and(|credential| credential.kind.is_refresh_token())
    }

    /// The credential if it can be spent on tokens for its own grant.
    fn spendable(&self, id: CredentialId, tokens: &IssuedTokens, now: DateTime<Utc>) -> Option<&Credential> {
        let credential = self.credentials.get(id)?;
        self.standing_of(self.grants.get(&credential.grant)?, now)?;
        let is_spendable =
            credential.grant == tokens.grant && credential.spent_at.is_none() && !credential.is_expired_at(now);
        is_spendable.then_some(credential)
    }

    /// Spends the authorization code. Whoever calls this has looked whether it may.
    pub(super) fn exchange(&mut self, code: CredentialId, tokens: &IssuedTokens) {
        self.add_tokens(tokens);
        if let Some(code) = self.credentials.get_mut(code) {
            code.spent_at = Some(cut(tokens.at));
        }
        if let Some(grant) = self.grants.get_mut(&tokens.grant)
            && let HeldBy::App { connected_at, .. } = &mut grant.held_by
        {
            connected_at.get_or_insert(cut(tokens.at));
        }
    }

    /// Spends the refresh token. Whoever calls this has looked whether it may.
    pub(super) fn rotate(&mut self, token: CredentialId, tokens: &IssuedTokens, answer: &[u8]) {
        let refresh = self.add_tokens(tokens);
        if let Some(token) = self.credentials.get_mut(token) {
            token.spent_at = Some(cut(tokens.at));
            token.kind = CredentialKind::Refresh {
                sealed: Some(answer.to_vec()),
                successor: Some(refresh),
            };
        }
    }

    /// Stores both tokens; returns the row of the refresh token.
    fn add_tokens(&mut self, tokens: &IssuedTokens) -> CredentialId {
        self.add_token(tokens.grant, &tokens.access, CredentialKind::Access);
        let refresh = CredentialKind::Refresh {
            sealed: None,
            successor: None,
        };
        self.add_token(tokens.grant, &tokens.refresh, refresh)
    }

    pub(super) fn add_token(&mut self, grant: GrantId, token: &IssuedToken, kind: CredentialKind) -> CredentialId {
        self.credentials.add(Credential {
            grant,
            hash: token.secret.hash,
            expires_at: Some(cut(token.expires_at)),
            spent_at: None,
            kind,
        })
    }
}
