//! What is known of a value before the program runs.

use std::rc::Rc;

use latchstring_core::Operation;
use serde_json::{Map, Value};

use crate::javascript::{LIST, NUMBER, OBJECT, TEXT};

/// A type, as far as it is known. What is not known is never a fault.
#[derive(Clone)]
pub(crate) enum Type<'s> {
    Unknown,
    /// `app` itself.
    App,
    /// `app.boms`.
    Namespace(Rc<str>),
    /// `app.boms.list`.
    Operation(&'s Operation),
    /// What has to be awaited.
    Promise(Rc<Type<'s>>),
    /// An object that an operation returned, with the fields of its schema.
    Described(Described<'s>),
    /// An object that the program wrote down itself.
    Object(Rc<[(String, Type<'s>)]>),
    List(Rc<Type<'s>>),
    /// A list of which each item is known.
    Tuple(Rc<[Type<'s>]>),
    Text,
    /// Text that is one of these.
    Word(Rc<[&'s str]>),
    Number,
    Truth,
    /// `null` or `undefined`.
    Nothing,
    /// A function of the program that is async: whatever it returns is a promise.
    Async(Rc<Type<'s>>),
}

/// A schema of an object, and the document in which it is.
#[derive(Clone, Copy)]
pub(crate) struct Described<'s> {
    properties: &'s Map<String, Value>,
    root: &'s Map<String, Value>,
}

/// What a field of a value is.
pub(crate) enum Field<'s> {
    Is(Type<'s>),
    /// There is none of that name, and it is known which there are.
    Missing,
}

impl<'s> Type<'s> {
    /// What an operation returns.
    pub(crate) fn output(operation: &'s Operation) -> Self {
        let root = &operation.output_schema;
        object(root, root)
    }

    pub(crate) fn promise(of: Self) -> Self {
        Self::Promise(Rc::new(of))
    }

    pub(crate) fn list(of: Self) -> Self {
        Self::List(Rc::new(of))
    }

    /// What `await` makes of it.
    pub(crate) fn awaited(&self) -> Self {
        match self {
            Self::Promise(inner) => inner.awaited(),
            other => other.clone(),
        }
    }

    /// One item of a list.
    pub(crate) fn item(&self) -> Self {
        match self {
            Self::List(item) => item.as_ref().clone(),
            Self::Tuple(items) if items.len() == 1 => items[0].clone(),
            Self::Text => Self::Text,
            _ => Self::Unknown,
        }
    }

    pub(crate) fn item_at(&self, index: usize) -> Self {
        match self {
            Self::Tuple(items) => items.get(index).cloned().unwrap_or(Self::Unknown),
            other => other.item(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Field<'s> {
        let known = match self {
            Self::Described(described) => {
                let schema = described.properties.get(name);
                schema.map(|schema| of_schema(schema, described.root))
            }
            Self::Object(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, kind)| kind.clone()),
            Self::List(_) | Self::Tuple(_) | Self::Text | Self::Word(_) if name == "length" => Some(Self::Number),
            Self::List(_) | Self::Tuple(_) | Self::Text | Self::Word(_) | Self::Number => {
                self.methods().contains(&name).then_some(Self::Unknown)
            }
            Self::Unknown
            | Self::App
            | Self::Namespace(_)
            | Self::Operation(_)
            | Self::Promise(_)
            | Self::Truth
            | Self::Nothing
            | Self::Async(_) => Some(Self::Unknown),
        };
        match known {
            Some(kind) => Field::Is(kind),
            None if OBJECT.contains(&name) || name.parse::<u32>().is_ok() => Field::Is(Self::Unknown),
            None => Field::Missing,
        }
    }

    /// The names of its fields, where it is an object whose fields are known.
    pub(crate) fn fields(&self) -> Vec<&str> {
        match self {
            Self::Described(described) => described.properties.keys().map(String::as_str).collect(),
            Self::Object(fields) => fields.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// The methods it has, where it is no object.
    pub(crate) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::List(_) | Self::Tuple(_) => LIST,
            Self::Text | Self::Word(_) => TEXT,
            Self::Number => NUMBER,
            _ => &[],
        }
    }

    /// The field that holds a list of objects, if it has exactly one: `items` of a page.
    pub(crate) fn list_in(&self) -> Option<String> {
        let is_list =
            |name: &&str| matches!(self.field(name), Field::Is(Self::List(item)) if !item.fields().is_empty());
        let mut lists = self.fields().into_iter().filter(is_list).map(str::to_owned);
        lists.next().filter(|_| lists.next().is_none())
    }

    /// In a word, for messages.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "a value",
            Self::App | Self::Namespace(_) | Self::Described(_) | Self::Object(_) => "an object",
            Self::Operation(_) | Self::Async(_) => "a function",
            Self::Promise(_) => "a promise",
            Self::List(_) | Self::Tuple(_) => "a list",
            Self::Text | Self::Word(_) => "text",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Nothing => "nothing",
        }
    }
}

/// Follows `$ref` into the same document.
pub(crate) fn resolved<'s>(schema: &'s Value, root: &'s Map<String, Value>) -> &'s Value {
    let mut schema = schema;
    // A document that refers in a circle describes nothing.
    for _ in 0..8 {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            break;
        };
        let name = reference.rsplit('/').next().unwrap_or_default();
        let Some(found) = root.get("$defs").and_then(|all| all.get(name)) else {
            break;
        };
        schema = found;
    }
    schema
}

fn of_schema<'s>(schema: &'s Value, root: &'s Map<String, Value>) -> Type<'s> {
    let schema = resolved(schema, root);
    if let Some(words) = words(schema) {
        return Type::Word(words.into());
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(several) = schema.get(key).and_then(Value::as_array) {
            let mut some = several
                .iter()
                .filter(|one| one.get("type").and_then(Value::as_str) != Some("null"));
            return match (some.next(), some.next()) {
                (Some(one), None) => of_schema(one, root),
                _ => Type::Unknown,
            };
        }
    }
    let mut kinds = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    kinds.retain(|kind| *kind != "null");
    match kinds.as_slice() {
        ["object"] => schema.as_object().map_or(Type::Unknown, |schema| object(schema, root)),
        ["array"] => Type::list(
            schema
                .get("items")
                .map_or(Type::Unknown, |items| of_schema(items, root)),
        ),
        ["string"] => Type::Text,
        ["number" | "integer"] => Type::Number,
        ["boolean"] => Type::Truth,
        _ => Type::Unknown,
    }
}

/// The texts that a schema allows, if it allows no other value but `null`.
fn words(schema: &Value) -> Option<Vec<&str>> {
    if let Some(several) = schema.get("oneOf").and_then(Value::as_array) {
        let all: Option<Vec<Vec<&str>>> = several.iter().map(words).collect();
        return all.map(|all| all.concat()).filter(|all| !all.is_empty());
    }
    if let Some(one) = schema.get("const") {
        return one.as_str().map(|one| vec![one]);
    }
    let all = schema.get("enum")?.as_array()?.iter().filter(|one| !one.is_null());
    all.map(Value::as_str)
        .collect::<Option<Vec<&str>>>()
        .filter(|all| !all.is_empty())
}

fn object<'s>(schema: &'s Map<String, Value>, root: &'s Map<String, Value>) -> Type<'s> {
    // Whatever else describes its fields may add to them.
    let is_more = ["anyOf", "oneOf", "allOf", "patternProperties", "unevaluatedProperties"]
        .iter()
        .any(|key| schema.contains_key(*key));
    let is_open = is_more
        || schema
            .get("additionalProperties")
            .is_some_and(|more| more != &Value::Bool(false));
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) if !is_open => Type::Described(Described { properties, root }),
        _ => Type::Unknown,
    }
}
