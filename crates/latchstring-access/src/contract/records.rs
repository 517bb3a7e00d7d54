//! What is written down: events, calls, and the key ring's checks.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use latchstring_core::{
    CallRecord, Change, ChangeAction, Channel, CodeId, Effect, GrantId, OperationRecord, ProgramRecord, RequestId,
    TenantId,
};
use serde_json::json;

use super::{
    at_once::at_once,
    given::{Given, ann, hash},
};
use crate::{
    AccessEvent, AccessEventKind, AuditDays, AuditEntry, AuditQuery, CallsPerDay, MAX_AUDIT_COUNTS, MAX_AUDIT_ENTRIES,
    RingCheck,
};

/// Every kind of event comes back as it was, the one appended last first, for its tenant only.
pub async fn events_are_read_back_whole_and_newest_first(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let event = |tenant: TenantId, kind| AccessEvent {
        at: given.now(),
        tenant,
        kind,
        grant: None,
        code: None,
        by: None,
    };
    let mut events: Vec<AccessEvent> = AccessEventKind::ALL.iter().map(|kind| event(one.id, *kind)).collect();
    events[1].grant = Some(GrantId::new(given.now()));
    events[2].code = Some(CodeId::new(given.now()));
    events[2].by = Some(ann());
    events[3].at -= TimeDelta::hours(1);
    for event in &events {
        given.store.append_event(event).await.expect("appended");
    }
    let foreign = event(two.id, AccessEventKind::Installed);
    given.store.append_event(&foreign).await.expect("appended");

    events.reverse();
    let read = async |tenant, limit| given.store.read_events(tenant, limit).await.expect("read");
    assert_eq!(read(one.id, 1_000).await, events);
    assert_eq!(read(one.id, u32::MAX).await, events);
    assert_eq!(read(one.id, 2).await, events[..2]);
    assert_eq!(read(two.id, 100).await, [foreign]);
}

/// What was appended comes back in the reverse order, with its operations and changes in theirs.
pub async fn audit_is_read_back_whole_and_newest_first(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    let calls: Vec<CallRecord> = (0..5).map(|_| call(&given, tenant.id, key.grant)).collect();
    append(&given, &calls[..2]).await;
    append(&given, &calls[2..]).await;
    append(&given, &[]).await;

    let read = read(&given, tenant.id, &AuditQuery::latest(100)).await;
    let seqs: Vec<u64> = read.iter().map(|entry| entry.seq).collect();
    assert!(seqs.is_sorted_by(|newer, older| newer > older), "{seqs:?}");
    let expected = calls.iter().rev().zip(seqs);
    let unlinked: Vec<_> = read
        .into_iter()
        .map(|entry| AuditEntry { link: None, ..entry })
        .collect();
    assert_eq!(
        unlinked,
        expected
            .map(|(call, seq)| AuditEntry::of(seq, call))
            .collect::<Vec<_>>()
    );
}

/// A batch that is sent again, because nobody knows whether it arrived, is not written twice.
pub async fn a_call_is_written_down_once(given: Given) {
    let tenant = given.tenant("one").await;
    let new = || call(&given, tenant.id, GrantId::new(given.now()));
    let batch = [new(), new()];
    append(&given, &batch[..1]).await;
    append(&given, &batch).await;
    assert_eq!(
        requests(&read(&given, tenant.id, &AuditQuery::latest(100)).await),
        [batch[1].request, batch[0].request]
    );
}

/// Whatever is asked about a tenant, another's calls are not in the answer, not even by their own ids.
pub async fn x01_another_tenants_calls_are_never_read(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    // The same grant in both, which no store would make.
    let grant = GrantId::new(given.now());
    let (own, foreign) = (call(&given, one.id, grant), call(&given, two.id, grant));
    append(&given, &[foreign.clone(), own.clone(), call(&given, two.id, grant)]).await;

    for query in [
        AuditQuery::latest(100),
        AuditQuery {
            grant: Some(grant),
            before: Some(u64::MAX),
            limit: 100,
        },
    ] {
        assert_eq!(
            requests(&read(&given, one.id, &query).await),
            [own.request],
            "{query:?}"
        );
    }
    assert!(find(&given, one.id, own.request).await.is_some());
    assert_eq!(find(&given, one.id, foreign.request).await, None);
    assert_eq!(
        count(&given, one.id, AuditDays::up_to(given.now().date_naive(), 90)).await,
        [CallsPerDay {
            day: given.now().date_naive(),
            grant,
            calls: 1
        }]
    );
}

/// The calls of a grant are read without the others', page by page.
pub async fn the_calls_of_one_grant_are_read_apart(given: Given) {
    let tenant = given.tenant("one").await;
    let (grant, other) = (GrantId::new(given.now()), GrantId::new(given.now()));
    let of = |grant| call(&given, tenant.id, grant);
    let calls = [of(grant), of(other), of(grant), of(other), of(grant)];
    append(&given, &calls).await;

    let query = AuditQuery {
        grant: Some(grant),
        before: None,
        limit: 2,
    };
    let first = read(&given, tenant.id, &query).await;
    assert_eq!(requests(&first), [calls[4].request, calls[2].request]);
    let before = Some(first[1].seq);
    let second = read(&given, tenant.id, &AuditQuery { before, ..query }).await;
    assert_eq!(requests(&second), [calls[0].request]);
}

/// Whoever goes on with the last cursor reads every call once, though others are appended meanwhile.
pub async fn a_cursor_pages_through_every_call_once(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let new = |tenant: TenantId| CallRecord {
        operations: Vec::new(),
        ..call(&given, tenant, GrantId::new(given.now()))
    };
    let calls: Vec<CallRecord> = (0..10).map(|_| new(one.id)).collect();
    for call in &calls {
        append(&given, &[call.clone(), new(two.id)]).await;
    }

    let mut query = AuditQuery::latest(3);
    let mut paged = Vec::new();
    loop {
        let page = read(&given, one.id, &query).await;
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        query.before = Some(last.seq);
        paged.extend(requests(&page));
        append(&given, &[new(one.id), new(two.id)]).await;
    }
    let expected: Vec<RequestId> = calls.iter().rev().map(|call| call.request).collect();
    assert_eq!(paged, expected);
}

/// One reading returns a thousand calls at most, whatever the limit.
pub async fn a_thousand_calls_are_read_at_most(given: Given) {
    let tenant = given.tenant("one").await;
    let new = || CallRecord {
        operations: Vec::new(),
        program: None,
        ..call(&given, tenant.id, GrantId::new(given.now()))
    };
    let calls: Vec<CallRecord> = (0..=MAX_AUDIT_ENTRIES).map(|_| new()).collect();
    append(&given, &calls).await;
    let all = read(&given, tenant.id, &AuditQuery::latest(u32::MAX)).await;
    assert_eq!((all.len(), all[0].request), (1_000, calls[1_000].request));
    assert_eq!(read(&given, tenant.id, &AuditQuery::latest(0)).await, []);
}

/// A call is found by its id, whole, with its program if it had one that was kept.
pub async fn a_call_is_found_with_its_program(given: Given) {
    let tenant = given.tenant("one").await;
    let new = |program| CallRecord {
        program,
        ..call(&given, tenant.id, GrantId::new(given.now()))
    };
    let source = "const tür = '\u{1F6AA}';\nreturn tür\n";
    let longest = "x".repeat(64 << 10);
    let cases = [
        (new(Some(program("cd", Some(source)))), Some(source)),
        (new(Some(program("ef", Some(&longest)))), Some(longest.as_str())),
        (new(Some(program("01", Some("")))), Some("")),
        (new(Some(program("23", None))), None), // too long to be kept
        (new(None), None),
    ];
    append(&given, &cases.clone().map(|(call, _)| call)).await;
    for (call, source) in cases {
        let (entry, kept) = find(&given, tenant.id, call.request).await.expect("there");
        assert_eq!(entry, AuditEntry::of(entry.seq, &call));
        assert_eq!(kept.as_deref(), source);
    }
    assert_eq!(find(&given, tenant.id, RequestId::new(given.now())).await, None);
}

/// A program is kept with the first call that sent it, and each tenant has its own. Here, against all odds, several have
/// one hash.
pub async fn the_same_program_is_kept_once_for_each_tenant(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let new = |tenant: TenantId, source| CallRecord {
        program: Some(program("ab", Some(source))),
        ..call(&given, tenant, GrantId::new(given.now()))
    };
    let calls = [
        new(one.id, "first"),
        new(one.id, "second"),
        new(two.id, "third"),
        new(one.id, "fourth"),
    ];
    append(&given, &calls[..3]).await;
    append(&given, &calls[3..]).await;
    for (call, source) in calls.iter().zip(["first", "first", "third", "first"]) {
        let (_, kept) = find(&given, call.tenant, call.request).await.expect("there");
        assert_eq!(kept.as_deref(), Some(source));
    }
}

/// Servers that send the same programs in any order, all at once, do not get in each other's way.
pub async fn many_write_down_the_same_programs_at_once(given: Given) {
    let tenant = given.tenant("one").await;
    let batch = |round: usize, number: usize| {
        let mut batch: Vec<CallRecord> = (0..40)
            .map(|one| CallRecord {
                program: Some(program(&format!("{round:x}{one:03x}"), Some("return 1"))),
                operations: Vec::new(),
                ..call(&given, tenant.id, GrantId::new(given.now()))
            })
            .collect();
        batch.rotate_left(number * 5);
        if number % 2 == 1 {
            batch.reverse();
        }
        batch
    };
    for round in 0..5 {
        let batches: Vec<Vec<CallRecord>> = (0..8).map(|number| batch(round, number)).collect();
        let written = batches.iter().map(|batch| batch[0].request).collect::<Vec<_>>();
        at_once(batches.into_iter().map(|batch| {
            let given = given.clone();
            async move { append(&given, &batch).await }
        }))
        .await;
        for request in written {
            let (_, source) = find(&given, tenant.id, request).await.expect("there");
            assert_eq!(source.as_deref(), Some("return 1"));
        }
    }
}

/// Calls are counted on the day they began, which ends at midnight UTC, whatever became of them.
pub async fn calls_are_counted_by_utc_day_and_grant(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let mut grants = [GrantId::new(given.now()), GrantId::new(given.now())];
    grants.sort();
    let [first, second] = grants;
    let new = |at: &str, tenant: TenantId, grant| CallRecord {
        at: at.parse().expect("a moment"),
        ..call(&given, tenant, grant)
    };
    let failed = CallRecord {
        outcome: "TIMEOUT",
        committed: false,
        ..new("2026-03-01T00:00:00Z", one.id, second)
    };
    let calls = [
        new("2025-12-01T23:59:59.999999Z", one.id, first),
        new("2025-12-02T00:00:00Z", one.id, first),
        new("2026-02-27T23:59:59.999999Z", one.id, second),
        new("2026-02-28T00:00:00Z", one.id, first),
        new("2026-02-28T23:59:59.999999Z", one.id, first),
        new("2026-02-28T12:00:00Z", one.id, second),
        new("2026-02-28T12:00:00Z", two.id, second),
        failed,
        new("2026-03-01T23:59:59.999999Z", one.id, second),
        new("2026-03-02T00:00:00Z", one.id, first),
    ];
    append(&given, &calls).await;

    let last: NaiveDate = "2026-03-01".parse().expect("a day");
    let counted = async |days| {
        let counts = count(&given, one.id, AuditDays::up_to(last, days)).await;
        let told = counts.iter().map(|count| {
            let grant = if count.grant == first { "first" } else { "second" };
            format!("{} {grant} {}", count.day, count.calls)
        });
        told.collect::<Vec<String>>()
    };
    let two_days = ["2026-03-01 second 2", "2026-02-28 first 2", "2026-02-28 second 1"];
    assert_eq!(counted(2).await, two_days);
    assert_eq!(counted(1).await, two_days[..1]);
    assert_eq!(counted(0).await, [""; 0]);
    let ninety = [&two_days[..], &["2026-02-27 second 1", "2025-12-02 first 1"]].concat();
    assert_eq!(counted(90).await, ninety);
    assert_eq!(counted(u32::MAX).await, ninety);
}

/// A ring that shares nothing with those before it is refused, and leaves no trace.
pub async fn the_first_ring_becomes_the_stores_own(given: Given) {
    let check = |id: &str| RingCheck {
        key_id: id.into(),
        check: hash(),
    };
    let matches = async |checks: &[RingCheck]| given.store.match_ring(checks).await.expect("answered");
    let (old, new, stranger) = (check("old"), check("new"), check("stranger"));
    assert!(matches(std::slice::from_ref(&old)).await);
    assert!(!matches(std::slice::from_ref(&stranger)).await);
    assert!(!matches(&[check("old")]).await, "same id, other pepper");
    assert!(matches(&[new.clone(), old.clone()]).await);
    assert!(matches(&[new]).await, "the new entry was remembered");
    assert!(!matches(&[stranger]).await);
}

/// One question returns ten thousand counts at most: those of the latest days.
pub async fn ten_thousand_counts_are_told_at_most(given: Given) {
    let tenant = given.tenant("one").await;
    let new = |at| CallRecord {
        at,
        operations: Vec::new(),
        program: None,
        ..call(&given, tenant.id, GrantId::new(given.now()))
    };
    let yesterday = given.now() - TimeDelta::days(1);
    let mut calls = vec![new(yesterday), new(yesterday)];
    calls.extend((1..MAX_AUDIT_COUNTS).map(|_| new(given.now())));
    append(&given, &calls).await;

    let days = AuditDays::up_to(given.now().date_naive(), 2);
    let counts = count(&given, tenant.id, days).await;
    assert_eq!(counts.len(), 10_000);
    let earlier = counts.iter().filter(|count| count.day == yesterday.date_naive());
    assert_eq!(earlier.count(), 1);
}

async fn append(given: &Given, calls: &[CallRecord]) {
    let calls: Vec<&CallRecord> = calls.iter().collect();
    given
        .store
        .append_audit(&calls, &Given::audit_key())
        .await
        .expect("appended");
}

async fn read(given: &Given, tenant: TenantId, query: &AuditQuery) -> Vec<AuditEntry> {
    given.store.read_audit(tenant, query).await.expect("read")
}

/// The call without its link.
async fn find(given: &Given, tenant: TenantId, request: RequestId) -> Option<(AuditEntry, Option<String>)> {
    let found = given.store.find_audit(tenant, request).await.expect("answered");
    found.map(|(entry, source)| (AuditEntry { link: None, ..entry }, source))
}

async fn count(given: &Given, tenant: TenantId, days: AuditDays) -> Vec<CallsPerDay> {
    given.store.count_audit(tenant, days).await.expect("counted")
}

fn requests(entries: &[AuditEntry]) -> Vec<RequestId> {
    entries.iter().map(|entry| entry.request).collect()
}

/// A program whose hash is these characters again and again.
fn program(hash: &str, source: Option<&str>) -> ProgramRecord {
    ProgramRecord {
        sha256: hash.repeat(64 / hash.len()),
        source: source.map(Into::into),
    }
}

pub(super) fn call(given: &Given, tenant: TenantId, grant: GrantId) -> CallRecord {
    let change = |id: &str, action, before, after| Change {
        entity: "bom".into(),
        id: id.into(),
        action,
        before,
        after,
    };
    let (created, updated) = (
        json!({ "name": "Tür \u{1F6AA}", "quantity": "0.5" }),
        json!({ "name": "x" }),
    );
    let operation = |operation: &str, effect, outcome, duration| OperationRecord {
        operation: operation.into(),
        effect,
        outcome,
        duration,
        rows: 250,
        changes: Vec::new(),
    };
    CallRecord {
        request: RequestId::new(given.now()),
        at: given.now(),
        tenant,
        grant,
        holder: "Claude (asmk_Ab12...9xYz)".into(),
        channel: Channel::Connector,
        tool: "run".into(),
        outcome: "OK",
        committed: true,
        duration: Duration::from_micros(1_234),
        program: Some(program("ab", Some("return 1"))),
        operations: vec![
            operation("boms.list", Some(Effect::Read), "OK", Duration::from_micros(17)),
            OperationRecord {
                changes: vec![
                    change("1", ChangeAction::Created, None, Some(created)),
                    change("2", ChangeAction::Updated, Some(json!({ "name": null })), Some(updated)),
                    change("3", ChangeAction::Deleted, Some(json!({})), None),
                ],
                ..operation("boms.upsert", Some(Effect::Write), "OK", Duration::ZERO)
            },
            operation(
                "nonsense'; DROP TABLE tenant; --",
                None,
                "UNKNOWN_OPERATION",
                Duration::from_secs(3),
            ),
        ],
    }
}
