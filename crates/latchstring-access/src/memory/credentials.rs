//! Credentials: secrets by their hashes, each a pointer to a grant.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use latchstring_core::GrantId;

use crate::{Challenge, CredentialId, GrantKind, SecretHash};

pub(super) struct Credential {
    pub(super) grant: GrantId,
    pub(super) hash: SecretHash,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) spent_at: Option<DateTime<Utc>>,
    pub(super) kind: CredentialKind,
}

pub(super) enum CredentialKind {
    Key,
    AuthorizationCode {
        redirect_uri: String,
        challenge: Challenge,
    },
    Access,
    Refresh {
        sealed: Option<Vec<u8>>,
        successor: Option<CredentialId>,
    },
}

impl Credential {
    pub(super) fn is_expired_at(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

impl CredentialKind {
    /// What kind of grant it lets its bearer use; `None` for what is no bearer credential.
    pub(super) fn bears(&self) -> Option<GrantKind> {
        match self {
            Self::Key => Some(GrantKind::Key),
            Self::Access => Some(GrantKind::App),
            Self::AuthorizationCode { .. } | Self::Refresh { .. } => None,
        }
    }

    pub(super) fn is_authorization_code(&self) -> bool {
        match self {
            Self::AuthorizationCode { .. } => true,
            Self::Key | Self::Access | Self::Refresh { .. } => false,
        }
    }

    pub(super) fn is_refresh_token(&self) -> bool {
        match self {
            Self::Refresh { .. } => true,
            Self::Key | Self::Access | Self::AuthorizationCode { .. } => false,
        }
    }
}

/// All credentials, found by row or by hash.
#[derive(Default)]
pub(super) struct Credentials {
    rows: BTreeMap<CredentialId, Credential>,
    by_hash: HashMap<SecretHash, CredentialId>,
    last: i64,
}

impl Credentials {
    pub(super) fn add(&mut self, credential: Credential) -> CredentialId {
        self.last += 1;
        let id = CredentialId(self.last);
        self.by_hash.insert(credential.hash, id);
        self.rows.insert(id, credential);
        id
    }

    pub(super) fn find(&self, hash: &SecretHash) -> Option<(CredentialId, &Credential)> {
        let id = *self.by_hash.get(hash)?;
        Some((id, self.rows.get(&id)?))
    }

    pub(super) fn get(&self, id: CredentialId) -> Option<&Credential> {
        self.rows.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: CredentialId) -> Option<&mut Credential> {
        self.rows.get_mut(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.rows.values()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Credential> {
        self.rows.values_mut()
    }

    pub(super) fn retain(&mut self, is_kept: impl Fn(&Credential) -> bool) {
        self.rows.retain(|_, credential| is_kept(credential));
        let rows = &self.rows;
        self.by_hash.retain(|_, id| rows.contains_key(id));
    }
}
