//! Who may call what, of every operation of a product.

use std::fmt::Write;

use latchstring::{Effect, ErrorCode, Scope, Surface};

use crate::Stores;

/// One row per operation, to be reviewed whenever it changes: who sees it, and how it is marked.
pub fn matrix(stores: &Stores) -> String {
    let (read, read_write) = (stores.surface(Scope::Read), stores.surface(Scope::ReadWrite));
    let mut matrix = format!(
        "{:<42}{:<10}{:<6}{:<13}{}\n",
        "operation", "no grant", "read", "read & write", "marks"
    );
    for operation in read_write.operations() {
        let mark = |is: bool| if is { "yes" } else { "-" };
        let visible = |surface: &Surface| mark(surface.find(operation.name.as_str()).is_ok());
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
    matrix
}

/// Fails if a grant that reads is told a word of an operation that writes, by its name or by one that is nearly it. Says how
/// many operations write.
pub async fn writes_are_hidden_from_readers(stores: &Stores) -> usize {
    let surface = stores.surface(Scope::ReadWrite);
    let writes: Vec<(&str, &str)> = surface
        .operations()
        .filter(|one| one.effect == Effect::Write)
        .map(|one| (one.name.as_str(), one.name.program()))
        .collect();
    let mut session = stores.session(stores.tenants[0], Scope::Read, Effect::Write);
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
    writes.len()
}

/// The fields of inputs without a description, and the operations whose example does not call them.
pub fn unexplained(stores: &Stores) -> Vec<String> {
    let mut unexplained = Vec::new();
    for operation in stores.surface(Scope::ReadWrite).operations() {
        let fields = operation.input_schema.get("properties");
        let fields = fields.and_then(|fields| fields.as_object()).into_iter().flatten();
        let silent = fields.filter(|(_, schema)| schema.get("description").is_none());
        unexplained.extend(silent.map(|(field, _)| format!("{}: {field}", operation.name)));
        if !operation
            .example
            .contains(&format!("app.{}(", operation.name.program()))
        {
            unexplained.push(format!("{}: its example", operation.name));
        }
    }
    unexplained
}
