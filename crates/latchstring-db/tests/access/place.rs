//! Where tests keep a database, and the servers that use it.

use std::sync::Arc;

use latchstring_access::{Access, AccessStore, KeyRing, PlanRule, Rules};
use latchstring_core::Clock;
use latchstring_db::{Database, SqlAccessStore, testing::FreshDatabase};
use tempfile::TempDir;

/// An empty database, and a folder with the key ring of the servers that use it.
pub(crate) struct Place {
    pub(crate) database: FreshDatabase,
    rings: TempDir,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self {
            database: FreshDatabase::new("access").await,
            rings: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Another handle on the database, as another server would have it.
    pub(crate) async fn open(&self) -> Database {
        Database::open(self.database.url()).await.expect("opened")
    }

    pub(crate) async fn store(&self) -> SqlAccessStore {
        SqlAccessStore::open(self.open().await).await.expect("migrated")
    }

    pub(crate) async fn store_with(&self, clock: Arc<dyn Clock>) -> SqlAccessStore {
        SqlAccessStore::open_with_clock(self.open().await, clock)
            .await
            .expect("migrated")
    }

    pub(crate) fn ring(&self) -> KeyRing {
        KeyRing::load_or_create(&self.rings.path().join("keys.json")).expect("a ring")
    }

    /// A server's worth of access.
    pub(crate) async fn server(&self) -> Access {
        self.server_with(self.ring()).await
    }

    pub(crate) async fn server_with(&self, ring: KeyRing) -> Access {
        let store: Arc<dyn AccessStore> = Arc::new(self.store().await);
        Access::open(store, ring, rules()).await.expect("opened")
    }
}

pub(crate) fn rules() -> Rules {
    Rules::new("asmk".parse().expect("a prefix"), PlanRule::Free)
}
