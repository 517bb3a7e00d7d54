//! The fields that patterns take out of values.

use oxc::{
    ast::{
        AstKind,
        ast::{BindingPattern, ObjectPattern},
    },
    semantic::NodeId,
    span::{GetSpan, Span},
};

use super::Uses;
use crate::{
    faults::Faults,
    missing::missing,
    reading::bare,
    types::{Field, Type},
};

impl<'a> Uses<'_, '_, 'a, '_> {
    /// The fields that a pattern takes out of a value.
    pub(super) fn pattern(&self, pattern: &ObjectPattern<'a>, kind: &Type<'_>, from: Span, faults: &mut Faults<'_>) {
        for property in &pattern.properties {
            let has_default = matches!(property.value, BindingPattern::AssignmentPattern(_));
            let Some(name) = property
                .key
                .static_name()
                .filter(|_| !has_default && !property.computed)
            else {
                continue;
            };
            let at = property.key.span();
            match kind {
                Type::App | Type::Namespace(_) => {
                    let prefix = if let Type::Namespace(namespace) = kind {
                        format!("{namespace}.")
                    } else {
                        String::new()
                    };
                    if !(prefix.is_empty() && self.types.has_namespace(&name)) {
                        self.operation(&format!("{prefix}{name}"), at, faults);
                    }
                }
                _ if self.types.is_given(&name) => {}
                _ => {
                    if matches!(kind.field(&name), Field::Missing) {
                        faults.mistype(at.start, missing(&self.shown(from), kind, &name));
                    } else if let (Field::Is(inner), BindingPattern::ObjectPattern(deeper)) =
                        (kind.field(&name), &property.value)
                    {
                        self.pattern(deeper, &inner, at, faults);
                    }
                }
            }
        }
    }

    /// A callback that takes its item apart.
    pub(super) fn parameter(&self, id: NodeId, pattern: &ObjectPattern<'a>, faults: &mut Faults<'_>) {
        let nodes = self.reading().semantic.nodes();
        let function = nodes.parent_id(nodes.parent_id(id));
        let AstKind::CallExpression(call) = nodes.parent_kind(function) else {
            return;
        };
        let Some(member) = bare(&call.callee).as_member_expression() else {
            return;
        };
        let is_first = matches!(nodes.parent_kind(id), AstKind::FormalParameters(all) if all.items.first().is_some_and(|one| one.span == nodes.kind(id).span()));
        let method = member.static_property_name();
        let takes_items = matches!(
            method,
            Some("map" | "filter" | "forEach" | "find" | "findLast" | "findIndex" | "some" | "every" | "flatMap")
        );
        if is_first
            && takes_items
            && let Type::List(item) = self.types.of(member.object())
        {
            self.pattern(pattern, &item, member.object().span(), faults);
        }
    }
}
