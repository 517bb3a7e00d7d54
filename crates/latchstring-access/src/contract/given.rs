//! What a law is given, and what it arranges in a line.
//!
//! Hashes, ids and deliveries are random, and every moment comes from the clock that the store goes by.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{Clock, CodeId, GrantId, ManualClock, Scope, TenantId, random};

use super::{App, Bearer};
use crate::{
    AUTHORIZATION_CODE_LIFETIME, AccessStore, AppIdentity, Applied, AuditKey, CODE_LIFETIME, Challenge,
    FoundAuthorizationCode, FoundRefreshToken, IssuedCode, IssuedKey, IssuedSecret, IssuedToken, IssuedTokens, NewCode,
    NewKey, NewTenant, Person, Plan, REFRESH_TOKEN_LIFETIME, Redemption, Revocation, RevokeOutcome, SecretHash, Tenant,
    TenantEvent, TenantEventKind,
};

/// A new store and the clock it goes by.
#[derive(Clone)]
pub struct Given {
    /// The store, empty.
    pub store: Arc<dyn AccessStore>,
    /// Its clock, which stands still until a law moves it.
    pub clock: Arc<ManualClock>,
}

impl Given {
    /// A clock that shows a moment with microseconds, the resolution that stores keep.
    pub fn clock() -> Arc<ManualClock> {
        let moment = DateTime::from_timestamp_micros(1_795_000_000_123_456).expect("a moment");
        Arc::new(ManualClock::at(moment))
    }

    /// This store, which goes by this clock.
    pub fn new(store: impl AccessStore + 'static, clock: Arc<ManualClock>) -> Self {
        Self {
            store: Arc::new(store),
            clock,
        }
    }

    /// What the audit chain is made with.
    pub(super) fn audit_key() -> AuditKey {
        AuditKey::new("k1", [7; 32])
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub(super) async fn tenant(&self, host_key: &str) -> Tenant {
        let tenant = NewTenant::new(host_key, host_key, self.now());
        self.store.ensure_tenant(&tenant).await.expect("stored")
    }

    pub(super) fn issued_key(&self, tenant: &Tenant) -> IssuedKey {
        IssuedKey {
            grant: GrantId::new(self.now()),
            asked: NewKey {
                tenant: tenant.id,
                scope: Scope::ReadWrite,
                label: "Claude on my laptop".parse().expect("a label"),
                created_by: ann(),
                expires_at: None,
            },
            hint: "asmk_Ab12...9xYz".into(),
            secret: secret(),
            created_at: self.now(),
        }
    }

    pub(super) async fn key(&self, tenant: &Tenant) -> IssuedKey {
        let key = self.issued_key(tenant);
        self.store.create_key(&key).await.expect("created");
        key
    }

    pub(super) fn issued_code(&self, tenant: &Tenant) -> IssuedCode {
        IssuedCode {
            id: CodeId::new(self.now()),
            asked: NewCode {
                tenant: tenant.id,
                scope: Scope::ReadWrite,
                created_by: ann(),
            },
            secret: secret(),
            created_at: self.now(),
            expires_at: self.now() + CODE_LIFETIME,
        }
    }

    pub(super) async fn code(&self, tenant: &Tenant) -> IssuedCode {
        let code = self.issued_code(tenant);
        self.store.create_code(&code).await.expect("created");
        code
    }

    /// An attempt of an app that names no connector to spend this code.
    pub(super) fn redemption(&self, code: &IssuedCode) -> Redemption {
        Redemption {
            code: code.id,
            connector: None,
            needs_plan: true,
            grant: GrantId::new(self.now()),
            app: AppIdentity {
                client_id: "https://claude.ai/oauth/client.json".into(),
                name: "Claude".into(),
                host: Some("claude.ai".into()),
                redirect_host: "claude.ai".into(),
            },
            authorization_code: IssuedToken {
                secret: secret(),
                expires_at: self.now() + AUTHORIZATION_CODE_LIFETIME,
            },
            redirect_uri: "https://claude.ai/api/mcp/auth_callback".into(),
            challenge: Challenge::from_bytes(random::bytes()),
            at: self.now(),
        }
    }

    /// Spends the code on an app.
    pub(super) async fn redeem(&self, code: &IssuedCode) -> Option<Redemption> {
        let redemption = self.redemption(code);
        let redeemed = self.store.redeem(&redemption).await.expect("answered");
        redeemed.map(|_| redemption)
    }

    /// An app that has not fetched its tokens yet.
    pub(super) async fn redeemed(&self, tenant: &Tenant) -> Redemption {
        let code = self.code(tenant).await;
        self.redeem(&code).await.expect("redeemed")
    }

    /// New tokens for a grant.
    pub(super) fn tokens(&self, grant: GrantId) -> IssuedTokens {
        let token = |lifetime| IssuedToken {
            secret: secret(),
            expires_at: self.now() + lifetime,
        };
        IssuedTokens {
            grant,
            access: token(TimeDelta::minutes(10)),
            refresh: token(REFRESH_TOKEN_LIFETIME),
            at: self.now(),
        }
    }

    /// A connected app that has fetched its tokens.
    pub(super) async fn app(&self, tenant: &Tenant) -> App {
        let redemption = self.redeemed(tenant).await;
        let tokens = self.exchange(&redemption).await.expect("exchanged");
        App {
            tenant: tenant.id,
            redemption,
            tokens,
        }
    }

    /// Exchanges the app's authorization code.
    pub(super) async fn exchange(&self, redemption: &Redemption) -> Option<IssuedTokens> {
        let found = self.authorization_code(redemption).await;
        let tokens = self.tokens(redemption.grant);
        let is_exchanged = self.store.exchange(found.token.id, &tokens).await;
        is_exchanged.expect("answered").then_some(tokens)
    }

    /// Rotates the refresh token among these.
    pub(super) async fn rotate(&self, tokens: &IssuedTokens) -> Option<IssuedTokens> {
        let found = self.refresh_token(tokens).await;
        let new = self.tokens(tokens.grant);
        let is_rotated = self.store.rotate(found.token.id, &new, b"sealed").await;
        is_rotated.expect("answered").then_some(new)
    }

    pub(super) async fn authorization_code(&self, redemption: &Redemption) -> FoundAuthorizationCode {
        let hashes = [redemption.authorization_code.secret.hash];
        let found = self.store.find_authorization_code(&hashes).await;
        found.expect("answered").expect("known")
    }

    pub(super) async fn refresh_token(&self, tokens: &IssuedTokens) -> FoundRefreshToken {
        let found = self.store.find_refresh_token(&[tokens.refresh.secret.hash]).await;
        found.expect("answered").expect("known")
    }

    /// Whether what is presented is found and its grant stands. All ways to ask must agree.
    pub(super) async fn opens(&self, bearer: impl Into<Bearer>) -> bool {
        let Bearer {
            kind,
            tenant,
            grant,
            hash,
        } = bearer.into();
        let found = self.store.find_bearer(kind, &[hash]).await.expect("answered");
        if let Some(found) = &found {
            assert_eq!((found.grant, found.tenant), (grant, tenant), "found something else");
        }
        assert_eq!(
            self.stands(tenant, grant).await,
            found.is_some(),
            "the look-up disagrees"
        );
        found.is_some()
    }

    /// Whether the grant stands. All ways to ask must agree.
    pub(super) async fn stands(&self, tenant: TenantId, grant: GrantId) -> bool {
        let standing = self.store.standing(tenant, grant).await.expect("answered");
        let held = self.store.hold(tenant, grant).await.expect("answered");
        assert_eq!(held.map(|(standing, _)| standing), standing, "the hold disagrees");
        standing.is_some()
    }

    pub(super) fn revocation(&self) -> Revocation {
        Revocation {
            at: self.now(),
            by: ann(),
        }
    }

    pub(super) async fn revoke(&self, bearer: impl Into<Bearer>) -> RevokeOutcome {
        let Bearer {
            kind, tenant, grant, ..
        } = bearer.into();
        let outcome = self.store.revoke(kind, tenant, grant, &self.revocation()).await;
        outcome.expect("revoked")
    }

    /// Something that happens to the tenant now, under a delivery of its own.
    pub(super) fn event(&self, tenant: &Tenant, kind: TenantEventKind) -> TenantEvent {
        TenantEvent {
            delivery: Some(text()),
            host_key: tenant.host_key.clone(),
            occurred_at: self.now(),
            kind,
        }
    }

    /// An installation now, with these new ids should the tenant be unknown.
    pub(super) fn installation(&self, host_key: &str) -> (NewTenant, TenantEvent) {
        let new = NewTenant::new(host_key, format!("{host_key}, installed"), self.now());
        let event = TenantEvent {
            delivery: Some(text()),
            host_key: host_key.to_owned(),
            occurred_at: self.now(),
            kind: TenantEventKind::Installed {
                new: new.clone(),
                plan: Plan::Active,
            },
        };
        (new, event)
    }

    pub(super) async fn apply(&self, event: &TenantEvent) -> Applied {
        self.store.apply(event).await.expect("answered")
    }

    /// A second later, this happens to the tenant, which is now as returned.
    pub(super) async fn happens(&self, tenant: &Tenant, kind: TenantEventKind) -> Tenant {
        self.advance(TimeDelta::seconds(1));
        done(self.apply(&self.event(tenant, kind)).await)
    }

    /// A second later, the app is installed for the tenant again.
    pub(super) async fn is_installed(&self, tenant: &Tenant) -> Tenant {
        self.advance(TimeDelta::seconds(1));
        let (_, event) = self.installation(&tenant.host_key);
        done(self.apply(&event).await)
    }
}

/// The tenant that an event changed.
pub(super) fn done(applied: Applied) -> Tenant {
    match applied {
        Applied::Done(tenant) => tenant,
        other @ (Applied::Duplicate | Applied::Late | Applied::UnknownTenant) => panic!("not applied: {other:?}"),
    }
}

pub(super) fn ann() -> Person {
    Person::new("user-1", "Ann Onymous")
}

pub(super) fn bob() -> Person {
    Person::new("user-2", "Bob Other")
}

/// A secret that nobody else has.
pub(super) fn secret() -> IssuedSecret {
    IssuedSecret {
        hash: hash(),
        hash_key_id: "k1".into(),
    }
}

pub(super) fn hash() -> SecretHash {
    SecretHash::from_bytes(random::bytes())
}

/// Text that nobody else has.
pub(super) fn text() -> String {
    format!("{:032x}", u128::from_be_bytes(random::bytes()))
}
