//! The routes, in one place.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
};
use latchstring_console::Console;
use latchstring_mcp::Doors;
use latchstring_oauth::{CONNECTOR_ROUTE, require_app, require_key, require_script_key, timely};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use crate::{Latchstring, guide, health, refusals, webhook};

impl Latchstring {
    /// Everything this serves: `/mcp` for API keys, `/c/{connector}/mcp-agent` for connected apps, the authorization
    /// server, `/api/v1/` for scripts, the access page at `/access`, the documentation at `/guide`, the app's webhook,
    /// `/healthz` and `/readyz`. Merge it into the app's own router.
    pub fn router(&self) -> Router {
        let doors = self.doors();
        let cors = cors(&doors.origins);
        let keys = latchstring_mcp::router("/mcp", self.server.clone(), &doors)
            .route_layer(middleware::from_fn_with_state(self.authorization.clone(), require_key));
        let apps = latchstring_mcp::router(CONNECTOR_ROUTE, self.server.clone(), &doors)
            .route_layer(middleware::from_fn_with_state(self.authorization.clone(), require_app));
        let (scripts, document) = self.rest(&doors);
        // In front of the check: a browser's preflight request carries no credential.
        let called = keys.merge(apps).merge(scripts).layer(cors);
        let console = self.console.as_ref().map(Console::router).unwrap_or_default();
        Router::new()
            .merge(called)
            .merge(document)
            .merge(console)
            .merge(latchstring_console::guide(
                &self.title,
                guide::pages(self.calls.catalog()),
            ))
            .merge(self.authorization.router())
            .merge(webhook::router(self.access.clone(), self.webhook_secrets.clone()))
            .merge(health::router(self.access.clone()))
            .layer(middleware::from_fn(timely))
            .layer(middleware::from_fn_with_state(self.refusals.clone(), refusals::tell))
    }

    /// What scripts call, with an API key as at `/mcp`, and the public document about it.
    fn rest(&self, doors: &Doors) -> (Router, Router) {
        let Some(about) = &self.rest else {
            return (Router::new(), Router::new());
        };
        let doors = latchstring_rest::Doors {
            hosts: doors.hosts.clone(),
            origins: doors.origins.clone(),
        };
        let scripts = latchstring_rest::router(self.calls.clone(), doors).route_layer(middleware::from_fn_with_state(
            self.authorization.clone(),
            require_script_key,
        ));
        (scripts, latchstring_rest::document(about, self.calls.catalog()))
    }

    /// Our own address is always welcome. On a loopback address any local port may call from a browser, which is how
    /// inspectors work; it still needs a key.
    fn doors(&self) -> Doors {
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(String::from).to_vec();
        hosts.extend(authority(&self.public_url));
        // Where the port is the scheme's own, clients and proxies leave it out.
        if self.public_url.port().is_none() {
            hosts.extend(self.public_url.host_str().map(ToOwned::to_owned));
        }
        let mut origins: Vec<String> = self.allowed_origins.iter().map(|origin| with_port(origin)).collect();
        origins.extend(own_origin(&self.public_url));
        let is_loopback = match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if is_loopback {
            origins.extend(["http://localhost:*", "http://127.0.0.1:*"].map(String::from));
        }
        Doors { hosts, origins }
    }
}

/// `name:port`, the port always written out.
fn authority(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn own_origin(url: &Url) -> Option<String> {
    Some(format!("{}://{}", url.scheme(), authority(url)?))
}

/// An allowed origin with its port written out; without one only the scheme's own port is meant (RFC 6454, section 4).
fn with_port(origin: &str) -> String {
    let any_port = origin.ends_with(":*");
    let parsed = if any_port { None } else { Url::parse(origin).ok() };
    parsed
        .as_ref()
        .and_then(own_origin)
        .unwrap_or_else(|| origin.to_owned())
}

/// Browsers may call from the same origins that the endpoint accepts, and may read the challenge and when to come back.
fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.to_vec();
    let is_welcome = move |origin: &HeaderValue| {
        let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else {
            return false;
        };
        let Some(own) = own_origin(&origin) else { return false };
        origins.iter().any(|allowed| match allowed.strip_suffix(":*") {
            Some(any_port) => own.rsplit_once(':').is_some_and(|(rest, _)| rest == any_port),
            None => *allowed == own,
        })
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| is_welcome(origin)))
        .allow_methods([Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            HeaderName::from_static("mcp-protocol-version"),
            HeaderName::from_static("mcp-method"),
            HeaderName::from_static("mcp-name"),
        ])
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER])
}
