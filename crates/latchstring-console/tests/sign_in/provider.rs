//! A tiny app that people sign in with, on a socket of this machine.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use latchstring_access::Challenge;
use serde_json::{Value, json};
use tokio::sync::watch;
use url::Url;

pub(crate) const CLIENT: &str = "access-page";
pub(crate) const SECRET: &str = "the secret of the client";
pub(crate) const CALLBACK: &str = "https://mcp.example.com/access/sign-in/callback";
const TOKEN: &str = "the-access-token";

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) origin: String,
    state: Arc<Mutex<Inside>>,
    halted: watch::Sender<bool>,
}

struct Inside {
    /// Codes that were given out, and the challenges that they were asked for with.
    codes: HashMap<String, Challenge>,
    userinfo: Userinfo,
    token_type: &'static str,
    /// How often a token was asked for.
    asked: usize,
}

/// How the app answers when it is asked who somebody is.
pub(crate) enum Userinfo {
    Says(Value),
    Text(String),
    Status(StatusCode),
    RedirectsTo(&'static str),
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::new(Mutex::new(Inside {
                codes: HashMap::new(),
                userinfo: Userinfo::Says(json!({})),
                token_type: "Bearer",
                asked: 0,
            })),
            halted: watch::Sender::new(false),
        };
        let router = Router::new()
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route(
                "/elsewhere",
                get(async || axum::Json(json!({ "sub": "1", "stores": "voltvelo.myshopify.com" }))),
            )
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().unwrap()
    }

    /// From now on it says this of whoever signs in.
    pub(crate) fn says(&self, userinfo: Value) {
        self.answers(Userinfo::Says(userinfo));
    }

    pub(crate) fn answers(&self, userinfo: Userinfo) {
        self.state.lock().unwrap().userinfo = userinfo;
    }

    pub(crate) fn gives_tokens_of_type(&self, token_type: &'static str) {
        self.state.lock().unwrap().token_type = token_type;
    }

    /// From now on it does not answer who asks for a token, until it is told otherwise.
    pub(crate) fn halt(&self, is_halted: bool) {
        self.halted.send_replace(is_halted);
    }

    /// How often a token was asked for.
    pub(crate) fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// The person signs in where they were sent to. Gives back where they are sent next.
    pub(crate) fn sign_in(&self, authorize: &Url, code: &str) -> String {
        let query: HashMap<_, _> = authorize.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["redirect_uri"], CALLBACK);
        assert_eq!(query["scope"], "openid profile stores");
        assert_eq!(query["code_challenge_method"], "S256");
        let challenge = query["code_challenge"].parse().unwrap();
        self.state.lock().unwrap().codes.insert(code.to_owned(), challenge);
        format!("/access/sign-in/callback?code={code}&state={}", query["state"])
    }
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    provider.state.lock().unwrap().asked += 1;
    provider.halted.subscribe().wait_for(|halted| !halted).await.unwrap();
    let mut inside = provider.state.lock().unwrap();
    let escaped = SECRET.replace(' ', "+");
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{escaped}")));
    let is_client = headers.get(header::AUTHORIZATION).is_some_and(|value| *value == *basic);
    let challenge = inside.codes.remove(&form["code"]);
    let is_right = challenge.is_some_and(|challenge| challenge.is_answered_by(&form["code_verifier"]))
        && form["grant_type"] == "authorization_code"
        && form["redirect_uri"] == CALLBACK;
    if !is_client || !is_right {
        return (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    axum::Json(json!({ "access_token": TOKEN, "token_type": inside.token_type, "expires_in": 60 })).into_response()
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let bearer = format!("Bearer {TOKEN}");
    if headers.get(header::AUTHORIZATION).is_none_or(|value| *value != *bearer) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match &provider.state.lock().unwrap().userinfo {
        Userinfo::Says(claims) => axum::Json(claims).into_response(),
        Userinfo::Text(text) => text.clone().into_response(),
        Userinfo::Status(status) => (
            *status,
            axum::Json(json!({ "sub": "1", "stores": "voltvelo.myshopify.com" })),
        )
            .into_response(),
        Userinfo::RedirectsTo(path) => Redirect::temporary(path).into_response(),
    }
}
