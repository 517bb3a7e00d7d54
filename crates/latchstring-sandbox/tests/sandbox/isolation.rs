//! Nothing of one run reaches another.

use latchstring_core::Limits;
use serde_json::json;

use crate::support::{AGES, Host, result, run, run_limited, run_on};

#[tokio::test]
async fn s05_what_a_program_leaves_behind_is_not_there_for_the_next() {
    for _ in 0..20 {
        let spoil = "globalThis.left = 'secret'; Array.prototype.map = () => 'evil'; Object.prototype.toJSON = () => 'evil'; \
                     Math.random = () => 0.5; delete globalThis.JSON; Promise.prototype.then = undefined; return 1";
        run(spoil).await;
        let look = "return [typeof globalThis.left, [1].map((x) => x + 1), ({}).toJSON === undefined, typeof JSON.parse, Math.random() !== 0.5]";
        assert_eq!(
            result(look).await,
            json!(["undefined", [2], true, "object", true])
                .as_array()
                .map_or(json!(null), |expected| {
                    let mut expected = expected.clone();
                    expected[3] = json!("function");
                    json!(expected)
                })
        );
    }
}

#[tokio::test]
async fn s05_fresh_memory_holds_nothing_of_earlier_runs() {
    for _ in 0..10 {
        run("const secret = []; for (let i = 0; i < 2e4; i++) secret.push('SECRET-' + i); globalThis.s = secret; return 1").await;
        let source = "const found = [];\nfor (let i = 0; i < 200; i++) { const bytes = new Uint8Array(16384); \
                      if (bytes.some((byte) => byte !== 0)) found.push(i) }\nreturn found";
        let limits = Limits {
            guest_time: AGES,
            ..Limits::default()
        };
        assert_eq!(run_limited(source, &limits).await.ended.unwrap().get(), "[]");
    }
}

#[tokio::test]
async fn s05_a_run_that_failed_leaves_nothing_either() {
    for source in [
        "globalThis.left = 1; for (;;);",
        "globalThis.left = 1; new Array(2 ** 32 - 2).join('')",
        "globalThis.left = 1; throw new Error('x')",
        "globalThis.left = 1; const a = []; for (;;) a.push(new Array(1e5).fill(7))",
        "globalThis.left = 1; function f() { f() } f()",
        "globalThis.left = 1; await app.boms.create()",
    ] {
        let limits = Limits {
            guest_time: std::time::Duration::from_millis(50),
            ..Limits::default()
        };
        assert!(run_on(&mut Host::default(), source, &limits).await.ended.is_err());
        assert_eq!(result("return typeof left").await, json!("undefined"), "{source}");
    }
}

#[tokio::test]
async fn tampering_with_the_language_does_not_touch_calls() {
    let mut host = Host::default();
    let source = "Object.prototype.toJSON = () => ({ evil: 1 }); Object.prototype.get = () => 'evil'; String.prototype.toString = () => 'evil';\n\
                  Array.prototype[Symbol.iterator] = undefined; globalThis.Proxy = undefined; Object.freeze = (x) => x;\n\
                  JSON.stringify = () => 'evil'; Reflect.get = () => 'evil';\n\
                  Function.prototype.call = Function.prototype.apply = undefined;\n\
                  delete Object.prototype.toJSON; const got = await app.parts.get({ id: 1 });\n\
                  try { await app.nope.nope() } catch (error) { return [got, error.code] }";
    let outcome = run_on(&mut host, source, &Limits::default()).await;
    assert_eq!(
        outcome.ended.unwrap().get(),
        r#"[{"got":{"id":1}},"UNKNOWN_OPERATION"]"#
    );
    assert_eq!(host.seen[0], ("parts.get".to_owned(), json!({ "id": 1 })));
}
