//! A failure of the engine in the terms of the program.
//!
//! The engine knows values and no names: `not a function`. The program knows which function was called on what, and the
//! operations tell what there is instead.

use std::sync::Arc;

use latchstring_core::{ErrorCode, Failure, Position, Surface};
use oxc::{
    allocator::Allocator,
    ast::{
        AstKind,
        ast::{CallExpression, Expression, MemberExpression},
    },
    span::{GetSpan, Span},
};

use crate::{
    apart,
    faults::Faults,
    fence,
    infer::Types,
    missing::{missing, shown},
    names,
    reading::{Reading, bare},
    types::{Field, Type},
};

/// Says of what the engine complains and where, as far as the program shows it.
pub async fn explain(source: &Arc<str>, surface: &Surface, failure: Failure) -> Failure {
    let (own, visible, told) = (Arc::clone(source), surface.clone(), failure.clone());
    let read = apart::read(source.len(), move || read(&own, &visible, told)).await;
    read.unwrap_or(failure)
}

fn read(source: &str, surface: &Surface, failure: Failure) -> Failure {
    let fenced = fence::within(source);
    let texts = [Some(source), fenced.as_deref()];
    for text in texts.into_iter().flatten() {
        let allocator = Allocator::default();
        let mut ignored = Faults::new(source);
        if let Some(reading) = Reading::of(text, &allocator, &mut ignored) {
            let types = Types::new(&reading, surface);
            let at = failure.at.as_ref().map(|at| offset(at, source));
            return Explain {
                types: &types,
                source,
                at,
            }
            .tell(failure);
        }
    }
    failure
}

/// The byte of a place.
fn offset(at: &Position, source: &str) -> usize {
    let line = source
        .split_inclusive('\n')
        .take(at.line.saturating_sub(1) as usize)
        .map(str::len)
        .sum::<usize>();
    let rest = &source[line..];
    let column = rest.char_indices().nth(at.column.saturating_sub(1) as usize);
    line + column.map_or(rest.len(), |(at, _)| at)
}

struct Explain<'t, 'r, 'a, 's> {
    types: &'t Types<'r, 'a, 's>,
    source: &'t str,
    at: Option<usize>,
}

impl<'a> Explain<'_, '_, 'a, '_> {
    fn tell(&self, mut failure: Failure) -> Failure {
        if let Some(path) = &failure.operation {
            if let Some(at) = self.call_of(path) {
                failure.at = Some(self.place(at));
            }
            return failure;
        }
        let found = match failure.code {
            ErrorCode::ProgramError if failure.name == "TypeError" => self.type_error(&failure.message),
            ErrorCode::ProgramError if failure.name == "ReferenceError" => self.reference_error(&failure.message),
            ErrorCode::ProgramError if failure.name == "SyntaxError" && failure.message.contains("JSON") => {
                let told = format!(
                    "{}; JSON has double quotes around names and strings, and no comments; an object that the program writes itself needs no `JSON.parse`",
                    failure.message
                );
                Some((None, told))
            }
            ErrorCode::ProgramError if failure.message == "Date value is NaN" => {
                let told = "invalid date: what `new Date` was given is none; write it like `2026-03-01T00:00:00Z`";
                Some((None, told.to_owned()))
            }
            ErrorCode::ResultTooLarge | ErrorCode::ResultNotSerializable => {
                failure.at = failure.at.or_else(|| self.returned().map(|at| self.place(at)));
                None
            }
            _ => None,
        };
        if let Some((at, message)) = found {
            failure.message = message;
            if let Some(at) = at {
                failure.at = Some(self.place(at));
            }
        }
        if failure.at.is_none() {
            let thrown = self.thrown().filter(|_| failure.code == ErrorCode::ProgramError);
            if thrown.is_some() && !failure.message.contains("throw an `Error`") {
                failure
                    .message
                    .push_str("; throw `new Error(...)`, which tells where and why");
            }
            let at = match failure.code {
                ErrorCode::Timeout | ErrorCode::MemoryLimit => self.loops(),
                ErrorCode::ProgramError => thrown.or_else(|| self.promised()),
                _ => None,
            };
            failure.at = at.or_else(|| self.returned()).map(|at| self.place(at));
        }
        failure
    }

    fn place(&self, at: u32) -> Position {
        Position::of(at as usize, self.source)
    }

    fn reading(&self) -> &Reading<'a> {
        self.types.reading
    }

    fn shown(&self, span: Span) -> String {
        shown(self.reading().source_of(span))
    }

    fn contains(&self, span: Span) -> bool {
        self.at
            .is_some_and(|at| (span.start as usize..=span.end as usize).contains(&at))
    }

    /// The innermost call of an operation around the place, by the name of its method.
    fn call_of(&self, path: &str) -> Option<u32> {
        let calls = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::CallExpression(call) => Some(call),
            _ => None,
        });
        let of_it = calls.filter(|call| {
            matches!(self.types.of(&call.callee), Type::Operation(operation) if operation.name.program() == path)
        });
        let mut all: Vec<&CallExpression<'a>> = of_it.collect();
        let around = all
            .iter()
            .copied()
            .filter(|call| self.contains(call.span))
            .min_by_key(|call| call.span.size());
        let call = around.or_else(|| if all.len() == 1 { all.pop() } else { None })?;
        Some(
            match bare(&call.callee)
                .as_member_expression()
                .and_then(MemberExpression::static_property_info)
            {
                Some((span, _)) => span.start,
                None => call.callee.span().start,
            },
        )
    }

    fn type_error(&self, message: &str) -> Option<(Option<u32>, String)> {
        for verb in ["read", "set"] {
            let rest = message.strip_prefix("cannot ").and_then(|rest| rest.strip_prefix(verb));
            let Some((name, value)) = rest.and_then(|rest| rest.strip_prefix(" property '")?.rsplit_once("' of "))
            else {
                continue;
            };
            return self.of_nothing(name, value);
        }
        if message == "not a function" || message.ends_with(" is not a function") {
            return self.no_function();
        }
        if message.ends_with("is not iterable") {
            return self.not_iterable();
        }
        if message == "empty array" {
            let told = "the list is empty, so `reduce` has nothing to begin with; give it an initial value, as in `reduce(f, 0)`";
            return Some((None, told.to_owned()));
        }
        if message.to_lowercase().contains("bigint") {
            return Some((
                None,
                format!("{message}; convert one of them, with `Number(value)` or `BigInt(value)`"),
            ));
        }
        if let Some(told) = message.strip_suffix("; calls take JSON") {
            let instead = [
                ("NaN", "check what it was made of, as with `Number.isFinite(value)`"),
                (
                    "Infinity",
                    "check what it was made of, as with `Number.isFinite(value)`",
                ),
                (
                    "a BigInt",
                    "give `Number(value)`, or `String(value)` where text is taken",
                ),
                ("an invalid date", "write a date like `2026-03-01T00:00:00Z`"),
                ("a function", "give what it returns"),
                ("a symbol", "give text"),
            ];
            let (_, instead) = instead.iter().find(|(what, _)| told.ends_with(what))?;
            return Some((None, format!("{message}; {instead}, or leave it out")));
        }
        if let Some(name) = message.strip_suffix(" is read-only") {
            let name = name.trim_matches('\'');
            return Some((
                None,
                format!("`{name}` cannot be changed; declare it with `let` instead of `const`"),
            ));
        }
        None
    }

    /// A property of `undefined` or `null`.
    fn of_nothing(&self, name: &str, value: &str) -> Option<(Option<u32>, String)> {
        let members = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::StaticMemberExpression(it) if it.property.name == name => {
                Some((it.span, &it.object, it.property.span.start))
            }
            AstKind::ComputedMemberExpression(it) => {
                let may_be = match bare(&it.expression) {
                    Expression::StringLiteral(own) => own.value == name,
                    Expression::NumericLiteral(own) => own.value.to_string() == name,
                    _ => true,
                };
                may_be.then(|| (it.span, &it.object, it.expression.span().start))
            }
            _ => None,
        });
        let at = self.at?;
        let nearness = |(span, object, property): &(Span, &Expression<'a>, u32)| {
            let is_exact = *property as usize == at || object.span().start as usize == at;
            (!is_exact, span.size())
        };
        let around = members.filter(|(span, _, _)| self.contains(*span));
        let Some((_, object, property)) = around.min_by_key(nearness) else {
            return Some((
                None,
                format!("what is taken apart here is {value} and has no `{name}`; check it first"),
            ));
        };
        let what = self.shown(object.span());
        let told = match bare(object) {
            Expression::StaticMemberExpression(it) => {
                let of = self.types.of(&it.object);
                let own = it.property.name.as_str();
                match of.field(own) {
                    Field::Missing => missing(&self.shown(it.object.span()), &of, own),
                    Field::Is(_) => format!("ask first, as in `{what}?.{name}`"),
                }
            }
            Expression::CallExpression(it) => match bare(&it.callee)
                .as_member_expression()
                .and_then(MemberExpression::static_property_name)
            {
                Some("find" | "findLast" | "at" | "pop" | "shift") => {
                    "nothing was found; check the result before it is used".to_owned()
                }
                _ => "check what it returned before it is used".to_owned(),
            },
            Expression::ComputedMemberExpression(_) => "nothing is there; check it before it is used".to_owned(),
            _ => format!("check it first, as in `{what}?.{name}`"),
        };
        Some((
            Some(property),
            format!("`{what}` is {value}, so `{name}` cannot be read of it; {told}"),
        ))
    }

    fn no_function(&self) -> Option<(Option<u32>, String)> {
        let calls = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::CallExpression(it) => Some(&it.callee),
            AstKind::NewExpression(it) => Some(&it.callee),
            _ => None,
        });
        let at = self.at?;
        let start = |callee: &Expression<'a>| match bare(callee)
            .as_member_expression()
            .and_then(MemberExpression::static_property_info)
        {
            Some((span, _)) => span.start,
            None => callee.span().start,
        };
        let exact = calls.filter(|callee| start(callee) as usize == at || callee.span().start as usize == at);
        let callee = exact.min_by_key(|callee| callee.span().size())?;
        let what = self.shown(callee.span());
        let Some(member) = bare(callee).as_member_expression() else {
            return Some((
                None,
                format!("`{what}` is not a function; check what it is, and its name"),
            ));
        };
        let object = self.types.of(member.object());
        let told = match member.static_property_name() {
            Some(name) if matches!(object.field(name), Field::Missing) => {
                missing(&self.shown(member.object().span()), &object, name)
            }
            _ => format!(
                "check what `{}` is, and the name of the method",
                self.shown(member.object().span())
            ),
        };
        Some((Some(start(callee)), format!("`{what}` is not a function; {told}")))
    }

    fn not_iterable(&self) -> Option<(Option<u32>, String)> {
        let lists = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::ForOfStatement(it) => Some(&it.right),
            AstKind::SpreadElement(it) => Some(&it.argument),
            AstKind::VariableDeclarator(it) => it.init.as_ref(),
            _ => None,
        });
        let list = lists
            .filter(|list| self.contains(list.span()))
            .min_by_key(|list| list.span().size())?;
        let what = self.shown(list.span());
        let message = format!(
            "`{what}` is no list and cannot be gone through; check what it is, or use `Object.entries({what})` of an object"
        );
        Some((Some(list.span().start), message))
    }

    /// A name that is used too early, or that is not there though the program asked for it.
    fn reference_error(&self, message: &str) -> Option<(Option<u32>, String)> {
        if let Some(name) = message.strip_suffix(" is not initialized") {
            let name = name.trim_matches('\'');
            let advice = "is used before the line that declares it; move its declaration up";
            return Some((None, format!("`{name}` {advice}")));
        }
        let name = message.strip_suffix(" is not defined")?;
        let advice = names::advice(name, self.types.surface)?;
        Some((None, format!("`{name}` is not defined; {advice}")))
    }

    /// The loop that a program is likely to have been in.
    fn loops(&self) -> Option<u32> {
        let loops = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::WhileStatement(it) => {
                Some((matches!(bare(&it.test), Expression::BooleanLiteral(_)), it.span.start))
            }
            AstKind::DoWhileStatement(it) => {
                Some((matches!(bare(&it.test), Expression::BooleanLiteral(_)), it.span.start))
            }
            AstKind::ForStatement(it) => Some((it.test.is_none(), it.span.start)),
            AstKind::ForOfStatement(it) => Some((false, it.span.start)),
            _ => None,
        });
        let all: Vec<(bool, u32)> = loops.collect();
        let endless = all.iter().find(|(is_endless, _)| *is_endless);
        endless.or(all.first()).map(|(_, at)| *at)
    }

    /// The only `throw` of something that is no error and so has no place.
    fn thrown(&self) -> Option<u32> {
        let mut throws = self.reading().nodes().filter_map(|(_, kind)| match kind {
            AstKind::ThrowStatement(it) if !matches!(bare(&it.argument), Expression::NewExpression(_)) => {
                Some(it.span.start)
            }
            _ => None,
        });
        throws.next().filter(|_| throws.next().is_none())
    }

    /// The promise that the program made itself.
    fn promised(&self) -> Option<u32> {
        self.reading().nodes().find_map(|(_, kind)| match kind {
            AstKind::NewExpression(it) => match &it.callee {
                Expression::Identifier(name) if name.name == "Promise" => Some(it.span.start),
                _ => None,
            },
            _ => None,
        })
    }

    /// Where the result is given back.
    fn returned(&self) -> Option<u32> {
        let returns = self
            .reading()
            .nodes()
            .filter(|(id, _)| !self.reading().is_in_function(*id))
            .filter_map(|(_, kind)| match kind {
                AstKind::ReturnStatement(it) => it.argument.as_ref().map(|one| one.span().start),
                _ => None,
            });
        let last = || self.reading().program.body.last().map(|one| one.span().start);
        returns.last().or_else(last)
    }
}
