//! What the pages say, where it decides what a person does.

use axum::http::header;
use latchstring_core::Scope;
use serde_json::json;

use crate::door::{App, Browser, Door};

#[tokio::test]
async fn a_wrong_code_is_said_with_how_often_one_may_still_try() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let mut browser = Browser::new(&door);
    let mut page = app.opens(&mut browser, &[]).await;
    for expected in [
        "You can try 4 more times.",
        "You can try 3 more times.",
        "You can try 2 more times.",
        "You can try once more.",
        "This form takes no more codes",
    ] {
        page = browser.type_text(&page, "7KQ2-M0ZX-94TB-HJ3E-D8WP").await;
        let text = page.text();
        assert!(
            text.contains("This code does not work here.") && text.contains(expected),
            "{expected}: {text}"
        );
        assert!(
            !text.contains("7KQ2-M0ZX-94TB-HJ3E-D8WP\""),
            "what was typed is not shown again"
        );
    }
}

#[tokio::test]
async fn the_second_step_names_the_store_and_what_is_allowed() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    for (scope, expected) in [(Scope::Read, "Read only"), (Scope::ReadWrite, "Read &amp; write")] {
        let code = door.code(&door.alpha, scope).await;
        let text = app.confirm_page(&door, &door.alpha, &code).await.1.text();
        for expected in [
            "<dt>Store</dt><dd><strong><bdi>Alpha &amp; Sons</bdi>".to_owned(),
            expected.to_owned(),
        ] {
            assert!(text.contains(&expected), "{expected}: {text}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_apps_request_is_said() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let mut browser = Browser::new(&door);
    let shown = app
        .opens(&mut browser, &[("code_challenge_method", Some("plain"))])
        .await;
    let text = shown.text();
    let (_, said) = text.split_once("Its request is not right: ").expect("it is said");
    let said = said.split('<').next().expect("words");
    assert!(said.contains("S256"), "{said}");
}

#[tokio::test]
async fn o12_a_form_may_lead_to_where_the_app_listens() {
    let door = Door::new().await;
    for (redirect, expected) in [
        ("https://claude.ai/callback", "form-action 'self' https:;"),
        ("http://127.0.0.1:3000/callback", "form-action 'self' https: http:;"),
    ] {
        let reply = door
            .register(&json!({ "client_name": "x", "redirect_uris": [redirect] }))
            .await;
        let app = App::new(&reply.member("client_id"), redirect);
        let page = app.opens(&mut Browser::new(&door), &[]).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY).expect("a policy");
        assert!(policy.contains(expected), "{redirect}: {policy}");
    }
}
