//! Whether the argument of a call fits, as far as it is written down in the program.
//!
//! The words are those of the check at run time, and so is the authority: what is not literal is left to it.

mod kinds;

use latchstring_core::{ErrorCode, Operation, shape, unknown_field};
use oxc::{
    ast::ast::{
        Argument, CallExpression, Expression, ObjectExpression, ObjectPropertyKind, PropertyKind, UnaryOperator,
    },
    span::GetSpan,
};
use serde_json::{Map, Value};

use self::kinds::Kinds;
use crate::{
    faults::Faults,
    infer::Types,
    missing::shown,
    reading::bare,
    types::{Type, resolved},
};

/// Checks the arguments of `call`.
pub(crate) fn call<'a>(
    types: &Types<'_, 'a, '_>,
    operation: &Operation,
    call: &CallExpression<'a>,
    faults: &mut Faults<'_>,
) {
    let fit = Fit {
        types,
        operation,
        root: &operation.input_schema,
    };
    let name = operation.name.program();
    let at = match bare(&call.callee).as_member_expression() {
        Some(member) => member
            .static_property_info()
            .map_or(call.span.start, |(span, _)| span.start),
        None => call.span.start,
    };
    let shape = shape(&operation.input_schema);
    match call.arguments.as_slice() {
        [] => {
            let missing = required(&operation.input_schema);
            if !missing.is_empty() {
                let missing: Vec<String> = missing.iter().map(|field| format!("missing field `{field}`")).collect();
                let message = format!("wrong arguments for `{name}`: {}. Expected {shape}", missing.join(", "));
                faults.add(at, ErrorCode::InvalidInput, "Error", message);
            }
        }
        [one] => {
            if let Some(argument) = one.as_expression() {
                fit.whole(argument, faults);
            }
        }
        [_, second, ..] => {
            if !call.arguments.iter().any(Argument::is_spread) {
                let message = format!("`{name}` takes one object, as in `{name}({shape})`; put everything into it");
                faults.add(second.span().start, ErrorCode::InvalidInput, "Error", message);
            }
        }
    }
}

struct Fit<'t, 'r, 'a, 's, 'o> {
    types: &'t Types<'r, 'a, 's>,
    operation: &'o Operation,
    root: &'o Map<String, Value>,
}

impl<'a> Fit<'_, '_, 'a, '_, '_> {
    fn whole(&self, argument: &Expression<'a>, faults: &mut Faults<'_>) {
        let schema = self.root;
        match bare(argument) {
            Expression::ObjectExpression(it) => self.object(it, schema, "", faults),
            Expression::NullLiteral(_) => {}
            other => {
                let given = match self.types.of(other) {
                    kind @ (Type::Text
                    | Type::Word(_)
                    | Type::Number
                    | Type::Truth
                    | Type::List(_)
                    | Type::Tuple(_)) => kind.word(),
                    Type::Promise(_) => return self.promise(other, faults),
                    _ => return,
                };
                let (name, shape) = (self.operation.name.program(), shape(schema));
                let message = format!("`{name}` takes one object, as in `{name}({shape})`; {given} is given");
                faults.add(other.span().start, ErrorCode::InvalidInput, "Error", message);
            }
        }
    }

    fn object(&self, object: &ObjectExpression<'a>, schema: &Map<String, Value>, path: &str, faults: &mut Faults<'_>) {
        let empty = Map::new();
        let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        // What the fields of a value are is known where there are some; an operation's argument has those it has.
        let is_closed = (path.is_empty() || !known.is_empty())
            && schema
                .get("additionalProperties")
                .is_none_or(|more| more == &Value::Bool(false));
        let (mut wrong, mut at) = (Vec::new(), None);
        let mut given = Vec::new();
        let mut is_whole = true;
        for property in &object.properties {
            let ObjectPropertyKind::ObjectProperty(it) = property else {
                is_whole = false;
                continue;
            };
            let Some(field) = it
                .key
                .static_name()
                .filter(|_| !it.computed && it.kind == PropertyKind::Init)
            else {
                is_whole = false;
                continue;
            };
            match known.get(field.as_ref()) {
                Some(schema) => {
                    let path = if path.is_empty() {
                        field.to_string()
                    } else {
                        format!("{path}.{field}")
                    };
                    self.value(&it.value, resolved(schema, self.root), &path, faults);
                }
                None if is_closed => {
                    at.get_or_insert(it.key.span().start);
                    wrong.push(unknown_field(&field, known.keys().map(String::as_str)));
                }
                None => {}
            }
            given.push(field);
        }
        if is_whole {
            let missing = required(schema)
                .into_iter()
                .filter(|field| !given.iter().any(|one| one == field));
            wrong.extend(missing.map(|field| format!("missing field `{field}`")));
        }
        if !wrong.is_empty() {
            self.wrong(at.unwrap_or(object.span.start), path, &wrong.join(", "), faults);
        }
    }

    fn value(&self, value: &Expression<'a>, schema: &Value, path: &str, faults: &mut Faults<'_>) {
        let kinds = Kinds::of(schema, self.root);
        if kinds.is_anything {
            return;
        }
        let at = value.span().start;
        let value = bare(value);
        match value {
            Expression::StringLiteral(it) => {
                if kinds.has("string") {
                    self.one_of(&it.value, &kinds, at, path, faults);
                    return;
                }
                let number = it.value.trim().parse::<f64>().is_ok();
                let advice = match kinds.word() {
                    word if number && word.contains("number") => format!("; leave the quotes out: {}", it.value.trim()),
                    "a list" => format!("; put it in brackets: [\"{}\"]", shown(&it.value)),
                    _ => String::new(),
                };
                let told = format!(
                    "the text \"{}\" is given, {} is expected{advice}",
                    shown(&it.value),
                    kinds.word()
                );
                self.wrong(at, path, &told, faults);
            }
            Expression::NumericLiteral(it) => self.number(it.value, &kinds, at, path, faults),
            Expression::UnaryExpression(it) if it.operator == UnaryOperator::UnaryNegation => {
                if let Expression::NumericLiteral(number) = bare(&it.argument) {
                    self.number(-number.value, &kinds, at, path, faults);
                }
            }
            Expression::BooleanLiteral(it) if !kinds.has("boolean") => {
                self.wrong(
                    at,
                    path,
                    &format!("{} is given, {} is expected", it.value, kinds.word()),
                    faults,
                );
            }
            Expression::ArrayExpression(it) => match kinds.only("array").or_else(|| kinds.first("array")) {
                Some(list) => {
                    if let Some(items) = list.get("items") {
                        let items = resolved(items, self.root);
                        for (index, one) in it.elements.iter().enumerate() {
                            if let Some(one) = one.as_expression() {
                                self.value(one, items, &format!("{path}[{index}]"), faults);
                            }
                        }
                    }
                }
                None => self.wrong(
                    at,
                    path,
                    &format!("a list is given, {} is expected", kinds.word()),
                    faults,
                ),
            },
            Expression::ObjectExpression(it) => match kinds.only("object") {
                Some(inner) => {
                    if let Some(inner) = inner.as_object() {
                        self.object(it, inner, path, faults);
                    }
                }
                None if kinds.has("object") => {}
                None => self.wrong(
                    at,
                    path,
                    &format!("an object is given, {} is expected", kinds.word()),
                    faults,
                ),
            },
            other => {
                let kind = self.types.of(other);
                let fits = match &kind {
                    Type::Promise(_) => return self.promise(other, faults),
                    Type::Text | Type::Word(_) => kinds.has("string"),
                    Type::List(_) | Type::Tuple(_) => kinds.has("array"),
                    Type::Described(_) | Type::Object(_) => kinds.has("object"),
                    // A number may be `NaN` at worst, and text of a number is text.
                    Type::Number => kinds.has("number") || kinds.has("integer"),
                    Type::Truth => kinds.has("boolean"),
                    _ => true,
                };
                if !fits {
                    let (given, text) = (kind.word(), shown(self.types.reading.source_of(other.span())));
                    let id = kind
                        .fields()
                        .into_iter()
                        .find(|field| path.ends_with(field))
                        .map(|field| format!("; use `{text}.{field}`"));
                    let told = format!(
                        "`{text}` is {given}, {} is expected{}",
                        kinds.word(),
                        id.unwrap_or_default()
                    );
                    self.wrong(at, path, &told, faults);
                }
            }
        }
    }

    fn number(&self, number: f64, kinds: &Kinds<'_>, at: u32, path: &str, faults: &mut Faults<'_>) {
        if let Some(schema) = kinds.first("number").or_else(|| kinds.first("integer")) {
            let is_whole = number.fract() == 0.0;
            if !kinds.has("number") && !is_whole {
                self.wrong(
                    at,
                    path,
                    &format!("the number {number} is given, a whole number is expected"),
                    faults,
                );
                return;
            }
            let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
            let (least, most) = (bound("minimum"), bound("maximum"));
            if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
                let range = match (least, most) {
                    (Some(least), Some(most)) => format!("{least} to {most}"),
                    (Some(least), None) => format!("at least {least}"),
                    (None, most) => format!("at most {}", most.unwrap_or_default()),
                };
                self.wrong(
                    at,
                    path,
                    &format!("the number {number} is given, it may be {range}"),
                    faults,
                );
            }
            return;
        }
        let advice = if kinds.has("string") {
            format!("; put it in quotes: \"{number}\"")
        } else {
            String::new()
        };
        self.wrong(
            at,
            path,
            &format!("the number {number} is given, {} is expected{advice}", kinds.word()),
            faults,
        );
    }

    fn one_of(&self, text: &str, kinds: &Kinds<'_>, at: u32, path: &str, faults: &mut Faults<'_>) {
        if kinds.constants.is_empty() || kinds.constants.contains(&text) {
            return;
        }
        let values: Vec<String> = kinds.constants.iter().map(|one| format!("`{one}`")).collect();
        let values = match values.as_slice() {
            [one, other] => format!("{one} or {other}"),
            all => format!("one of {}", all.join(", ")),
        };
        let near = latchstring_core::nearest(text, kinds.constants.iter().copied());
        let meant = near
            .first()
            .map(|near| format!(" (did you mean `{near}`?)"))
            .unwrap_or_default();
        let told = format!("unknown value `{}`{meant}, expected {values}", shown(text));
        self.wrong(at, path, &told, faults);
    }

    fn promise(&self, value: &Expression<'a>, faults: &mut Faults<'_>) {
        let text = shown(self.types.reading.source_of(value.span()));
        faults.mistype(
            value.span().start,
            format!("`{text}` is a promise, and the program goes on to pass it to an operation; put `await` before it: `await {text}`"),
        );
    }

    fn wrong(&self, at: u32, path: &str, what: &str, faults: &mut Faults<'_>) {
        let name = self.operation.name.program();
        let place = if path.is_empty() {
            format!("`{name}`")
        } else {
            format!("`{name}` at `{path}`")
        };
        let shape = shape(self.root);
        faults.add(
            at,
            ErrorCode::InvalidInput,
            "Error",
            format!("wrong arguments for {place}: {what}. Expected {shape}"),
        );
    }
}

fn required(schema: &Map<String, Value>) -> Vec<&str> {
    let all = schema.get("required").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).collect()
}
