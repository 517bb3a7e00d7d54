//! Everything behind the doors, kept across inputs: routers, domain, runtime.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::DateTime;
use cpu_time::ThreadTime;
use http_body_util::BodyExt;
use latchstring_core::{Catalog, Grant, GrantId, Holder, Limits, ManualClock, OpenGate, Scope, TenantId};
use latchstring_runner::{Budgets, Calls};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    time::timeout,
};
use tower::ServiceExt;

use crate::{
    domain::{Done, Notebook},
    input::Asked,
    sandbox::Sandbox,
};

/// Within which an answer comes, in time that is waited and in time that is computed.
const SECOND: Duration = Duration::from_secs(1);

/// So much is read of a stream. Its signs of life go by the machine's clock, and our time is far ahead of that, so that
/// they never end.
const FRAMES: usize = 8;

/// The name under which the server is reached.
pub(crate) const HOST: &str = "localhost";

pub(crate) struct World {
    runtime: Runtime,
    router: Router,
    notebook: Notebook,
    reads: Arc<Grant>,
    writes: Arc<Grant>,
}

/// What came back.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether it was still open when nothing more came.
    pub(crate) is_open: bool,
}

impl World {
    pub(crate) fn new() -> Self {
        // The time stands still and moves on when there is nothing to do but wait. So whatever waits for something that
        // does not come is found at once, and everything can be repeated.
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime");
        let notebook = Notebook::default();
        let router = runtime.block_on(async { router(&notebook) });
        Self {
            runtime,
            router,
            notebook,
            reads: grant(Scope::Read),
            writes: grant(Scope::ReadWrite),
        }
    }

    /// Asks, with a grant of this scope and with the data as it was at the beginning.
    pub(crate) fn ask(&self, asked: &Asked, scope: Scope) -> (Told, Done) {
        self.notebook.begin();
        let mut request = Request::new(Body::from(asked.body.clone()));
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = asked.uri.clone();
        request.headers_mut().extend(asked.headers.clone());
        // As the check of the credential does.
        request.extensions_mut().insert(match scope {
            Scope::Read => Arc::clone(&self.reads),
            Scope::ReadWrite => Arc::clone(&self.writes),
        });
        let began = ThreadTime::now();
        let told = self.runtime.block_on(async {
            let told = answer(self.router.clone(), request).await;
            nothing_goes_on().await;
            told
        });
        let spent = began.elapsed();
        assert!(spent < SECOND, "it took {spent:?} to compute the answer");
        (told, self.notebook.done())
    }
}

async fn answer(router: Router, request: Request<Body>) -> Told {
    let answer = timeout(SECOND, router.oneshot(request)).await.expect("no answer comes");
    let Ok(answer) = answer;
    let (parts, mut body) = answer.into_parts();
    let mut told = Told {
        status: parts.status,
        headers: parts.headers,
        body: Vec::new(),
        is_open: false,
    };
    let is_stream = told.kind() == "text/event-stream";
    let mut frames = 0;
    while !is_stream || frames < FRAMES {
        frames += 1;
        match timeout(SECOND, body.frame()).await {
            Ok(Some(frame)) => {
                let data: Option<Bytes> = frame.expect("the body breaks off").into_data().ok();
                told.body.extend_from_slice(&data.unwrap_or_default());
            }
            Ok(None) => return told,
            Err(_) => break,
        }
    }
    told.is_open = true;
    told
}

/// Whoever was asked is finished with it: no task is left when the caller has gone.
async fn nothing_goes_on() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    for _ in 0..100 {
        if tasks() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(tasks(), 0, "tasks are left behind");
}

fn router(notebook: &Notebook) -> Router {
    let catalog = Catalog::new(notebook.clone()).expect("a catalog");
    let clock = ManualClock::at(DateTime::UNIX_EPOCH);
    let calls = Calls::new(
        catalog,
        Arc::new(Sandbox),
        Arc::new(OpenGate),
        Arc::new(clock),
        (Limits::default(), Budgets::default()),
    );
    let about = latchstring_mcp::About {
        name: "fuzz".to_owned(),
        title: "Fuzz".to_owned(),
        version: "1.0.0".to_owned(),
        instructions: "Notes, and things to compute.".to_owned(),
    };
    let (hosts, origins) = (vec![HOST.to_owned()], vec!["http://localhost:*".to_owned()]);
    let doors = latchstring_mcp::Doors {
        hosts: hosts.clone(),
        origins: origins.clone(),
    };
    let server = latchstring_mcp::Server::new(about, calls.clone(), "http://localhost");
    let document = latchstring_rest::About {
        title: "Fuzz".to_owned(),
        version: "1.0.0".to_owned(),
        url: "http://localhost".to_owned(),
    };
    latchstring_mcp::router("/mcp", server, &doors)
        .merge(latchstring_rest::document(&document, calls.catalog()))
        .merge(latchstring_rest::router(
            calls,
            latchstring_rest::Doors { hosts, origins },
        ))
}

fn grant(scope: Scope) -> Arc<Grant> {
    let (id, tenant) = (GrantId::new(DateTime::UNIX_EPOCH), TenantId::new(DateTime::UNIX_EPOCH));
    let holder = Holder::Key {
        label: "fuzz".to_owned(),
        hint: "asmk_0...0".to_owned(),
    };
    Arc::new(Grant::vouch(id, tenant, scope, holder))
}

impl Told {
    /// Its content type without parameters; empty if there is none.
    pub(crate) fn kind(&self) -> &str {
        let kind = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?}\n{}",
            self.status,
            self.headers,
            String::from_utf8_lossy(&self.body)
        )
    }
}
