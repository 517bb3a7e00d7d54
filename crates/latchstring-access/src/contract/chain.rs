//! The chain of a tenant's calls.

use chrono::TimeDelta;
use latchstring_core::{CallRecord, GrantId, TenantId};
use serde_json::json;

use super::{at_once::at_once, given::Given, records::call};
use crate::{AuditCheck, AuditFault, AuditLink, AuditQuery, audit_check::check};

async fn append(given: &Given, calls: &[CallRecord]) {
    let calls: Vec<&CallRecord> = calls.iter().collect();
    given
        .store
        .append_audit(&calls, &Given::audit_key())
        .await
        .expect("appended");
}

async fn checked(given: &Given, tenant: TenantId) -> AuditCheck {
    let keys = [Given::audit_key()];
    check(given.store.as_ref(), &keys, tenant, None, 0)
        .await
        .expect("checked")
}

async fn is_whole(given: &Given, tenant: TenantId, calls: u64) -> AuditLink {
    let check = checked(given, tenant).await;
    assert_eq!((check.calls, check.unchained, &check.faults[..]), (calls, 0, &[][..]));
    let head = check.head.expect("a head");
    assert_eq!(head.position, calls);
    head
}

/// A call whose program is what its hash says.
fn sound(given: &Given, tenant: TenantId) -> CallRecord {
    CallRecord {
        program: None,
        ..call(given, tenant, GrantId::new(given.now()))
    }
}

/// Each tenant's calls are counted from one, and nothing of one is in another's.
pub async fn a04_calls_are_linked_for_each_tenant_apart(given: Given) {
    let (one, two) = (given.tenant("one").await.id, given.tenant("two").await.id);
    let empty = checked(&given, one).await;
    assert_eq!((empty.calls, empty.head, empty.faults), (0, None, Vec::new()));
    append(&given, &[sound(&given, one), sound(&given, two), sound(&given, one)]).await;
    append(&given, &[sound(&given, two), sound(&given, one)]).await;
    let (first, second) = (is_whole(&given, one, 3).await, is_whole(&given, two, 2).await);
    assert_ne!(first.mac, second.mac);
    let page = given
        .store
        .read_audit(one, &AuditQuery::latest(10))
        .await
        .expect("read");
    let places: Vec<u64> = page
        .iter()
        .filter_map(|entry| entry.link.as_ref())
        .map(|link| link.position)
        .collect();
    assert_eq!(places, [3, 2, 1]);
}

/// Twenty writers, of which each writes to two tenants in another order.
pub async fn a04_many_who_write_at_once_keep_the_chain(given: Given) {
    let (one, two) = (given.tenant("one").await.id, given.tenant("two").await.id);
    at_once((0..20).map(|number| {
        let given = given.clone();
        async move {
            let order = if number % 2 == 0 { [one, two] } else { [two, one] };
            for tenant in order {
                append(&given, &[sound(&given, tenant), sound(&given, one)]).await;
            }
        }
    }))
    .await;
    is_whole(&given, one, 60).await;
    is_whole(&given, two, 20).await;
}

/// Of a batch whose fate nobody knew, only what was not there is linked.
pub async fn a04_a_batch_that_is_sent_again_keeps_the_chain(given: Given) {
    let tenant = given.tenant("one").await.id;
    // More than a store may put into one statement.
    let mut batch: Vec<CallRecord> = (0..150).map(|_| sound(&given, tenant)).collect();
    append(&given, &batch[..70]).await;
    batch.push(batch[149].clone());
    append(&given, &batch).await;
    append(&given, &batch).await;
    is_whole(&given, tenant, 150).await;
}

/// Texts with U+0000, moments finer than a microsecond, and numbers that are hard to read back.
pub async fn a04_what_stores_keep_otherwise_still_fits(given: Given) {
    let tenant = given.tenant("one").await.id;
    given.advance(TimeDelta::nanoseconds(400));
    let mut odd = sound(&given, tenant);
    odd.holder = "a\0b".into();
    odd.duration += std::time::Duration::from_nanos(999);
    odd.operations[0].operation = "\0".into();
    odd.operations[1].changes[0].after = Some(json!({
        "nul": "\0",
        "small": 5e-324,
        "odd": 0.1 + 0.2,
        "exact": 1.797_693_134_862_315_7e308,
        "long": 9_007_199_254_740_993_u64,
        "zed": 1, "alpha": 2,
    }));
    append(&given, &[odd]).await;
    is_whole(&given, tenant, 1).await;
}

/// A head that is not in the chain shows that the chain is another one.
pub async fn a04_a_noted_head_shows_that_a_trail_was_replaced(given: Given) {
    let tenant = given.tenant("one").await.id;
    append(&given, &[sound(&given, tenant), sound(&given, tenant)]).await;
    let noted = is_whole(&given, tenant, 2).await;
    append(&given, &[sound(&given, tenant)]).await;
    let keys = [Given::audit_key()];
    let with = async |noted: &AuditLink| {
        let check = check(given.store.as_ref(), &keys, tenant, Some(noted), 0).await;
        check.expect("checked").faults
    };
    assert_eq!(with(&noted).await, []);
    let replaced = AuditLink {
        mac: [0; 32],
        ..noted.clone()
    };
    assert_eq!(with(&replaced).await, [AuditFault::NotAsNoted { position: 2 }]);
    let cut = AuditLink { position: 9, ..noted };
    assert_eq!(with(&cut).await, [AuditFault::NotAsNoted { position: 9 }]);
}
