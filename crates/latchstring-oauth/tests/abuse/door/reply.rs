//! What the router answered, read as a client or a browser reads it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use url::Url;

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text()))
    }

    /// The member of a JSON body, as text.
    pub(crate) fn member(&self, name: &str) -> String {
        let value = &self.json()[name];
        value
            .as_str()
            .unwrap_or_else(|| panic!("no `{name}`: {} {}", self.status, self.text()))
            .to_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// Status and `error`: what a program acts on.
    pub(crate) fn verdict(&self) -> (u16, String) {
        (self.status.as_u16(), self.member("error"))
    }

    pub(crate) fn location(&self) -> Option<Url> {
        self.header(header::LOCATION)
            .map(|text| text.parse().expect("an address"))
    }

    /// The parameter of the address that the browser is sent to.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        parameter(&self.location()?, name)
    }

    /// The signed ticket hidden in the form.
    pub(crate) fn ticket(&self) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"ticket\" value=\"")?;
        Some(rest.split_once('"')?.0.to_owned())
    }

    /// The page without its ticket, which differs each time.
    pub(crate) fn without_ticket(&self) -> String {
        let text = self.text();
        self.ticket()
            .map_or_else(|| text.clone(), |ticket| text.replace(&ticket, "TICKET"))
    }

    /// The address behind the first link in what the page says.
    pub(crate) fn link(&self) -> Option<Url> {
        let text = self.text();
        let (_, rest) = text.split_once("<a href=\"")?;
        rest.split_once('"')?.0.replace("&amp;", "&").parse().ok()
    }
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    let first = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "`{name}` is there twice: {url}");
    first
}
