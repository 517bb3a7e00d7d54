//! C10, T14, O14: what a stranger can make a page, a list or the log say.

use latchstring_core::Scope;
use serde_json::json;

use crate::{
    door::{App, Browser, CALLBACK, Door, Tokens},
    logs::Logs,
};

#[tokio::test]
async fn c10_the_last_page_names_the_store_the_app_and_where_answers_go() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let attacker = app.clone();
    // The attacker starts the flow for his own store; the victim pastes a code of hers: it is not for that connector.
    let mut victim = Browser::new(&door);
    let page = attacker
        .opens(&mut victim, &[("resource", Some(&door.connector_url(&door.beta)))])
        .await;
    assert!(page.text().contains("If somebody sent you here, close it."));
    assert_eq!(victim.type_code(&page, &code).await.status, 422);
    // Where it is for her connector, she is told what she is about to do, and nothing happens before she agrees.
    let (victim, confirm) = attacker.confirm_page(&door, &door.alpha, &code).await;
    for needed in [
        "Alpha &amp; Sons",
        "Claude",
        "unverified name",
        "claude.ai",
        ">Read only<",
        "Allow",
        "Cancel",
    ] {
        assert!(confirm.text().contains(needed), "{needed}: {}", confirm.text());
    }
    assert_eq!(door.live_apps(&door.alpha).await, 0);
    // The attacker cannot press the button for her: neither from his page nor from his own browser.
    let ticket = confirm.ticket().expect("a ticket");
    let fields = [("ticket", ticket.as_str()), ("action", "allow")];
    let from_his_page = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(victim.submit_with(&fields, &from_his_page).await.status, 403);
    let mut his = Browser::new(&door);
    attacker.opens(&mut his, &[]).await;
    assert_eq!(his.submit(&fields).await.status, 400);
    assert_eq!(door.live_apps(&door.alpha).await, 0);
}

const EVIL: &str = "<script>alert(1)</script>\"'><b>T14\u{202E}MARK\u{1b}[31m\u{7}\r\nINJECTED level=ERROR";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_o14_a_strangers_text_disturbs_neither_page_nor_list_nor_log() {
    let logs = Logs::listen();
    let door = Door::new().await;
    let metadata = json!({ "client_name": EVIL, "redirect_uris": [CALLBACK] });
    let app = App::new(&door.register(&metadata).await.member("client_id"), CALLBACK);
    let mut document = metadata.clone();
    document["client_id"] = json!("https://evil.example/client.json");
    let published = App::published(&door, &document);
    for app in [&app, &published] {
        let code = door.code(&door.alpha, Scope::Read).await;
        let mut browser = Browser::new(&door);
        let page = app.opens(&mut browser, &[("state", Some(EVIL))]).await;
        let confirm = browser.type_code(&page, &code).await;
        let refused = app
            .opens(&mut browser, &[("scope", Some(EVIL)), ("state", Some(EVIL))])
            .await;
        let sent = browser.press(&confirm, "allow").await;
        for page in [&page, &confirm, &refused] {
            let text = page.text();
            assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
            assert!(!text.contains(['\u{202E}', '\u{1b}', '\u{7}', '\r']), "{text}");
        }
        assert_eq!(
            sent.sent("state").as_deref(),
            Some(EVIL),
            "it is the app's, and comes back as it was"
        );
        Tokens::of(app.exchange(&door, &sent.sent("code").expect("a code"), &[]).await);
    }
    let strange = [
        ("client_id", Some(EVIL)),
        ("redirect_uri", Some(EVIL)),
        ("response_type", Some(EVIL)),
    ];
    for (name, value) in strange {
        let page = app.opens(&mut Browser::new(&door), &[(name, value)]).await;
        assert_eq!(page.status, 400);
        assert!(
            !page.text().contains("<script") && !page.text().contains('\u{202E}'),
            "{name}"
        );
    }
    for listed in door.access.list_apps(door.alpha.id).await.expect("listed") {
        let name = &listed.app.name;
        assert!(
            !name.chars().any(latchstring_access::disturbs) && name.chars().count() <= 80,
            "{name:?}"
        );
    }
    // Browsers and clients call themselves what they like.
    let request = axum::http::Request::post("/token")
        .header("user-agent", b"T14\x1b[31mMARK\xE2\x80\xAE".as_slice())
        .body(axum::body::Body::empty());
    if let Ok(request) = request {
        assert!(door.send(request).await.status.is_client_error());
    }
    let said = logs.said();
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202E}') && !said.contains('\u{7}'));
    assert!(!said.lines().any(|line| line.starts_with("INJECTED")));
}
