//! What arrives, up to the text of the arguments. What the text says, the operation reads.

use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
};
use latchstring_core::OperationError;
use latchstring_runner::MAX_BODY_BYTES;

use crate::answer::Refused;

/// The body of a call; `{}` if there is none.
pub(crate) async fn read(request: Request) -> Result<String, Refused> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        let text = "use POST, with the arguments as a JSON object in the body";
        return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", text));
    }
    if parts.uri.query().is_some() {
        let text = "the address has a query; send the arguments as a JSON object in the body";
        return Err(OperationError::invalid_input(text).into());
    }
    let is_encoded = parts.headers.get(header::CONTENT_ENCODING);
    if is_encoded.is_some_and(|encoding| encoding != "identity") {
        return Err(unsupported("send the body without a content encoding"));
    }
    let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
        let text = format!("the body is over {MAX_BODY_BYTES} bytes, or was cut off; send less in one request");
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", text));
    };
    if bytes.is_empty() {
        return Ok("{}".to_owned());
    }
    if !is_json(&parts.headers) {
        return Err(unsupported("send JSON, with `Content-Type: application/json`"));
    }
    String::from_utf8(bytes.into())
        .map_err(|_| OperationError::invalid_input("the body is not UTF-8; send JSON in UTF-8").into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn unsupported(text: &str) -> Refused {
    Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", text)
}
