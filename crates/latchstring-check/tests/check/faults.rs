//! What is told of programs that cannot work, without running them.

use latchstring_core::{Effect, ErrorCode};

use crate::shop::{prepared, prepared_for, told};

/// One fault is told, at this place, and these are its words.
#[track_caller]
fn tells(source: &str, expected: &str) {
    assert_eq!(told(source), [expected], "{source}");
}

#[track_caller]
fn is_fine(source: &str) {
    assert!(told(source).is_empty(), "{source}: {:?}", told(source));
}

#[test]
fn operations_that_are_not_there_are_told_with_the_nearest() {
    tells(
        "return await app.items.lst({})",
        "1:24 Error: no operation `items.lst`; the nearest are `items.list`, `items.get`; in `items` there are get, list; what changes data is in `run_write`",
    );
    tells(
        "return await app.itmes.list({})",
        "1:18 Error: no operation `itmes.list`; the nearest are `items.list`, `items.get`; an operation is `app.<namespace>.<method>`, and the namespaces are items, stockRoom; what changes data is in `run_write`",
    );
    tells(
        "const { lst } = app.items; return await lst({})",
        "1:9 Error: no operation `items.lst`; the nearest are `items.list`, `items.get`; in `items` there are get, list; what changes data is in `run_write`",
    );
    is_fine("const { items } = app; const { list } = items; return (await list({})).items.length");
    is_fine("return Object.keys(app.items)");
}

#[test]
fn s07_what_changes_data_is_refused_in_a_program_that_reads() {
    tells(
        "return await app.items.rename({ id: 'a', name: 'b' })",
        "1:24 Error: `items.rename` changes data and is not part of `app` here; send the program to `run_write`",
    );
    assert!(prepared_for("return await app.items.rename({ id: 'a', name: 'b' })", Effect::Write).is_ok());
}

#[test]
fn arguments_are_checked_by_their_schema() {
    let shape = "Expected {search?: string, pageSize?: number, orderBy?: \"name\" | \"price\", tags?: string[]}";
    for (argument, column, told) in [
        ("{ serach: 'x' }", 27, "unknown field `serach` (did you mean `search`?)"),
        (
            "{ pageSize: '5' }",
            37,
            "at `pageSize`: the text \"5\" is given, a whole number is expected; leave the quotes out: 5",
        ),
        (
            "{ pageSize: 0 }",
            37,
            "at `pageSize`: the number 0 is given, it may be 1 to 100",
        ),
        (
            "{ pageSize: 2.5 }",
            37,
            "at `pageSize`: the number 2.5 is given, a whole number is expected",
        ),
        (
            "{ search: 5 }",
            35,
            "at `search`: the number 5 is given, a string is expected; put it in quotes: \"5\"",
        ),
        (
            "{ search: ['a'] }",
            35,
            "at `search`: a list is given, a string is expected",
        ),
        (
            "{ orderBy: 'prize' }",
            36,
            "at `orderBy`: unknown value `prize` (did you mean `price`?), expected `name` or `price`",
        ),
        (
            "{ tags: 'a' }",
            33,
            "at `tags`: the text \"a\" is given, a list is expected; put it in brackets: [\"a\"]",
        ),
        (
            "{ tags: ['a', 1] }",
            39,
            "at `tags[1]`: the number 1 is given, a string is expected; put it in quotes: \"1\"",
        ),
        (
            "{ tags: [{}] }",
            34,
            "at `tags[0]`: an object is given, a string is expected",
        ),
    ] {
        let at = if told.starts_with("at") { " " } else { ": " };
        tells(
            &format!("return await app.items.list({argument})"),
            &format!(
                "1:{} Error: wrong arguments for `items.list`{at}{told}. {shape}",
                column + 4
            ),
        );
    }
    tells(
        "return await app.items.get()",
        "1:24 Error: wrong arguments for `items.get`: missing field `id`. Expected {id: string}",
    );
    tells(
        "return await app.items.get({})",
        "1:28 Error: wrong arguments for `items.get`: missing field `id`. Expected {id: string}",
    );
    tells(
        "return await app.items.get('a')",
        "1:28 Error: `items.get` takes one object, as in `items.get({id: string})`; text is given",
    );
    tells(
        "return await app.items.get({ id: 'a' }, 2)",
        "1:41 Error: `items.get` takes one object, as in `items.get({id: string})`; put everything into it",
    );
    for fine in [
        "const query = { search: 'x' }; return await app.items.list(query)",
        "const id = 'a'; return await app.items.get({ id })",
        "const more = {}; return await app.items.get({ ...more })",
        "return await app.items.list({ search: undefined, pageSize: 100, tags: [] })",
        "return await app.items.list()",
    ] {
        is_fine(fine);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_the_field_that_was_meant() {
    tells(
        "const { item } = await app.items.get({ id: 'a' }); return await app.items.get({ id: item })",
        "1:85 Error: wrong arguments for `items.get` at `id`: `item` is an object, a string is expected; use `item.id`. Expected {id: string}",
    );
}

#[test]
fn fields_of_results_that_are_not_there_are_told_with_those_that_are() {
    tells(
        "const page = await app.items.list({}); return page.itmes.length",
        "1:52 TypeError: `page` has no `itmes` (did you mean `items`?); it has: items, totalCount",
    );
    tells(
        "const { totl } = await app.items.list({}); return totl",
        "1:9 TypeError: `await app.items.list({})` has no `totl` (did you mean `totalCount`?); it has: items, totalCount",
    );
    tells(
        "const { items } = await app.items.list({}); return items.map((one) => one.prize.amount)",
        "1:75 TypeError: `one` has no `prize` (did you mean `price`?); it has: id, name, price, note, tags, madeAt, kind",
    );
    tells(
        "const { items } = await app.items.list({}); return items.filter(({ titel }) => titel)",
        "1:68 TypeError: `items` has no `titel`; it has: id, name, price, note, tags, madeAt, kind",
    );
    tells(
        "const page = await app.items.list({}); return page.map((one) => one.name)",
        "1:52 TypeError: `page` is an object and has no `map`; the list is in `items`: `page.items.map`",
    );
    tells(
        "const { items } = await app.items.list({}); return items.name",
        "1:58 TypeError: `items` is a list and has no `name`, its items have: use `items[0].name` or `items.map((one) => one.name)`",
    );
    tells(
        "const one = await app.items.get({ id: 'a' }); return one.name",
        "1:58 TypeError: `one` has no `name` (did you mean `one.item.name`?); it has: item",
    );
    tells(
        "const { items } = await app.items.list({}); return items[0].madeAt.getTime()",
        "1:68 TypeError: `items[0].madeAt` is text and has no `getTime`; make a date of it: `new Date(items[0].madeAt).getTime`",
    );
    tells(
        "for (const one of await app.items.list({})) console.log(one)",
        "1:19 TypeError: `await app.items.list({})` is an object and no list; the list is in `items`: `(await app.items.list({})).items`",
    );
    let all = "const [page, one] = await Promise.all([app.items.list({}), app.items.get({ id: 'a' })]); return [page.items, one.nam]";
    tells(all, "1:114 TypeError: `one` has no `nam`; it has: item");
}

#[test]
fn a_field_that_never_exists_is_no_matter_of_asking() {
    let has = "it has: id, name, price, note, tags, madeAt, kind";
    let end = "It never exists, so `?.` and `??` do not help; leave it out";
    for (use_of_it, column) in [
        ("one.colour ?? 'none'", 69),
        ("(one.colour) || 'none'", 70),
        ("one?.colour", 70),
        ("one.colour?.name", 69),
        ("one.colour?.['name']", 69),
        ("one.colour?.()", 69),
        ("one?.colour ?? 'none'", 70),
    ] {
        let source = format!("const {{ items }} = await app.items.list({{}}); return items.map((one) => {use_of_it})");
        tells(
            &source,
            &format!("1:{} TypeError: `one` has no `colour`; {has}. {end}", column + 6),
        );
    }
    for use_of_it in [
        "one.colour",
        "one.colour && 1",
        "String?.(one.colour)",
        "'none' ?? one.colour",
    ] {
        let source = format!("const {{ items }} = await app.items.list({{}}); return items.map((one) => {use_of_it})");
        assert!(!told(&source)[0].contains(end), "{use_of_it}");
    }
    is_fine("const { items } = await app.items.list({}); return items.map((one) => one.note?.length ?? 0)");
}

#[test]
fn a_field_is_not_compared_with_what_it_never_is() {
    tells(
        "const { items } = await app.items.list({}); return items.filter((one) => one.kind === 'solt')",
        "1:87 TypeError: `one.kind` is never \"solt\" (did you mean `sold`?); it is one of: sold, given",
    );
    tells(
        "const { item } = await app.items.get({ id: 'a' }); switch (item.kind) { case 'sold': return 1; case 'x': return 2 }",
        "1:101 TypeError: `item.kind` is never \"x\"; it is one of: sold, given",
    );
    is_fine(
        "const { items } = await app.items.list({}); return items.filter((one) => 'given' !== one.kind && one.kind.length)",
    );
}

#[test]
fn what_the_program_makes_itself_is_not_judged_by_what_operations_return() {
    for fine in [
        "const { items } = await app.items.list({}); for (const one of items) { one.total = 1; } return items.map((one) => one.total)",
        "let page = await app.items.list({}); page = { other: 1 }; return page.other",
        "const page: any = await app.items.list({}); return page.whatever",
        "const page = (await app.items.list({})) as any; return page.whatever",
        "const seen = {}; seen.a = 1; return seen.a",
        "const rows = []; rows.push({ a: 1 }); return rows[0].a",
        "const { items } = await app.items.list({}); return items.reduce((sum, one) => sum + Number(one.price.amount), 0)",
        "const { items } = await app.items.list({}); return items.map((one) => ({ ...one, extra: 1 })).map((one) => one.extra)",
        "const { items, nothing = 1 } = await app.items.list({}); return [items, nothing]",
        "const page = await app.items.list({}); return page.hasOwnProperty('items') && page.toString()",
        "const r = {}; Object.assign(r, { total: 1 }); return r.total",
        "const r = await app.items.list({}); Object.assign(r, { total: 1 }); return r.total",
        "try { return await app.items.get({ id: 'a' }) } catch (error) { return error.code }",
        "return typeof app.items.lst === 'undefined' ? 1 : 2",
        "return (await app.items.list({})).items.at(0)?.note?.length ?? 0",
        "const byId = new Map(); byId.set('a', 1); return byId.get('a')",
        "class A { x = 1; f() { return this.x } } return new A().f()",
    ] {
        is_fine(fine);
    }
}

#[test]
fn a_forgotten_await_is_told_wherever_its_promise_is_used() {
    let promise = |at: &str, what: &str, use_: &str| {
        format!("{at} TypeError: `{what}` is a promise, and the program goes on to {use_}; put `await` before ")
    };
    for (source, expected) in [
        (
            "return app.items.list({}).items",
            promise("1:8", "app.items.list({})", "read `items` of it"),
        ),
        (
            "const page = app.items.list({}); return page.items",
            promise("1:41", "page", "read `items` of it"),
        ),
        (
            "const { items } = app.items.list({}); return items",
            promise("1:19", "app.items.list({})", "take fields out of it"),
        ),
        (
            "for (const x of app.items.list({})) console.log(x)",
            promise("1:17", "app.items.list({})", "go through it"),
        ),
        (
            "return `${app.items.list({})}`",
            promise("1:11", "app.items.list({})", "write it into text"),
        ),
        (
            "if (app.items.list({})) return 1",
            promise("1:5", "app.items.list({})", "ask whether it is true"),
        ),
        (
            "return { page: app.items.list({}) }",
            promise("1:16", "app.items.list({})", "return it within its result"),
        ),
        (
            "return [app.items.list({})]",
            promise("1:9", "app.items.list({})", "return it within its result"),
        ),
        (
            "console.log(app.items.list({}))",
            promise("1:13", "app.items.list({})", "write it down"),
        ),
        (
            "async function f() { return 1 } const x = f(); return x + 1",
            promise("1:55", "x", "compute with it"),
        ),
        (
            "return { ...app.items.list({}) }",
            promise("1:13", "app.items.list({})", "copy its fields"),
        ),
    ] {
        let told = told(source);
        assert_eq!(told.len(), 1, "{source}: {told:?}");
        assert!(told[0].starts_with(&expected), "{source}:\n{}\n{expected}", told[0]);
    }
    tells(
        "return app.items.get({ id: app.stockRoom.countAll() })",
        "1:28 TypeError: `app.stockRoom.countAll()` is a promise, and the program goes on to pass it to an operation; put `await` before it: `await app.stockRoom.countAll()`",
    );
    tells(
        "const { items } = await app.items.list({}); return items.map(async (one) => one.id)",
        "1:52 TypeError: `items.map(async (one) => one.id)` is a list of promises; wait for all: `await Promise.all(items.map(async (one) => one.id))`",
    );
    for fine in [
        "return app.items.list({})",
        "return await Promise.all([app.items.list({}), app.items.list({})])",
        "const page = app.items.list({}); return (await page).items",
        "return app.items.list({}).then((page) => page.items)",
        "app.items.list({}); return 1",
    ] {
        is_fine(fine);
    }
}

#[test]
fn names_that_are_not_there_are_told_with_what_to_do() {
    for (source, message) in [
        (
            "return items.list({})",
            "`items` is not defined; it is in `app`, so write `app.items`",
        ),
        (
            "return countAll()",
            "`countAll` is not defined; operations are in `app`: `app.stockRoom.countAll`",
        ),
        (
            "const total = 1; return totl",
            "`totl` is not defined; did you mean `total`?",
        ),
        (
            "return await fetch('x')",
            "`fetch` is not defined; a program has no network; call the operations in `app` instead",
        ),
        (
            "return require('fs')",
            "`require` is not defined; there are no modules and there is no Node; a program has the JavaScript language and `app`",
        ),
        (
            "total = 1; return 2",
            "`total` is not declared; declare it with `let total` before it is used",
        ),
        ("return len([1])", "`len` is not defined; this is Python; use `.length`"),
        (
            "return await tools.list()",
            "`tools` is not defined; operations are in `app`, as in `await app.items.get({...})`",
        ),
    ] {
        let told = told(source);
        assert!(
            told[0].ends_with(&format!("ReferenceError: {message}")),
            "{source}: {told:?}"
        );
    }
    tells(
        "const a = 1; a += 2; return a",
        "1:14 TypeError: `a` is a constant and cannot be changed; declare it with `let a`",
    );
    is_fine("return typeof window === 'undefined' ? 1 : window.x");
    is_fine(
        "return [Math.max(1, 2), JSON.stringify({}), new Date(0).toISOString(), globalThis === undefined, parseInt('1')]",
    );
}

#[test]
fn syntax_errors_say_where_and_what_to_do() {
    for (source, place, part) in [
        ("const a = {\nreturn a", "2:8", "missing or an extra bracket"),
        (
            "const a = 1; const a = 2; return a",
            "1:20",
            "use another name for this one",
        ),
        ("return 'abc", "1:8", "close the string"),
        (
            "const f = () => { await app.items.list({}) }; return f()",
            "1:19",
            "make the function around it `async`",
        ),
        ("for i in range(3):\n  x", "1:5", "this looks like Python"),
        ("def main():\n  return 1", "1:4", "this looks like Python"),
        ("break; return 1", "1:1", "put it into a loop"),
    ] {
        let told = told(source);
        assert!(!told.is_empty(), "{source}");
        assert!(
            told[0].starts_with(&format!("{place} SyntaxError: ")),
            "{source}: {told:?}"
        );
        assert!(told[0].contains(part), "{source}: {told:?}");
    }
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_program() {
    let source = "const page = app.items.list({ serach: 'x' });\nfor (const one of page.itmes) {\n  await app.items.gett({ id: one.id });\n}\nreturn totl;";
    let failure = prepared(source).unwrap_err();
    assert_eq!(failure.code, ErrorCode::InvalidInput);
    let lines: Vec<u32> = std::iter::once(failure.at.as_ref())
        .flatten()
        .chain(failure.more.iter().map(|one| &one.at))
        .map(|at| at.line)
        .collect();
    assert_eq!(lines, [1, 2, 3, 5]);
}
