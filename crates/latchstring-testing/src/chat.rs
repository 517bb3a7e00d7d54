//! A chat app that connects as real ones do, and the browser of the person who lets it in.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::{
    Agent,
    reply::{Reply, send},
};

/// Where answers to the app go.
const REDIRECT: &str = "https://chat.example/callback";
/// RFC 7636, appendix B: what the app must prove to know, and the proof.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// An OAuth client.
#[derive(Clone)]
pub struct ChatApp {
    router: Router,
    /// Its name on the wire.
    pub client_id: String,
    /// The connector that a person gave it.
    pub connector_url: String,
}

/// The tokens of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

impl ChatApp {
    /// One that is known by the address of its document, at a host of its own.
    pub(crate) fn published(router: Router, connector_url: String) -> Self {
        Self {
            router,
            client_id: crate::published::CLIENT.to_owned(),
            connector_url,
        }
    }

    /// One that registers itself.
    pub(crate) async fn registered(router: Router, connector_url: String) -> Self {
        let metadata =
            json!({ "client_name": "Chat", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none" });
        let request = Request::post("/register")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(metadata.to_string()))
            .unwrap();
        let reply = send(&router, request).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        Self {
            router,
            client_id: reply.json()["client_id"].as_str().unwrap().to_owned(),
            connector_url,
        }
    }

    /// The same app, talking to another server.
    #[must_use]
    pub fn at(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Sends a browser to the approval page.
    pub async fn browser(&self) -> Browser {
        self.browser_with(&[]).await
    }

    /// The same with further parameters.
    pub async fn browser_with(&self, further: &[(&str, &str)]) -> Browser {
        let asked = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", REDIRECT),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "a state"),
            ("scope", "read write"),
            ("resource", &self.connector_url),
        ];
        let query = form([asked.as_slice(), further].concat());
        let page = send(&self.router, get(&format!("/authorize?{query}"))).await;
        let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
        Browser {
            router: self.router.clone(),
            cookie,
            page,
        }
    }

    /// A person pastes the code and allows it: the authorization code, or the page that says why not.
    pub async fn approved(&self, code: &str) -> Result<String, Box<Reply>> {
        let mut browser = self.browser().await;
        browser.submit(&[("code", code), ("action", "continue")]).await;
        if browser.page.status == StatusCode::OK {
            browser.submit(&[("action", "allow")]).await;
        }
        browser.authorization_code()
    }

    /// Exchanges an authorization code.
    pub async fn exchange(&self, code: &str) -> Reply {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &str) -> Reply {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Reply {
        let own = [
            ("client_id", self.client_id.as_str()),
            ("resource", &self.connector_url),
        ];
        send(&self.router, post("/token", form([fields, &own].concat()))).await
    }

    /// Gives its access back.
    pub async fn give_back(&self, token: &str) -> Reply {
        let fields = vec![("client_id", self.client_id.as_str()), ("token", token)];
        send(&self.router, post("/revoke", form(fields))).await
    }

    /// The app at work with this token.
    pub fn agent(&self, access_token: &str) -> Agent {
        let path = Url::parse(&self.connector_url).unwrap().path().to_owned();
        Agent::new(self.router.clone(), path, Some(access_token))
    }
}

/// A person's browser on the approval page.
pub struct Browser {
    router: Router,
    cookie: String,
    /// What it shows.
    pub page: Reply,
}

impl Browser {
    /// Sends the form that it shows.
    pub async fn submit(&mut self, fields: &[(&str, &str)]) {
        let ticket = self.page.text.split("name=\"ticket\" value=\"").nth(1);
        let ticket = ticket.and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let mut request = post("/authorize", form([&[("ticket", ticket)], fields].concat()));
        let headers = request.headers_mut();
        headers.insert(header::COOKIE, self.cookie.parse().unwrap());
        headers.insert(header::ORIGIN, "http://127.0.0.1:8787".parse().unwrap());
        self.page = send(&self.router, request).await;
    }

    /// What the app is sent, if it is sent back with a code; or else the page.
    pub fn authorization_code(self) -> Result<String, Box<Reply>> {
        let location = Url::parse(self.page.header("location")).ok();
        let code = location.and_then(|url| {
            url.query_pairs()
                .find(|(name, _)| name == "code")
                .map(|(_, code)| code.into_owned())
        });
        code.ok_or_else(|| Box::new(self.page))
    }
}

impl Tokens {
    /// The tokens in an answer of the token endpoint.
    pub fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        let answer = reply.json();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

fn form(fields: Vec<(&str, &str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn get(path: &str) -> Request<Body> {
    let request = Request::get(path).header(header::HOST, "127.0.0.1:8787");
    request.body(Body::empty()).unwrap()
}

fn post(path: &str, form: String) -> Request<Body> {
    let request = Request::post(path).header(header::HOST, "127.0.0.1:8787");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(Body::from(form)).unwrap()
}
