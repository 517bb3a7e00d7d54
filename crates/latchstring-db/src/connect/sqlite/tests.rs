use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use super::*;
use crate::{Database, connect::Inner};

async fn opened() -> (Database, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Database::open(&address(&folder.path().join("app.sqlite")))
        .await
        .expect("opened");
    (db, folder)
}

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

async fn text(db: &impl ConnectionTrait, sql: &str) -> Option<String> {
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect("answered")?;
    Some(
        row.try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index(0).map(|n: i64| n.to_string()))
            .expect("a value"),
    )
}

#[tokio::test]
async fn the_connections_are_set_up_as_documented() {
    let (db, _folder) = opened().await;
    let reader = db.begin_read().await.expect("begun");
    let writer = db.begin_write().await.expect("begun");
    for (pragma, read, write) in [
        ("journal_mode", "wal", "wal"),
        ("foreign_keys", "1", "1"),
        ("query_only", "1", "0"),
        ("busy_timeout", "10000", "0"),
    ] {
        let sql = format!("PRAGMA {pragma}");
        assert_eq!(text(&reader, &sql).await.as_deref(), Some(read), "{pragma} of a reader");
        assert_eq!(
            text(&writer, &sql).await.as_deref(),
            Some(write),
            "{pragma} of the writer"
        );
    }
    assert_eq!(text(&writer, "PRAGMA synchronous").await.as_deref(), Some("2"), "FULL");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/folder/app.sqlite");
    let db = Database::open(&address(&path)).await.expect("opened");
    db.begin_write()
        .await
        .expect("begun")
        .commit()
        .await
        .expect("committed");
    let files: Vec<_> = fs::read_dir(path.parent().expect("a folder"))
        .expect("a folder")
        .collect();
    assert!(files.len() >= 2, "the file and its log");
    for file in files {
        let file = file.expect("a file");
        let mode = file.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
    }
}

#[tokio::test]
async fn sqlite_itself_does_not_wait_for_another_process() {
    let (db, folder) = opened().await;
    let other = Database::open(&address(&folder.path().join("app.sqlite")))
        .await
        .expect("opened");
    let writing = other.begin_write().await.expect("begun");
    let began = std::time::Instant::now();
    let Inner::Sqlite(sqlite) = &*db.inner else {
        panic!("not on SQLite");
    };
    let error = sqlite.writer.begin_with_options(IMMEDIATE).await.expect_err("busy");
    assert_eq!(cause(&error), Cause::Busy);
    assert!(began.elapsed() < Duration::from_secs(1));
    drop(writing);
    db.begin_write().await.expect("free again");
}

#[tokio::test]
async fn what_cannot_be_a_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    fs::write(&path, "not a database, but long enough to be looked at ".repeat(40)).expect("written");
    let refused = async |path: &Path| Database::open(&address(path)).await.err().expect("refused").to_string();

    let error = refused(&path).await;
    let shown = path.display();
    assert_eq!(
        error,
        format!("`{shown}` is not a SQLite database; choose another path, or restore the file from a backup")
    );
    let beneath_a_file = path.join("app.sqlite");
    let shown = beneath_a_file.display();
    assert_eq!(
        refused(&beneath_a_file).await,
        format!("the database `{shown}` cannot be written; check that this user may write the file and its folder")
    );
    assert!(
        refused(folder.path()).await.contains("cannot be written"),
        "a folder is no file"
    );
}
