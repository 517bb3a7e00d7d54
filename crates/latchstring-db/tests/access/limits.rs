//! The limit that is too high for the contract to reach one by one.

use chrono::TimeDelta;
use latchstring_access::{
    AccessStore, IDLE_CLIENT_LIFETIME, MAX_UNUSED_CLIENTS, RegisteredClient, StoreError, UNUSED_CLIENT_LIFETIME,
};
use latchstring_db::SqlAccessStore;
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;

use crate::place::Place;

const ROOM: u64 = 10;

async fn add(store: SqlAccessStore, client_id: String) -> Result<(), StoreError> {
    let created_at = store.now().await?;
    let client = RegisteredClient {
        client_id,
        metadata: "{}".into(),
        created_at,
        expires_at: created_at + UNUSED_CLIENT_LIFETIME,
    };
    store.add_client(&client).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_clients_may_wait_for_their_first_use_and_no_more() {
    let place = Place::new().await;
    let stores = [place.store().await, place.store().await];
    let store = &stores[0];
    let now = store.now().await.expect("told");
    let ago = |minutes: i64| (now - TimeDelta::minutes(minutes)).timestamp_micros();
    let (open, over) = (
        (now + TimeDelta::hours(1)).timestamp_micros(),
        (now - TimeDelta::seconds(1)).timestamp_micros(),
    );
    // Two had their ten minutes; what is over does not take a place.
    let times = |number: u64, expires_at: i64| match number {
        2 => (ago(10), open - 1),
        3 => (ago(11), open - 2),
        _ => (expires_at - 3_600_000_000, expires_at),
    };
    let row = |number: u64, is_used: bool, expires_at: i64| {
        let (created_at, expires_at) = times(number, expires_at);
        format!("('c{number}', '{{}}', {created_at}, {expires_at}, {is_used})")
    };
    let unused = (0..MAX_UNUSED_CLIENTS - ROOM).map(|number| row(number, false, open));
    // More than the sweep takes at once, and none of them waits.
    let others = (20_000..21_200).map(|number| {
        if number == 20_000 {
            row(number, true, open)
        } else {
            row(number, false, over)
        }
    });
    let rows: Vec<String> = unused.chain(others).collect();
    let sql = format!(
        "INSERT INTO oauth_client (client_id, metadata, created_at, expires_at, is_used) VALUES {}",
        rows.join(", ")
    );
    let db = place.open().await;
    let work = db.begin_write().await.expect("begun");
    work.execute_unprepared(&sql).await.expect("filled");
    work.commit().await.expect("committed");

    let additions: JoinSet<_> = (0..30)
        .map(|number| add(stores[number % 2].clone(), format!("new{number}")))
        .collect();
    let added = additions.join_all().await;
    let (added, refused): (Vec<_>, Vec<_>) = added.into_iter().partition(Result::is_ok);
    assert_eq!(added.len() as u64, ROOM + 2, "two made room");
    for (number, is_known) in [(1, true), (2, false), (3, false), (4, true)] {
        let found = store.find_client(&format!("c{number}")).await.expect("answered");
        assert_eq!(found.is_some(), is_known, "c{number}");
    }
    for refusal in refused {
        assert!(matches!(refusal, Err(StoreError::TooManyClients)), "{refusal:?}");
    }
    store.keep_client("c1", now + IDLE_CLIENT_LIFETIME).await.expect("kept");
    add(store.clone(), "more".into())
        .await
        .expect("one was used, so there is room");
    let refused = add(store.clone(), "too many".into()).await;
    assert!(matches!(refused, Err(StoreError::TooManyClients)), "{refused:?}");

    store.sweep().await.expect("swept");
    let reader = db.begin_read().await.expect("begun");
    let count = "SELECT COUNT(*) AS number FROM oauth_client";
    let statement = Statement::from_string(reader.get_database_backend(), count);
    let row = reader.query_one_raw(statement).await.expect("answered").expect("a row");
    let left: i64 = row.try_get("", "number").expect("a number");
    let kept = MAX_UNUSED_CLIENTS + 2; // the used one from before, and the one that was used since
    assert_eq!(u64::try_from(left), Ok(kept), "in as many batches as it takes");
}
