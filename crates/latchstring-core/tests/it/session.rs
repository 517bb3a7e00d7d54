//! One unit of work per call, ending in one commit or one rollback.

use latchstring_core::{Effect, ErrorCode, Finish, OperationError, ProgramRecord, Refusal, Scope, SessionLimits};
use serde_json::json;

use crate::notebook::Desk;

const MILK: &str = r#"{"noteText":"milk"}"#;

#[tokio::test]
async fn what_a_session_wrote_is_read_by_it_at_once_and_by_others_after_the_commit() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    session.call_from_program("notes.addOne", MILK).await.unwrap();
    let seen = session.call_from_program("notes.list", "{}").await.unwrap();
    assert_eq!(seen.get(), r#"{"notes":["milk"]}"#);
    assert!(desk.notebook.notes().is_empty());

    let finished = session.finish(Finish::Commit).await.unwrap();
    assert!(finished.committed);
    assert_eq!(finished.changes.len(), 1);
    assert_eq!(desk.notebook.notes(), ["milk"]);
}

#[tokio::test]
async fn a_failure_a_dry_run_and_a_drop_leave_no_trace() {
    let desk = Desk::default();
    for finish in [Some(Finish::Fail(ErrorCode::ProgramError)), Some(Finish::DryRun), None] {
        let mut session = desk.session(Scope::ReadWrite, Effect::Write);
        session.call_from_program("notes.addOne", MILK).await.unwrap();
        if let Some(finish) = finish {
            let finished = session.finish(finish).await.unwrap();
            assert!(!finished.committed);
            assert_eq!(finished.changes.len(), 1, "what would have changed is told");
        }
        assert!(desk.notebook.notes().is_empty());
    }
    let records = desk.gate.records.lock().unwrap();
    let outcomes: Vec<_> = records
        .iter()
        .map(|call| (call.outcome, call.committed, call.operations.len()))
        .collect();
    assert_eq!(
        outcomes,
        [("PROGRAM_ERROR", false, 1), ("OK", false, 1), ("CANCELLED", false, 1)]
    );
}

#[tokio::test]
async fn a_grant_revoked_while_running_ends_at_the_next_call_and_cannot_commit() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    session.call_from_program("notes.addOne", MILK).await.unwrap();
    desk.gate.revoke();
    let error = session.call_from_program("notes.list", "{}").await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Revoked);
    assert!(error.ends_program());
    assert_eq!(
        session.finish(Finish::Commit).await.unwrap_err().code(),
        ErrorCode::Revoked
    );
    assert!(desk.notebook.notes().is_empty());
}

#[tokio::test]
async fn s07_a_command_in_a_reading_session_is_unknown_even_to_a_write_grant() {
    let desk = Desk::default();
    for scope in [Scope::Read, Scope::ReadWrite] {
        let mut session = desk.session(scope, Effect::Read);
        for spelling in ["notes.addOne", "notes.add_one", "app.notes.addOne"] {
            let error = session.call_from_program(spelling, MILK).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::UnknownOperation);
        }
        assert!(!session.finish(Finish::Commit).await.unwrap().committed);
    }
    assert!(desk.notebook.notes().is_empty());
}

#[tokio::test]
async fn x04_no_spelling_opens_a_write_to_a_read_grant() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::Read, Effect::Write);
    for spelling in [
        "notes.addOne",
        "notes.add_one",
        "Notes.AddOne",
        "notes.addOne ",
        "notes.\u{0430}ddOne",
        "notes_add_one",
        "NOTES.ADD_ONE",
    ] {
        let error = session.call_from_program(spelling, MILK).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownOperation, "{spelling}");
    }
    session.finish(Finish::Commit).await.unwrap();
    assert!(desk.notebook.notes().is_empty());
}

#[tokio::test]
async fn wrong_arguments_are_all_named_at_once_with_what_was_meant() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    let mut say = async |arguments: &str| {
        session
            .call_from_program("notes.addOne", arguments)
            .await
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        say(r#"{"notetext":"milk"}"#).await,
        "INVALID_INPUT: wrong arguments for `notes.addOne`: unknown field `notetext` (did you mean `noteText`?), \
         missing field `noteText`. Expected {noteText: string}"
    );
    assert_eq!(
        say(r#"{"noteText":5}"#).await,
        "INVALID_INPUT: wrong argument for `notes.addOne` at `noteText`: the number `5` is given, a string is expected; \
         put it in quotes: \"5\". Expected {noteText: string}"
    );
    assert_eq!(
        say("[]").await,
        "INVALID_INPUT: `notes.addOne` takes one object, as in `notes.addOne({noteText: string})`"
    );
}

#[tokio::test]
async fn a_session_counts_its_writes() {
    let desk = Desk::default();
    let mut session = desk
        .session(Scope::ReadWrite, Effect::Write)
        .with_limits(SessionLimits {
            writes: 2,
            ..SessionLimits::default()
        });
    for _ in 0..2 {
        session.call_from_program("notes.addOne", MILK).await.unwrap();
    }
    let error = session.call_from_program("notes.addOne", MILK).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::LimitExceeded);
    session.call_from_program("notes.list", "{}").await.unwrap();
}

#[tokio::test]
async fn every_operation_of_a_call_is_written_down_with_its_changes() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    session.call_from_program("notes.addOne", MILK).await.unwrap();
    session.call_from_program("notes.nothing", "{}").await.unwrap_err();
    session.finish(Finish::Commit).await.unwrap();

    let records = desk.gate.records.lock().unwrap();
    let call = &records[0];
    assert_eq!((call.tool.as_str(), call.outcome, call.committed), ("test", "OK", true));
    let operations: Vec<_> = call
        .operations
        .iter()
        .map(|one| (one.operation.as_str(), one.outcome, one.rows, one.changes.len()))
        .collect();
    assert_eq!(
        operations,
        [
            ("notes.add_one", "OK", 1, 1),
            ("notes.nothing", "UNKNOWN_OPERATION", 0, 0)
        ]
    );
    assert_eq!(call.program, None);
}

#[tokio::test]
async fn a_program_is_written_down_and_its_source_is_not_in_the_debug_form() {
    let desk = Desk::default();
    let program = ProgramRecord {
        sha256: "ab".repeat(32),
        source: Some("return 'hunter2'".into()),
    };
    drop(desk.session(Scope::Read, Effect::Read).with_program(program.clone()));

    let records = desk.gate.records.lock().unwrap();
    assert_eq!(records[0].program, Some(program));
    assert!(!format!("{records:?}").contains("hunter2"));
}

#[tokio::test]
async fn what_was_read_is_not_told_after_a_revocation() {
    let desk = Desk::default();
    for finish in [Finish::Commit, Finish::DryRun] {
        let desk = Desk::default();
        let mut session = desk.session(Scope::Read, Effect::Read);
        session.call_from_program("notes.list", "{}").await.unwrap();
        desk.gate.revoke();
        assert_eq!(session.finish(finish).await.unwrap_err().code(), ErrorCode::Revoked);
    }
    assert!(desk.gate.records.lock().unwrap().is_empty());
}

#[tokio::test]
async fn arguments_and_the_list_of_their_faults_are_bounded() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    let long = format!(r#"{{"noteText":"{}"}}"#, "x".repeat(1 << 20));
    let error = session.call_from_program("notes.addOne", &long).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::LimitExceeded);

    let many: Vec<String> = (0..5000).map(|nth| format!(r#""field{nth}":1"#)).collect();
    let arguments = format!("{{{}}}", many.join(","));
    let error = session.call_from_program("notes.addOne", &arguments).await.unwrap_err();
    assert!(
        error.message().contains("and 4991 more") && error.message().len() < 1000,
        "{error}"
    );
}

#[tokio::test]
async fn a_write_called_in_a_reading_session_of_a_write_grant_is_told_where_it_belongs() {
    let desk = Desk::default();
    let ask = async |scope| {
        let mut session = desk.session(scope, Effect::Read);
        session.call_from_program("notes.addOne", MILK).await.unwrap_err()
    };
    let told = ask(Scope::ReadWrite).await;
    assert_eq!(told.code(), ErrorCode::UnknownOperation);
    assert!(told.message().contains("`run_write`"), "{told}");
    assert!(!ask(Scope::Read).await.message().contains("run_write"));
}

#[tokio::test]
async fn an_end_that_has_begun_comes_to_its_end_though_nobody_waits() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    session.call_from_program("notes.addOne", MILK).await.unwrap();
    let door = desk.gate.door.lock().await;
    tokio::select! {
        _ = session.finish(Finish::Commit) => panic!("it ended behind a shut door"),
        () = tokio::task::yield_now() => {}
    }
    drop(door);
    while desk.gate.records.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.notebook.notes(), ["milk"]);
    let records = desk.gate.records.lock().unwrap();
    assert_eq!((records[0].outcome, records[0].committed), ("OK", true));
}

#[tokio::test]
async fn a_plan_that_one_thing_needs_stops_neither_the_program_nor_other_items() {
    let desk = Desk::default();
    let mut session = desk.session(Scope::ReadWrite, Effect::Write);
    let golden = r#"{"noteText":"golden milk"}"#;
    let error = session.call_from_program("notes.addOne", golden).await.unwrap_err();
    assert_eq!(
        error.to_value(),
        json!({
            "code": "PLAN_REQUIRED",
            "message": "a golden note needs the plan `enhanced`, which this store does not have. Go on without it, or ask the \
                        store's owner to change the plan; nothing else is affected",
            "details": { "plan": "enhanced" }
        })
    );
    assert!(!error.ends_program());
    let lapsed = OperationError::from(Refusal::PlanLapsed);
    assert!(lapsed.code() == ErrorCode::PlanRequired && lapsed.ends_program());

    let items = format!(r#"{{"items":[{golden},{MILK}]}}"#);
    session.call_from_program("notes.addOneMany", &items).await.unwrap();
    assert!(session.finish(Finish::Commit).await.unwrap().committed);
    assert_eq!(desk.notebook.notes(), ["milk"]);
}
