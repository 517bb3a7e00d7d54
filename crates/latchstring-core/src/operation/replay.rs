//! A command that takes a key, under which its answer is kept and given again.
//!
//! This is around the command's own handler, so it is the same for the single form and for the bulk form, and neither
//! knows of it.

use std::{any::Any, sync::Arc};

use serde_json::{Map, Value, json, value::RawValue};
use sha2::{Digest, Sha256};

use super::{Handler, Operation, unit_of};
use crate::{Context, Domain, ErrorCode, Json, OperationError, Replay, ReplayKey, UnitOfWork};

/// The field of the input that has the key.
pub(super) const KEY: &str = "idempotencyKey";
/// The field of the answer that tells whether it is given again.
const REPLAYED: &str = "replayed";
/// The longest key, in characters.
const LONGEST: usize = 100;

/// The input of a command with the key as a further field.
pub(super) fn with_key(mut input_schema: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let words = "A key of your own for this change; sent again within 24 hours with the same arguments, the first answer is \
                 given again, with `replayed: true`, and nothing is done twice. 1 to 100 visible ASCII characters.";
    let field = json!({
        "type": "string",
        "description": words,
        "minLength": 1,
        "maxLength": LONGEST,
        "pattern": "^[!-~]+$"
    });
    add_field(&mut input_schema, KEY, field)?;
    Ok(input_schema)
}

fn add_field(schema: &mut Map<String, Value>, name: &str, field: Value) -> Result<(), String> {
    let fields = schema.entry("properties").or_insert_with(|| json!({}));
    let there = fields
        .as_object_mut()
        .and_then(|fields| fields.insert(name.to_owned(), field));
    match there {
        None => Ok(()),
        Some(_) => Err(format!(
            "has a field `{name}` of its own, which a replayable command gets from the kit"
        )),
    }
}

impl Operation {
    /// The same operation, which takes a key and then answers the same change once. Its input has the field already.
    pub(super) fn replayable<D: Domain>(mut self) -> Result<Self, String> {
        let words = "Whether this is the answer to an earlier call with the same `idempotencyKey`.";
        let field = json!({ "type": "boolean", "description": words });
        add_field(&mut self.output_schema, REPLAYED, field)
            .map_err(|fault| format!("the output of `{}` {fault}", self.name))?;
        if let Value::Array(required) = self.output_schema.entry("required").or_insert_with(|| json!([])) {
            required.push(REPLAYED.into());
        }
        self.errors.push((
            ErrorCode::Conflict,
            "the `idempotencyKey` was used with other arguments in the last 24 hours",
        ));
        let once = Arc::new(Once {
            operation: self.name.as_str().to_owned(),
            program: self.name.program().to_owned(),
            handler: self.handler,
        });
        self.handler = Box::new(move |unit, cx, arguments| {
            let (once, asked) = (once.clone(), Asked::read(&once.program, arguments));
            Box::pin(async move { once.run::<D>(unit, cx, asked?).await })
        });
        Ok(self)
    }
}

/// The handler of a command, and its names.
struct Once {
    operation: String,
    program: String,
    handler: Handler,
}

impl Once {
    async fn run<D: Domain>(
        &self,
        unit: &mut (dyn Any + Send),
        cx: &Context,
        asked: Asked,
    ) -> Result<Json, OperationError> {
        let Some(key) = asked.key else {
            return told(&(self.handler)(unit, cx, &asked.arguments).await?, false);
        };
        let key = ReplayKey::new(cx, &self.operation, key);
        let digest = Sha256::digest(&asked.arguments).into();
        // In the transaction that the change will be made in: whoever sends the same at once waits until this one is over.
        let known = unit_of::<D>(unit)?.writer(cx).await?.recall(&key, cx.now()).await?;
        match known {
            Some(replay) if replay.arguments == digest => return told(&replay.answer, true),
            Some(_) => return Err(self.used_already(&key)),
            None => {}
        }
        let answer = (self.handler)(&mut *unit, cx, &asked.arguments).await?;
        let replay = Replay {
            arguments: digest,
            answer,
            at: cx.now(),
        };
        unit_of::<D>(unit)?.writer(cx).await?.remember(&key, &replay).await?;
        told(&replay.answer, false)
    }

    fn used_already(&self, key: &ReplayKey) -> OperationError {
        let message = format!(
            "the key `{}` was used for `{}` with other arguments; nothing was done. Take a new `{KEY}` for a new change, or \
             send the arguments of the first call to get its answer",
            key.key, self.program
        );
        OperationError::new(ErrorCode::Conflict, message)
    }
}

/// Arguments with the key taken out.
struct Asked {
    key: Option<String>,
    /// The rest. If there is a key, with the fields of every object in order, so that the same arguments are the same text.
    arguments: String,
}

impl Asked {
    fn read(program: &str, arguments: &str) -> Result<Self, OperationError> {
        let without_key = || Self {
            key: None,
            arguments: arguments.to_owned(),
        };
        // What is no object the handler refuses, in its own words.
        let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(arguments) else {
            return Ok(without_key());
        };
        let key = match fields.remove(KEY) {
            None => return Ok(without_key()),
            Some(Value::Null) => None,
            Some(Value::String(key)) if is_key(&key) => Some(key),
            Some(_) => {
                return Err(OperationError::invalid_input(format!(
                    "wrong argument for `{program}` at `{KEY}`: it takes a string of 1 to {LONGEST} visible ASCII characters, \
                     without spaces, such as a UUID"
                )));
            }
        };
        let mut rest = Value::Object(fields);
        rest.sort_all_objects();
        Ok(Self {
            key,
            arguments: rest.to_string(),
        })
    }
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The answer, with a last field that tells whether it is given again.
fn told(answer: &RawValue, replayed: bool) -> Result<Json, OperationError> {
    let fields = answer.get().strip_suffix('}').map(str::trim_end);
    let text = match fields {
        Some("{") => format!(r#"{{"{REPLAYED}":{replayed}}}"#),
        Some(fields) => format!(r#"{fields},"{REPLAYED}":{replayed}}}"#),
        None => return Err(OperationError::internal("the answer of a command is no object")),
    };
    RawValue::from_string(text).map_err(OperationError::internal)
}
