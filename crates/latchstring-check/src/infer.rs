//! The types of expressions, as far as they follow from what operations return.

mod calls;
mod given;
mod symbols;

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
};

use latchstring_core::Surface;
use oxc::{
    ast::ast::{
        ArrayExpressionElement, ArrowFunctionBody, BinaryOperator, ChainElement, Expression, FunctionBody,
        MemberExpression, ObjectPropertyKind, Statement, UnaryOperator,
    },
    semantic::SymbolId,
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
    given: HashSet<Cow<'a, str>>,
}

impl<'r, 'a, 's> Types<'r, 'a, 's> {
    pub(crate) fn new(reading: &'r Reading<'a>, surface: &'s Surface) -> Self {
        Self {
            reading,
            surface,
            symbols: RefCell::default(),
            expressions: RefCell::default(),
            steps: Cell::new(STEPS),
            given: given::names(reading),
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index that is none is beyond every list"
)]
fn index(number: f64) -> usize {
    number as usize
}
