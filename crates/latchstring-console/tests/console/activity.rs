//! What each key and app did.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use latchstring_access::{AccessStore, KeyRing};
use latchstring_core::{
    CallRecord, Change, ChangeAction, Channel, Clock, Effect, GrantId, OperationRecord, ProgramRecord, RequestId,
    TenantId,
};
use serde_json::json;
use tower::ServiceExt;

use crate::desk::Office;

impl Office {
    /// A program of this grant that was committed, so many seconds ago.
    fn call(&self, tenant: usize, grant: GrantId, ago: i64) -> CallRecord {
        let at = self.clock.now() - TimeDelta::seconds(ago);
        CallRecord {
            request: RequestId::new(at),
            at,
            tenant: self.tenants[tenant].id,
            grant,
            holder: "key Old".into(),
            channel: Channel::Mcp,
            tool: "run_write".into(),
            outcome: "OK",
            committed: true,
            duration: Duration::from_millis(212),
            program: Some(ProgramRecord {
                sha256: format!("{ago:064x}"),
                source: Some(Arc::from("const a = 1 < 2;\nreturn a;")),
            }),
            operations: vec![OperationRecord {
                operation: "raw_materials.set_stock".into(),
                effect: Some(Effect::Write),
                outcome: "OK",
                duration: Duration::from_millis(31),
                rows: 7,
                changes: vec![Change {
                    entity: "raw_material".into(),
                    id: "VMAT-1".into(),
                    action: ChangeAction::Updated,
                    before: Some(json!({ "stock": 588 })),
                    after: Some(json!({ "stock": 640 })),
                }],
            }],
        }
    }

    async fn write_down(&self, calls: &[CallRecord]) {
        let calls: Vec<&CallRecord> = calls.iter().collect();
        let key = &KeyRing::generate().audit_keys()[0];
        self.store.append_audit(&calls, key).await.expect("appended");
    }

    async fn grant(&self, tenant: usize, label: &str) -> GrantId {
        self.key(tenant, label).await.1.parse().expect("an id")
    }
}

#[tokio::test]
async fn calls_are_shown_as_a_picture_and_as_rows_with_who_made_them() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let empty = nora.get("/access/activity").await;
    assert!(
        empty.has("No calls yet.") && !empty.has("<svg viewBox"),
        "{}",
        empty.main()
    );
    let (one, two) = (office.grant(0, "Night report").await, office.grant(0, "Laptop").await);
    let calls = [
        office.call(0, one, 90),
        office.call(0, one, 60),
        office.call(0, two, 86_400),
    ];
    office.write_down(&calls).await;
    let shown = nora.get("/access/activity").await;
    for expected in [
        "<bdi>Night report</bdi>",
        "2 calls",
        "1 call<",
        "The most on one day were 2.",
        "OK, 1 change",
        "212 ms",
        "1 operation",
        "10:58:30",
    ] {
        assert!(shown.has(expected), "{expected}: {}", shown.main());
    }
    let filtered = nora.get(&format!("/access/activity?grant={two}")).await;
    assert_eq!(filtered.main().matches("run_write").count(), 1, "{}", filtered.main());
    assert!(filtered.has("selected"));
    assert_eq!(
        nora.get("/access/activity?grant=")
            .await
            .main()
            .matches("run_write")
            .count(),
        3
    );
    assert_eq!(nora.get("/access/activity?grant=x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn earlier_calls_are_pages_further_and_none_is_left_out() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "Busy").await;
    let calls: Vec<CallRecord> = (0..120).map(|at| office.call(0, grant, 120 - at)).collect();
    office.write_down(&calls).await;
    let (mut path, mut seen) = ("/access/activity".to_owned(), Vec::new());
    loop {
        let shown = nora.get(&path).await;
        seen.extend(
            shown
                .main()
                .split("/access/activity/")
                .skip(1)
                .map(|rest| rest.split('"').next().expect("an id").to_owned()),
        );
        if !shown.has("rel=\"next\"") {
            break;
        }
        path = shown
            .between("<a class=\"button\" href=\"/access/activity?before=", "\"")
            .to_owned();
        path = format!("/access/activity?before={path}");
    }
    let expected: Vec<String> = calls.iter().rev().map(|call| call.request.to_string()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_program_can_be_opened_with_its_changes() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "Laptop").await;
    let call = office.call(0, grant, 5);
    let undone = CallRecord {
        committed: false,
        ..office.call(0, grant, 4)
    };
    office.write_down(&[call.clone(), undone.clone()]).await;
    let shown = nora.get(&format!("/access/activity/{}", call.request)).await;
    for expected in [
        "Program of <bdi>Laptop</bdi>",
        "<span>const a = 1 &lt; 2;</span><span>return a;</span>",
        "<del>588</del>",
        "<ins>640</ins>",
        "Raw material",
        "raw_materials.set_stock",
        "31 ms",
    ] {
        assert!(shown.has(expected), "{expected}: {}", shown.main());
    }
    let shown = nora.get(&format!("/access/activity/{}", undone.request)).await;
    assert!(
        shown.has("Dry run, 1 change") && shown.has("These were undone"),
        "{}",
        shown.main()
    );
}

#[tokio::test]
async fn a02_another_tenants_calls_are_not_there() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let theirs = office.grant(1, "Theirs").await;
    let call = office.call(1, theirs, 5);
    office.write_down(std::slice::from_ref(&call)).await;
    assert!(nora.get("/access/activity").await.has("No calls yet."));
    assert!(
        nora.get(&format!("/access/activity?grant={theirs}"))
            .await
            .has("No calls yet.")
    );
    let path = format!("/access/activity/{}", call.request);
    assert_eq!(nora.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        nora.get("/access/activity.csv").await.html.lines().count(),
        1,
        "nothing but the head"
    );
    let stranger = office.person("other.example", "O", "look").await;
    assert_eq!(stranger.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn t14_the_export_holds_no_formula() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "=HYPERLINK(\"http://evil\")").await;
    office.write_down(&[office.call(0, grant, 5)]).await;
    let file = nora.get("/access/activity.csv").await;
    let line = file.html.lines().nth(1).expect("a call");
    assert!(line.contains(",\"'=HYPERLINK(\"\"http://evil\"\")\","), "{line}");
    assert!(
        line.starts_with("2026-11-21T10:59:55.000Z,") && line.contains(",1,7,1,true,\"OK\",212,"),
        "{line}"
    );
    assert_eq!(file.cache, "no-store");
}

#[tokio::test]
async fn t14_what_a_caller_asked_for_disturbs_neither_page_nor_file() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "Laptop").await;
    let mut call = office.call(0, grant, 5);
    call.tool = "a;=1+1\u{202E}\u{1B}[31m".into();
    call.operations[0].operation.clone_from(&call.tool);
    office.write_down(std::slice::from_ref(&call)).await;
    let shown = r"<code><bdi>a;=1+1\u{202e}\u{1b}[31m</bdi></code>";
    assert!(nora.get("/access/activity").await.has(shown));
    let opened = nora.get(&format!("/access/activity/{}", call.request)).await;
    assert_eq!(opened.main().matches(shown).count(), 2, "{}", opened.main());
    let file = nora.get("/access/activity.csv").await;
    assert!(file.html.contains(r#","a;'=1+1\u{202e}\u{1b}[31m","#), "{}", file.html);
}

#[tokio::test]
async fn a_file_that_is_full_says_where_the_rest_is() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "Busy").await;
    let calls: Vec<CallRecord> = (0..10_000).map(|ago| office.call(0, grant, ago)).collect();
    office.write_down(&calls).await;
    let path = format!("/access/activity.csv?grant={grant}");
    let all = nora.get(&path).await;
    assert_eq!(all.html.lines().count(), 1 + 10_000, "nothing is left out");
    let page = nora.get("/access/activity").await;
    assert!(page.has("A file has up to 10,000 calls"), "{}", page.main());

    office.write_down(&[office.call(0, grant, 0)]).await;
    let cut = nora.get(&path).await;
    assert_eq!(cut.html.lines().count(), 1 + 10_000 + 1);
    let (head, last) = (cut.html.lines().next(), cut.html.lines().last().expect("a line"));
    let next = last.strip_prefix("\"The file ends here, after 10,000 calls. Earlier ones: https://mcp.example.com");
    let (next, empty) = next.expect(last).split_once('"').expect("more cells");
    assert_eq!(empty.len(), head.expect("a head").matches(',').count());
    let rest = nora.get(next).await;
    assert_eq!(rest.html.lines().count(), 2);
    assert!(
        rest.html.contains(&calls[0].request.to_string()),
        "the one written down first"
    );
}

#[tokio::test]
async fn a02_a_tenant_exports_once_at_a_time() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let under_way = office.router.clone().oneshot(nora.opens("/access/activity.csv")).await;
    let refused = nora.get("/access/activity.csv").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "10");
    assert!(
        refused.has("An export is under way") && refused.has("of one workshop"),
        "{}",
        refused.main()
    );
    let other = office.person("other.example", "O", "look").await;
    assert_eq!(other.get("/access/activity.csv").await.status, StatusCode::OK);
    drop(under_way);
    for _ in 0..2 {
        assert_eq!(nora.get("/access/activity.csv").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_is_broken_off() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let grant = office.grant(0, "Busy").await;
    let calls: Vec<CallRecord> = (0..500).map(|ago| office.call(0, grant, ago)).collect();
    office.write_down(&calls).await;
    let response = office.router.clone().oneshot(nora.opens("/access/activity.csv")).await;
    let mut body = response.expect("answered").into_body();
    assert!(body.frame().await.expect("some").is_ok());
    office.store.cut_off(true);
    assert!(body.frame().await.expect("more").is_err(), "it does not look whole");
    drop(body);
    let failed = nora.get("/access/activity.csv").await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_call_under_an_earlier_installation_is_shown_as_it_was_written_down() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let gone = CallRecord {
        tenant: TenantId::from_uuid(office.tenants[0].id.as_uuid()),
        ..office.call(0, GrantId::new(office.clock.now()), 5)
    };
    office.write_down(&[gone]).await;
    assert!(nora.get("/access/activity").await.has("<bdi>key Old</bdi>"));
}
