//! From the fuzzer's bytes to a request.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use crate::{shape::Shape, world::HOST};

/// A request, before it has a grant.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The request that these bytes stand for; `None` if HTTP has no such request.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut asked = if bytes.first().is_some_and(u8::is_ascii_uppercase) {
            Self::written(bytes)?
        } else {
            Shape::arbitrary_take_rest(Unstructured::new(bytes)).ok()?.asked()?
        };
        asked
            .headers
            .entry(header::HOST)
            .or_insert(HeaderValue::from_static(HOST));
        Some(asked)
    }

    /// As it is written down: a line with method and address, a line for each header, an empty one, the body.
    fn written(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = match end {
            Some(end) => (&bytes[..end], &bytes[end + 2..]),
            None => (bytes, &[][..]),
        };
        let mut lines = head.split(|byte| *byte == b'\n');
        let first = str::from_utf8(lines.next()?).ok()?;
        let (method, address) = first.split_once(' ')?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let name = HeaderName::from_bytes(line[..colon].trim_ascii());
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Some(Self {
            method: method.parse().ok()?,
            uri: address.parse().ok().filter(|uri: &Uri| uri.path().starts_with('/'))?,
            headers,
            body: body.to_vec(),
        })
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.uri)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", value.as_bytes().escape_ascii())?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}
