//! Hostile programs end within their limits, and other callers do not notice.

use std::time::{Duration, Instant};

use latchstring::{Limits, Scope, access::AuditQuery};
use latchstring_testing::TestApp;
use serde_json::json;

use crate::assembly_with;

/// Short limits, so that the test is short; what they mean is the same.
fn limits() -> Limits {
    Limits {
        guest_time: Duration::from_millis(300),
        wall: Duration::from_secs(5),
        ..Limits::default()
    }
}

const HOSTILE: [(&str, &str, &[&str]); 10] = [
    ("an endless loop", "for (;;) {} return 1", &["TIMEOUT"]),
    (
        "an endless chain of promises",
        "const f = () => Promise.resolve().then(f); await f()",
        &["TIMEOUT", "MEMORY_LIMIT"],
    ),
    (
        "a memory bomb",
        "const a = []; for (;;) a.push(new Array(1000).fill('x'.repeat(100))); return a.length",
        &["MEMORY_LIMIT", "TIMEOUT"],
    ),
    (
        "a big buffer",
        "return new ArrayBuffer(2 ** 31 - 1).byteLength",
        &["MEMORY_LIMIT", "PROGRAM_ERROR"],
    ),
    (
        "deep recursion",
        "const f = n => f(n + 1) + 1; return f(0)",
        &["PROGRAM_ERROR"],
    ),
    ("a huge result", "return 'x'.repeat(1 << 20)", &["RESULT_TOO_LARGE"]),
    (
        "a flood of calls",
        "for (let i = 0; i < 10000; i++) await app.locations.list({}); return 1",
        &["LIMIT_EXCEEDED"],
    ),
    (
        "a flood of calls at once",
        "await Promise.all(Array.from({ length: 10000 }, () => app.locations.list({})))",
        &["LIMIT_EXCEEDED"],
    ),
    (
        "a promise that never resolves",
        "await new Promise(() => {})",
        &["PROGRAM_ERROR"],
    ),
    (
        "a slow regular expression",
        "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
        &["TIMEOUT"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn s01_hostile_programs_end_in_their_limit_and_neighbours_are_served_meanwhile() {
    let app = assembly_with(limits()).await;
    let neighbour = app.agent_of(1, Scope::Read).await;
    for (what, program, codes) in HOSTILE {
        let hostile = app.agent(Scope::Read).await;
        let task = tokio::spawn(async move { hostile.call("run", json!({ "program": program })).await });
        while !task.is_finished() {
            assert_eq!(
                neighbour.run("return (await app.boms.list({})).totalCount").await,
                json!(15),
                "beside {what}"
            );
        }
        let reply = task.await.unwrap();
        let code = reply.tool_error();
        // Computing is measured by the clock: on a busy machine any of them may run into its time.
        assert!(
            codes.contains(&code.as_str()) || code == "TIMEOUT",
            "{what}: {}",
            reply.text
        );
        assert!(
            reply.tool_text().ends_with("Nothing was changed."),
            "{what}: {}",
            reply.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s01_many_hostile_programs_at_once_do_not_stop_the_server() {
    let app = assembly_with(limits()).await;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for nth in 0..24 {
        let agent = app.agent(Scope::Read).await;
        let (what, program, codes) = HOSTILE[nth % HOSTILE.len()];
        tasks.push((
            what,
            codes,
            tokio::spawn(async move { agent.call("run", json!({ "program": program })).await }),
        ));
    }
    for (what, codes, task) in tasks {
        let code = task.await.unwrap().tool_error();
        // Under this much load any of them may run into its time, or into its store's share.
        let is_expected = codes.contains(&code.as_str()) || ["TIMEOUT", "UNAVAILABLE"].contains(&code.as_str());
        assert!(is_expected, "{what}: {code}");
    }
    assert!(started.elapsed() < Duration::from_mins(1));
    assert_eq!(app.agent(Scope::Read).await.run("return 1 + 1").await, json!(2));
}

/// A change, and then much work that would end well by itself.
const LONG_WRITE: &str = "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\n\
    for (let i = 0; i < 100; i++) await app.locations.list({});\nreturn 'done'";
const BEESWAX: &str = "return (await app.rawMaterials.list({ search: 'Beeswax' })).totalCount";

/// Until the program under way has made some calls.
async fn some_calls(app: &TestApp) {
    let before = app.watch.stands();
    while app.watch.stands() < before + 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The first record that is not about reading how many there are.
async fn outcome_of_write(app: &TestApp) -> (String, bool) {
    loop {
        let audit = app
            .access
            .read_audit(app.tenants[0].id, &AuditQuery::latest(10))
            .await
            .unwrap();
        if let Some(call) = audit.iter().find(|call| call.tool == "run_write") {
            return (call.outcome.clone(), call.committed);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_its_program_and_leaves_no_trace() {
    let app = assembly_with(Limits::default()).await;
    let agent = app.agent(Scope::ReadWrite).await;
    tokio::select! {
        reply = agent.run_write(LONG_WRITE) => panic!("it ended by itself: {}", reply.text),
        () = some_calls(&app) => {}
    }
    assert_eq!(outcome_of_write(&app).await, ("CANCELLED".to_owned(), false));
    assert_eq!(agent.run(BEESWAX).await, json!(0));
    let made = agent
        .run_write("return await app.rawMaterials.createVirtual({ name: 'Beeswax' })")
        .await;
    assert_eq!(
        made.structured()["committed"],
        json!(true),
        "the writer is free again: {}",
        made.text
    );
}

#[tokio::test]
async fn a_server_that_stops_ends_what_runs_too_long_and_undoes_it() {
    let app = assembly_with(Limits::default()).await;
    let agent = app.agent(Scope::ReadWrite).await;
    let stop = async {
        some_calls(&app).await;
        app.latchstring.drain(Duration::ZERO).await;
    };
    let (reply, ()) = tokio::join!(agent.run_write(LONG_WRITE), stop);
    assert_eq!(reply.tool_error(), "UNAVAILABLE", "{}", reply.text);
    assert!(
        reply
            .tool_text()
            .contains("the server is stopping; nothing was changed"),
        "{}",
        reply.text
    );
    assert_eq!(outcome_of_write(&app).await, ("UNAVAILABLE".to_owned(), false));
}

#[tokio::test]
async fn a_server_that_stops_lets_what_runs_come_to_its_end() {
    let app = assembly_with(Limits::default()).await;
    let agent = app.agent(Scope::ReadWrite).await;
    let stop = async {
        some_calls(&app).await;
        app.latchstring.drain(Duration::from_mins(1)).await;
        app.access.shutdown().await;
    };
    let (reply, ()) = tokio::join!(agent.run_write(LONG_WRITE), stop);
    assert_eq!(reply.structured()["committed"], json!(true), "{}", reply.text);
    assert_eq!(outcome_of_write(&app).await, ("OK".to_owned(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stores_endless_programs_leave_room_for_every_other_store() {
    let app = assembly_with(limits()).await;
    let mut hostile = Vec::new();
    for _ in 0..24 {
        let agent = app.agent_of(1, Scope::ReadWrite).await;
        hostile.push(tokio::spawn(async move {
            agent.call("run", json!({ "program": "for (;;) {} return 1" })).await
        }));
    }
    let neighbour = app.agent_of(0, Scope::ReadWrite).await;
    for _ in 0..5 {
        assert_eq!(
            neighbour.run("return (await app.boms.list({})).totalCount").await,
            json!(15)
        );
        assert_eq!(neighbour.run_write("return 1").await.structured()["ok"], json!(true));
    }
    for reply in hostile {
        let code = reply.await.unwrap().tool_error();
        assert!(["TIMEOUT", "UNAVAILABLE"].contains(&code.as_str()), "{code}");
    }
}
