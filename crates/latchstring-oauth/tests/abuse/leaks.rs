//! T13, T14, C09, C10, O14: where secrets must not be, and what a stranger's text must not do.

use axum::http::header;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use latchstring_access::{Secret, Token};
use latchstring_core::Scope;
use serde_json::json;

use crate::{
    door::{App, Browser, CALLBACK, Door, Reply, Tokens, ann, form},
    logs::Logs,
};

/// The secret in the forms in which it could be somewhere.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        form(&[("", secret)])[1..].to_owned(),
        secret.to_lowercase(),
    ];
    let hex = |text: String, byte| text + &format!("{byte:02x}");
    forms.push(secret.bytes().fold(String::new(), hex));
    forms.push(format!("{:?}", secret.as_bytes()).trim_matches(['[', ']']).to_owned());
    for shift in 0..3 {
        // In the middle of a longer text, base64 depends on where it begins; the ends depend on the neighbours.
        let text = format!("{}{secret}", "x".repeat(shift));
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            forms.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    // Most of it is as good as all of it.
    forms.push(secret[secret.len() / 4..].to_owned());
    forms
}

fn assert_nowhere(secrets: &[(&str, String)], where_: &str, text: &str) {
    for (what, secret) in secrets {
        for form in forms(secret) {
            assert!(!text.contains(&form), "the {what} is in {where_}, as {form}");
        }
    }
}

fn all_of(reply: &Reply) -> String {
    format!("{} {:?} {}", reply.status, reply.headers, reply.text())
}

/// What is answered when a secret is presented wherever it does not belong.
async fn misplaced(door: &Door, app: &App, (browser, page): (&Browser, &Reply), secret: &str) -> Vec<Reply> {
    let mut replies = Vec::new();
    replies.push(door.present_key(secret).await);
    replies.push(door.present(&door.beta, secret).await);
    replies.push(app.exchange(door, secret, &[]).await);
    replies.push(app.exchange(door, "x", &[("code_verifier", Some(secret))]).await);
    replies.push(app.exchange(door, "x", &[("grant_type", Some(secret))]).await);
    replies.push(app.exchange(door, "x", &[("scope", Some(secret))]).await);
    replies.push(door.post("/revoke", &[("client_id", secret), ("token", secret)]).await);
    replies.push(
        door.post(
            "/token",
            &[("client_id", &app.client_id), (secret, "1"), ("code", secret)],
        )
        .await,
    );
    replies.push(door.get(&format!("/mcp?{}", form(&[("access_token", secret)]))).await);
    replies.push(browser.type_text(page, secret).await);
    replies.push(browser.submit(&[("ticket", secret), ("code", secret)]).await);
    replies.push(
        door.register(&json!({ "redirect_uris": [CALLBACK], "client_secret": secret }))
            .await,
    );
    replies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_no_secret_of_a_whole_conversation_is_anywhere_but_where_it_belongs() {
    let logs = Logs::listen();
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let key = door.key(&door.alpha).await;
    let (code, summary) = door
        .access
        .create_code(&door.alpha, Scope::ReadWrite, ann())
        .await
        .expect("created");
    // What is printed of them on the way, and what strangers are answered who present them where they do not belong.
    let mut printed = format!(
        "{key:?} {code:?} {summary:?} {:?}",
        Token::generate(&"asmk".parse().expect("a prefix"))
    );
    let mut replies = Vec::new();
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    let confirm = browser.type_code(&page, &code).await;
    let sent = browser.press(&confirm, "allow").await;
    let authorization_code = sent.sent("code").expect("a code");
    replies.extend([confirm.clone(), browser.press(&confirm, "allow").await]);
    let first = Tokens::of(app.exchange(&door, &authorization_code, &[]).await);
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    replies.push(door.present(&door.alpha, &second.access).await);
    replies.push(door.present_key(key.expose()).await);

    let secrets: Vec<(&str, String)> = vec![
        ("API key", key.expose().to_owned()),
        ("connection code", code.expose().to_owned()),
        ("connection code without dashes", code.expose().replace('-', "")),
        ("authorization code", authorization_code),
        ("access token", first.access),
        ("refresh token", first.refresh),
        ("second access token", second.access),
        ("second refresh token", second.refresh),
        ("verifier", app.verifier.clone()),
        (
            "cookie",
            browser
                .cookie()
                .and_then(|cookie| cookie.split_once('='))
                .expect("a cookie")
                .1
                .to_owned(),
        ),
        (
            "key ring",
            door.ring_text()
                .expose()
                .split('"')
                .nth(9)
                .expect("a pepper")
                .to_owned(),
        ),
    ];
    for (_, secret) in &secrets {
        replies.extend(misplaced(&door, &app, (&browser, &page), secret).await);
    }
    for reply in &replies {
        assert_nowhere(&secrets, "an answer", &all_of(reply));
    }
    // The ticket goes through the browser and is signed, not encrypted.
    for page in [&page, &confirm] {
        let ticket = page.ticket().expect("a ticket");
        let text = URL_SAFE_NO_PAD
            .decode(ticket.split('.').next().expect("a part"))
            .expect("base64");
        assert_nowhere(&secrets, "the ticket", &String::from_utf8_lossy(&text));
    }
    let access = &door.access;
    printed += &format!("{:?}", access.list_keys(door.alpha.id).await.expect("listed"));
    printed += &format!("{:?}", access.list_apps(door.alpha.id).await.expect("listed"));
    printed += &format!("{:?}", access.list_codes(door.alpha.id).await.expect("listed"));
    printed += &format!("{:?}", access.rules());
    assert_nowhere(&secrets, "something printed", &printed);
    assert_nowhere(
        &secrets,
        "an event",
        &format!("{:?}", door.event_list(&door.alpha).await),
    );
    access.shutdown().await;
    for (name, bytes) in door.place.stored().await {
        assert_nowhere(&secrets, &name, &String::from_utf8_lossy(&bytes));
    }
    let said = logs.said();
    assert!(said.contains("code.redeemed"), "the control: it is heard");
    assert_nowhere(&secrets, "the log", &said);
}

#[tokio::test]
async fn t13_a_store_out_of_reach_makes_nobody_talk() {
    let logs = Logs::listen();
    let (door, spy) = Door::spied().await;
    let (app, key) = (App::registered(&door).await, door.key(&door.alpha).await);
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    spy.cut_off();
    let replies = [
        door.present_key(key.expose()).await,
        door.present(&door.alpha, &tokens.access).await,
        app.refresh(&door, &tokens.refresh).await,
        app.revoke(&door, &tokens.refresh).await,
        browser.type_code(&page, &code).await,
        app.opens(&mut browser, &[]).await,
        door.register(&json!({ "redirect_uris": [CALLBACK] })).await,
    ];
    let secrets = [
        ("key", key.expose().to_owned()),
        ("code", code.expose().to_owned()),
        ("access token", tokens.access),
        ("refresh token", tokens.refresh),
    ];
    for reply in &replies {
        assert_eq!(reply.status, 503, "never a refusal: {}", reply.text());
        assert_nowhere(&secrets, "an answer", &all_of(reply));
        assert!(!reply.text().contains("cut off"), "nor what is wrong inside");
    }
    let said = logs.said();
    assert!(said.contains("cut off"), "the operator hears it");
    assert_nowhere(&secrets, "the log", &said);
}

#[tokio::test]
async fn whatever_cannot_be_answered_now_says_when_to_ask_again() {
    let (door, spy) = Door::spied().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    spy.cut_off();
    for (what, reply) in [
        (
            "key",
            door.present_key(Token::generate(&"asmk".parse().expect("a prefix")).secret().expose())
                .await,
        ),
        ("token", app.refresh(&door, "x").await),
        ("form", browser.type_code(&page, &code).await),
        ("page", app.opens(&mut browser, &[]).await),
        (
            "registration",
            door.register(&json!({ "redirect_uris": [CALLBACK] })).await,
        ),
    ] {
        assert_eq!(
            (reply.status.as_u16(), reply.header(header::RETRY_AFTER)),
            (503, Some("5")),
            "{what}"
        );
    }
}

#[tokio::test]
async fn c09_a_connection_code_is_in_one_form_body_and_nowhere_else() {
    let logs = Logs::listen();
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    // Right, wrong by one character, and in the wrong place of the form.
    let mut wrong = code.expose().to_owned();
    wrong.replace_range(..1, if wrong.starts_with('0') { "1" } else { "0" });
    let ticket = page.ticket().expect("a ticket");
    let confirm = browser.type_code(&page, &code).await;
    let replies = [
        browser.type_text(&page, &wrong).await,
        browser.submit(&[("ticket", &ticket), ("CODE", code.expose())]).await,
        browser.submit(&[("ticket", code.expose())]).await,
        browser.press(&confirm, "allow").await,
        browser.type_code(&page, &code).await,
    ];
    let secrets = [
        ("code", code.expose().to_owned()),
        ("code without dashes", code.expose().replace('-', "")),
    ];
    let wrong = [("mistyped code", wrong)];
    for reply in replies.iter().chain([&confirm, &page]) {
        assert_nowhere(&secrets, "an answer", &all_of(reply));
        assert_nowhere(&wrong, "an answer", &all_of(reply));
        assert_eq!(reply.header(header::REFERRER_POLICY), Some("same-origin"));
    }
    // A code in the address is not listened to.
    let in_query = app.opens(&mut browser, &[("code", Some(code.expose()))]).await;
    assert_nowhere(&secrets, "the page", &all_of(&in_query));
    assert!(page.text().contains("method=\"post\""));
    assert_nowhere(&secrets, "the log", &logs.said());
}

#[test]
fn t13_the_control_finds_a_secret_in_each_form() {
    let secret = Secret::new("asmk_Ab12cd34EF56gh78IJ90kl12MN34op56QR78st90UV");
    let secrets = [("key", secret.expose().to_owned())];
    let is_found = |text: String| std::panic::catch_unwind(|| assert_nowhere(&secrets, "a text", &text)).is_err();
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{}", secret.expose());
        let hidden = [
            text.clone(),
            form(&[("token", &text)]),
            STANDARD_NO_PAD.encode(format!("{text} and more")),
            URL_SAFE_NO_PAD.encode(format!("{text} and more")),
            format!("{:?}", text.as_bytes()),
            text.to_lowercase(),
            text[before.len() + secret.expose().len() / 4..].to_owned(),
        ];
        for (at, hidden) in hidden.into_iter().enumerate() {
            assert!(is_found(hidden), "{before} {at}");
        }
    }
    assert!(
        !is_found("asmk_Ab12...90UV".to_owned()),
        "what lists show is not the key"
    );
}
