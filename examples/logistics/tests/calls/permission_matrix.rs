//! Who may call what: one row per operation, reviewed whenever it changes.

use std::fmt::Write;

use latchstring::{Catalog, Effect, ErrorCode, Scope};
use logistics::Logistics;

use crate::stores::Stores;

#[tokio::test]
async fn every_operation_is_visible_to_exactly_the_grants_that_may_call_it() {
    let stores = Stores::open().await;
    let surface = |scope| stores.catalog.surface(Stores::grant(stores.harbor, scope));
    let (read, read_write) = (surface(Scope::Read), surface(Scope::ReadWrite));
    let mut matrix = format!(
        "{:<42}{:<10}{:<6}{:<13}{}\n",
        "operation", "no grant", "read", "read & write", "marks"
    );
    for operation in read_write.operations() {
        let mark = |is: bool| if is { "yes" } else { "-" };
        let visible = |surface: &latchstring::Surface| mark(surface.find(operation.name.as_str()).is_ok());
        let marks = [
            (operation.is_destructive, "destructive"),
            (
                operation.effect == Effect::Write && operation.is_idempotent,
                "idempotent",
            ),
        ];
        let marks: Vec<_> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        // Without a grant there is no surface, so there is nothing to call.
        let row = [operation.name.as_str(), "-", visible(&read), visible(&read_write)];
        let [name, none, read, write] = row;
        writeln!(
            matrix,
            "{}",
            format!("{name:<42}{none:<10}{read:<6}{write:<13}{}", marks.join(", ")).trim_end()
        )
        .unwrap();
    }
    insta::assert_snapshot!(matrix);
}

#[tokio::test]
async fn a_read_grant_is_told_nothing_of_operations_that_write() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    let writes: Vec<(&str, &str)> = surface
        .operations()
        .filter(|one| one.effect == Effect::Write)
        .map(|one| (one.name.as_str(), one.name.program()))
        .collect();
    assert!(writes.len() >= 40);
    let mut session = stores.session(stores.harbor, Scope::Read, Effect::Write);
    for (name, program) in &writes {
        for given in [*name, *program] {
            // As it is, and with a slip of the pen that a suggestion would put right.
            for asked in [
                given.to_owned(),
                format!("{given}s"),
                given[..given.len() - 1].to_owned(),
            ] {
                let hidden = session.call_from_program(&asked, "{}").await.unwrap_err();
                assert_eq!(hidden.code(), ErrorCode::UnknownOperation, "{asked}");
                let told = hidden.message().replacen(&asked, "", 1);
                for (name, program) in &writes {
                    assert!(!told.contains(name) && !told.contains(program), "{asked}: {hidden}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_field_of_every_input_is_explained() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    for operation in surface.operations() {
        let fields = operation
            .input_schema
            .get("properties")
            .and_then(|fields| fields.as_object());
        for (name, schema) in fields.into_iter().flatten() {
            assert!(
                schema.get("description").is_some(),
                "{}: `{name}` has no words",
                operation.name
            );
        }
        assert!(
            operation
                .example
                .contains(&format!("app.{}(", operation.name.program())),
            "{}",
            operation.name
        );
    }
    assert!(Catalog::new::<Logistics>(Logistics::open(stores.database.clone()).await.unwrap()).is_ok());
}
