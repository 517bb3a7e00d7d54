//! Clients whose id is the address of a document about them (OAuth Client ID Metadata Document, draft-ietf-oauth-
//! client-id-metadata-document).
//!
//! Nothing is registered: whoever controls the address says what the client is, and its host vouches for it. The id is
//! compared and shown as text, so only an address with one spelling is an id.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::TimeDelta;
use latchstring_core::Clock;
use url::Url;

use crate::client::{ClientMetadata, Declared, text};
use crate::fetch::{self, Allowance, DocumentCache, DocumentError, Documents, FetchError, Keeping};
use crate::net::Net;
use crate::strict_json;

/// The longest document that is read, in bytes.
pub(crate) const MAX_DOCUMENT: usize = 5 * 1024;

/// The longest address, in bytes.
pub(crate) const MAX_ADDRESS: usize = 500;

/// For how long we do not ask again after a failure.
const FAILED_FOR: TimeDelta = TimeDelta::seconds(30);

/// A client id that is the address of a metadata document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentAddress(Url);

/// Why a client id is not the address of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentAddressError {
    #[error("is longer than {MAX_ADDRESS} bytes; use a shorter address")]
    TooLong,
    #[error("is not an https address; register, or use the address of a metadata document")]
    NotAnAddress,
    #[error("has no path; put the document under one, such as /client.json")]
    NoPath,
    #[error("has a query; leave out the `?` and what follows")]
    Query,
    #[error("is not in its normal form; spell it without dot segments, capitals in the host, `:443` or odd characters")]
    Spelling,
    #[error("cannot be fetched: {0}")]
    Target(#[from] FetchError),
}

/// Why there is no client behind an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClientDocumentError {
    #[error("`client_id` {0}")]
    Address(#[from] DocumentAddressError),
    #[error("the client metadata document is not usable: {0}")]
    Document(#[from] DocumentError),
}

impl ClientDocumentError {
    /// Could it be right in a moment? Then answer 503, not that the client is unknown.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Address(_) => false,
            Self::Document(error) => error.is_temporary(),
        }
    }
}

impl DocumentAddress {
    /// Is a client with this id meant to have a document, right or wrong? Ids that we give out are never addresses.
    pub(crate) fn is_meant_by(client_id: &str) -> bool {
        client_id.contains("://")
    }
}

impl FromStr for DocumentAddress {
    type Err = DocumentAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_ADDRESS {
            return Err(DocumentAddressError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| DocumentAddressError::NotAnAddress)?;
        fetch::check_target(&url)?;
        if url.path() == "/" {
            return Err(DocumentAddressError::NoPath);
        }
        if url.query().is_some() {
            return Err(DocumentAddressError::Query);
        }
        // The parser resolves dot segments, also percent-encoded ones, and everything else with two spellings.
        if url.as_str() != text {
            return Err(DocumentAddressError::Spelling);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for DocumentAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}

/// The clients that have documents.
pub(crate) struct ClientDocuments(DocumentCache<ClientMetadata>);

impl ClientDocuments {
    /// Fetches from `documents`, and remembers.
    pub(crate) fn new(documents: Arc<dyn Documents>, clock: Arc<dyn Clock>, allowance: Arc<Allowance>) -> Self {
        let keeping = Keeping {
            read,
            limit: MAX_DOCUMENT,
            failed_for: FAILED_FOR,
        };
        Self(DocumentCache::new(documents, clock, allowance, keeping))
    }

    /// The client with this id, which `net` asks about.
    ///
    /// # Errors
    /// When the id is not the address of a document, the document cannot be fetched, or it does not describe a client
    /// that we could work with.
    pub(crate) async fn client(&self, client_id: &str, net: &Net) -> Result<Arc<ClientMetadata>, ClientDocumentError> {
        let DocumentAddress(url) = client_id.parse()?;
        Ok(self.0.get(&url, net).await?)
    }
}

/// The client in a document that was fetched from `url`, or what is wrong with it.
fn read(url: &Url, document: &[u8]) -> Result<ClientMetadata, String> {
    // Whoever fetched it was told the limit; a source that did not mind it is not to be trusted with more.
    if document.len() > MAX_DOCUMENT {
        return Err(format!(
            "it is longer than {MAX_DOCUMENT} bytes; leave out what is optional"
        ));
    }
    let members = strict_json::object_without_nulls(document).map_err(|error| format!("it is {error}"))?;
    // Else any document on the host, such as one that somebody uploaded, would speak for any client on it.
    if text(&members, "client_id").map_err(|error| error.to_string())? != Some(url.as_str()) {
        return Err("its `client_id` is not its address; they have to be the same text".to_owned());
    }
    // The draft forbids them: what everybody can read is no secret.
    if members.contains_key("client_secret") || members.contains_key("client_secret_expires_at") {
        return Err("it holds a client secret; take it out, and use `none` or `private_key_jwt`".to_owned());
    }
    let declared = Declared::read(&members).map_err(|error| error.to_string())?;
    if declared.name.is_none() {
        return Err("its `client_name` is missing or cannot be read; give one".to_owned());
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    Ok(ClientMetadata::new(url.as_str().to_owned(), declared, Some(host)))
}

#[cfg(test)]
mod tests;
