//! Failures of the engine, as it words them, in the terms of the program.

use latchstring_check::explain;
use latchstring_core::{ErrorCode, Failure, Position};

use crate::shop::writing;

/// What is told of a failure that the engine found before `at`, the first piece of `source` that is so: place and message.
fn told(source: &str, at: &str, failure: Failure) -> String {
    let place = (!at.is_empty()).then(|| Position::of(source.find(at).unwrap(), source));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let failure = runtime.block_on(explain(&source.into(), &writing(), Failure { at: place, ..failure }));
    let at = failure
        .at
        .map_or_else(|| "nowhere".to_owned(), |at| format!("{}:{}", at.line, at.column));
    format!("{at} {}", failure.message)
}

fn error(name: &str, message: &str) -> Failure {
    Failure {
        name: name.to_owned(),
        ..Failure::new(ErrorCode::ProgramError, message)
    }
}

fn type_error(source: &str, at: &str, message: &str) -> String {
    told(source, at, error("TypeError", message))
}

#[test]
fn what_is_undefined_is_named_with_what_there_is_instead() {
    for (source, at, message, expected) in [
        (
            "let page = await app.items.list({}); page = page;\nreturn page.boms.map((one) => one)",
            "page.boms",
            "cannot read property 'map' of undefined",
            "2:18 `page.boms` is undefined, so `map` cannot be read of it; ask first, as in `page.boms?.map`",
        ),
        (
            "const { items } = await app.items.list({});\nreturn items[7].name",
            "items[7]",
            "cannot read property 'name' of undefined",
            "2:17 `items[7]` is undefined, so `name` cannot be read of it; nothing is there; check it before it is used",
        ),
        (
            "const { items } = await app.items.list({});\nreturn items.find((one) => one.name === 'x').price.amount",
            "items.find",
            "cannot read property 'price' of undefined",
            "2:46 `items.find((one) => one.name === 'x')` is undefined, so `price` cannot be read of it; nothing was found; check the result before it is used",
        ),
        (
            "const { items } = await app.items.list({});\nreturn items[0].note.length",
            "items[0].note",
            "cannot read property 'length' of null",
            "2:22 `items[0].note` is null, so `length` cannot be read of it; ask first, as in `items[0].note?.length`",
        ),
    ] {
        assert_eq!(type_error(source, at, message), expected, "{source}");
    }
}

#[test]
fn what_is_no_function_and_no_list_is_named() {
    assert_eq!(
        type_error(
            "const page = JSON.parse('{}');\nreturn page.items()",
            "items()",
            "not a function"
        ),
        "2:13 `page.items` is not a function; check what `page` is, and the name of the method"
    );
    assert_eq!(
        type_error("const f = JSON.parse('1');\nreturn f(2)", "f(2)", "not a function"),
        "2:8 `f` is not a function; check what it is, and its name"
    );
    assert_eq!(
        type_error(
            "const a = JSON.parse('{}');\nfor (const b of a) console.log(b)",
            "a) console",
            "value is not iterable"
        ),
        "2:17 `a` is no list and cannot be gone through; check what it is, or use `Object.entries(a)` of an object"
    );
}

#[test]
fn what_has_no_place_gets_one() {
    let timeout = || Failure::new(ErrorCode::Timeout, "stopped");
    assert_eq!(
        told(
            "let i = 0;\nfor (const a of [1]) i++;\nwhile (true) i++;\nreturn i",
            "",
            timeout()
        ),
        "3:1 stopped"
    );
    assert_eq!(told("const f = () => f();\nreturn f()", "", timeout()), "2:8 stopped");
    assert_eq!(
        told("if (1)\n  throw 'x'", "", error("Error", "threw")),
        "2:3 threw; throw `new Error(...)`, which tells where and why"
    );
    assert_eq!(
        told("const p = new Promise(() => {});\nawait p", "", error("Error", "waits")),
        "1:11 waits"
    );
    let large = Failure::new(ErrorCode::ResultTooLarge, "large");
    assert_eq!(told("const a = 1;\nreturn a", "", large), "2:8 large");
}

#[test]
fn a_failed_call_is_told_at_its_name() {
    for (source, inside, expected) in [
        (
            "const id = 1;\nawait app.items.get({ // here\n  id,\n  name: [1].map((x) => x),\n})",
            "map(",
            "2:17 gone",
        ),
        (
            "await app.items.get({ id: (await app.items.get({ id: String(1) })).item.id })",
            "String",
            "1:44 gone",
        ),
        (
            "const { get } = app.items;\nawait get({\n id: String(1) })",
            "String",
            "2:7 gone",
        ),
        (
            "const ask = app.items.get;\nawait ask({\n id: String(1) })",
            "String",
            "2:7 gone",
        ),
    ] {
        let failure = Failure {
            operation: Some("items.get".to_owned()),
            ..Failure::new(ErrorCode::NotFound, "gone")
        };
        assert_eq!(told(source, inside, failure), expected, "{source}");
    }
}

#[test]
fn what_cannot_be_explained_stays_as_it_is() {
    for message in [
        "",
        "odd",
        "cannot read property 'a' of",
        "cannot read property '' of undefined",
        "not a function",
    ] {
        for source in ["", "return 1", "```", "return (", "a.b.c"] {
            assert!(!told(source, "", error("TypeError", message)).is_empty());
        }
    }
    let beyond = Failure {
        at: Some(Position {
            line: 99,
            column: 99,
            source_line: String::new(),
        }),
        ..error("TypeError", "not a function")
    };
    assert!(told("return f()", "", beyond).ends_with("not a function"));
}

#[test]
fn what_is_no_json_is_told_with_what_to_write_instead() {
    let json = "Expected property name or '}' in JSON at position 2 (line 1 column 3)";
    let told_json = told("return JSON.parse(\"{ a: 'b' }\")", "JSON", error("SyntaxError", json));
    assert_eq!(
        told_json,
        format!(
            "1:8 {json}; JSON has double quotes around names and strings, and no comments; an object that the program writes itself needs no `JSON.parse`"
        )
    );
    for (value, way) in [
        (
            "-Infinity",
            "check what it was made of, as with `Number.isFinite(value)`",
        ),
        ("an invalid date", "write a date like `2026-03-01T00:00:00Z`"),
        ("a function", "give what it returns"),
    ] {
        let message = format!("the argument `page` is {value}; calls take JSON");
        let source = "return await app.items.list({ page })";
        let expected = format!("1:24 {message}; {way}, or leave it out");
        assert_eq!(type_error(source, "list", &message), expected);
    }
}
