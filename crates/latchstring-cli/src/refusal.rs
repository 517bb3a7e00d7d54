//! Why a request has no answer of the server's: a JSON-RPC error that says what to do.

use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER},
};
use serde_json::{Value, json};

use crate::address::Address;

pub(crate) const PARSE_ERROR: i32 = -32700;
pub(crate) const INVALID_REQUEST: i32 = -32600;
/// Of the range that is left to implementations (-32000 to -32019).
const NO_ANSWER: i32 = -32000;
/// The longest text of a server's that is repeated, in characters.
const MOST_SAID: usize = 300;

const MAYBE_DONE: &str = "it may have been carried out all the same; if it changes data, look before you send it again";

/// A request that stays without an answer of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    code: i32,
    /// Ours; fit for the log.
    why: String,
    /// What the server said about it; not for the log.
    said: Option<String>,
    /// The HTTP status, if there was one.
    status: Option<u16>,
    /// In seconds.
    pub(crate) retry_after: Option<u64>,
    /// Whether time alone may mend it.
    pub(crate) may_pass: bool,
}

impl Refusal {
    pub(crate) fn new(code: i32, why: impl Into<String>) -> Self {
        Self {
            code,
            why: why.into(),
            said: None,
            status: None,
            retry_after: None,
            may_pass: false,
        }
    }

    fn no_answer(why: impl Into<String>) -> Self {
        Self::new(NO_ANSWER, why)
    }

    fn passing(self) -> Self {
        Self { may_pass: true, ..self }
    }

    /// Nothing was sent, for nobody was there.
    pub(crate) fn unreachable(address: &Address, cause: &str) -> Self {
        Self::no_answer(format!(
            "cannot reach the server ({cause}); nothing was sent. Is it running at {address}? If it has moved, start \
             with its new address as --url"
        ))
        .passing()
    }

    /// Nothing was sent, for it could not be sent safely.
    pub(crate) fn unsafe_connection(address: &Address, cause: &str) -> Self {
        Self::no_answer(format!(
            "no safe connection to {address} ({cause}); nothing was sent. It needs TLS and a certificate that this \
             machine trusts"
        ))
    }

    /// Something was sent, and no answer came.
    pub(crate) fn lost(cause: &str) -> Self {
        Self::no_answer(format!(
            "the connection ended before the answer came ({cause}); {MAYBE_DONE}"
        ))
        .passing()
    }

    /// Something came that is not the answer.
    pub(crate) fn garbled(what: &str, address: &Address) -> Self {
        Self::no_answer(format!(
            "what came from {address} is not an answer: {what}. Is this the MCP endpoint, and is there a proxy on the \
             way that answers by itself?"
        ))
    }

    /// The server, or something on the way, answered with a status instead of an answer.
    pub(crate) fn status(status: StatusCode, headers: &HeaderMap, body: &[u8], address: &Address) -> Self {
        let text_of = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text_of(RETRY_AFTER);
        let later = retry_after.map_or_else(|| "in a moment".to_owned(), later);
        let code = status.as_u16();
        let why = match code {
            300..=399 => {
                let place = text_of(LOCATION).and_then(|location| address.leads_to(location));
                let place = place.unwrap_or_else(|| "an address that it does not name".to_owned());
                format!(
                    "the server sends its callers on to `{place}`. That is not followed, because the key would go \
                     there, too; if it is the right server, start with --url {place}"
                )
            }
            401 => format!(
                "the key is not valid any more, or never was for this server: make a new one on the access page, {}, \
                 put it in LATCHSTRING_KEY where this program is configured, and start the client again",
                address.access_page()
            ),
            403 => format!(
                "the server, or something on the way, does not allow this (HTTP 403); use the server's public address \
                 as --url, not {address}"
            ),
            404 | 405 => {
                format!("there is no MCP endpoint at {address} (HTTP {code}); its address ends in `/mcp`")
            }
            413 => "the request is larger than the server takes (HTTP 413); send less in one request".to_owned(),
            429 => format!("too many requests (HTTP 429); try again {later}"),
            500..=599 => format!(
                "the server, or something on the way, is in trouble (HTTP {code}). It says nothing about the key. Try \
                 again {later}; {MAYBE_DONE}"
            ),
            _ => format!("the server answered with HTTP {code} and nothing else"),
        };
        Self {
            said: said(body),
            status: Some(code),
            retry_after: retry_after.and_then(|text| text.parse().ok()),
            may_pass: code == 429 || status.is_server_error(),
            ..Self::no_answer(why)
        }
    }

    /// As a message to the client.
    pub(crate) fn answer(&self, id: &Value) -> String {
        let message = match &self.said {
            Some(said) => format!("{} (the server says: {said})", self.why),
            None => self.why.clone(),
        };
        let mut error = json!({ "code": self.code, "message": message });
        if let Some(status) = self.status {
            error["data"] = json!({ "httpStatus": status });
            if let Some(seconds) = self.retry_after {
                error["data"]["retryAfter"] = json!(seconds);
            }
        }
        json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string()
    }

    /// For the log.
    pub(crate) fn why(&self) -> &str {
        &self.why
    }
}

/// `Retry-After` is seconds or a date (RFC 9110, section 10.2.3).
fn later(text: &str) -> String {
    match text.parse::<u64>() {
        Ok(1) => "in 1 second".to_owned(),
        Ok(seconds) => format!("in {seconds} seconds"),
        Err(_) => format!("after {}", text.chars().take(MOST_SAID).collect::<String>()),
    }
}

/// What a server of ours explains: OAuth's `error_description`.
fn said(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let said = body["error_description"].as_str()?;
    Some(said.chars().take(MOST_SAID).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, header: Option<(&'static str, &'static str)>, body: &str) -> Refusal {
        let address = "https://example.com/mcp".parse().unwrap();
        let headers = header.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let status = StatusCode::from_u16(status).unwrap();
        Refusal::status(status, &headers.into_iter().collect(), body.as_bytes(), &address)
    }

    #[test]
    fn retry_after_is_told_as_seconds_or_as_a_date() {
        let soon = of(429, Some(("retry-after", "7")), "");
        assert!(soon.why.ends_with("try again in 7 seconds"), "{}", soon.why);
        assert_eq!((soon.retry_after, soon.may_pass), (Some(7), true));
        let date = of(503, Some(("retry-after", "Fri, 31 Dec 2027 23:59:59 GMT")), "");
        assert!(date.why.contains("after Fri, 31 Dec 2027"), "{}", date.why);
        assert_eq!(date.retry_after, None);
    }

    #[test]
    fn what_the_server_says_is_for_the_client_and_not_for_the_log() {
        let refusal = of(
            404,
            None,
            r#"{ "error": "not_found", "error_description": "copy it whole" }"#,
        );
        assert!(refusal.answer(&json!(1)).contains("(the server says: copy it whole)"));
        assert!(!refusal.why().contains("copy it whole"));
        assert!(!refusal.may_pass);
    }
}
