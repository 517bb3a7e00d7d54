//! Key sets that clients publish, fetched by the rules for every document ([`crate::fetch`]) and kept while fresh.

use std::sync::Arc;

use chrono::TimeDelta;
use latchstring_core::Clock;
use url::Url;

use super::Jwks;
use crate::fetch::{Allowance, DocumentCache, DocumentError, Documents, Keeping};
use crate::net::Net;

/// The longest key set that is read, in bytes.
const MAX_KEY_SET: usize = 16 * 1024;

/// The least time between two fetches of a set, whether they went well or not. A `kid` that nobody knows costs an
/// attacker nothing to make up.
const BETWEEN_FETCHES: TimeDelta = TimeDelta::minutes(1);

/// The key sets behind `jwks_uri`s.
pub(crate) struct RemoteKeys(DocumentCache<Jwks>);

impl RemoteKeys {
    /// Fetches from `documents`, and remembers.
    pub(crate) fn new(documents: Arc<dyn Documents>, clock: Arc<dyn Clock>, allowance: Arc<Allowance>) -> Self {
        let keeping = Keeping {
            read: |_, document| Jwks::parse(document).map_err(|error| format!("the key set {error}")),
            limit: MAX_KEY_SET,
            failed_for: BETWEEN_FETCHES,
        };
        Self(DocumentCache::new(documents, clock, allowance, keeping))
    }

    /// The keys at `uri`, which `net` asks for.
    ///
    /// # Errors
    /// When they cannot be fetched, or are not a key set.
    pub(crate) async fn keys(&self, uri: &Url, net: &Net) -> Result<Arc<Jwks>, DocumentError> {
        self.0.get(uri, net).await
    }

    /// The keys at `uri`, fetched again unless that was less than a minute ago: for a key that was not among them, and
    /// may have been added since.
    ///
    /// # Errors
    /// As [`RemoteKeys::keys`].
    pub(crate) async fn newer_keys(&self, uri: &Url, net: &Net) -> Result<Arc<Jwks>, DocumentError> {
        self.0.newer_than(uri, BETWEEN_FETCHES, net).await
    }
}
