//! Redirect addresses: where a browser is sent with the answer, and with it the authorization code.
//!
//! A registered address is compared with a presented one byte by byte (RFC 9700, section 4.1.3). Nothing is decoded,
//! folded or put in a normal form, because two parsers that normalise differently are how codes go to the wrong place.
//! The one exception is the port of a plain-HTTP loopback address, which a native app learns only when it starts
//! listening (RFC 8252, section 7.3).
//!
//! An address is registered only if it is spelt as a browser will spell it, so that what we compared, what we show and
//! where the browser goes are the same.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Position, Url, form_urlencoded};

/// The longest address that can be registered, in bytes.
pub(crate) const MAX_LENGTH: usize = 2_000;

/// The longest host, in bytes: no name can be longer (RFC 1035, section 3.1, written with dots).
const MAX_HOST: usize = 253;

/// An address that a client may have its answers sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    /// Exactly as given.
    text: String,
    /// `text[..after_host]` is the scheme and the host, `text[after_host..path]` the port if one is named.
    after_host: usize,
    path: usize,
    host: String,
    is_loopback: bool,
}

impl RedirectUri {
    /// The address, exactly as the client gave it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, to show to a person: without the port, in ASCII (so that look-alikes show as `xn--…`).
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, host and port.
    #[cfg(test)]
    pub(crate) fn origin(&self) -> &str {
        &self.text[..self.path]
    }

    /// Is it on the machine of whoever opens it? Then any program there could be the one that answers.
    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// The address that a request presents, if this registered address permits it: the very same text, or the same
    /// but for the port if this is plain HTTP to a loopback host.
    pub(crate) fn matching(&self, presented: &str) -> Option<Self> {
        if presented.len() > MAX_LENGTH {
            return None;
        }
        if presented == self.text {
            return Some(self.clone());
        }
        if !(self.is_loopback && self.text.starts_with("http://")) {
            return None;
        }
        let port = presented
            .strip_prefix(&self.text[..self.after_host])?
            .strip_suffix(&self.text[self.path..])?;
        is_port(port).then(|| Self {
            text: presented.to_owned(),
            path: self.after_host + port.len(),
            ..self.clone()
        })
    }

    /// The address with `parameters` after whatever query it has, percent-encoded as a form (RFC 6749, section 4.1.2).
    pub(crate) fn with_params(&self, parameters: &[(&str, &str)]) -> String {
        let separator = match self.text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let parameters = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        format!("{}{separator}{parameters}", self.text)
    }
}

/// Why an address cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RedirectUriError {
    #[error("is longer than {MAX_LENGTH} bytes; register a shorter one and keep the rest in `state`")]
    TooLong,
    #[error("holds a space, a backslash, a control or a non-ASCII character; percent-encode it, or use punycode")]
    Character,
    #[error("is not an absolute address; give one such as https://client.example/callback")]
    NotAbsolute,
    #[error("has a scheme that is not accepted; use https, or http on 127.0.0.1, [::1] or localhost")]
    Scheme,
    #[error("is plain http to another machine; use https")]
    PlainHttp,
    #[error("holds a user name or password; leave them out")]
    UserInfo,
    #[error("has a fragment; leave out the `#` and what follows")]
    Fragment,
    #[error("has a host that is not a plain domain name or IP address; write it without a trailing dot")]
    Host,
    #[error("has a host that is longer than {MAX_HOST} bytes; use a shorter name")]
    HostTooLong,
    #[error("is not spelt as a browser spells it; write {wanted}")]
    Spelling { wanted: String },
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_LENGTH {
            return Err(RedirectUriError::TooLong);
        }
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
            return Err(RedirectUriError::Character);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(RedirectUriError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(RedirectUriError::Fragment);
        }
        let host = url.host().ok_or(RedirectUriError::Host)?;
        let is_loopback = is_loopback(&host);
        if url.scheme() == "http" && !is_loopback {
            return Err(RedirectUriError::PlainHttp);
        }
        if matches!(host, Host::Domain(name) if !is_plain_domain(name)) {
            return Err(RedirectUriError::Host);
        }
        if host.to_string().len() > MAX_HOST {
            return Err(RedirectUriError::HostTooLong);
        }
        // An address without a path is the same to a browser as one whose path is `/`, and clients register both.
        if url.as_str() != text && url.as_str().strip_suffix('/') != Some(text) {
            return Err(RedirectUriError::Spelling { wanted: url.into() });
        }
        Ok(Self {
            text: text.to_owned(),
            after_host: url[..Position::AfterHost].len(),
            path: url[..Position::BeforePath].len(),
            host: host.to_string(),
            is_loopback,
        })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => *address == Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// Letters, digits and hyphens between single dots. The address standard allows more, such as `;` and `,`, which mean
/// something else in the header of a content security policy.
fn is_plain_domain(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// Nothing, or a colon and a port from 1 to 65535 without leading zeros.
fn is_port(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(':') else {
        return text.is_empty();
    };
    !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests;
