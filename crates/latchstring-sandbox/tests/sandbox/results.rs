//! What a program returns and prints.

use latchstring_core::{ErrorCode, Limits};
use serde_json::json;

use crate::support::{PATHS, SANDBOX, failure, failure_of, program, result, run, run_in, run_limited};

#[tokio::test]
async fn a_program_returns_json() {
    assert_eq!(result("return 1 + 1").await, json!(2));
    assert_eq!(
        result("return { a: [1, 'é', null, undefined], b: undefined }").await,
        json!({ "a": [1, "é", null, null] })
    );
    assert_eq!(result("return new Date(0)").await, json!("1970-01-01T00:00:00.000Z"));
    assert_eq!(
        result("return 'text // and } brackets'").await,
        json!("text // and } brackets")
    );
    assert_eq!(result("return 1 // the last line is a comment").await, json!(1));
    assert_eq!(
        result("return await Promise.all([1, Promise.resolve(2)])").await,
        json!([1, 2])
    );
}

#[tokio::test]
async fn returning_nothing_is_null() {
    assert_eq!(result("").await, json!(null));
    assert_eq!(result("return").await, json!(null));
    assert_eq!(result("return undefined").await, json!(null));
    assert_eq!(result("return null").await, json!(null));
}

#[tokio::test]
async fn a_program_is_strict() {
    assert_eq!(
        result("return (function () { return this === undefined })()").await,
        json!(true)
    );
    let failure = failure("x = 1").await;
    assert_eq!(
        (failure.name.as_str(), failure.message.as_str()),
        ("ReferenceError", "x is not defined")
    );
}

#[tokio::test]
async fn dates_and_numbers_that_json_would_lose_survive_as_text() {
    for (source, expected) in [
        ("return 2n ** 64n", "\"18446744073709551616\""),
        (
            "return { big: [-1n], at: new Date(0) }",
            r#"{"big":["-1"],"at":"1970-01-01T00:00:00.000Z"}"#,
        ),
        ("return JSON.stringify({ n: 10n })", r#""{\"n\":\"10\"}""#),
    ] {
        assert_eq!(run(source).await.ended.unwrap().get(), expected, "{source}");
    }
}

#[tokio::test]
async fn what_json_cannot_hold_is_refused_with_advice() {
    for (source, expected) in [
        ("return () => 1", "it is a function"),
        ("return app.boms.list", "it is a function"),
        ("return app.boms", "it is a function"),
        ("return Symbol('x')", "it has no JSON form"),
        ("const a = {}; a.a = a; return a", "circular reference"),
        ("return { a: app.boms.list() }", "put `await` before the call"),
        ("return { a: new Map([[1, 2]]) }", "Object.fromEntries(map)"),
        ("return new Set([1])", "[...set]"),
        ("return { toJSON() { throw new Error('mine') } }", "mine"),
        (
            "return { toJSON() { app.boms.list() } }",
            "cannot be called while the result is written",
        ),
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.code, ErrorCode::ResultNotSerializable, "{source}: {failure:?}");
        assert!(failure.message.contains(expected), "{source}: {}", failure.message);
        assert!(
            failure
                .message
                .ends_with("return plain objects, arrays, strings, numbers, booleans or null")
        );
    }
}

#[tokio::test]
async fn a_result_over_its_limit_is_refused_with_its_size() {
    let limits = Limits {
        result_bytes: 1000,
        ..Limits::default()
    };
    assert!(run_limited("return 'x'.repeat(998)", &limits).await.ended.is_ok());
    let failure = failure_of(run_limited("return 'x'.repeat(999)", &limits).await);
    assert_eq!(failure.code, ErrorCode::ResultTooLarge);
    assert_eq!(
        failure.message,
        "the result is 1001 bytes of JSON and may be 1000; filter or aggregate in the program and return only what is needed"
    );
}

#[tokio::test]
async fn half_characters_do_not_break_the_result() {
    assert_eq!(
        result("return ['\\ud83d', '\\ud83d\\ude00']").await,
        json!(["\u{FFFD}", "😀"])
    );
}

#[tokio::test]
async fn the_console_is_captured() {
    let outcome = run("console.log('a', 1, { b: [2] }, undefined, null, true, 10n); console.warn('w'); console.error(new TypeError('t')); console.info(); console.debug([1])").await;
    assert_eq!(
        outcome.console.text,
        "a 1 {\"b\":[2]} undefined null true 10\nw\nTypeError: t\n\n[1]\n"
    );
    assert_eq!(outcome.console.dropped_bytes, 0);
}

#[tokio::test]
async fn printing_never_fails() {
    let source = "const a = {}; a.a = a; console.log(a, Symbol('s'), () => 1, app.boms, new Map(), Object.create(null)); return 1";
    let outcome = run(source).await;
    assert!(outcome.ended.is_ok());
    assert_eq!(
        outcome.console.text,
        "[cannot be shown: circular reference] [cannot be shown: cannot convert symbol to string] [function] \
         [function: create, get, list] [cannot be shown: there is a Map in it; use `Object.fromEntries(map)` or \
         `[...map]`] {}\n"
    );
}

#[tokio::test]
async fn console_text_over_its_limit_is_dropped_and_counted() {
    let limits = Limits {
        console_bytes: 10,
        ..Limits::default()
    };
    let outcome = run_limited("console.log('1234567é'); console.log('more')", &limits).await;
    assert_eq!(outcome.console.text, "1234567é\n");
    assert_eq!(outcome.console.dropped_bytes, 5);
    let outcome = run_limited("console.log('123456789é')", &limits).await;
    assert_eq!(outcome.console.text, "123456789", "half a character is not shown");
}

#[tokio::test]
async fn what_was_printed_is_there_when_the_program_fails() {
    let outcome = run("console.log('before'); throw new Error('x')").await;
    assert_eq!(outcome.console.text, "before\n");
}

#[tokio::test]
async fn a_program_with_the_same_seed_and_clock_does_the_same() {
    let source =
        "return [Math.random(), Math.random(), Date.now(), new Date().toISOString(), new Date().getTimezoneOffset()]";
    let first = result(source).await;
    assert_eq!(first, result(source).await);
    assert_eq!(first[2], json!(1_790_000_000_000_i64));
    assert_eq!(first[4], json!(0));
    let mut other = program(source);
    other.seed = 8;
    let outcome = run_in(&SANDBOX, &PATHS, &other).await;
    let second: serde_json::Value = serde_json::from_str(outcome.ended.unwrap().get()).unwrap();
    assert_ne!(first[0], second[0]);
}

#[tokio::test]
async fn a_program_has_the_language_and_app_and_nothing_else() {
    let source = "return ['fetch', 'require', 'process', 'setTimeout', 'WebAssembly', 'SharedArrayBuffer', 'eval', '__log', \
                  '__operation', 'std', 'os', 'Worker', 'Atomics'].filter((name) => typeof globalThis[name] !== 'undefined')";
    let present = result(source).await;
    assert!(
        present
            .as_array()
            .unwrap()
            .iter()
            .all(|name| name == "Atomics" || name == "SharedArrayBuffer"),
        "{present}"
    );
    assert_eq!(
        result("return [typeof app, typeof console.log, typeof Function.prototype.call]").await,
        json!(["object", "function", "function"])
    );
}

#[tokio::test]
async fn code_cannot_be_made_from_text() {
    for source in ["return eval('1')", "return globalThis.eval('1')"] {
        let failure = failure(source).await;
        assert!(
            ["TypeError", "ReferenceError"].contains(&failure.name.as_str()),
            "{source}: {failure:?}"
        );
    }
    for source in [
        "return Function('return 1')()",
        "return new Function('return 1')()",
        "return Reflect.construct(Function, ['return 1'], Array)()",
        "class Mine extends Function {} return new Mine('return 1')()",
        "return (() => 1).constructor('return 1')()",
        "return new (() => 1).constructor('return 1')()",
        "return (async () => 1).constructor('return 1')()",
        "return new (async () => 1).constructor('return 1')()",
        "return (function* () {}).constructor('return 1')()",
        "return new (function* () {}).constructor('return 1')()",
        "return (async function* () {}).constructor('return 1')()",
        "return Object.getPrototypeOf((async () => 1).constructor)('return 1')()",
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.name, "TypeError", "{source}: {failure:?}");
        assert!(
            failure.message.ends_with("a program cannot make code from text"),
            "{source}: {failure:?}"
        );
    }
    assert_eq!(
        result("return [(() => 1) instanceof Function, class {} instanceof Function]").await,
        json!([true, true])
    );
}

#[tokio::test]
async fn constructors_of_functions_refuse_and_are_otherwise_as_in_the_language() {
    let source = "return [() => 1, async () => 1, function* () {}, async function* () {}].map((made) => {
        const prototype = Object.getPrototypeOf(made);
        const { value, writable, enumerable } = Object.getOwnPropertyDescriptor(prototype, 'constructor');
        const own = Object.getOwnPropertyDescriptor(value, 'prototype');
        return [value.name, value.length, writable, enumerable, own.writable, own.value === prototype,
            Object.getPrototypeOf(value) === (value === Function ? Function.prototype : Function)];
    })";
    assert_eq!(
        result(source).await,
        json!([
            ["Function", 1, true, false, false, true, true],
            ["AsyncFunction", 1, false, false, false, true, true],
            ["GeneratorFunction", 1, false, false, false, true, true],
            ["AsyncGeneratorFunction", 1, false, false, false, true, true],
        ])
    );
}

#[tokio::test]
async fn the_check_knows_what_the_engine_has() {
    use latchstring_check::javascript::{GLOBALS, LIST, NUMBER, OBJECT, STATICS, TEXT};

    async fn names(of: &str) -> Vec<String> {
        let source = format!("return Object.getOwnPropertyNames({of})");
        serde_json::from_value(result(&source).await).unwrap()
    }
    let mut wrong = Vec::new();
    let mut own = vec![
        ("Array.prototype", LIST),
        ("String.prototype", TEXT),
        ("Number.prototype", NUMBER),
        ("Object.prototype", OBJECT),
    ];
    own.extend(STATICS);
    for (of, known) in own {
        let has = names(of).await;
        let is_of_all = |name: &str| of.ends_with(".prototype") && (name == "length" || OBJECT.contains(&name));
        let more = has
            .iter()
            .filter(|name| !known.contains(&name.as_str()) && !is_of_all(name));
        wrong.extend(more.map(|name| format!("`{of}` has `{name}`")));
        let less = known.iter().filter(|name| !has.iter().any(|one| one == *name));
        wrong.extend(less.map(|name| format!("`{of}` has no `{name}`")));
    }
    let has = names("globalThis").await;
    let more = has
        .iter()
        .filter(|name| *name != "app" && !GLOBALS.contains(&name.as_str()));
    wrong.extend(more.map(|name| format!("`{name}` is there")));
    let less = GLOBALS.iter().filter(|name| !has.iter().any(|one| one == *name));
    wrong.extend(less.map(|name| format!("`{name}` is not there")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
