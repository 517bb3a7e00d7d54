//! What a client says of itself, read from the members that registration (RFC 7591, section 2) and published documents
//! have in common.
//!
//! What we do not know is ignored, as RFC 7591 asks. What we know has to have the right type and a value we can honour.

use serde_json::{Map, Value};
use url::Url;

use super::{ClientAuth, KeySource};
use crate::fetch;
use crate::jwks::Jwks;
use crate::redirect::RedirectUri;

/// The most redirect addresses a client can have.
const MAX_REDIRECT_URIS: usize = 10;

/// The longest name we show, in characters.
const MAX_NAME: usize = 80;

/// The longest address of a key set, in bytes.
const MAX_JWKS_URI: usize = 500;

/// Signs in by its id alone.
pub(crate) const NONE: &str = "none";

/// Signs in by an assertion (RFC 7523, section 2.2).
pub(crate) const PRIVATE_KEY_JWT: &str = "private_key_jwt";

/// The part of a client's metadata that decides something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Cleaned, and `None` if nothing readable is left.
    pub(crate) name: Option<String>,
    /// One to ten.
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// At least one way.
    pub(crate) auth: ClientAuth,
}

/// Why metadata is refused, in words for the client's developer. Plain ASCII without quotes and backslashes, because
/// it is sent as an `error_description` (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MetadataError {
    /// `invalid_redirect_uri`
    #[error("{0}")]
    RedirectUri(String),
    /// `invalid_client_metadata`
    #[error("{0}")]
    Metadata(String),
}

impl MetadataError {
    /// An error about anything but a redirect address.
    pub(crate) fn metadata(text: impl Into<String>) -> Self {
        Self::Metadata(plain(&text.into()))
    }
}

impl Declared {
    /// Reads the members of a client's metadata. Members that are `null` must be gone already.
    ///
    /// # Errors
    /// When a member has the wrong type, or says what we cannot honour.
    pub(crate) fn read(members: &Map<String, Value>) -> Result<Self, MetadataError> {
        require_one_of(members, "grant_types", "authorization_code")?;
        require_one_of(members, "response_types", "code")?;
        Ok(Self {
            name: text(members, "client_name")?.and_then(readable_name),
            redirect_uris: redirect_uris(members)?,
            auth: auth(members)?,
        })
    }
}

/// The member as text.
pub(crate) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, MetadataError> {
    members
        .get(name)
        .map(|value| value.as_str().ok_or_else(|| wrong_type(name, "a string")))
        .transpose()
}

/// The member as a list of texts.
pub(crate) fn texts<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<Vec<&'a str>>, MetadataError> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    let list = value
        .as_array()
        .and_then(|values| values.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    list.map(Some).ok_or_else(|| wrong_type(name, "an array of strings"))
}

fn wrong_type(name: &str, wanted: &str) -> MetadataError {
    MetadataError::metadata(format!("`{name}` has to be {wanted}"))
}

/// If a list is there, it has to name what we do. What else it names, the client will not get.
fn require_one_of(members: &Map<String, Value>, name: &str, wanted: &str) -> Result<(), MetadataError> {
    match texts(members, name)? {
        Some(list) if !list.contains(&wanted) => Err(MetadataError::metadata(format!(
            "`{name}` has to include `{wanted}`; nothing else starts a connection"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn redirect_uris(members: &Map<String, Value>) -> Result<Vec<RedirectUri>, MetadataError> {
    let refuse = |text: String| MetadataError::RedirectUri(plain(&text));
    let list = texts(members, "redirect_uris")
        .map_err(|error| refuse(error.to_string()))?
        .unwrap_or_default();
    if list.is_empty() {
        return Err(refuse(
            "`redirect_uris` is missing; list at least one https or loopback address".to_owned(),
        ));
    }
    if list.len() > MAX_REDIRECT_URIS {
        return Err(refuse(format!(
            "`redirect_uris` lists more than {MAX_REDIRECT_URIS} addresses; list fewer"
        )));
    }
    list.into_iter()
        .map(|given| {
            given
                .parse()
                .map_err(|error| refuse(format!("redirect address `{}` {error}", cut(given))))
        })
        .collect()
}

/// Metadata may name one method, a list of them (OIDC RP Metadata Choices), or both, and clients that prefer
/// `private_key_jwt` list `none` beside it for servers that know nothing else. Whatever is named anywhere counts, and
/// one that we know is enough.
///
/// RFC 7591 has `client_secret_basic` where nothing is named. We keep no secrets for clients, so that is `none`.
fn auth(members: &Map<String, Value>) -> Result<ClientAuth, MetadataError> {
    let mut offered = texts(members, "token_endpoint_auth_methods_supported")?.unwrap_or_default();
    offered.extend(text(members, "token_endpoint_auth_method")?);
    let source = key_source(members)?;
    if offered.is_empty() {
        return Ok(ClientAuth {
            allows_none: true,
            keys: None,
        });
    }
    let offers_keys = offered.contains(&PRIVATE_KEY_JWT);
    let auth = ClientAuth {
        allows_none: offered.contains(&NONE),
        keys: source.filter(|_| offers_keys),
    };
    if auth.allows_none || auth.keys.is_some() {
        return Ok(auth);
    }
    Err(MetadataError::metadata(if offers_keys {
        "`private_key_jwt` needs `jwks_uri` or `jwks`; add one, or offer `none`"
    } else {
        "no token endpoint authentication method that is offered is known here; offer `none` or `private_key_jwt`"
    }))
}

fn key_source(members: &Map<String, Value>) -> Result<Option<KeySource>, MetadataError> {
    match (text(members, "jwks_uri")?, members.get("jwks")) {
        (None, None) => Ok(None),
        // RFC 7591, section 2.
        (Some(_), Some(_)) => Err(MetadataError::metadata(
            "`jwks_uri` and `jwks` are both there; leave out one",
        )),
        (Some(uri), None) => {
            let refuse = |reason: &dyn std::fmt::Display| {
                MetadataError::metadata(format!("`jwks_uri` cannot be fetched: {reason}"))
            };
            let url = Url::parse(uri).map_err(|_| refuse(&"it is not an absolute address; give one with https"))?;
            if url.as_str().len() > MAX_JWKS_URI {
                return Err(refuse(&"it is too long; use a shorter address"));
            }
            fetch::check_target(&url).map_err(|error| refuse(&error))?;
            Ok(Some(KeySource::Uri(url)))
        }
        (None, Some(keys)) => {
            let keys = Jwks::from_value(keys).map_err(|error| MetadataError::metadata(format!("`jwks` {error}")))?;
            if keys.is_empty() {
                return Err(MetadataError::metadata(
                    "`jwks` has no key for RS256 (at least 2048 bits) or ES256; add one",
                ));
            }
            Ok(Some(KeySource::Inline(keys)))
        }
    }
}

/// A name as we show it: by the rule that every name in this workspace goes by ([`latchstring_access::disturbs`]), and
/// without characters that show as nothing, with which two names could look alike. `None` if no letter or digit is
/// left.
fn readable_name(text: &str) -> Option<String> {
    let name: String = text
        .trim()
        .chars()
        .take(MAX_NAME)
        .map(|c| {
            if latchstring_access::disturbs(c) || latchstring_access::shows_as_nothing(c) {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect();
    let name = name.trim();
    name.chars().any(char::is_alphanumeric).then(|| name.to_owned())
}

/// The name of a client that declares none, from its host. One that is too long keeps its end, which says whose it is.
pub(crate) fn name_of(host: &str) -> String {
    let length = host.chars().count();
    if length <= MAX_NAME {
        return host.to_owned();
    }
    let end = host.chars().skip(length - (MAX_NAME - 1));
    std::iter::once('\u{2026}').chain(end).collect()
}

/// The start of a value that goes into an error.
fn cut(value: &str) -> String {
    let start: String = value.chars().take(100).collect();
    if start.len() < value.len() {
        format!("{start}...")
    } else {
        start
    }
}

/// What an `error_description` may hold (RFC 6749, section 5.2): other characters become question marks.
fn plain(text: &str) -> String {
    let is_plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    text.chars().map(|c| if is_plain(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests;
