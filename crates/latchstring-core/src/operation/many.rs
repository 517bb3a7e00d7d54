//! The bulk form of a command: up to 250 inputs of it in one call.
//!
//! The items are done in order, in the transaction of the call. One that is refused has changed nothing, as it would have
//! alone, and the others go on; what would end a program ends the whole call.

mod example;

use std::{borrow::Cow, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::to_raw_value};

use super::{Operation, description, example_of, first_sentence, replay, unit_of, with_key_of};
use crate::{
    Command, Context, Domain, Effect, ErrorCode, Json, Name, OperationError,
    input::{self, Place},
    schema,
};

/// The most items of one call.
const MOST: usize = 250;

/// What the bulk form of a command takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Items<C> {
    #[schemars(length(min = 1, max = 250))]
    items: Vec<C>,
}

/// How the items went.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Many<T> {
    /// How many items were done.
    succeeded: usize,
    /// How many were refused, and changed nothing.
    failed: usize,
    /// How each went, in the order of `items`.
    results: Vec<One<T>>,
}

/// How one item went.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct One<T> {
    /// Its place in `items`, from 0.
    index: usize,
    outcome: How,
    /// The answer, if it was done.
    result: Option<T>,
    /// Why not, if it was refused.
    error: Option<Refused>,
}

// Its variants have no words of their own, so that the schema is a plain list of two.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum How {
    Ok,
    Failed,
}

/// Why an item was refused.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Refused {
    /// The kind, such as `NOT_FOUND`.
    #[schemars(with = "String")]
    code: ErrorCode,
    /// What is wrong and what to do next.
    message: String,
    /// What a program can act on.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
}

impl Operation {
    /// The bulk form of `C`, whose name is the one of `C` with `_many` behind it.
    pub(crate) fn many<D: Domain, C: Command<Domain = D>>() -> Result<Self, String> {
        let single = Name::new(C::NAME).map_err(|error| error.to_string())?;
        let name = Name::new(&format!("{}_many", C::NAME)).map_err(|error| error.to_string())?;
        let of_one = example_of::<C>(
            C::EXAMPLE,
            &single,
            &schema::of::<C>(),
            &schema::of_output::<C::Output>(),
        )?;
        let example = example::of(&single, &name, &of_one).ok_or_else(|| {
            format!("the example of `{single}` does not call it; its bulk form takes the call from there")
        })?;
        if C::REPLAYABLE && example.contains(replay::KEY) {
            return Err(format!(
                "the example of `{single}` has an `{}`, which is none of an item; leave it out",
                replay::KEY
            ));
        }
        let item_schema = schema::of::<C>();
        let words = words(&single, &description(&item_schema), C::ERRORS);
        let input_schema = with_key_of::<C>(&name, input_schema::<C>(&single, &words))?;
        let asked = Arc::new(Asked {
            program: name.program().to_owned(),
            schema: input_schema.clone(),
            item_schema,
        });
        let operation = Self {
            effect: Effect::Write,
            title: Cow::Owned(format!("{}, many at once", C::TITLE)),
            description: words,
            example: Cow::Owned(example),
            errors: vec![
                (ErrorCode::InvalidInput, "`items` is empty"),
                (ErrorCode::LimitExceeded, "more than 250 items"),
            ],
            is_destructive: C::DESTRUCTIVE,
            is_idempotent: C::IDEMPOTENT,
            output_schema: schema::of_output::<Many<C::Output>>(),
            handler: Box::new(move |unit, cx, arguments| {
                let (asked, items) = (asked.clone(), asked.items(arguments));
                Box::pin(async move {
                    let items = items?;
                    let writer = unit_of::<D>(unit)?.writer(cx).await?;
                    let mut many = Many::of(items.len());
                    for (index, item) in items.into_iter().enumerate() {
                        many.add(index, one(cx, writer, asked.item::<C>(index, item)).await)?;
                        // The deadline is looked at whenever this waits, and a command need not wait.
                        tokio::task::yield_now().await;
                    }
                    to_raw_value(&many).map_err(OperationError::internal)
                })
            }),
            input_schema,
            name,
        };
        operation.replayable_as::<D, C>()
    }
}

/// How a bulk form is asked.
struct Asked {
    program: String,
    schema: Map<String, Value>,
    item_schema: Map<String, Value>,
}

impl Asked {
    /// The items, not looked into yet: what is wrong with one is its own failure.
    fn items(&self, arguments: &str) -> Result<Vec<Value>, OperationError> {
        let program = &self.program;
        let Items { items } = input::parse::<Items<Value>>(program, &self.schema, arguments)?;
        match items.len() {
            0 => Err(OperationError::invalid_input(format!(
                "`items` of `{program}` is empty; give 1 to {MOST} items"
            ))),
            1..=MOST => Ok(items),
            given => Err(OperationError::new(
                ErrorCode::LimitExceeded,
                format!("`{program}` takes {MOST} items at most, not {given}; send the rest in further calls"),
            )),
        }
    }

    fn item<C: Command>(&self, index: usize, item: Value) -> Result<C, OperationError> {
        let place = Place {
            operation: &self.program,
            item: Some(index),
        };
        input::read(place, &self.item_schema, item)
    }
}

/// Does one item. Its output is made into text before anything else runs, for it need not be `Send`.
async fn one<C: Command>(
    cx: &Context,
    db: &mut <C::Domain as Domain>::Writer,
    input: Result<C, OperationError>,
) -> Result<Json, OperationError> {
    let output = input?.run(cx, db).await?;
    to_raw_value(&output).map_err(OperationError::internal)
}

impl Many<Json> {
    fn of(items: usize) -> Self {
        Self {
            succeeded: 0,
            failed: 0,
            results: Vec::with_capacity(items),
        }
    }

    /// Notes how an item went; an error that ends a program is given back.
    fn add(&mut self, index: usize, done: Result<Json, OperationError>) -> Result<(), OperationError> {
        let one = match done {
            Ok(result) => {
                self.succeeded += 1;
                One {
                    index,
                    outcome: How::Ok,
                    result: Some(result),
                    error: None,
                }
            }
            Err(error) if error.ends_program() => return Err(error),
            Err(error) => {
                error.log();
                self.failed += 1;
                One {
                    index,
                    outcome: How::Failed,
                    result: None,
                    error: Some(Refused {
                        code: error.code(),
                        message: error.message().to_owned(),
                        details: error.details().cloned(),
                    }),
                }
            }
        };
        self.results.push(one);
        Ok(())
    }
}

fn input_schema<C: Command>(single: &Name, words: &str) -> Map<String, Value> {
    let mut schema = schema::of::<Items<C>>();
    schema.insert("description".to_owned(), words.into());
    if let Some(Value::Object(items)) = schema.get_mut("properties").and_then(|fields| fields.get_mut("items")) {
        let mut words = format!("1 to {MOST} of them, each as `app.{}` takes it.", single.program());
        if C::REPLAYABLE {
            words.push_str(&format!(" None has an `{}`: that is for all of them.", replay::KEY));
        }
        items.insert("description".to_owned(), words.into());
        // The command's own words, which the description of the bulk form begins with.
        if let Some(Value::Object(item)) = items.get_mut("items") {
            item.shift_remove("description");
        }
    }
    schema
}

/// What the bulk form does, in the command's words as far as they go.
fn words(single: &Name, of_one: &str, errors: &[(ErrorCode, &str)]) -> String {
    let does = first_sentence(of_one).trim().trim_end_matches('.');
    let does = does.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words = format!(
        "{does}, for up to {MOST} items in one call.\nThey are done in order and count as one write. An item that is refused \
         changes nothing and does not stop the others: look at `failed`, then at `error` in `results`.\nWhat holds for one \
         item is told by `app.{}`.",
        single.program()
    );
    for (code, when) in errors {
        words.push_str(&format!("\nAn item is refused with {code}: {when}."));
    }
    words
}
