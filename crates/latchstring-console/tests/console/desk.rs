//! A console over a store in memory, and a browser without scripts.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
    routing::get,
};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use latchstring_access::{
    Access, Challenge, KeyRing, MemoryStore, NewTenant, Person, Plan, PlanRule, Rules, Secret, Tenant, TenantEvent,
    TenantEventKind,
};
use latchstring_console::{Console, Desk, Permission, Settings, SignIn};
use latchstring_core::{Clock, ManualClock, Scope};
use latchstring_pages::Frames;
use serde::Deserialize;
use tower::ServiceExt;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const ORIGIN: &str = "https://mcp.example.com";

/// Lets in whoever says who they are: what a real sign-in finds out is not what is tested here.
struct Believer {
    is_framed: bool,
}

#[derive(Deserialize)]
struct Claim {
    tenant: String,
    name: String,
    may: Permission,
}

impl SignIn for Believer {
    fn router(&self, desk: Desk) -> Router {
        Router::new().route("/believe", get(believe)).with_state(desk)
    }

    fn is_framed(&self) -> bool {
        self.is_framed
    }

    fn frames(&self, tenant: &Tenant) -> Frames {
        self.frames_by(&tenant.host_key)
    }

    fn frames_of_anybody(&self) -> Frames {
        self.frames_by("*.example")
    }
}

impl Believer {
    fn frames_by(&self, host: &str) -> Frames {
        if self.is_framed {
            Frames::Origins(vec![format!("https://{host}")])
        } else {
            Frames::Nobody
        }
    }
}

async fn believe(State(desk): State<Desk>, Query(claim): Query<Claim>) -> Response {
    let tenant = desk.tenant(&claim.tenant).await.expect("answered").expect("known");
    let person = Person::new(&claim.name, &claim.name);
    desk.admit(&tenant, person, claim.may).await.expect("admitted")
}

pub(crate) struct Office {
    pub(crate) access: Arc<Access>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tenants: [Tenant; 2],
    pub(crate) router: Router,
    allowed: Mutex<Option<Secret>>,
}

impl Office {
    pub(crate) async fn new() -> Self {
        Self::with(Believer { is_framed: false }).await
    }

    /// One whose page is shown in a frame of the app.
    pub(crate) async fn framed() -> Self {
        Self::with(Believer { is_framed: true }).await
    }

    async fn with(sign_in: Believer) -> Self {
        let start: DateTime<Utc> = "2026-11-21T11:00:00Z".parse().expect("a moment");
        let clock = Arc::new(ManualClock::at(start));
        let store = Arc::new(MemoryStore::with_clock(Arc::clone(&clock) as Arc<dyn Clock>));
        let rules = Rules::new("asmk".parse().expect("a prefix"), PlanRule::Subscription);
        let access = Access::open(Arc::clone(&store) as _, KeyRing::generate(), rules).await;
        let access = Arc::new(access.expect("opened"));
        let tenants = [
            access
                .ensure_tenant("maple.example", "Maple <Bikes>")
                .await
                .expect("stored"),
            access.ensure_tenant("other.example", "Other").await.expect("stored"),
        ];
        let console = Console::new(Settings {
            access: Arc::clone(&access),
            sign_in: Arc::new(sign_in),
            public_url: ORIGIN.parse().expect("an address"),
            title: "Assembly".to_owned(),
            name: "assembly".to_owned(),
            page_title: "LLM / API Access".to_owned(),
            tenant_noun: "workshop".to_owned(),
        });
        Self {
            router: console.expect("an address for keys").router(),
            access,
            store,
            clock,
            tenants,
            allowed: Mutex::default(),
        }
    }

    /// A person of the first tenant who may manage.
    pub(crate) async fn nora(&self) -> Browser {
        self.person("maple.example", "Nora", "manage").await
    }

    pub(crate) async fn person(&self, host_key: &str, name: &str, may: &str) -> Browser {
        let tenant = self.tenants.iter().find(|tenant| tenant.host_key == host_key);
        let browser = Browser {
            router: self.router.clone(),
            cookie: String::new(),
            whose: tenant.expect("known").connector.to_string(),
        };
        let path = format!("/access/sign-in/believe?tenant={host_key}&name={name}&may={may}");
        let admitted = browser.get(&path).await;
        assert_eq!(
            (admitted.status, admitted.location.as_str()),
            (StatusCode::SEE_OTHER, "/access")
        );
        browser.with_cookie_of(&admitted)
    }

    pub(crate) async fn happens(&self, kind: TenantEventKind) {
        let event = TenantEvent {
            delivery: None,
            host_key: "maple.example".to_owned(),
            occurred_at: self.clock.now(),
            kind,
        };
        self.access.apply(&event).await.expect("applied");
    }

    pub(crate) fn installed(&self) -> TenantEventKind {
        TenantEventKind::Installed {
            new: NewTenant::new("maple.example", "Maple <Bikes>", self.clock.now()),
            plan: Plan::Active,
        }
    }

    /// An app uses a code.
    pub(crate) async fn app_uses(&self, code: &str, name: &str) {
        let found = self.access.find_code(code).await.expect("answered").expect("live");
        let approval = latchstring_access::Approval {
            code: found.id,
            connector: None,
            app: latchstring_access::AppIdentity {
                client_id: "https://claude.ai/client.json".to_owned(),
                name: name.to_owned(),
                host: Some("claude.ai".to_owned()),
                redirect_host: "claude.ai".to_owned(),
            },
            redirect_uri: "https://claude.ai/callback".to_owned(),
            challenge: CHALLENGE.parse::<Challenge>().expect("a challenge"),
        };
        let approved = self.access.approve(approval).await.expect("answered");
        let code = approved.expect("allowed").code;
        self.allowed.lock().expect("not poisoned").replace(code);
    }

    /// The app that was allowed last fetches its tokens.
    pub(crate) async fn app_fetches(&self) {
        let code = self.allowed.lock().expect("not poisoned").take();
        let code = code.expect("an app was allowed");
        let presented = latchstring_access::CodePresented {
            code: code.expose(),
            client_id: "https://claude.ai/client.json",
            redirect_uri: None,
            verifier: VERIFIER,
            connector: None,
        };
        self.access.exchange(presented).await.expect("exchanged");
    }

    /// An app of the first tenant, let in by a code of somebody's.
    pub(crate) async fn app(&self, name: &str, scope: Scope) {
        let by = Person::new("tomas", "Tomás");
        let (code, _) = self
            .access
            .create_code(&self.tenants[0], scope, by)
            .await
            .expect("made");
        self.app_uses(code.expose(), name).await;
    }
}

/// A browser that keeps a cookie and says where its forms come from.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) router: Router,
    pub(crate) cookie: String,
    /// What the forms it was shown say they are about.
    pub(crate) whose: String,
}

pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) set_cookie: String,
    pub(crate) cache: String,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    /// The same, with the cookie that it was sent.
    pub(crate) fn with_cookie_of(&self, shown: &Shown) -> Self {
        let pair = shown.set_cookie.split(';').next().expect("a pair");
        Self {
            cookie: pair.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Shown {
        self.send(self.opens(path)).await
    }

    pub(crate) fn opens(&self, path: &str) -> Request<Body> {
        let request = Request::builder().uri(path).header(header::COOKIE, &self.cookie);
        request.body(Body::empty()).expect("a request")
    }

    /// Sends a form from one of our own pages.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.post_from(Some(ORIGIN), path, fields).await
    }

    pub(crate) async fn post_from(&self, origin: Option<&str>, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("whose", &self.whose)
            .extend_pairs(fields)
            .finish();
        self.send(request.body(Body::from(form)).expect("a request")).await
    }

    async fn send(&self, request: Request<Body>) -> Shown {
        let response = self.router.clone().oneshot(request).await.expect("answered");
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name);
            value.map_or_else(String::new, |value| value.to_str().expect("text").to_owned())
        };
        let (location, set_cookie, cache) = (
            text(header::LOCATION),
            text(header::SET_COOKIE),
            text(header::CACHE_CONTROL),
        );
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        Shown {
            status,
            location,
            set_cookie,
            cache,
            headers,
            html: String::from_utf8(body.to_vec()).expect("text"),
        }
    }
}

impl Shown {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    /// What stands between these two.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self
            .html
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before}: {}", self.main()));
        rest.split_once(after).unwrap_or_else(|| panic!("no {after}: {rest}")).0
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        self.between(&format!("name=\"{name}\" value=\""), "\"").to_owned()
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.main().contains(text)
    }

    /// The page without style and script.
    pub(crate) fn main(&self) -> &str {
        let main = self
            .html
            .split_once("<main")
            .map_or(self.html.as_str(), |(_, main)| main);
        main.split_once("</main>").map_or(main, |(main, _)| main)
    }
}
