//! `app`, and what its calls do.

use latchstring_core::{ErrorCode, Limits};
use serde_json::json;

use crate::support::{Host, PATHS, SANDBOX, failure, failure_of, place, program, result, run, run_in, run_on};

#[tokio::test]
async fn app_holds_exactly_what_the_grant_sees() {
    assert_eq!(
        result("return Object.keys(app)").await,
        json!(["boms", "parts", "rawMaterials"])
    );
    assert_eq!(
        result("return Object.keys(app.boms)").await,
        json!(["create", "get", "list"])
    );
    assert_eq!(
        result("return ['list' in app.boms, 'lst' in app.boms, 'boms' in app, 'x' in app]").await,
        json!([true, false, true, false])
    );
    assert_eq!(
        result("return Reflect.ownKeys(app.boms)").await,
        json!(["create", "get", "list"])
    );
    assert_eq!(
        result("const { list } = app.boms; return (await list()).items.length").await,
        json!(3)
    );
}

#[tokio::test]
async fn app_cannot_be_changed() {
    for source in [
        "app.boms.list = () => 1",
        "app.boms = {}",
        "app.extra = 1",
        "delete app.boms",
        "delete app.boms.list",
        "Object.defineProperty(app, 'x', { value: 1 })",
        "Object.setPrototypeOf(app, {})",
        "app.boms.list.x = 1",
        "globalThis.app = 1",
    ] {
        assert_eq!(failure(source).await.name, "TypeError", "{source}");
    }
}

#[tokio::test]
async fn a_call_carries_its_argument_and_brings_its_answer() {
    let mut host = Host::default();
    let source = "const { items } = await app.boms.list();\n\
                  const parts = await Promise.all(items.map((bom) => app.parts.get({ id: bom.id })));\n\
                  return parts.map((part) => part.got.id)";
    let outcome = run_on(&mut host, source, &Limits::default()).await;
    assert_eq!(outcome.ended.unwrap().get(), r#"["b1","b2","b3"]"#);
    assert_eq!(outcome.calls, 4);
    assert_eq!(host.seen[0], ("boms.list".to_owned(), json!({})));
    assert_eq!(host.seen[3], ("parts.get".to_owned(), json!({ "id": "b3" })));
}

#[tokio::test]
async fn arguments_reach_the_host_as_they_are() {
    let mut host = Host::default();
    let source = "await app.parts.get(undefined); await app.parts.get(5); await app.parts.get({ a: 1 }, 2); await app.parts.get([1])";
    run_on(&mut host, source, &Limits::default()).await.ended.unwrap();
    let seen: Vec<_> = host.seen.into_iter().map(|(_, arguments)| arguments).collect();
    assert_eq!(seen, [json!({}), json!(5), json!([{ "a": 1 }, 2]), json!([1])]);
}

#[tokio::test]
async fn an_argument_that_is_not_json_fails_at_the_call() {
    for source in [
        "const x = 1;\nawait app.parts.get(() => 1)",
        "const x = { y: 1n };\nawait app.parts.get(x)",
        "const x = {}; x.x = x;\nawait app.parts.get(x)",
        "const x = app.boms.list();\nawait app.parts.get({ x })",
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.name, "TypeError", "{source}: {failure:?}");
        assert_eq!(failure.at.as_ref().map(|at| at.line), Some(2), "{source}: {failure:?}");
    }
}

#[tokio::test]
async fn what_json_would_lose_in_an_argument_is_refused_with_its_path() {
    for (argument, told) in [
        (
            "{ components: [{ qty: 1, wastePercentage: NaN }] }",
            "argument `components[0].wastePercentage` is NaN",
        ),
        ("{ a: { b: [1, [2, 1 / 0]] } }", "argument `a.b[1][1]` is Infinity"),
        ("{ a: [{}, {}, { x: -1 / 0 }] }", "argument `a[2].x` is -Infinity"),
        ("{ ids: ['a', undefined] }", "argument `ids[1]` is undefined"),
        ("{ 'with space': () => 1 }", "argument `[\"with space\"]` is a function"),
        ("{ a: { b: 1 }, c: Symbol('s') }", "argument `c` is a symbol"),
        ("{ a: app.boms }", "argument `a` is a function"),
        (
            "{ due: new Date('soon'), n: null }",
            "argument `due` is an invalid date",
        ),
        ("{ n: 1n }", "argument `n` is a BigInt"),
        ("NaN", "argument of `parts.get` is NaN"),
        ("{ toJSON: () => ({ deep: NaN }) }", "argument `deep` is NaN"),
        ("{ a: 1 }, { b: NaN }", "argument `[1].b` is NaN"),
    ] {
        let mut host = Host::default();
        let outcome = run_on(
            &mut host,
            &format!("const x = 1;\nawait app.parts.get({argument})"),
            &Limits::default(),
        )
        .await;
        let failure = failure_of(outcome);
        assert_eq!(failure.name, "TypeError", "{argument}: {failure:?}");
        assert_eq!(failure.message, format!("the {told}; calls take JSON"), "{argument}");
        assert_eq!(
            failure.at.as_ref().map(|at| at.line),
            Some(2),
            "{argument}: {failure:?}"
        );
        assert_eq!(host.seen, [], "{argument}");
    }
    let long = failure("await app.parts.get({ ['é'.repeat(1e5)]: [NaN] })").await;
    assert!(long.message.len() < 300, "{}", long.message);
}

#[tokio::test]
async fn what_json_keeps_in_an_argument_passes() {
    let source = "const shared = { s: 1 };\n\
                  const a = await app.parts.get({ u: undefined, n: null, z: -0, i: 1.5, d: new Date(0), again: [shared, shared], e: [], o: {} }, undefined);\n\
                  const inner = { toJSON() { app.parts.get({ nested: [1] }); return 7 } };\n\
                  const b = await app.parts.get({ list: [{ inner }, { x: { y: 2 } }] });\n\
                  return [a.got, b.got, NaN]";
    assert_eq!(
        result(source).await,
        json!([
            { "n": null, "z": 0, "i": 1.5, "d": "1970-01-01T00:00:00.000Z", "again": [{ "s": 1 }, { "s": 1 }], "e": [], "o": {} },
            { "list": [{ "inner": 7 }, { "x": { "y": 2 } }] },
            null,
        ])
    );
}

#[tokio::test]
async fn arguments_over_a_mebibyte_never_reach_the_session_and_can_be_caught() {
    let mut host = Host::default();
    let source =
        "try { await app.parts.get({ s: 'x'.repeat(2 ** 20) }) } catch (error) { return [error.code, error.message] }";
    let outcome = run_on(&mut host, source, &Limits::default()).await;
    assert_eq!(
        outcome.ended.unwrap().get(),
        r#"["LIMIT_EXCEEDED","the arguments of `parts.get` are 1048584 bytes of JSON; 1048576 at most; send fewer at once"]"#
    );
    assert_eq!(host.seen, []);
}

#[tokio::test]
async fn an_unknown_name_is_answered_by_the_host_whatever_its_shape() {
    for (source, path) in [
        ("await app.boms.lst()", "boms.lst"),
        ("await app.foo.bar({ a: 1 })", "foo.bar"),
        ("await app.foo()", "foo"),
        ("await app.boms()", "boms"),
        ("await app.boms.list2.more.still()", "boms.list2.more.still"),
        ("await app.boms['with space']()", "boms.with space"),
        ("await app.boms.hasOwnProperty('list')", "boms.hasOwnProperty"),
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.code, ErrorCode::UnknownOperation, "{source}: {failure:?}");
        assert_eq!(failure.message, format!("no operation `{path}`"));
        assert_eq!(failure.operation.as_deref(), Some(path));
        assert_eq!(failure.at.as_ref().map(|at| at.line), Some(1), "{source}");
    }
}

#[tokio::test]
async fn what_the_language_asks_of_any_object_is_not_an_operation() {
    let source = "return [app, app.boms, app.foo].flatMap((it) => ['then', 'toJSON', 'constructor', 'valueOf', 'toString', \
                  'prototype', Symbol.iterator, Symbol.toPrimitive].map((key) => typeof it[key])).every((type) => type === 'undefined')";
    assert_eq!(result(source).await, json!(true));
    assert_eq!(
        result("await app; await app.boms; return Object.keys(await app.boms).length").await,
        json!(3)
    );
    assert_eq!(
        run("JSON.stringify(app); JSON.stringify({ a: app.foo })").await.calls,
        0
    );
}

#[tokio::test]
async fn a_failed_call_can_be_caught() {
    let source = "try { await app.boms.get({ id: 'b9' }) } catch (error) {\n\
                  return [error instanceof Error, error.name, error.code, error.message, error.details, error.operation, \
                  String(error), Object.keys(error)] }";
    assert_eq!(
        result(source).await,
        json!([
            true,
            "OperationError",
            "NOT_FOUND",
            "no BOM `b9`; find ids with `app.boms.list`",
            { "near": ["b1"] },
            "boms.get",
            "OperationError: no BOM `b9`; find ids with `app.boms.list`",
            [],
        ])
    );
}

#[tokio::test]
async fn a_failed_call_that_is_not_caught_is_the_programs_failure() {
    let failure = failure("const ids = ['b9'];\nfor (const id of ids) {\n  await app.boms.get({ id });\n}").await;
    assert_eq!(failure.code, ErrorCode::NotFound);
    assert_eq!(failure.name, "OperationError");
    assert_eq!(failure.message, "no BOM `b9`; find ids with `app.boms.list`");
    assert_eq!(failure.operation.as_deref(), Some("boms.get"));
    assert_eq!(failure.details, Some(json!({ "near": ["b1"] })));
    assert_eq!(place(&failure), "3:18   await app.boms.get({ id });");
}

#[tokio::test]
async fn an_error_that_only_looks_like_a_failed_call_is_the_programs_own() {
    let source = "throw Object.assign(new Error('all is lost'), { name: 'OperationError', code: 'REVOKED', mark: 0, operation: 'boms.get' })";
    let failure = failure(source).await;
    assert_eq!((failure.code, failure.operation), (ErrorCode::ProgramError, None));
}

#[tokio::test]
async fn a_forgotten_await_is_carried_out_all_the_same() {
    let mut host = Host::default();
    let outcome = run_on(
        &mut host,
        "app.rawMaterials.setStock({ id: 'r1' }); return 'saved'",
        &Limits::default(),
    )
    .await;
    assert_eq!(outcome.ended.unwrap().get(), r#""saved""#);
    assert_eq!(host.seen.len(), 1);

    let mut host = Host::default();
    let source = "async function save() { await app.parts.get(); await app.rawMaterials.setStock() }\nsave(); return 1";
    run_on(&mut host, source, &Limits::default()).await.ended.unwrap();
    assert_eq!(host.seen.len(), 2, "what hangs on a forgotten call is carried out too");
}

#[tokio::test]
async fn a_forgotten_await_of_a_call_that_fails_fails_the_program() {
    let failure = failure("app.boms.get({ id: 'b9' });\nreturn 'saved'").await;
    assert_eq!(failure.code, ErrorCode::NotFound);
    assert_eq!(
        failure.message,
        "no BOM `b9`; find ids with `app.boms.list`; this call was never awaited, put `await` before it"
    );
    assert_eq!(place(&failure), "1:10 app.boms.get({ id: 'b9' });");
}

#[tokio::test]
async fn a_plan_that_one_thing_needs_can_be_caught() {
    let source = "try { await app.boms.update() } catch (error) { return [error.code, error.details.plan] }";
    let told = result(source).await;
    assert_eq!(told, json!(["PLAN_REQUIRED", "enhanced"]));
}

#[tokio::test]
async fn an_error_that_ends_the_program_cannot_be_caught() {
    let mut host = Host::default();
    let source =
        "console.log('before'); try { await app.boms.create() } catch {} await app.boms.list(); return 'went on'";
    let outcome = run_on(&mut host, source, &Limits::default()).await;
    assert_eq!(host.seen.len(), 1);
    assert_eq!(outcome.console.text, "before\n");
    let failure = failure_of(outcome);
    assert_eq!(
        (failure.code, failure.operation.as_deref()),
        (ErrorCode::Revoked, Some("boms.create"))
    );
}

#[tokio::test]
async fn large_arguments_and_answers_pass() {
    let source = "const { got } = await app.parts.get({ s: 'x'.repeat(3e5) }); return got.s.length";
    assert_eq!(result(source).await, json!(300_000));
    let source = "const all = await Promise.all(Array.from({ length: 20 }, () => app.parts.get({ s: 'é'.repeat(2e4) })));\n\
                  return all.every(({ got }) => got.s.length === 2e4)";
    assert_eq!(result(source).await, json!(true));
}

#[tokio::test]
async fn programs_with_different_operations_run_side_by_side() {
    for round in 0..3 {
        for count in 1..=20 {
            let paths: std::sync::Arc<[String]> = (0..count).map(|i| format!("some.op{i:02}")).collect();
            let outcome = run_in(&SANDBOX, &paths, &program("return Object.keys(app.some).length")).await;
            assert_eq!(outcome.ended.unwrap().get(), count.to_string(), "round {round}");
        }
    }
    let none: std::sync::Arc<[String]> = std::sync::Arc::new([]);
    let outcome = run_in(&SANDBOX, &none, &program("return Object.keys(app)")).await;
    assert_eq!(outcome.ended.unwrap().get(), "[]");
    assert_eq!(result("return Object.keys(app).length").await, json!(PATHS.len() - 2));
}
