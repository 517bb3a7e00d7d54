//! O: the approval page: what an app may ask for, where answers go, who may send its forms.

use axum::http::header;
use latchstring_core::Scope;
use serde_json::json;

use crate::door::{App, Browser, CALLBACK, Door, ISSUER, Reply, STATE, parameter};

/// A page that tells the person and nobody else: nothing leads away from it.
fn assert_local(reply: &Reply, what: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.location(), reply.ticket()),
        (400, None, None),
        "{what}"
    );
    assert_eq!(reply.link(), None, "{what}");
}

/// A page that tells the person, with a link that tells the app.
fn assert_told(reply: &Reply, error: &str, what: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.location(), reply.ticket()),
        (400, None, None),
        "{what}"
    );
    let link = reply.link().unwrap_or_else(|| panic!("no link: {what}"));
    assert!(link.as_str().starts_with(&format!("{CALLBACK}?")), "{what}: {link}");
    assert_eq!(parameter(&link, "error").as_deref(), Some(error), "{what}");
    assert_eq!(parameter(&link, "state").as_deref(), Some(STATE), "{what}");
    assert_eq!(parameter(&link, "iss").as_deref(), Some(ISSUER), "{what}");
    assert_eq!(parameter(&link, "code"), None, "{what}");
}

#[tokio::test]
async fn o01_no_other_proof_than_s256_gets_a_page() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    let challenge = app.challenge();
    let (short, long) = (&challenge[1..], "A".repeat(129));
    let changes: [(&str, Option<&str>); 10] = [
        ("code_challenge", None),
        ("code_challenge", Some("")),
        ("code_challenge", Some(short)),
        ("code_challenge", Some(&long)),
        ("code_challenge", Some(&format!("{challenge}A"))),
        ("code_challenge", Some(&format!("{short}="))),
        ("code_challenge_method", None),
        ("code_challenge_method", Some("plain")),
        ("code_challenge_method", Some("s256")),
        ("code_challenge_method", Some("S256 plain")),
    ];
    for (name, value) in changes {
        let reply = app.opens(&mut Browser::new(&door), &[(name, value)]).await;
        assert_told(&reply, "invalid_request", &format!("{name} {value:?}"));
    }
}

#[tokio::test]
async fn o04_a_redirect_address_that_is_not_the_apps_leads_nowhere() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    let addresses = [
        "https://claude.ai/api/mcp/auth_callbac",
        "https://claude.ai/api/mcp/auth_callback/",
        "https://claude.ai/api/mcp/auth_callback/evil",
        "https://claude.ai/api/mcp/auth_callback.evil.example",
        "https://claude.ai/api/mcp/auth_callback?x=1",
        "https://claude.ai/api/mcp/auth_callback?",
        "https://claude.ai/api/mcp/auth_callback#x",
        "https://claude.ai/api/mcp/auth_callback%23",
        "https://claude.ai/api/mcp/../mcp/auth_callback",
        "https://claude.ai/api/mcp/..;/mcp/auth_callback",
        "https://claude.ai/api/mcp/%2e%2e/mcp/auth_callback",
        "https://claude.ai/api/mcp/auth%5fcallback",
        "https://claude.ai/api/mcp/auth%255fcallback",
        "https://claude.ai\\@evil.example/api/mcp/auth_callback",
        "https://claude.ai@evil.example/api/mcp/auth_callback",
        "https://evil.example@claude.ai/api/mcp/auth_callback",
        "https://claude.ai.evil.example/api/mcp/auth_callback",
        "https://evil.example/api/mcp/auth_callback",
        "https://claude.ai:8443/api/mcp/auth_callback",
        "https://claude.ai:443/api/mcp/auth_callback",
        "https://claude.ai./api/mcp/auth_callback",
        "https://CLAUDE.ai/api/mcp/auth_callback",
        "HTTPS://claude.ai/api/mcp/auth_callback",
        "https://cl\u{0430}ude.ai/api/mcp/auth_callback",
        "https://xn--clude-4ve.ai/api/mcp/auth_callback",
        "http://claude.ai/api/mcp/auth_callback",
        "//claude.ai/api/mcp/auth_callback",
        "/api/mcp/auth_callback",
        " https://claude.ai/api/mcp/auth_callback",
        "https://claude.ai/api/mcp/auth_callback ",
        "https://claude.ai/api/mcp/auth_callback\r\nLocation: https://evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "",
    ];
    for address in addresses {
        let reply = app
            .opens(&mut Browser::new(&door), &[("redirect_uri", Some(address))])
            .await;
        assert_local(&reply, address);
        assert!(!reply.text().contains("evil.example"), "{address}");
    }
    assert_local(
        &app.opens(&mut Browser::new(&door), &[("redirect_uri", None)]).await,
        "absent",
    );
    for client in [
        None,
        Some("client_nobody"),
        Some(""),
        Some("https://nowhere.example/client.json"),
    ] {
        let reply = app.opens(&mut Browser::new(&door), &[("client_id", client)]).await;
        assert_local(&reply, &format!("{client:?}"));
    }
}

#[tokio::test]
async fn o05_a_loopback_address_may_have_any_port_and_nothing_else() {
    let door = Door::in_memory().await;
    let redirects = [
        "http://127.0.0.1/callback",
        "http://[::1]:1/callback",
        "http://localhost:3118/callback",
    ];
    let reply = door.register(&json!({ "redirect_uris": redirects })).await;
    let app = App::new(&reply.member("client_id"), redirects[0]);
    let opens = async |address: &str| {
        app.opens(&mut Browser::new(&door), &[("redirect_uri", Some(address))])
            .await
    };
    for address in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:53211/callback",
        "http://[::1]:9/callback",
        "http://localhost:65535/callback",
    ] {
        let page = opens(address).await;
        assert_eq!(page.status, 200, "{address}");
        assert!(page.text().contains("a program on this computer"), "{address}");
    }
    for address in [
        "http://127.0.0.1:53211/other",
        "http://127.0.0.1:53211/callback?x",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:080/callback",
        "http://127.0.0.1:x@evil.example/callback",
        "http://127.0.0.2:53211/callback",
        "http://192.168.1.4:53211/callback",
        "http://0.0.0.0:53211/callback",
        "https://127.0.0.1:53211/callback",
        "http://localhost.evil.example:3118/callback",
        "http://LOCALHOST:3118/callback",
        "http://2130706433:53211/callback",
    ] {
        assert_local(&opens(address).await, address);
    }
}

#[tokio::test]
async fn o06_state_comes_back_as_it_was_sent() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let longest = "\u{1}".repeat(2_000);
    let states = [
        Some("x&code=evil&iss=https://evil.example"),
        Some("a\r\nSet-Cookie: evil=1\r\n\r\n<script>"),
        Some("\u{202E}ü%26#?"),
        Some(longest.as_str()),
        None,
    ];
    for state in states {
        let mut browser = Browser::new(&door);
        let page = app.opens(&mut browser, &[("state", state)]).await;
        let sent = browser.press(&page, "cancel").await;
        assert_eq!(sent.status, 303);
        assert_eq!(sent.sent("state").as_deref(), state);
        assert_eq!(sent.sent("code"), None);
        assert_eq!(sent.sent("iss").as_deref(), Some(ISSUER));
        assert_eq!(sent.headers.get_all(header::SET_COOKIE).iter().count(), 0);
    }
    for state in ["x".repeat(2_001), "x".repeat(4_096)] {
        assert_local(
            &app.opens(&mut Browser::new(&door), &[("state", Some(&state))]).await,
            "too long",
        );
    }
}

#[tokio::test]
async fn o07_what_is_there_twice_or_has_a_nul_is_refused() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    let challenge = app.challenge();
    let once = [
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", &app.redirect_uri),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "x"),
        ("scope", "read"),
        ("resource", &door.connector_url(&door.alpha)),
    ];
    for parameter in once {
        for other in [parameter.1, "https://evil.example/", ""] {
            let twice = [&once[..], &[(parameter.0, other)]].concat();
            assert_local(&Browser::new(&door).open(&twice).await, parameter.0);
        }
        let with_nul = [&once[..], &[("more", "a\0b")]].concat();
        assert_local(&Browser::new(&door).open(&with_nul).await, "NUL");
        // Not an array either: this is another parameter, and the one meant is missing or counts alone.
        let array = [&once[..], &[("redirect_uri[]", "https://evil.example/")]].concat();
        let page = Browser::new(&door).open(&array).await;
        assert!(page.status == 200 && !page.text().contains("evil.example"));
    }
    let many: Vec<(String, String)> = (0..60).map(|at| (format!("p{at}"), "x".into())).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_local(
        &Browser::new(&door).open(&[&once[..], &many].concat()).await,
        "too many",
    );
}

#[tokio::test]
async fn o08_every_answer_says_whose_it_is() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let issuer = door
        .get("/.well-known/oauth-authorization-server")
        .await
        .member("issuer");
    assert_eq!(issuer, ISSUER);
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    let cancelled = browser.press(&confirm, "cancel").await;
    assert_eq!(cancelled.status, 303);
    assert_eq!(cancelled.sent("error").as_deref(), Some("access_denied"));
    let allowed = browser.press(&confirm, "allow").await;
    assert_eq!(allowed.status, 303);
    for reply in [cancelled, allowed] {
        assert_eq!(reply.sent("iss"), Some(issuer.clone()));
        assert_eq!(reply.sent("state").as_deref(), Some(STATE));
        assert!(
            reply
                .location()
                .expect("sent")
                .as_str()
                .starts_with(&format!("{CALLBACK}?"))
        );
    }
    let refused = app.opens(&mut Browser::new(&door), &[("scope", Some("admin"))]).await;
    assert_told(&refused, "invalid_scope", "scope");
}

#[tokio::test]
async fn o09_other_ways_of_asking_are_refused_by_their_names() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    for (name, value, error) in [
        ("request", Some("e30.e30."), "request_not_supported"),
        ("request_uri", Some("urn:x"), "request_uri_not_supported"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", Some("code token"), "unsupported_response_type"),
        ("response_type", Some("id_token"), "unsupported_response_type"),
        ("response_type", None, "invalid_request"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("response_mode", Some("form_post"), "invalid_request"),
        ("prompt", Some("none"), "interaction_required"),
        ("scope", Some("read openid"), "invalid_scope"),
    ] {
        let reply = app.opens(&mut Browser::new(&door), &[(name, value)]).await;
        assert_told(&reply, error, name);
    }
}
