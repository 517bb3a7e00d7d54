//! Names that nothing declares, and constants that are assigned to.

use latchstring_core::{Position, Surface, nearest};
use oxc::ast::AstKind;

use crate::{faults::Faults, javascript, reading::Reading};

/// Adds a fault for each name that is neither declared nor there.
pub(crate) fn find(reading: &Reading<'_>, surface: &Surface, faults: &mut Faults<'_>) {
    let (nodes, scoping) = (reading.semantic.nodes(), reading.semantic.scoping());
    let unresolved = scoping.root_unresolved_references();
    for (name, references) in unresolved {
        let name = name.as_str();
        if name == "app" || name == "arguments" || javascript::GLOBALS.contains(&name) {
            continue;
        }
        let references: Vec<_> = references
            .iter()
            .map(|id| scoping.get_reference(*id))
            .filter(|one| !one.is_type())
            .collect();
        // Who asks whether it is there goes on without it.
        let is_asked = references.iter().any(
            |one| matches!(nodes.parent_kind(one.node_id()), AstKind::UnaryExpression(it) if it.operator.is_keyword()),
        );
        let Some(first) = references.first().filter(|_| !is_asked) else {
            continue;
        };
        let at = reading.semantic.reference_span(first).start;
        let is_assigned = references.iter().any(|one| one.is_write());
        let message = match advice(name, surface) {
            Some(advice) => format!("`{name}` is not defined; {advice}"),
            None if is_assigned => format!("`{name}` is not declared; declare it with `let {name}` before it is used"),
            None => unknown(name, reading, surface),
        };
        faults.reference(at, message);
    }
    for symbol in scoping
        .symbol_ids()
        .filter(|symbol| scoping.symbol_flags(*symbol).is_const_variable())
    {
        if let Some(write) = scoping.get_resolved_references(symbol).find(|one| one.is_write()) {
            let name = scoping.symbol_name(symbol);
            let message = format!("`{name}` is a constant and cannot be changed; declare it with `let {name}`");
            faults.mistype(reading.semantic.reference_span(write).start, message);
        }
    }
}

fn unknown(name: &str, reading: &Reading<'_>, surface: &Surface) -> String {
    let scoping = reading.semantic.scoping();
    if let Some(symbol) = scoping.symbol_ids().find(|symbol| scoping.symbol_name(*symbol) == name) {
        let line = Position::of(scoping.symbol_span(symbol).start as usize, reading.text).line;
        return format!(
            "`{name}` is not defined here: it is declared within a block or a function, in line {line}; declare it before that with `let {name}`"
        );
    }
    let is_near = |one: &&str| one.len().abs_diff(name.len()) <= 2;
    let declared = scoping.symbol_names().filter(is_near);
    let near = nearest(
        name,
        declared
            .chain(javascript::GLOBALS.iter().copied())
            .filter(|one| *one != name),
    );
    if let Some(meant) = near.first() {
        return format!("`{name}` is not defined; did you mean `{meant}`?");
    }
    let paths = surface.program_paths();
    let methods = paths.iter().filter(|path| path.rsplit('.').next() == Some(name));
    let methods: Vec<String> = methods.take(3).map(|path| format!("`app.{path}`")).collect();
    if methods.is_empty() {
        format!("`{name}` is not defined; declare it with `const` or `let` before it is used")
    } else {
        format!(
            "`{name}` is not defined; operations are in `app`: {}",
            methods.join(", ")
        )
    }
}

/// What programs written for elsewhere ask for, and what to do instead.
pub(crate) fn advice(name: &str, surface: &Surface) -> Option<String> {
    let paths = surface.program_paths();
    let own = paths.iter().find(|path| path.split('.').next() == Some(name));
    if own.is_some() {
        return Some(format!("it is in `app`, so write `app.{name}`"));
    }
    let advice = match name {
        "fetch" | "XMLHttpRequest" | "WebSocket" | "axios" | "EventSource" => {
            "a program has no network; call the operations in `app` instead"
        }
        "require" | "process" | "module" | "exports" | "Buffer" | "__dirname" | "__filename" | "global" | "Deno"
        | "Bun" => "there are no modules and there is no Node; a program has the JavaScript language and `app`",
        "_" | "lodash" | "moment" | "dayjs" | "luxon" | "R" | "$" | "jQuery" | "Decimal" | "Big" => {
            "there are no libraries and no modules; use the language itself, such as `map`, `reduce`, `sort` or `Object.groupBy`"
        }
        "setTimeout"
        | "setInterval"
        | "setImmediate"
        | "clearTimeout"
        | "clearInterval"
        | "requestAnimationFrame"
        | "sleep" => "there are no timers; just go on, `await` waits for operations",
        "window" | "document" | "localStorage" | "sessionStorage" | "navigator" | "location" | "alert" | "self" => {
            "there is no browser; a program has the JavaScript language and `app`"
        }
        "eval" => "a program cannot make code from text; write the code itself",
        "structuredClone" => "copy with `JSON.parse(JSON.stringify(value))` or `{ ...value }`",
        "Intl" => "there is no Intl; format numbers with `toFixed` and dates with `toISOString`",
        "URL" | "URLSearchParams" => "there is no URL class; put addresses together as text",
        "TextEncoder" | "TextDecoder" | "crypto" => "it is not part of the JavaScript language; do without",
        "print" | "println" | "echo" => "print with `console.log`, and return the result with `return`",
        "len" => "this is Python; use `.length`",
        "None" | "nil" | "NULL" => "use `null`",
        "True" => "use `true`",
        "False" => "use `false`",
        "str" | "int" | "float" | "dict" | "list" | "range" | "self_" => "this is Python; a program is JavaScript",
        "tools" | "codemode" | "api" | "client" | "mcp" | "call_tool" | "callTool" | "functions" | "store" | "db"
        | "host" | "server" | "sdk" => return Some(format!("operations are in `app`, as in `{}`", example(surface))),
        _ => return None,
    };
    Some(advice.to_owned())
}

fn example(surface: &Surface) -> String {
    let first = surface.program_paths().first().cloned();
    first.map_or_else(
        || "app.<namespace>.<method>({...})".to_owned(),
        |path| format!("await app.{path}({{...}})"),
    )
}
