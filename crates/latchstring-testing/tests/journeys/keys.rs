//! From a key to the store's data, and never without one.

use axum::http::{StatusCode, header};
use latchstring::{Scope, access::AuditQuery};
use serde_json::json;

use crate::assembly;

const LIST: &str = "return (await app.boms.list({})).items.length";

#[tokio::test]
async fn a_key_opens_its_store_and_only_that() {
    let app = assembly().await;
    let names = "return (await app.locations.list({})).items.map(one => one.name).sort()";
    let first = app.agent_of(0, Scope::Read).await.run(names).await;
    let second = app.agent_of(1, Scope::Read).await.run(names).await;
    assert!(first.as_array().is_some_and(|all| !all.is_empty()));
    assert_ne!(first, second);
}

#[tokio::test]
async fn t01_every_wrong_key_gets_one_answer_and_junk_costs_no_query() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let key = agent.key().to_owned();
    assert_eq!(agent.run(LIST).await, json!(15));

    let flipped = |at: usize| {
        let mut letters: Vec<char> = key.chars().collect();
        letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
        letters.into_iter().collect::<String>()
    };
    let junk = [
        flipped(5),
        flipped(20),
        flipped(key.len() - 1),
        key.replace("asmk_", "lstk_"),
        key[..key.len() - 1].to_owned(),
        format!("{key}A"),
        key.to_uppercase(),
        "asmk_".to_owned(),
        "x".repeat(8 << 10),
        "\u{202e}asmk_".to_owned(),
    ];
    let finds = app.watch.asked("find_bearer");
    let expected = app.anonymous().call("run", json!({ "program": LIST })).await;
    assert_eq!(expected.status, StatusCode::UNAUTHORIZED);
    assert_eq!(expected.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"mcp\"");
    for wrong in &junk {
        // Text that is no header value never leaves a client.
        if wrong.is_ascii() {
            let reply = app.stranger(wrong).call("run", json!({ "program": LIST })).await;
            assert_eq!(
                (reply.status, &reply.text),
                (expected.status, &expected.text),
                "{wrong}"
            );
        }
    }
    assert_eq!(app.watch.asked("find_bearer"), finds, "junk reached the store");

    let unknown = app_key();
    let reply = app.stranger(&unknown).call("run", json!({ "program": LIST })).await;
    assert_eq!((reply.status, &reply.text), (expected.status, &expected.text));
    assert_eq!(
        app.watch.asked("find_bearer"),
        finds + 1,
        "a well-formed key is one look-up"
    );

    app.revoke(agent.summary()).await;
    let reply = agent.call("run", json!({ "program": LIST })).await;
    assert_eq!((reply.status, &reply.text), (expected.status, &expected.text));
}

/// A well-formed key that nobody was given.
fn app_key() -> String {
    latchstring::access::Token::generate(&"asmk".parse().unwrap())
        .into_secret()
        .expose()
        .to_owned()
}

#[tokio::test]
async fn t04_a_key_counts_only_in_the_one_header() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let key = agent.key().to_owned();
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();

    let mut twice = agent.request(list.clone());
    twice
        .headers_mut()
        .append(header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
    assert_eq!(agent.send(twice).await.status, StatusCode::UNAUTHORIZED);

    let nobody = app.anonymous();
    let mut in_query = nobody.request(list.clone());
    *in_query.uri_mut() = format!("/mcp?access_token={key}&key={key}").parse().unwrap();
    assert_eq!(nobody.send(in_query).await.status, StatusCode::UNAUTHORIZED);

    let mut in_cookie = nobody.request(list.clone());
    in_cookie
        .headers_mut()
        .insert(header::COOKIE, format!("access_token={key}").parse().unwrap());
    assert_eq!(nobody.send(in_cookie).await.status, StatusCode::UNAUTHORIZED);

    let mut basic = nobody.request(list);
    basic
        .headers_mut()
        .insert(header::AUTHORIZATION, format!("Basic {key}").parse().unwrap());
    assert_eq!(nobody.send(basic).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_fails_on_its_next_request_and_others_go_on() {
    let app = assembly().await;
    let (gone, stays) = (app.agent(Scope::ReadWrite).await, app.agent(Scope::Read).await);
    assert_eq!(gone.run(LIST).await, json!(15));
    app.revoke(gone.summary()).await;
    assert_eq!(
        gone.call("run", json!({ "program": LIST })).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(stays.run(LIST).await, json!(15));

    let listed = app.access.list_keys(app.tenants[0].id).await.unwrap();
    let row = listed.iter().find(|row| row.grant == gone.summary().grant).unwrap();
    assert_eq!(row.revoked.as_ref().unwrap().by.name(), "Test");
}

#[tokio::test]
async fn every_call_is_written_down_with_what_it_did() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "const { rawMaterial } = await app.rawMaterials.createVirtual({ name: 'Beeswax' }); await app.boms.list({}); return rawMaterial.variantId";
    let made = agent.run_write(program).await;
    assert_eq!(made.structured()["committed"], json!(true), "{}", made.text);

    // No waiting: the answer to a committed write is not sent before its record is stored.
    let audit = app
        .access
        .read_audit(app.tenants[0].id, &AuditQuery::latest(10))
        .await
        .unwrap();
    let call = &audit[0];
    assert_eq!(
        (call.tool.as_str(), call.outcome.as_str(), call.committed),
        ("run_write", "OK", true)
    );
    assert!(call.program_sha256.is_some());
    let operations: Vec<_> = call
        .operations
        .iter()
        .map(|one| (one.operation.as_str(), one.outcome.as_str(), one.rows))
        .collect();
    assert_eq!(
        operations,
        [
            ("raw_materials.create_virtual", "OK", Some(1)),
            ("boms.list", "OK", Some(15))
        ]
    );
    let found = app.access.find_audit(app.tenants[0].id, call.request).await.unwrap();
    assert_eq!(found, Some((call.clone(), Some(program.to_owned()))));
    assert!(
        app.access
            .read_audit(app.tenants[1].id, &AuditQuery::latest(10))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_program_too_long_to_run_and_a_direct_call_are_written_down_without_a_program() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    agent
        .call(
            "run",
            json!({ "program": format!("return 1 //{}", "x".repeat(64 << 10)) }),
        )
        .await;
    agent.call("boms_list", json!({})).await;
    app.access.shutdown().await;

    let tenant = app.tenants[0].id;
    let audit = app.access.read_audit(tenant, &AuditQuery::latest(10)).await.unwrap();
    let calls: Vec<_> = audit
        .iter()
        .map(|call| (call.tool.as_str(), call.outcome.as_str(), call.program_sha256.is_some()))
        .collect();
    assert_eq!(calls, [("boms_list", "OK", false), ("run", "LIMIT_EXCEEDED", true)]);
    for call in &audit {
        let (_, source) = app.access.find_audit(tenant, call.request).await.unwrap().unwrap();
        assert_eq!(source, None);
    }
}
