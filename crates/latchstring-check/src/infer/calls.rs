//! The types of what calls return: of operations, and of the language's own functions and methods.

use oxc::ast::ast::{Argument, CallExpression, Expression};

use super::Types;
use crate::{reading::bare, types::Type};

impl<'a, 's> Types<'_, 'a, 's> {
    pub(super) fn call(&self, call: &CallExpression<'a>) -> Type<'s> {
        match self.of(&call.callee) {
            Type::Operation(operation) => return Type::promise(Type::output(operation)),
            Type::Async(returned) => return Type::Promise(returned),
            _ => {}
        }
        let callee = bare(&call.callee);
        if let Expression::Identifier(it) = callee {
            return match it.name.as_str() {
                "Number" | "parseInt" | "parseFloat" => Type::Number,
                "String" => Type::Text,
                "Boolean" => Type::Truth,
                _ => Type::Unknown,
            };
        }
        let Some(member) = callee.as_member_expression() else {
            return Type::Unknown;
        };
        let Some(method) = member.static_property_name() else {
            return Type::Unknown;
        };
        let argument = call.arguments.first().and_then(Argument::as_expression);
        if let Expression::Identifier(it) = bare(member.object()) {
            match (it.name.as_str(), method) {
                ("Promise", "all") => return all(argument.map_or(Type::Unknown, |one| self.of(one))),
                ("Promise", "resolve" | "race" | "any" | "allSettled") | ("Array", "fromAsync") => {
                    return Type::promise(Type::Unknown);
                }
                ("Object", "keys") => return Type::list(Type::Text),
                ("Object", "values" | "entries") => return Type::list(Type::Unknown),
                ("JSON", "stringify") => return Type::Text,
                _ => {}
            }
        }
        let object = self.of(member.object());
        match (&object, method) {
            (
                Type::List(_),
                "filter" | "slice" | "sort" | "reverse" | "toSorted" | "toReversed" | "splice" | "toSpliced",
            ) => object,
            (Type::List(item), "find" | "findLast" | "at" | "pop" | "shift") => item.as_ref().clone(),
            (Type::List(_) | Type::Tuple(_), "map") => {
                Type::list(argument.map_or(Type::Unknown, |one| self.returned(one)))
            }
            (Type::List(_) | Type::Tuple(_), "flatMap" | "flat" | "concat") => Type::list(Type::Unknown),
            (Type::List(_) | Type::Tuple(_), "indexOf" | "findIndex" | "push") => Type::Number,
            (Type::Text | Type::Word(_), "split") => Type::list(Type::Text),
            (
                Type::Text | Type::Word(_),
                "trim" | "toLowerCase" | "toUpperCase" | "slice" | "padEnd" | "padStart" | "replace" | "replaceAll"
                | "substring",
            )
            | (Type::Number, "toFixed")
            | (Type::List(_) | Type::Tuple(_), "join") => Type::Text,
            (Type::Text | Type::Word(_), "includes" | "startsWith" | "endsWith")
            | (Type::List(_) | Type::Tuple(_), "some" | "every" | "includes") => Type::Truth,
            (Type::Promise(_), "then" | "catch" | "finally") => Type::promise(Type::Unknown),
            _ => Type::Unknown,
        }
    }
}

fn all(of: Type<'_>) -> Type<'_> {
    Type::promise(match of {
        Type::List(item) => Type::list(item.awaited()),
        Type::Tuple(items) => Type::Tuple(items.iter().map(Type::awaited).collect()),
        _ => Type::Unknown,
    })
}
