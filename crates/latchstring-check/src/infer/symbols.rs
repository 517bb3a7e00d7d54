//! The types of names: of variables, and of the parameters of callbacks.

use std::rc::Rc;

use oxc::{
    ast::{
        AstKind,
        ast::{Argument, BindingPattern, ForStatementLeft, FormalParameter},
    },
    semantic::{NodeId, SymbolId},
    span::GetSpan,
};

use super::Types;
use crate::{reading::bare, types::Type};

impl<'a, 's> Types<'_, 'a, 's> {
    pub(super) fn symbol(&self, symbol: SymbolId) -> Type<'s> {
        match self.symbols.borrow().get(&symbol) {
            Some(Some(known)) => return known.clone(),
            Some(None) => return Type::Unknown,
            None => {}
        }
        self.symbols.borrow_mut().insert(symbol, None);
        let kind = self.declared(symbol);
        self.symbols.borrow_mut().insert(symbol, Some(kind.clone()));
        kind
    }

    fn declared(&self, symbol: SymbolId) -> Type<'s> {
        let (scoping, nodes) = (self.reading.semantic.scoping(), self.reading.semantic.nodes());
        if scoping.symbol_is_mutated(symbol) {
            return Type::Unknown;
        }
        let id = scoping.symbol_declaration(symbol);
        match nodes.kind(id) {
            AstKind::VariableDeclarator(it) if it.type_annotation.is_none() => {
                let whole = match &it.init {
                    Some(init) => self.of(init),
                    None => self.looped_over(id),
                };
                self.within(&it.id, symbol, &whole).unwrap_or(Type::Unknown)
            }
            AstKind::FormalParameter(it) if it.type_annotation.is_none() => {
                let whole = self.parameter(id, it);
                self.within(&it.pattern, symbol, &whole).unwrap_or(Type::Unknown)
            }
            AstKind::Function(it) if it.r#async && !it.generator => Type::Async(Rc::new(Type::Unknown)),
            _ => Type::Unknown,
        }
    }

    /// What `const x` is in `for (const x of list)`.
    fn looped_over(&self, declarator: NodeId) -> Type<'s> {
        let nodes = self.reading.semantic.nodes();
        let declaration = nodes.parent_id(declarator);
        match nodes.parent_kind(declaration) {
            AstKind::ForOfStatement(it) => match &it.left {
                ForStatementLeft::VariableDeclaration(left) if left.span == nodes.kind(declaration).span() => {
                    let list = self.of(&it.right);
                    if it.r#await { Type::Unknown } else { list.item() }
                }
                _ => Type::Unknown,
            },
            AstKind::ForInStatement(_) => Type::Text,
            _ => Type::Unknown,
        }
    }

    /// What a callback is given: an item of the list, what a promise holds.
    fn parameter(&self, id: NodeId, parameter: &FormalParameter<'a>) -> Type<'s> {
        let nodes = self.reading.semantic.nodes();
        let parameters = nodes.parent_id(id);
        let function = nodes.parent_id(parameters);
        let AstKind::FormalParameters(all) = nodes.kind(parameters) else {
            return Type::Unknown;
        };
        let Some(at) = all.items.iter().position(|one| one.span == parameter.span) else {
            return Type::Unknown;
        };
        let span = nodes.kind(function).span();
        let mut outer = nodes.parent_id(function);
        while matches!(nodes.kind(outer), AstKind::ParenthesizedExpression(_)) {
            outer = nodes.parent_id(outer);
        }
        let AstKind::CallExpression(call) = nodes.kind(outer) else {
            return of_the_program(parameter);
        };
        let first = call.arguments.first().and_then(Argument::as_expression);
        if first.is_none_or(|first| bare(first).span() != span) {
            return of_the_program(parameter);
        }
        let Some(member) = bare(&call.callee).as_member_expression() else {
            return Type::Unknown;
        };
        let Some(method) = member.static_property_name() else {
            return Type::Unknown;
        };
        let object = self.of(member.object());
        let item = || match &object {
            Type::List(item) => item.as_ref().clone(),
            _ => Type::Unknown,
        };
        match (method, at) {
            (
                "map" | "filter" | "forEach" | "find" | "findLast" | "findIndex" | "findLastIndex" | "some" | "every"
                | "flatMap",
                0,
            )
            | ("sort" | "toSorted", 0 | 1)
            | ("reduce" | "reduceRight", 1) => item(),
            ("then", 0) if matches!(object, Type::Promise(_)) => object.awaited(),
            _ => Type::Unknown,
        }
    }

    /// What `symbol` is in a pattern that takes `whole` apart.
    fn within(&self, pattern: &BindingPattern<'a>, symbol: SymbolId, whole: &Type<'s>) -> Option<Type<'s>> {
        match pattern {
            BindingPattern::BindingIdentifier(it) => (it.symbol_id() == symbol).then(|| whole.clone()),
            BindingPattern::ObjectPattern(it) => it.properties.iter().find_map(|property| {
                let name = property.key.static_name();
                let field = name.map_or(Type::Unknown, |name| self.field(whole, &name));
                self.within(&property.value, symbol, &field)
            }),
            BindingPattern::ArrayPattern(it) => it
                .elements
                .iter()
                .enumerate()
                .find_map(|(at, element)| self.within(element.as_ref()?, symbol, &whole.item_at(at))),
            BindingPattern::AssignmentPattern(it) => self.within(&it.left, symbol, whole),
        }
    }
}

/// A parameter `app` of a function that the program hands over to be called.
fn of_the_program<'s>(parameter: &FormalParameter<'_>) -> Type<'s> {
    match &parameter.pattern {
        BindingPattern::BindingIdentifier(it) if it.name == "app" => Type::App,
        _ => Type::Unknown,
    }
}
