//! What comes back for one request, message by message: one JSON body, or a stream of events.

use futures_util::StreamExt;
use reqwest::{Body, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use sse_stream::SseStream;

use crate::{address::Address, endpoint::causes, message::Id, refusal::Refusal};

/// The largest body that is taken as an answer, in bytes. A server of ours stays far below.
const MOST_BYTES: usize = 64 << 20;
/// The largest body that is looked at beside an HTTP error.
const MOST_ERROR_BYTES: usize = 64 << 10;

/// The messages for one request.
pub(crate) struct Reply<'a> {
    id: &'a Id,
    address: &'a Address,
    source: Source,
}

enum Source {
    One(Option<Said>),
    Events(Box<SseStream<Body>>),
}

/// One message of the server's.
pub(crate) struct Said {
    /// Without line breaks; otherwise as it came.
    pub(crate) line: String,
    pub(crate) message: Value,
    /// Whether nothing follows it.
    pub(crate) is_answer: bool,
}

impl<'a> Reply<'a> {
    pub(crate) async fn of(response: Response, id: &'a Id, address: &'a Address) -> Result<Self, Refusal> {
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let source = match media_type.as_str() {
            "text/event-stream" if status.is_success() => Source::Events(Box::new(SseStream::new(response.into()))),
            "application/json" if status.is_success() => {
                let text = body(response, MOST_BYTES, address).await?;
                let said = Said::read(text, id).filter(|said| said.is_answer);
                let said = said.ok_or_else(|| Refusal::garbled("JSON, but no answer to this request", address))?;
                Source::One(Some(said))
            }
            _ if status.is_success() => return Err(no_json(status, &media_type, address)),
            // Whatever it calls itself: a JSON-RPC error says more than the status does.
            _ => {
                let headers = response.headers().clone();
                let text = body(response, MOST_ERROR_BYTES, address).await.unwrap_or_default();
                let refusal = Refusal::status(status, &headers, &text, address);
                let said = Said::read(text, id).filter(|said| said.is_answer);
                Source::One(Some(said.ok_or(refusal)?))
            }
        };
        Ok(Self { id, address, source })
    }

    /// The next message; `None` when there are no more.
    pub(crate) async fn next(&mut self) -> Result<Option<Said>, Refusal> {
        let events = match &mut self.source {
            Source::One(said) => return Ok(said.take()),
            Source::Events(events) => events,
        };
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| match error {
                sse_stream::Error::Body(error) => Refusal::lost(&causes(error.as_ref())),
                error => Refusal::garbled(&format!("a stream with a fault: {error}"), self.address),
            })?;
            // Some servers begin a stream with an event that has nothing in it.
            let Some(data) = event.data.filter(|data| !data.trim().is_empty()) else {
                continue;
            };
            let said = Said::read(data.into_bytes(), self.id);
            let garbled = || Refusal::garbled("a stream of something else", self.address);
            return said.map(Some).ok_or_else(garbled);
        }
        Ok(None)
    }
}

impl Said {
    /// An error without an id is the answer, too: it was found before the id was read, and this is the only request it
    /// can be about.
    fn read(text: Vec<u8>, id: &Id) -> Option<Self> {
        let mut message: Value = serde_json::from_slice(&text).ok()?;
        let fields = message.as_object_mut()?;
        let is_response = !fields.contains_key("method");
        let has_no_id = fields.get("id").is_none_or(Value::is_null);
        if is_response && has_no_id && fields.get("error").is_some_and(Value::is_object) {
            fields.insert("id".to_owned(), id.value().clone());
            return Some(Self {
                line: message.to_string(),
                message,
                is_answer: true,
            });
        }
        // Line breaks in JSON are between values only.
        let line = String::from_utf8(text).ok()?.replace(['\r', '\n'], " ");
        let is_answer = is_response && message["id"] == *id.value();
        Some(Self {
            line,
            message,
            is_answer,
        })
    }
}

async fn body(mut response: Response, most: usize, address: &Address) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) if text.len() + part.len() <= most => text.extend_from_slice(&part),
            Ok(Some(_)) => return Err(Refusal::garbled("more than can be an answer", address)),
            Ok(None) => return Ok(text),
            Err(error) => return Err(Refusal::lost(&causes(&error))),
        }
    }
}

fn no_json(status: StatusCode, media_type: &str, address: &Address) -> Refusal {
    let what = match media_type {
        "" => format!("HTTP {status} without a body"),
        _ => format!("`{media_type}` (HTTP {status})"),
    };
    Refusal::garbled(&what, address)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        input::Line,
        message::{Kind, Message},
    };

    fn id(value: &Value) -> Id {
        let request = json!({ "id": value, "method": "ping" }).to_string();
        match Message::read(Line::Whole(request.into_bytes())).unwrap().kind {
            Kind::Request(id) => id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_goes_on_as_it_came_but_in_one_line() {
        let text = "{ \"id\": 1,\r\n  \"result\": { \"n\": 1.50, \"b\": 2, \"a\": \"x\\ny\" } }";
        let said = Said::read(text.into(), &id(&json!(1))).unwrap();
        assert_eq!(
            said.line,
            "{ \"id\": 1,    \"result\": { \"n\": 1.50, \"b\": 2, \"a\": \"x\\ny\" } }"
        );
        assert!(said.is_answer);
    }

    #[test]
    fn only_the_answer_to_this_request_is_its_answer() {
        let one = id(&json!(1));
        for (text, is_answer) in [
            (r#"{ "id": 1, "result": {} }"#, Some(true)),
            (r#"{ "id": 1, "error": {} }"#, Some(true)),
            (r#"{ "id": null, "error": { "code": 1 } }"#, Some(true)),
            (r#"{ "id": 2, "error": {} }"#, Some(false)),
            (r#"{ "id": "1", "result": {} }"#, Some(false)),
            (r#"{ "error": "invalid_token" }"#, Some(false)),
            (r#"{ "id": 1, "method": "sampling/createMessage" }"#, Some(false)),
            ("[]", None),
            ("<html>", None),
        ] {
            let said = Said::read(text.into(), &one);
            assert_eq!(said.map(|said| said.is_answer), is_answer, "{text}");
        }
    }
}
