//! Errors point at the program's own lines.

use latchstring_core::ErrorCode;

use crate::support::{failure, place};

#[tokio::test]
async fn an_error_has_its_exact_line_and_column() {
    let mut wrong = Vec::new();
    for (source, name, message, at) in [
        ("throw new Error('x')", "Error", "x", "1:11 throw new Error('x')"),
        (
            "const x = 1;\n  null.foo",
            "TypeError",
            "cannot read property 'foo' of null",
            "2:3   null.foo",
        ),
        (
            "const é = undefined;\n/* éé */ é.a",
            "TypeError",
            "cannot read property 'a' of undefined",
            "2:10 /* éé */ é.a",
        ),
        (
            "let a;\nfunction f() {\n    a.b.c();\n}\nf();",
            "TypeError",
            "cannot read property 'b' of undefined",
            "3:5     a.b.c();",
        ),
        (
            "await 0;\nnope()",
            "ReferenceError",
            "nope is not defined",
            "2:1 nope()",
        ),
        (
            "[1, 2].map((x) => {\n  throw new RangeError('r')\n})",
            "RangeError",
            "r",
            "2:13   throw new RangeError('r')",
        ),
        (
            "const [a] = JSON.parse('{');",
            "SyntaxError",
            "",
            "1:18 const [a] = JSON.parse('{');",
        ),
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.code, ErrorCode::ProgramError, "{source}");
        assert_eq!(failure.name, name, "{source}: {failure:?}");
        assert!(failure.message.starts_with(message), "{source}: {failure:?}");
        wrong.extend((place(&failure) != at).then(|| format!("{source}: {}", place(&failure))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_syntax_error_has_its_exact_line_and_column() {
    for (source, at) in [
        ("let x = ;", "1:9 let x = ;"),
        ("const a = 1;\nconst b = a +* 2;", "2:14 const b = a +* 2;"),
        ("if (true) {\n  return 1", "2:11   return 1"),
        ("return `unfinished", "1:8 return `unfinished"),
        ("import fs from 'fs'", "1:8 import fs from 'fs'"),
    ] {
        let failure = failure(source).await;
        assert_eq!(
            (failure.code, failure.name.as_str()),
            (ErrorCode::ProgramError, "SyntaxError"),
            "{failure:?}"
        );
        assert_eq!(place(&failure), at, "{source}: {}", failure.message);
    }
}

#[tokio::test]
async fn what_is_thrown_need_not_be_an_error() {
    for (source, expected) in [
        ("throw { a: 1 }", "the program threw {\"a\":1}"),
        ("throw 'text'", "the program threw \"text\""),
        ("throw null", "the program threw null"),
        ("throw undefined", "the program threw undefined"),
        ("throw 10n", "the program threw \"10\""),
        ("throw Symbol('s')", "the program threw a value that cannot be shown"),
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.code, ErrorCode::ProgramError);
        assert_eq!(
            failure.message,
            format!("{expected}; throw an `Error` to tell where and why"),
            "{source}"
        );
    }
    let failure = failure("throw { name: 'Mine', message: 'told' }").await;
    assert_eq!((failure.name.as_str(), failure.message.as_str()), ("Mine", "told"));
}

#[tokio::test]
async fn errors_that_resist_being_described_are_described() {
    for source in [
        "throw { get message() { throw new Error('no') } }",
        "throw new Proxy({}, { get() { throw 1 } })",
        "throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1 } })",
        "Error.prepareStackTrace = () => { throw 1 }; throw new Error('x')",
        "throw { toJSON() { throw 1 }, toString() { throw 1 } }",
    ] {
        let failure = failure(source).await;
        assert_eq!(failure.code, ErrorCode::ProgramError, "{source}: {failure:?}");
        assert!(!failure.message.is_empty());
    }
    let long = failure("throw new Error('é'.repeat(1e6))").await;
    assert!(long.message.len() < 5000);
}

#[tokio::test]
async fn a_promise_nobody_awaited_fails_the_program_when_it_is_rejected() {
    let failure = failure("const x = 1;\nPromise.reject(new Error('lost'));\nreturn x").await;
    assert_eq!(failure.code, ErrorCode::ProgramError);
    assert_eq!(
        failure.message,
        "lost; this promise was never awaited, put `await` before it"
    );
    assert_eq!(place(&failure), "2:20 Promise.reject(new Error('lost'));");
    // Handled late is handled.
    let handled = "const p = Promise.reject(1); await 0; await 0; try { await p } catch { return 2 }";
    assert_eq!(crate::support::result(handled).await, 2);
    let all = "const ps = Array.from({ length: 5000 }, async (_, i) => { throw i }); return (await Promise.allSettled(ps)).length";
    assert_eq!(crate::support::result(all).await, 5000);
}

#[tokio::test]
async fn a_syntax_error_that_is_thrown_gets_no_hint_about_the_program() {
    let failure = failure("const { parse } = JSON;\nawait parse('{]')").await;
    assert_eq!(failure.name, "SyntaxError");
    assert!(!failure.message.contains("async"), "{}", failure.message);
}

#[tokio::test]
async fn an_error_without_a_message_is_told_by_its_name_and_what_it_holds() {
    for (source, message) in [
        ("throw new Error('')", "the program threw `Error` without a message"),
        (
            "await Promise.any([Promise.reject(new Error('a')), Promise.reject('b')])",
            "the program threw `AggregateError` without a message: a; b",
        ),
        (
            "throw new AggregateError([new Error('1'), 2, new Error('3'), new Error('4')], 'all')",
            "all: 1; 3",
        ),
        ("throw Object.assign(new Error('x'), { errors: 5 })", "x"),
        (
            "throw Object.defineProperty(new Error('x'), 'errors', { get() { throw 1 } })",
            "x",
        ),
    ] {
        assert_eq!(failure(source).await.message, message, "{source}");
    }
}
