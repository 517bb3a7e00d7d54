//! The bulk form of a command.

use std::time::Duration;

use latchstring_core::{Effect, ErrorCode, Finish, Json, Scope, Session};
use serde_json::{Value, json};

use crate::notebook::Desk;

fn writing(desk: &Desk) -> Session {
    desk.session(Scope::ReadWrite, Effect::Write)
}

fn notes(texts: &[&str]) -> String {
    let items: Vec<Value> = texts.iter().map(|text| json!({ "noteText": text })).collect();
    json!({ "items": items }).to_string()
}

fn read(answer: &Json) -> Value {
    serde_json::from_str(answer.get()).unwrap()
}

#[tokio::test]
async fn items_are_done_in_order_and_a_refused_one_stops_no_other() {
    let desk = Desk::default();
    let mut session = writing(&desk);
    let answer = session
        .call_from_program("notes.addOneMany", &notes(&["milk", "", "eggs"]))
        .await
        .unwrap();
    assert_eq!(
        read(&answer),
        json!({
            "succeeded": 2,
            "failed": 1,
            "results": [
                { "index": 0, "outcome": "ok", "result": { "notes": ["milk"] }, "error": null },
                {
                    "index": 1,
                    "outcome": "failed",
                    "result": null,
                    "error": { "code": "INVALID_INPUT", "message": "`noteText` is empty; say something" }
                },
                { "index": 2, "outcome": "ok", "result": { "notes": ["milk", "eggs"] }, "error": null },
            ]
        })
    );
    let finished = session.finish(Finish::Commit).await.unwrap();
    assert_eq!(finished.changes.len(), 2);
    assert_eq!(desk.notebook.notes(), ["milk", "eggs"]);
}

#[tokio::test]
async fn wrong_arguments_of_an_item_are_its_own_failure_and_say_where_they_are() {
    let desk = Desk::default();
    let arguments = r#"{"items":[{"notetext":"milk"},{"noteText":5},"eggs",{"noteText":"tea"}]}"#;
    let answer = writing(&desk)
        .call_from_program("notes.addOneMany", arguments)
        .await
        .unwrap();
    let answer = read(&answer);
    let told: Vec<&str> = (0..3)
        .map(|index| answer["results"][index]["error"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "wrong arguments for `notes.addOneMany` at `items[0]`: unknown field `notetext` (did you mean `noteText`?), \
             missing field `noteText`. Expected {noteText: string}",
            "wrong argument for `notes.addOneMany` at `items[1].noteText`: the number `5` is given, a string is expected; \
             put it in quotes: \"5\". Expected {noteText: string}",
            "`items[2]` of `notes.addOneMany` is no object. Expected {noteText: string}",
        ]
    );
    assert_eq!((&answer["succeeded"], &answer["failed"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn a_call_without_items_or_with_too_many_is_refused_as_a_whole() {
    let desk = Desk::default();
    let mut session = writing(&desk);
    let mut say = async |arguments: &str| {
        let error = session
            .call_from_program("notes.addOneMany", arguments)
            .await
            .unwrap_err();
        error.to_string()
    };
    assert_eq!(
        say(r#"{"items":[]}"#).await,
        "INVALID_INPUT: `items` of `notes.addOneMany` is empty; give 1 to 250 items"
    );
    assert_eq!(
        say(&notes(&["milk"; 251])).await,
        "LIMIT_EXCEEDED: `notes.addOneMany` takes 250 items at most, not 251; send the rest in further calls"
    );
    assert_eq!(
        say(r#"{"item":[]}"#).await,
        "INVALID_INPUT: wrong arguments for `notes.addOneMany`: unknown field `item` (did you mean `items`?), missing field \
         `items`. Expected {items: {noteText: string}[]}"
    );
    session
        .call_from_program("notes.addOneMany", &notes(&["milk"; 250]))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_error_that_ends_a_program_ends_the_whole_call() {
    let desk = Desk::default();
    let mut session = writing(&desk);
    let error = session
        .call_from_program("notes.addOneMany", &notes(&["milk", "a broken pencil", "eggs"]))
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
}

#[tokio::test(start_paused = true)]
async fn time_runs_out_between_two_items() {
    let desk = Desk::default();
    let mut session = writing(&desk);
    tokio::time::advance(Duration::from_mins(1)).await;
    let error = session
        .call_from_program("notes.addOneMany", &notes(&["milk", "eggs"]))
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert_eq!(
        session.finish(Finish::Commit).await.unwrap_err().code(),
        ErrorCode::Timeout
    );
    assert!(desk.notebook.notes().is_empty());
}

#[tokio::test]
async fn all_items_count_as_one_write_and_the_gate_is_asked_again_at_the_next_call() {
    let desk = Desk::default();
    let mut session = writing(&desk).with_limits(latchstring_core::SessionLimits {
        writes: 2,
        ..Default::default()
    });
    for _ in 0..2 {
        session
            .call_from_program("notes.addOneMany", &notes(&["milk"; 3]))
            .await
            .unwrap();
    }
    let mut say = async || {
        let called = session.call_from_program("notes.addOneMany", &notes(&["milk"])).await;
        called.unwrap_err().code()
    };
    assert_eq!(say().await, ErrorCode::LimitExceeded);
    desk.gate.revoke();
    assert_eq!(say().await, ErrorCode::Revoked);
}

#[test]
fn its_words_come_from_the_command() {
    let surface = Desk::default().surface(Scope::ReadWrite);
    let many = surface.find("notes.add_one_many").unwrap();
    assert_eq!(
        (many.name.program(), many.name.tool()),
        ("notes.addOneMany", "notes_add_one_many")
    );
    assert_eq!(many.title, "Add a note, many at once");
    assert_eq!(many.summary(), "Adds a note, for up to 250 items in one call.");
    assert_eq!(
        many.example,
        r#"const { results, failed } = await app.notes.addOneMany({ items: [{ noteText: "milk" }] });"#
    );
    assert_eq!(
        Value::Object(many.input_schema.clone()),
        json!({
            "type": "object",
            "description": many.description,
            "properties": {
                "items": {
                    "type": "array",
                    "description": "1 to 250 of them, each as `app.notes.addOne` takes it.",
                    "minItems": 1,
                    "maxItems": 250,
                    "items": {
                        "type": "object",
                        "properties": { "noteText": { "type": "string", "description": "What it says; not empty." } },
                        "required": ["noteText"],
                        "additionalProperties": false
                    }
                }
            },
            "required": ["items"],
            "additionalProperties": false
        })
    );
    assert!(surface.reads_only().find("notes.addOneMany").is_err());
}
