//! A sign-in without a password, for a server that only its own machine reaches.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Form, Router,
    extract::{
        ConnectInfo, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{StatusCode, header, request::Parts},
    response::Response,
    routing::get,
};
use latchstring_access::{Person, Secret, TenantStatus};
use latchstring_core::random;
use latchstring_pages::{Icon, Kind, Option_, notice, options};
use maud::html;
use serde::Deserialize;
use url::Url;

use super::{Desk, SignIn};
use crate::{ACCESS, Permission, error::ConsoleError, state::is_this_machine, words};

/// Lets whoever has the token, which the server tells at its start, be one of two people at any of its tenants.
///
/// Without a token any program and any user of the machine could come in. It answers nobody who comes from another
/// machine all the same, because tokens get around.
pub struct DemoSignIn(Secret);

impl DemoSignIn {
    /// Lets in by a new token.
    pub fn new() -> Self {
        Self(Secret::new(format!("{:032x}", u128::from_be_bytes(random::bytes()))))
    }

    /// Where a person signs in, below the public address: the path with the token.
    pub fn entrance(&self) -> Secret {
        Secret::new(format!("{ACCESS}/sign-in?token={}", self.0.expose()))
    }
}

impl Default for DemoSignIn {
    fn default() -> Self {
        Self::new()
    }
}

impl SignIn for DemoSignIn {
    fn router(&self, desk: Desk) -> Router {
        let state = Demo {
            desk,
            token: Secret::new(self.0.expose()),
        };
        Router::new()
            .route("/", get(ask).post(enter))
            .with_state(Arc::new(state))
    }
}

struct Demo {
    desk: Desk,
    token: Secret,
}

impl Demo {
    /// Looks at all of it, however early it differs, so that nobody learns the token a character at a time.
    fn is_token(&self, presented: &str) -> bool {
        let (ours, theirs) = (self.token.expose().as_bytes(), presented.as_bytes());
        let differs = ours
            .iter()
            .zip(theirs)
            .fold(0, |differs, (one, other)| differs | (one ^ other));
        ours.len() == theirs.len() && differs == 0
    }
}

/// Who one can be.
const PEOPLE: [(&str, &str, Permission); 2] = [
    ("demo-owner", "Nora Lindqvist", Permission::Manage),
    ("demo-staff", "Tomás Herrera", Permission::Look),
];

#[derive(Deserialize)]
struct Presented {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
struct Choice {
    token: String,
    tenant: String,
    person: String,
}

/// Headers that a proxy or tunnel adds. Behind one, everybody seems to come from this machine.
const OF_PROXIES: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

fn is_from_here(parts: &Parts) -> Result<(), ConsoleError> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_loopback = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let is_forwarded = OF_PROXIES.iter().any(|name| parts.headers.contains_key(*name));
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    let is_meant = host.is_some_and(|url| is_this_machine(&url));
    if is_loopback && is_meant && !is_forwarded {
        Ok(())
    } else {
        Err(ConsoleError::NotHere)
    }
}

async fn ask(
    State(demo): State<Arc<Demo>>,
    parts: Parts,
    presented: Result<Query<Presented>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    is_from_here(&parts)?;
    let desk = &demo.desk;
    let token = presented.map(|Query(presented)| presented.token).unwrap_or_default();
    if !demo.is_token(&token) {
        let main = html! {
            div.intro { h1 { (words::SIGN_IN) } }
            (notice(Kind::Warn, Icon::Warn, &html! { p { (words::DEMO_TOKEN) } }))
        };
        return Ok(desk.page(words::SIGN_IN, main, StatusCode::FORBIDDEN));
    }
    let tenants = desk.access().list_tenants().await?;
    let tenants: Vec<Option_> = tenants
        .into_iter()
        .filter(|tenant| tenant.status == TenantStatus::Active)
        .map(|tenant| Option_ {
            value: tenant.host_key,
            name: tenant.name,
            hint: None,
        })
        .collect();
    let people = PEOPLE.map(|(sub, name, may)| Option_ {
        value: sub.to_owned(),
        name: name.to_owned(),
        hint: Some(words::permission(may).to_owned()),
    });
    let first = tenants.first().map(|tenant| tenant.value.clone()).unwrap_or_default();
    let main = html! {
        div.intro { h1 { (words::SIGN_IN) } p { (words::DEMO_SIGN_IN) } }
        @if tenants.is_empty() {
            (notice(Kind::Warn, Icon::Warn, &html! { p { (words::no_tenants(desk.tenant_noun())) } }))
        } @else {
            form.stack method="post" action={ (ACCESS) "/sign-in" } {
                input type="hidden" name="token" value=(token);
                fieldset { legend { (words::capitalized(desk.tenant_noun())) } (options("tenant", &first, &tenants)) }
                fieldset { legend { (words::PERSON) } (options("person", PEOPLE[0].0, &people)) }
                div.actions { button.primary { (words::SIGN_IN) } }
            }
        }
    };
    Ok(desk.page(words::SIGN_IN, main, StatusCode::OK))
}

async fn enter(
    State(demo): State<Arc<Demo>>,
    parts: Parts,
    form: Result<Form<Choice>, FormRejection>,
) -> Result<Response, ConsoleError> {
    is_from_here(&parts)?;
    let desk = &demo.desk;
    if !desk.is_own_form(&parts.headers) {
        return Err(ConsoleError::CrossSite);
    }
    let Form(choice) = form.map_err(|_| ConsoleError::Form)?;
    if !demo.is_token(&choice.token) {
        return Err(ConsoleError::SignedOut);
    }
    let tenant = desk.tenant(&choice.tenant).await?.ok_or(ConsoleError::SignedOut)?;
    let (sub, name, may) = PEOPLE
        .into_iter()
        .find(|(sub, ..)| *sub == choice.person)
        .ok_or(ConsoleError::Form)?;
    Ok(desk.admit(&tenant, Person::new(sub, name), may).await?)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn is_let_in(peer: Option<&str>, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        if let Some(peer) = peer {
            let peer = SocketAddr::new(peer.parse().expect("an address"), 1);
            parts.extensions.insert(ConnectInfo(peer));
        }
        is_from_here(&parts).is_ok()
    }

    #[test]
    fn a02_only_who_sits_at_the_machine_is_asked_who_they_are() {
        let here = ("host", "127.0.0.1:8787");
        assert!(is_let_in(Some("127.0.0.1"), &[here]));
        assert!(is_let_in(Some("::1"), &[("host", "[::1]:8787")]));
        assert!(is_let_in(Some("::ffff:127.0.0.1"), &[("host", "localhost:8787")]));
        for peer in ["192.168.1.5", "8.8.8.8", "2001:db8::1"] {
            assert!(!is_let_in(Some(peer), &[here]), "{peer}");
        }
        assert!(!is_let_in(None, &[here]), "nobody knows from where");
        for host in [
            "x.tunnel.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "[",
        ] {
            assert!(!is_let_in(Some("127.0.0.1"), &[("host", host)]), "{host}");
        }
        assert!(!is_let_in(Some("127.0.0.1"), &[]));
        for name in OF_PROXIES {
            assert!(!is_let_in(Some("127.0.0.1"), &[here, (name, "x")]), "{name}");
        }
    }
}
