//! Programs: what they return, how they fail, and that they leave all or nothing.

use insta::assert_snapshot;
use latchstring::Scope;
use serde_json::json;

use crate::{assembly, revoke_before_standing};

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";

#[tokio::test]
async fn a_program_answers_from_the_stores_data() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let reply = agent
        .call("run", json!({ "program": "const page = await app.boms.list({});\nconsole.log('boms', page.totalCount);\nreturn { first: page.items[0].name, count: page.items.length };" }))
        .await;
    let structured = reply.structured();
    assert_eq!(structured["ok"], json!(true));
    assert_eq!(structured["result"]["count"], json!(15));
    assert_eq!(structured["console"], json!("boms 15\n"));
    assert_eq!(structured["calls"], json!(1));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&reply.tool_text()).unwrap(),
        structured,
        "the text says the same"
    );
}

#[tokio::test]
async fn a_program_with_a_fault_makes_no_call_not_even_those_before_it() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.call("run", json!({ "program": COUNT })).await.structured()["result"].clone();
    for (tool, program) in [
        (
            "run",
            "const page = await app.boms.list({});\nreturn (await app.boms.lst({})).items",
        ),
        ("run", "const page = await app.boms.list({});\nreturn page.boms.length"),
        (
            "run_write",
            "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\nreturn await app.boms.get({ bomid: 'bom_1' })",
        ),
    ] {
        let reply = agent.call(tool, json!({ "program": program })).await.structured();
        assert_eq!(
            (&reply["ok"], &reply["calls"]),
            (&json!(false), &json!(0)),
            "{program}: {reply}"
        );
    }
    let after = agent.call("run", json!({ "program": COUNT })).await.structured()["result"].clone();
    assert_eq!(before, after);
}

#[tokio::test]
async fn mistakes_are_told_with_their_place_and_their_remedy() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let say = async |program: &str| agent.call("run", json!({ "program": program })).await.tool_text();
    assert_snapshot!(
        "syntax_error",
        say("const page = await app.boms.list({});\nreturn page.items.map(bom => bom.name;").await
    );
    assert_snapshot!(
        "unknown_operation",
        say("const page = await app.boms.lst({});\nreturn page;").await
    );
    assert_snapshot!("unknown_namespace", say("return await app.bom.list({})").await);
    assert_snapshot!(
        "wrong_field",
        say("return await app.boms.list({\n  serch: 'lamp' })").await
    );
    assert_snapshot!("missing_field", say("return await app.boms.buildable({})").await);
    assert_snapshot!(
        "wrong_type",
        say("return await app.rawMaterials.list({ page: 'one' })").await
    );
    assert_snapshot!(
        "not_found",
        say("return await app.boms.get({ bomId: 'bom_none' })").await
    );
    assert_snapshot!(
        "run_time_error",
        say("const page = await app.boms.list({});\nreturn page.boms.length;").await
    );
    assert_snapshot!("thrown_value", say("throw { reason: 'nothing to do' }").await);
    assert_snapshot!(
        "forgotten_await",
        say("const page = app.boms.get({ bomId: 'bom_none' });\nreturn 1").await
    );
    assert_snapshot!("never_resolves", say("await new Promise(() => {});").await);
    assert_snapshot!("not_serializable", say("const a = {}; a.self = a; return a").await);
    assert_snapshot!(
        "no_program",
        agent.call("run", json!({ "code": "return 1" })).await.tool_text()
    );
}

#[tokio::test]
async fn a_program_that_fails_half_way_leaves_no_trace() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await;
    for ending in [
        "throw new Error('half-way')",
        "await app.boms.get({ bomId: 'bom_none' })",
        "let s = 'x'; for (;;) s += s",
        "await new Promise(() => {})",
        "const a = []; a.push(a); return a",
        "return 'x'.repeat(1 << 20)",
    ] {
        let program = format!("await app.rawMaterials.createVirtual({{ name: 'Beeswax' }});\n{ending}");
        let reply = agent.run_write(&program).await;
        assert_eq!(reply.structured()["ok"], json!(false), "{ending}: {}", reply.text);
        assert!(reply.tool_text().ends_with("Nothing was changed."), "{}", reply.text);
        assert_eq!(agent.run(COUNT).await, before, "{ending}");
    }
}

#[tokio::test]
async fn a_caught_failure_does_not_undo_what_else_the_program_did() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await.as_u64().unwrap();
    let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\n\
                   try { await app.boms.get({ bomId: 'bom_none' }) } catch (error) { return error.code }";
    assert_eq!(
        agent.run_write(program).await.structured()["result"],
        json!("NOT_FOUND")
    );
    assert_eq!(agent.run(COUNT).await, json!(before + 1));
}

#[tokio::test]
async fn a_dry_run_tells_the_changes_and_makes_none() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await;
    let program = "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name";
    let reply = agent
        .call("run_write", json!({ "program": program, "dryRun": true }))
        .await
        .structured();
    assert_eq!(
        (&reply["result"], &reply["committed"]),
        (&json!("Beeswax"), &json!(false))
    );
    assert_eq!(reply["changes"][0]["action"], json!("created"));
    assert_eq!(agent.run(COUNT).await, before);
}

#[tokio::test]
async fn a_program_revoked_while_running_ends_at_its_next_call_and_leaves_no_trace() {
    let app = assembly().await;
    let (agent, witness) = (app.agent(Scope::ReadWrite).await, app.agent(Scope::Read).await);
    let before = witness.run(COUNT).await;

    // Asked once at the start, and before each operation.
    revoke_before_standing(&app, 4, &agent);
    let reply = agent
        .run_write(
            "await app.rawMaterials.createVirtual({ name: 'Beeswax' });\nlet calls = 0;\n\
             for (;;) { try { await app.locations.list({}); calls++ } catch { /* go on regardless */ } }",
        )
        .await;
    assert_eq!(reply.tool_error(), "REVOKED", "{}", reply.text);
    assert_eq!(reply.structured()["calls"], json!(3), "it ended at the very call");
    assert_eq!(witness.run(COUNT).await, before);
    assert_eq!(agent.call("run", json!({ "program": COUNT })).await.status, 401);
}

#[tokio::test]
async fn a_direct_tool_does_one_thing_and_says_what() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let made = agent
        .call(
            "raw_materials_create_virtual",
            json!({ "name": "Beeswax", "unit": "kg" }),
        )
        .await;
    let id = made.structured()["rawMaterial"]["variantId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(id.starts_with("VMAT-VAR-"), "{}", made.text);
    let found = agent.call("raw_materials_inventory", json!({ "variantId": id })).await;
    assert_eq!(found.result()["isError"], json!(false), "{}", found.text);
    let wrong = agent
        .call("raw_materials_create_virtual", json!({ "nam": "Beeswax" }))
        .await;
    assert_eq!(wrong.tool_error(), "INVALID_INPUT");
    assert!(wrong.tool_text().contains("did you mean `name`"), "{}", wrong.text);
}

#[tokio::test]
async fn what_was_read_is_not_told_after_a_revocation() {
    let app = assembly().await;
    for scope in [Scope::Read, Scope::ReadWrite] {
        let agent = app.agent(scope).await;
        revoke_before_standing(&app, 3, &agent);
        let reply = agent.call("run", json!({ "program": COUNT })).await;
        assert_eq!(reply.tool_error(), "REVOKED", "{}", reply.text);
        assert_eq!(agent.rpc("tools/list", json!({})).await.status, 401);
    }
}

#[tokio::test]
async fn a_result_that_cannot_be_told_leaves_no_changes_behind() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await;
    let reply = agent
        .run_write("await app.rawMaterials.createVirtual({ name: 'Beeswax' }); let a = []; for (let i = 0; i < 200; i++) a = [a]; return a")
        .await;
    assert_eq!(reply.tool_error(), "RESULT_NOT_SERIALIZABLE", "{}", reply.text);
    assert_eq!(agent.run(COUNT).await, before);
}

#[tokio::test]
async fn a_failure_names_its_request() {
    let app = assembly().await;
    let reply = app
        .agent(Scope::Read)
        .await
        .call("run", json!({ "program": "throw 1" }))
        .await;
    assert!(
        reply.structured()["requestId"].as_str().unwrap().starts_with("req_"),
        "{}",
        reply.text
    );
}
