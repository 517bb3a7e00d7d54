//! Every shape of program returns what it was meant to.

use latchstring_core::Effect;

use crate::shop::{prepared, prepared_for, told};

fn code(source: &str) -> String {
    match prepared(source) {
        Ok(code) => code.text().trim().to_owned(),
        Err(failure) => panic!("{source}: {failure:?}"),
    }
}

#[test]
fn a_program_with_a_return_stays_as_it_is() {
    for source in [
        "return 1",
        "const { items } = await app.items.list({});\nreturn items.length;",
        "if (1 > 2) return 'a';\nreturn 'b'",
        "try { return 1 } catch (e) { return e.message }",
    ] {
        assert_eq!(code(source), source);
    }
}

#[test]
fn the_last_expression_is_returned() {
    assert_eq!(code("1 + 1"), "return 1 + 1");
    assert_eq!(code("const a = 1;\na * 2;"), "const a = 1;\nreturn a * 2;");
    assert_eq!(code("await app.items.list({})"), "return await app.items.list({})");
    assert_eq!(code("({ a: 1 })"), "return ({ a: 1 })");
    assert_eq!(
        code("f(); function f() { return 1 }"),
        "return f(); function f() { return 1 }"
    );
    assert_eq!(
        code("(async () => { return 1 })()"),
        "return (async () => { return 1 })()"
    );
    assert_eq!(
        code("const x = 1\n// done\nx // here"),
        "const x = 1\n// done\nreturn x // here"
    );
}

#[test]
fn a_function_that_nobody_calls_is_called() {
    assert_eq!(code("async () => { return 1 }"), "return (async () => { return 1 })();");
    assert_eq!(code("(async () => 1)"), "return ((async () => 1))();");
    assert_eq!(
        code("async function main() { return 1 }"),
        "async function main() { return 1 };return main();"
    );
    assert_eq!(
        code("function main() { return help() }\nfunction help() { return 1 }"),
        "function main() { return help() };return main();\nfunction help() { return 1 }"
    );
    assert_eq!(
        code("const run = async () => 1;"),
        "const run = async () => 1;;return run();"
    );
    assert_eq!(
        code("async function main() { return 1 }\nmain();"),
        "async function main() { return 1 }\nreturn main();"
    );
    assert_eq!(code("export default async () => 1"), "return (async () => 1)();");
    assert_eq!(
        code("export default async function () { return 1 }"),
        "return (async function () { return 1 })();"
    );
    assert_eq!(
        code("export async function main() { return 1 }"),
        "async function main() { return 1 };return main();"
    );
}

#[test]
fn whoever_asks_for_something_gets_app() {
    assert_eq!(
        code("async (app) => app.items.list({})"),
        "return (async (app) => app.items.list({}))(app);"
    );
    assert_eq!(
        code("async ({ app }) => app.items.list({})"),
        "return (async ({ app }) => app.items.list({}))({app});"
    );
    assert_eq!(
        code("async ({ items }) => items.list({})"),
        "return (async ({ items }) => items.list({}))(app);"
    );
}

#[test]
fn a_code_fence_is_taken_off() {
    assert_eq!(code("```js\nreturn 1\n```"), "return 1");
    assert_eq!(
        code("```typescript\nconst a: number = 1\na\n```\n"),
        "const a         = 1\nreturn a"
    );
    assert_eq!(
        code("Here is the program:\n\n```js\nreturn 1\n```\nIt returns 1."),
        "return 1"
    );
    assert_eq!(
        code("const a = `\n```;\nreturn a").len(),
        "const a = `\n```;\nreturn a".len(),
        "no fence"
    );
}

#[test]
fn a_program_that_returns_nothing_is_told_so_unless_it_prints_or_writes() {
    assert_eq!(
        told("const page = await app.items.list({});"),
        ["1:1 SyntaxError: the program returns nothing; end it with `return` and the value that you want"]
    );
    assert_eq!(
        told("const a = 1;\nreturn\n  a;"),
        ["2:1 SyntaxError: `return` ends with its line and returns nothing; put the value on the same line"]
    );
    assert_eq!(told("").len(), 1);
    assert_eq!(told("// nothing").len(), 1);
    assert!(prepared("const page = await app.items.list({}); console.log(page);").is_ok());
    assert!(prepared("for (const i of [1]) { console.log(i) }").is_ok());
    assert!(
        prepared_for(
            "const page = await app.items.rename({ id: 'a', name: 'b' });",
            Effect::Write
        )
        .is_ok()
    );
}

#[test]
fn places_are_those_of_what_was_sent() {
    let source = "const a = 1;\n(a as number) + oops()";
    assert_eq!(
        told(source),
        ["2:17 ReferenceError: `oops` is not defined; declare it with `const` or `let` before it is used"]
    );
    let code = prepared("const é: number = 1;\né").unwrap();
    let back = code.in_source(code.text().rfind('é').unwrap());
    assert_eq!(back, "const é: number = 1;\n".len());
}
