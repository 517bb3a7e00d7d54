//! A change that is sent again under its key.

use chrono::{DateTime, TimeDelta};
use latchstring_core::{
    Change, Context, Effect, ErrorCode, Fence, Finish, Json, OperationError, ReplayKey, Scope, Session, Surface,
    UnitOfWork,
};
use serde_json::Value;

use crate::notebook::Desk;

const MILK: &str = r#"{"noteText":"milk","idempotencyKey":"k1"}"#;

/// A grant at a desk, at a moment.
struct Caller<'a> {
    desk: &'a Desk,
    surface: Surface,
    after: TimeDelta,
}

impl<'a> Caller<'a> {
    fn at(desk: &'a Desk) -> Self {
        Self {
            desk,
            surface: desk.surface(Scope::ReadWrite),
            after: TimeDelta::zero(),
        }
    }

    fn session(&self) -> Session {
        self.desk
            .session_of(&self.surface, Effect::Write, DateTime::UNIX_EPOCH + self.after)
    }

    /// One call in a session of its own.
    async fn call(&self, path: &str, arguments: &str, finish: Finish) -> Result<String, String> {
        let mut session = self.session();
        let called = session.call_from_program(path, arguments).await;
        session.finish(finish).await.unwrap();
        called.map(|answer| text(&answer)).map_err(|error| error.to_string())
    }

    async fn pin(&self, arguments: &str) -> Result<String, String> {
        self.call("board.pin", arguments, Finish::Commit).await
    }
}

fn text(answer: &Json) -> String {
    answer.get().to_owned()
}

#[tokio::test]
async fn the_same_change_is_made_once_and_answered_alike() {
    let desk = Desk::default();
    let caller = Caller::at(&desk);
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":1,"replayed":false}"#);
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":1,"replayed":true}"#);
    assert_eq!(desk.notebook.notes(), ["milk"]);
    // Without a key, or with another, it is another change.
    let again = caller.pin(r#"{"noteText":"milk"}"#).await.unwrap();
    assert_eq!(again, r#"{"count":2,"replayed":false}"#);
    let null = caller
        .pin(r#"{"noteText":"milk","idempotencyKey":null}"#)
        .await
        .unwrap();
    assert_eq!(null, r#"{"count":3,"replayed":false}"#);
    let other = caller
        .pin(r#"{"noteText":"milk","idempotencyKey":"K1"}"#)
        .await
        .unwrap();
    assert_eq!(other, r#"{"count":4,"replayed":false}"#);
}

#[tokio::test]
async fn the_same_change_twice_in_one_program_is_made_once() {
    let desk = Desk::default();
    let mut session = Caller::at(&desk).session();
    let mut pin = async || text(&session.call_from_program("board.pin", MILK).await.unwrap());
    assert_eq!(pin().await, r#"{"count":1,"replayed":false}"#);
    assert_eq!(pin().await, r#"{"count":1,"replayed":true}"#);
    assert_eq!(session.finish(Finish::Commit).await.unwrap().changes.len(), 1);
    assert_eq!(desk.notebook.notes(), ["milk"]);
}

#[tokio::test]
async fn the_order_of_fields_does_not_matter_and_another_argument_does() {
    let desk = Desk::default();
    let caller = Caller::at(&desk);
    caller
        .pin(r#"{"noteText":"milk","colours":{"red":1,"blue":2},"idempotencyKey":"k1"}"#)
        .await
        .unwrap();
    let turned = caller
        .pin(r#"{ "idempotencyKey": "k1", "colours": { "blue": 2, "red": 1 }, "noteText": "milk" }"#)
        .await;
    assert_eq!(turned.unwrap(), r#"{"count":3,"replayed":true}"#);
    assert_eq!(
        caller.pin(MILK).await.unwrap_err(),
        "CONFLICT: the key `k1` was used for `board.pin` with other arguments; nothing was done. Take a new \
         `idempotencyKey` for a new change, or send the arguments of the first call to get its answer"
    );
    assert_eq!(desk.notebook.notes(), ["milk"]);
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let desk = Desk::default();
    let mut caller = Caller::at(&desk);
    caller.pin(MILK).await.unwrap();
    caller.after = TimeDelta::hours(24) - TimeDelta::microseconds(1);
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":1,"replayed":true}"#);
    caller.after = TimeDelta::hours(24);
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":2,"replayed":false}"#);
}

#[tokio::test]
async fn a_key_is_of_one_grant_and_one_operation() {
    let desk = Desk::default();
    Caller::at(&desk).pin(MILK).await.unwrap();
    let caller = Caller::at(&desk);
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":2,"replayed":false}"#);
    let many = r#"{"items":[{"noteText":"eggs"}],"idempotencyKey":"k1"}"#;
    let answer = caller.call("board.pinMany", many, Finish::Commit).await.unwrap();
    assert!(answer.ends_with(r#""replayed":false}"#), "{answer}");
}

#[tokio::test]
async fn what_was_undone_or_refused_is_not_remembered() {
    let desk = Desk::default();
    let caller = Caller::at(&desk);
    for finish in [Finish::DryRun, Finish::Fail(ErrorCode::ProgramError)] {
        let answer = caller.call("board.pin", MILK, finish).await.unwrap();
        assert_eq!(answer, r#"{"count":1,"replayed":false}"#);
    }
    let empty = r#"{"noteText":"","idempotencyKey":"k1"}"#;
    assert!(caller.pin(empty).await.unwrap_err().starts_with("INVALID_INPUT"));
    assert_eq!(caller.pin(MILK).await.unwrap(), r#"{"count":1,"replayed":false}"#);
}

#[tokio::test]
async fn the_key_of_a_bulk_form_is_beside_the_items() {
    let desk = Desk::default();
    let caller = Caller::at(&desk);
    let call = async |arguments| caller.call("board.pinMany", arguments, Finish::Commit).await;
    let items = r#"{"items":[{"noteText":"milk"},{"noteText":""}],"idempotencyKey":"k1"}"#;
    let first: Value = serde_json::from_str(&call(items).await.unwrap()).unwrap();
    let mut again: Value = serde_json::from_str(&call(items).await.unwrap()).unwrap();
    assert_eq!((&first["succeeded"], &first["failed"]), (&1.into(), &1.into()));
    assert_eq!(again["replayed"], true);
    again["replayed"] = false.into();
    assert_eq!(again, first, "also what was refused");
    let answer = call(r#"{"items":[{"noteText":"milk","idempotencyKey":"k2"}]}"#)
        .await
        .unwrap();
    assert!(answer.contains("unknown field `idempotencyKey`"), "{answer}");
    assert_eq!(desk.notebook.notes(), ["milk"]);
}

#[tokio::test]
async fn a_key_is_short_and_visible() {
    let desk = Desk::default();
    let caller = Caller::at(&desk);
    for wrong in [r#""""#, r#""a b""#, r#""ä""#, "7", &format!(r#""{}""#, "x".repeat(101))] {
        let arguments = format!(r#"{{"noteText":"milk","idempotencyKey":{wrong}}}"#);
        assert_eq!(
            caller.pin(&arguments).await.unwrap_err(),
            "INVALID_INPUT: wrong argument for `board.pin` at `idempotencyKey`: it takes a string of 1 to 100 visible ASCII \
             characters, without spaces, such as a UUID"
        );
    }
    assert_eq!(
        caller
            .pin(r#"{"noteText":"milk","idempotencykey":"k1"}"#)
            .await
            .unwrap_err(),
        "INVALID_INPUT: wrong arguments for `board.pin`: unknown field `idempotencykey` (did you mean `idempotencyKey`?). \
         Expected {noteText: string, colours?: object, idempotencyKey?: string}"
    );
}

#[test]
fn the_schemas_have_the_key_and_what_it_answers() {
    let surface = Desk::default().surface(Scope::ReadWrite);
    for name in ["board.pin", "board.pin_many"] {
        let operation = surface.find(name).unwrap();
        assert_eq!(operation.input_schema["properties"]["idempotencyKey"]["maxLength"], 100);
        assert!(
            !operation.input_schema["required"]
                .as_array()
                .unwrap()
                .contains(&"idempotencyKey".into())
        );
        assert_eq!(operation.output_schema["properties"]["replayed"]["type"], "boolean");
        assert!(
            operation.output_schema["required"]
                .as_array()
                .unwrap()
                .contains(&"replayed".into())
        );
        assert_eq!(operation.errors.last().unwrap().0, ErrorCode::Conflict);
    }
}

/// A writer that keeps no answers.
struct Forgetful;

impl UnitOfWork for Forgetful {
    fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_writer_that_keeps_no_answers_says_so_to_the_log() {
    let session = Desk::default().session(Scope::ReadWrite, Effect::Write);
    let cx: &Context = session.context();
    let key = ReplayKey {
        tenant: cx.tenant(),
        grant: cx.grant().id(),
        operation: "board.pin".into(),
        key: "k1".into(),
    };
    let error = Forgetful.recall(&key, cx.now()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("`recall` and `remember`"), "{source}");
}
