//! Who is signed in, and for how long.

use axum::http::StatusCode;
use base64::Engine;
use chrono::TimeDelta;
use latchstring_access::{Person, TenantEventKind};

use crate::desk::{Browser, Office};

async fn is_signed_in(browser: &Browser) -> bool {
    let shown = browser.get("/access").await;
    let is_signed_in = shown.status == StatusCode::OK;
    assert!(is_signed_in || (shown.status, shown.location.as_str()) == (StatusCode::SEE_OTHER, "/access/sign-in"));
    is_signed_in
}

#[tokio::test]
async fn nobody_is_let_in_without_a_session() {
    let office = Office::new().await;
    let nora = office.nora().await;
    assert!(is_signed_in(&nora).await);
    let (name, value) = nora.cookie.split_once('=').expect("a pair");
    assert_eq!(name, "__Host-latchstring-access");
    let (text, signature) = value.split_once('.').expect("a signature");
    let mut changed = text.to_owned().into_bytes();
    changed[5] = if changed[5] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("text");
    for wrong in [
        String::new(),
        format!("{name}="),
        format!("{name}={text}"),
        format!("{name}={text}."),
        format!("{name}={changed}.{signature}"),
        format!("{name}={text}.{text}"),
        format!("latchstring-access={value}"),
        format!("{name}={}.{signature}", "A".repeat(4_000)),
    ] {
        let stranger = Browser {
            cookie: wrong.clone(),
            ..nora.clone()
        };
        assert!(!is_signed_in(&stranger).await, "{wrong}");
    }
}

#[tokio::test]
async fn what_else_we_sign_is_no_session() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (name, value) = nora.cookie.split_once('=').expect("a pair");
    let (text, _) = value.split_once('.').expect("a signature");
    let signature = office.access.sign(text.as_bytes());
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature);
    let stranger = Browser {
        cookie: format!("{name}={text}.{signature}"),
        ..nora.clone()
    };
    assert!(!is_signed_in(&stranger).await);
}

#[tokio::test]
async fn a_session_ends_with_its_hour_and_with_the_installation() {
    let office = Office::new().await;
    let nora = office.nora().await;
    office.clock.advance(TimeDelta::minutes(60) - TimeDelta::seconds(1));
    assert!(is_signed_in(&nora).await);
    office.clock.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&nora).await);

    let nora = office.nora().await;
    office.clock.advance(TimeDelta::seconds(1));
    office.happens(TenantEventKind::Uninstalled).await;
    assert!(!is_signed_in(&nora).await);
    office.clock.advance(TimeDelta::seconds(1));
    office.happens(office.installed()).await;
    assert!(
        !is_signed_in(&nora).await,
        "who came to the first installation signs in again"
    );
    assert!(is_signed_in(&office.nora().await).await);
}

#[tokio::test]
async fn a_session_ends_when_somebody_is_removed() {
    let office = Office::new().await;
    let nora = office.nora().await;
    office.clock.advance(TimeDelta::seconds(1));
    let by = Person::new("operator", "the operator");
    office
        .happens(TenantEventKind::PersonRemoved {
            sub: "tomas".into(),
            by,
        })
        .await;
    assert!(!is_signed_in(&nora).await);
    assert!(is_signed_in(&office.nora().await).await, "who still may signs in again");
}

#[tokio::test]
async fn a02_revoking_all_makes_a_session_no_longer_and_is_not_done_in_one_that_is_over() {
    let office = Office::new().await;
    let first = office.nora().await;
    office.clock.advance(TimeDelta::minutes(59));
    let name = [("name", "Maple <Bikes>")];
    let done = first.post("/access/revoke-all", &name).await;
    let second = first.with_cookie_of(&done);
    assert!(is_signed_in(&second).await);

    // Somebody is removed while the same form is on its way once more.
    let by = Person::new("operator", "the operator");
    office
        .happens(TenantEventKind::PersonRemoved { sub: "nora".into(), by })
        .await;
    for over in [&first, &second] {
        let refused = over.post("/access/revoke-all", &name).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.headers.get("set-cookie").is_none());
    }

    let again = office.nora().await;
    office.clock.advance(TimeDelta::minutes(59));
    let again = again.with_cookie_of(&again.post("/access/revoke-all", &name).await);
    office.clock.advance(TimeDelta::minutes(1));
    assert!(!is_signed_in(&again).await, "its hour is that of the sign-in");
}

#[tokio::test]
async fn signing_out_takes_the_cookie_back() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let out = nora.post("/access/sign-out", &[]).await;
    assert!(out.status == StatusCode::OK && out.has("Signed out"), "{}", out.main());
    assert_eq!(
        out.header("clear-site-data"),
        "\"cache\"",
        "pages that are gone back to, and nothing of the app's"
    );
    assert!(
        out.set_cookie
            .starts_with("__Host-latchstring-access=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"),
        "{}",
        out.set_cookie
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_is_no_verdict() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (key, grant) = office.key(0, "one").await;
    office.store.cut_off(true);
    for path in ["/access", "/access/keys/new", "/access/connect"] {
        let shown = nora.get(path).await;
        assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(shown.has("look at the lists before you try again"), "{}", shown.main());
    }
    let failed = nora.post("/access/revoke", &[("grant", &grant)]).await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
    office.store.cut_off(false);
    assert!(is_signed_in(&nora).await);
    assert!(office.access.authenticate_key(&key).await.is_ok());
}

#[tokio::test]
async fn who_was_signed_out_when_they_sent_a_form_is_told_that_nothing_was_done() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (key, grant) = office.key(0, "one").await;
    office.clock.advance(TimeDelta::hours(1));
    let refused = nora.post("/access/revoke", &[("grant", &grant)]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(
        refused.has("You were signed out") && refused.has("Nothing was changed"),
        "{}",
        refused.main()
    );
    assert!(office.access.authenticate_key(&key).await.is_ok());
}
