//! Types are taken off, and every place stays what it was.

use crate::shop::{prepared, told};

/// What is left, without the spaces that types leave.
fn left(source: &str) -> String {
    let code = match prepared(source) {
        Ok(code) => code.text().to_owned(),
        Err(failure) => panic!("{source}: {failure:?}"),
    };
    let text = code.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(" ;", ";")
        .replace(" )", ")")
        .replace(" ,", ",")
        .replace(" (", "(")
}

#[test]
fn types_are_taken_off() {
    for (typed, plain) in [
        ("const a: number = 1; return a", "const a = 1; return a"),
        ("let a!: number; a = 1; return a", "let a; a = 1; return a"),
        (
            "const f = (a: string, b?: number): string => a; return f('x')",
            "const f =(a, b) => a; return f('x')",
        ),
        (
            "function f<T>(this: void, a: T, ...rest: T[]): T { return a } return f(1)",
            "function f( a, ...rest) { return a } return f(1)",
        ),
        ("return ([1] as number[]).length", "return([1]).length"),
        ("return [1].at(0)!", "return [1].at(0)"),
        ("return (<number>1) + 1", "return( 1) + 1"),
        ("return { a: 1 } satisfies Record<string, number>", "return { a: 1 }"),
        ("return new Map<string, number>().size", "return new Map().size"),
        (
            "return [1].map<string>((x) => String(x))",
            "return [1].map((x) => String(x))",
        ),
        (
            "type A = { a: number }; interface B extends A { b: string } return 1",
            ";; return 1",
        ),
        ("declare const x: number; return 1", "; return 1"),
        ("declare function f(): void; return 1", "; return 1"),
        ("import type { A } from './a'; return 1", "; return 1"),
        (
            "function f(a: string): void; function f(a: any) { } return f('x')",
            "; function f(a) { } return f('x')",
        ),
        (
            "try { return 1 } catch (e: unknown) { return 2 }",
            "try { return 1 } catch(e) { return 2 }",
        ),
        (
            "class A<T> extends Map<string, T> implements B, C { private readonly a: number = 1; public static b?: string; declare c: string; constructor(x: T) { super() } protected get(k: string): T { return super.get(k) as T } } return new A(1).size",
            "class A extends Map { a = 1; static b; ; constructor(x) { super() } get(k) { return super.get(k) } } return new A(1).size",
        ),
        (
            "abstract class A { abstract f(): void; g(): number { return 1 } } return 1",
            "class A { ; g() { return 1 } } return 1",
        ),
        (
            "for (const x of [1] as const) { return x as unknown as string }",
            "for(const x of [1]) { return x }",
        ),
        (
            "const { a, b }: { a: number; b: string } = { a: 1, b: 'x' }; return a",
            "const { a, b } = { a: 1, b: 'x' }; return a",
        ),
    ] {
        assert_eq!(left(typed), plain.replace(" ;", ";"), "{typed}");
    }
}

#[test]
fn lines_that_would_run_together_are_kept_apart() {
    let code = prepared("const a = 1 as number\n(() => 2)()\nreturn a").unwrap();
    assert!(code.text().contains("const a = 1;"), "{}", code.text());
    let code = prepared("const f = (a: number): Promise<\n  number\n> => a\nreturn f(1)").unwrap();
    assert!(code.text().contains(") => a"), "{}", code.text());
    assert_eq!(code.text().lines().count(), 4);
}

#[test]
fn what_is_more_than_types_is_told_with_what_to_write_instead() {
    assert_eq!(
        told("enum Kind { A, B }\nreturn Kind.A"),
        [
            "1:1 SyntaxError: `enum` is more than types, which is all that is taken off; use an object, as in `const Kind = { A: \"A\" }`"
        ]
    );
    assert!(
        told("class A { constructor(private a: number) {} }\nreturn 1")[0].contains("a parameter cannot make a field")
    );
    assert!(
        told("import { x } from 'lodash';\nreturn x")[0].contains("`lodash` cannot be imported; there are no modules")
    );
    assert!(told("const x = await import('fs');\nreturn x")[0].contains("no modules"));
}

#[test]
fn a_type_is_no_name_that_has_to_be_there() {
    assert!(
        told("const rows: Row[] = []; function f(a: Foo<Bar>): a is Baz { return true } return [rows, f]").is_empty()
    );
}
