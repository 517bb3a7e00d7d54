//! Documents from addresses that strangers chose: client metadata and key sets.
//!
//! Whoever can make a server fetch an address can make it knock on doors that only the server reaches. So there is one
//! way out, [`HttpDocuments`], and it is narrow: HTTPS on port 443, to a public name, at an address that was checked
//! and is the one dialled, without redirects, within ten seconds and a few kilobytes, a few times a minute.

mod address;
mod allowance;
mod cache;
mod http;
mod limiter;
mod resolver;
mod target;

pub(crate) use allowance::Allowance;
pub(crate) use cache::{DocumentCache, DocumentError, Keeping};
pub use http::HttpDocuments;
pub(crate) use target::check as check_target;

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

/// Fetches the documents that clients publish.
///
/// The real one is [`HttpDocuments`]. Another one may serve documents from memory, for tests and for networks without
/// a way out.
#[async_trait]
pub trait Documents: Send + Sync {
    /// The document at `url`, if it is JSON of at most `limit` bytes.
    ///
    /// # Errors
    /// When the address may not be fetched, or what is there is not such a document.
    async fn fetch(&self, url: &Url, limit: usize) -> Result<Document, FetchError>;
}

/// For a network without a way out: there are no documents.
pub(crate) struct NoDocuments;

#[async_trait]
impl Documents for NoDocuments {
    async fn fetch(&self, _: &Url, _: usize) -> Result<Document, FetchError> {
        Err(FetchError::Address(
            "is not fetched, because this server fetches nothing; put the keys into the metadata",
        ))
    }
}

/// A document as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its bytes.
    pub body: Vec<u8>,
    /// For how long it need not be fetched again.
    pub fresh_for: Duration,
}

/// Why a document was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The address is not one we fetch from.
    #[error("the address {0}")]
    Address(&'static str),
    /// The name leads to an address that is not public. To strangers it is the same as [`FetchError::Unreachable`] in
    /// every way, or they could ask us what names there are in our network. (It takes as long as a name that does not
    /// exist: nothing is dialled.)
    #[error("the server could not be reached; check the name, and that it answers to everybody on port 443")]
    NotPublic,
    /// The name has no address, or nothing answers there in TLS.
    #[error("the server could not be reached; check the name, and that it answers to everybody on port 443")]
    Unreachable,
    /// It took too long.
    #[error("the server took too long; it has to send the whole document within a few seconds")]
    TimedOut,
    /// We have fetched too much lately, from that server or from all.
    #[error("too many documents were fetched in the last minute; try again in a minute")]
    TooMany,
    /// The answer was not 200.
    #[error("the server answered {0}; it has to answer 200, without a redirect")]
    Status(u16),
    /// The document is not JSON by its content type, or is compressed.
    #[error("the document is not plain JSON; serve it as application/json, uncompressed")]
    ContentType,
    /// The document is longer than it may be.
    #[error("the document is longer than {limit} bytes; leave out what is optional")]
    TooLarge {
        /// How long it may be.
        limit: usize,
    },
}

impl FetchError {
    /// Could it be right in a moment, without anybody changing the document? Then the client is not to blame, and must
    /// not be told that it is unknown: clients throw their credentials away when they hear that.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NotPublic | Self::Unreachable | Self::TimedOut | Self::TooMany => true,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::Address(_) | Self::ContentType | Self::TooLarge { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r04_an_inner_name_looks_from_outside_like_one_that_leads_nowhere() {
        let seen = |error: FetchError| (error.to_string(), error.is_temporary());
        assert_eq!(seen(FetchError::NotPublic), seen(FetchError::Unreachable));
    }
}
