//! What goes out: written with what caused it, and handed to a sink later.

use std::sync::Mutex;

use chrono::TimeDelta;
use latchstring::{Effect, ErrorCode, Finish, Scope};
use logistics::outbox::{self, Delivered, Outgoing, Sink};
use serde_json::json;

use crate::stores::Stores;

/// Remembers what it was given, and takes nothing while it is out of order.
#[derive(Default)]
struct Recorder {
    taken: Mutex<Vec<Outgoing>>,
    is_out_of_order: bool,
}

impl Sink for Recorder {
    async fn take(&self, message: &Outgoing) -> Result<(), String> {
        if self.is_out_of_order {
            return Err("the line is down".to_owned());
        }
        self.taken.lock().unwrap().push(message.clone());
        Ok(())
    }
}

#[tokio::test]
async fn a_report_that_is_sent_now_waits_until_a_sink_takes_it() {
    let stores = Stores::open().await;
    let accepted = stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    assert_eq!(
        accepted,
        json!({ "accepted": true, "recipients": ["buyer@harbor.example"], "replayed": false })
    );
    let broken = Recorder {
        is_out_of_order: true,
        ..Recorder::default()
    };
    let done = outbox::deliver(&stores.database, stores.harbor, &broken, stores.now())
        .await
        .unwrap();
    assert_eq!(
        done,
        Delivered {
            delivered: 0,
            failed: 1
        }
    );
    let sink = Recorder::default();
    let done = outbox::deliver(&stores.database, stores.harbor, &sink, stores.now())
        .await
        .unwrap();
    assert_eq!(
        done,
        Delivered {
            delivered: 1,
            failed: 0
        }
    );
    let again = outbox::deliver(&stores.database, stores.harbor, &sink, stores.now())
        .await
        .unwrap();
    assert_eq!(again, Delivered::default());
    let taken = sink.taken.lock().unwrap().clone();
    assert_eq!(taken[0].subject, "What to reorder");
    let preview = stores.ok("reports.preview", json!({ "reportId": "rep_weekly" })).await;
    assert_eq!(taken[0].body, preview["body"]);
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_in_the_outbox() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
    session
        .call_from_program("reports.runNow", r#"{"reportId":"rep_weekly"}"#)
        .await
        .unwrap();
    session.finish(Finish::DryRun).await.unwrap();
    let latest = outbox::latest(&stores.database, stores.harbor, 10).await.unwrap();
    assert!(latest.is_empty());
}

#[tokio::test]
async fn reports_go_out_by_the_clock_once_each_time() {
    let stores = Stores::open().await;
    let run = async |days: i64| {
        let now = stores.now() + TimeDelta::days(days);
        outbox::run_due(&stores.database, stores.harbor, now)
            .await
            .unwrap()
            .reports
    };
    // The demo is made on a Sunday, and the report goes out on Mondays.
    assert_eq!([run(0).await, run(1).await, run(2).await, run(8).await], [0, 1, 0, 1]);
}

#[tokio::test]
async fn people_are_told_once_that_something_is_sold_out_until_there_is_some_again() {
    let stores = Stores::open().await;
    let rule = json!({ "enabled": true, "stockOut": true, "viewIds": ["view_all"], "recipientIds": ["rcp_buyer"] });
    stores.ok("notifications.setRule", rule).await;
    let run = async || {
        outbox::run_due(&stores.database, stores.harbor, stores.now())
            .await
            .unwrap()
            .alarms
    };
    let sell = async |units: i64| {
        stores
            .behind_the_scenes(&format!(
                "UPDATE levels SET available = {units}, committed = 0, on_hand = {units}, damaged = 0 WHERE variant_id = '42014'"
            ))
            .await;
    };
    assert_eq!(run().await, 0);
    sell(0).await;
    assert_eq!([run().await, run().await], [1, 0]);
    sell(2).await;
    assert_eq!(run().await, 0);
    sell(0).await;
    assert_eq!(run().await, 1);
    let latest = outbox::latest(&stores.database, stores.harbor, 10).await.unwrap();
    assert_eq!(latest.len(), 2);
    assert_eq!(latest[0].0.body["variants"][0]["variantId"], json!("42014"));
}

#[tokio::test]
async fn who_and_what_is_in_use_stays() {
    let stores = Stores::open().await;
    let (code, text) = stores
        .refused("recipients.delete", json!({ "recipientId": "rcp_buyer" }))
        .await;
    assert_eq!(code, ErrorCode::InUse);
    assert!(text.contains("rep_weekly"), "{text}");
    let (code, _) = stores
        .refused("recipients.create", json!({ "email": "BUYER@harbor.example" }))
        .await;
    assert_eq!(code, ErrorCode::Conflict);
    let (code, _) = stores
        .refused("forecast.deleteView", json!({ "viewId": "view_all" }))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
}
