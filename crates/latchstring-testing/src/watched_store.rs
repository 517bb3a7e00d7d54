//! The SQL access store with a window: what it is asked is counted, and a test can act before any question.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring::{
    CallRecord, CodeId, GrantId, Hold, TenantId,
    access::{
        AccessEvent, AccessStore, AppSummary, Applied, AuditEntry, CodeSummary, ConnectorId, Count, CredentialId,
        FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken, GrantKind, IssuedCode, IssuedKey,
        IssuedTokens, KeySummary, NewTenant, Redeemed, Redemption, RegisteredClient, Revocation, RevokeOutcome,
        RingCheck, SecretHash, Standing, StoreError, Tenant, TenantEvent,
    },
    db::SqlAccessStore,
};

/// What a test sees of the store, and when it acts.
#[derive(Default)]
pub struct Watch {
    asked: Mutex<HashMap<&'static str, usize>>,
    hook: Mutex<Option<Hook>>,
    memory: Mutex<Option<Memory>>,
    is_cut_off: AtomicBool,
}

/// Something to do before a question is answered.
struct Hook {
    /// Which question; any of a request's if `None`.
    question: Option<&'static str>,
    /// How many of them go by first.
    first: usize,
    act: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// What a store should not do: remember who was welcome.
struct Memory {
    lasts: Duration,
    bearers: HashMap<SecretHash, (Instant, FoundBearer)>,
    standing: HashMap<GrantId, (Instant, Standing)>,
}

/// Asked by workers in the background, at moments of their own.
const BACKGROUND: [&str; 4] = ["standing_among", "note_used", "append_audit", "sweep"];

impl Watch {
    /// How many times this method of the store was called.
    pub fn asked(&self, question: &str) -> usize {
        lock(&self.asked).get(question).copied().unwrap_or_default()
    }

    /// How many times a session asked whether its grant stands.
    pub fn stands(&self) -> usize {
        self.asked("standing")
    }

    /// Does `act` just before the `nth` question from now on, whichever it is. What workers ask in the background does
    /// not count. What `act` asks itself goes by.
    pub fn before_nth(&self, nth: usize, act: impl Future<Output = ()> + Send + 'static) {
        self.set(None, nth, Box::pin(act));
    }

    /// Does `act` just before this method is called for the `nth` time from now on.
    pub fn before_nth_of(&self, question: &'static str, nth: usize, act: impl Future<Output = ()> + Send + 'static) {
        self.set(Some(question), nth, Box::pin(act));
    }

    /// Whether the last act is still waiting for its moment. Forgets it.
    pub fn forget(&self) -> bool {
        lock(&self.hook).take().is_some()
    }

    /// Puts the store out of reach, or back.
    pub fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::SeqCst);
    }

    /// Makes a bad store of it, for tests that must notice: one that remembers for so long who was welcome.
    pub fn remember_for(&self, lasts: Duration) {
        *lock(&self.memory) = Some(Memory {
            lasts,
            bearers: HashMap::new(),
            standing: HashMap::new(),
        });
    }

    fn set(&self, question: Option<&'static str>, nth: usize, act: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let first = nth - 1;
        *lock(&self.hook) = Some(Hook { question, first, act });
    }

    async fn ask(&self, question: &'static str) -> Result<(), StoreError> {
        *lock(&self.asked).entry(question).or_default() += 1;
        let due = lock(&self.hook).take_if(|hook| hook.is_due(question));
        if let Some(hook) = due {
            hook.act.await;
        }
        if self.is_cut_off.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("cut off"));
        }
        Ok(())
    }

    fn remembered<T>(&self, look: impl FnOnce(&Memory) -> Option<&(Instant, T)>) -> Option<T>
    where
        T: Clone,
    {
        let memory = lock(&self.memory);
        let memory = memory.as_ref()?;
        look(memory)
            .filter(|(since, _)| since.elapsed() < memory.lasts)
            .map(|(_, what)| what.clone())
    }

    fn remember(&self, keep: impl FnOnce(&mut Memory)) {
        lock(&self.memory).as_mut().map(keep);
    }
}

impl Hook {
    fn is_due(&mut self, question: &str) -> bool {
        let is_meant = self
            .question
            .map_or(!BACKGROUND.contains(&question), |meant| meant == question);
        if is_meant && self.first > 0 {
            self.first -= 1;
            return false;
        }
        is_meant
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// See [`Watch`].
pub struct WatchedStore {
    inner: SqlAccessStore,
    watch: Arc<Watch>,
}

impl WatchedStore {
    /// Watches `inner`.
    pub fn new(inner: SqlAccessStore) -> Self {
        Self {
            inner,
            watch: Arc::default(),
        }
    }

    /// The window.
    pub fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }

    async fn found(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError> {
        if let Some(found) = hashes
            .first()
            .and_then(|hash| self.watch.remembered(|memory| memory.bearers.get(hash)))
        {
            return Ok(Some(found));
        }
        let found = self.inner.find_bearer(kind, hashes).await?;
        if let (Some(found), Some(hash)) = (&found, hashes.first()) {
            let entry = (Instant::now(), found.clone());
            self.watch.remember(|memory| _ = memory.bearers.insert(*hash, entry));
        }
        Ok(found)
    }

    async fn stood(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
        if let Some(standing) = self.watch.remembered(|memory| memory.standing.get(&grant)) {
            return Ok(Some(standing));
        }
        let standing = self.inner.standing(tenant, grant).await?;
        if let Some(standing) = standing {
            let entry = (Instant::now(), standing);
            self.watch.remember(|memory| _ = memory.standing.insert(grant, entry));
        }
        Ok(standing)
    }

    async fn held(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
        match self.watch.remembered(|memory| memory.standing.get(&grant)) {
            Some(standing) => Ok(Some((standing, Hold::new(())))),
            None => self.inner.hold(tenant, grant).await,
        }
    }
}

/// Every method: the window first, then the store itself, or what stands behind `=>`.
macro_rules! watched {
    ($($method:ident($($name:ident: $type:ty),*) -> $answer:ty $(=> $instead:ident)?;)+) => {
        #[async_trait]
        impl AccessStore for WatchedStore {
            $(async fn $method(&self, $($name: $type),*) -> Result<$answer, StoreError> {
                self.watch.ask(stringify!($method)).await?;
                watched!(@go self, $method, ($($name),*) $(, $instead)?)
            })+
        }
    };
    (@go $self:ident, $method:ident, ($($name:ident),*)) => { $self.inner.$method($($name),*).await };
    (@go $self:ident, $method:ident, ($($name:ident),*), $instead:ident) => { $self.$instead($($name),*).await };
}

watched! {
    now() -> DateTime<Utc>;
    find_bearer(kind: GrantKind, hashes: &[SecretHash]) -> Option<FoundBearer> => found;
    standing(tenant: TenantId, grant: GrantId) -> Option<Standing> => stood;
    standing_among(grants: &[GrantId]) -> Vec<(GrantId, Standing)>;
    hold(tenant: TenantId, grant: GrantId) -> Option<(Standing, Hold)> => held;
    revoke(kind: GrantKind, tenant: TenantId, grant: GrantId, revocation: &Revocation) -> RevokeOutcome;
    note_used(uses: &[(GrantId, DateTime<Utc>)]) -> ();
    create_key(key: &IssuedKey) -> KeySummary;
    list_keys(tenant: TenantId) -> Vec<KeySummary>;
    create_code(code: &IssuedCode) -> CodeSummary;
    list_codes(tenant: TenantId) -> Vec<CodeSummary>;
    cancel_code(tenant: TenantId, code: CodeId, cancellation: &Revocation) -> bool;
    find_code(hashes: &[SecretHash]) -> Option<FoundCode>;
    redeem(redemption: &Redemption) -> Option<Redeemed>;
    list_apps(tenant: TenantId) -> Vec<AppSummary>;
    find_authorization_code(hashes: &[SecretHash]) -> Option<FoundAuthorizationCode>;
    exchange(code: CredentialId, tokens: &IssuedTokens) -> bool;
    find_refresh_token(hashes: &[SecretHash]) -> Option<FoundRefreshToken>;
    rotate(token: CredentialId, tokens: &IssuedTokens, sealed: &[u8]) -> bool;
    find_issued(hashes: &[SecretHash]) -> Option<(TenantId, GrantId, String)>;
    add_client(client: &RegisteredClient) -> ();
    find_client(client_id: &str) -> Option<RegisteredClient>;
    keep_client(client_id: &str, expires_at: DateTime<Utc>) -> ();
    use_assertion(client_id: &str, assertion: &str, expires_at: DateTime<Utc>) -> bool;
    count(bucket: &str, window: Duration) -> Count;
    ensure_tenant(tenant: &NewTenant) -> Tenant;
    apply(event: &TenantEvent) -> Applied;
    list_tenants() -> Vec<Tenant>;
    find_tenants(host_key_or_name: &str) -> Vec<Tenant>;
    find_connector(connector: &ConnectorId) -> Option<Tenant>;
    append_event(event: &AccessEvent) -> ();
    read_events(tenant: TenantId, limit: u32) -> Vec<AccessEvent>;
    append_audit(calls: &[&CallRecord]) -> ();
    read_audit(tenant: TenantId, limit: u32) -> Vec<AuditEntry>;
    match_ring(checks: &[RingCheck]) -> bool;
    sweep() -> ();
}
