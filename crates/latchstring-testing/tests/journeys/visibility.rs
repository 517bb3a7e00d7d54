//! What a grant may not use it cannot see.

use latchstring::Scope;
use latchstring_testing::Agent;
use serde_json::json;

use crate::assembly;

/// Everything a client can be shown: tools, search results, declarations, and the keys of `app`.
async fn everything_shown(agent: &Agent) -> String {
    let mut shown = agent.rpc("tools/list", json!({})).await.text;
    for query in [
        "",
        "create delete set update remove write stock bom material",
        "boms create",
        "setStock",
    ] {
        shown += &agent.call("search", json!({ "query": query, "limit": 50 })).await.text;
    }
    let namespaces = agent.run("return Object.keys(app)").await;
    for namespace in namespaces.as_array().unwrap() {
        shown += &agent.call("describe", json!({ "names": [namespace] })).await.text;
    }
    let held = "return Object.keys(app).flatMap(ns => Object.keys(app[ns]).map(method => `${ns}.${method}`))";
    shown + &agent.run(held).await.to_string()
}

const WRITES: [(&str, &str); 4] = [
    ("boms.create", "boms_create"),
    ("boms.delete", "boms_delete"),
    ("rawMaterials.setStock", "raw_materials_set_stock"),
    ("subAssemblies.setPreassembled", "sub_assemblies_set_preassembled"),
];

#[tokio::test]
async fn a_read_grant_is_shown_nothing_that_writes() {
    let app = assembly().await;
    let reader = everything_shown(&app.agent(Scope::Read).await).await;
    let writer = everything_shown(&app.agent(Scope::ReadWrite).await).await;
    for (path, tool) in WRITES {
        assert!(
            !reader.contains(path) && !reader.contains(tool),
            "{path} is shown to a read grant"
        );
        assert!(writer.contains(path), "{path} is not shown to a read & write grant");
    }
    assert!(!reader.contains("run_write") && writer.contains("run_write"));
}

#[tokio::test]
async fn x04_a_read_grant_calling_a_write_is_answered_like_an_unknown_name() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let before = agent.run("return (await app.boms.list({})).items").await;

    // As a tool, in every spelling: the same protocol error as for a name that never existed.
    let unknown = agent.call("no_such_tool", json!({})).await.json()["error"].clone();
    for name in [
        "run_write",
        "boms_create",
        "boms_delete",
        "boms.create",
        "BOMS_CREATE",
        " boms_create",
        "boms_cre\u{0430}te",
    ] {
        let error = agent.call(name, json!({ "program": "return 1" })).await.json()["error"].clone();
        assert_eq!(error["code"], unknown["code"]);
        assert_eq!(
            error["message"].as_str().unwrap().replace(name, "no_such_tool"),
            unknown["message"].as_str().unwrap()
        );
    }

    // From a program: by property, by computed name, and against the prototype.
    for program in [
        "return await app.boms.delete({ bomId: 'bom_x' })",
        "return await app['boms']['create']({ variantId: '1' })",
        "const { boms } = app; return await boms.setComponents({})",
        "return await Reflect.get(app.boms, 'delete')({ bomId: 'bom_x' })",
    ] {
        let reply = agent.call("run", json!({ "program": program })).await;
        assert_eq!(reply.tool_error(), "UNKNOWN_OPERATION", "{}", reply.text);
    }
    // A name that is written down is refused before the program runs, one that is computed when it is called.
    let calls = [
        |name: &str| format!("return await app.boms.{name}({{}})"),
        |name: &str| format!("const name = ['{name}'][0]; return await app.boms[name]({{}})"),
    ];
    for call in calls {
        for name in ["delete", "deleet"] {
            let reply = agent.call("run", json!({ "program": call(name) })).await;
            assert_eq!(reply.tool_error(), "UNKNOWN_OPERATION", "{}", reply.text);
            let nearest = reply.tool_text().split("; ").nth(1).unwrap().to_owned();
            assert!(
                nearest.starts_with("the nearest are") && !nearest.contains("delete"),
                "{nearest}"
            );
        }
    }
    assert_eq!(
        agent.run("return ['delete' in app.boms, 'list' in app.boms]").await,
        json!([false, true])
    );

    // Through describe, search and a batch.
    let described = agent.call("describe", json!({ "names": ["boms.delete"] })).await;
    assert_eq!(described.tool_error(), "UNKNOWN_OPERATION");
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "boms_delete", "arguments": {} } });
    let batch = agent.send(agent.request(json!([call]).to_string())).await;
    assert_eq!(batch.json()["error"]["code"], json!(-32600));

    assert_eq!(agent.run("return (await app.boms.list({})).items").await, before);
}

#[tokio::test]
async fn a_read_program_of_a_write_grant_cannot_write_either() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "return await app.rawMaterials.createVirtual({ name: 'Beeswax' })";
    let reply = agent.call("run", json!({ "program": program })).await;
    assert_eq!(reply.tool_error(), "UNKNOWN_OPERATION");
    assert_eq!(agent.run_write(program).await.structured()["committed"], json!(true));
}

#[tokio::test]
async fn another_stores_ids_are_answered_like_ids_that_never_existed() {
    let app = assembly().await;
    let (mine, theirs) = (
        app.agent_of(0, Scope::ReadWrite).await,
        app.agent_of(1, Scope::ReadWrite).await,
    );
    let bom = theirs.run("return (await app.boms.list({})).items[0].bomId").await;
    let bom = bom.as_str().unwrap();
    let ask = |id: &str| {
        format!("return await app.boms.get({{ bomId: '{id}' }}).catch(error => [error.code, error.message])")
    };
    let (foreign, absent) = (mine.run(&ask(bom)).await, mine.run(&ask("bom_of_nobody")).await);
    assert_eq!(foreign[0], json!("NOT_FOUND"));
    assert_eq!(
        foreign.to_string().replace(bom, "ID"),
        absent.to_string().replace("bom_of_nobody", "ID")
    );
    let reply = mine
        .run_write(&format!("return await app.boms.delete({{ bomId: '{bom}' }})"))
        .await;
    assert_eq!(reply.tool_error(), "NOT_FOUND");
    assert_eq!(
        theirs
            .run(&format!("return (await app.boms.get({{ bomId: '{bom}' }})).bom.bomId"))
            .await,
        json!(bom)
    );
}
