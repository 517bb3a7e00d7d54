//! O: the forms of the approval page: who may frame them, who may send them, and how long they work.

use axum::{
    body::Body,
    http::{Request, header},
};
use chrono::TimeDelta;
use latchstring_access::CodeState;
use latchstring_core::Scope;

use crate::door::{App, Browser, Door, ISSUER};

#[tokio::test]
async fn o10_o12_no_page_can_be_framed_kept_or_posted_elsewhere() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    let wrong = browser.type_text(&page, "wrong").await;
    let confirm = browser.type_code(&page, &code).await;
    let cancelled = browser.press(&page, "cancel").await;
    let allowed = browser.press(&confirm, "allow").await;
    let cross_site = browser.submit_with(&[], &[("origin", "https://evil.example")]).await;
    let refused = app.opens(&mut Browser::new(&door), &[("scope", Some("admin"))]).await;
    let unknown = app.opens(&mut Browser::new(&door), &[("client_id", Some("x"))]).await;
    let leads_to_app = [&page, &wrong, &confirm, &cancelled, &allowed];
    for (at, reply) in leads_to_app
        .into_iter()
        .chain([&cross_site, &refused, &unknown])
        .enumerate()
    {
        let policy = reply.header(header::CONTENT_SECURITY_POLICY).expect("a policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for needed in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(directives.contains(&needed), "{at}: {policy}");
        }
        // Browsers apply it to the redirects after the form, too: to ours, and to the app's own.
        let form_action = if at < 5 {
            "form-action 'self' https:"
        } else {
            "form-action 'self'"
        };
        assert!(directives.contains(&form_action), "{at}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header(header::X_FRAME_OPTIONS), Some("DENY"), "{at}");
        assert_eq!(reply.header(header::CACHE_CONTROL), Some("no-store"), "{at}");
        assert_eq!(reply.header(header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"), "{at}");
        // With `no-referrer`, browsers would hide the origin of our own forms from us.
        assert_eq!(reply.header(header::REFERRER_POLICY), Some("same-origin"), "{at}");
        // A chat that opened the page as a popup needs its opener after the redirect.
        assert!(!reply.headers.contains_key("cross-origin-opener-policy"), "{at}");
        assert!(!reply.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{at}");
        assert!(
            !reply.text().contains("<script") && !reply.text().contains("src="),
            "{at}"
        );
    }
}

#[tokio::test]
async fn o11_a_form_counts_only_from_our_page_in_the_browser_it_was_shown_in() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    let ticket = confirm.ticket().expect("a ticket");
    let fields = [("ticket", ticket.as_str()), ("action", "allow")];
    let own = ("origin", ISSUER);
    let cross_site: [&[(&str, &str)]; 9] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://mcp.example.com")],
        &[("origin", "https://mcp.example.com.evil.example")],
        &[own, ("sec-fetch-site", "cross-site")],
        &[own, ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("referer", "https://mcp.example.com/authorize")],
    ];
    for headers in cross_site {
        let reply = browser.submit_with(&fields, headers).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (403, None), "{headers:?}");
    }
    // Another browser, whether it has been here before or not; a ticket that was changed; no ticket.
    let mut other = Browser::new(&door);
    assert_eq!(other.submit(&fields).await.status, 400);
    app.opens(&mut other, &[]).await;
    assert_eq!(other.submit(&fields).await.status, 400);
    assert_eq!(
        other
            .submit(&[("ticket", ticket.as_str()), ("action", "cancel")])
            .await
            .status,
        400
    );
    let (text, signature) = ticket.split_once('.').expect("two parts");
    let changed = [
        format!("{text}A.{signature}"),
        format!("{text}."),
        text.to_owned(),
        format!("{text}.{text}"),
    ];
    for changed in &changed {
        assert_eq!(
            browser.submit(&[("ticket", changed), ("action", "allow")]).await.status,
            400,
            "{changed}"
        );
    }
    assert_eq!(browser.submit(&[("action", "allow")]).await.status, 400);
    assert_eq!(browser.submit(&[fields[0], fields[0], fields[1]]).await.status, 400);
    let codes = door.access.list_codes(door.alpha.id).await.expect("listed");
    assert_eq!(codes[0].state, CodeState::Live, "none of it changed anything");
    assert_eq!(browser.submit(&fields).await.status, 303);
}

#[tokio::test]
async fn o11_opening_the_page_again_does_not_break_the_first_form() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let first = app.opens(&mut browser, &[]).await;
    let cookie = browser.cookie().map(ToOwned::to_owned);
    let second = app.opens(&mut browser, &[]).await;
    assert_eq!(second.header(header::SET_COOKIE), None);
    assert_eq!(browser.cookie(), cookie.as_deref());
    let confirm = browser.type_code(&first, &code).await;
    app.opens(&mut browser, &[]).await;
    assert_eq!(browser.press(&confirm, "allow").await.status, 303);
    assert_eq!(browser.press(&second, "cancel").await.status, 303);
}

#[tokio::test]
async fn a_form_works_for_half_an_hour() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    door.advance(TimeDelta::minutes(30) - TimeDelta::seconds(1));
    let code = door.code(&door.alpha, Scope::Read).await;
    assert_eq!(browser.type_code(&page, &code).await.status, 200);
    door.advance(TimeDelta::seconds(1));
    assert_eq!(browser.type_code(&page, &code).await.status, 400);
}

#[tokio::test]
async fn opening_the_page_changes_nothing() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    door.code(&door.alpha, Scope::Read).await;
    let before = door.place.stored().await;
    assert!(!before.is_empty());
    let mut browser = Browser::new(&door);
    for _ in 0..3 {
        assert_eq!(app.opens(&mut browser, &[]).await.status, 200);
        app.opens(&mut browser, &[("scope", Some("admin"))]).await;
    }
    assert!(door.place.stored().await == before);
    let (door, spy) = Door::spied().await;
    let app = App::registered(&door).await;
    spy.asked();
    app.opens(&mut Browser::new(&door), &[]).await;
    assert_eq!(spy.asked(), ["find_client", "now"]);
    let head = Request::head(format!("/authorize?client_id={}", app.client_id));
    door.send(head.body(Body::empty()).expect("a request")).await;
    assert_eq!(spy.asked(), ["find_client"]);
}
