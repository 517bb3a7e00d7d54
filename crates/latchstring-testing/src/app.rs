//! The whole server, in the test's own process.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, OnceLock},
};

use axum::Router;
use chrono::{DateTime, TimeZone, Utc};
use latchstring::{
    Catalog, Clock, Domain, Latchstring, Limits, ManualClock, Scope,
    access::{Access, CodeState, CodeSummary, KeyRing, KeySummary, NewKey, Person, PlanRule, Rules, Secret, Tenant},
    db::{Database, SqlAccessStore},
    mcp::About,
    sandbox::{Options, WasmSandbox},
};
use serde_json::Value;

use crate::{
    Agent, ChatApp, Connection, Reply, Tokens, Watch, WatchedStore,
    chat::get,
    place::{Kind, Place},
    published::Published,
    reply::send,
    webhook::{WEBHOOK_SECRET, delivery},
};

/// A server for two tenants.
pub struct TestApp {
    /// Keys, apps and grants, as an operator would use them.
    pub access: Arc<Access>,
    /// Moved by hand.
    pub clock: Arc<ManualClock>,
    /// The two tenants.
    pub tenants: [Tenant; 2],
    /// What the access store is asked.
    pub watch: Arc<Watch>,
    /// The server itself.
    pub latchstring: Latchstring,
    /// All its routes.
    pub router: Router,
    kit: Arc<Kit>,
}

/// What may differ from test to test.
pub struct Setup {
    /// The limits of programs.
    pub limits: Limits,
    /// Whether tenants must pay.
    pub plan: PlanRule,
    /// How many calls a minute a grant may make. As many as it likes unless told otherwise: while the clock stands still
    /// nobody may make another one.
    pub calls_per_minute: u32,
    /// What the data is kept in.
    pub database: Kind,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            plan: PlanRule::Free,
            calls_per_minute: 0,
            database: Kind::AsTold,
        }
    }
}

/// What all replicas have in common.
struct Kit {
    setup: Setup,
    place: Place,
    clock: Arc<ManualClock>,
    ring: Secret,
    open: Box<dyn Fn(Database, [Tenant; 2]) -> Opening + Send + Sync>,
}

type Opening = Pin<Box<dyn Future<Output = Catalog> + Send>>;

impl TestApp {
    /// Serves the domain that `open` makes from a fresh database and the two tenants.
    pub async fn start<D, F>(open: impl Fn(Database, [Tenant; 2]) -> F + Send + Sync + 'static) -> Self
    where
        D: Domain,
        F: Future<Output = D> + Send + 'static,
    {
        Self::with(Setup::default(), open).await
    }

    /// The same, set up otherwise. `open` is called once for every replica.
    pub async fn with<D, F>(setup: Setup, open: impl Fn(Database, [Tenant; 2]) -> F + Send + Sync + 'static) -> Self
    where
        D: Domain,
        F: Future<Output = D> + Send + 'static,
    {
        let open = move |database, tenants| {
            let domain = open(database, tenants);
            Box::pin(async { Catalog::new(domain.await).unwrap() }) as Opening
        };
        let kit = Kit {
            place: Place::fresh(setup.database).await,
            setup,
            clock: Arc::new(ManualClock::at(start_time())),
            ring: KeyRing::generate().to_text(),
            open: Box::new(open),
        };
        Self::serve(Arc::new(kit), None).await
    }

    /// A second complete server on the same databases.
    pub async fn replica(&self) -> Self {
        Self::serve(Arc::clone(&self.kit), None).await
    }

    /// One with another key ring.
    pub async fn replica_with(&self, ring: KeyRing) -> Self {
        Self::serve(Arc::clone(&self.kit), Some(ring)).await
    }

    /// The key ring of all that were not given another.
    pub fn ring(&self) -> &Secret {
        &self.kit.ring
    }

    async fn serve(kit: Arc<Kit>, ring: Option<KeyRing>) -> Self {
        let ring = ring.unwrap_or_else(|| KeyRing::parse(kit.ring.expose()).unwrap());
        let clock = Arc::clone(&kit.clock);
        let store = SqlAccessStore::open_with_clock(kit.place.access().await, clock.clone() as Arc<dyn Clock>);
        let store = WatchedStore::new(store.await.unwrap());
        let watch = store.watch();
        let rules = Rules::new("asmk".parse().unwrap(), kit.setup.plan);
        let access = Arc::new(Access::open(Arc::new(store), ring, rules).await.unwrap());
        let tenants = [
            access.ensure_tenant("first.example", "First store").await.unwrap(),
            access.ensure_tenant("second.example", "Second store").await.unwrap(),
        ];
        let catalog = (kit.open)(kit.place.product().await, tenants.clone()).await;
        let latchstring = Latchstring::builder()
            .about(About {
                name: "test".into(),
                title: "Test".into(),
                version: "0.0.0".into(),
                instructions: "A test.".into(),
            })
            .catalog(catalog)
            .access(access.clone())
            .documents(Published)
            .sandbox(sandbox())
            .public_url("http://127.0.0.1:8787".parse().unwrap())
            .webhook_secrets(vec![Secret::new(WEBHOOK_SECRET)])
            .limits(kit.setup.limits.clone())
            .calls_per_minute(kit.setup.calls_per_minute)
            .clock(clock.clone())
            .build()
            .unwrap();
        let router = latchstring.router();
        Self {
            access,
            clock,
            tenants,
            watch,
            latchstring,
            router,
            kit,
        }
    }

    /// A client with a new key for the first tenant.
    pub async fn agent(&self, scope: Scope) -> Agent {
        self.agent_of(0, scope).await
    }

    /// A client with a new key for one of the two tenants.
    pub async fn agent_of(&self, tenant: usize, scope: Scope) -> Agent {
        let (key, summary) = self
            .access
            .create_key(NewKey {
                tenant: self.tenants[tenant].id,
                scope,
                label: "test".parse().unwrap(),
                created_by: person(),
                expires_at: None,
            })
            .await
            .unwrap();
        self.stranger(key.expose()).with_summary(summary)
    }

    /// A client that presents this text as its key.
    pub fn stranger(&self, key: &str) -> Agent {
        Agent::new(self.router.clone(), "/mcp", Some(key))
    }

    /// A client without a key.
    pub fn anonymous(&self) -> Agent {
        Agent::new(self.router.clone(), "/mcp", None)
    }

    /// Revokes a key, as a person would.
    pub async fn revoke(&self, key: &KeySummary) {
        self.access.revoke_key(key.tenant, key.grant, &person()).await.unwrap();
    }

    /// A new connection code for the first tenant.
    pub async fn code(&self, scope: Scope) -> (String, CodeSummary) {
        self.code_of(0, scope).await
    }

    /// A new connection code for one of the two tenants.
    pub async fn code_of(&self, tenant: usize, scope: Scope) -> (String, CodeSummary) {
        let made = self.access.create_code(&self.tenants[tenant], scope, person()).await;
        let (code, summary) = made.unwrap();
        (code.expose().to_owned(), summary)
    }

    /// An app that has just registered itself, with the first tenant's connector.
    pub async fn chat(&self) -> ChatApp {
        ChatApp::registered(self.router.clone(), self.connector_url(0)).await
    }

    /// The app that has published who it is, with one of the two tenants' connector.
    pub fn published_chat(&self, tenant: usize) -> ChatApp {
        ChatApp::published(self.router.clone(), self.connector_url(tenant))
    }

    /// The address of a tenant's connector.
    pub fn connector_url(&self, tenant: usize) -> String {
        self.latchstring.connector_url(&self.tenants[tenant].connector)
    }

    /// An app, connected to the first tenant with a new code.
    pub async fn connect(&self, scope: Scope) -> Connection {
        self.connect_of(0, scope).await
    }

    /// An app, connected to one of the two tenants with a new code.
    pub async fn connect_of(&self, tenant: usize, scope: Scope) -> Connection {
        let chat = ChatApp::registered(self.router.clone(), self.connector_url(tenant)).await;
        self.let_in(chat, tenant, scope).await
    }

    /// This app, connected with a new code.
    pub async fn let_in(&self, chat: ChatApp, tenant: usize, scope: Scope) -> Connection {
        let (code, summary) = self.code_of(tenant, scope).await;
        let authorization_code = chat.approved(&code).await.unwrap();
        let tokens = Tokens::of(&chat.exchange(&authorization_code).await);
        let codes = self.access.list_codes(self.tenants[tenant].id).await.unwrap();
        let grant = codes.iter().find_map(|one| match one.state {
            CodeState::Redeemed { grant, .. } if one.id == summary.id => Some(grant),
            _ => None,
        });
        Connection {
            chat,
            tokens,
            tenant: self.tenants[tenant].id,
            grant: grant.unwrap(),
        }
    }

    /// Revokes a connected app, as a person would.
    pub async fn disconnect(&self, connection: &Connection) {
        let Connection { tenant, grant, .. } = connection;
        self.access.revoke_app(*tenant, *grant, &person()).await.unwrap();
    }

    /// A signed event of the app's, delivered under this id.
    pub async fn deliver(&self, id: &str, event: &Value) -> Reply {
        send(&self.router, delivery(WEBHOOK_SECRET, id, self.clock.now(), event)).await
    }

    /// What is at this path.
    pub async fn get(&self, path: &str) -> Reply {
        send(&self.router, get(path)).await
    }

    /// All that is stored, and where.
    pub async fn stored(&self) -> Vec<(String, Vec<u8>)> {
        self.kit.place.stored().await
    }
}

/// The moment at which every test begins.
fn start_time() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

/// Who does what a person does.
pub fn person() -> Person {
    Person::new("test", "Test")
}

/// One sandbox for all tests of a process; its compiled guest is kept for the next.
fn sandbox() -> WasmSandbox {
    static SANDBOX: OnceLock<WasmSandbox> = OnceLock::new();
    SANDBOX
        .get_or_init(|| {
            let cache_dir = Some(cache_dir());
            WasmSandbox::new(&Options {
                cache_dir,
                ..Options::default()
            })
            .unwrap()
        })
        .clone()
}

/// Beside the test binary, under the build directory.
fn cache_dir() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let target = binary
        .ancestors()
        .find(|dir| dir.ends_with("debug") || dir.ends_with("release"));
    target
        .map_or_else(std::env::temp_dir, Path::to_path_buf)
        .join("latchstring-guest")
}
