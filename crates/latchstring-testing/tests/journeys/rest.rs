//! The same operations over plain HTTP, for scripts: the same key, the same answers, the same trail.

use std::future::pending;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use latchstring::{
    Scope,
    access::{AuditEntry, AuditQuery},
};
use latchstring_testing::{Agent, Reply, TestApp};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::assembly;

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";
const MAKE: &str = "return (await app.rawMaterials.createVirtual({ name: 'Beeswax' })).rawMaterial.name";

fn post(agent: &Agent, name: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = agent.request(body);
    *request.uri_mut() = format!("/api/v1/{name}").parse().unwrap();
    request
}

async fn call(agent: &Agent, name: &str, arguments: Value) -> Reply {
    agent.send(post(agent, name, arguments.to_string())).await
}

/// The data of an answer that is in order.
fn data(reply: &Reply) -> Value {
    let answer = reply.json();
    assert_eq!(reply.status, StatusCode::OK, "{answer}");
    assert_in_order(reply, &answer);
    answer["data"].clone()
}

/// The status, code and message of a refusal.
fn refusal(reply: &Reply) -> (u16, String, String) {
    let answer = reply.json();
    assert_in_order(reply, &answer);
    let text = |field: &str| answer["error"][field].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), text("code"), text("message"))
}

fn assert_in_order(reply: &Reply, answer: &Value) {
    assert_eq!(answer["meta"]["apiVersion"], json!("1.0"), "{answer}");
    assert_eq!(answer["meta"]["requestId"], json!(reply.header("x-request-id")));
    assert!(reply.header("x-request-id").starts_with("req_"));
    assert_eq!(reply.header("cache-control"), "no-store");
}

async fn last_call(app: &TestApp) -> AuditEntry {
    app.access.shutdown().await;
    let tenant = app.tenants[0].id;
    let audit = app.access.read_audit(tenant, &AuditQuery::latest(1)).await;
    audit.unwrap().remove(0)
}

#[tokio::test]
async fn a_script_calls_operations_by_their_names() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let listed = data(&call(&agent, "boms.list", json!({ "search": "lamp" })).await);
    let by_program = "return await app.boms.list({ search: 'lamp' })";
    assert_eq!(listed, agent.run(by_program).await);

    // `curl -X POST` sends neither a body nor a type.
    let mut bare = post(&agent, "boms.list", Body::empty());
    bare.headers_mut().remove(header::CONTENT_TYPE);
    assert_eq!(data(&agent.send(bare).await)["totalCount"], json!(15));

    let writer = app.agent(Scope::ReadWrite).await;
    let made = data(&call(&writer, "raw_materials.create_virtual", json!({ "name": "Beeswax" })).await);
    let id = &made["rawMaterial"]["variantId"];
    let found = data(&call(&agent, "raw_materials.get", json!({ "variantId": id })).await);
    assert_eq!(found["rawMaterial"]["productName"], json!("Beeswax"), "{found}");
}

#[tokio::test]
async fn a_script_sends_programs_and_they_are_all_or_nothing() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let run = async |name: &str, body: Value| data(&call(&agent, name, body).await);
    let before = run("run", json!({ "program": COUNT })).await;
    assert_eq!((&before["ok"], &before["calls"]), (&json!(true), &json!(1)));

    let dry = run("run_write", json!({ "program": MAKE, "dryRun": true })).await;
    assert_eq!(
        (&dry["result"], &dry["committed"], &dry["changeCount"]),
        (&json!("Beeswax"), &json!(false), &json!(1))
    );
    let failed =
        "console.log('on it');\nawait app.rawMaterials.createVirtual({ name: 'Beeswax' });\nthrow new Error('no')";
    let failed = call(&agent, "run_write", json!({ "program": failed })).await;
    let (status, code, _) = refusal(&failed);
    assert_eq!((status, code.as_str()), (422, "PROGRAM_ERROR"));
    let error = &failed.json()["error"];
    assert_eq!(
        (&error["line"], &error["console"], &error["calls"]),
        (&json!(3), &json!("on it\n"), &json!(1))
    );
    assert_eq!(
        run("run", json!({ "program": COUNT })).await["result"],
        before["result"]
    );

    let kept = run("run_write", json!({ "program": MAKE })).await;
    assert_eq!(kept["committed"], json!(true));
    let after = run("run", json!({ "program": COUNT })).await["result"]
        .as_u64()
        .unwrap();
    assert_eq!(after, before["result"].as_u64().unwrap() + 1);

    let (status, _, message) = refusal(&call(&agent, "run", json!({ "program": MAKE })).await);
    assert!(status == 404 && message.contains("run_write"), "{message}");
}

#[tokio::test]
async fn x04_a_read_key_calling_a_write_is_answered_like_an_unknown_name() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let before = agent.run(COUNT).await;
    let document = app.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap().iter();
    let readable: Vec<&str> = paths
        .filter(|(_, item)| item["post"]["x-scope"] == json!("read"))
        .map(|(path, _)| path.trim_start_matches("/api/v1/"))
        .collect();
    for (hidden, absent) in [
        ("boms.delete", "boms.deleet"),
        ("raw_materials.create_virtual", "raw_materials.create_virtuel"),
        ("run_write", "run_wrote"),
        ("BOMS.DELETE", "BOMS.DELEET"),
        ("boms%2Edelete", "boms%2Edeleet"),
        ("boms_delete", "boms_deleet"),
    ] {
        for name in [hidden, absent] {
            for body in [json!({ "name": "Beeswax", "program": MAKE }), json!({}), json!([])] {
                let reply = call(&agent, name, body).await;
                let (status, code, message) = refusal(&reply);
                assert_eq!((status, code.as_str()), (404, "UNKNOWN_OPERATION"), "{message}");
                let near = reply.json()["error"]["details"]["nearest"].clone();
                let near: Vec<String> = serde_json::from_value(near).unwrap();
                let visible = |one: &String| readable.contains(&one.as_str());
                assert!(near.iter().all(visible), "{near:?}");
                let remedy = match near.as_slice() {
                    [] => "see `GET /api/v1/openapi.json`".to_owned(),
                    near => format!("the nearest are `{}`", near.join("`, `")),
                };
                assert_eq!(message, format!("no operation `{name}`; {remedy}"));
            }
        }
    }
    assert_eq!(agent.run(COUNT).await, before);

    // Who may write is told the nearest of all.
    let writer = app.agent(Scope::ReadWrite).await;
    let near = call(&writer, "boms.deleet", json!({})).await.json()["error"]["details"]["nearest"].clone();
    assert_eq!(near[0], json!("boms.delete"), "{near}");
}

#[tokio::test]
async fn a_revoked_key_fails_on_its_next_request_as_it_does_at_the_mcp_endpoint() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    assert_eq!(call(&agent, "boms.list", json!({})).await.status, StatusCode::OK);
    app.revoke(agent.summary()).await;
    for method in [Method::POST, Method::GET] {
        let mut request = post(&agent, "boms.list", "{}");
        *request.method_mut() = method;
        let (here, there) = (agent.send(request).await, agent.rpc("tools/list", json!({})).await);
        assert_eq!((here.status, &here.text), (StatusCode::UNAUTHORIZED, &there.text));
        for name in ["www-authenticate", "cache-control"] {
            assert_eq!(here.header(name), there.header(name), "{name}");
        }
    }
}

#[tokio::test]
async fn a_key_revoked_while_the_call_runs_is_answered_401_and_told_nothing() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    crate::revoke_before_standing(&app, 1, &agent);
    let reply = call(&agent, "raw_materials.create_virtual", json!({ "name": "Beeswax" })).await;
    let (status, code, _) = refusal(&reply);
    assert_eq!((status, code.as_str()), (401, "REVOKED"));
    assert!(reply.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn t02_an_apps_token_does_not_open_the_door_for_scripts() {
    let app = assembly().await;
    let connection = app.connect(Scope::ReadWrite).await;
    let reply = call(&connection.agent(), "boms.list", json!({})).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(reply.text.contains("present it at the connector"), "{}", reply.text);
    let nobody = app.anonymous();
    assert_eq!(
        call(&nobody, "boms.list", json!({})).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn x01_another_stores_id_is_answered_like_one_that_never_existed() {
    let app = assembly().await;
    let (mine, theirs) = (
        app.agent_of(0, Scope::ReadWrite).await,
        app.agent_of(1, Scope::ReadWrite).await,
    );
    let listed = data(&call(&theirs, "boms.list", json!({})).await);
    let bom = listed["items"][0]["bomId"].as_str().unwrap();
    for name in ["boms.get", "boms.delete"] {
        let foreign = refusal(&call(&mine, name, json!({ "bomId": bom })).await);
        let absent = refusal(&call(&mine, name, json!({ "bomId": "bom_of_nobody" })).await);
        assert_eq!((foreign.0, foreign.1.as_str()), (404, "NOT_FOUND"));
        assert_eq!(foreign.2.replace(bom, "x"), absent.2.replace("bom_of_nobody", "x"));
    }
    assert_eq!(
        call(&theirs, "boms.get", json!({ "bomId": bom })).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn every_call_is_written_down_as_a_scripts() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let reply = call(&agent, "raw_materials.create_virtual", json!({ "name": "Beeswax" })).await;
    let row = last_call(&app).await;
    assert_eq!(reply.header("x-request-id"), row.request.to_string());
    assert_eq!(
        (
            row.channel.as_str(),
            row.tool.as_str(),
            row.outcome.as_str(),
            row.committed
        ),
        ("rest", "raw_materials.create_virtual", "OK", true)
    );
    assert_eq!(row.operations[0].operation, "raw_materials.create_virtual");
    assert_eq!(row.grant, agent.summary().grant);
}

#[tokio::test]
async fn a_program_and_an_unknown_name_are_written_down_too() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    call(&agent, "run", json!({ "program": COUNT })).await;
    call(&agent, "boms.delete", json!({})).await;
    app.access.shutdown().await;
    let tenant = app.tenants[0].id;
    let audit = app.access.read_audit(tenant, &AuditQuery::latest(2)).await.unwrap();
    let rows: Vec<_> = audit
        .iter()
        .map(|row| (row.channel.as_str(), row.tool.as_str(), row.outcome.as_str()))
        .collect();
    assert_eq!(
        rows,
        [("rest", "boms.delete", "UNKNOWN_OPERATION"), ("rest", "run", "OK")]
    );
    assert!(audit[1].program_sha256.is_some());
}

#[tokio::test]
async fn wrong_arguments_are_named() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for (name, body, named) in [
        ("boms.list", json!({ "serch": "lamp" }), "did you mean `search`"),
        ("boms.buildable", json!({}), "missing field `bomId`"),
        ("raw_materials.list", json!({ "page": "one" }), "at `page`"),
        ("boms.list", json!([]), "takes one object"),
        ("run", json!({ "code": "return 1" }), "missing field `program`"),
    ] {
        let (status, code, message) = refusal(&call(&agent, name, body).await);
        assert_eq!((status, code.as_str()), (400, "INVALID_INPUT"), "{message}");
        assert!(message.contains(named), "{message}");
    }
}

#[tokio::test]
async fn h02_bodies_that_are_too_large_encoded_or_no_json_are_refused() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let send = async |change: fn(&mut Request<Body>)| {
        let mut request = post(&agent, "boms.list", "{}");
        change(&mut request);
        let reply = agent.send(request).await;
        let allow = reply.header("allow").to_owned();
        (refusal(&reply), allow)
    };
    for change in [
        (|request| *request.method_mut() = Method::GET) as fn(&mut Request<Body>),
        |request| *request.method_mut() = Method::PUT,
        |request| *request.method_mut() = Method::DELETE,
    ] {
        let ((status, code, _), allow) = send(change).await;
        assert_eq!(
            (status, code.as_str(), allow.as_str()),
            (405, "METHOD_NOT_ALLOWED", "POST")
        );
    }
    let ((status, code, _), _) = send(|request| *request.body_mut() = "x".repeat((1 << 20) + 1).into()).await;
    assert_eq!((status, code.as_str()), (413, "BODY_TOO_LARGE"));
    for change in [
        (|request| set(request, header::CONTENT_ENCODING, "gzip")) as fn(&mut Request<Body>),
        |request| set(request, header::CONTENT_TYPE, "text/plain"),
        |request| set(request, header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
        |request| drop(request.headers_mut().remove(header::CONTENT_TYPE)),
    ] {
        let ((status, code, _), _) = send(change).await;
        assert_eq!((status, code.as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    let ((status, _, message), _) =
        send(|request| *request.uri_mut() = "/api/v1/boms.list?search=lamp".parse().unwrap()).await;
    assert!(status == 400 && message.contains("in the body"), "{message}");
}

#[tokio::test]
async fn h01_foreign_hosts_and_origins_are_refused_to_scripts_too() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for (name, value) in [(header::HOST, "evil.example"), (header::ORIGIN, "https://evil.example")] {
        let mut request = post(&agent, "boms.list", "{}");
        set(&mut request, name, value);
        let (status, code, _) = refusal(&agent.send(request).await);
        assert_eq!((status, code.as_str()), (403, "FORBIDDEN"), "{value}");
    }
    let mut request = post(&agent, "boms.list", "{}");
    set(&mut request, header::ORIGIN, "http://localhost:6274");
    assert_eq!(agent.send(request).await.status, StatusCode::OK);
}

fn set(request: &mut Request<Body>, name: header::HeaderName, value: &'static str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}

#[tokio::test]
async fn h03_deep_json_and_trailing_data_are_refused() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let deep = format!("{{\"search\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        deep.as_str(),
        "{} {}",
        "{",
        "\"boms.list\"",
        "nul",
        "{\"search\":1e999}",
        " ",
    ] {
        for name in ["boms.list", "run"] {
            let (status, code, message) = refusal(&agent.send(post(&agent, name, body.to_owned())).await);
            assert_eq!((status, code.as_str()), (400, "INVALID_INPUT"), "{message}");
            assert!(message.len() < 1_000, "{message}");
        }
    }
    let (status, ..) = refusal(
        &agent
            .send(post(&agent, "boms.list", b"{\"search\":\"\xff\"}".to_vec()))
            .await,
    );
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_its_program_and_leaves_its_place() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let before = agent.run(COUNT).await;
    let (running, has_begun) = oneshot::channel();
    // Once at the start and before the first operation; there it waits for ever.
    app.watch.before_nth_of("standing", 3, async {
        running.send(()).unwrap();
        pending::<()>().await;
    });
    let caller = tokio::spawn({
        let agent = agent.clone();
        let twice = format!("await app.rawMaterials.createVirtual({{ name: 'Wax' }});\n{MAKE}");
        async move { call(&agent, "run_write", json!({ "program": twice })).await }
    });
    has_begun.await.unwrap();
    caller.abort();

    // The one place of a tenant's writers is free again, and nothing of the first program is left.
    let kept = data(&call(&agent, "run_write", json!({ "program": MAKE })).await);
    assert_eq!(kept["committed"], json!(true));
    assert_eq!(agent.run(COUNT).await.as_u64(), before.as_u64().map(|count| count + 1));
    app.access.shutdown().await;
    let audit = app.access.read_audit(app.tenants[0].id, &AuditQuery::latest(10)).await;
    let outcomes: Vec<String> = audit.unwrap().into_iter().map(|row| row.outcome).collect();
    assert!(outcomes.contains(&"CANCELLED".to_owned()), "{outcomes:?}");
}

#[tokio::test]
async fn the_document_is_public_and_names_every_operation() {
    let app = assembly().await;
    let reply = app.get("/api/v1/openapi.json").await;
    assert_eq!(reply.status, StatusCode::OK);
    let document = reply.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));

    // Every operation that a program of a writer holds, and with the scope it needs.
    let held = "return Object.keys(app).flatMap(ns => Object.keys(app[ns]).map(method => `${ns}.${method}`)).sort()";
    let held = app.agent(Scope::ReadWrite).await.run_write(held).await.structured()["result"].clone();
    let readable = app.agent(Scope::Read).await;
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(
        paths.len(),
        held.as_array().unwrap().len() + 2,
        "with the two for programs"
    );
    for (path, item) in paths {
        let post = &item["post"];
        let name = path.rsplit('/').next().unwrap();
        let is_known = call(&readable, name, json!({ "?": 1 })).await.status != StatusCode::NOT_FOUND;
        assert_eq!(
            post["x-scope"],
            json!(if is_known { "read" } else { "read_write" }),
            "{name}"
        );
        let content = &post["requestBody"]["content"]["application/json"];
        let example = &content["example"];
        assert!(example.is_object(), "{name} has no example");
        assert_fits(&document, &content["schema"], example);
    }
}

#[tokio::test]
async fn answers_are_what_the_document_says() {
    let app = assembly().await;
    let document = app.get("/api/v1/openapi.json").await.json();
    let agent = app.agent(Scope::ReadWrite).await;
    let bom = json!({ "bomId": data(&call(&agent, "boms.list", json!({})).await)["items"][0]["bomId"] });
    for (name, arguments) in [
        ("boms.list", json!({})),
        ("boms.get", bom.clone()),
        ("boms.buildable", bom),
        ("raw_materials.list", json!({})),
        ("raw_materials.create_virtual", json!({ "name": "Beeswax" })),
        ("run", json!({ "program": COUNT })),
        ("run_write", json!({ "program": MAKE, "dryRun": true })),
    ] {
        let reply = call(&agent, name, arguments).await;
        let responses = &document["paths"][format!("/api/v1/{name}")]["post"]["responses"];
        let schema = &responses["200"]["content"]["application/json"]["schema"];
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        assert_fits(&document, schema, &reply.json());
    }
    let refused = call(&agent, "boms.get", json!({})).await.json();
    let schema = &document["components"]["responses"]["Refused"]["content"]["application/json"]["schema"];
    assert_fits(&document, schema, &refused);
}

#[test]
fn a_value_that_does_not_fit_is_noticed() {
    let document = json!({ "components": { "schemas": { "Name": { "type": ["string", "null"], "minLength": 2 } } } });
    let name = json!({ "$ref": "#/components/schemas/Name" });
    let schema = json!({
        "type": "object",
        "properties": { "name": name, "list": { "items": { "enum": [1, 2] } } },
        "required": ["name"]
    });
    let faults = |value: Value| fault(&document, &schema, &value);
    assert_eq!(faults(json!({ "name": null, "list": [1, 2] })), None);
    for wrong in [
        json!({}),
        json!([]),
        json!({ "name": 1 }),
        json!({ "name": "Wax", "list": [1, 3] }),
        json!({ "name": "Wax", "nam": 1 }),
    ] {
        assert!(faults(wrong.clone()).is_some(), "{wrong}");
    }
}

fn assert_fits(document: &Value, schema: &Value, value: &Value) {
    assert_eq!(fault(document, schema, value), None, "{value}");
}

/// Where `value` is not what `schema` says. Types, members and choices are looked at; a member that the schema does not
/// name is a fault, too, since our answers have none. `check_rest.py` asks a real validator.
fn fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if *schema == json!(false) {
        return Some(format!("{value} may not be there"));
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let Some(target) = document.pointer(reference.strip_prefix('#')?) else {
            return Some(format!("{reference} leads nowhere"));
        };
        return fault(document, target, value);
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[key].as_array() {
            let fits = choices.iter().any(|choice| fault(document, choice, value).is_none());
            return (!fits).then(|| format!("{value} is none of {choices:?}"));
        }
    }
    let is = |wanted: &Value| match wanted.as_str().unwrap_or_default() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => other == "null" && value.is_null(),
    };
    let is_of_type = match &schema["type"] {
        Value::Null => true,
        Value::Array(several) => several.iter().any(is),
        one => is(one),
    };
    let is_constant = schema.get("const").is_none_or(|constant| constant == value);
    let is_choice = schema["enum"].as_array().is_none_or(|choices| choices.contains(value));
    if !is_of_type || !is_constant || !is_choice {
        return Some(format!("{value} is not {schema}"));
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let members = value.as_object();
    for name in required.filter_map(Value::as_str) {
        if members.is_some_and(|members| !members.contains_key(name)) {
            return Some(format!("no `{name}` in {value}"));
        }
    }
    for (name, member) in members.into_iter().flatten() {
        let properties = schema["properties"].as_object();
        let known = properties
            .and_then(|properties| properties.get(name))
            .or(schema.get("additionalProperties"));
        match known {
            Some(schema) => {
                if let Some(fault) = fault(document, schema, member) {
                    return Some(format!("{name}: {fault}"));
                }
            }
            None if properties.is_some() => return Some(format!("`{name}` is not in the schema")),
            None => {}
        }
    }
    let mut items = value.as_array().into_iter().flatten();
    items.find_map(|item| fault(document, schema.get("items").unwrap_or(&Value::Null), item))
}

#[tokio::test]
async fn the_document_is_sent_again_only_when_it_has_changed() {
    let app = assembly().await;
    let first = app.get("/api/v1/openapi.json").await;
    let tag = first.header("etag").to_owned();
    let mut request = Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap();
    request
        .headers_mut()
        .insert(header::IF_NONE_MATCH, tag.parse().unwrap());
    let again = app.anonymous().send(request).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again.header("etag"), tag);
    let other = app.replica().await.get("/api/v1/openapi.json").await;
    assert_eq!(other.header("etag"), tag, "the same on every server");
    let posted = Request::post("/api/v1/openapi.json").body(Body::empty()).unwrap();
    let refused = app.anonymous().send(posted).await;
    assert_eq!(
        (refused.status, refused.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD")
    );
    assert_eq!(refused.json()["error"]["code"], json!("METHOD_NOT_ALLOWED"));
}
