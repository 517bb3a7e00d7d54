//! Operations as TypeScript declarations: the form in which models write correct calls.
//!
//! The return type stands in the text, because clients read output schemas but do not show them to the model. Every word
//! is paid for when it is read, so a type that would be told twice has a name, and a whole surface is told in a line for
//! each operation.

mod shared;
mod types;

use std::fmt::Write;

use latchstring_core::{Effect, Operation};

use self::{
    shared::{Shared, definitions},
    types::{Layout, Types, field_names},
};

/// An overview has whole types where it is no longer than this, in bytes: about a thousand tokens.
const OVERVIEW: usize = 4_000;

/// The declaration of one operation: its documentation, its failures, an example, and its signature.
pub fn declaration(operation: &Operation) -> String {
    declarations(&[operation])
}

/// The declarations of several, with the types that they share behind them.
pub(crate) fn declarations(operations: &[&Operation]) -> String {
    let shared = Shared::of(operations);
    let types = Types(&shared);
    let mut whole: Vec<String> = operations.iter().map(|operation| whole(operation, &types)).collect();
    whole.extend(declared(operations, &types, Layout::Documented(0)));
    whole.join("\n")
}

fn whole(operation: &Operation, types: &Types<'_>) -> String {
    let mut text = String::from("/**\n");
    for line in operation.description.trim().lines() {
        let _ = writeln!(text, " * {}", line.trim_end());
    }
    if operation.effect == Effect::Write {
        text.push_str(" * Changes data: call it from `run_write`.\n");
    }
    for (code, when) in &operation.errors {
        let _ = writeln!(text, " * @throws {code} {when}");
    }
    let _ = writeln!(text, " * @example {}\n */", operation.example);
    let layout = Layout::Documented(0);
    let _ = writeln!(
        text,
        "app.{}(args: {}): Promise<{}>",
        operation.name.program(),
        types.named(&operation.input_schema, layout),
        types.named(&operation.output_schema, layout)
    );
    text
}

/// The types that have a name, each once.
fn declared(operations: &[&Operation], types: &Types<'_>, layout: Layout) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let schemas = operations
        .iter()
        .flat_map(|operation| [&operation.input_schema, &operation.output_schema]);
    for (name, schema) in schemas.flat_map(definitions) {
        all.push(format!("type {name} = {}\n", types.of(schema, layout)));
    }
    for (name, schema) in types.0.iter() {
        all.push(format!("type {name} = {}\n", types.object(schema, layout)));
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|one| seen.insert(one.clone()));
    all
}

/// Many operations in a line each, those that read first. With the types of their results as far as that is short,
/// otherwise with the names of their fields.
pub(crate) fn overview(operations: &[&Operation]) -> String {
    let head = |results: &str| {
        format!(
            "// {} operations in short{results}. Describe up to five by name for units, limits, errors and examples.\n",
            operations.len()
        )
    };
    let all = Shared::of(operations);
    let types = Types(&all);
    let result = |operation: &Operation| types.named(&operation.output_schema, Layout::OneLine);
    let text = head("") + &lines(operations, &types, result);
    if text.len() <= OVERVIEW {
        return text;
    }
    let arguments = Shared::of_arguments(operations);
    let names = |operation: &Operation| field_names(&operation.output_schema);
    head(", results by their fields") + &lines(operations, &Types(&arguments), names)
}

fn lines(operations: &[&Operation], types: &Types<'_>, result: impl Fn(&Operation) -> String) -> String {
    let mut text = String::new();
    for effect in [Effect::Read, Effect::Write] {
        let mut with_it = operations
            .iter()
            .filter(|operation| operation.effect == effect)
            .peekable();
        if effect == Effect::Write && with_it.peek().is_some() {
            text.push_str("// These change data: call them from `run_write`.\n");
        }
        for operation in with_it {
            let title = beyond_the_name(operation).map(|title| format!(" // {title}"));
            let (signature, result) = (signed(operation, types), result(operation));
            let _ = writeln!(text, "{signature}: {result}{}", title.unwrap_or_default());
        }
    }
    text + &declared(operations, types, Layout::OneLine).concat()
}

/// The title of an operation, unless its name has all the words of it: `boms.list` lists BOMs.
fn beyond_the_name(operation: &Operation) -> Option<&str> {
    let name = operation.name.program().to_lowercase();
    let title: &str = operation.title.as_ref();
    let mut words = title.split(|letter: char| !letter.is_alphanumeric());
    let is_new = |word: &str| {
        let start: String = word.to_lowercase().chars().take(5).collect();
        start.len() > 3 && !name.contains(&start)
    };
    words.any(is_new).then_some(title)
}

/// The signature alone, in one line.
pub(crate) fn signature(operation: &Operation) -> String {
    signed(operation, &Types(&Shared::none()))
}

fn signed(operation: &Operation, types: &Types<'_>) -> String {
    let arguments = types.named(&operation.input_schema, Layout::OneLine);
    format!("app.{}({arguments})", operation.name.program())
}

/// The type that an operation returns, in one line.
pub(crate) fn return_type(operation: &Operation) -> String {
    let none = Shared::none();
    let types = Types(&none);
    let mut text = types.object(&operation.output_schema, Layout::OneLine);
    for (name, schema) in definitions(&operation.output_schema) {
        let _ = write!(text, "; type {name} = {}", types.of(schema, Layout::OneLine));
    }
    text
}

#[cfg(test)]
mod tests;
