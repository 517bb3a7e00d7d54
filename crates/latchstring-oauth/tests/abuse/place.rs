//! Where a door keeps what it knows: a fresh database, or one store that all its servers share.

use std::sync::Arc;

use latchstring_access::AccessStore;
use latchstring_core::ManualClock;
use latchstring_db::{Database, SqlAccessStore, testing::FreshDatabase};

pub(crate) enum Place {
    Database(FreshDatabase),
    Shared(Arc<dyn AccessStore>),
}

impl Place {
    pub(crate) async fn fresh() -> Self {
        Self::Database(FreshDatabase::new("abuse").await)
    }

    /// The store for one server; with a database, over connections of its own.
    pub(crate) async fn store(&self, clock: Arc<ManualClock>) -> Arc<dyn AccessStore> {
        match self {
            Self::Shared(store) => Arc::clone(store),
            Self::Database(fresh) => {
                let db = Database::open(fresh.url()).await.expect("a database");
                Arc::new(SqlAccessStore::open_with_clock(db, clock).await.expect("a store"))
            }
        }
    }

    /// All that is stored, but for what SQLite notes about who reads.
    pub(crate) async fn stored(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Shared(_) => Vec::new(),
            Self::Database(fresh) => {
                let mut stored = fresh.stored().await;
                stored.retain(|(name, _)| !name.ends_with("-shm"));
                stored.sort();
                stored
            }
        }
    }
}
