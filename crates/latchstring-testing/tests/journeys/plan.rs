//! V10: a store's subscription lapses and is paid again. Its grants wait.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use latchstring::{
    Clock, Scope,
    access::{Plan, PlanRule, TenantEvent, TenantEventKind},
};
use latchstring_testing::{Agent, Setup, TestApp};
use serde_json::{Value, json};

use crate::open;

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";

async fn paid() -> TestApp {
    let setup = Setup {
        plan: PlanRule::Subscription,
        ..Setup::default()
    };
    TestApp::with(setup, open).await
}

fn change(app: &TestApp, plan: Plan) -> impl Future<Output = ()> + Send + 'static {
    app.clock.advance(TimeDelta::seconds(1));
    let (access, at) = (app.access.clone(), app.clock.now());
    async move {
        let host_key = "first.example".to_owned();
        let kind = TenantEventKind::PlanChanged(plan);
        let event = TenantEvent {
            delivery: None,
            host_key,
            occurred_at: at,
            kind,
        };
        access.apply(&event).await.unwrap();
    }
}

fn every_tool() -> [(&'static str, Value); 6] {
    [
        ("search", json!({ "query": "bom" })),
        ("describe", json!({ "names": ["boms"] })),
        ("run", json!({ "program": "return 1" })),
        ("run_write", json!({ "program": "return 1" })),
        ("boms_list", json!({})),
        ("raw_materials_create_virtual", json!({ "name": "Beeswax" })),
    ]
}

async fn needs_a_plan(agent: &Agent) {
    for (tool, arguments) in every_tool() {
        for arguments in [arguments, json!({ "nonsense": true })] {
            let reply = agent.call(tool, arguments).await;
            assert_eq!(reply.tool_error(), "PLAN_REQUIRED", "{tool}: {}", reply.text);
            assert!(
                reply.tool_text().contains("Ask its owner to renew it"),
                "{}",
                reply.text
            );
        }
    }
}

#[tokio::test]
async fn v10_a_lapsed_plan_stops_every_tool_and_a_paid_one_goes_on_without_connecting_again() {
    let app = paid().await;
    let (key, connected) = (app.agent(Scope::ReadWrite).await, app.connect(Scope::ReadWrite).await);
    let neighbour = app.agent_of(1, Scope::Read).await;
    let before = key.run(COUNT).await;
    let tools = key.tools().await;
    let every = key.at("?tools=both").tools().await;
    for (tool, _) in every_tool() {
        assert!(every.contains(&tool.to_owned()), "no tool {tool}: {every:?}");
    }

    change(&app, Plan::Lapsed).await;
    for agent in [&key, &connected.agent()] {
        assert_eq!(agent.tools().await, tools, "what there is to pay for stays visible");
        needs_a_plan(agent).await;
        let refused = agent.listen().await;
        assert_eq!(refused.headers["content-type"], "application/json");
        let error = refused.whole().await["error"]["message"].to_string();
        assert!(error.contains("PLAN_REQUIRED"), "{error}");
    }
    let refreshed = latchstring_testing::Tokens::of(&connected.chat.refresh(&connected.tokens.refresh).await);
    assert!(
        app.access
            .create_code(&lapsed(&app).await, Scope::Read, latchstring_testing::person())
            .await
            .is_err()
    );
    assert_eq!(
        neighbour.run("return 1").await,
        json!(1),
        "another store is not concerned"
    );

    change(&app, Plan::Active).await;
    for agent in [key, connected.agent(), connected.chat.agent(&refreshed.access)] {
        assert_eq!(agent.run(COUNT).await, before, "nothing was changed meanwhile");
    }
}

/// The first store as it is now.
async fn lapsed(app: &TestApp) -> latchstring::access::Tenant {
    app.access.find_tenants("first.example").await.unwrap().remove(0)
}

#[tokio::test]
async fn v10_a_plan_that_lapses_in_the_middle_stops_a_program_at_its_next_gate() {
    let app = paid().await;
    let connected = app.connect(Scope::ReadWrite).await;
    let before = connected.agent().run(COUNT).await;
    let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\n\
                   for (let i = 0; i < 5; i++) { try { await app.locations.list({}) } catch { /* go on */ } }\nreturn 'done'";
    for (question, nth) in [("standing", 1), ("standing", 2), ("standing", 4), ("hold", 1)] {
        app.watch.before_nth_of(question, nth, change(&app, Plan::Lapsed));
        let reply = connected.agent().run_write(program).await;
        assert_eq!(reply.tool_error(), "PLAN_REQUIRED", "{question} {nth}: {}", reply.text);
        assert!(!reply.text.contains("done"));
        change(&app, Plan::Active).await;
        assert_eq!(connected.agent().run(COUNT).await, before, "{question} {nth}");
    }
    let made = connected.agent().run_write(program).await;
    assert_eq!(made.structured()["committed"], json!(true), "{}", made.text);
}

#[tokio::test]
async fn v10_a_plan_that_lapses_ends_an_open_stream_within_a_second() {
    let app = paid().await;
    let connected = app.connect(Scope::Read).await;
    let mut stream = connected.agent().listen().await;
    assert!(stream.message().await.is_some());
    change(&app, Plan::Lapsed).await;
    let lapsed = Instant::now();
    assert_eq!(stream.message().await, None);
    assert!(lapsed.elapsed() < Duration::from_secs(1));
    change(&app, Plan::Active).await;
    assert!(
        connected.agent().listen().await.message().await.is_some(),
        "and it opens again"
    );
}
