use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;
use crate::{input, schema};

/// Everything that a field can be.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is what counts")]
struct Everything {
    /// Named by the author.
    #[schemars(example = &"bom_desk_lamp")]
    bom_id: String,
    finished_good: String,
    #[schemars(length(min = 12))]
    long: String,
    #[schemars(length(max = 3))]
    short: String,
    at: chrono::DateTime<chrono::Utc>,
    on: chrono::NaiveDate,
    small: u8,
    #[schemars(range(min = 5, max = 9))]
    several: i64,
    #[schemars(range(max = -2.5))]
    below: f64,
    is_big: bool,
    side: Side,
    shape: Shape,
    maybe: Option<String>,
    #[schemars(length(min = 2))]
    rows: Vec<Row>,
    tree: Tree,
    #[serde(rename = "with-dash")]
    with_dash: String,
    anything: Value,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Side {
    Left,
    Right,
}

/// One of two.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "that it can be read is what counts")]
enum Shape {
    Round { radius: f64 },
    Square(f64),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is what counts")]
struct Row {
    #[schemars(example = 2.5)]
    quantity: f64,
    note: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "that it can be read is what counts")]
struct Tree {
    branches: Vec<Tree>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<String>,
    total_count: u64,
    number: u64,
}

/// Nothing in it holds anything.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Count {
    bom_id: String,
    total: u64,
    sum: f64,
}

#[derive(Serialize, JsonSchema)]
struct Nothing {}

fn name() -> Name {
    Name::new("boms.list").expect("a name")
}

#[test]
fn every_field_that_must_be_given_has_a_value_that_is_taken() {
    let input = schema::of::<Everything>();
    let arguments = arguments(&input);
    let text = Value::Object(arguments.clone()).to_string();
    let read = input::parse::<Everything>("boms.list", &input, &text);
    assert!(read.is_ok(), "{text}: {:?}", read.err());
    let example = call(&name(), &arguments, &schema::of_output::<Page>());
    let expected = concat!(
        "const { items } = await app.boms.list({ bomId: \"bom_desk_lamp\", finishedGood: \"finished good\", ",
        "long: \"longxxxxxxxx\", short: \"sho\", at: \"2026-01-31T09:00:00Z\", on: \"2026-01-31\", small: 1, several: 5, ",
        "below: -2.5, isBig: true, side: \"left\", shape: { radius: 1 }, rows: [{ quantity: 2.5 }, { quantity: 2.5 }], ",
        "tree: { branches: [{ branches: [{ branches: [] }] }] }, \"with-dash\": \"with-dash\", anything: \"anything\" });"
    );
    assert_eq!(example, expected);
}

#[test]
fn an_example_without_anything_to_give_or_to_take_is_a_call_all_the_same() {
    let made = |output| call(&name(), &Map::new(), &output);
    assert_eq!(
        made(schema::of_output::<Nothing>()),
        "const answer = await app.boms.list({});"
    );
    assert_eq!(
        made(schema::of_output::<Count>()),
        "const { bomId, total } = await app.boms.list({});"
    );
}
