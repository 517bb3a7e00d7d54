//! The documents of clients, from memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use latchstring_oauth::{Document, Documents, FetchError};
use serde_json::Value;
use url::Url;

/// What the network would serve; counts what is asked of it.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<State>);

#[derive(Default)]
struct State {
    documents: HashMap<String, Result<Vec<u8>, FetchError>>,
    fetched: Vec<String>,
}

impl Shelf {
    pub(crate) fn put(&self, url: &str, document: &Value) {
        self.lock()
            .documents
            .insert(url.to_owned(), Ok(document.to_string().into_bytes()));
    }

    /// From now on this address cannot be fetched.
    pub(crate) fn fail(&self, url: &str, error: FetchError) {
        self.lock().documents.insert(url.to_owned(), Err(error));
    }

    /// Every address that was fetched, in order.
    pub(crate) fn fetched(&self) -> Vec<String> {
        self.lock().fetched.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Documents for Shelf {
    async fn fetch(&self, url: &Url, _limit: usize) -> Result<Document, FetchError> {
        let mut state = self.lock();
        state.fetched.push(url.to_string());
        let body = state
            .documents
            .get(url.as_str())
            .cloned()
            .unwrap_or(Err(FetchError::Status(404)))?;
        Ok(Document {
            body,
            fresh_for: Duration::from_mins(5),
        })
    }
}
