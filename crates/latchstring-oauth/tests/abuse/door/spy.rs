//! A store that writes down which questions it is asked.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use latchstring_access::{MemoryStore, StoreError, contract::Front};

pub(crate) struct Spy {
    store: MemoryStore,
    asked: Mutex<Vec<&'static str>>,
    broken: Mutex<Option<&'static str>>,
}

impl Spy {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self {
            store,
            asked: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// What was asked since this was last called.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on every question fails.
    pub(crate) fn cut_off(&self) {
        self.store.cut_off(true);
    }

    /// From now on the question of this name fails, and no other; `None` repairs it.
    pub(crate) fn break_question(&self, name: Option<&'static str>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }
}

#[async_trait]
impl Front for Spy {
    type Store = MemoryStore;

    async fn ask(&self, question: &'static str) -> Result<&MemoryStore, StoreError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question);
        if *self.broken.lock().unwrap_or_else(PoisonError::into_inner) == Some(question) {
            return Err(StoreError::unavailable("broken"));
        }
        Ok(&self.store)
    }
}
