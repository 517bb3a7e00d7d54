//! Who is calling, and may they: API keys, connection codes, connected apps, and the questions access asks of its store.
//!
//! A presented key or access token becomes a [`Grant`](latchstring_core::Grant) in [`Access`] and nowhere else.
//! [`Access`] is also the [`Gate`](latchstring_core::Gate) that a session asks before every operation and holds for
//! its commit. Neither remembers a positive answer: each asks the [`AccessStore`], so that a revocation holds from
//! the moment it is stored.
//!
//! This crate knows no HTTP and no SQL.

#![forbid(unsafe_code)]

mod access;
mod app;
mod audit;
mod audit_chain;
mod audit_check;
mod bookkeeping;
mod client;
mod connection_code;
mod connector;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod event;
mod grant;
mod key;
mod key_ring;
mod key_ring_file;
mod memory;
mod oauth_tokens;
mod person;
mod pkce;
mod plan;
mod seal;
mod secret;
mod store;
mod sweeper;
mod tenant;
mod tenant_event;
mod token;
mod watch;

pub use access::{
    Access, Approval, AuthenticateError, Authorized, CodePresented, CreateCodeError, CreateKeyError, OpenError,
    REFRESHES, RefreshPresented, Rules, SpendError, TokenTexts,
};
pub use app::{AppIdentity, AppSummary, Redeemed, Redemption};
pub use audit::{
    AuditDays, AuditEntry, AuditOperation, AuditQuery, CallsPerDay, MAX_AUDIT_COUNTS, MAX_AUDIT_DAYS, MAX_AUDIT_ENTRIES,
};
pub use audit_chain::{AuditKey, AuditLink, AuditLinkError};
pub use audit_check::{AuditCheck, AuditFault};
pub use client::{
    IDLE_CLIENT_LIFETIME, MAX_UNUSED_CLIENTS, RegisteredClient, UNUSED_CLIENT_KEEPS_PLACE, UNUSED_CLIENT_LIFETIME,
};
pub use connection_code::{
    CODE_LIFETIME, CodeState, CodeSummary, ConnectionCode, ConnectionCodeError, FoundCode, IssuedCode, MAX_LIVE_APPS,
    MAX_LIVE_CODES, NewCode,
};
pub use connector::{ConnectorId, ConnectorIdError};
pub use event::{AccessEvent, AccessEventKind};
pub use grant::{FoundBearer, GrantKind, IssuedSecret, Revocation, RevokeOutcome, RevokedAll, Standing};
pub use key::{IssuedKey, KeySummary, Label, LabelError, NewKey};
pub use key_ring::{KeyRing, KeyRingError, RingCheck};
pub use key_ring_file::KeyRingFileError;
pub use memory::MemoryStore;
pub use oauth_tokens::{
    AUTHORIZATION_CODE_LIFETIME, CredentialId, FoundAuthorizationCode, FoundRefreshToken, FoundToken, IssuedToken,
    IssuedTokens, REFRESH_TOKEN_LIFETIME, REPLAY_WINDOW,
};
pub use person::{Person, disturbs, shows_as_nothing};
pub use pkce::{Challenge, ChallengeError};
pub use plan::{Plan, PlanRule};
pub use secret::{Secret, SecretHash};
pub use store::{AccessStore, Count, Inconsistency, MAX_LIVE_KEYS, StoreError};
pub use tenant::{NewTenant, Tenant, TenantStatus, UnknownStatus};
pub use tenant_event::{Applied, TenantEvent, TenantEventKind};
pub use token::{Token, TokenError, TokenPrefix, TokenPrefixError};
pub use watch::Watch;
