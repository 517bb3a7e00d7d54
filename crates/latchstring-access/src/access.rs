//! The service: who presents a credential, who gets one, and whether a grant still stands.
//!
//! No positive answer is remembered. Each authentication and each [`Gate::check`] asks the store, so a revocation that
//! was acknowledged holds for every request that begins after it, on every server. One file for each thing it looks
//! after: keys, connection codes, apps and their tokens, tenants.

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{CallRecord, CodeId, Gate, Grant, GrantId, Hold, Refusal, RequestId, Seal, TenantId};

use crate::{
    AccessEvent, AccessEventKind, AccessStore, AuditCheck, AuditDays, AuditEntry, AuditLink, AuditQuery, CallsPerDay,
    ConnectorId, FoundBearer, GrantKind, IssuedSecret, KeyRing, Person, PlanRule, Secret, Standing, StoreError, Token,
    TokenPrefix, audit_check,
    bookkeeping::{Bookkeeping, Trail},
    sweeper::Sweeper,
    watch::{Watch, Watchers},
};

mod apps;
mod clients;
mod codes;
mod keys;
mod tenants;
mod tokens;

pub use codes::CreateCodeError;
pub use keys::CreateKeyError;
pub use tokens::{Approval, Authorized, CodePresented, REFRESHES, RefreshPresented, SpendError, TokenTexts};

/// Checks credentials, makes and revokes them, and is the gate that sessions ask. Made once, shared in an [`Arc`].
pub struct Access {
    store: Arc<dyn AccessStore>,
    ring: KeyRing,
    rules: Rules,
    bookkeeping: Bookkeeping,
    watchers: Watchers,
    _sweeper: Sweeper,
}

/// What a product asks of access.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What its API keys begin with.
    pub prefix: TokenPrefix,
    /// Whether a tenant must pay to be served.
    pub plan: PlanRule,
    /// How long an access token works. Every request is checked all the same, so this does not delay a revocation; it
    /// bounds the use of a stolen token whose theft nobody noticed.
    pub access_token_lifetime: TimeDelta,
}

impl Rules {
    /// Rules with access tokens of one hour.
    pub fn new(prefix: TokenPrefix, plan: PlanRule) -> Self {
        Self {
            prefix,
            plan,
            access_token_lifetime: TimeDelta::hours(1),
        }
    }
}

impl Access {
    /// Checks that the ring belongs to the store, and starts the bookkeeping. The very first ring becomes the store's
    /// own. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When the store was used with another ring, or cannot be asked.
    pub async fn open(store: Arc<dyn AccessStore>, ring: KeyRing, rules: Rules) -> Result<Self, OpenError> {
        if !store.match_ring(&ring.checks()).await? {
            return Err(OpenError::WrongKeyRing);
        }
        let key = ring.audit_keys().swap_remove(0);
        let bookkeeping = Bookkeeping::start(Arc::new(Trail {
            store: Arc::clone(&store),
            key,
        }));
        let watchers = Watchers::start(Arc::clone(&store), rules.plan);
        let sweeper = Sweeper::start(Arc::clone(&store));
        Ok(Self {
            store,
            ring,
            rules,
            bookkeeping,
            watchers,
            _sweeper: sweeper,
        })
    }

    /// Who presents this API key? Text without the form of a key never reaches the store; anything else is one look-up.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub async fn authenticate_key(&self, presented: &str) -> Result<Grant, AuthenticateError> {
        let key = match Token::parse(presented, &self.rules.prefix) {
            Ok(key) => key,
            Err(_) if Token::parse(presented, &TokenPrefix::ACCESS).is_ok() => {
                return Err(AuthenticateError::WrongDoor);
            }
            Err(_) => return Err(AuthenticateError::Refused),
        };
        let found = self.find(GrantKind::Key, &key).await?;
        Ok(self.vouch(found))
    }

    /// Which app presents this access token, at this connector? An app's token is accepted at the connector of its own
    /// tenant only (RFC 8707, section 2).
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub async fn authenticate_app(&self, presented: &str, connector: &ConnectorId) -> Result<Grant, AuthenticateError> {
        let token = match Token::parse(presented, &TokenPrefix::ACCESS) {
            Ok(token) => token,
            Err(_) if Token::parse(presented, &self.rules.prefix).is_ok() => return Err(AuthenticateError::WrongDoor),
            Err(_) => return Err(AuthenticateError::Refused),
        };
        let found = self.find(GrantKind::App, &token).await?;
        if found.connector != *connector {
            self.note_mismatch(&found).await?;
            return Err(AuthenticateError::Refused);
        }
        Ok(self.vouch(found))
    }

    /// Once an hour for each app, so that one which keeps asking does not fill the record.
    async fn note_mismatch(&self, found: &FoundBearer) -> Result<(), StoreError> {
        let bucket = format!("audience:{}", found.grant);
        if self.store.count(&bucket, Duration::from_hours(1)).await?.so_far == 1 {
            self.note(found.at, found.tenant, AccessEventKind::AudienceMismatch)
                .grant(found.grant)
                .write()
                .await;
        }
        Ok(())
    }

    async fn find(&self, kind: GrantKind, token: &Token) -> Result<FoundBearer, AuthenticateError> {
        let hashes = self.ring.hashes(token.secret());
        let found = self.store.find_bearer(kind, &hashes).await?;
        found.ok_or(AuthenticateError::Refused)
    }

    #[expect(clippy::disallowed_methods, reason = "this is where a credential was checked")]
    fn vouch(&self, found: FoundBearer) -> Grant {
        self.bookkeeping.note_used(found.grant, found.at);
        Grant::vouch(found.grant, found.tenant, found.scope, found.holder)
    }

    /// Tells when a grant ends, for what outlives a request. Ends by itself when the watch is dropped.
    pub fn watch(&self, grant: &Grant) -> Watch {
        self.watchers.watch(grant.id())
    }

    /// Signs text that goes through a browser and comes back, so that it comes back as it was.
    pub fn sign(&self, text: &[u8]) -> [u8; 32] {
        self.ring.sign(text)
    }

    /// Whether we signed this text so.
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.ring.has_signed(text, signature)
    }

    /// What the product asks of access.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What happened to a tenant's access, the latest first; 1,000 at most, whatever the limit.
    pub async fn read_events(&self, tenant: TenantId, limit: u32) -> Result<Vec<AccessEvent>, StoreError> {
        self.store.read_events(tenant, limit).await
    }

    /// The calls of a tenant that are stored, the one stored last first; see [`AccessStore::read_audit`].
    pub async fn read_audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.read_audit(tenant, query).await
    }

    /// One call of a tenant, and the source of its program, where there was one and it was kept.
    pub async fn find_audit(
        &self,
        tenant: TenantId,
        request: RequestId,
    ) -> Result<Option<(AuditEntry, Option<String>)>, StoreError> {
        self.store.find_audit(tenant, request).await
    }

    /// How many calls of a tenant began on each of these days, by grant, the latest day first; see
    /// [`AccessStore::count_audit`].
    pub async fn count_audit(&self, tenant: TenantId, days: AuditDays) -> Result<Vec<CallsPerDay>, StoreError> {
        self.store.count_audit(tenant, days).await
    }

    /// Reads a tenant's whole audit trail, and says whether it is what was written down, as far as its chain can show.
    /// `noted` is a head that an earlier check told, `known_unchained` how many calls are known to be older than the chain.
    pub async fn check_audit(
        &self,
        tenant: TenantId,
        noted: Option<&AuditLink>,
        known_unchained: u64,
    ) -> Result<AuditCheck, StoreError> {
        let keys = self.ring.audit_keys();
        audit_check::check(self.store.as_ref(), &keys, tenant, noted, known_unchained).await
    }

    /// Can the store be asked right now?
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.find_tenants("").await.map(drop)
    }

    /// The moment by the clock that decides about expiry.
    pub async fn now(&self) -> Result<DateTime<Utc>, StoreError> {
        self.store.now().await
    }

    /// Stores all that was recorded so far and ends the bookkeeping. Call it when no more requests come.
    pub async fn shutdown(&self) {
        self.bookkeeping.shutdown().await;
    }

    fn issue(&self, secret: &Secret) -> IssuedSecret {
        let (hash_key_id, hash) = self.ring.hash(secret);
        IssuedSecret {
            hash,
            hash_key_id: hash_key_id.to_owned(),
        }
    }

    fn note(&self, at: DateTime<Utc>, tenant: TenantId, kind: AccessEventKind) -> Note<'_> {
        Note {
            access: self,
            event: AccessEvent {
                at,
                tenant,
                kind,
                grant: None,
                code: None,
                by: None,
            },
        }
    }
}

/// An event about to be written down.
struct Note<'a> {
    access: &'a Access,
    event: AccessEvent,
}

impl Note<'_> {
    fn grant(mut self, grant: GrantId) -> Self {
        self.event.grant = Some(grant);
        self
    }

    fn code(mut self, code: CodeId) -> Self {
        self.event.code = Some(code);
        self
    }

    fn by(mut self, by: &Person) -> Self {
        self.event.by = Some(by.clone());
        self
    }

    /// To the store and to the log. What happened has happened: that it cannot be stored is told to the log alone. Goes
    /// on when nobody waits for it any more, so that who hangs up in time does not go unrecorded.
    async fn write(self) {
        let AccessEvent {
            tenant,
            kind,
            grant,
            code,
            ..
        } = &self.event;
        tracing::info!(
            tenant.id = %tenant,
            grant.id = grant.map(tracing::field::display),
            code.id = code.map(tracing::field::display),
            event = kind.as_str(),
            "access changed"
        );
        let (store, event) = (Arc::clone(&self.access.store), self.event);
        let written = tokio::spawn(async move {
            if let Err(error) = store.append_event(&event).await {
                tracing::error!(
                    error = &error as &dyn Error,
                    event = event.kind.as_str(),
                    "the event could not be stored"
                );
            }
        });
        // It fails only when the runtime ends.
        let _ = written.await;
    }
}

#[async_trait]
impl Gate for Access {
    async fn check(&self, grant: &Grant) -> Result<(), Refusal> {
        let standing = self
            .store
            .standing(grant.tenant(), grant.id())
            .await
            .map_err(unavailable)?;
        self.judge(standing)
    }

    async fn hold(&self, grant: &Grant) -> Result<Hold, Refusal> {
        let answer = self.store.hold(grant.tenant(), grant.id()).await;
        let (standing, hold) = answer.map_err(unavailable)?.unzip();
        self.judge(standing)?;
        hold.ok_or(Refusal::Revoked)
    }

    async fn record(&self, call: CallRecord, durable: bool) {
        self.bookkeeping.record(call, durable).await;
    }

    fn record_abandoned(&self, call: CallRecord) {
        self.bookkeeping.abandon(call);
    }

    async fn program_of(&self, grant: &Grant, request: RequestId) -> Result<Option<Arc<str>>, Refusal> {
        let found = self.store.find_audit(grant.tenant(), request).await;
        let of_grant = found.map_err(unavailable)?.filter(|(call, _)| call.grant == grant.id());
        Ok(of_grant.and_then(|(_, program)| program).map(Into::into))
    }

    fn seal(&self, text: &[u8]) -> Seal {
        self.ring.seal(text)
    }

    fn is_sealed(&self, text: &[u8], seal: &Seal) -> bool {
        self.ring.has_sealed(text, seal)
    }
}

impl Access {
    fn judge(&self, standing: Option<Standing>) -> Result<(), Refusal> {
        match standing {
            None => Err(Refusal::Revoked),
            Some(standing) => standing.served(self.rules.plan),
        }
    }
}

fn unavailable(error: StoreError) -> Refusal {
    Refusal::Unavailable(error.into())
}

/// Why access could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keys in this store were made under another ring and would all be refused.
    #[error("the key ring is not the one this database was used with; restore that ring, or start with a new database")]
    WrongKeyRing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody was recognised.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// Not a credential that stands: malformed, unknown, revoked, expired, for another tenant, or its tenant is not
    /// served. Not told which.
    #[error("this opens nothing; ask the person who gave it to you for a new one")]
    Refused,
    /// It has the form of a credential that is presented elsewhere: an access token where keys belong, or a key where
    /// access tokens do. Says nothing about whether it would work there.
    #[error("this kind of credential is presented at another address")]
    WrongDoor,
    /// The store cannot be asked. Says nothing about the credential.
    #[error("access cannot be checked right now; try again shortly")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for AuthenticateError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

#[cfg(test)]
mod tests;
