//! What the client says, as far as a pipe has to know it. The text is passed on as it came.

use serde_json::Value;

use crate::{
    input::Line,
    refusal::{INVALID_REQUEST, PARSE_ERROR, Refusal},
};

/// Where clients of 2026-07-28 say their revision, in every request.
const REVISION: &str = "io.modelcontextprotocol/protocolVersion";

/// One message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) text: Vec<u8>,
    /// Empty for an answer.
    pub(crate) method: String,
    /// The revision that the message itself names.
    pub(crate) revision: Option<String>,
    /// The tool, prompt or resource that it is about.
    pub(crate) name: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Wants an answer under this id.
    Request(Id),
    /// Takes the request with this id back.
    Cancelled(Id),
    /// Wants none: a notification, or an answer.
    Told,
}

/// A request's id: a string or a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Id(Value);

impl Id {
    fn of(value: &Value) -> Option<Self> {
        (value.is_string() || value.is_number()).then(|| Self(value.clone()))
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }
}

/// A line that is not passed on, and the id to answer it under.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) id: Value,
    pub(crate) refusal: Box<Refusal>,
}

impl Refused {
    fn new(id: Value, code: i32, why: impl Into<String>) -> Self {
        let refusal = Box::new(Refusal::new(code, why));
        Self { id, refusal }
    }
}

impl Message {
    pub(crate) fn read(line: Line) -> Result<Self, Refused> {
        let nobody = |code, why: String| Err(Refused::new(Value::Null, code, why));
        let text = match line {
            Line::Whole(text) => text,
            Line::TooLong => {
                let why = "the message is over 4 MiB; send less in one request";
                return nobody(INVALID_REQUEST, why.to_owned());
            }
        };
        match serde_json::from_slice(&text) {
            Ok(message @ Value::Object(_)) => Self::of(&message, text),
            // As the server would answer it.
            Ok(Value::Array(_)) => nobody(
                INVALID_REQUEST,
                "batches are not supported; send one request at a time".to_owned(),
            ),
            Ok(_) => nobody(INVALID_REQUEST, "the message is not a JSON object".to_owned()),
            Err(error) => nobody(PARSE_ERROR, format!("the line is not JSON: {error}")),
        }
    }

    fn of(message: &Value, text: Vec<u8>) -> Result<Self, Refused> {
        let id = message.get("id");
        let valid = id.and_then(Id::of);
        let is_answer = message.get("result").is_some() || message.get("error").is_some();
        let params = &message["params"];
        let kind = match (message["method"].as_str(), id, valid) {
            (Some(_), Some(_), Some(id)) => Kind::Request(id),
            (Some("notifications/cancelled"), None, _) => {
                Id::of(&params["requestId"]).map_or(Kind::Told, Kind::Cancelled)
            }
            (Some(_), None, _) => Kind::Told,
            (None, Some(_), Some(_)) if is_answer => Kind::Told,
            (_, _, valid) => {
                let why = "not a request: it needs a `method`, and an `id` that is a string or a number";
                let id = valid.map_or(Value::Null, |id| id.0);
                return Err(Refused::new(id, INVALID_REQUEST, why));
            }
        };
        let text_of = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let method = text_of(&message["method"]).unwrap_or_default();
        // Streamable HTTP of 2026-07-28, "Standard Request Headers".
        let name = match method.as_str() {
            "tools/call" | "prompts/get" => text_of(&params["name"]),
            "resources/read" => text_of(&params["uri"]),
            _ => None,
        };
        Ok(Self {
            kind,
            text,
            method,
            revision: text_of(&params["_meta"][REVISION]),
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: &Value) -> Result<Message, Refused> {
        Message::read(Line::Whole(message.to_string().into_bytes()))
    }

    #[test]
    fn a_message_is_what_its_members_make_it() {
        let id = |value: Value| Id(value);
        for (message, kind) in [
            (json!({ "id": 7, "method": "ping" }), Kind::Request(id(json!(7)))),
            (
                json!({ "id": "a", "method": "ping", "params": [1] }),
                Kind::Request(id(json!("a"))),
            ),
            (json!({ "method": "notifications/initialized" }), Kind::Told),
            (
                json!({ "method": "notifications/cancelled", "params": { "requestId": 7 } }),
                Kind::Cancelled(id(json!(7))),
            ),
            (json!({ "method": "notifications/cancelled" }), Kind::Told),
            (json!({ "id": 1, "result": {} }), Kind::Told),
            (json!({ "id": 1, "error": {} }), Kind::Told),
        ] {
            assert_eq!(read(&message).unwrap().kind, kind, "{message}");
        }
    }

    #[test]
    fn what_is_no_request_is_answered_under_its_id_if_it_has_one() {
        for (message, id) in [
            (json!({ "id": 7 }), json!(7)),
            (json!({ "id": 7, "method": 8 }), json!(7)),
            (json!({ "id": null, "method": "ping" }), json!(null)),
            (json!({ "id": {}, "method": "ping" }), json!(null)),
            (json!([{ "id": 1, "method": "ping" }]), json!(null)),
            (json!("ping"), json!(null)),
        ] {
            assert_eq!(read(&message).unwrap_err().id, id, "{message}");
        }
    }

    #[test]
    fn a_name_is_repeated_for_the_three_methods_that_have_one() {
        let name = |method: &str| {
            let params = json!({ "name": "n", "uri": "u" });
            read(&json!({ "id": 1, "method": method, "params": params }))
                .unwrap()
                .name
        };
        let names = ["tools/call", "prompts/get", "resources/read", "tools/list"].map(name);
        assert_eq!(names.map(Option::unwrap_or_default), ["n", "n", "u", ""]);
    }
}
