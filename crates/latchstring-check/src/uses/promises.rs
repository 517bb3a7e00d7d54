//! Promises that are used as if they were kept, and objects that are used as if they were lists.

use oxc::{
    ast::ast::{ArrayExpressionElement, Expression, ObjectPropertyKind},
    span::GetSpan,
};

use super::Uses;
use crate::{faults::Faults, reading::bare, types::Type};

impl<'a> Uses<'_, '_, 'a, '_> {
    /// `expression` is used as if its promise were kept.
    pub(super) fn awaited(&self, expression: &Expression<'a>, what_for: &str, faults: &mut Faults<'_>) {
        let Type::Promise(_) = self.types.of(expression) else {
            return;
        };
        let shown = self.shown(expression.span());
        let advice = match bare(expression) {
            Expression::CallExpression(_) => format!("put `await` before it: `(await {shown})`"),
            _ => format!("put `await` before the call that made it, or write `(await {shown})`"),
        };
        faults.mistype(
            expression.span().start,
            format!("`{shown}` is a promise, and the program goes on to {what_for}; {advice}"),
        );
    }

    pub(super) fn iterated(&self, expression: &Expression<'a>, faults: &mut Faults<'_>) {
        self.awaited(expression, "go through it", faults);
        let kind = self.types.of(expression);
        if !matches!(kind, Type::Described(_) | Type::Object(_)) {
            return;
        }
        let shown = self.shown(expression.span());
        let advice = match (kind.list_in(), bare(expression)) {
            (Some(list), Expression::AwaitExpression(_)) => format!("the list is in `{list}`: `({shown}).{list}`"),
            (Some(list), _) => format!("the list is in `{shown}.{list}`"),
            (None, _) => format!(
                "it has: {}; `Object.entries` makes a list of it",
                kind.fields().join(", ")
            ),
        };
        faults.mistype(
            expression.span().start,
            format!("`{shown}` is an object and no list; {advice}"),
        );
    }

    /// What the program returns must not hold promises: they would be written as `{}`.
    pub(super) fn result(&self, expression: &Expression<'a>, faults: &mut Faults<'_>) {
        match bare(expression) {
            Expression::ObjectExpression(it) => {
                for property in &it.properties {
                    if let ObjectPropertyKind::ObjectProperty(it) = property {
                        self.awaited(&it.value, "return it within its result", faults);
                        self.result(&it.value, faults);
                    }
                }
            }
            Expression::ArrayExpression(it) => {
                for one in it.elements.iter().filter_map(ArrayExpressionElement::as_expression) {
                    self.awaited(one, "return it within its result", faults);
                    self.result(one, faults);
                }
            }
            _ => {
                if let Type::List(item) = self.types.of(expression)
                    && matches!(*item, Type::Promise(_))
                {
                    let shown = self.shown(expression.span());
                    let message =
                        format!("`{shown}` is a list of promises; wait for all: `await Promise.all({shown})`");
                    faults.mistype(expression.span().start, message);
                }
            }
        }
    }
}
