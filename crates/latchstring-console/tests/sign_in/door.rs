//! A console over a store in memory, and what a browser would see of its answers.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use latchstring_access::{Access, KeyRing, MemoryStore, PlanRule, Rules};
use latchstring_console::{Console, Settings, SettingsError, SignIn};
use latchstring_core::ManualClock;
use tower::ServiceExt;

pub(crate) const ORIGIN: &str = "https://mcp.example.com";

pub(crate) struct Door {
    router: Router,
    pub(crate) access: Arc<Access>,
    pub(crate) store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
}

impl Door {
    /// A door with two tenants, Voltvelo and Alpha.
    pub(crate) async fn new(sign_in: impl SignIn) -> Self {
        Self::at(ORIGIN, sign_in).await.unwrap()
    }

    pub(crate) async fn at(public_url: &str, sign_in: impl SignIn) -> Result<Self, SettingsError> {
        let clock = Arc::new(ManualClock::at(begin()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        let rules = Rules::new("asmk".parse().unwrap(), PlanRule::Free);
        let access = Access::open(store.clone(), KeyRing::generate(), rules).await.unwrap();
        let access = Arc::new(access);
        for (host_key, name) in [("voltvelo.myshopify.com", "Voltvelo"), ("alpha.myshopify.com", "Alpha")] {
            access.ensure_tenant(host_key, name).await.unwrap();
        }
        let console = Console::new(Settings {
            access: access.clone(),
            sign_in: Arc::new(sign_in),
            public_url: public_url.parse().unwrap(),
            title: "Assembly".into(),
            name: "assembly".into(),
            page_title: "LLM / API Access".into(),
            tenant_noun: "store".into(),
        });
        Ok(Self {
            router: console?.router(),
            access,
            store,
            clock,
        })
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Reply {
            status: head.status,
            headers: head.headers,
            // How it looks is not of interest here.
            text: text
                .split_once("</style>")
                .map_or(text.clone(), |(_, rest)| rest.to_owned()),
        }
    }

    /// Opens a page with these cookies.
    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Reply {
        let request = Request::get(path).header(header::COOKIE, cookies);
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

/// When all tests begin.
pub(crate) fn begin() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().unwrap()
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` of this cookie.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.map(|value| value.to_str().unwrap())
            .find(|value| value.split('=').next() == Some(name))
    }

    /// The cookie as a browser sends it back.
    pub(crate) fn cookie(&self, name: &str) -> String {
        let set = self
            .set_cookie(name)
            .unwrap_or_else(|| panic!("no {name}: {}", self.text));
        set.split(';').next().unwrap().to_owned()
    }

    pub(crate) fn lets_in(&self) -> bool {
        self.status == StatusCode::SEE_OTHER
            && self.header("location") == "/access"
            && self.set_cookie(SESSION).is_some()
    }
}

/// The cookie of a session.
pub(crate) const SESSION: &str = "__Host-latchstring-access";
