//! What a call returns is what `JSON.parse` makes of the answer, although other code makes it.

use async_trait::async_trait;
use latchstring_core::{Json, Limits, OperationError};
use latchstring_sandbox::{Calls, Owner};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};

use crate::support::{PATHS, SANDBOX, owner, program, result};

/// Answers with these texts, and tells them as strings.
struct Texts(Vec<String>);

#[async_trait]
impl Calls for Texts {
    fn owner(&self) -> Option<Owner> {
        Some(owner(1))
    }

    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        if path == "boms.list" {
            return Ok(to_raw_value(&json!({ "texts": self.0 })).unwrap());
        }
        let arguments: serde_json::Value = serde_json::from_str(arguments).unwrap();
        let at = usize::try_from(arguments["at"].as_u64().unwrap()).unwrap();
        Ok(RawValue::from_string(self.0[at].clone()).unwrap())
    }
}

const COMPARE: &str = "
const same = (a, b) => {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [one, other] = [a, b].map(Object.getOwnPropertyDescriptors);
  const [names, others] = [one, other].map(Reflect.ownKeys);
  return names.length === others.length && names.every((name, i) => name === others[i]
    && same(one[name].value, other[name].value)
    && ['writable', 'enumerable', 'configurable'].every((flag) => one[name][flag] === other[name][flag]));
};
const { texts } = await app.boms.list({});
const wrong = [];
for (let at = 0; at < texts.length; at++) {
  const answer = await app.parts.get({ at });
  if (!same(answer, JSON.parse(texts[at]))) wrong.push(texts[at].slice(0, 200), JSON.stringify(answer).slice(0, 200));
}
return { compared: texts.length, wrong };
";

async fn assert_as_json_parse(texts: Vec<String>) {
    let limits = Limits {
        calls: 10_000,
        ..Limits::default()
    };
    let expected = json!({ "compared": texts.len(), "wrong": [] });
    let outcome = SANDBOX
        .run_with(&PATHS, &program(COMPARE), &limits, &mut Texts(texts))
        .await
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(outcome.ended.unwrap().get()).unwrap();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_answer_is_what_json_parse_makes_of_it() {
    let deep = |times: usize| format!("{}1{}", "[{\"a\":".repeat(times), "}]".repeat(times));
    let wide = |keys: usize| {
        let fields: Vec<_> = (0..keys).map(|i| format!("\"k{i}\":{i}")).collect();
        format!("[{{{0}}},{{{0}}}]", fields.join(","))
    };
    let mut texts: Vec<String> = [
        "null", "true", "false", "\"\"", "{}", "[]", "[[],{}]", " [ 1 , { \"a\" : \"b\" } ] ", "\t{\n}\r",
        r#"{"a":1,"a":2}"#, r#"[{"a":1,"b":2,"a":3},{"a":1,"b":2,"a":3}]"#, r#"[{"a":1,"b":2},{"b":1,"a":2},{"a":1}]"#,
        r#"[{"__proto__":{"x":1},"y":2},{"__proto__":null,"y":3}]"#, r#"[{"2":1,"0":2,"a":3},{"2":4,"0":5,"a":6}]"#,
        r#"[{"":1},{"":2}]"#, r#"[{"length":1},{"constructor":2},{"toString":null}]"#,
        r#"[{"a\nb":1},{"a\nb":2},{"\u0061":3,"a":4}]"#, r#"[{"é":1,"日本":2},{"é":3,"日本":4}]"#,
        r#"["a\"b","\\","\/","\b\f\n\r\t","\u00e9","\ud83d\ude00","\ud800","x\u0000y","long enough for eight\\bytes\""]"#,
        r#"["é","日本語","😀","ascii and é in one","aaaaaaaé","aaaaaaaaé","\u007f"]"#,
        "[0,-0,1,-1,12,2147483647,2147483648,-2147483648,-2147483649,999999999999999,1000000000000000]",
        "[9007199254740991,9007199254740993,123456789012345678901234567890,-999999999999999,1e3,1E3,1e+3,1e-3,-1e3]",
        "[0.1,0.2,0.30000000000000004,1.5,-1.5,100.10,3.0,-0.0,0.0,0.000001,12345.678901,123456789.123456,-12.34e5]",
        "[1.7976931348623157e308,5e-324,2.2250738585072014e-308,1e400,0.1e1,999999999999999.9,99999999999999.9]",
        "[\"1234567\",\"12345678\",\"123456789\"]",
    ]
    .map(str::to_owned)
    .into();
    texts.extend([1, 31, 32, 33, 200].map(deep));
    texts.extend([31, 32, 33, 100].map(wide));
    texts.push(format!("[{}]", vec!["0"; 1000].join(",")));
    // More forms than are remembered, in turn.
    let rows: Vec<_> = (0..200)
        .map(|i| format!("{{\"k{}\":{i},\"b\":{{\"c\":{}}}}}", i % 11, i % 3))
        .collect();
    texts.push(format!("[{}]", rows.join(",")));
    assert_as_json_parse(texts).await;
}

#[tokio::test]
async fn any_answer_is_what_json_parse_makes_of_it() {
    let mut dice = Dice(7);
    assert_as_json_parse((0..300).map(|_| dice.value(4)).collect()).await;
}

/// xorshift64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn value(&mut self, depth: u32) -> String {
        match self.roll(if depth == 0 { 6 } else { 10 }) {
            0 => ["null", "true", "false"][usize::try_from(self.roll(3)).unwrap()].to_owned(),
            1 => self.roll(1 << 40).to_string(),
            2 => format!("-{}.{}", self.roll(1000), self.roll(100_000)),
            3 => format!("{}.{:03}e{}", self.roll(10), self.roll(1000), self.roll(30)),
            4 | 5 => self.text(),
            6 | 7 => {
                let parts: Vec<_> = (0..self.roll(5)).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", parts.join(","))
            }
            _ => {
                let parts: Vec<_> = (0..self.roll(5))
                    .map(|_| format!("{}:{}", self.text(), self.value(depth - 1)))
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
        }
    }

    fn text(&mut self) -> String {
        let letters = ["a", "b", "1", "é", "\\n", "\\u00e9", "日", "\\\"", "_"];
        let some: String = (0..self.roll(12))
            .map(|_| letters[usize::try_from(self.roll(9)).unwrap()])
            .collect();
        format!("\"{some}\"")
    }
}

#[tokio::test]
async fn rows_that_were_made_alike_are_apart() {
    let told = result(
        "const { items } = await app.boms.list({});
         const [one, two, three] = items;
         one.name = 1; one.extra = true; delete two.id; Object.freeze(three);
         const again = (await app.boms.list({})).items;
         return { items, again: again[1], isFrozen: Object.isFrozen(again[2]) }",
    )
    .await;
    assert_eq!(
        told,
        json!({
            "items": [
                { "id": "b1", "name": 1, "parts": 12, "extra": true },
                { "name": "Frame", "parts": 40 },
                { "id": "b3", "name": "Cable set", "parts": 7 },
            ],
            "again": { "id": "b2", "name": "Frame", "parts": 40 },
            "isFrozen": false,
        })
    );
}
