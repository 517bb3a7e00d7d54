//! No secret in a log, an error, an answer, an audit row or a file.

use base64::{Engine, engine::general_purpose::STANDARD};
use latchstring::{Scope, access::AuditQuery};
use latchstring_testing::{TestApp, Tokens, WEBHOOK_SECRET};
use serde_json::json;

use crate::{assembly, capture::Capture};

/// The log, what was answered, and all that is stored.
async fn places(app: &TestApp, log: Vec<u8>, answers: String) -> Vec<(String, Vec<u8>)> {
    assert!(
        String::from_utf8_lossy(&log).contains("access changed"),
        "the log was captured"
    );
    let mut places = vec![
        ("the log".to_owned(), log),
        ("the answers".to_owned(), answers.into_bytes()),
    ];
    let stored = app.stored().await;
    assert!(stored.len() > 1, "there is something to look into");
    places.extend(stored);
    places
}

/// None of the secrets is in any of the places, in any form it could have there.
fn assert_absent(places: &[(String, Vec<u8>)], secrets: &[(&str, &str)]) {
    for (what, secret) in secrets {
        let body = secret.split_once('_').map_or(*secret, |(_, body)| body);
        let forms = [
            body.to_owned(),
            body[..body.len() - 6].to_owned(),
            STANDARD.encode(secret),
            STANDARD.encode(body),
            STANDARD.encode(format!("Bearer {secret}")),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        ];
        for (place, bytes) in places {
            for form in &forms {
                let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
                assert!(!found, "{what} is in {place}");
            }
        }
    }
}

#[tokio::test]
async fn t13_a_key_appears_in_no_log_answer_audit_row_or_file() {
    Capture::start();
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let key = agent.key().to_owned();
    let mut answers = String::new();
    for program in [
        "return 1",
        "return x",
        "return await app.boms.create({})",
        "throw new Error('x')",
        "return Object.keys(globalThis)",
    ] {
        answers += &agent.run_write(program).await.text;
    }
    answers += &agent.rpc("tools/list", json!({})).await.text;
    answers += &agent.send(agent.request("{")).await.text;
    answers += &app.stranger(&format!("{key}x")).call("run", json!({})).await.text;
    answers += &app.stranger(&key[..key.len() - 1]).call("run", json!({})).await.text;
    app.revoke(agent.summary()).await;
    answers += &agent.run_write("return 1").await.text;
    answers += &format!("{:?}", app.access.list_keys(app.tenants[0].id).await.unwrap());
    answers += &format!(
        "{:?}",
        app.access
            .read_audit(app.tenants[0].id, &AuditQuery::latest(100))
            .await
            .unwrap()
    );
    app.access.shutdown().await;
    let log = Capture::end();

    assert_absent(&places(&app, log, answers).await, &[("the key", &key)]);
}

#[tokio::test]
async fn t13_no_secret_of_a_connected_app_appears_anywhere_but_where_it_was_sent() {
    Capture::start();
    let app = assembly().await;
    let chat = app.chat().await;
    let (code, _) = app.code(Scope::ReadWrite).await;
    let mut answers = String::new();

    let mut browser = chat.browser().await;
    browser
        .submit(&[("code", "7KQ2-M0ZX-94TB-HJ3E-D8WP"), ("action", "continue")])
        .await;
    answers += &browser.page.text;
    browser.submit(&[("code", &code), ("action", "continue")]).await;
    answers += &browser.page.text;
    browser.submit(&[("action", "allow")]).await;
    answers += &browser.page.text;
    let authorization_code = browser.authorization_code().unwrap();
    let first = Tokens::of(&chat.exchange(&authorization_code).await);
    answers += &chat.exchange(&authorization_code).await.text;
    answers += &chat
        .agent(&first.access)
        .run_write("return await app.boms.list({})")
        .await
        .text;
    answers += &chat.agent(&first.access).run_write("throw new Error('x')").await.text;
    let second = Tokens::of(&chat.refresh(&first.refresh).await);
    for wrong in [
        &first.refresh[..first.refresh.len() - 1],
        &first.access,
        &authorization_code,
    ] {
        answers += &chat.refresh(wrong).await.text;
        answers += &chat.agent(wrong).rpc("tools/list", json!({})).await.text;
    }
    answers += &app.stranger(&second.access).rpc("tools/list", json!({})).await.text;
    let elsewhere = app.connect_of(1, Scope::Read).await;
    answers += &elsewhere
        .chat
        .agent(&second.access)
        .rpc("tools/list", json!({}))
        .await
        .text;
    app.watch.cut_off(true);
    answers += &chat.refresh(&second.refresh).await.text;
    answers += &chat.agent(&second.access).rpc("tools/list", json!({})).await.text;
    app.watch.cut_off(false);
    let third = Tokens::of(&chat.refresh(&second.refresh).await);
    answers += &chat.give_back(&third.access).await.text;
    answers += &chat.refresh(&third.refresh).await.text;
    for tenant in &app.tenants {
        answers += &format!("{:?}", app.access.list_apps(tenant.id).await.unwrap());
        answers += &format!("{:?}", app.access.list_codes(tenant.id).await.unwrap());
        answers += &format!("{:?}", app.access.read_events(tenant.id, 100).await.unwrap());
        answers += &format!(
            "{:?}",
            app.access
                .read_audit(tenant.id, &AuditQuery::latest(100))
                .await
                .unwrap()
        );
    }
    app.access.shutdown().await;
    let log = Capture::end();

    let secrets = [
        ("the connection code", code.as_str()),
        ("the connection code without its dashes", &code.replace('-', "")),
        ("the authorization code", &authorization_code),
        ("the first access token", &first.access),
        ("the first refresh token", &first.refresh),
        ("the second access token", &second.access),
        ("the second refresh token", &second.refresh),
        ("the third access token", &third.access),
        ("the third refresh token", &third.refresh),
        ("the app's secret", WEBHOOK_SECRET),
    ];
    assert_absent(&places(&app, log, answers).await, &secrets);
}
