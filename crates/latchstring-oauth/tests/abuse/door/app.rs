//! An app that is to be connected, as chats do it: registered or with a document of its own, always with PKCE.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchstring_access::{Secret, Tenant};
use latchstring_core::{Scope, random};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Browser, Door, Reply};

pub(crate) const CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";
pub(crate) const STATE: &str = "st/4+te &=%";

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) verifier: String,
}

/// The tokens of one answer, and the answer.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) reply: Reply,
}

impl App {
    pub(crate) fn new(client_id: &str, redirect_uri: &str) -> Self {
        let verifier = URL_SAFE_NO_PAD.encode(random::bytes::<32>());
        Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            verifier,
        }
    }

    /// Registers itself (RFC 7591).
    pub(crate) async fn registered(door: &Door) -> Self {
        let reply = door
            .register(&json!({ "client_name": "Claude", "redirect_uris": [CALLBACK] }))
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        Self::new(&reply.member("client_id"), CALLBACK)
    }

    /// Publishes this document under its own address.
    pub(crate) fn published(door: &Door, document: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let client_id = text(&document["client_id"]);
        door.shelf.put(&client_id, document);
        Self::new(&client_id, &text(&document["redirect_uris"][0]))
    }

    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }

    /// What it sends the person's browser to us with. `change` takes a parameter out, or puts one in place of it.
    pub(crate) async fn opens(&self, browser: &mut Browser, change: &[(&str, Option<&str>)]) -> Reply {
        let challenge = self.challenge();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("state", STATE),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("scope", "read write offline_access"),
        ];
        for (name, value) in change {
            parameters.retain(|(known, _)| known != name);
            parameters.extend(value.map(|value| (*name, value)));
        }
        browser.open(&parameters).await
    }

    /// The page that asks whether to allow it, for a code that is typed in.
    pub(crate) async fn confirm_page(&self, door: &Door, tenant: &Tenant, code: &Secret) -> (Browser, Reply) {
        let mut browser = Browser::new(door);
        let page = self
            .opens(&mut browser, &[("resource", Some(&door.connector_url(tenant)))])
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let confirm = browser.type_code(&page, code).await;
        (browser, confirm)
    }

    /// The authorization code that it is sent after a person allowed it.
    pub(crate) async fn authorized(&self, door: &Door, tenant: &Tenant, scope: Scope) -> String {
        let code = door.code(tenant, scope).await;
        let (browser, confirm) = self.confirm_page(door, tenant, &code).await;
        let sent = browser.press(&confirm, "allow").await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        sent.sent("code").expect("a code")
    }

    /// The form that exchanges an authorization code; `change` as in [`App::opens`].
    pub(crate) async fn exchange(&self, door: &Door, code: &str, change: &[(&str, Option<&str>)]) -> Reply {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("code", code),
            ("code_verifier", &self.verifier),
        ];
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            fields.extend(value.map(|value| (*name, value)));
        }
        door.post("/token", &fields).await
    }

    pub(crate) async fn refresh(&self, door: &Door, token: &str) -> Reply {
        self.refresh_with(door, token, &[]).await
    }

    pub(crate) async fn refresh_with(&self, door: &Door, token: &str, more: &[(&str, &str)]) -> Reply {
        let client_id = ("client_id", self.client_id.as_str());
        let fields = [
            &[("grant_type", "refresh_token"), client_id, ("refresh_token", token)],
            more,
        ]
        .concat();
        door.post("/token", &fields).await
    }

    pub(crate) async fn revoke(&self, door: &Door, token: &str) -> Reply {
        door.post("/revoke", &[("client_id", self.client_id.as_str()), ("token", token)])
            .await
    }

    /// From nothing to tokens.
    pub(crate) async fn connect(&self, door: &Door, tenant: &Tenant, scope: Scope) -> Tokens {
        let code = self.authorized(door, tenant, scope).await;
        Tokens::of(self.exchange(door, &code, &[]).await)
    }
}

impl Tokens {
    pub(crate) fn of(reply: Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text());
        Self {
            access: reply.member("access_token"),
            refresh: reply.member("refresh_token"),
            reply,
        }
    }
}
