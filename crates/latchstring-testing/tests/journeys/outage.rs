//! V09: the store of grants cannot be asked. Nobody is turned away for good, and nobody is let in.

use axum::http::StatusCode;
use latchstring::{Clock, Scope};
use latchstring_testing::{Reply, Tokens};
use serde_json::json;

use crate::assembly;

const LIST: &str = "return (await app.boms.list({})).items.length";

fn is_unavailable(what: &str, reply: &Reply) {
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {}", reply.text);
    assert!(
        reply.headers.contains_key("retry-after"),
        "{what} does not say when to come back"
    );
    assert!(
        !reply.headers.contains_key("www-authenticate"),
        "{what} makes clients throw their credentials away"
    );
}

#[tokio::test]
async fn v09_a_store_that_cannot_be_asked_is_503_everywhere_and_never_401() {
    let app = assembly().await;
    let (key, connected) = (app.agent(Scope::Read).await, app.connect(Scope::Read).await);
    let chat = app.chat().await;
    let (code, _) = app.code(Scope::Read).await;
    let authorization_code = chat.approved(&code).await.unwrap();
    let mut browser = chat.browser().await;

    app.watch.cut_off(true);
    is_unavailable("a key", &key.call("run", json!({ "program": LIST })).await);
    is_unavailable(
        "an access token",
        &connected.agent().call("run", json!({ "program": LIST })).await,
    );
    is_unavailable("a code exchange", &chat.exchange(&authorization_code).await);
    is_unavailable("a refresh", &connected.chat.refresh(&connected.tokens.refresh).await);
    is_unavailable(
        "giving back",
        &connected.chat.give_back(&connected.tokens.refresh).await,
    );
    is_unavailable("the approval page", &chat.browser().await.page);
    is_unavailable(
        "the page for an app with a document",
        &app.published_chat(0).browser().await.page,
    );
    browser
        .submit(&[("code", "0000-0000-0000-0000-0000"), ("action", "continue")])
        .await;
    is_unavailable("a pasted code", &browser.page);
    let event = json!({ "type": "uninstalled", "occurredAt": app.clock.now(), "tenant": { "key": "first.example" } });
    is_unavailable("a webhook", &app.deliver("one", &event).await);
    assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);

    // What does not depend on who asks is served.
    let path = url::Url::parse(&app.connector_url(0)).unwrap().path().to_owned();
    for public in [
        "/.well-known/oauth-authorization-server".to_owned(),
        format!("/.well-known/oauth-protected-resource{path}"),
        "/healthz".to_owned(),
    ] {
        assert_eq!(app.get(&public).await.status, StatusCode::OK, "{public}");
    }
    let stranger = app.stranger("not a key").call("run", json!({})).await;
    assert_eq!(
        stranger.status,
        StatusCode::UNAUTHORIZED,
        "junk is refused without asking"
    );

    app.watch.cut_off(false);
    assert_eq!(key.run(LIST).await, json!(15), "the same key goes on working");
    assert_eq!(connected.agent().run(LIST).await, json!(15), "and the same token");
    let tokens = Tokens::of(&chat.exchange(&authorization_code).await);
    assert_eq!(
        chat.agent(&tokens.access).run(LIST).await,
        json!(15),
        "and the same code"
    );
    let tokens = Tokens::of(&connected.chat.refresh(&connected.tokens.refresh).await);
    assert_eq!(connected.chat.agent(&tokens.access).run(LIST).await, json!(15));
}

#[tokio::test]
async fn v09_a_program_under_way_ends_and_leaves_no_trace() {
    let app = assembly().await;
    let connected = app.connect(Scope::ReadWrite).await;
    let count = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";
    let before = connected.agent().run(count).await;
    for question in ["standing", "hold"] {
        let watch = app.watch.clone();
        let nth = if question == "standing" { 3 } else { 1 };
        app.watch
            .before_nth_of(question, nth, async move { watch.cut_off(true) });
        let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' }); await app.boms.list({}); return 1";
        let reply = connected.agent().run_write(program).await;
        assert_eq!(reply.tool_error(), "UNAVAILABLE", "{}", reply.text);
        app.watch.cut_off(false);
        assert_eq!(connected.agent().run(count).await, before);
    }
}
