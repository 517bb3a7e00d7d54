//! Dry runs: reviewed, and then done exactly, or not at all.

use chrono::TimeDelta;
use insta::assert_snapshot;
use latchstring::Scope;
use latchstring_testing::{Agent, Reply};
use serde_json::{Value, json};

use crate::assembly;

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";

const RAISE: &str = "const { items } = await app.rawMaterials.list({ vendorFilter: ['Gusswerk Thale'], pageSize: 100 });\n\
     const raise = (amount) => (amount * 1.05).toFixed(2);\n\
     await app.rawMaterials.updateMany({ items: items.map((m) => ({ variantId: m.variantId, cost: raise(m.cost.amount) })) });\n\
     return items.map((m) => m.name)";

async fn tried(agent: &Agent, program: &str) -> Value {
    let reply = agent
        .call("run_write", json!({ "program": program, "dryRun": true }))
        .await;
    let told = reply.structured();
    assert_eq!(told["committed"], json!(false), "{}", reply.text);
    told
}

/// What somebody else does meanwhile.
async fn meanwhile(agent: &Agent, program: &str) {
    let reply = agent.run_write(program).await;
    assert_eq!(reply.structured()["committed"], json!(true), "{}", reply.text);
}

async fn committed(agent: &Agent, handle: &Value) -> Reply {
    agent.call("run_write", json!({ "commit": handle })).await
}

#[tokio::test]
async fn a_reviewed_dry_run_is_done_with_the_very_ids_and_values_it_told_of() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "const made = await app.rawMaterials.createVirtual({ name: `Wax ${Math.random()} ${new Date().toISOString()}` });\n\
                   const second = await app.rawMaterials.createVirtual({ name: `after ${made.rawMaterial.variantId}` });\n\
                   return [made.rawMaterial.variantId, made.rawMaterial.name, second.rawMaterial.name]";
    let tried = tried(&agent, program).await;
    app.clock.advance(TimeDelta::minutes(10));
    // Somebody does something else meanwhile.
    meanwhile(
        &agent,
        "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name",
    )
    .await;
    let replica = app.replica().await;
    let done = committed(&replica.stranger(agent.key()), &tried["handle"])
        .await
        .structured();
    assert_eq!(done["committed"], json!(true), "{done}");
    assert_eq!(done["result"], tried["result"]);
    let made = json!(format!(
        "return (await app.rawMaterials.get({{ variantId: '{}' }})).rawMaterial.name",
        tried["result"][0].as_str().unwrap()
    ));
    assert_eq!(agent.run(made.as_str().unwrap()).await, tried["result"][1]);
    assert!(
        done.get("handle").is_none() && done.get("changeSet").is_none(),
        "{done}"
    );
}

#[tokio::test]
async fn a_dry_run_tells_a_person_what_would_change() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let told = tried(&agent, RAISE).await;
    assert_snapshot!("change_set", told["changeSet"].as_str().unwrap());
    let nothing = tried(&agent, "return 1").await;
    assert_eq!(nothing["changeSet"], json!("Nothing would change."));
}

#[tokio::test]
async fn a_dry_run_is_not_done_once_what_it_read_or_changed_is_different() {
    let app = assembly().await;
    let (agent, other) = (app.agent(Scope::ReadWrite).await, app.agent(Scope::ReadWrite).await);
    let first = tried(&agent, RAISE).await;
    let cost = "return (await app.rawMaterials.get({ variantId: '50030' })).rawMaterial.cost.amount";
    // Of what is changed, the field that is not.
    meanwhile(
        &other,
        "return await app.rawMaterials.update({ variantId: '50030', materialTag: 'iron' })",
    )
    .await;
    let before = agent.run(cost).await;
    let reply = committed(&agent, &first["handle"]).await;
    assert_eq!(reply.tool_error(), "CONFLICT", "{}", reply.text);
    assert_snapshot!("changed_since", reply.tool_text());
    assert_eq!(agent.run(cost).await, before);

    // What was only read.
    let second = tried(
        &agent,
        &format!(
            "const {{ bom }} = await app.boms.get({{ bomId: 'bom_bench' }});\n{}",
            RAISE.replace("m.name)", "[m.name, bom.name])")
        ),
    )
    .await;
    meanwhile(
        &other,
        "return await app.boms.update({ bomId: 'bom_bench', name: 'Bench' })",
    )
    .await;
    assert_eq!(committed(&agent, &second["handle"]).await.tool_error(), "CONFLICT");
    assert_eq!(agent.run(cost).await, before);

    // And reviewed again, it is done.
    let third = tried(&agent, RAISE).await;
    assert_eq!(
        committed(&agent, &third["handle"]).await.structured()["committed"],
        json!(true)
    );
    assert_ne!(agent.run(cost).await, before);
}

#[tokio::test]
async fn a_dry_run_is_done_once() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await.as_u64().unwrap();
    for program in [
        "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name",
        RAISE,
    ] {
        let told = tried(&agent, program).await;
        assert_eq!(
            committed(&agent, &told["handle"]).await.structured()["committed"],
            json!(true)
        );
        for _ in 0..2 {
            let again = committed(&agent, &told["handle"]).await;
            assert_eq!(again.tool_error(), "CONFLICT", "{}", again.text);
        }
    }
    assert_eq!(agent.run(COUNT).await, json!(before + 1));
}

#[tokio::test]
async fn a_handle_works_for_who_got_it_as_it_is_and_for_an_hour() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await;
    let program = "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name";
    let handle = tried(&agent, program).await["handle"].as_str().unwrap().to_owned();
    assert_eq!(handle.len(), 47, "{handle}");

    // Nobody else's, not even in the same store.
    for other in [
        app.agent(Scope::ReadWrite).await,
        app.agent_of(1, Scope::ReadWrite).await,
    ] {
        let reply = committed(&other, &json!(handle)).await;
        assert_eq!(reply.tool_error(), "NOT_FOUND", "{}", reply.text);
    }
    let reader = app.agent(Scope::Read).await;
    assert!(
        committed(&reader, &json!(handle)).await.text.contains("run_write"),
        "a tool that it has not"
    );

    // Not one that was made up: another call's name, or another seal.
    let swapped = |at: usize| {
        let mut text = handle.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        json!(String::from_utf8(text).unwrap())
    };
    assert_eq!(committed(&agent, &swapped(20)).await.tool_error(), "NOT_FOUND");
    assert_eq!(committed(&agent, &swapped(40)).await.tool_error(), "CONFLICT");
    // The call of a program that was no dry run is sealed by nobody.
    let reply = committed(&agent, &json!("the one from before")).await;
    assert_eq!(reply.tool_error(), "INVALID_INPUT");
    assert_snapshot!("no_handle", reply.tool_text());
    for both in [
        json!({ "program": program, "commit": handle }),
        json!({ "commit": handle, "dryRun": true }),
        json!({}),
    ] {
        assert_eq!(agent.call("run_write", both).await.tool_error(), "INVALID_INPUT");
    }
    assert_eq!(agent.run(COUNT).await, before);

    app.clock.advance(TimeDelta::minutes(59));
    assert_eq!(
        committed(&agent, &json!(format!(" {handle}\n"))).await.structured()["committed"],
        json!(true)
    );
    let handle = tried(&agent, program).await["handle"].clone();
    app.clock.advance(TimeDelta::minutes(61));
    let reply = committed(&agent, &handle).await;
    assert_eq!(reply.tool_error(), "NOT_FOUND");
    assert_snapshot!("too_late", reply.tool_text());
}

#[tokio::test]
async fn a_dry_run_of_a_revoked_key_is_not_done() {
    let app = assembly().await;
    let (agent, witness) = (app.agent(Scope::ReadWrite).await, app.agent(Scope::Read).await);
    let before = witness.run(COUNT).await;
    let program = "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name";
    let told = tried(&agent, program).await;
    // While it is being done: asked once at the start, then before the operation.
    crate::revoke_before_standing(&app, 2, &agent);
    assert_eq!(committed(&agent, &told["handle"]).await.tool_error(), "REVOKED");
    assert_eq!(committed(&agent, &told["handle"]).await.status, 401);
    assert_eq!(witness.run(COUNT).await, before);
}
