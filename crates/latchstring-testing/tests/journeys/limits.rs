//! Hostile programs end within their limits, and other callers do not notice.

use std::time::{Duration, Instant};

use latchstring::{Limits, Scope};
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
    ("an endless loop", "for (;;) {}", &["TIMEOUT"]),
    (
        "an endless chain of promises",
        "const f = () => Promise.resolve().then(f); await f()",
        &["TIMEOUT"],
    ),
    (
        "a memory bomb",
        "const a = []; for (;;) a.push(new Array(1000).fill('x'.repeat(100)))",
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
        "for (let i = 0; i < 10000; i++) await app.locations.list({})",
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
        assert!(codes.contains(&code.as_str()), "{what}: {}", reply.text);
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
        let (_, program, _) = HOSTILE[nth % HOSTILE.len()];
        tasks.push(tokio::spawn(async move {
            agent.call("run", json!({ "program": program })).await.status
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    assert!(started.elapsed() < Duration::from_mins(1));
    assert_eq!(app.agent(Scope::Read).await.run("return 1 + 1").await, json!(2));
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_its_program_and_leaves_no_trace() {
    let app = assembly_with(Limits::default()).await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' }); for (;;) {}";
    let call = agent.run_write(program);
    assert!(
        tokio::time::timeout(Duration::from_millis(300), call).await.is_err(),
        "it was still running"
    );
    let count = "return (await app.rawMaterials.list({ search: 'Beeswax' })).totalCount";
    assert_eq!(agent.run(count).await, json!(0));
    // The writer is free again.
    assert_eq!(agent.run_write("return 1").await.structured()["ok"], json!(true));
    let made = agent
        .run_write("return await app.rawMaterials.createVirtual({ name: 'Beeswax' })")
        .await;
    assert_eq!(made.structured()["committed"], json!(true), "{}", made.text);
}
