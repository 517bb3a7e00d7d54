//! R: clients that register, in floods or with strange wishes, and documents that change.

use std::net::IpAddr;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use latchstring_access::{AccessStore, MAX_UNUSED_CLIENTS, MemoryStore, RegisteredClient};
use latchstring_core::{Clock, Scope};
use latchstring_oauth::FetchError;
use serde_json::{Value, json};

use crate::{
    door::{App, Browser, CALLBACK, Door, Tokens, clock, form, on_network},
    logs::OwnWarnings,
};

fn network(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[tokio::test]
async fn r01_a_network_registers_thirty_clients_an_hour() {
    let door = Door::new().await;
    let other = door.replica().await;
    let metadata = json!({ "redirect_uris": [CALLBACK] }).to_string();
    for at in 0..300 {
        // From different addresses of one network, through two servers.
        let server = if at % 2 == 0 { &door } else { &other };
        let reply = server
            .register_from(Some(network(&format!("203.0.113.{}", at % 256))), metadata.clone())
            .await;
        if at < 30 {
            assert_eq!(reply.status, 201, "{at}");
            continue;
        }
        assert_eq!(reply.status, 429, "{at}");
        let wait: u64 = reply
            .header(header::RETRY_AFTER)
            .expect("how long")
            .parse()
            .expect("seconds");
        assert!((1..=3_600).contains(&wait), "{wait}");
        assert_eq!(reply.member("error"), "slow_down");
    }
    assert_eq!(
        door.register_from(Some(network("203.0.112.1")), metadata.clone())
            .await
            .status,
        201
    );
    door.advance(TimeDelta::hours(1));
    assert_eq!(
        door.register_from(Some(network("203.0.113.1")), metadata).await.status,
        201
    );
}

#[tokio::test]
async fn r01_the_networks_of_an_ipv6_48_register_a_hundred_and_twenty_clients_an_hour() {
    let door = Door::in_memory().await;
    let metadata = json!({ "redirect_uris": [CALLBACK] }).to_string();
    let registers = async |address: String| {
        let reply = door.register_from(Some(network(&address)), metadata.clone()).await;
        reply.status.as_u16()
    };
    for at in 0..40 {
        let expected = if at < 30 { 201 } else { 429 };
        assert_eq!(registers(format!("2001:db8:1::{at:x}")).await, expected, "{at}");
    }
    for at in 0..90 {
        assert_eq!(registers(format!("2001:db8:1:{:x}::1", at + 1)).await, 201, "{at}");
    }
    assert_eq!(registers("2001:db8:1:ffff::1".to_owned()).await, 429);
    assert_eq!(registers("2001:db8:2:ffff::1".to_owned()).await, 201);
}

/// A page can have a browser post text or a form to us without asking us first.
#[tokio::test]
async fn r02_only_what_is_json_by_its_type_registers() {
    let door = Door::in_memory().await;
    let registers = async |content_type: Option<&str>| {
        let request = content_type
            .into_iter()
            .fold(Request::post("/register"), |request, content_type| {
                request.header(header::CONTENT_TYPE, content_type)
            });
        let body = Body::from(json!({ "redirect_uris": [CALLBACK] }).to_string());
        door.send(request.body(body).expect("a request")).await
    };
    for refused in [
        None,
        Some("text/plain"),
        Some("text/plain; x=application/json"),
        Some("text/plain;charset=UTF-8"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/jsonp"),
        Some(""),
    ] {
        let reply = registers(refused).await;
        assert_eq!(reply.verdict(), (400, "invalid_client_metadata".into()), "{refused:?}");
        assert!(reply.text().contains("application/json"), "{}", reply.text());
    }
    for accepted in ["application/json", "Application/JSON ; charset=utf-8"] {
        assert_eq!(registers(Some(accepted)).await.status, 201, "{accepted}");
    }
}

#[tokio::test]
async fn r01_registrations_that_are_not_used_are_bounded_and_gone_in_an_hour() {
    let clock = clock();
    let store = MemoryStore::with_clock(std::sync::Arc::<latchstring_core::ManualClock>::clone(&clock));
    let now = clock.now();
    for at in 0..MAX_UNUSED_CLIENTS - 1 {
        let client = RegisteredClient {
            client_id: format!("client_{at}"),
            metadata: json!({ "redirect_uris": [CALLBACK] }).to_string(),
            created_at: now,
            expires_at: now + TimeDelta::hours(1),
        };
        store.add_client(&client).await.expect("stored");
    }
    let door = Door::over(store, clock).await;
    let last = App::registered(&door).await;
    let one_more = door.register(&json!({ "redirect_uris": [CALLBACK] })).await;
    assert_eq!(one_more.status, 503);
    assert!(one_more.header(header::RETRY_AFTER).is_some());
    // One that is used makes room, and stays.
    let tokens = last.connect(&door, &door.alpha, Scope::Read).await;
    App::registered(&door).await;
    door.advance(TimeDelta::hours(1));
    let forgotten = App::new("client_1", CALLBACK);
    assert_eq!(forgotten.opens(&mut Browser::new(&door), &[]).await.status, 400);
    assert_eq!(
        forgotten.refresh(&door, "x").await.verdict(),
        (401, "invalid_client".into())
    );
    App::registered(&door).await;
    Tokens::of(last.refresh(&door, &tokens.refresh).await);
}

#[tokio::test]
async fn r01_what_is_swept_is_gone_from_the_database() {
    let door = Door::new().await;
    let metadata = json!({ "client_name": "Zaphod Beeblebrox", "redirect_uris": [CALLBACK] });
    for _ in 0..20 {
        assert_eq!(door.register(&metadata).await.status, 201);
    }
    let used = App::registered(&door).await;
    used.connect(&door, &door.alpha, Scope::Read).await;
    door.advance(TimeDelta::days(2));
    let store = door.place.store(std::sync::Arc::clone(&door.clock)).await;
    store.sweep().await.expect("swept");
    assert!(store.find_client(&used.client_id).await.expect("asked").is_some());
    assert_eq!(
        App::registered(&door)
            .await
            .opens(&mut Browser::new(&door), &[])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn r02_strange_wishes_are_refused_by_name() {
    let door = Door::in_memory().await;
    let with = |name: &str, value: Value| {
        let mut metadata = json!({ "client_name": "Claude", "redirect_uris": [CALLBACK] });
        metadata[name] = value;
        metadata.to_string()
    };
    let redirects = |uris: &[&str]| with("redirect_uris", json!(uris));
    let many: Vec<String> = (0..100).map(|at| format!("https://claude.ai/{at}")).collect();
    let private = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "secret" }] });
    let nested = format!(
        "{{\"redirect_uris\":[\"{CALLBACK}\"],\"x\":{}{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let big = with("x", json!("x".repeat(1 << 20)));
    let refused: [(String, &str); 22] = [
        (redirects(&["http://claude.ai/cb"]), "invalid_redirect_uri"),
        (redirects(&["claude://cb"]), "invalid_redirect_uri"),
        (redirects(&["com.example.app:/cb"]), "invalid_redirect_uri"),
        (redirects(&["javascript:alert(1)"]), "invalid_redirect_uri"),
        (redirects(&["JaVaScRiPt:alert(1)"]), "invalid_redirect_uri"),
        (redirects(&["data:text/html,x"]), "invalid_redirect_uri"),
        (redirects(&["https://claude.ai/cb#x"]), "invalid_redirect_uri"),
        (redirects(&["https://a@claude.ai/cb"]), "invalid_redirect_uri"),
        (redirects(&["http://10.0.0.1/cb"]), "invalid_redirect_uri"),
        (redirects(&[CALLBACK, "http://evil.example/"]), "invalid_redirect_uri"),
        (redirects(&[]), "invalid_redirect_uri"),
        (with("redirect_uris", json!(many)), "invalid_redirect_uri"),
        (with("redirect_uris", Value::Null), "invalid_redirect_uri"),
        (with("jwks", private), "invalid_client_metadata"),
        (
            with("token_endpoint_auth_method", json!("client_secret_basic")),
            "invalid_client_metadata",
        ),
        (
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            "invalid_client_metadata",
        ),
        (
            with("grant_types", json!(["client_credentials"])),
            "invalid_client_metadata",
        ),
        (with("response_types", json!(["token"])), "invalid_client_metadata"),
        (with("client_name", json!(["Claude"])), "invalid_client_metadata"),
        (nested, "invalid_client_metadata"),
        (big, "invalid_client_metadata"),
        (
            "{\"redirect_uris\":[],\"redirect_uris\":[\"https://claude.ai/\"]}".into(),
            "invalid_client_metadata",
        ),
    ];
    for (metadata, error) in refused {
        let reply = door.register_from(None, metadata.clone()).await;
        assert_eq!(reply.verdict(), (400, error.into()), "{metadata:.120}");
        assert!(reply.body.len() < 1_000);
    }
}

#[tokio::test]
async fn r02_what_is_null_or_unknown_is_left_out_of_the_answer() {
    let door = Door::in_memory().await;
    let metadata = json!({
        "redirect_uris": [CALLBACK],
        "client_name": null,
        "client_uri": null,
        "logo_uri": "https://evil.example/logo.png",
        "jwks_uri": null,
        "scope": "read",
        "client_secret": "chosen by the client",
        "token_endpoint_auth_method": null,
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    });
    let reply = door.register(&metadata).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header(header::CACHE_CONTROL), Some("no-store"));
    let mut answer = reply.json();
    let client_id = answer["client_id"].take();
    assert!(
        client_id
            .as_str()
            .is_some_and(|id| id.starts_with("client_") && id.len() == 39)
    );
    assert_eq!(
        answer,
        json!({
            "client_id": null,
            "client_id_issued_at": door.clock.now().timestamp(),
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
}

#[tokio::test]
async fn r03_a_name_that_nobody_vouches_for_is_shown_as_such_beside_where_answers_go() {
    let door = Door::new().await;
    let metadata = json!({ "client_name": "Claude", "redirect_uris": ["https://evil.example/cb"] });
    let evil = App::new(
        &door.register(&metadata).await.member("client_id"),
        "https://evil.example/cb",
    );
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = evil.opens(&mut browser, &[]).await;
    let confirm = browser.type_code(&page, &code).await;
    for page in [&page, &confirm] {
        assert_eq!(page.status, 200);
        let text = page.text();
        assert!(
            text.contains("evil.example") && text.contains("unverified name"),
            "{text}"
        );
        assert!(!text.contains("claude.ai"));
    }
}

#[tokio::test]
async fn r03_a_redirect_to_another_host_than_the_documents_is_pointed_out() {
    let door = Door::in_memory().await;
    let pages = async |app: &App| {
        let code = door.code(&door.alpha, Scope::Read).await;
        let mut browser = Browser::new(&door);
        let page = app.opens(&mut browser, &[]).await;
        let confirm = browser.type_code(&page, &code).await;
        assert_eq!((page.status, confirm.status), (StatusCode::OK, StatusCode::OK));
        // The code and the document are over.
        door.advance(TimeDelta::minutes(10));
        [page.text(), confirm.text()]
    };
    let elsewhere = App::published(&door, &claude("https://app.claude.ai/cb"));
    for text in pages(&elsewhere).await {
        let line = "The app is described by <bdi>claude.ai</bdi>, and you are sent on to <bdi>app.claude.ai</bdi>.";
        assert!(text.contains(line), "{text}");
    }
    let same = App::registered(&door).await;
    for text in pages(&same).await {
        assert!(!text.contains("described by"), "nobody but itself does: {text}");
    }
    let local = json!({
        "client_id": "https://claude.ai/oauth/claude-code-client-metadata",
        "client_name": "Claude Code",
        "redirect_uris": ["http://127.0.0.1/callback"],
    });
    for text in pages(&App::published(&door, &local)).await {
        assert!(
            !text.contains("described by"),
            "it is named as a program on this computer: {text}"
        );
    }
    for text in pages(&App::published(&door, &claude(CALLBACK))).await {
        assert!(!text.contains("described by"), "it is the same host: {text}");
    }
}

fn claude(redirect: &str) -> Value {
    json!({
        "client_id": "https://claude.ai/oauth/mcp-oauth-client-metadata",
        "client_name": "Claude",
        "redirect_uris": [redirect],
        "token_endpoint_auth_method": "none",
    })
}

#[tokio::test]
async fn r07_a_document_that_changes_moves_no_code_that_is_under_way() {
    let door = Door::new().await;
    let app = App::published(&door, &claude(CALLBACK));
    let moved = App {
        redirect_uri: "https://evil.example/cb".into(),
        ..app.clone()
    };
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let open = door.code(&door.alpha, Scope::Read).await;
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &open).await;
    door.shelf.put(&app.client_id, &claude(&moved.redirect_uri));
    let fresh = door.replica().await;
    // Another server reads the new document; the code stays with the old address.
    assert_eq!(
        moved.exchange(&fresh, &code, &[]).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert_eq!(app.exchange(&fresh, &code, &[]).await.status, 200);
    let sent = browser.through(&fresh).press(&confirm, "allow").await;
    assert!(sent.location().expect("sent").as_str().starts_with(CALLBACK));
    assert_eq!(
        app.opens(&mut Browser::new(&fresh), &[]).await.status,
        400,
        "new requests go by the new document"
    );
    assert_eq!(moved.opens(&mut Browser::new(&fresh), &[]).await.status, 200);
}

#[tokio::test]
async fn r07_a_document_speaks_for_its_own_address_only() {
    let door = Door::new().await;
    let claude = App::published(&door, &claude(CALLBACK));
    let mut evil = json!({ "client_name": "Claude", "redirect_uris": ["https://evil.example/cb"] });
    evil["client_id"] = json!(claude.client_id);
    door.shelf.put("https://evil.example/client.json", &evil);
    let poisoner = App::new("https://evil.example/client.json", "https://evil.example/cb");
    assert_eq!(poisoner.opens(&mut Browser::new(&door), &[]).await.status, 400);
    assert_eq!(claude.opens(&mut Browser::new(&door), &[]).await.status, 200);
    let mixed = claude
        .opens(
            &mut Browser::new(&door),
            &[("redirect_uri", Some("https://evil.example/cb"))],
        )
        .await;
    assert_eq!(mixed.status, 400);
    for spelling in [
        "https://CLAUDE.ai/oauth/mcp-oauth-client-metadata",
        "https://claude.ai/oauth/./mcp-oauth-client-metadata",
    ] {
        let reply = claude
            .opens(&mut Browser::new(&door), &[("client_id", Some(spelling))])
            .await;
        assert_eq!(reply.status, 400, "{spelling}");
    }
    assert_eq!(
        door.shelf.fetched(),
        ["https://evil.example/client.json", claude.client_id.as_str()]
    );
}

#[tokio::test]
async fn r08_keys_are_fetched_within_the_same_limits_as_documents() {
    let door = Door::in_memory().await;
    let published = |at: usize| {
        json!({
            "client_id": format!("https://h{at}.example.com/client.json"),
            "client_name": "Signs",
            "redirect_uris": ["https://h.example.com/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": format!("https://keys.example.com/{at}.json"),
        })
    };
    let asks = async |at: usize, address: &str| {
        let app = App::published(&door, &published(at));
        let fields = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", &app.client_id),
            ("client_assertion_type", crate::assertions::TYPE),
            ("client_assertion", &crate::assertions::good(&door, &app)),
        ]);
        let request = Request::post("/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields))
            .expect("a request");
        door.send(on_network(request, Some(network(address)))).await
    };
    // The keys of five clients are at one host, each client's document is elsewhere.
    for at in 0..5 {
        let reply = asks(at, "8.8.4.4").await;
        assert_eq!(
            reply.verdict(),
            (401, "invalid_client".into()),
            "{at}: there are no such keys"
        );
    }
    let fetched = door.shelf.fetched().len();
    let reply = asks(5, "8.8.4.4").await;
    assert_eq!(reply.verdict(), (429, "slow_down".into()));
    assert_eq!(reply.header(header::RETRY_AFTER), Some("60"));
    assert_eq!(door.shelf.fetched().len(), fetched + 1, "the document, and no keys");
    assert_eq!(asks(5, "1.1.1.1").await.status, 401, "others are not affected");
}

#[tokio::test]
async fn r04_a_stranger_cannot_tell_an_inner_name_from_one_that_leads_nowhere() {
    let door = Door::in_memory().await;
    let mut seen = Vec::new();
    for error in [FetchError::NotPublic, FetchError::Unreachable] {
        let app = App::new("https://wiki.example.com/client.json", CALLBACK);
        door.shelf.fail(&app.client_id, error);
        let page = app.opens(&mut Browser::new(&door), &[]).await;
        let refreshed = app.refresh(&door, "x").await;
        let fetched = door.shelf.fetched().len();
        seen.push([page, refreshed].map(|reply| (reply.status, reply.headers, reply.body)));
        // It is remembered as long, too.
        door.advance(TimeDelta::seconds(29));
        app.refresh(&door, "x").await;
        assert_eq!(door.shelf.fetched().len(), fetched);
        door.advance(TimeDelta::seconds(1));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][0].0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn r08_what_strangers_bring_about_is_logged_once_a_minute_and_never_as_an_error() {
    let log = OwnWarnings::listen();
    let door = Door::in_memory().await;
    let asks = async |times: usize| {
        for at in 0..times {
            let app = App::new(&format!("https://h{at}.example.com/client.json"), CALLBACK);
            door.shelf.fail(&app.client_id, FetchError::Unreachable);
            assert_eq!(app.refresh(&door, "x").await.status, 503);
            assert_eq!(app.opens(&mut Browser::new(&door), &[]).await.status, 503);
        }
    };
    asks(100).await;
    let said = log.said();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("WARN") && said[0].contains("h0.example.com") && said[0].contains("untold=0"),
        "{said:?}"
    );
    door.advance(TimeDelta::minutes(1));
    asks(1).await;
    let said = log.said();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("untold=199"), "{said:?}");
}

#[tokio::test]
async fn a_store_that_fails_is_an_error_in_the_log_each_time() {
    let (door, spy) = Door::spied().await;
    let log = OwnWarnings::listen();
    spy.cut_off();
    for _ in 0..3 {
        assert_eq!(door.register(&json!({ "redirect_uris": [CALLBACK] })).await.status, 503);
    }
    let said = log.said();
    assert_eq!(said.iter().filter(|line| line.contains("ERROR")).count(), 3, "{said:?}");
}

/// Nobody has to be known to name a document, so a network may make us fetch only so many of them.
#[tokio::test]
async fn r08_one_network_cannot_use_up_the_fetches_of_everybody() {
    let door = Door::new().await;
    let asks = async |network: &str, at: usize| {
        let id = format!("https://h{at}.example.com/client.json");
        let fields = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", &id),
        ]);
        let request = Request::post("/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields))
            .expect("a request");
        let network = network.parse().expect("an address");
        door.send(on_network(request, Some(network))).await.status.as_u16()
    };
    for at in 0..20 {
        assert_ne!(asks("8.8.4.4", at).await, 429, "{at}");
    }
    let fetched = door.shelf.fetched();
    assert_eq!(asks("8.8.4.5", 20).await, 429);
    assert_eq!(door.shelf.fetched(), fetched, "nothing was fetched any more");
    assert_ne!(asks("8.8.8.8", 21).await, 429, "others are not affected");
    door.advance(TimeDelta::minutes(1));
    assert_ne!(asks("8.8.4.4", 22).await, 429);
}
