//! A person's browser: keeps cookies, says where a form comes from, follows nothing.

use std::net::IpAddr;

use axum::{body::Body, http::Request};
use latchstring_access::Secret;

use super::{Door, ISSUER, Reply, form, on_network};

#[derive(Clone)]
pub(crate) struct Browser {
    door: Door,
    cookie: Option<String>,
    network: Option<IpAddr>,
}

impl Browser {
    pub(crate) fn new(door: &Door) -> Self {
        Self {
            door: door.clone(),
            cookie: None,
            network: None,
        }
    }

    pub(crate) fn at(self, network: &str) -> Self {
        Self {
            network: Some(network.parse().expect("an address")),
            ..self
        }
    }

    /// The same browser, sent to another server.
    pub(crate) fn through(&self, door: &Door) -> Self {
        Self {
            door: door.clone(),
            ..self.clone()
        }
    }

    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Opens the approval page with these parameters.
    pub(crate) async fn open(&mut self, parameters: &[(&str, &str)]) -> Reply {
        let mut request = Request::get(format!("/authorize?{}", form(parameters)));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let reply = self.send(request.body(Body::empty()).expect("a request")).await;
        if let Some(cookie) = reply.header(axum::http::header::SET_COOKIE) {
            self.cookie = cookie.split(';').next().map(ToOwned::to_owned);
        }
        reply
    }

    /// Sends a form as our own page would.
    pub(crate) async fn submit(&self, fields: &[(&str, &str)]) -> Reply {
        let headers = [("origin", ISSUER), ("sec-fetch-site", "same-origin")];
        self.submit_with(fields, &headers).await
    }

    /// Sends a form with these headers and no others that say where it comes from.
    pub(crate) async fn submit_with(&self, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post("/authorize").header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        self.send(request.body(Body::from(form(fields))).expect("a request"))
            .await
    }

    /// Types a code into the form on this page.
    pub(crate) async fn type_code(&self, page: &Reply, code: &Secret) -> Reply {
        self.type_text(page, code.expose()).await
    }

    pub(crate) async fn type_text(&self, page: &Reply, code: &str) -> Reply {
        let ticket = page
            .ticket()
            .unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
        self.submit(&[("ticket", &ticket), ("code", code), ("action", "continue")])
            .await
    }

    /// Presses the button of this name.
    pub(crate) async fn press(&self, page: &Reply, action: &str) -> Reply {
        let ticket = page
            .ticket()
            .unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
        self.submit(&[("ticket", &ticket), ("action", action)]).await
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        self.door.send(on_network(request, self.network)).await
    }
}
