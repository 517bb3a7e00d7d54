//! The fields that a program gives to its objects itself, so that they may be there though no schema has them.

use std::{borrow::Cow, collections::HashSet};

use oxc::{
    ast::{
        AstKind,
        ast::{Argument, CallExpression, Expression, ObjectPropertyKind, UnaryOperator},
    },
    semantic::NodeId,
    span::{GetSpan, Span},
};

use crate::reading::{Reading, bare};

/// Their names: `x.total = …`, `x["total"] = …`, `Object.assign(x, { total })`.
pub(super) fn names<'a>(reading: &Reading<'a>) -> HashSet<Cow<'a, str>> {
    let mut names = HashSet::new();
    for (id, kind) in reading.nodes() {
        match kind {
            AstKind::StaticMemberExpression(it) if is_target(reading, id, it.span) => {
                names.insert(it.property.name.as_str().into());
            }
            AstKind::ComputedMemberExpression(it) if is_target(reading, id, it.span) => {
                if let Expression::StringLiteral(name) = &it.expression {
                    names.insert(name.value.as_str().into());
                }
            }
            AstKind::CallExpression(it) if is_assign(it) => {
                names.extend(it.arguments.iter().flat_map(fields_of));
            }
            _ => {}
        }
    }
    names
}

/// Whether this is written to, or taken away.
fn is_target(reading: &Reading<'_>, id: NodeId, span: Span) -> bool {
    match reading.parent(id) {
        AstKind::AssignmentExpression(it) => it.left.span() == span,
        AstKind::UpdateExpression(_) => true,
        AstKind::UnaryExpression(it) => it.operator == UnaryOperator::Delete,
        _ => false,
    }
}

fn is_assign(call: &CallExpression<'_>) -> bool {
    let member = bare(&call.callee).as_member_expression();
    member.is_some_and(|member| member.static_property_name() == Some("assign"))
}

/// The names of an object that is written down here.
fn fields_of<'a>(argument: &Argument<'a>) -> Vec<Cow<'a, str>> {
    let Some(Expression::ObjectExpression(object)) = argument.as_expression().map(bare) else {
        return Vec::new();
    };
    let name = |property: &ObjectPropertyKind<'a>| match property {
        ObjectPropertyKind::ObjectProperty(property) => property.key.static_name(),
        ObjectPropertyKind::SpreadProperty(_) => None,
    };
    object.properties.iter().filter_map(name).collect()
}
