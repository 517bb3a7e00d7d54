//! Somebody who can write to the database changes what was written down.

use std::time::Duration;

use latchstring_access::{Access, AccessStore, AuditCheck, AuditFault, KeyRing, PlanRule, Rules, TokenPrefix};
use latchstring_core::{
    CallRecord, Change, ChangeAction, Channel, Clock, Effect, GrantId, OperationRecord, ProgramRecord, RequestId,
    SystemClock, TenantId,
};
use latchstring_db::SqlAccessStore;
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;

use crate::place::Place;

const SOURCE: &str = "return 1";

fn call(tenant: TenantId) -> CallRecord {
    let now = SystemClock.now();
    let sha256 = Sha256::digest(SOURCE)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    CallRecord {
        request: RequestId::new(now),
        at: now,
        tenant,
        grant: GrantId::new(now),
        holder: "key Night report".into(),
        channel: Channel::Mcp,
        tool: "run_write".into(),
        outcome: "OK",
        committed: true,
        duration: Duration::from_millis(2),
        program: Some(ProgramRecord {
            sha256,
            source: Some(SOURCE.into()),
        }),
        operations: vec![OperationRecord {
            operation: "boms.upsert".into(),
            effect: Some(Effect::Write),
            outcome: "OK",
            duration: Duration::from_millis(1),
            rows: 1,
            changes: vec![Change {
                entity: "bom".into(),
                id: "1".into(),
                action: ChangeAction::Updated,
                before: Some(json!({ "quantity": "1" })),
                after: Some(json!({ "quantity": "2" })),
            }],
        }],
    }
}

struct Trail {
    place: Place,
    store: Arc<SqlAccessStore>,
    access: Access,
    tenant: TenantId,
    requests: Vec<RequestId>,
}

impl Trail {
    /// Five calls of one tenant, and one of another between them.
    async fn new() -> Self {
        let place = Place::new().await;
        let store = Arc::new(place.store().await);
        let ring = KeyRing::generate();
        let key = ring.audit_keys().swap_remove(0);
        let rules = Rules::new("asmk".parse::<TokenPrefix>().expect("a prefix"), PlanRule::Free);
        let access = Access::open(Arc::clone(&store) as Arc<dyn AccessStore>, ring, rules)
            .await
            .expect("opened");
        let (tenant, other) = (TenantId::new(SystemClock.now()), TenantId::new(SystemClock.now()));
        let mut requests = Vec::new();
        for number in 0..6 {
            let record = call(if number == 2 { other } else { tenant });
            if number != 2 {
                requests.push(record.request);
            }
            store.append_audit(&[&record], &key).await.expect("appended");
        }
        Self {
            place,
            store,
            access,
            tenant,
            requests,
        }
    }

    async fn tamper(&self, sql: &str) {
        let work = self.place.open().await.begin_write().await.expect("begun");
        let done = work.execute_unprepared(sql).await.expect("done");
        assert!(done.rows_affected() > 0, "{sql}");
        work.commit().await.expect("committed");
    }

    async fn check(&self) -> AuditCheck {
        self.access.check_audit(self.tenant, None, 0).await.expect("checked")
    }

    async fn faults(&self) -> Vec<AuditFault> {
        self.check().await.faults
    }
}

#[tokio::test]
async fn a04_a_trail_that_nobody_touched_is_whole() {
    let trail = Trail::new().await;
    let check = trail.check().await;
    assert_eq!((check.calls, check.unchained, check.faults), (5, 0, vec![]));
    assert_eq!(check.head, trail.store.audit_head(trail.tenant).await.expect("read"));
}

#[tokio::test]
async fn a04_whatever_is_altered_in_a_call_is_found() {
    for change in [
        "UPDATE audit_call SET outcome = 'CANCELLED' WHERE chain_position = 3",
        "UPDATE audit_call SET holder = 'key Other' WHERE chain_position = 3",
        "UPDATE audit_call SET committed = NOT committed WHERE chain_position = 3",
        "UPDATE audit_call SET at = at + 1 WHERE chain_position = 3",
        "UPDATE audit_call SET program_sha256 = NULL WHERE chain_position = 3",
        "UPDATE audit_operation SET operation = 'boms.list' WHERE call_seq = \
         (SELECT seq FROM audit_call WHERE chain_position = 3)",
        "UPDATE audit_operation SET changes = replace(changes, '2', '3') WHERE call_seq = \
         (SELECT seq FROM audit_call WHERE chain_position = 3)",
        "DELETE FROM audit_operation WHERE call_seq = (SELECT seq FROM audit_call WHERE chain_position = 3)",
    ] {
        let trail = Trail::new().await;
        trail.tamper(change).await;
        let (position, request) = (3, trail.requests[2]);
        assert_eq!(
            trail.faults().await,
            [AuditFault::Altered { position, request }],
            "{change}"
        );
    }
}

#[tokio::test]
async fn a04_calls_that_are_taken_out_are_missed() {
    let gone = |which: &str| {
        let calls = format!("SELECT seq FROM audit_call WHERE {which}");
        [
            format!("DELETE FROM audit_operation WHERE call_seq IN ({calls})"),
            format!("DELETE FROM audit_call WHERE {which}"),
        ]
    };
    for (which, first, last) in [
        ("chain_position = 2", 2, 2),
        ("chain_position IN (2, 3)", 2, 3),
        ("chain_position = 1", 1, 1),
        ("chain_position >= 4", 4, 5),
        ("chain_position >= 1", 1, 5),
    ] {
        let trail = Trail::new().await;
        for sql in gone(which) {
            trail.tamper(&sql).await;
        }
        assert_eq!(trail.faults().await, [AuditFault::Missing { first, last }], "{which}");
    }
}

#[tokio::test]
async fn a04_a_call_out_of_the_chain_or_after_its_end_is_found() {
    let trail = Trail::new().await;
    trail
        .tamper(
            "UPDATE audit_call SET chain_position = NULL, chain_key = NULL, chain_mac = NULL WHERE chain_position = 3",
        )
        .await;
    let put_in = AuditFault::PutIn {
        request: trail.requests[2],
    };
    assert_eq!(
        trail.faults().await,
        [put_in, AuditFault::Missing { first: 3, last: 3 }]
    );

    let trail = Trail::new().await;
    trail.tamper("DELETE FROM audit_head").await;
    let (position, request) = (5, trail.requests[4]);
    assert_eq!(trail.faults().await, [AuditFault::WrongHead { position, request }]);

    let trail = Trail::new().await;
    trail.tamper("UPDATE audit_head SET position = 2").await;
    let wrong = |place: usize| AuditFault::WrongHead {
        position: place as u64,
        request: trail.requests[place - 1],
    };
    assert_eq!(trail.faults().await, [wrong(5), wrong(2)]);
}

#[tokio::test]
async fn a04_a_program_that_was_replaced_is_found() {
    let trail = Trail::new().await;
    trail.tamper("UPDATE audit_program SET source = 'return 2'").await;
    let request = trail.requests[4];
    assert_eq!(trail.faults().await, [AuditFault::ProgramAltered { request }]);
    trail.tamper("DELETE FROM audit_program").await;
    assert_eq!(trail.faults().await, [AuditFault::ProgramAltered { request }]);
}

#[tokio::test]
async fn a04_a_trail_that_was_taken_out_of_its_chain_is_found() {
    let trail = Trail::new().await;
    trail
        .tamper("UPDATE audit_call SET chain_position = NULL, chain_key = NULL, chain_mac = NULL")
        .await;
    trail.tamper("DELETE FROM audit_head").await;
    assert_eq!(trail.faults().await, [AuditFault::Unchained { found: 5, known: 0 }]);
    let known = trail.access.check_audit(trail.tenant, None, 5).await.expect("checked");
    assert_eq!(
        (known.unchained, known.faults),
        (5, vec![]),
        "what the operator knows to be older"
    );
}
