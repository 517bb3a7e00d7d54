//! An operation: a query or a command with its types forgotten.

use std::{any::Any, borrow::Cow};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::to_raw_value};

use crate::{
    Command, Context, Domain, Effect, ErrorCode, Json, Name, OperationError, Query, input, schema,
    unit::{BoxFuture, Unit},
};

mod example;
mod many;
mod replay;

type Handler = Box<
    dyn for<'a> Fn(&'a mut (dyn Any + Send), &'a Context, &'a str) -> BoxFuture<'a, Result<Json, OperationError>>
        + Send
        + Sync,
>;

/// What can be called: name, effect, words for the model, schemas, and the code behind it.
pub struct Operation {
    /// Its name in all three spellings.
    pub name: Name,
    /// Whether it reads or writes.
    pub effect: Effect,
    /// A short title for people.
    pub title: Cow<'static, str>,
    /// What it does, from the input type's doc comment.
    pub description: String,
    /// A call as a program would make it: the author's, or one that was made from the schemas.
    pub example: Cow<'static, str>,
    /// The failures to expect, and when they occur.
    pub errors: Vec<(ErrorCode, &'static str)>,
    /// Whether it may delete or overwrite.
    pub is_destructive: bool,
    /// Whether doing it twice is the same as doing it once.
    pub is_idempotent: bool,
    /// The schema of its input, an object.
    pub input_schema: Map<String, Value>,
    /// The schema of its output, an object.
    pub output_schema: Map<String, Value>,
    handler: Handler,
}

impl Operation {
    pub(crate) fn query<D: Domain, Q: Query<Domain = D>>() -> Result<Self, String> {
        let name = Name::new(Q::NAME).map_err(|error| error.to_string())?;
        let (program, input_schema) = (name.program().to_owned(), schema::of::<Q>());
        let handler_schema = input_schema.clone();
        let output_schema = schema::of_output::<Q::Output>();
        Ok(Self {
            example: example_of::<Q>(Q::EXAMPLE, &name, &input_schema, &output_schema)?,
            name,
            effect: Effect::Read,
            title: Cow::Borrowed(Q::TITLE),
            description: description(&input_schema),
            errors: Q::ERRORS.to_vec(),
            is_destructive: false,
            is_idempotent: true,
            output_schema,
            handler: Box::new(move |unit, cx, arguments| {
                let input = input::parse::<Q>(&program, &handler_schema, arguments);
                Box::pin(async move {
                    let unit = unit_of::<D>(unit)?;
                    let output = input?.run(cx, unit.reader(cx).await?).await?;
                    to_raw_value(&output).map_err(OperationError::internal)
                })
            }),
            input_schema,
        })
    }

    pub(crate) fn command<D: Domain, C: Command<Domain = D>>() -> Result<Self, String> {
        let name = Name::new(C::NAME).map_err(|error| error.to_string())?;
        let input_schema = with_key_of::<C>(&name, schema::of::<C>())?;
        let (program, handler_schema) = (name.program().to_owned(), input_schema.clone());
        let output_schema = schema::of_output::<C::Output>();
        let operation = Self {
            example: example_of::<C>(C::EXAMPLE, &name, &input_schema, &output_schema)?,
            name,
            effect: Effect::Write,
            title: Cow::Borrowed(C::TITLE),
            description: description(&input_schema),
            errors: C::ERRORS.to_vec(),
            is_destructive: C::DESTRUCTIVE,
            is_idempotent: C::IDEMPOTENT,
            output_schema,
            handler: Box::new(move |unit, cx, arguments| {
                let input = input::parse::<C>(&program, &handler_schema, arguments);
                Box::pin(async move {
                    let unit = unit_of::<D>(unit)?;
                    let output = input?.run(cx, unit.writer(cx).await?).await?;
                    to_raw_value(&output).map_err(OperationError::internal)
                })
            }),
            input_schema,
        };
        operation.replayable_as::<D, C>()
    }

    /// The same, or one that takes a key if `C` is said to.
    fn replayable_as<D: Domain, C: Command<Domain = D>>(self) -> Result<Self, String> {
        if C::REPLAYABLE {
            self.replayable::<D>()
        } else {
            Ok(self)
        }
    }

    pub(crate) fn run<'a>(
        &'a self,
        unit: &'a mut (dyn Any + Send),
        cx: &'a Context,
        arguments: &'a str,
    ) -> BoxFuture<'a, Result<Json, OperationError>> {
        (self.handler)(unit, cx, arguments)
    }

    /// The first sentence of the description.
    pub fn summary(&self) -> &str {
        first_sentence(&self.description)
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation")
            .field("name", &self.name.as_str())
            .field("effect", &self.effect)
            .finish_non_exhaustive()
    }
}

fn unit_of<D: Domain>(unit: &mut (dyn Any + Send)) -> Result<&mut Unit<D>, OperationError> {
    unit.downcast_mut()
        .ok_or_else(|| OperationError::internal("an operation met another domain's unit of work"))
}

/// The author's example, or one that is made for them; that it fits is tried when the server starts.
fn example_of<I: DeserializeOwned>(
    written: &'static str,
    name: &Name,
    input_schema: &Map<String, Value>,
    output_schema: &Map<String, Value>,
) -> Result<Cow<'static, str>, String> {
    if !written.is_empty() {
        return Ok(Cow::Borrowed(written));
    }
    let arguments = example::arguments(input_schema);
    let text = Value::Object(arguments.clone()).to_string();
    match input::parse::<I>(name.program(), input_schema, &text) {
        Ok(_) => Ok(Cow::Owned(example::call(name, &arguments, output_schema))),
        Err(error) => Err(format!(
            "the example that is made for `{name}` does not fit: {}; give the field a `#[schemars(example = …)]`, or the \
             operation an `EXAMPLE`",
            error.message()
        )),
    }
}

/// The schema of an input, with a field for the key if `C` is replayable.
fn with_key_of<C: Command>(name: &Name, schema: Map<String, Value>) -> Result<Map<String, Value>, String> {
    if C::REPLAYABLE {
        replay::with_key(schema).map_err(|fault| format!("the input of `{name}` {fault}"))
    } else {
        Ok(schema)
    }
}

fn first_sentence(text: &str) -> &str {
    let ends = [". ", ".\n"].into_iter().filter_map(|end| text.find(end));
    ends.min().map_or(text, |end| &text[..=end])
}

fn description(schema: &Map<String, Value>) -> String {
    schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
