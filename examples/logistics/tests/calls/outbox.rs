//! What goes out: written with what caused it, and handed to a sink later.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use chrono::TimeDelta;
use latchstring::{Effect, ErrorCode, Finish, Scope};
use logistics::{
    model::outgoing::{LEASE, MOST_ATTEMPTS, MOST_WAITING, MessageState},
    outbox::{self, Delivered, Folder, Outgoing, Sink},
};
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
    assert_eq!((done.delivered, done.failed), (0, 1));
    let sink = Recorder::default();
    let deliver = async |minutes: i64| {
        let now = stores.now() + TimeDelta::minutes(minutes);
        let done = outbox::deliver(&stores.database, stores.harbor, &sink, now).await;
        done.unwrap().delivered
    };
    // It waits a minute before it is tried again.
    assert_eq!([deliver(0).await, deliver(1).await, deliver(2).await], [0, 1, 0]);
    let taken = sink.taken.lock().unwrap().clone();
    assert_eq!(taken[0].subject, "What to reorder");
    let preview = stores.ok("reports.preview", json!({ "reportId": "rep_weekly" })).await;
    assert_eq!(taken[0].body, preview["body"]);
}

#[tokio::test]
async fn a_report_tells_of_what_its_view_shows() {
    let stores = Stores::open().await;
    let view = json!({ "name": "Globes", "supplierId": "sup_glass", "search": "globe" });
    let view = stores.ok("forecast.createView", view).await["view"]["viewId"].clone();
    let report = json!({
        "name": "Globes", "kind": "forecast_view_summary", "viewId": view, "recipientIds": ["rcp_buyer"],
        "frequency": "daily", "sendTime": "07:00",
    });
    let report = stores.ok("reports.create", report).await["report"]["reportId"].clone();
    let preview = stores.ok("reports.preview", json!({ "reportId": report })).await;
    assert_eq!(preview["body"]["variants"], json!(2));
    let everything = stores.ok("reports.preview", json!({ "reportId": "rep_weekly" })).await;
    assert_eq!(everything["body"]["variants"], json!(16));
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
    assert_eq!(latest[0].message.body["variants"][0]["variantId"], json!("42014"));
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

/// Takes what has this word in its subject, and counts what it is asked.
struct Choosy(&'static str, AtomicUsize);

impl Sink for Choosy {
    async fn take(&self, message: &Outgoing) -> Result<(), String> {
        self.1.fetch_add(1, Ordering::Relaxed);
        if message.subject.contains(self.0) {
            Ok(())
        } else {
            Err("nobody lives there".to_owned())
        }
    }
}

#[tokio::test]
async fn what_nobody_takes_holds_nothing_up_and_is_given_up_after_a_day() {
    let stores = Stores::open().await;
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    stores
        .ok(
            "reports.update",
            json!({ "reportId": "rep_weekly", "name": "Good news" }),
        )
        .await;
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    let sink = Choosy("Good", AtomicUsize::new(0));
    let mut hours = 0;
    let mut all = Delivered::default();
    while all.given_up == 0 && hours < 48 {
        let now = stores.now() + TimeDelta::hours(hours * 6);
        let done = outbox::deliver(&stores.database, stores.harbor, &sink, now)
            .await
            .unwrap();
        all.delivered += done.delivered;
        all.failed += done.failed;
        all.given_up += done.given_up;
        hours += 1;
    }
    let tries = usize::try_from(MOST_ATTEMPTS).unwrap();
    assert_eq!((all.delivered, all.failed, all.given_up), (1, tries - 1, 1));
    assert_eq!(sink.1.load(Ordering::Relaxed), tries + 1);
    let latest = outbox::latest(&stores.database, stores.harbor, 10).await.unwrap();
    assert_eq!(latest[0].state, MessageState::Delivered);
    assert_eq!(
        (latest[1].state, latest[1].attempts),
        (MessageState::GivenUp, MOST_ATTEMPTS)
    );
    assert_eq!(latest[1].error.as_deref(), Some("nobody lives there"));
    // Somebody moves in.
    assert_eq!(outbox::retry(&stores.database, stores.harbor).await.unwrap(), 1);
    let open = Recorder::default();
    let done = outbox::deliver(&stores.database, stores.harbor, &open, stores.now())
        .await
        .unwrap();
    assert_eq!(done.delivered, 1);
}

/// Delivers once more while it is asked to take something, as a second server would; and looks at the store.
struct Nested<'a>(&'a Stores, Mutex<Vec<Delivered>>);

impl Sink for Nested<'_> {
    async fn take(&self, _: &Outgoing) -> Result<(), String> {
        let (stores, other) = (self.0, Recorder::default());
        let done = outbox::deliver(&stores.database, stores.harbor, &other, stores.now()).await;
        self.1.lock().unwrap().push(done.map_err(|error| error.to_string())?);
        // Somebody writes meanwhile and need not wait.
        let note = json!({ "transferOrderId": "to_1002", "notes": "written while mail goes out" });
        stores.ok("transferOrders.update", note).await;
        Ok(())
    }
}

#[tokio::test]
async fn of_two_deliveries_at_once_each_message_goes_to_one_and_nobody_waits() {
    let stores = Stores::open().await;
    for _ in 0..2 {
        stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    }
    let sink = Nested(&stores, Mutex::default());
    let first = outbox::deliver(&stores.database, stores.harbor, &sink, stores.now())
        .await
        .unwrap();
    let others: usize = sink.1.lock().unwrap().iter().map(|done| done.delivered).sum();
    assert_eq!((first.delivered, others), (1, 1));
}

/// Dies while it has a message.
struct Dies;

impl Sink for Dies {
    async fn take(&self, _: &Outgoing) -> Result<(), String> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_delivery_that_dies_leaves_its_message_to_the_next_after_a_while() {
    let stores = Stores::open().await;
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    let dying = outbox::deliver(&stores.database, stores.harbor, &Dies, stores.now());
    let died = tokio::time::timeout(std::time::Duration::from_millis(300), dying).await;
    assert!(died.is_err());
    let sink = Recorder::default();
    let deliver = async |after: TimeDelta| {
        let now = stores.now() + after;
        outbox::deliver(&stores.database, stores.harbor, &sink, now)
            .await
            .unwrap()
            .delivered
    };
    assert_eq!([deliver(TimeDelta::zero()).await, deliver(LEASE).await], [0, 1]);
}

#[tokio::test]
async fn a_clock_that_ran_ahead_keeps_no_message() {
    let stores = Stores::open().await;
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    let broken = Recorder {
        is_out_of_order: true,
        ..Recorder::default()
    };
    let ahead = stores.now() + TimeDelta::days(4000);
    let due = outbox::run_due(&stores.database, stores.harbor, ahead).await.unwrap();
    assert_eq!(due.reports, 1);
    outbox::deliver(&stores.database, stores.harbor, &broken, ahead)
        .await
        .unwrap();
    let sink = Recorder::default();
    let done = outbox::deliver(&stores.database, stores.harbor, &sink, stores.now())
        .await
        .unwrap();
    assert_eq!(done.delivered, 2);
    // And the report goes out next Monday.
    let monday = stores.now() + TimeDelta::days(1);
    assert_eq!(
        outbox::run_due(&stores.database, stores.harbor, stores.now())
            .await
            .unwrap()
            .reports,
        0
    );
    assert_eq!(
        outbox::run_due(&stores.database, stores.harbor, monday)
            .await
            .unwrap()
            .reports,
        1
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_made_stops_no_other() {
    let stores = Stores::open().await;
    let report = |name: &str, view: Option<&str>| {
        let kind = view.map_or("po_status", |_| "forecast_view_summary");
        json!({
            "name": name, "kind": kind, "viewId": view, "recipientIds": ["rcp_buyer"], "frequency": "daily",
            "sendTime": "07:00",
        })
    };
    let view = stores.ok("forecast.createView", json!({ "name": "Soon gone" })).await["view"]["viewId"].clone();
    let gone = view.as_str().unwrap();
    stores.ok("reports.create", report("Of what is gone", Some(gone))).await;
    stores.ok("reports.create", report("Orders", None)).await;
    let rule = json!({
        "enabled": true, "stockOut": true, "threshold": 1_000_000, "viewIds": [gone, "view_all"], "recipientIds": ["rcp_buyer"],
    });
    stores.ok("notifications.setRule", rule).await;
    stores
        .behind_the_scenes(&format!("DELETE FROM views WHERE id = '{gone}'"))
        .await;
    let monday = stores.now() + TimeDelta::days(1);
    let due = outbox::run_due(&stores.database, stores.harbor, monday).await.unwrap();
    assert_eq!(due.reports, 2, "{due:?}");
    assert!(due.alarms > 0, "{due:?}");
    assert_eq!(due.undone.len(), 2, "{due:?}");
    assert!(due.undone.iter().all(|text| text.contains(gone)), "{due:?}");
    // It is not tried again before its time, and the others go on.
    let again = outbox::run_due(&stores.database, stores.harbor, monday).await.unwrap();
    assert_eq!((again.reports, again.undone.len()), (0, 1), "{again:?}");
    // The rule can be changed, and forgets the view.
    let rule = stores.ok("notifications.setRule", json!({ "enabled": false })).await;
    assert_eq!(rule["viewIds"], json!(["view_all"]));
}

#[tokio::test]
async fn two_servers_that_run_what_is_due_write_it_once() {
    let stores = Stores::open().await;
    let monday = stores.now() + TimeDelta::days(1);
    let run = || outbox::run_due(&stores.database, stores.harbor, monday);
    let (one, other) = tokio::join!(run(), run());
    assert_eq!(one.unwrap().reports + other.unwrap().reports, 1);
}

#[tokio::test]
async fn a_folder_gets_whole_files_only() {
    let stores = Stores::open().await;
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    let folder = std::env::temp_dir().join(format!("logistics-outbox-{}", stores.harbor));
    let done = outbox::deliver(&stores.database, stores.harbor, &Folder(folder.clone()), stores.now()).await;
    assert_eq!(done.unwrap().delivered, 1);
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let message: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(message["recipients"], json!(["buyer@harbor.example"]));
    assert_eq!(
        files[0].file_name().unwrap().to_str().unwrap(),
        format!("{}.json", message["id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn nobody_is_written_to_without_end() {
    let stores = Stores::open().await;
    for _ in 0..MOST_WAITING {
        stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
    }
    let (code, text) = stores
        .refused("reports.runNow", json!({ "reportId": "rep_weekly" }))
        .await;
    assert_eq!(code, ErrorCode::LimitExceeded);
    assert!(text.contains("app.reports.preview"), "{text}");
    let sink = Recorder::default();
    let done = outbox::deliver(&stores.database, stores.harbor, &sink, stores.now())
        .await
        .unwrap();
    assert_eq!(done.delivered, 100);
    stores.ok("reports.runNow", json!({ "reportId": "rep_weekly" })).await;
}
