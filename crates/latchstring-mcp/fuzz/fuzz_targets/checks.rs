//! What has to hold for every answer.

use std::fmt;

use axum::http::{Method, StatusCode};
use latchstring_core::Scope;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};

use crate::{
    domain::{Done, HIDDEN},
    input::Asked,
    world::Told,
};

/// Which door it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Mcp,
    McpReadOnly,
    Script,
    Document,
    None,
}

impl Door {
    fn at(path: &str) -> Self {
        match path {
            "/mcp" => Self::Mcp,
            "/mcp/readonly" => Self::McpReadOnly,
            "/api/v1/openapi.json" => Self::Document,
            _ => match path.strip_prefix("/api/v1/") {
                Some(name) if !name.is_empty() && !name.contains('/') => Self::Script,
                Some(_) | None => Self::None,
            },
        }
    }
}

/// One answer, and what was asked.
struct Case<'a> {
    asked: &'a Asked,
    /// The request's body; null if it is no JSON.
    message: &'a Value,
    told: &'a Told,
    scope: Scope,
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, scope, status) = (self.asked, self.scope, self.told.status);
        let shown: String = String::from_utf8_lossy(&self.told.body).chars().take(2_000).collect();
        write!(f, "{} {} as {scope:?}: {status} {shown}", asked.method, asked.uri)
    }
}

/// Panics if anything does not hold. `message` is what [`message_of`] gives.
pub(crate) fn check(asked: &Asked, message: &Value, told: &Told, scope: Scope, done: Done) {
    let case = Case {
        asked,
        message,
        told,
        scope,
    };
    let door = Door::at(asked.uri.path());
    let status = told.status;
    assert!(!status.is_server_error(), "a fault of the server: {case}");
    let answer = match door {
        Door::Mcp | Door::McpReadOnly => case.mcp(),
        Door::Script => case.script(),
        Door::Document => case.document(),
        Door::None => {
            let is_nothing = status == StatusCode::NOT_FOUND && told.body.is_empty();
            assert!(is_nothing, "nothing is there: {case}");
            None
        }
    };
    let only_reads = scope == Scope::Read || door == Door::McpReadOnly;
    if only_reads {
        assert_eq!(done, Done::default(), "a reader wrote: {case}");
        if door != Door::Document {
            case.hides();
        }
    }
    case.keeps(&answer.unwrap_or_default(), done);
}

/// What a request says, if it is JSON.
pub(crate) fn message_of(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap_or_default()
}

impl Case<'_> {
    /// JSON-RPC, whatever was asked.
    fn mcp(&self) -> Option<Value> {
        if self.told.kind() == "text/event-stream" {
            assert_eq!(
                self.message["method"], "subscriptions/listen",
                "a stream that nobody asked for: {self}"
            );
            let text = str::from_utf8(&self.told.body).expect("events are text");
            for data in text.lines().filter_map(|line| line.strip_prefix("data:")) {
                if !data.trim().is_empty() {
                    let event: Value = json(data.as_bytes()).unwrap_or_else(|| panic!("an event is not JSON: {self}"));
                    assert_eq!(event["jsonrpc"], "2.0", "{self}");
                }
            }
            return None;
        }
        assert!(!self.told.is_open, "the answer does not end: {self}");
        if self.told.body.is_empty() {
            let is_quiet = self.told.status == StatusCode::ACCEPTED || self.asked.method == Method::HEAD;
            assert!(is_quiet, "nothing is said: {self}");
            return None;
        }
        assert_eq!(self.told.kind(), "application/json", "{self}");
        let message: Value = json(&self.told.body).unwrap_or_else(|| panic!("not JSON: {self}"));
        assert_eq!(message["jsonrpc"], "2.0", "{self}");
        match (message.get("result"), message.get("error")) {
            (Some(result), None) => {
                assert!(
                    self.told.status.is_success(),
                    "a result with the status of an error: {self}"
                );
                assert!(result.is_object(), "{self}");
                assert!(
                    same(&message["id"], &self.message["id"]),
                    "an answer to another request: {self}"
                );
                assert_ne!(result["structuredContent"]["error"]["code"], "INTERNAL", "{self}");
            }
            (None, Some(error)) => {
                let code = error["code"].as_i64().unwrap_or_else(|| panic!("no code: {self}"));
                assert_ne!(code, -32603, "a fault of the server: {self}");
                assert!(
                    error["message"].as_str().is_some_and(|text| !text.is_empty()),
                    "no words: {self}"
                );
                let id = &message["id"];
                assert!(
                    id.is_null() || same(id, &self.message["id"]),
                    "an answer to another request: {self}"
                );
            }
            _ => panic!("neither a result nor an error, or both: {self}"),
        }
        Some(message)
    }

    /// The envelope, and the status that goes with its code.
    fn script(&self) -> Option<Value> {
        assert!(!self.told.is_open, "the answer does not end: {self}");
        if self.asked.method == Method::HEAD {
            assert!(self.told.body.is_empty(), "{self}");
            return None;
        }
        assert_eq!(self.told.kind(), "application/json", "{self}");
        let message: Value = json(&self.told.body).unwrap_or_else(|| panic!("not JSON: {self}"));
        let id = message["meta"]["requestId"]
            .as_str()
            .unwrap_or_else(|| panic!("no id: {self}"));
        assert_eq!(
            self.told.headers.get("x-request-id").map(|id| id.as_bytes()),
            Some(id.as_bytes()),
            "{self}"
        );
        if self.told.status.is_success() {
            assert!(message["data"].is_object() && message.get("error").is_none(), "{self}");
            return Some(message);
        }
        let error = &message["error"];
        let code = error["code"].as_str().unwrap_or_else(|| panic!("no code: {self}"));
        assert!(error["message"].is_string() && message.get("data").is_none(), "{self}");
        // As in docs/rest.md.
        let expected = match code {
            "INVALID_INPUT" => 400,
            "FORBIDDEN" => 403,
            "UNKNOWN_OPERATION" | "NOT_FOUND" => 404,
            "METHOD_NOT_ALLOWED" => 405,
            "INVALID_STATE" | "CONFLICT" | "IN_USE" => 409,
            "BODY_TOO_LARGE" => 413,
            "UNSUPPORTED_MEDIA_TYPE" => 415,
            "LIMIT_EXCEEDED" | "RESULT_TOO_LARGE" | "PROGRAM_ERROR" | "RESULT_NOT_SERIALIZABLE" => 422,
            _ => panic!("no code that can occur here: {self}"),
        };
        assert_eq!(self.told.status.as_u16(), expected, "{self}");
        Some(message)
    }

    /// What the product can do, told to anybody.
    fn document(&self) -> Option<Value> {
        let is_there = self.asked.method == Method::GET && self.told.status == StatusCode::OK;
        if is_there {
            let document: Value = json(&self.told.body).unwrap_or_else(|| panic!("not JSON: {self}"));
            assert_eq!(document["openapi"], "3.1.0", "{self}");
        } else if self.told.status == StatusCode::METHOD_NOT_ALLOWED && self.asked.method != Method::HEAD {
            let refused: Value = json(&self.told.body).unwrap_or_else(|| panic!("not JSON: {self}"));
            assert_eq!(refused["error"]["code"], "METHOD_NOT_ALLOWED", "{self}");
        } else {
            assert!(self.told.body.is_empty(), "{self}");
        }
        None
    }

    /// Nothing of what writes is told to who did not say it first.
    fn hides(&self) {
        let contains = |text: &[u8], word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
        let in_headers = |word| self.told.headers.values().any(|value| contains(value.as_bytes(), word));
        let shown = HIDDEN
            .iter()
            .filter(|word| contains(&self.told.body, word) || in_headers(word));
        let shown: Vec<&&str> = shown.collect();
        if shown.is_empty() {
            return;
        }
        let said = self.asked.said();
        for word in shown {
            assert!(
                said.iter().any(|text| contains(text, word)),
                "a reader is told of {word}: {self}"
            );
        }
    }

    /// A failure leaves no trace, one request makes one change at most, and what is told of it is true.
    fn keeps(&self, answer: &Value, done: Done) {
        assert!(done.commits <= 1 && done.writers <= 1, "{done:?}: {self}");
        let failed =
            answer.get("error").is_some() || answer["result"]["isError"] == true || !self.told.status.is_success();
        if failed {
            assert_eq!(done.commits, 0, "a failure left a change: {self}");
        }
        let told = [&answer["result"]["structuredContent"], &answer["data"]];
        for committed in told.iter().filter_map(|told| told["committed"].as_bool()) {
            assert_eq!(committed, done.commits == 1, "{done:?}: {self}");
        }
        let runs = self.message["method"] == "tools/call" && self.message["params"]["name"] == "run";
        if runs || self.asked.uri.path() == "/api/v1/run" {
            assert_eq!(done, Done::default(), "`run` wrote: {self}");
        }
    }
}

/// `1.0` may come back as `1`.
fn same(id: &Value, asked: &Value) -> bool {
    id == asked || id.as_f64().is_some_and(|id| asked.as_f64() == Some(id))
}

/// JSON of any depth.
fn json<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut reader = Deserializer::from_slice(bytes);
    reader.disable_recursion_limit();
    let value = T::deserialize(&mut reader).ok()?;
    reader.end().ok().map(|()| value)
}

impl Asked {
    /// All that the request says: as it is, and with its escapes resolved, also those of JSON within JSON.
    fn said(&self) -> Vec<Vec<u8>> {
        let mut raw = self.uri.to_string().into_bytes();
        for (name, value) in &self.headers {
            raw.push(b'\n');
            raw.extend_from_slice(name.as_str().as_bytes());
            raw.push(b'\n');
            raw.extend_from_slice(value.as_bytes());
        }
        raw.push(b'\n');
        raw.extend_from_slice(&self.body);
        let mut said = vec![unescaped(&raw, b'%')];
        said.push(raw);
        for _ in 0..4 {
            let last = said.last().map(|last| unescaped(last, b'\\')).unwrap_or_default();
            said.push(unescaped(&last, b'%'));
            said.push(last);
        }
        said
    }
}

/// `%41`, or `\u0041` and `\/`, as the byte that is meant. What is not ASCII stays.
fn unescaped(bytes: &[u8], mark: u8) -> Vec<u8> {
    let (skip, digits) = if mark == b'%' { (1, 2) } else { (2, 4) };
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let code = (*first == mark && (mark == b'%' || rest.get(1) == Some(&b'u')))
            .then(|| rest.get(skip..skip + digits))
            .flatten()
            .and_then(|digits| u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        if let Some(byte) = code.and_then(|code| u8::try_from(code).ok()).filter(u8::is_ascii) {
            plain.push(byte);
            rest = &rest[skip + digits..];
        } else if *first == mark && mark == b'\\' && rest.len() > 1 {
            plain.push(rest[1]);
            rest = &rest[2..];
        } else {
            plain.push(*first);
            rest = &rest[1..];
        }
    }
    plain
}
