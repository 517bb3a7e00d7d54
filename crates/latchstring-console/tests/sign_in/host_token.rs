//! By a token that the app has signed.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto, encode};
use latchstring_access::{Secret, TenantEvent, TenantEventKind};
use latchstring_console::{HostTokenSettings, HostTokenSignIn, Manages};
use serde_json::{Value, json};

use crate::door::{Door, Reply, SESSION, begin};

const SECRET: &str = "shpss_0123456789abcdef0123456789abcdef";
const OLD_SECRET: &str = "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";

pub(crate) fn sign_in() -> HostTokenSignIn {
    sign_in_with(&[SECRET], Manages::Everybody)
}

async fn door() -> Door {
    door_with(&[SECRET], Manages::Everybody).await
}

async fn door_with(secrets: &[&str], manages: Manages) -> Door {
    Door::new(sign_in_with(secrets, manages)).await
}

fn sign_in_with(secrets: &[&str], manages: Manages) -> HostTokenSignIn {
    let sign_in = HostTokenSignIn::new(HostTokenSettings {
        secrets: secrets.iter().map(|secret| Secret::new(*secret)).collect(),
        audience: "api-key".into(),
        tenant_suffix: ".myshopify.com".into(),
        frame_origins: vec!["https://admin.shopify.com".parse().unwrap()],
        manages,
    });
    sign_in.unwrap()
}

/// What Shopify says, with these members instead. Without those that are `null`.
fn claims(changes: &Value) -> Value {
    let now = begin().timestamp();
    let mut claims = json!({
        "iss": "https://voltvelo.myshopify.com/admin",
        "dest": "https://voltvelo.myshopify.com",
        "aud": "api-key",
        "sub": "42",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": "4321",
        "sid": "abc123",
    });
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    members.retain(|_, value| !value.is_null());
    claims
}

fn signed(changes: &Value) -> String {
    signed_by(SECRET, &Header::default(), &claims(changes))
}

fn signed_by(secret: &str, header: &Header, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// A token with any header, signed by HMAC with SHA-256 all the same.
fn headed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

async fn open(door: &Door, token: &str) -> Reply {
    let path = format!("/access/sign-in?embedded=1&shop=evil.myshopify.com&id_token={token}&locale=de");
    door.get(&path, "").await
}

/// 401, in words and in the frame, and no session.
async fn assert_refused(door: &Door, token: &str, why: &str) {
    let reply = open(door, token).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{why}: {}", reply.text);
    assert_eq!(reply.headers.get("set-cookie"), None, "{why}");
    assert!(
        reply.text.contains("Open this page from the app again"),
        "{why}: {}",
        reply.text
    );
    assert!(!reply.text.contains(token), "{why}");
}

#[tokio::test]
async fn a_token_of_the_app_lets_its_person_in_to_their_tenant() {
    let door = door().await;
    let reply = open(&door, &signed(&json!({ "name": "Nora Lindqvist" }))).await;
    assert!(reply.lets_in(), "{}", reply.text);
    assert_eq!(reply.header("cache-control"), "no-store");
    let page = door.get("/access", &reply.cookie(SESSION)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<bdi>Voltvelo</bdi>"), "{}", page.text);
    assert!(page.text.contains("<bdi>Nora Lindqvist</bdi>"), "{}", page.text);
}

#[tokio::test]
async fn a_token_without_a_name_shows_the_person_by_their_id() {
    let door = door().await;
    let reply = open(&door, &signed(&json!({}))).await;
    let page = door.get("/access", &reply.cookie(SESSION)).await;
    assert!(page.text.contains("<bdi>User 42</bdi>"), "{}", page.text);
}

#[tokio::test]
async fn a_token_in_the_header_counts_too_and_two_tokens_do_not() {
    let door = door().await;
    let send = async |path: String, bearers: &[&str]| {
        let request = bearers.iter().fold(Request::get(path), |request, token| {
            request.header("authorization", format!("Bearer {token}"))
        });
        door.send(request.body(Body::empty()).unwrap()).await
    };
    let token = signed(&json!({}));
    let path = "/access/sign-in".to_owned();
    for two in [
        send(path.clone(), &[&token, &token]).await,
        send(format!("{path}?id_token={token}"), &[&token]).await,
        send(format!("{path}?id_token={token}&id_token={token}"), &[]).await,
    ] {
        assert_eq!(two.status, StatusCode::UNAUTHORIZED);
        assert_eq!(two.headers.get("set-cookie"), None);
    }
    assert!(send(path, &[&token]).await.lets_in());
}

#[tokio::test]
async fn what_a_person_may_do_is_said_by_the_claim_that_the_operator_named() {
    let door = door_with(&[SECRET], Manages::Flag("owner".into())).await;
    for (token, may_create) in [
        (signed(&json!({ "jti": "1", "owner": true })), true),
        (signed(&json!({ "jti": "2", "owner": "true" })), false),
        (signed(&json!({ "jti": "3" })), false),
    ] {
        let reply = open(&door, &token).await;
        let page = door.get("/access", &reply.cookie(SESSION)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.text.contains("/access/keys"), may_create, "{}", page.text);
    }
}

#[tokio::test]
async fn o10_the_page_is_framed_by_the_tenant_and_the_app_and_nobody_else() {
    let door = door().await;
    let reply = open(&door, &signed(&json!({}))).await;
    let page = door.get("/access", &reply.cookie(SESSION)).await;
    let own = "frame-ancestors https://voltvelo.myshopify.com https://admin.shopify.com;";
    assert!(page.header("content-security-policy").contains(own));
    assert_eq!(page.header("x-frame-options"), "");
    // Who is signed out in a frame is to read so there.
    let outside = door.get("/access/sign-in", "").await;
    let any = "frame-ancestors https://*.myshopify.com https://admin.shopify.com;";
    assert!(outside.header("content-security-policy").contains(any));
    assert_eq!(outside.header("x-frame-options"), "");
    let wrong = door.get("/access/activity/x", &reply.cookie(SESSION)).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    assert!(wrong.header("content-security-policy").contains(own));
    door.store.cut_off(true);
    for path in ["/access", &format!("/access/sign-in?id_token={}", signed(&json!({})))] {
        let failed = door.get(path, &reply.cookie(SESSION)).await;
        assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(failed.header("content-security-policy").contains(any));
        assert_eq!(failed.header("x-frame-options"), "", "{path}");
    }
}

#[tokio::test]
async fn a01_the_session_is_kept_for_one_frame_over_tls_and_for_an_hour() {
    let door = door().await;
    let reply = open(&door, &signed(&json!({}))).await;
    let cookie = reply.set_cookie(SESSION).unwrap();
    let (_, kept) = cookie.split_once(';').unwrap();
    assert_eq!(
        kept,
        " Path=/; HttpOnly; SameSite=None; Partitioned; Max-Age=3600; Secure"
    );
    let cookie = reply.cookie(SESSION);
    door.advance(TimeDelta::minutes(59));
    assert_eq!(door.get("/access", &cookie).await.status, StatusCode::OK);
    door.advance(TimeDelta::minutes(1));
    let over = door.get("/access", &cookie).await;
    assert_eq!(over.header("location"), "/access/sign-in");
}

#[tokio::test]
async fn who_comes_without_a_token_reads_where_to_come_from() {
    let door = door().await;
    for path in ["/access/sign-in", "/access/sign-in?shop=voltvelo.myshopify.com"] {
        let reply = door.get(path, "").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert_eq!(reply.headers.get("set-cookie"), None);
        assert!(reply.text.contains("Open this page from the app"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a01_a_token_works_once() {
    let door = door().await;
    let token = signed(&json!({}));
    assert!(open(&door, &token).await.lets_in());
    assert_refused(&door, &token, "again").await;
    let same_id = signed(&json!({ "sub": "43" }));
    assert_refused(&door, &same_id, "another with its id").await;
    assert!(open(&door, &signed(&json!({ "jti": "4322" }))).await.lets_in());
}

#[tokio::test]
async fn a01_a_token_without_an_id_works_once_too() {
    let door = door().await;
    let token = signed(&json!({ "jti": null }));
    assert!(open(&door, &token).await.lets_in());
    assert_refused(&door, &token, "again").await;
    assert!(
        open(&door, &signed(&json!({ "jti": null, "sid": "other" })))
            .await
            .lets_in()
    );
}

#[tokio::test]
async fn a01_a_token_that_was_used_stays_used_for_as_long_as_it_would_work() {
    let door = door().await;
    let token = signed(&json!({}));
    assert!(open(&door, &token).await.lets_in());
    for _ in 0..14 {
        door.advance(TimeDelta::seconds(10));
        assert_refused(&door, &token, "later").await;
    }
}

#[tokio::test]
async fn a01_a_token_is_for_this_app() {
    let door = door().await;
    for wrong in [
        json!("other-key"),
        json!("api-key "),
        json!(""),
        json!(["api-key"]),
        json!(null),
        json!(7),
    ] {
        assert_refused(&door, &signed(&json!({ "aud": wrong })), &format!("aud {wrong}")).await;
    }
}

#[tokio::test]
async fn a01_dest_is_a_tenant_of_the_platform() {
    let door = door().await;
    for wrong in [
        "https://evil.example",
        "https://voltvelo.myshopify.com.evil.example",
        "https://evil.example/voltvelo.myshopify.com",
        "https://evil.example#.myshopify.com",
        "https://user@voltvelo.myshopify.com",
        "https://voltvelo.myshopify.com:444",
        "https://voltvelo.myshopify.com/",
        "https://VOLTVELO.myshopify.com",
        "https://myshopify.com",
        "http://voltvelo.myshopify.com",
        "voltvelo.myshopify.com",
        "",
    ] {
        let token = signed(&json!({ "dest": wrong, "iss": format!("{wrong}/admin") }));
        assert_refused(&door, &token, &format!("dest {wrong}")).await;
    }
}

#[tokio::test]
async fn a01_iss_is_at_the_host_of_dest() {
    let door = door().await;
    for wrong in [
        "https://alpha.myshopify.com/admin",
        "https://voltvelo.myshopify.com.evil.example/admin",
        "https://voltvelo.myshopify.com@evil.example/admin",
        "https://voltvelo.myshopify.com:444/admin",
        "http://voltvelo.myshopify.com/admin",
        "https://evil.example/https://voltvelo.myshopify.com",
    ] {
        assert_refused(&door, &signed(&json!({ "iss": wrong })), &format!("iss {wrong}")).await;
    }
}

#[tokio::test]
async fn a01_another_shops_dest_opens_that_shop_only_if_its_token_says_so_throughout() {
    let door = door().await;
    let mixed = signed(&json!({ "dest": "https://alpha.myshopify.com" }));
    assert_refused(&door, &mixed, "dest of Alpha, iss of Voltvelo").await;
    let alpha = signed(&json!({
        "dest": "https://alpha.myshopify.com",
        "iss": "https://alpha.myshopify.com/admin",
    }));
    let reply = open(&door, &alpha).await;
    let page = door.get("/access", &reply.cookie(SESSION)).await;
    assert!(page.text.contains("<bdi>Alpha</bdi>") && !page.text.contains("Voltvelo"));
}

#[tokio::test]
async fn a01_a_shop_that_is_not_known_or_not_any_more_opens_nothing() {
    let door = door().await;
    let unknown = signed(&json!({
        "dest": "https://unknown.myshopify.com",
        "iss": "https://unknown.myshopify.com/admin",
    }));
    let gone = TenantEvent {
        host_key: "voltvelo.myshopify.com".into(),
        occurred_at: begin() + TimeDelta::seconds(1),
        delivery: None,
        kind: TenantEventKind::Uninstalled,
    };
    door.access.apply(&gone).await.unwrap();
    for token in [unknown, signed(&json!({}))] {
        let reply = open(&door, &token).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert_eq!(reply.headers.get("set-cookie"), None);
        assert!(reply.text.contains("not installed for your store"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a01_no_other_algorithm_counts() {
    let door = door().await;
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = signed_by(SECRET, &Header::new(algorithm), &claims(&json!({})));
        assert_refused(&door, &token, &format!("{algorithm:?}")).await;
    }
    for name in ["none", "None", "NONE", "RS256", "ES256", "HS512", "hs256", "HS256 ", ""] {
        let token = headed(&json!({ "alg": name, "typ": "JWT" }), &claims(&json!({})));
        assert_refused(&door, &token, &format!("alg {name}")).await;
        let (message, _) = token.rsplit_once('.').unwrap();
        assert_refused(
            &door,
            &format!("{message}."),
            &format!("alg {name} without a signature"),
        )
        .await;
    }
    for header in [
        json!({ "typ": "JWT" }),
        json!({ "alg": ["HS256"] }),
        json!({ "alg": "HS256", "crit": ["exp"], "exp": 1 }),
    ] {
        let token = headed(&header, &claims(&json!({})));
        assert_refused(&door, &token, &header.to_string()).await;
    }
    let right = headed(
        &json!({ "alg": "HS256", "typ": "JWT", "kid": "../../etc/passwd" }),
        &claims(&json!({})),
    );
    assert!(open(&door, &right).await.lets_in(), "the header names no key to us");
}

#[tokio::test]
async fn a01_a_signature_by_another_secret_or_over_another_text_is_wrong() {
    let door = door().await;
    let token = signed(&json!({}));
    let other = signed_by(OLD_SECRET, &Header::default(), &claims(&json!({})));
    assert_refused(&door, &other, "another secret").await;
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let richer = URL_SAFE_NO_PAD.encode(claims(&json!({ "sub": "1" })).to_string());
    assert_refused(&door, &format!("{header}.{richer}.{signature}"), "changed claims").await;
    let shorter = &signature[..signature.len() - 2];
    for wrong in [
        format!("{message}.{shorter}"),
        format!("{message}."),
        message.to_owned(),
        format!("{message}.{signature}."),
        format!("{message}.{signature}.{signature}"),
        format!("{message}.{signature}="),
    ] {
        assert_refused(&door, &wrong, &wrong).await;
    }
    assert!(open(&door, &token).await.lets_in());
}

#[tokio::test]
async fn a01_the_old_secret_counts_while_two_are_set_and_no_longer() {
    let old = signed_by(OLD_SECRET, &Header::default(), &claims(&json!({})));
    let both = door_with(&[SECRET, OLD_SECRET], Manages::Everybody).await;
    assert!(open(&both, &old).await.lets_in());
    assert!(open(&both, &signed(&json!({ "jti": "other" }))).await.lets_in());
    assert_refused(&door().await, &old, "the old secret alone").await;
}

#[tokio::test]
async fn a01_a_token_works_from_nbf_to_exp_give_or_take_ten_seconds() {
    let now = begin().timestamp();
    let door = door().await;
    for (id, wrong) in [
        json!({ "exp": now - 10, "iat": now - 70, "nbf": now - 70 }),
        json!({ "exp": now - 3600, "iat": now - 3660, "nbf": now - 3660 }),
        json!({ "nbf": now + 11 }),
        json!({ "iat": now + 11 }),
        json!({ "nbf": i64::MAX }),
        json!({ "iat": i64::MAX, "exp": i64::MAX }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut changes = wrong.clone();
        changes["jti"] = json!(format!("wrong {id}"));
        assert_refused(&door, &signed(&changes), &wrong.to_string()).await;
    }
    for (id, right) in [
        json!({ "exp": now - 9, "iat": now - 69, "nbf": now - 69 }),
        json!({ "nbf": now + 10, "iat": now + 10 }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut changes = right.clone();
        changes["jti"] = json!(format!("right {id}"));
        assert!(open(&door, &signed(&changes)).await.lets_in(), "{right}");
    }
}

#[tokio::test]
async fn a01_a_token_is_good_for_120_seconds_at_most() {
    let now = begin().timestamp();
    let door = door().await;
    for wrong in [
        json!({ "exp": now + 121 }),
        json!({ "exp": now + 60, "iat": now - 61 }),
        json!({ "exp": now + 86_400 }),
        json!({ "exp": now + 60, "iat": i64::MIN }),
        json!({ "exp": i64::MAX }),
        json!({ "exp": u64::MAX }),
    ] {
        assert_refused(&door, &signed(&wrong), &wrong.to_string()).await;
    }
    assert!(open(&door, &signed(&json!({ "exp": now + 120 }))).await.lets_in());
}

#[tokio::test]
async fn a01_every_claim_has_to_be_there_and_of_its_type() {
    let now = begin().timestamp();
    let door = door().await;
    for name in ["iss", "dest", "aud", "sub", "exp", "nbf", "iat"] {
        for wrong in [json!(null), json!(""), json!([]), json!({}), json!(true)] {
            assert_refused(&door, &signed(&json!({ name: wrong })), &format!("{name} {wrong}")).await;
        }
    }
    for name in ["exp", "nbf", "iat"] {
        for wrong in [json!((now + 60).to_string()), json!("9999999999"), json!(1.5)] {
            assert_refused(&door, &signed(&json!({ name: wrong })), &format!("{name} {wrong}")).await;
        }
    }
    for wrong in ["a".repeat(201), "4\u{202E}2".into(), " 42".into()] {
        assert_refused(&door, &signed(&json!({ "sub": wrong })), &wrong).await;
    }
    assert_refused(&door, &signed(&json!({ "jti": "a".repeat(257) })), "a long jti").await;
    for payload in ["[]", "null", "\"\"", "{", ""] {
        let parts = [r#"{"alg":"HS256"}"#, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = parts.join(".");
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        assert_refused(&door, &format!("{message}.{signature}"), payload).await;
    }
}

#[tokio::test]
async fn a01_a_token_has_four_kilobytes_at_most() {
    let door = door().await;
    let long = signed(&json!({ "more": "a".repeat(4_000) }));
    assert!(long.len() > 4_096);
    assert_refused(&door, &long, "a long token").await;
    assert_refused(&door, &"a.".repeat(20_000), "junk").await;
    assert!(
        open(&door, &signed(&json!({ "more": "a".repeat(2_000) })))
            .await
            .lets_in()
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_says_nothing_about_the_token() {
    let door = door().await;
    let token = signed(&json!({}));
    door.store.cut_off(true);
    let reply = open(&door, &token).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.header("x-frame-options"), "", "it is read in the frame");
    door.store.cut_off(false);
    assert!(open(&door, &token).await.lets_in());
}
