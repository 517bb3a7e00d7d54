use std::{collections::HashSet, sync::atomic::AtomicUsize};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::*;

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

#[test]
fn an_address_is_read_or_refused_in_one_line() {
    let path = |url| sqlite_path(url).map(|path| path.display().to_string());
    assert_eq!(path("sqlite:a.db").expect("a path"), "a.db");
    assert_eq!(path("sqlite://a/b.db").expect("a path"), "a/b.db");
    assert_eq!(path("sqlite:///var/a b#%20.db").expect("a path"), "/var/a b#%20.db");
    for url in ["postgres://u:p@h/d", "postgresql:x"] {
        let error = path(url).expect_err("refused").to_string();
        assert_eq!(error, "PostgreSQL is not supported yet; use sqlite:PATH");
    }
    for url in [
        "",
        "a.db",
        "sqlite",
        "sqlite:",
        "sqlite://",
        "sqlite::memory:",
        "sqlite:a.db?mode=rwc",
        "mysql:x",
    ] {
        let error = path(url).expect_err("refused").to_string();
        assert!(
            error.ends_with("use sqlite:PATH, such as sqlite:data/app.sqlite"),
            "{url}: {error}"
        );
    }
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
async fn a_reader_cannot_write() {
    let (db, _folder) = opened().await;
    let reader = db.begin_read().await.expect("begun");
    assert!(reader.execute_unprepared("CREATE TABLE t (x)").await.is_err());
}

#[tokio::test]
async fn a_reader_sees_one_moment_and_a_dropped_writer_leaves_nothing() {
    let (db, _folder) = opened().await;
    let writer = db.begin_write().await.expect("begun");
    writer
        .execute_unprepared("CREATE TABLE t (x INTEGER NOT NULL); INSERT INTO t VALUES (1)")
        .await
        .expect("done");
    writer.commit().await.expect("committed");

    let reader = db.begin_read().await.expect("begun");
    assert_eq!(text(&reader, "SELECT max(x) FROM t").await.as_deref(), Some("1"));
    let writer = db.begin_write().await.expect("begun");
    writer
        .execute_unprepared("INSERT INTO t VALUES (2)")
        .await
        .expect("done");
    writer.commit().await.expect("committed");
    assert_eq!(
        text(&reader, "SELECT max(x) FROM t").await.as_deref(),
        Some("1"),
        "still the moment it began"
    );
    drop(reader);

    let writer = db.begin_write().await.expect("begun");
    writer
        .execute_unprepared("INSERT INTO t VALUES (3)")
        .await
        .expect("done");
    drop(writer);
    let reader = db.begin_read().await.expect("begun");
    assert_eq!(text(&reader, "SELECT max(x) FROM t").await.as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_go_one_after_the_other() {
    let (db, folder) = opened().await;
    // A second handle stands for a second process: the lock must be the file's, not ours.
    let other = Database::open(&address(&folder.path().join("app.sqlite")))
        .await
        .expect("opened");
    let setup = db.begin_write().await.expect("begun");
    setup
        .execute_unprepared("CREATE TABLE t (x INTEGER NOT NULL)")
        .await
        .expect("done");
    setup.commit().await.expect("committed");

    let inside = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for number in 0..20 {
        let db = if number % 2 == 0 { db.clone() } else { other.clone() };
        let inside = Arc::clone(&inside);
        writers.spawn(async move {
            let work = db.begin_write().await.expect("begun");
            assert_eq!(
                inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst),
                0,
                "two writers at once"
            );
            let before: i64 = text(&work, "SELECT count(*) FROM t")
                .await
                .expect("a row")
                .parse()
                .expect("a number");
            work.execute_unprepared("INSERT INTO t VALUES (1)").await.expect("done");
            tokio::task::yield_now().await;
            inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            work.commit().await.expect("committed");
            before
        });
    }
    let seen: HashSet<i64> = writers.join_all().await.into_iter().collect();
    assert_eq!(seen, (0..20).collect(), "each saw what the one before it wrote");
}

#[tokio::test]
async fn waiting_for_the_writer_ends_in_busy() {
    let (db, _folder) = opened().await;
    let _writing = db.begin_write().await.expect("begun");
    tokio::time::pause(); // from here on, waiting takes no time
    let error = db.begin_write().await.expect_err("busy");
    assert!(matches!(error, DatabaseError::Busy), "{error:?}");
    let told = latchstring_core::OperationError::from(error);
    assert_eq!(told.code(), latchstring_core::ErrorCode::Unavailable);
    assert!(told.message().contains("Try again in a few seconds"));
}

#[tokio::test]
async fn sqlite_itself_does_not_wait_for_another_process() {
    let (db, folder) = opened().await;
    let other = Database::open(&address(&folder.path().join("app.sqlite")))
        .await
        .expect("opened");
    let writing = other.begin_write().await.expect("begun");
    let began = std::time::Instant::now();
    let error = db.inner.writer.begin_with_options(IMMEDIATE).await.expect_err("busy");
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
