//! What a database promises, on SQLite and, with `LATCHSTRING_TEST_POSTGRES`, on PostgreSQL.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use latchstring_core::TenantId;
use latchstring_db::{Backend, Database, DatabaseError, commit, testing::FreshDatabase};
use sea_orm::{ConnectionTrait, Statement};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

struct Setup {
    db: Database,
    home: FreshDatabase,
}

impl Setup {
    async fn new() -> Self {
        let home = FreshDatabase::new("handle").await;
        let db = Database::open(home.url()).await.expect("opened");
        let work = db.begin_write().await.expect("begun");
        work.execute_unprepared("CREATE TABLE t (x INTEGER NOT NULL CHECK (x < 1000))")
            .await
            .expect("done");
        commit(work).await.expect("committed");
        Self { db, home }
    }

    /// As a second process would have it.
    async fn second_handle(&self) -> Database {
        Database::open(self.home.url()).await.expect("opened")
    }

    async fn insert(&self, x: i64) {
        let work = self.db.begin_write().await.expect("begun");
        insert(&work, x).await;
        work.commit().await.expect("committed");
    }
}

async fn insert(db: &impl ConnectionTrait, x: i64) {
    db.execute_unprepared(&format!("INSERT INTO t VALUES ({x})"))
        .await
        .expect("done");
}

async fn count(db: &impl ConnectionTrait) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM t");
    let row = db.query_one_raw(statement).await.expect("answered").expect("a row");
    row.try_get("", "n").expect("a number")
}

fn tenant() -> TenantId {
    TenantId::new(chrono::DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let setup = Setup::new().await;
    let reader = setup.db.begin_read().await.expect("begun");
    assert!(reader.execute_unprepared("INSERT INTO t VALUES (1)").await.is_err());
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    let setup = Setup::new().await;
    setup.insert(1).await;
    let reader = setup.db.begin_read().await.expect("begun");
    assert_eq!(count(&reader).await, 1);
    setup.insert(2).await;
    assert_eq!(count(&reader).await, 1, "still the moment it began");
    drop(reader);
    assert_eq!(count(&setup.db.begin_read().await.expect("begun")).await, 2);
}

#[tokio::test]
async fn a_dropped_writer_leaves_nothing_and_gives_its_place_back() {
    let setup = Setup::new().await;
    let tenant = tenant();
    for _ in 0..30 {
        let writer = setup.db.begin_write_for(tenant).await.expect("begun");
        insert(&writer, 3).await;
    }
    assert_eq!(count(&setup.db.begin_read().await.expect("begun")).await, 0);
}

#[tokio::test]
async fn a_commit_after_a_failed_statement_is_all_or_nothing_and_says_which() {
    let setup = Setup::new().await;
    let writer = setup.db.begin_write().await.expect("begun");
    insert(&writer, 1).await;
    assert!(writer.execute_unprepared("INSERT INTO t VALUES (1000)").await.is_err());
    let committed = commit(writer).await;
    let rows = count(&setup.db.begin_read().await.expect("begun")).await;
    // SQLite undoes the statement alone, PostgreSQL everything. Neither may say one thing and do another.
    assert_eq!(committed.is_ok(), rows == 1, "{committed:?}, {rows} rows");
    assert_eq!(committed.is_ok(), setup.db.backend() == Backend::Sqlite);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_a_tenant_go_one_after_the_other() {
    let setup = Setup::new().await;
    // The lock must be the database's, not ours.
    let other = setup.second_handle().await;
    let tenant = tenant();
    let inside = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for number in 0..20 {
        let db = if number % 2 == 0 {
            setup.db.clone()
        } else {
            other.clone()
        };
        let inside = Arc::clone(&inside);
        writers.spawn(async move {
            let work = db.begin_write_for(tenant).await.expect("begun");
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two writers at once");
            let before = count(&work).await;
            insert(&work, 1).await;
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            commit(work).await.expect("committed");
            before
        });
    }
    let seen: HashSet<i64> = writers.join_all().await.into_iter().collect();
    assert_eq!(seen, (0..20).collect(), "each saw what the one before it wrote");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_writers_without_a_lock_overwrite_each_other_where_there_can_be_several() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    let (one, two) = (setup.db.begin_write().await, setup.db.begin_write().await);
    let (one, two) = (one.expect("begun"), two.expect("begun"));
    let seen = (count(&one).await, count(&two).await);
    insert(&one, 1).await;
    insert(&two, 1).await;
    commit(one).await.expect("committed");
    commit(two).await.expect("committed");
    assert_eq!(seen, (0, 0), "both decided by the same state");
}

#[tokio::test]
async fn on_postgres_a_tenant_with_many_writers_leaves_room_for_others() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    let busy = tenant();
    let writing = setup.db.begin_write_for(busy).await.expect("begun");
    let mut queue = JoinSet::new();
    for _ in 0..30 {
        let db = setup.db.clone();
        queue.spawn(async move { drop(db.begin_write_for(busy).await.expect("begun")) });
    }
    sleep(Duration::from_millis(100)).await;
    for _ in 0..3 {
        let other = timeout(Duration::from_secs(3), setup.db.begin_write_for(tenant())).await;
        commit(other.expect("at once").expect("begun"))
            .await
            .expect("committed");
    }
    assert_eq!(queue.len(), 30);
    drop(writing);
    queue.join_all().await;
}

#[tokio::test]
async fn a_burst_of_readers_leaves_room_for_a_writer() {
    let setup = Setup::new().await;
    let mut readers = Vec::new();
    for _ in 0..20 {
        let reader = setup.db.begin_read().await.expect("begun");
        count(&reader).await;
        readers.push(reader);
    }
    let writer = timeout(Duration::from_secs(5), setup.db.begin_write()).await;
    writer.expect("at once").expect("begun");
}

#[tokio::test]
async fn waiting_for_the_writer_ends_in_busy() {
    let setup = Setup::new().await;
    let tenant = tenant();
    let _writing = setup.db.begin_write_for(tenant).await.expect("begun");
    tokio::time::pause(); // from here on, waiting takes no time
    let error = setup.db.begin_write_for(tenant).await.expect_err("busy");
    assert!(matches!(error, DatabaseError::Busy), "{error:?}");
    let told = latchstring_core::OperationError::from(error);
    assert_eq!(told.code(), latchstring_core::ErrorCode::Unavailable);
    assert!(told.message().contains("Try again in a few seconds"));
}

#[tokio::test]
async fn on_postgres_waiting_for_a_row_ends_in_busy() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    setup.insert(1).await;
    let update = "UPDATE t SET x = x + 1";
    let first = setup.db.begin_write().await.expect("begun");
    first.execute_unprepared(update).await.expect("done");
    let second = setup.db.begin_write().await.expect("begun");
    second
        .execute_unprepared("SET LOCAL lock_timeout = '50ms'")
        .await
        .expect("set");
    let error = DatabaseError::from(second.execute_unprepared(update).await.expect_err("in the way"));
    assert!(matches!(error, DatabaseError::Busy), "{error:?}");
    drop(second);
    let third = setup.db.begin_write().await.expect("begun");
    third
        .execute_unprepared("SET LOCAL statement_timeout = '50ms'")
        .await
        .expect("set");
    let error = DatabaseError::from(
        third
            .execute_unprepared("SELECT pg_sleep(5)")
            .await
            .expect_err("too long"),
    );
    assert!(matches!(error, DatabaseError::Busy), "{error:?}");
}

#[tokio::test]
async fn on_postgres_the_connections_are_set_up_as_documented() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    let reader = setup.db.begin_read().await.expect("begun");
    let writer = setup.db.begin_write().await.expect("begun");
    for (setting, read, write) in [
        ("transaction_isolation", "repeatable read", "read committed"),
        ("transaction_read_only", "on", "off"),
        ("synchronous_commit", "on", "on"),
        ("lock_timeout", "10s", "10s"),
        ("statement_timeout", "10s", "10s"),
        ("idle_in_transaction_session_timeout", "6min", "6min"),
        ("application_name", "latchstring", "latchstring"),
    ] {
        for (db, expected) in [(&reader, read), (&writer, write)] {
            let statement = Statement::from_string(db.get_database_backend(), format!("SHOW {setting}"));
            let row = db.query_one_raw(statement).await.expect("answered").expect("a row");
            assert_eq!(
                row.try_get_by_index::<String>(0).expect("a text"),
                expected,
                "{setting}"
            );
        }
    }
}

#[tokio::test]
async fn on_postgres_a_wrong_address_says_what_to_do() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    let refused = async |url: &str| {
        let began = Instant::now();
        let error = Database::open(url).await.err().expect("refused").to_string();
        assert!(began.elapsed() < Duration::from_secs(5), "{error}");
        assert!(error.lines().count() == 1 && !error.contains("hunter2"), "{error}");
        error
    };
    let with_name = |name: &str| {
        let mut url: url::Url = setup.home.url().parse().expect("an address");
        url.set_path(name);
        url.to_string()
    };
    let error = refused(&with_name("nobodys")).await;
    assert!(error.contains("createdb nobodys"), "{error}");
    let error = refused(&with_name("nobodys").replacen("user=", "password=hunter2&nobody=", 1)).await;
    assert!(error.contains("`nobody`"), "{error}");
    let error = refused("postgres://ann:hunter2@127.0.0.1:1/shop").await;
    assert_eq!(
        error,
        "no PostgreSQL server answers at 127.0.0.1:1; start it, or correct the address"
    );
    let error = refused("postgres:///shop?host=/no/such/folder&user=ann&password=hunter2").await;
    assert!(error.contains("answers at /no/such/folder"), "{error}");
    let nobody = setup
        .home
        .url()
        .replace("user=postgres", "user=nobody&password=hunter2");
    if nobody != setup.home.url() {
        let error = refused(&nobody).await;
        assert!(error.contains("does not let the user `nobody` in"), "{error}");
    }
    let standby = "ALTER DATABASE {} SET default_transaction_read_only = on";
    let name = setup.db.place().split(' ').next().expect("a name").to_owned();
    let work = setup.db.begin_write().await.expect("begun");
    work.execute_unprepared(&standby.replace("{}", &name))
        .await
        .expect("done");
    commit(work).await.expect("committed");
    let error = refused(setup.home.url()).await;
    assert!(error.contains("can only be read"), "{error}");
}

#[tokio::test]
async fn on_postgres_a_connection_that_the_server_ends_is_worth_another_try() {
    let setup = Setup::new().await;
    if setup.db.backend() == Backend::Sqlite {
        return;
    }
    let writer = setup.db.begin_write().await.expect("begun");
    insert(&writer, 1).await;
    let killer = setup.db.begin_write().await.expect("begun");
    killer
        .execute_unprepared(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .expect("done");
    let error = commit(writer).await.expect_err("gone");
    assert!(matches!(error, DatabaseError::Unreachable(_)), "{error:?}");
    // The next one works, on a new connection.
    setup.insert(2).await;
    assert_eq!(count(&setup.db.begin_read().await.expect("begun")).await, 1);
}
