//! What a grant sees.

use latchstring_core::{Effect, ErrorCode, Scope, Surface};

use crate::notebook::Desk;

#[test]
fn a_read_grant_sees_no_operation_that_writes() {
    let surface = Desk::default().surface(Scope::Read);
    let names: Vec<_> = surface
        .operations()
        .map(|operation| operation.name.as_str().to_owned())
        .collect();
    assert_eq!(names, ["notes.list"]);
    assert_eq!(surface.program_paths().as_ref(), ["notes.list"]);
    assert!(surface.tool("notes_add_one").is_none());
    assert!(!surface.has(Effect::Write));
}

#[test]
fn write_includes_read() {
    let surface = Desk::default().surface(Scope::ReadWrite);
    assert_eq!(
        surface.program_paths().as_ref(),
        [
            "board.pin",
            "board.pinMany",
            "notes.addOne",
            "notes.addOneMany",
            "notes.list"
        ]
    );
    assert_eq!(surface.reads_only().program_paths().as_ref(), ["notes.list"]);
}

#[test]
fn a_hidden_operation_is_answered_like_one_that_does_not_exist() {
    let surface = Desk::default().surface(Scope::Read);
    let visible = surface.program_paths();
    for name in [
        "notes.addOne",
        "notes.addTwo",
        "notes.add_one",
        "notes.ad",
        "todo.addOne",
    ] {
        let error = surface.find(name).unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownOperation);
        let near = error.details().unwrap()["nearest"].as_array().unwrap();
        assert!(
            near.iter().all(|one| visible.iter().any(|path| path == one)),
            "{name}: {near:?}"
        );
        assert!(error.message().starts_with(&format!("no operation `{name}`; ")));
    }
}

#[test]
fn every_spelling_of_a_visible_name_finds_it() {
    let surface = Desk::default().surface(Scope::ReadWrite);
    for spelling in ["notes.add_one", "notes.addOne", "app.notes.addOne"] {
        assert_eq!(surface.find(spelling).unwrap().name.as_str(), "notes.add_one");
    }
    let error = surface.find("notes.lst").unwrap_err();
    assert_eq!(
        error.to_string(),
        "UNKNOWN_OPERATION: no operation `notes.lst`; the nearest are `notes.list`; in `notes` there are addOne, addOneMany, \
         list"
    );
}

#[test]
fn where_nothing_is_by_a_name_it_is_said_what_there_is() {
    let surface = Desk::default().surface(Scope::ReadWrite);
    let say = |surface: &Surface, name: &str| surface.find(name).unwrap_err().message().to_owned();
    assert_eq!(
        say(&surface, "todo.find"),
        "no operation `todo.find`; an operation is `app.<namespace>.<method>`, and the namespaces are board, notes"
    );
    assert_eq!(
        say(&surface.reads_only(), "notes.rename"),
        "no operation `notes.rename`; in `notes` there are list; what changes data is in `run_write`"
    );
    assert_eq!(
        say(&surface.read_only(), "notes.rename"),
        "no operation `notes.rename`; in `notes` there are list"
    );
}
