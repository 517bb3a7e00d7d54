//! The service over a store in memory.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use latchstring_core::{Grant, ManualClock, Scope};

use super::*;
use crate::{
    AppIdentity, Approval, Challenge, CodePresented, MemoryStore, NewKey, Plan, RefreshPresented, Tenant, TenantEvent,
    TenantEventKind, TokenTexts,
};

mod apps;
mod audit;
mod codes;
mod gate;
mod keys;
mod refresh;
mod tenants;
mod watch;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CLIENT: &str = "https://claude.ai/oauth/client.json";
const REDIRECT: &str = "https://claude.ai/api/mcp/auth_callback";

struct Setup {
    access: Access,
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    tenant: Tenant,
}

async fn setup() -> Setup {
    setup_with(PlanRule::Subscription).await
}

async fn setup_with(plan: PlanRule) -> Setup {
    let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
    let store = Arc::new(MemoryStore::with_clock(clock.clone()));
    let access = open(&store, KeyRing::generate(), plan).await.expect("opened");
    let tenant = access.ensure_tenant("shop.example", "Shop").await.expect("stored");
    Setup {
        access,
        store,
        clock,
        tenant,
    }
}

async fn open(store: &Arc<MemoryStore>, ring: KeyRing, plan: PlanRule) -> Result<Access, OpenError> {
    let store: Arc<dyn AccessStore> = Arc::clone(store) as _;
    Access::open(store, ring, Rules::new("asmk".parse().expect("a prefix"), plan)).await
}

fn ann() -> Person {
    Person::new("user-1", "Ann")
}

fn asked(tenant: &Tenant) -> NewKey {
    NewKey {
        tenant: tenant.id,
        scope: Scope::Read,
        label: "Claude".parse().expect("a label"),
        created_by: ann(),
        expires_at: None,
    }
}

impl Setup {
    fn exchange(code: &Secret) -> CodePresented<'_> {
        CodePresented {
            code: code.expose(),
            client_id: CLIENT,
            redirect_uri: Some(REDIRECT),
            verifier: VERIFIER,
            connector: None,
        }
    }

    fn refresh(token: &Secret) -> RefreshPresented<'_> {
        RefreshPresented {
            token: token.expose(),
            client_id: CLIENT,
            scope: None,
            connector: None,
        }
    }

    async fn approval(&self, scope: Scope) -> Approval {
        let (code, _) = self.access.create_code(&self.tenant, scope, ann()).await.expect("made");
        let found = self
            .access
            .find_code(code.expose())
            .await
            .expect("asked")
            .expect("live");
        Approval {
            code: found.id,
            connector: Some(found.connector),
            app: AppIdentity {
                client_id: CLIENT.into(),
                name: "Claude".into(),
                host: Some("claude.ai".into()),
                redirect_host: "claude.ai".into(),
            },
            redirect_uri: REDIRECT.into(),
            challenge: CHALLENGE.parse::<Challenge>().expect("a challenge"),
        }
    }

    async fn authorize(&self, scope: Scope) -> Secret {
        let approval = self.approval(scope).await;
        self.access
            .approve(approval)
            .await
            .expect("asked")
            .expect("approved")
            .code
    }

    async fn connect(&self, scope: Scope) -> TokenTexts {
        let code = self.authorize(scope).await;
        self.access.exchange(Self::exchange(&code)).await.expect("exchanged")
    }

    async fn app(&self, tokens: &TokenTexts) -> Result<Grant, AuthenticateError> {
        self.access
            .authenticate_app(tokens.access.expose(), &self.tenant.connector)
            .await
    }

    async fn happens(&self, kind: TenantEventKind) {
        self.clock.advance(TimeDelta::microseconds(1));
        let event = TenantEvent {
            delivery: None,
            host_key: self.tenant.host_key.clone(),
            occurred_at: self.access.now().await.expect("a clock"),
            kind,
        };
        let applied = self.access.apply(&event).await.expect("asked");
        assert!(matches!(applied, crate::Applied::Done(_)), "{applied:?}");
    }

    async fn plan(&self, plan: Plan) {
        self.happens(TenantEventKind::PlanChanged(plan)).await;
    }

    /// What was written down, the latest first.
    async fn events(&self) -> Vec<AccessEventKind> {
        let events = self.access.read_events(self.tenant.id, 100).await.expect("read");
        events.iter().map(|event| event.kind).collect()
    }
}

fn is_refused<T>(result: &Result<T, SpendError>) -> bool {
    matches!(result, Err(SpendError::Refused))
}
