//! The whole server, in the test's own process.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use axum::Router;
use chrono::{DateTime, TimeZone, Utc};
use latchstring::{
    Catalog, Domain, Latchstring, Limits, ManualClock, Scope,
    access::{Access, KeyRing, KeySummary, NewKey, Person, Tenant},
    db::{Database, SqlAccessStore},
    mcp::About,
    sandbox::{Options, WasmSandbox},
};
use tempfile::TempDir;

use crate::{Agent, Watch, WatchedStore};

/// A server for two tenants.
pub struct TestApp {
    /// Keys and grants, as an operator would use them.
    pub access: Arc<Access>,
    /// Moved by hand.
    pub clock: Arc<ManualClock>,
    /// The two tenants.
    pub tenants: [Tenant; 2],
    /// What the access store is asked.
    pub watch: Arc<Watch>,
    /// The server itself.
    pub latchstring: Latchstring,
    router: Router,
    dir: TempDir,
}

impl TestApp {
    /// Serves the domain that `open` makes from a fresh database and the two tenants.
    pub async fn start<D: Domain>(open: impl AsyncFnOnce(Database, &[Tenant; 2]) -> D) -> Self {
        Self::with_limits(Limits::default(), open).await
    }

    /// The same with other limits for programs.
    pub async fn with_limits<D: Domain>(limits: Limits, open: impl AsyncFnOnce(Database, &[Tenant; 2]) -> D) -> Self {
        let dir = TempDir::new().unwrap();
        let url = |name: &str| format!("sqlite:{}", dir.path().join(name).display());
        let clock = Arc::new(ManualClock::at(start_time()));
        let store = SqlAccessStore::open(Database::open(&url("test.access.db")).await.unwrap())
            .await
            .unwrap();
        let store = Arc::new(WatchedStore::new(store));
        let watch = store.watch();
        let prefix = "asmk".parse().unwrap();
        let access = Arc::new(
            Access::open(store, KeyRing::generate(), clock.clone(), prefix)
                .await
                .unwrap(),
        );
        let tenants = [
            access.ensure_tenant("first.example", "First store").await.unwrap(),
            access.ensure_tenant("second.example", "Second store").await.unwrap(),
        ];
        let domain = open(Database::open(&url("test.db")).await.unwrap(), &tenants).await;
        let latchstring = Latchstring::builder()
            .about(About {
                name: "test".into(),
                title: "Test".into(),
                version: "0.0.0".into(),
                instructions: "A test.".into(),
            })
            .catalog(Catalog::new(domain).unwrap())
            .access(access.clone())
            .sandbox(sandbox())
            .public_url("http://127.0.0.1:8787".parse().unwrap())
            .limits(limits)
            .clock(clock.clone())
            .build();
        let router = latchstring.router();
        Self {
            access,
            clock,
            tenants,
            watch,
            latchstring,
            router,
            dir,
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
        Agent::new(self.router.clone(), Some(key.expose().to_owned()), Some(summary))
    }

    /// A client that presents this text as its key.
    pub fn stranger(&self, key: &str) -> Agent {
        Agent::new(self.router.clone(), Some(key.to_owned()), None)
    }

    /// A client without a key.
    pub fn anonymous(&self) -> Agent {
        Agent::new(self.router.clone(), None, None)
    }

    /// Revokes a key, as a person would.
    pub async fn revoke(&self, key: &KeySummary) {
        self.access.revoke_key(key.tenant, key.grant, &person()).await.unwrap();
    }

    /// Where the databases are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// The moment at which every test begins.
fn start_time() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

fn person() -> Person {
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
