//! Several servers on one database, asked in turn.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use latchstring_access::{StoreError, contract::Front};
use latchstring_db::SqlAccessStore;

/// Stores that were opened each by itself. Every question goes to the next one.
pub(crate) struct Replicas {
    stores: Vec<SqlAccessStore>,
    asked: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(stores: Vec<SqlAccessStore>) -> Self {
        Self {
            stores,
            asked: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl Front for Replicas {
    type Store = SqlAccessStore;

    async fn ask(&self, _question: &'static str) -> Result<&SqlAccessStore, StoreError> {
        Ok(&self.stores[self.asked.fetch_add(1, Ordering::Relaxed) % self.stores.len()])
    }
}
