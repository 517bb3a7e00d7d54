//! Answers that are kept under a caller's key, on SQLite and, with `LATCHSTRING_TEST_POSTGRES`, on PostgreSQL.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{GrantId, Replay, ReplayKey, TenantId};
use latchstring_db::{
    Database, commit,
    replays::{Migration, recall, remember},
    testing::FreshDatabase,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::value::RawValue;
use tokio::task::JoinSet;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Migration)]
    }
}

struct Setup {
    db: Database,
    home: FreshDatabase,
}

impl Setup {
    async fn new() -> Self {
        let home = FreshDatabase::new("replays").await;
        let db = Database::open(home.url()).await.expect("opened");
        db.migrate::<Migrator>().await.expect("migrated");
        Self { db, home }
    }

    async fn work(&self, key: &ReplayKey) -> DatabaseTransaction {
        self.db.begin_write_for(key.tenant).await.expect("begun")
    }

    async fn recalled(&self, key: &ReplayKey, now: DateTime<Utc>) -> Option<Replay> {
        recall(&self.work(key).await, key, now).await.expect("answered")
    }

    async fn remembered(&self, key: &ReplayKey, replay: &Replay) {
        let work = self.work(key).await;
        remember(&work, key, replay).await.expect("kept");
        commit(work).await.expect("committed");
    }
}

fn key(key: &str) -> ReplayKey {
    ReplayKey {
        tenant: TenantId::new(DateTime::UNIX_EPOCH),
        grant: GrantId::new(DateTime::UNIX_EPOCH),
        operation: "boms.create".to_owned(),
        key: key.to_owned(),
    }
}

fn answer(text: &str, at: DateTime<Utc>) -> Replay {
    Replay {
        arguments: [7; 32],
        answer: RawValue::from_string(text.to_owned()).expect("JSON"),
        at,
    }
}

async fn count(db: &impl ConnectionTrait) -> i64 {
    let statement = Statement::from_string(
        db.get_database_backend(),
        "SELECT COUNT(*) AS n FROM latchstring_replay",
    );
    let row = db.query_one_raw(statement).await.expect("answered").expect("a row");
    row.try_get("", "n").expect("a number")
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_for_its_key_alone() {
    let setup = Setup::new().await;
    let (now, mine) = (DateTime::UNIX_EPOCH, key("k"));
    let text = r#"{"name":"Lampe \"Ä\" \u0000 𝄞","quantity":0.1}"#;
    setup.remembered(&mine, &answer(text, now)).await;
    let found = setup.recalled(&mine, now).await.expect("kept");
    assert_eq!((found.answer.get(), found.arguments, found.at), (text, [7; 32], now));
    let (grant, operation) = (GrantId::new(now), "boms.create_many".to_owned());
    for other in [
        ReplayKey { grant, ..mine.clone() },
        ReplayKey {
            operation,
            ..mine.clone()
        },
        ReplayKey {
            key: "K".to_owned(),
            ..mine.clone()
        },
    ] {
        assert!(setup.recalled(&other, now).await.is_none(), "{other:?}");
    }
}

#[tokio::test]
async fn an_answer_goes_with_its_transaction() {
    let setup = Setup::new().await;
    let (now, mine) = (DateTime::UNIX_EPOCH, key("k"));
    let work = setup.work(&mine).await;
    remember(&work, &mine, &answer("{}", now)).await.expect("kept");
    assert!(recall(&work, &mine, now).await.expect("answered").is_some());
    drop(work);
    assert!(setup.recalled(&mine, now).await.is_none());
}

#[tokio::test]
async fn after_a_day_an_answer_is_forgotten_and_the_next_one_of_the_tenant_clears_it_away() {
    let setup = Setup::new().await;
    let (now, mine) = (DateTime::UNIX_EPOCH, key("k"));
    let day = now + TimeDelta::hours(24);
    setup.remembered(&mine, &answer(r#"{"n":1}"#, now)).await;
    setup.remembered(&key("of another tenant"), &answer("{}", now)).await;
    assert!(setup.recalled(&mine, day - TimeDelta::microseconds(1)).await.is_some());
    assert!(setup.recalled(&mine, day).await.is_none());
    setup.remembered(&mine, &answer(r#"{"n":2}"#, day)).await;
    assert_eq!(
        setup.recalled(&mine, day).await.expect("kept").answer.get(),
        r#"{"n":2}"#
    );
    let later = ReplayKey {
        key: "l".to_owned(),
        ..mine.clone()
    };
    setup
        .remembered(&later, &answer("{}", day + TimeDelta::hours(24)))
        .await;
    assert_eq!(count(&setup.db.begin_read().await.expect("begun")).await, 2);
}

/// Does what the kit does around a command, and says whether this one acted.
async fn once(db: Database, mine: ReplayKey) -> bool {
    let now = DateTime::UNIX_EPOCH;
    let work = db.begin_write_for(mine.tenant).await.expect("begun");
    if recall(&work, &mine, now).await.expect("answered").is_some() {
        return false;
    }
    // The change takes its time.
    tokio::time::sleep(Duration::from_millis(20)).await;
    remember(&work, &mine, &answer("{}", now)).await.expect("kept");
    commit(work).await.expect("committed");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_calls_at_once_with_one_key_one_acts() {
    let setup = Setup::new().await;
    // As a second server would have it.
    let other = Database::open(setup.home.url()).await.expect("opened");
    let mine = key("k");
    let mut calls = JoinSet::new();
    for number in 0..10 {
        let db = if number % 2 == 0 { &setup.db } else { &other };
        calls.spawn(once(db.clone(), mine.clone()));
    }
    let acted = calls.join_all().await;
    assert_eq!(acted.iter().filter(|acted| **acted).count(), 1);
}

#[tokio::test]
async fn a_second_answer_under_a_key_is_refused() {
    let setup = Setup::new().await;
    let (now, mine) = (DateTime::UNIX_EPOCH, key("k"));
    setup.remembered(&mine, &answer("{}", now)).await;
    assert!(
        remember(&setup.work(&mine).await, &mine, &answer("{}", now))
            .await
            .is_err()
    );
}
