//! Connected apps: let in with a code, listed, kept to what was granted, revoked.

use axum::http::StatusCode;
use latchstring::{
    Clock, Scope,
    access::{AccessEventKind, AuditQuery},
};
use latchstring_testing::{Browser, Tokens};
use serde_json::json;

use crate::assembly;

const LIST: &str = "return (await app.boms.list({})).items.length";

#[tokio::test]
async fn a_pasted_code_connects_an_app_and_the_list_says_who_it_is() {
    let app = assembly().await;
    let chat = app.chat().await;
    let (code, _) = app.code(Scope::Read).await;

    let mut browser = chat.browser().await;
    assert_eq!(browser.page.status, StatusCode::OK, "{}", browser.page.text);
    let typed = code.to_lowercase().replace('-', " ");
    browser.submit(&[("code", &typed), ("action", "continue")]).await;
    for shown in ["First store", "Chat", "unverified name", "chat.example", "Read"] {
        assert!(browser.page.text.contains(shown), "no {shown}: {}", browser.page.text);
    }
    browser.submit(&[("action", "allow")]).await;
    assert_eq!(browser.page.status, StatusCode::SEE_OTHER);
    let tokens = Tokens::of(&chat.exchange(&browser.authorization_code().unwrap()).await);

    let granted_at = app.clock.now();
    app.clock.advance(chrono::TimeDelta::minutes(5));
    assert_eq!(chat.agent(&tokens.access).run(LIST).await, json!(15));
    app.access.shutdown().await;
    let listed = app.access.list_apps(app.tenants[0].id).await.unwrap();
    let row = &listed[0];
    assert_eq!((row.app.name.as_str(), row.app.host.as_deref()), ("Chat", None));
    assert_eq!(
        (row.app.redirect_host.as_str(), row.scope),
        ("chat.example", Scope::Read)
    );
    assert_eq!((row.granted_by.name(), row.granted_at), ("Test", granted_at));
    assert_eq!(
        (row.connected_at, row.last_used_at),
        (Some(granted_at), Some(app.clock.now()))
    );
    assert!(row.revoked.is_none());
    assert!(app.access.list_apps(app.tenants[1].id).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_app_with_a_document_is_listed_with_the_host_that_vouches_for_it() {
    let app = assembly().await;
    let connected = app.let_in(app.published_chat(0), 0, Scope::ReadWrite).await;
    let listed = app.access.list_apps(connected.tenant).await.unwrap();
    assert_eq!(
        (listed[0].app.name.as_str(), listed[0].app.host.as_deref()),
        ("Published chat", Some("chat.example"))
    );
    let made = connected
        .agent()
        .run_write("return await app.rawMaterials.createVirtual({ name: 'Beeswax' })")
        .await;
    assert_eq!(made.structured()["committed"], json!(true), "{}", made.text);
    let audit = app
        .access
        .read_audit(connected.tenant, &AuditQuery::latest(1))
        .await
        .unwrap();
    assert_eq!(audit[0].holder, "Published chat (chat.example)");
}

#[tokio::test]
async fn c06_an_app_gets_what_its_code_allows_whatever_it_asks_for() {
    let app = assembly().await;
    // Both ask for `read write`.
    let (reader, writer) = (app.connect(Scope::Read).await, app.connect(Scope::ReadWrite).await);
    let (seen, all) = (reader.agent().tools().await, writer.agent().tools().await);
    assert_eq!(
        seen,
        app.agent(Scope::Read).await.tools().await,
        "a key with this scope sees the same"
    );
    assert!(
        all.contains(&"run_write".to_owned()) && !seen.contains(&"run_write".to_owned()),
        "{seen:?}"
    );
    let hidden = reader
        .agent()
        .call("raw_materials_create_virtual", json!({ "name": "Beeswax" }))
        .await
        .json();
    let absent = reader.agent().call("no_such_tool", json!({})).await.json();
    assert_eq!(hidden["error"]["code"], absent["error"]["code"]);
    let refreshed = reader.chat.refresh(&reader.tokens.refresh).await;
    assert_eq!(refreshed.json()["scope"], json!("read"));
}

#[tokio::test]
async fn a_revoked_app_fails_on_its_next_request_and_others_go_on() {
    let app = assembly().await;
    let (gone, stays) = (app.connect(Scope::ReadWrite).await, app.connect(Scope::Read).await);
    assert_eq!(gone.agent().run(LIST).await, json!(15));
    app.disconnect(&gone).await;
    let refused = gone.agent().call("run", json!({ "program": LIST })).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(stays.agent().run(LIST).await, json!(15));
    let listed = app.access.list_apps(gone.tenant).await.unwrap();
    let row = listed.iter().find(|row| row.grant == gone.grant).unwrap();
    assert_eq!(row.revoked.as_ref().unwrap().by.name(), "Test");
}

#[tokio::test]
async fn v04_a_revoked_app_gets_in_with_a_new_code_and_with_nothing_else() {
    let app = assembly().await;
    for chat in [app.chat().await, app.published_chat(0)] {
        let (code, _) = app.code(Scope::Read).await;
        let authorization_code = chat.approved(&code).await.unwrap();
        let tokens = Tokens::of(&chat.exchange(&authorization_code).await);
        let row = app.access.list_apps(app.tenants[0].id).await.unwrap();
        let row = row.into_iter().find(|row| row.app.client_id == chat.client_id).unwrap();
        app.access
            .revoke_app(row.tenant, row.grant, &latchstring_testing::person())
            .await
            .unwrap();

        // What it still has.
        for reply in [
            chat.refresh(&tokens.refresh).await,
            chat.exchange(&authorization_code).await,
        ] {
            assert_eq!(
                (reply.status.as_u16(), &reply.json()["error"]),
                (400, &json!("invalid_grant"))
            );
        }
        // Asking again, silently or under another name: a page that waits for a code.
        for browser in [
            chat.browser().await,
            chat.browser_with(&[("prompt", "none")]).await,
            app.chat().await.browser().await,
        ] {
            asks_for_a_code(browser, &code).await;
        }
        assert_eq!(
            chat.agent(&tokens.access).rpc("tools/list", json!({})).await.status,
            StatusCode::UNAUTHORIZED
        );

        let again = app.let_in(chat.clone(), 0, Scope::Read).await;
        assert_eq!(again.agent().run(LIST).await, json!(15));
        assert_ne!(again.grant, row.grant, "a new grant, beside the dead one");
        assert_eq!(chat.refresh(&tokens.refresh).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            again.agent().run(LIST).await,
            json!(15),
            "which the old token does not end"
        );
    }
}

/// Neither the page nor the code that was used lets anything through.
async fn asks_for_a_code(mut browser: Browser, used: &str) {
    assert_ne!(browser.page.status, StatusCode::SEE_OTHER);
    browser.submit(&[("code", used), ("action", "continue")]).await;
    assert_ne!(browser.page.status, StatusCode::OK);
    browser.submit(&[("action", "allow")]).await;
    assert!(browser.authorization_code().is_err());
}

#[tokio::test]
async fn an_app_that_gives_its_access_back_is_out() {
    let app = assembly().await;
    let (left, other) = (app.connect(Scope::Read).await, app.connect(Scope::Read).await);
    assert_eq!(other.chat.give_back(&left.tokens.refresh).await.status, StatusCode::OK);
    assert_eq!(
        left.agent().run(LIST).await,
        json!(15),
        "nobody gives back what is another's"
    );
    assert_eq!(left.chat.give_back(&left.tokens.access).await.status, StatusCode::OK);
    assert_eq!(
        left.agent().rpc("tools/list", json!({})).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        left.chat.refresh(&left.tokens.refresh).await.json()["error"],
        json!("invalid_grant")
    );
}

#[tokio::test]
async fn t02_only_an_access_token_opens_a_connector() {
    let app = assembly().await;
    let chat = app.chat().await;
    let (code, _) = app.code(Scope::Read).await;
    let (unused, _) = app.code(Scope::Read).await;
    let authorization_code = chat.approved(&code).await.unwrap();
    let connected = app.connect(Scope::Read).await;
    let key = app.agent(Scope::Read).await;
    for wrong in [
        unused.as_str(),
        &authorization_code,
        &connected.tokens.refresh,
        &connected.chat.client_id,
        key.key(),
    ] {
        let reply = chat.agent(wrong).rpc("tools/list", json!({})).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let reply = app
        .stranger(&connected.tokens.access)
        .rpc("tools/list", json!({}))
        .await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "an app's token is no key");
}

#[tokio::test]
async fn t03_a_token_opens_the_connector_of_its_own_store_only() {
    let app = assembly().await;
    let (first, second) = (
        app.connect_of(0, Scope::Read).await,
        app.connect_of(1, Scope::Read).await,
    );
    let names = "return (await app.locations.list({})).items.map(one => one.name).sort()";
    assert_ne!(first.agent().run(names).await, second.agent().run(names).await);

    let reply = second
        .chat
        .agent(&first.tokens.access)
        .rpc("tools/list", json!({}))
        .await;
    let nobody = second.chat.agent("nothing").rpc("tools/list", json!({})).await;
    assert_eq!(
        (reply.status, &reply.text),
        (StatusCode::UNAUTHORIZED, &nobody.text),
        "as for any wrong token"
    );
    let events = app.access.read_events(first.tenant, 1).await.unwrap();
    assert_eq!(
        (events[0].kind, events[0].grant),
        (AccessEventKind::AudienceMismatch, Some(first.grant))
    );
    assert!(first.agent().run(names).await.is_array(), "and the app itself goes on");
}
