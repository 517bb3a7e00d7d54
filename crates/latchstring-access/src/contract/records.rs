//! What is written down: events, calls, and the key ring's checks.

use std::time::Duration;

use chrono::TimeDelta;
use latchstring_core::{
    CallRecord, Change, ChangeAction, Channel, CodeId, Effect, GrantId, OperationRecord, RequestId, TenantId,
};
use serde_json::json;

use super::given::{Given, ann, hash};
use crate::{AccessEvent, AccessEventKind, AuditEntry, RingCheck};

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

/// What was appended comes back in the reverse order, with its operations and changes in theirs, for its tenant only.
pub async fn audit_is_read_back_whole_and_newest_first(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let key = given.key(&one).await;
    let calls: Vec<CallRecord> = (0..5).map(|_| call(&given, one.id, key.grant)).collect();
    let foreign = call(&given, two.id, key.grant);
    let append = async |calls: &[&CallRecord]| given.store.append_audit(calls).await.expect("appended");
    append(&[&calls[0], &calls[1], &foreign]).await;
    append(&[&calls[2], &calls[3], &calls[4]]).await;
    append(&[]).await;

    let expected: Vec<AuditEntry> = calls.iter().rev().map(AuditEntry::from).collect();
    let read = async |tenant, limit| given.store.read_audit(tenant, limit).await.expect("read");
    assert_eq!(read(one.id, 100).await, expected);
    assert_eq!(read(one.id, 2).await, expected[..2]);
    assert_eq!(read(two.id, 100).await, [AuditEntry::from(&foreign)]);
}

/// A batch that is sent again, because nobody knows whether it arrived, is not written twice.
pub async fn a_call_is_written_down_once(given: Given) {
    let tenant = given.tenant("one").await;
    let new = || call(&given, tenant.id, GrantId::new(given.now()));
    let (first, second) = (new(), new());
    given.store.append_audit(&[&first]).await.expect("appended");
    given.store.append_audit(&[&first, &second]).await.expect("appended");
    let expected = [AuditEntry::from(&second), AuditEntry::from(&first)];
    assert_eq!(given.store.read_audit(tenant.id, 100).await.expect("read"), expected);
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
        program_sha256: Some("ab".repeat(32)),
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
