//! What a program returns, whatever shape it has.
//!
//! A program is the body of an async function. One that has no `return` of its own returns its last expression; or what
//! the function returns that it declares and nobody calls.

use oxc::{
    ast::{
        AstKind,
        ast::{BindingPattern, ExportDefaultDeclarationKind, Expression, FormalParameters, Statement},
    },
    semantic::SymbolId,
    span::{GetSpan, Span},
};

use crate::{
    faults::Faults,
    fence::blanked,
    reading::{Reading, bare},
};

/// A piece of code and the byte it is put in before.
pub(crate) type Piece = (usize, String);

/// What is put in so that the program returns. Blanks `export default` in `text`.
pub(crate) fn returning(
    reading: &Reading<'_>,
    text: &mut String,
    reads_only: bool,
    faults: &mut Faults<'_>,
) -> Vec<Piece> {
    let body = &reading.program.body;
    if let Some(Statement::ExportDefaultDeclaration(it)) = body
        .iter()
        .find(|one| matches!(one, Statement::ExportDefaultDeclaration(_)))
    {
        let start = it.declaration.span().start;
        text.replace_range(
            it.span.start as usize..start as usize,
            &blanked(reading.source_of(Span::new(it.span.start, start))),
        );
        return match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => called(function.span, &function.params),
            declaration => match declaration.as_expression() {
                Some(expression) => returned(expression),
                None => Vec::new(),
            },
        };
    }
    if let Some(at) = bare_return(reading) {
        faults.syntax(
            at,
            "`return` ends with its line and returns nothing; put the value on the same line",
        );
        return Vec::new();
    }
    if returns(reading) {
        return Vec::new();
    }
    let is_declaration = |one: &&Statement<'_>| {
        matches!(
            one,
            Statement::EmptyStatement(_) | Statement::FunctionDeclaration(_) | Statement::ClassDeclaration(_)
        ) || one.as_declaration().is_some_and(oxc::ast::ast::Declaration::is_type)
    };
    match body.iter().rfind(|one| !is_declaration(one)) {
        Some(Statement::ExpressionStatement(it)) if !is_for_its_effect(&it.expression) => returned(&it.expression),
        last => {
            if let Some((span, name, params)) = uncalled(reading) {
                return vec![(span.end as usize, format!(";return {name}({});", arguments(params)))];
            }
            if reads_only && !does_more_than_compute(reading) {
                let at = last.map_or_else(
                    || body.first().map_or(0, |one| one.span().start),
                    |one| one.span().start,
                );
                faults.syntax(
                    at,
                    "the program returns nothing; end it with `return` and the value that you want",
                );
            }
            Vec::new()
        }
    }
}

/// Whether it has a `return` at its top level.
fn returns(reading: &Reading<'_>) -> bool {
    reading.nodes().any(|(id, kind)| {
        matches!(kind, AstKind::ReturnStatement(it) if it.argument.is_some()) && !reading.is_in_function(id)
    })
}

/// A `return` whose value is on the next line, which is another statement to the language.
fn bare_return(reading: &Reading<'_>) -> Option<u32> {
    reading.program.body.windows(2).find_map(|two| match two {
        [
            Statement::ReturnStatement(it),
            Statement::ExpressionStatement(_) | Statement::BlockStatement(_),
        ] => it.argument.is_none().then_some(it.span.start),
        _ => None,
    })
}

/// What is asked for what it does alone; its value is nothing.
fn is_for_its_effect(expression: &Expression<'_>) -> bool {
    matches!(
        bare(expression),
        Expression::AssignmentExpression(_) | Expression::UpdateExpression(_)
    )
}

fn returned(expression: &Expression<'_>) -> Vec<Piece> {
    let span = expression.span();
    match bare(expression) {
        Expression::ArrowFunctionExpression(it) => called(span, &it.params),
        Expression::FunctionExpression(it) => called(span, &it.params),
        _ => vec![(span.start as usize, "return ".to_owned())],
    }
}

fn called(span: Span, params: &FormalParameters<'_>) -> Vec<Piece> {
    vec![
        (span.start as usize, "return (".to_owned()),
        (span.end as usize, format!(")({});", arguments(params))),
    ]
}

/// Whoever asks for something can only want `app`.
fn arguments(params: &FormalParameters<'_>) -> &'static str {
    match params.items.first().map(|one| &one.pattern) {
        None => "",
        Some(BindingPattern::ObjectPattern(it))
            if it
                .properties
                .iter()
                .any(|one| one.key.static_name().as_deref() == Some("app")) =>
        {
            "{app}"
        }
        Some(_) => "app",
    }
}

/// The function at the top level that nothing mentions; of several the one that is named like a program, or the last.
fn uncalled<'r>(reading: &'r Reading<'_>) -> Option<(Span, &'r str, &'r FormalParameters<'r>)> {
    const NAMES: [&str; 6] = ["main", "run", "program", "execute", "handler", "start"];
    let scoping = reading.semantic.scoping();
    let is_uncalled = |symbol: SymbolId| scoping.symbol_is_unused(symbol);
    let mut found = Vec::new();
    for one in &reading.program.body {
        match one {
            Statement::FunctionDeclaration(it) => {
                if let Some(id) = it.id.as_ref().filter(|id| is_uncalled(id.symbol_id())) {
                    found.push((it.span, id.name.as_str(), &*it.params));
                }
            }
            Statement::ExportDeclaration(it) => {
                if let oxc::ast::ast::Declaration::FunctionDeclaration(it) = &it.declaration
                    && let Some(id) = it.id.as_ref().filter(|id| is_uncalled(id.symbol_id()))
                {
                    found.push((it.span, id.name.as_str(), &*it.params));
                }
            }
            Statement::VariableDeclaration(it) => {
                let Some(declarator) = it.declarations.last() else {
                    continue;
                };
                let BindingPattern::BindingIdentifier(id) = &declarator.id else {
                    continue;
                };
                let params = match declarator.init.as_ref().map(bare) {
                    Some(Expression::ArrowFunctionExpression(it)) => &*it.params,
                    Some(Expression::FunctionExpression(it)) => &*it.params,
                    _ => continue,
                };
                if is_uncalled(id.symbol_id()) {
                    found.push((it.span, id.name.as_str(), params));
                }
            }
            _ => {}
        }
    }
    let named = found.iter().position(|(_, name, _)| NAMES.contains(name));
    let at = named.or(found.len().checked_sub(1))?;
    Some(found.swap_remove(at))
}

/// Whether it prints or throws, which tells something, too.
fn does_more_than_compute(reading: &Reading<'_>) -> bool {
    reading.nodes().any(|(_, kind)| match kind {
        AstKind::ThrowStatement(_) => true,
        AstKind::IdentifierReference(it) => it.name == "console",
        _ => false,
    })
}
