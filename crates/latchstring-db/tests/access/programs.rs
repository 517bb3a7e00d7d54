//! How often a program is kept, which only the tables can tell.

use std::time::Duration;

use latchstring_access::{AccessStore, KeyRing};
use latchstring_core::{CallRecord, Channel, Clock, GrantId, ProgramRecord, RequestId, SystemClock, TenantId};
use sea_orm::{ConnectionTrait, Statement};

use crate::place::Place;

fn call(tenant: TenantId) -> CallRecord {
    let now = SystemClock.now();
    CallRecord {
        request: RequestId::new(now),
        at: now,
        tenant,
        grant: GrantId::new(now),
        holder: "test".into(),
        channel: Channel::Mcp,
        tool: "run".into(),
        outcome: "OK",
        committed: false,
        duration: Duration::ZERO,
        program: Some(ProgramRecord {
            sha256: "ab".repeat(32),
            source: Some("return 1".into()),
        }),
        operations: Vec::new(),
    }
}

#[tokio::test]
async fn a_program_that_two_tenants_sent_a_thousand_times_is_kept_twice() {
    let place = Place::new().await;
    let store = place.store().await;
    let key = KeyRing::generate().audit_keys().swap_remove(0);
    let now = SystemClock.now();
    let tenants = [TenantId::new(now), TenantId::new(now)];
    for _ in 0..4 {
        let calls: Vec<CallRecord> = (0..250).map(|number| call(tenants[number % 2])).collect();
        let calls: Vec<&CallRecord> = calls.iter().collect();
        store.append_audit(&calls, &key).await.expect("appended");
    }

    let reader = place.open().await.begin_read().await.expect("begun");
    let count = "SELECT COUNT(*) AS number FROM audit_program";
    let statement = Statement::from_string(reader.get_database_backend(), count);
    let row = reader.query_one_raw(statement).await.expect("answered").expect("a row");
    assert_eq!(row.try_get::<i64>("", "number"), Ok(2));
}
