//! The audit trail, read through the service.

use std::time::Duration;

use latchstring_core::{CallRecord, Channel, Clock, GrantId, ProgramRecord, RequestId};

use super::*;
use crate::{AuditDays, AuditQuery};

#[tokio::test]
async fn what_was_recorded_is_read_found_and_counted() {
    let setup = setup().await;
    let at = setup.clock.now();
    let call = CallRecord {
        request: RequestId::new(at),
        at,
        tenant: setup.tenant.id,
        grant: GrantId::new(at),
        holder: "test".into(),
        channel: Channel::Mcp,
        tool: "run".into(),
        outcome: "OK",
        committed: true,
        duration: Duration::ZERO,
        program: Some(ProgramRecord {
            sha256: "ab".repeat(32),
            source: Some("return 1".into()),
        }),
        operations: Vec::new(),
    };
    setup.access.record(call.clone(), true).await;
    let tenant = setup.tenant.id;
    let read = setup
        .access
        .read_audit(tenant, &AuditQuery::latest(10))
        .await
        .expect("read");
    assert_eq!((read.len(), read[0].request), (1, call.request));
    let found = setup.access.find_audit(tenant, call.request).await.expect("asked");
    assert_eq!(found, Some((read[0].clone(), Some("return 1".to_owned()))));
    let days = AuditDays::up_to(at.date_naive(), 1);
    let counted = setup.access.count_audit(tenant, days).await.expect("counted");
    assert_eq!((counted.len(), counted[0].calls, counted[0].grant), (1, 1, call.grant));
}
