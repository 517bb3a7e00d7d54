//! Dynamic registration: what a client asks to be registered as, and what it gets (RFC 7591).
//!
//! What we keep is what we answer: the effective metadata, which is itself a valid request. So what is read back from
//! the store goes through the same rules as what came in, and a rule that becomes stricter holds for old clients, too.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::client::{ClientMetadata, Declared, KeySource, MetadataError, NONE, PRIVATE_KEY_JWT, text, texts};
use crate::redirect::RedirectUri;
use crate::strict_json;

/// The longest request that is read, in bytes.
pub(crate) const MAX_REQUEST: usize = 16 * 1024;

/// A client's wish to be registered, found acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    declared: Declared,
    /// Those of ours that it asked for; both if it asked for none.
    grant_types: Vec<&'static str>,
    application_type: Option<&'static str>,
}

/// Why a client is not registered (RFC 7591, section 3.2.2). Its text is the `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub(crate) struct RegistrationError(#[from] MetadataError);

impl RegistrationError {
    /// The `error` of the answer.
    pub(crate) fn code(&self) -> &'static str {
        match self.0 {
            MetadataError::RedirectUri(_) => "invalid_redirect_uri",
            MetadataError::Metadata(_) => "invalid_client_metadata",
        }
    }
}

impl Registration {
    /// Reads the body of a registration request.
    ///
    /// # Errors
    /// When it is longer than [`MAX_REQUEST`], not a JSON object, or asks for what we do not offer.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, RegistrationError> {
        if body.len() > MAX_REQUEST {
            return Err(MetadataError::metadata(format!(
                "the request is longer than {MAX_REQUEST} bytes; leave out what is optional"
            ))
            .into());
        }
        Self::read(body)
    }

    /// Reads what [`Registration::to_stored`] wrote.
    ///
    /// # Errors
    /// When the text is not metadata that could be registered today.
    pub(crate) fn from_stored(text: &str) -> Result<Self, RegistrationError> {
        // Without a limit: what we add to a request may bring it over that of requests.
        Self::read(text.as_bytes())
    }

    fn read(json: &[u8]) -> Result<Self, RegistrationError> {
        let members = strict_json::object_without_nulls(json)
            .map_err(|error| MetadataError::metadata(format!("the request is {error}")))?;
        Ok(Self {
            declared: Declared::read(&members)?,
            grant_types: grant_types(&members)?,
            application_type: application_type(&members)?,
        })
    }

    /// What to keep of it, as JSON.
    pub(crate) fn to_stored(&self) -> String {
        Value::Object(self.members()).to_string()
    }

    /// What to answer once it is registered (RFC 7591, section 3.2.1): the effective metadata, which may differ from
    /// what was asked. What there is nothing to say about is left out, because some clients break on `null`.
    pub(crate) fn response(&self, client_id: &str, issued_at: DateTime<Utc>) -> Value {
        let mut members = self.members();
        members.insert("client_id".to_owned(), json!(client_id));
        members.insert("client_id_issued_at".to_owned(), json!(issued_at.timestamp()));
        Value::Object(members)
    }

    /// The client that goes by this id. Nobody vouches for its name.
    pub(crate) fn into_client(self, client_id: String) -> ClientMetadata {
        ClientMetadata::new(client_id, self.declared, None)
    }

    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let redirect_uris: Vec<_> = self.declared.redirect_uris.iter().map(RedirectUri::as_str).collect();
        put("redirect_uris", json!(redirect_uris));
        put("grant_types", json!(self.grant_types));
        put("response_types", json!(["code"]));
        if let Some(name) = &self.declared.name {
            put("client_name", json!(name));
        }
        if let Some(application_type) = self.application_type {
            put("application_type", json!(application_type));
        }
        let auth = &self.declared.auth;
        let method = if auth.keys.is_some() { PRIVATE_KEY_JWT } else { NONE };
        put("token_endpoint_auth_method", json!(method));
        if auth.keys.is_some() && auth.allows_none {
            put("token_endpoint_auth_methods_supported", json!([NONE, PRIVATE_KEY_JWT]));
        }
        match &auth.keys {
            None => None,
            Some(KeySource::Uri(uri)) => put("jwks_uri", json!(uri.as_str())),
            Some(KeySource::Inline(keys)) => put("jwks", keys.to_value()),
        };
        members
    }
}

fn grant_types(members: &Map<String, Value>) -> Result<Vec<&'static str>, MetadataError> {
    let asked = texts(members, "grant_types")?;
    let ours = ["authorization_code", "refresh_token"].into_iter();
    Ok(ours
        .filter(|ours| asked.as_ref().is_none_or(|asked| asked.contains(ours)))
        .collect())
}

/// Native or web (OIDC registration, section 2). Clients have to say it, and get it back; nothing hangs on
/// it, because the redirect addresses say the same more exactly.
fn application_type(members: &Map<String, Value>) -> Result<Option<&'static str>, MetadataError> {
    match text(members, "application_type")? {
        None => Ok(None),
        Some("native") => Ok(Some("native")),
        Some("web") => Ok(Some("web")),
        Some(_) => Err(MetadataError::metadata(
            "`application_type` has to be `native` or `web`",
        )),
    }
}

#[cfg(test)]
mod tests;
