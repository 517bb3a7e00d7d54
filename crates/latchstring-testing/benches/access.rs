//! What access adds to a call, in microseconds: the check of a credential, the surface, the gate.
//!
//! `cargo bench -p latchstring-testing`. With a server in `LATCHSTRING_TEST_POSTGRES` (see
//! `latchstring-db/tests/with-postgres.sh`), PostgreSQL stands beside SQLite.
//!
//! Each step runs by itself, one call after the other, and three things are counted: the time that passes, the processor
//! time of this process with all its threads, and that of the PostgreSQL processes that serve it. The first includes the
//! waiting: for the disk where something is committed, for the other process on PostgreSQL. Each is divided by the
//! number of calls; the middle one of five rounds is told. The kernel counts processor time when it next looks, within a
//! few milliseconds, which is little in a round of a second. Linux only, since it reads `/proc`.

#![expect(clippy::print_stdout, reason = "a table is what this is for")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::{
    fs,
    hint::black_box,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use assembly::{Assembly, demo};
use latchstring::{Catalog, Gate, Grant, Scope, access::Tenant, db::Database};
use latchstring_testing::{Agent, Connection, Kind, Setup, TestApp};
use serde_json::json;

const ROUNDS: usize = 5;

#[tokio::main]
async fn main() {
    // `cargo test --all-targets` only wants to know that it runs.
    let is_meant = std::env::args().any(|argument| argument == "--bench");
    let round = if is_meant {
        Duration::from_secs(1)
    } else {
        Duration::from_millis(1)
    };
    let on = std::env::var("LATCHSTRING_TEST_POSTGRES").ok();
    let kinds = [Some((Kind::Sqlite, "SQLite")), on.map(|_| (Kind::AsTold, "PostgreSQL"))];
    println!("microseconds per call, the middle of {ROUNDS} rounds of {round:?}");
    println!(
        "{:<12}{:<50}{:>10}{:>10}{:>10}",
        "", "", "elapsed", "CPU here", "CPU there"
    );
    for (kind, name) in kinds.into_iter().flatten() {
        Bench::new(kind, name, round).await.run().await;
    }
}

/// One server, and what is asked of it.
struct Bench {
    name: &'static str,
    round: Duration,
    app: TestApp,
    catalog: Catalog,
    key: Agent,
    connection: Connection,
    grant: Arc<Grant>,
}

impl Bench {
    async fn new(database: Kind, name: &'static str, round: Duration) -> Self {
        let setup = Setup {
            database,
            ..Setup::default()
        };
        let app = TestApp::with(setup, open).await;
        let key = app.agent(Scope::ReadWrite).await;
        let connection = app.connect(Scope::ReadWrite).await;
        let grant = Arc::new(app.access.authenticate_key(key.key()).await.unwrap());
        // Its operations are never run here, so any database will do.
        let elsewhere = latchstring_db::testing::FreshDatabase::on_sqlite("catalog");
        let domain = Assembly::open(Database::open(elsewhere.url()).await.unwrap())
            .await
            .unwrap();
        let catalog = Catalog::new(domain).unwrap();
        Self {
            name,
            round,
            app,
            catalog,
            key,
            connection,
            grant,
        }
    }

    async fn run(&self) {
        let (access, grant) = (&self.app.access, &self.grant);
        let connector = &self.app.tenants[0].connector;
        let unknown = latchstring::access::Token::generate(&"asmk".parse().unwrap()).into_secret();
        self.step("one question to the database, the least there is", async || {
            black_box(access.now().await.unwrap());
        })
        .await;
        self.step("credential: an API key", async || {
            black_box(access.authenticate_key(self.key.key()).await.unwrap());
        })
        .await;
        self.step("credential: an app's access token", async || {
            let token = &self.connection.tokens.access;
            black_box(access.authenticate_app(token, connector).await.unwrap());
        })
        .await;
        self.step("credential: refused, unknown", async || {
            black_box(access.authenticate_key(unknown.expose()).await.unwrap_err());
        })
        .await;
        self.step("credential: refused, no key at all", async || {
            black_box(access.authenticate_key("asmk_nonsense").await.unwrap_err());
        })
        .await;
        self.step("scope: what the grant may see", async || {
            let surface = self.catalog.surface(Arc::clone(grant));
            black_box(surface.find("boms.list").unwrap());
        })
        .await;
        self.step("gate: asked before each operation", async || {
            access.check(grant).await.unwrap();
        })
        .await;
        self.step("gate: held for a commit, and let go", async || {
            drop(black_box(access.hold(grant).await.unwrap()));
        })
        .await;
        for (what, tool, arguments) in [
            ("whole call: a read", "locations_list", json!({})),
            (
                "whole call: a program that reads nothing",
                "run",
                json!({ "program": "return 1" }),
            ),
        ] {
            self.step(what, async || {
                let reply = self.key.call(tool, arguments.clone()).await;
                assert!(reply.status.is_success(), "{}", reply.text);
            })
            .await;
        }
    }

    async fn step(&self, what: &str, work: impl AsyncFn()) {
        work().await;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let (there, here, start) = (cpu_there(), cpu_here(), Instant::now());
            let mut calls = 0;
            while start.elapsed() < self.round {
                work().await;
                calls += 1;
            }
            // A thread or a process that is gone takes its time with it.
            let spent = [
                start.elapsed(),
                cpu_here().saturating_sub(here),
                cpu_there().saturating_sub(there),
            ];
            rounds.push(spent.map(|time| time.as_secs_f64() * 1e6 / f64::from(calls)));
        }
        let [elapsed, here, there] = [0, 1, 2].map(|which| middle(&rounds, which));
        println!("{:<12}{what:<50}{elapsed:>10.1}{here:>10.1}{there:>10.1}", self.name);
    }
}

fn middle(rounds: &[[f64; 3]], which: usize) -> f64 {
    let mut all: Vec<f64> = rounds.iter().map(|round| round[which]).collect();
    all.sort_by(f64::total_cmp);
    all[ROUNDS / 2]
}

async fn open(database: Database, tenants: [Tenant; 2]) -> Assembly {
    let domain = Assembly::open(database.clone()).await.unwrap();
    demo::seed(&database, &tenants.map(|tenant| tenant.id)).await.unwrap();
    domain
}

/// The processor time of all threads that this process has.
fn cpu_here() -> Duration {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    threads.map(|thread| run_time(&thread.unwrap().path())).sum()
}

/// The processor time of the PostgreSQL processes that serve a test's database, which their titles name.
fn cpu_there() -> Duration {
    let processes = fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let is_ours = |path: &Path| {
        let title = fs::read_to_string(path.join("cmdline")).unwrap_or_default();
        title.starts_with("postgres: ") && title.contains(" test_journey_")
    };
    processes.filter(|path| is_ours(path)).map(|path| run_time(&path)).sum()
}

/// The first number in `schedstat`: time on a processor, in nanoseconds.
fn run_time(task: &Path) -> Duration {
    let text = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
