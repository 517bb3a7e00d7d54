//! The laws of an access store, on SQLite.

use latchstring_db::{Database, SqlAccessStore};
use tempfile::TempDir;

async fn fresh() -> (SqlAccessStore, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("access.sqlite").display());
    let db = Database::open(&url).await.expect("opened");
    (SqlAccessStore::open(db).await.expect("migrated"), folder)
}

latchstring_access::access_store_contract!(fresh);
