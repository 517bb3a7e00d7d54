//! How a program uses what operations return: operations that are not there, fields that are not there, promises that are
//! not awaited.

mod patterns;
mod promises;

use latchstring_core::nearest;
use oxc::{
    ast::{
        AstKind,
        ast::{Argument, BindingPattern, CallExpression, Expression, ForStatementLeft, UnaryOperator},
    },
    semantic::NodeId,
    span::{GetSpan, Span},
};

use crate::{
    faults::Faults,
    fit,
    infer::Types,
    javascript,
    missing::{missing, shortened, shown},
    reading::{Reading, bare},
    types::{Field, Type},
};

/// Asked of any object by the language itself.
const ASKED: [&str; 6] = ["then", "toJSON", "constructor", "valueOf", "toString", "prototype"];

/// What every function has.
const FUNCTION: [&str; 4] = ["apply", "bind", "call", "arguments"];

/// Adds a fault for each use that cannot work.
pub(crate) fn find(types: &Types<'_, '_, '_>, faults: &mut Faults<'_>) {
    let uses = Uses { types };
    for (id, kind) in types.reading.nodes() {
        uses.one(id, kind, faults);
    }
}

struct Uses<'t, 'r, 'a, 's> {
    types: &'t Types<'r, 'a, 's>,
}

impl<'a> Uses<'_, '_, 'a, '_> {
    fn reading(&self) -> &Reading<'a> {
        self.types.reading
    }

    fn one(&self, id: NodeId, kind: AstKind<'a>, faults: &mut Faults<'_>) {
        match kind {
            AstKind::StaticMemberExpression(it) if !self.is_target(id, it.span) => {
                self.member(id, &it.object, &it.property.name, it.property.span, faults);
            }
            AstKind::ComputedMemberExpression(it) => match bare(&it.expression) {
                Expression::StringLiteral(name) if !self.is_target(id, it.span) => {
                    self.member(id, &it.object, &name.value, name.span, faults);
                }
                _ => self.awaited(&it.object, "read a field of it", faults),
            },
            AstKind::CallExpression(it) => self.call(it, faults),
            AstKind::AssignmentExpression(it) => {
                let object = it
                    .left
                    .as_member_expression()
                    .map(|member| self.types.of(member.object()));
                if matches!(object, Some(Type::App | Type::Namespace(_))) {
                    let what = self.shown(it.left.span());
                    faults.mistype(
                        it.left.span().start,
                        format!("`{what}` cannot be changed: what `app` holds is fixed; use a name of your own"),
                    );
                }
            }
            AstKind::VariableDeclarator(it) => {
                if let Some(init) = &it.init {
                    match &it.id {
                        BindingPattern::ObjectPattern(pattern) => {
                            self.awaited(init, "take fields out of it", faults);
                            self.pattern(pattern, &self.types.of(init), init.span(), faults);
                        }
                        BindingPattern::ArrayPattern(_) => self.iterated(init, faults),
                        _ => {}
                    }
                }
            }
            AstKind::ForOfStatement(it) if !it.r#await => {
                self.iterated(&it.right, faults);
                if let ForStatementLeft::VariableDeclaration(left) = &it.left
                    && let Some(BindingPattern::ObjectPattern(pattern)) = left.declarations.first().map(|one| &one.id)
                {
                    self.pattern(pattern, &self.types.of(&it.right).item(), it.right.span(), faults);
                }
            }
            AstKind::SpreadElement(it) => match self.reading().parent(id) {
                AstKind::ObjectExpression(_) => self.awaited(&it.argument, "copy its fields", faults),
                _ => self.iterated(&it.argument, faults),
            },
            AstKind::AwaitExpression(it) => {
                if let Type::List(item) = self.types.of(&it.argument)
                    && matches!(*item, Type::Promise(_))
                {
                    let shown = self.shown(it.argument.span());
                    let all = if shown.ends_with('…') { "..." } else { &shown };
                    let message = format!(
                        "`{shown}` is a list of promises, and `await` waits for one: `await Promise.all({all})`"
                    );
                    faults.mistype(it.argument.span().start, message);
                }
            }
            AstKind::TemplateLiteral(it) => {
                for one in &it.expressions {
                    self.awaited(one, "write it into text", faults);
                }
            }
            AstKind::BinaryExpression(it) if it.operator.is_equality() => {
                self.compared(&it.left, &it.right, faults);
                self.compared(&it.right, &it.left, faults);
            }
            AstKind::SwitchStatement(it) => {
                for test in it.cases.iter().filter_map(|case| case.test.as_ref()) {
                    self.compared(&it.discriminant, test, faults);
                }
            }
            AstKind::BinaryExpression(it) if !it.operator.is_equality() && !it.operator.is_relational() => {
                self.awaited(&it.left, "compute with it", faults);
                self.awaited(&it.right, "compute with it", faults);
            }
            AstKind::IfStatement(it) => self.awaited(&it.test, "ask whether it is true", faults),
            AstKind::WhileStatement(it) => self.awaited(&it.test, "ask whether it is true", faults),
            AstKind::ConditionalExpression(it) => self.awaited(&it.test, "ask whether it is true", faults),
            AstKind::UnaryExpression(it) if it.operator == UnaryOperator::LogicalNot => {
                self.awaited(&it.argument, "ask whether it is true", faults);
            }
            AstKind::ReturnStatement(it) => {
                if let Some(argument) = it.argument.as_ref().filter(|_| !self.reading().is_in_function(id)) {
                    self.result(argument, faults);
                }
            }
            AstKind::FormalParameter(it) => {
                if let BindingPattern::ObjectPattern(pattern) = &it.pattern {
                    self.parameter(id, pattern, faults);
                }
            }
            _ => {}
        }
    }

    /// A field that is written to or deleted, or only asked for.
    fn is_target(&self, id: NodeId, span: Span) -> bool {
        match self.reading().parent(id) {
            AstKind::AssignmentExpression(it) => it.left.span() == span,
            AstKind::UpdateExpression(_) => true,
            AstKind::UnaryExpression(it) => matches!(it.operator, UnaryOperator::Delete | UnaryOperator::Typeof),
            _ => false,
        }
    }

    fn member(&self, id: NodeId, object: &Expression<'a>, name: &str, at: Span, faults: &mut Faults<'_>) {
        match self.types.of(object) {
            Type::App if !ASKED.contains(&name) => {
                if self.types.has_namespace(name) {
                    return;
                }
                // `app.bomz.list` is told whole.
                let path = match self.reading().parent(id) {
                    AstKind::StaticMemberExpression(outer) => format!("{name}.{}", outer.property.name),
                    _ => name.to_owned(),
                };
                self.operation(&path, at, faults);
            }
            Type::Namespace(namespace) if !ASKED.contains(&name) => {
                self.operation(&format!("{namespace}.{name}"), at, faults);
            }
            Type::Promise(_) if !matches!(name, "then" | "catch" | "finally") => {
                self.awaited(object, &format!("read `{}` of it", shortened(name)), faults);
            }
            Type::Unknown => self.of_the_language(object, name, at, faults),
            kind => self.field((id, object), &kind, name, at, faults),
        }
    }

    /// `JSON.serialize`: what the language's own objects have not.
    fn of_the_language(&self, object: &Expression<'a>, name: &str, at: Span, faults: &mut Faults<'_>) {
        let Expression::Identifier(own) = bare(object) else {
            return;
        };
        let scoping = self.reading().semantic.scoping();
        if scoping.get_reference(own.reference_id()).symbol_id().is_some() || self.types.is_given(name) {
            return;
        }
        let Some((own, has)) = javascript::STATICS.iter().find(|(known, _)| own.name == *known) else {
            return;
        };
        if has.contains(&name)
            || javascript::OBJECT.contains(&name)
            || (*own != "JSON" && *own != "Math" && FUNCTION.contains(&name))
        {
            return;
        }
        let name = shortened(name);
        let near = nearest(&name, has.iter().copied());
        let advice = match near.first() {
            Some(near) => format!("did you mean `{own}.{near}`?"),
            None => format!("it has: {}", has.join(", ")),
        };
        faults.mistype(at.start, format!("`{own}` has no `{name}`; {advice}"));
    }

    fn operation(&self, path: &str, at: Span, faults: &mut Faults<'_>) {
        if let Err(error) = self.types.surface.find(path) {
            faults.refused(at.start, &error);
        }
    }

    fn field(
        &self,
        (id, object): (NodeId, &Expression<'a>),
        kind: &Type<'_>,
        name: &str,
        at: Span,
        faults: &mut Faults<'_>,
    ) {
        if self.types.is_given(name) || matches!(kind.field(name), Field::Is(_)) {
            return;
        }
        let mut told = missing(&self.shown(object.span()), kind, name);
        if self.is_optional(id) {
            told.push_str(". It never exists, so `?.` and `??` do not help; leave it out");
        }
        faults.mistype(at.start, told);
    }

    /// Whether the program goes on without the field: `it?.name`, `it.name?.first`, `it.name ?? "none"`.
    fn is_optional(&self, member: NodeId) -> bool {
        let nodes = self.reading().semantic.nodes();
        let mut inner = member;
        while matches!(
            nodes.parent_kind(inner),
            AstKind::ChainExpression(_) | AstKind::ParenthesizedExpression(_)
        ) {
            inner = nodes.parent_id(inner);
        }
        let span = nodes.kind(inner).span();
        let is_asked = match nodes.kind(member) {
            AstKind::StaticMemberExpression(it) => it.optional,
            AstKind::ComputedMemberExpression(it) => it.optional,
            _ => false,
        };
        is_asked
            || match nodes.parent_kind(inner) {
                AstKind::StaticMemberExpression(it) => it.optional,
                AstKind::ComputedMemberExpression(it) => it.optional && it.object.span() == span,
                AstKind::CallExpression(it) => it.optional && it.callee.span() == span,
                AstKind::LogicalExpression(it) => !it.operator.is_and() && it.left.span() == span,
                _ => false,
            }
    }

    fn call(&self, call: &CallExpression<'a>, faults: &mut Faults<'_>) {
        match self.types.of(&call.callee) {
            Type::Operation(operation) => return fit::call(self.types, operation, call, faults),
            Type::Namespace(_) | Type::App => {
                let path = self.shown(call.callee.span());
                let path = path.trim_start_matches("app.").to_owned();
                return self.operation(&path, call.callee.span(), faults);
            }
            kind @ (Type::Described(_)
            | Type::Object(_)
            | Type::List(_)
            | Type::Text
            | Type::Word(_)
            | Type::Number) => {
                let what = self.shown(call.callee.span());
                faults.mistype(
                    call.callee.span().start,
                    format!("`{what}` is {}, not a function; leave the `()` out", kind.word()),
                );
            }
            _ => {}
        }
        let Some(member) = bare(&call.callee).as_member_expression() else {
            return;
        };
        let Expression::Identifier(object) = bare(member.object()) else {
            return;
        };
        let Some(argument) = call.arguments.first().and_then(Argument::as_expression) else {
            return;
        };
        let method = member.static_property_name();
        match (object.name.as_str(), method) {
            ("JSON", Some("stringify")) | ("console", Some(_)) => self.awaited(argument, "write it down", faults),
            ("JSON", Some("parse")) => {
                let kind = self.types.of(argument);
                if matches!(
                    kind,
                    Type::Described(_) | Type::Object(_) | Type::List(_) | Type::Promise(_)
                ) {
                    let what = self.shown(argument.span());
                    faults.mistype(
                        call.span.start,
                        format!(
                            "`{what}` is {} already, not JSON text; use it as it is",
                            kind.awaited().word()
                        ),
                    );
                }
            }
            ("Object", Some("keys" | "values" | "entries")) | ("Array", Some("from" | "isArray")) => {
                self.awaited(argument, "look into it", faults);
            }
            _ => {}
        }
    }

    /// A field that has one of a few values, compared with another.
    fn compared(&self, field: &Expression<'a>, value: &Expression<'a>, faults: &mut Faults<'_>) {
        let (Type::Word(words), Expression::StringLiteral(value)) = (self.types.of(field), bare(value)) else {
            return;
        };
        if words.contains(&value.value.as_str()) {
            return;
        }
        let (what, given) = (self.shown(field.span()), shortened(&value.value));
        let meant = nearest(&given, words.iter().copied());
        let meant = meant
            .first()
            .map(|meant| format!(" (did you mean `{meant}`?)"))
            .unwrap_or_default();
        let message = format!(
            "`{what}` is never \"{given}\"{meant}; it is one of: {}",
            words.join(", ")
        );
        faults.mistype(value.span.start, message);
    }

    fn shown(&self, span: Span) -> String {
        shown(self.reading().source_of(span))
    }
}
