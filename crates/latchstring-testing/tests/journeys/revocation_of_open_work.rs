//! V03: access is taken away while something of it is open: a stream, a program, a write that waits.

use std::time::{Duration, Instant};

use latchstring::Scope;
use latchstring_testing::{Connection, TestApp, person};
use serde_json::json;

use crate::assembly;

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";

/// Takes the app's access away just before the `nth` question of its kind.
fn disconnect_before(app: &TestApp, question: &'static str, nth: usize, connected: &Connection) {
    let (access, tenant, grant) = (app.access.clone(), connected.tenant, connected.grant);
    app.watch.before_nth_of(question, nth, async move {
        access.revoke_app(tenant, grant, &person()).await.unwrap();
    });
}

#[tokio::test]
async fn v03_an_open_stream_ends_within_a_second_on_every_server_and_says_nothing_more() {
    let app = assembly().await;
    let replica = app.replica().await;
    let (gone, stays) = (app.connect(Scope::Read).await, app.connect(Scope::Read).await);
    let mut streams = Vec::new();
    for router in [&app.router, &replica.router] {
        let mut stream = gone.chat.at(router.clone()).agent(&gone.tokens.access).listen().await;
        assert!(stream.message().await.is_some(), "the acknowledgement");
        streams.push(stream);
    }
    let mut other = stays.agent().listen().await;
    assert!(other.message().await.is_some());

    app.disconnect(&gone).await;
    let revoked = Instant::now();
    for stream in &mut streams {
        assert_eq!(stream.message().await, None);
    }
    assert!(revoked.elapsed() < Duration::from_secs(1), "{:?}", revoked.elapsed());
    let silence = tokio::time::timeout(Duration::from_millis(600), other.message()).await;
    assert!(silence.is_err(), "another app's stream goes on");
}

#[tokio::test]
async fn v03_a_running_program_ends_at_its_next_call_and_its_result_is_dropped() {
    let app = assembly().await;
    let witness = app.agent(Scope::Read).await;
    let before = witness.run(COUNT).await;
    let connected = app.connect(Scope::ReadWrite).await;
    // Once at the start, once for the change, and then at the second of the calls that follow.
    disconnect_before(&app, "standing", 4, &connected);
    let reply = connected
        .agent()
        .run_write(
            "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\nlet calls = 0;\n\
             for (;;) { try { await app.locations.list({}); calls++ } catch { /* go on regardless */ } }",
        )
        .await;
    assert_eq!(reply.tool_error(), "REVOKED", "{}", reply.text);
    assert_eq!(reply.structured()["calls"], json!(3), "it ended at the very call");
    assert!(reply.structured()["result"].is_null());
    assert_eq!(witness.run(COUNT).await, before);
}

#[tokio::test]
async fn v03_a_finished_write_is_undone_when_access_ends_before_its_commit() {
    let app = assembly().await;
    let witness = app.agent(Scope::Read).await;
    let before = witness.run(COUNT).await;
    for tool in ["run_write", "raw_materials_create_virtual"] {
        let connected = app.connect(Scope::ReadWrite).await;
        disconnect_before(&app, "hold", 1, &connected);
        let arguments = match tool {
            "run_write" => json!({ "program": "return await app.rawMaterials.createVirtual({ name: 'Beeswax' })" }),
            _ => json!({ "name": "Beeswax" }),
        };
        let reply = connected.agent().call(tool, arguments).await;
        assert_eq!(reply.tool_error(), "REVOKED", "{}", reply.text);
        assert!(!reply.text.contains("Beeswax"), "the result is dropped: {}", reply.text);
        assert_eq!(witness.run(COUNT).await, before);
    }
}

#[tokio::test]
async fn v03_a_write_that_waits_for_its_turn_is_undone() {
    let app = assembly().await;
    let (first, witness) = (app.agent(Scope::ReadWrite).await, app.agent(Scope::Read).await);
    let before = witness.run(COUNT).await.as_u64().unwrap();
    let queued = app.connect(Scope::ReadWrite).await;
    let (sender, task) = tokio::sync::oneshot::channel();
    let (watch, access, agent) = (app.watch.clone(), app.access.clone(), queued.agent());
    // In the middle of the first one's write, which has the writer's place: the other asks, waits, and is cut off.
    app.watch.before_nth_of("standing", 3, async move {
        let asked = watch.stands();
        let write = async move {
            agent
                .call("raw_materials_create_virtual", json!({ "name": "Tallow" }))
                .await
        };
        let _ = sender.send(tokio::spawn(write));
        while watch.stands() == asked {
            tokio::task::yield_now().await;
        }
        access.revoke_app(queued.tenant, queued.grant, &person()).await.unwrap();
    });
    let made = first
        .run_write("await app.rawMaterials.createVirtual({ name: 'Beeswax' }); await app.boms.list({}); return 1")
        .await;
    assert_eq!(made.structured()["committed"], json!(true), "{}", made.text);
    assert!(!app.watch.forget(), "the moment for it came");
    let refused = task.await.unwrap().await.unwrap();
    assert_eq!(refused.tool_error(), "REVOKED", "{}", refused.text);
    assert_eq!(witness.run(COUNT).await, json!(before + 1));
}
