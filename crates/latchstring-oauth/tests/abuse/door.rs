//! The door as strangers find it: a whole authorization server, two protected endpoints behind it, two stores, and a
//! clock that stands still until a test moves it.

mod app;
mod browser;
mod reply;
mod shelf;
mod spy;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Extension, Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, Request, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::{DateTime, TimeDelta};
use futures_util::stream;
use latchstring_access::{
    Access, AccessEvent, AccessEventKind, AccessStore, Applied, KeyRing, MemoryStore, NewKey, NewTenant, Person, Plan,
    PlanRule, Rules, Secret, Tenant, TenantEvent, TenantEventKind,
};
use latchstring_core::{Clock, Gate, Grant, ManualClock, Refusal, Scope};
use latchstring_oauth::{AuthorizationServer, CONNECTOR_ROUTE, Settings, require_app, require_key, timely};
use serde_json::{Value, json};
use tokio::{sync::Barrier, task::JoinSet};
use tower::ServiceExt;
use url::form_urlencoded;

pub(crate) use self::{
    app::{App, CALLBACK, STATE, Tokens},
    browser::Browser,
    reply::{Reply, parameter},
    shelf::Shelf,
    spy::Spy,
};
use crate::place::Place;

pub(crate) const ISSUER: &str = "https://mcp.example.com";

/// One server and what it stands on. Clones share everything.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) access: Arc<Access>,
    pub(crate) shelf: Arc<Shelf>,
    /// One store.
    pub(crate) alpha: Tenant,
    /// Another one.
    pub(crate) beta: Tenant,
    pub(crate) place: Arc<Place>,
    ring: Arc<Secret>,
    server: AuthorizationServer,
    router: Router,
}

impl Door {
    /// Over a fresh database.
    pub(crate) async fn new() -> Self {
        let clock = clock();
        let place = Place::fresh().await;
        Self::open(place, clock).await
    }

    /// Over memory, for what does not need a database.
    pub(crate) async fn in_memory() -> Self {
        let clock = clock();
        Self::over(MemoryStore::with_clock(Arc::<ManualClock>::clone(&clock)), clock).await
    }

    /// Over a store that looks, lets others go first, and then acts: the control that the races can be lost.
    pub(crate) async fn naive() -> Self {
        let clock = clock();
        Self::over(MemoryStore::naive(Arc::<ManualClock>::clone(&clock)), clock).await
    }

    /// Over a store in memory whose questions are written down.
    pub(crate) async fn spied() -> (Self, Arc<Spy>) {
        let clock = clock();
        let spy = Arc::new(Spy::new(MemoryStore::with_clock(Arc::<ManualClock>::clone(&clock))));
        (Self::open(Place::Shared(Arc::<Spy>::clone(&spy)), clock).await, spy)
    }

    pub(crate) async fn over(store: impl AccessStore + 'static, clock: Arc<ManualClock>) -> Self {
        Self::open(Place::Shared(Arc::new(store)), clock).await
    }

    async fn open(place: Place, clock: Arc<ManualClock>) -> Self {
        let ring = Arc::new(KeyRing::generate().to_text());
        let shelf = Arc::new(Shelf::default());
        let place = Arc::new(place);
        let (access, server, router) = assemble(&place, &ring, &shelf, &clock).await;
        let alpha = access
            .ensure_tenant("alpha.example", "Alpha & Sons")
            .await
            .expect("stored");
        let beta = access.ensure_tenant("beta.example", "Beta").await.expect("stored");
        Self {
            clock,
            access,
            shelf,
            alpha,
            beta,
            place,
            ring,
            server,
            router,
        }
    }

    /// Another server over the same database, with the same key ring.
    pub(crate) async fn replica(&self) -> Self {
        let (access, server, router) = assemble(&self.place, &self.ring, &self.shelf, &self.clock).await;
        Self {
            access,
            server,
            router,
            ..self.clone()
        }
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub(crate) fn connector_url(&self, tenant: &Tenant) -> String {
        self.server.connector_url(&tenant.connector)
    }

    /// The key ring, as it stands in its file.
    pub(crate) fn ring_text(&self) -> &Secret {
        &self.ring
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(
            self.router
                .clone()
                .oneshot(request)
                .await
                .expect("a router always answers"),
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(fields))).expect("a request"))
            .await
    }

    pub(crate) async fn register(&self, metadata: &Value) -> Reply {
        self.register_from(None, metadata.to_string()).await
    }

    pub(crate) async fn register_from(&self, network: Option<IpAddr>, body: String) -> Reply {
        let request = Request::post("/register").header("content-type", "application/json");
        self.send(on_network(request.body(Body::from(body)).expect("a request"), network))
            .await
    }

    /// Presents this as a bearer credential where API keys belong.
    pub(crate) async fn present_key(&self, credential: &str) -> Reply {
        self.send(bearer("/mcp", credential)).await
    }

    /// Presents this as a bearer credential at the store's connector.
    pub(crate) async fn present(&self, tenant: &Tenant, credential: &str) -> Reply {
        self.send(bearer(&connector_path(tenant), credential)).await
    }

    /// Whether this access token opens the store's connector.
    pub(crate) async fn opens(&self, tenant: &Tenant, token: &str) -> bool {
        let reply = self.present(tenant, token).await;
        assert!(
            reply.status == 200 || reply.status == 401,
            "{} {}",
            reply.status,
            reply.text()
        );
        reply.status == 200
    }

    pub(crate) async fn key(&self, tenant: &Tenant) -> Secret {
        let asked = NewKey {
            tenant: tenant.id,
            scope: Scope::ReadWrite,
            label: "laptop".parse().expect("a label"),
            created_by: ann(),
            expires_at: None,
        };
        self.access.create_key(asked).await.expect("created").0
    }

    /// A connection code, as the console shows it.
    pub(crate) async fn code(&self, tenant: &Tenant, scope: Scope) -> Secret {
        self.access.create_code(tenant, scope, ann()).await.expect("created").0
    }

    /// How many apps are listed for a store and not revoked.
    pub(crate) async fn live_apps(&self, tenant: &Tenant) -> usize {
        let apps = self.access.list_apps(tenant.id).await.expect("listed");
        apps.iter().filter(|app| app.revoked.is_none()).count()
    }

    pub(crate) async fn event_list(&self, tenant: &Tenant) -> Vec<AccessEvent> {
        self.access.read_events(tenant.id, 1_000).await.expect("read")
    }

    pub(crate) async fn count_events(&self, tenant: &Tenant, kind: AccessEventKind) -> usize {
        self.event_list(tenant)
            .await
            .iter()
            .filter(|event| event.kind == kind)
            .count()
    }

    pub(crate) async fn happens(&self, tenant: &Tenant, kind: TenantEventKind) {
        let event = TenantEvent {
            delivery: None,
            host_key: tenant.host_key.clone(),
            occurred_at: self.clock.now(),
            kind,
        };
        assert!(matches!(self.access.apply(&event).await, Ok(Applied::Done(_))));
    }

    pub(crate) async fn reinstall(&self, tenant: &Tenant) {
        let new = NewTenant::new(&tenant.host_key, &tenant.name, self.clock.now());
        self.happens(
            tenant,
            TenantEventKind::Installed {
                new,
                plan: Plan::Active,
            },
        )
        .await;
    }

    pub(crate) async fn plan(&self, tenant: &Tenant, plan: Plan) {
        self.happens(tenant, TenantEventKind::PlanChanged(plan)).await;
    }
}

async fn assemble(
    place: &Place,
    ring: &Secret,
    shelf: &Arc<Shelf>,
    clock: &Arc<ManualClock>,
) -> (Arc<Access>, AuthorizationServer, Router) {
    let rules = Rules::new("asmk".parse().expect("a prefix"), PlanRule::Subscription);
    let ring = KeyRing::parse(ring.expose()).expect("a ring");
    let store = place.store(Arc::clone(clock)).await;
    let access = Arc::new(Access::open(store, ring, rules).await.expect("opened"));
    let server = AuthorizationServer::new(Settings {
        access: Arc::clone(&access),
        public_url: ISSUER.parse().expect("an address"),
        title: "Assembly".to_owned(),
        tenant_noun: "store".to_owned(),
        trusted_proxies: 0,
        calls_per_minute: 0,
        documents: Some(Arc::<Shelf>::clone(shelf)),
        clock: Arc::<ManualClock>::clone(clock),
    });
    let protected = |path: &str| Router::new().route(path, any(who)).with_state(Arc::clone(&access));
    let keys = protected("/mcp").route_layer(from_fn_with_state(server.clone(), require_key));
    let apps = protected(CONNECTOR_ROUTE).route_layer(from_fn_with_state(server.clone(), require_app));
    let router = server.router().merge(keys).merge(apps).layer(from_fn(timely));
    (access, server, router)
}

/// Tells whose grant it is, once the gate has been asked as before an operation. Who accepts events gets a stream that
/// does not end by itself.
async fn who(
    State(access): State<Arc<Access>>,
    Extension(grant): Extension<Arc<Grant>>,
    headers: HeaderMap,
) -> Response {
    if headers
        .get(header::ACCEPT)
        .is_some_and(|accepted| accepted == "text/event-stream")
    {
        let endless = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        return ([(header::CONTENT_TYPE, "text/event-stream")], endless).into_response();
    }
    match access.check(&grant).await {
        Ok(()) => Json(json!({
            "grant": grant.id().to_string(),
            "tenant": grant.tenant().to_string(),
            "scope": grant.scope().as_str(),
        }))
        .into_response(),
        Err(Refusal::PlanLapsed | Refusal::Paused) => StatusCode::FORBIDDEN.into_response(),
        Err(Refusal::Revoked) => StatusCode::GONE.into_response(),
        Err(Refusal::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

pub(crate) fn clock() -> Arc<ManualClock> {
    // Sunday, 12:00:00.123456 UTC.
    Arc::new(ManualClock::at(
        DateTime::from_timestamp_micros(1_795_348_800_123_456).expect("a moment"),
    ))
}

pub(crate) fn ann() -> Person {
    Person::new("u1", "Ann")
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn connector_path(tenant: &Tenant) -> String {
    CONNECTOR_ROUTE.replace("{connector}", tenant.connector.as_str())
}

pub(crate) fn bearer(path: &str, credential: &str) -> Request<Body> {
    let request = Request::post(path).header("authorization", format!("Bearer {credential}"));
    request.body(Body::empty()).expect("a request")
}

pub(crate) fn on_network(mut request: Request<Body>, network: Option<IpAddr>) -> Request<Body> {
    if let Some(network) = network {
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(network, 40_000)));
    }
    request
}

/// Runs these at once, each as a task of its own: none begins before all are there.
pub(crate) async fn at_once<F>(runners: Vec<F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(runners.len()));
    let mut race = JoinSet::new();
    for runner in runners {
        let barrier = Arc::clone(&barrier);
        race.spawn(async move {
            barrier.wait().await;
            runner.await
        });
    }
    race.join_all().await
}
