//! R: clients as they really are (R10), and what they sign (R09), seen from the token endpoint.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use latchstring_core::{Clock, Scope, random};
use latchstring_oauth::FetchError;
use serde_json::{Value, json};

use crate::{
    door::{App, Door, ISSUER, Reply, Tokens},
    test_keys,
};

pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const KEYS: &str = "https://chatgpt.com/oauth/jwks.json";

/// As ChatGPT publishes itself: it prefers to sign, and offers `none` to servers that know nothing else.
fn chatgpt(methods: &[&str]) -> Value {
    json!({
        "client_id": "https://chatgpt.com/oauth/g-abc123/client.json",
        "client_name": "ChatGPT",
        "client_uri": "https://chatgpt.com",
        "redirect_uris": ["https://chatgpt.com/connector/oauth/g-abc123"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg": "RS256",
        "jwks_uri": KEYS,
    })
}

async fn signing_client() -> (Door, App) {
    let door = Door::new().await;
    door.shelf.put(
        KEYS,
        &json!({ "keys": [test_keys::rsa_public("k1"), test_keys::other_rsa_public("k2")] }),
    );
    let app = App::published(&door, &chatgpt(&["private_key_jwt"]));
    (door, app)
}

fn claims(door: &Door, app: &App) -> Value {
    let now = door.clock.now().timestamp();
    let jti = format!("{:x}", u128::from_be_bytes(random::bytes()));
    json!({ "iss": app.client_id, "sub": app.client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": jti })
}

fn signed(claims: &Value, kid: &str, key: &EncodingKey) -> String {
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    jsonwebtoken::encode(&header, claims, key).expect("signed")
}

pub(crate) fn good(door: &Door, app: &App) -> String {
    signed(&claims(door, app), "k1", &test_keys::rsa())
}

/// A token of this header, with whatever stands for its signature.
fn forged(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

async fn exchange(door: &Door, app: &App, code: &str, assertion: &str) -> Reply {
    app.exchange(
        door,
        code,
        &[
            ("client_assertion_type", Some(TYPE)),
            ("client_assertion", Some(assertion)),
        ],
    )
    .await
}

async fn refresh(door: &Door, app: &App, token: &str, assertion: &str) -> Reply {
    app.refresh_with(
        door,
        token,
        &[("client_assertion_type", TYPE), ("client_assertion", assertion)],
    )
    .await
}

#[tokio::test]
async fn r10_claude_connects_by_its_document_and_without_a_secret() {
    let door = Door::new().await;
    let document = json!({
        "client_id": "https://claude.ai/oauth/mcp-oauth-client-metadata",
        "client_name": "Claude",
        "client_uri": "https://claude.ai",
        "redirect_uris": ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let app = App::published(&door, &document);
    let code = door.code(&door.alpha, Scope::ReadWrite).await;
    let (_, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    assert!(
        confirm
            .text()
            .contains("verified: published by <strong><bdi>claude.ai</bdi></strong>")
    );
    let tokens = app.connect(&door, &door.alpha, Scope::ReadWrite).await;
    assert!(door.opens(&door.alpha, &tokens.access).await);
    let tokens = Tokens::of(app.refresh(&door, &tokens.refresh).await);
    let listed = door.access.list_apps(door.alpha.id).await.expect("listed");
    assert_eq!(
        (listed[0].app.name.as_str(), listed[0].app.host.as_deref()),
        ("Claude", Some("claude.ai"))
    );
    assert_eq!(app.revoke(&door, &tokens.refresh).await.status, 200);
    assert!(!door.opens(&door.alpha, &tokens.access).await);
    assert_eq!(door.shelf.fetched().len(), 1, "while it is fresh it is fetched once");
}

#[tokio::test]
async fn r10_chatgpt_connects_by_its_document_and_signs() {
    let (door, _) = signing_client().await;
    let app = App::published(&door, &chatgpt(&["private_key_jwt", "none"]));
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let tokens = Tokens::of(exchange(&door, &app, &code, &good(&door, &app)).await);
    assert!(door.opens(&door.alpha, &tokens.access).await);
    let mut to_endpoint = claims(&door, &app);
    to_endpoint["aud"] = json!(["https://other.example", format!("{ISSUER}/token")]);
    let assertion = signed(&to_endpoint, "k1", &test_keys::rsa());
    let tokens = Tokens::of(refresh(&door, &app, &tokens.refresh, &assertion).await);
    // It offers `none` as well, and one request without a signature is still its own.
    let tokens = Tokens::of(app.refresh(&door, &tokens.refresh).await);
    let assertion = good(&door, &app);
    let fields = [
        ("client_id", app.client_id.as_str()),
        ("token", &tokens.refresh),
        ("client_assertion_type", TYPE),
        ("client_assertion", &assertion),
    ];
    assert_eq!(door.post("/revoke", &fields).await.status, 200);
    assert!(!door.opens(&door.alpha, &tokens.access).await);
}

#[tokio::test]
async fn r09_a_client_that_signs_is_not_believed_without_a_signature() {
    let (door, app) = signing_client().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let unsigned = app.exchange(&door, &code, &[]).await;
    assert_eq!(unsigned.verdict(), (401, "invalid_client".into()));
    let tokens = Tokens::of(exchange(&door, &app, &code, &good(&door, &app)).await);
    assert_eq!(
        app.refresh(&door, &tokens.refresh).await.verdict(),
        (401, "invalid_client".into())
    );
    assert_eq!(
        app.revoke(&door, &tokens.refresh).await.verdict(),
        (401, "invalid_client".into())
    );
    assert!(door.opens(&door.alpha, &tokens.access).await);
}

#[tokio::test]
async fn r09_no_forged_assertion_is_accepted_or_spends_anything() {
    let (door, app) = signing_client().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let rsa = test_keys::rsa();
    let public = test_keys::rsa_public("k1")["n"].as_str().expect("a modulus").to_owned();
    let base = claims(&door, &app);
    let now = door.clock.now().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = claims(&door, &app);
        claims[name] = value;
        signed(&claims, "k1", &rsa)
    };
    let mut without_jti = base.clone();
    without_jti.as_object_mut().expect("claims").remove("jti");
    let hs256 = Header {
        kid: Some("k1".into()),
        ..Header::new(Algorithm::HS256)
    };
    let own = signed(&base, "k1", &rsa);
    let (message, signature) = own.rsplit_once('.').expect("three parts");
    let attacks = [
        ("none", forged(&json!({ "alg": "none" }), &base, "")),
        ("None", forged(&json!({ "alg": "None", "kid": "k1" }), &base, signature)),
        (
            "the public key as HS256",
            jsonwebtoken::encode(&hs256, &base, &EncodingKey::from_secret(public.as_bytes())).expect("signed"),
        ),
        ("exp as text", with("exp", json!((now + 60).to_string()))),
        ("exp in an hour", with("exp", json!(now + 3_600))),
        ("exp absent", with("exp", Value::Null)),
        ("expired", with("exp", json!(now - 60))),
        ("no jti", signed(&without_jti, "k1", &rsa)),
        ("an empty jti", with("jti", json!(""))),
        ("another audience", with("aud", json!("https://other.example"))),
        (
            "a longer audience",
            with("aud", json!(format!("{ISSUER}.evil.example"))),
        ),
        (
            "another subject",
            with("sub", json!("https://evil.example/client.json")),
        ),
        ("another issuer", with("iss", json!("https://evil.example/client.json"))),
        ("another key of its own under this kid", signed(&base, "k2", &rsa)),
        (
            "a strange key under this kid",
            signed(&base, "k1", &test_keys::other_rsa()),
        ),
        ("an unknown kid", signed(&base, "k9", &rsa)),
        ("no signature", format!("{message}.")),
        (
            "a cut signature",
            format!("{message}.{}", &signature[..signature.len() - 4]),
        ),
    ];
    for (what, assertion) in &attacks {
        let reply = exchange(&door, &app, &code, assertion).await;
        assert_eq!(reply.verdict(), (401, "invalid_client".into()), "{what}");
    }
    assert_eq!(exchange(&door, &app, &code, &good(&door, &app)).await.status, 200);
}

#[tokio::test]
async fn r09_a_token_that_brings_its_key_is_not_listened_to() {
    let (door, app) = signing_client().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    door.shelf.put(
        "https://evil.example/jwks.json",
        &json!({ "keys": [test_keys::other_rsa_public("evil")] }),
    );
    let header = Header {
        kid: Some("evil".into()),
        jku: Some("https://evil.example/jwks.json".into()),
        x5u: Some("https://evil.example/jwks.json".into()),
        ..Header::new(Algorithm::RS256)
    };
    let assertion = jsonwebtoken::encode(&header, &claims(&door, &app), &test_keys::other_rsa()).expect("signed");
    let reply = exchange(&door, &app, &code, &assertion).await;
    assert_eq!(reply.verdict(), (401, "invalid_client".into()));
    assert!(
        !door.shelf.fetched().iter().any(|url| url.contains("evil")),
        "{:?}",
        door.shelf.fetched()
    );
    // A short key is none, though the document has it.
    door.advance(TimeDelta::minutes(6));
    door.shelf.put(
        KEYS,
        &json!({ "keys": [test_keys::rsa_512_public("k1"), test_keys::rsa_1024_public("k1")] }),
    );
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    assert_eq!(
        exchange(&door, &app, &code, &good(&door, &app)).await.verdict(),
        (401, "invalid_client".into())
    );
}

#[tokio::test]
async fn r09_keys_that_are_out_of_reach_are_no_verdict_on_the_client() {
    for (error, expected) in [
        (FetchError::Unreachable, (503, "temporarily_unavailable")),
        (FetchError::Status(404), (401, "invalid_client")),
    ] {
        let (door, app) = signing_client().await;
        let code = app.authorized(&door, &door.alpha, Scope::Read).await;
        door.shelf.fail(KEYS, error.clone());
        let refused = exchange(&door, &app, &code, &good(&door, &app)).await;
        assert_eq!(refused.verdict(), (expected.0, expected.1.into()), "{error}");
    }
}

#[tokio::test]
async fn r09_an_assertion_is_used_once_on_whatever_server() {
    let (door, app) = signing_client().await;
    let other = door.replica().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let assertion = good(&door, &app);
    let tokens = Tokens::of(exchange(&door, &app, &code, &assertion).await);
    for server in [&other, &door] {
        let reply = refresh(server, &app, &tokens.refresh, &assertion).await;
        assert_eq!(reply.verdict(), (401, "invalid_client".into()));
        let fields = [
            ("client_id", app.client_id.as_str()),
            ("token", &tokens.refresh),
            ("client_assertion_type", TYPE),
            ("client_assertion", &assertion),
        ];
        assert_eq!(
            server.post("/revoke", &fields).await.verdict(),
            (401, "invalid_client".into())
        );
    }
    assert!(door.opens(&door.alpha, &tokens.access).await);
    Tokens::of(refresh(&other, &app, &tokens.refresh, &good(&door, &app)).await);
}

#[tokio::test]
async fn r09_one_clients_assertion_does_not_stand_for_another_client() {
    let (door, app) = signing_client().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let other = App {
        client_id: App::registered(&door).await.client_id,
        ..app.clone()
    };
    // Signed by one, sent as another; and the other way round.
    let reply = exchange(&door, &other, &code, &good(&door, &app)).await;
    assert_eq!(reply.verdict(), (401, "invalid_client".into()));
    let reply = exchange(&door, &app, &code, &good(&door, &other)).await;
    assert_eq!(reply.verdict(), (401, "invalid_client".into()));
    // Without a client id, the assertion says which metadata to check it by.
    let assertion = good(&door, &app);
    let named_by_it = [
        ("client_id", None),
        ("client_assertion_type", Some(TYPE)),
        ("client_assertion", Some(assertion.as_str())),
    ];
    assert_eq!(app.exchange(&door, &code, &named_by_it).await.status, 200);
}
