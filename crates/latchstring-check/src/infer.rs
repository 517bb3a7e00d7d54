//! The types of expressions, as far as they follow from what operations return.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
};

use latchstring_core::Surface;
use oxc::{
    ast::{
        AstKind,
        ast::{
            Argument, ArrayExpressionElement, ArrowFunctionBody, BinaryOperator, BindingPattern, CallExpression,
            ChainElement, Expression, ForStatementLeft, FormalParameter, FunctionBody, MemberExpression,
            ObjectPropertyKind, Statement, UnaryOperator,
        },
    },
    semantic::{NodeId, SymbolId},
    span::GetSpan,
};

use crate::{
    blank,
    reading::{Reading, bare},
    types::{Field, Type},
};

/// Steps of inference for one program. Beyond them everything is unknown.
const STEPS: u32 = 200_000;

pub(crate) struct Types<'r, 'a, 's> {
    pub(crate) reading: &'r Reading<'a>,
    pub(crate) surface: &'s Surface,
    /// None while one is being found out.
    symbols: RefCell<HashMap<SymbolId, Option<Type<'s>>>>,
    expressions: RefCell<HashMap<(u32, u32), Type<'s>>>,
    steps: Cell<u32>,
    /// Names of fields that the program itself gives to some object.
    given: HashSet<&'a str>,
}

impl<'r, 'a, 's> Types<'r, 'a, 's> {
    pub(crate) fn new(reading: &'r Reading<'a>, surface: &'s Surface) -> Self {
        Self {
            reading,
            surface,
            symbols: RefCell::default(),
            expressions: RefCell::default(),
            steps: Cell::new(STEPS),
            given: given(reading),
        }
    }

    /// Whether the program gives a field of this name to anything, so that it may be there after all.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains(name)
    }

    pub(crate) fn of(&self, expression: &Expression<'a>) -> Type<'s> {
        let Some(left) = self.steps.get().checked_sub(1) else {
            return Type::Unknown;
        };
        self.steps.set(left);
        let span = expression.span();
        let key = (span.start, span.end);
        if let Some(known) = self.expressions.borrow().get(&key) {
            return known.clone();
        }
        let kind = self.find(expression);
        self.expressions.borrow_mut().insert(key, kind.clone());
        kind
    }

    fn find(&self, expression: &Expression<'a>) -> Type<'s> {
        match expression {
            Expression::ParenthesizedExpression(it) => self.of(&it.expression),
            Expression::TSNonNullExpression(it) => self.of(&it.expression),
            Expression::TSSatisfiesExpression(it) => self.of(&it.expression),
            Expression::TSAsExpression(it) if blank::is_const(&it.type_annotation) => self.of(&it.expression),
            Expression::Identifier(it) => match self
                .reading
                .semantic
                .scoping()
                .get_reference(it.reference_id())
                .symbol_id()
            {
                Some(symbol) => self.symbol(symbol),
                None if it.name == "app" => Type::App,
                None if it.name == "undefined" => Type::Nothing,
                None => Type::Unknown,
            },
            Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => Type::Text,
            Expression::NumericLiteral(_) => Type::Number,
            Expression::BooleanLiteral(_) => Type::Truth,
            Expression::NullLiteral(_) => Type::Nothing,
            Expression::AwaitExpression(it) => self.of(&it.argument).awaited(),
            Expression::CallExpression(it) => self.call(it),
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::CallExpression(it) => self.call(it),
                ChainElement::TSNonNullExpression(it) => self.of(&it.expression),
                element => element
                    .as_member_expression()
                    .map_or(Type::Unknown, |it| self.member(it)),
            },
            Expression::ArrayExpression(it) => self.array(&it.elements),
            Expression::ObjectExpression(it) => self.object(&it.properties),
            Expression::ConditionalExpression(it) => either(self.of(&it.consequent), self.of(&it.alternate)),
            Expression::LogicalExpression(it) => match self.of(&it.left) {
                // `page && page.items`: the right side, if anything.
                _ if it.operator.is_and() => self.of(&it.right),
                left => either(left, self.of(&it.right)),
            },
            Expression::UnaryExpression(it) => match it.operator {
                UnaryOperator::UnaryPlus | UnaryOperator::UnaryNegation => Type::Number,
                UnaryOperator::LogicalNot => Type::Truth,
                UnaryOperator::Typeof => Type::Text,
                UnaryOperator::BitwiseNot | UnaryOperator::Void | UnaryOperator::Delete => Type::Unknown,
            },
            Expression::BinaryExpression(it) => match it.operator {
                BinaryOperator::Subtraction | BinaryOperator::Multiplication | BinaryOperator::Division => {
                    Type::Unknown
                }
                operator if operator.is_equality() || operator.is_compare() => Type::Truth,
                _ => Type::Unknown,
            },
            Expression::ArrowFunctionExpression(it) if it.r#async => Type::Async(Rc::new(self.returned(expression))),
            Expression::FunctionExpression(it) if it.r#async && !it.generator => Type::Async(Rc::new(Type::Unknown)),
            other => other.as_member_expression().map_or(Type::Unknown, |it| self.member(it)),
        }
    }

    fn member(&self, member: &MemberExpression<'a>) -> Type<'s> {
        let object = self.of(member.object());
        match member.static_property_name() {
            Some(name) => self.field(&object, name),
            None => match member {
                MemberExpression::ComputedMemberExpression(it) => match bare(&it.expression) {
                    Expression::NumericLiteral(number) => object.item_at(index(number.value)),
                    Expression::StringLiteral(_) => Type::Unknown,
                    _ => match object {
                        Type::List(item) => item.as_ref().clone(),
                        _ => Type::Unknown,
                    },
                },
                MemberExpression::StaticMemberExpression(_) | MemberExpression::PrivateFieldExpression(_) => {
                    Type::Unknown
                }
            },
        }
    }

    /// A field by its name; `app` and its namespaces have operations.
    pub(crate) fn field(&self, object: &Type<'s>, name: &str) -> Type<'s> {
        match object {
            Type::App if self.has_namespace(name) => Type::Namespace(name.into()),
            Type::App => Type::Unknown,
            Type::Namespace(namespace) => match self.surface.find(&format!("{namespace}.{name}")) {
                Ok(operation) => Type::Operation(operation),
                Err(_) => Type::Unknown,
            },
            other => match other.field(name) {
                Field::Is(kind) => kind,
                Field::Missing => Type::Unknown,
            },
        }
    }

    pub(crate) fn has_namespace(&self, name: &str) -> bool {
        self.surface
            .program_paths()
            .iter()
            .any(|path| path.split('.').next() == Some(name))
    }

    fn call(&self, call: &CallExpression<'a>) -> Type<'s> {
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

    /// What a function returns, as far as it is one expression.
    fn returned(&self, function: &Expression<'a>) -> Type<'s> {
        let (is_async, returned) = match bare(function) {
            Expression::ArrowFunctionExpression(it) => {
                let returned = match &it.body {
                    ArrowFunctionBody::FunctionBody(body) => self.last(body),
                    body => body.as_expression().map_or(Type::Unknown, |one| self.of(one)),
                };
                (it.r#async, returned)
            }
            Expression::FunctionExpression(it) if !it.generator => (
                it.r#async,
                it.body.as_ref().map_or(Type::Unknown, |body| self.last(body)),
            ),
            _ => return Type::Unknown,
        };
        if is_async {
            Type::promise(returned.awaited())
        } else {
            returned
        }
    }

    fn last(&self, body: &FunctionBody<'a>) -> Type<'s> {
        match body.statements.as_slice() {
            [Statement::ReturnStatement(it)] => it.argument.as_ref().map_or(Type::Unknown, |one| self.of(one)),
            _ => Type::Unknown,
        }
    }

    fn array(&self, elements: &[ArrayExpressionElement<'a>]) -> Type<'s> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            match element.as_expression() {
                Some(one) => items.push(self.of(one)),
                None => return Type::list(Type::Unknown),
            }
        }
        // Something may be put into it later.
        if items.is_empty() {
            Type::list(Type::Unknown)
        } else {
            Type::Tuple(items.into())
        }
    }

    fn object(&self, properties: &[ObjectPropertyKind<'a>]) -> Type<'s> {
        let mut fields = Vec::with_capacity(properties.len());
        for property in properties {
            let ObjectPropertyKind::ObjectProperty(it) = property else {
                return Type::Unknown;
            };
            match it.key.static_name().filter(|_| !it.computed) {
                Some(name) => fields.push((name.into_owned(), self.of(&it.value))),
                None => return Type::Unknown,
            }
        }
        // An empty one is there to be filled.
        if fields.is_empty() {
            Type::Unknown
        } else {
            Type::Object(fields.into())
        }
    }

    fn symbol(&self, symbol: SymbolId) -> Type<'s> {
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

/// The type of a value that is one or the other: of the one that tells something.
fn either<'s>(one: Type<'s>, other: Type<'s>) -> Type<'s> {
    match (one, other) {
        (Type::Nothing, some) | (some, Type::Nothing) => some,
        (Type::Text | Type::Word(_), Type::Text | Type::Word(_)) => Type::Text,
        (Type::Number, Type::Number) => Type::Number,
        (Type::Truth, Type::Truth) => Type::Truth,
        _ => Type::Unknown,
    }
}

fn all(of: Type<'_>) -> Type<'_> {
    Type::promise(match of {
        Type::List(item) => Type::list(item.awaited()),
        Type::Tuple(items) => Type::Tuple(items.iter().map(Type::awaited).collect()),
        _ => Type::Unknown,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index that is none is beyond every list"
)]
fn index(number: f64) -> usize {
    number as usize
}

/// Fields that the program assigns: `x.total = …`, `x["total"] = …`, `Object.assign(x, { total })`, a class.
fn given<'a>(reading: &Reading<'a>) -> HashSet<&'a str> {
    let mut given = HashSet::new();
    for (id, kind) in reading.nodes() {
        let name = match kind {
            AstKind::StaticMemberExpression(it) => it.property.name.as_str(),
            AstKind::ComputedMemberExpression(it) => match &it.expression {
                Expression::StringLiteral(name) => name.value.as_str(),
                _ => continue,
            },
            AstKind::CallExpression(it) => {
                let is_assign = bare(&it.callee)
                    .as_member_expression()
                    .is_some_and(|member| member.static_property_name() == Some("assign"));
                if is_assign {
                    for argument in &it.arguments {
                        if let Some(Expression::ObjectExpression(object)) = argument.as_expression().map(bare) {
                            for property in &object.properties {
                                if let ObjectPropertyKind::ObjectProperty(property) = property
                                    && let Some(name) = property.key.static_name()
                                {
                                    given.insert(reading.source_of(property.key.span()).trim_matches(['"', '\'']));
                                    drop(name);
                                }
                            }
                        }
                    }
                }
                continue;
            }
            _ => continue,
        };
        let span = kind.span();
        let is_target = match reading.parent(id) {
            AstKind::AssignmentExpression(it) => it.left.span() == span,
            AstKind::UpdateExpression(_) => true,
            AstKind::UnaryExpression(it) => it.operator == UnaryOperator::Delete,
            _ => false,
        };
        if is_target {
            given.insert(name);
        }
    }
    given
}
