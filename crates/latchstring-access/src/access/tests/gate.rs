//! The gate that sessions ask.

use super::*;

#[tokio::test]
async fn v10_a_lapsed_plan_shuts_the_gate_and_a_paid_one_opens_it() {
    let setup = setup().await;
    let (key, _) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    let grant = setup.access.authenticate_key(key.expose()).await.expect("recognised");
    setup.plan(Plan::Lapsed).await;
    assert!(
        setup.access.authenticate_key(key.expose()).await.is_ok(),
        "the key is kept"
    );
    assert!(matches!(setup.access.check(&grant).await, Err(Refusal::PlanLapsed)));
    assert!(matches!(setup.access.hold(&grant).await, Err(Refusal::PlanLapsed)));
    setup.plan(Plan::Active).await;
    assert!(setup.access.check(&grant).await.is_ok());
    assert!(setup.access.hold(&grant).await.is_ok());
}

#[tokio::test]
async fn a_pause_shuts_the_gate_for_keys_and_apps_until_it_is_over() {
    let setup = setup().await;
    let (key, _) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    let key = setup.access.authenticate_key(key.expose()).await.expect("recognised");
    let tokens = setup.connect(Scope::ReadWrite).await;
    let app = setup.app(&tokens).await.expect("recognised");
    setup.happens(TenantEventKind::Paused { by: ann() }).await;
    for grant in [&key, &app] {
        assert!(matches!(setup.access.check(grant).await, Err(Refusal::Paused)));
        assert!(matches!(setup.access.hold(grant).await, Err(Refusal::Paused)));
    }
    setup.plan(Plan::Lapsed).await;
    assert!(
        matches!(setup.access.check(&key).await, Err(Refusal::Paused)),
        "what a person can undo here comes first"
    );
    setup.plan(Plan::Active).await;
    let refreshed = setup.access.refresh(Setup::refresh(&tokens.refresh)).await;
    let refreshed = refreshed.expect("an app keeps its connection");
    setup.happens(TenantEventKind::Resumed { by: ann() }).await;
    assert!(setup.access.check(&key).await.is_ok());
    assert!(
        setup
            .access
            .check(&setup.app(&refreshed).await.expect("recognised"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_ticket_is_known_again_and_a_forged_one_is_not() {
    let setup = setup().await;
    let signature = setup.access.sign(b"text");
    assert!(setup.access.has_signed(b"text", &signature));
    assert!(!setup.access.has_signed(b"texu", &signature));
    assert!(!setup.access.has_signed(b"text", b""));
}

#[tokio::test(start_paused = true)]
async fn what_is_long_over_is_forgotten_by_and_by() {
    let setup = setup().await;
    setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    setup.clock.advance(TimeDelta::days(2));
    assert_eq!(setup.access.list_codes(setup.tenant.id).await.expect("listed").len(), 1);
    tokio::time::sleep(std::time::Duration::from_mins(21)).await;
    assert!(
        setup
            .access
            .list_codes(setup.tenant.id)
            .await
            .expect("listed")
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_recorded_is_read_back() {
    let setup = setup().await;
    let (key, _) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    let grant = setup.access.authenticate_key(key.expose()).await.expect("recognised");
    let call = |tool: &str| CallRecord {
        request: latchstring_core::RequestId::new(DateTime::UNIX_EPOCH),
        at: DateTime::UNIX_EPOCH,
        tenant: grant.tenant(),
        grant: grant.id(),
        holder: grant.holder().to_string(),
        channel: latchstring_core::Channel::Mcp,
        tool: tool.to_owned(),
        outcome: "OK",
        committed: false,
        duration: std::time::Duration::ZERO,
        program: None,
        operations: Vec::new(),
    };
    setup.access.record(call("run"), true).await;
    setup.access.record_abandoned(call("search"));
    setup.access.shutdown().await;
    let read = setup
        .access
        .read_audit(setup.tenant.id, &AuditQuery::latest(10))
        .await
        .expect("read");
    let mut tools: Vec<&str> = read.iter().map(|entry| entry.tool.as_str()).collect();
    tools.sort_unstable();
    assert_eq!(tools, ["run", "search"]);
}

#[tokio::test]
async fn readiness_is_whether_the_store_answers() {
    let setup = setup().await;
    assert!(setup.access.ready().await.is_ok());
    setup.store.cut_off(true);
    assert!(setup.access.ready().await.is_err());
}

#[tokio::test]
async fn what_happened_is_read_back_with_its_circumstances() {
    let setup = setup().await;
    let (_, key) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    setup.clock.advance(TimeDelta::seconds(1));
    setup
        .access
        .revoke_key(setup.tenant.id, key.grant, &Person::new("user-2", "Bob"))
        .await
        .expect("revoked");
    setup
        .access
        .revoke_key(setup.tenant.id, key.grant, &ann())
        .await
        .expect("asked again");
    let events = setup.access.read_events(setup.tenant.id, 10).await.expect("read");
    let [revoked, created] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(
        (revoked.kind, revoked.grant),
        (AccessEventKind::KeyRevoked, Some(key.grant))
    );
    assert_eq!(revoked.by.as_ref().map(Person::name), Some("Bob"));
    assert_eq!(
        (created.kind, created.at),
        (AccessEventKind::KeyCreated, DateTime::UNIX_EPOCH)
    );
    assert_eq!(revoked.at, DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
}

#[test]
fn every_kind_of_event_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> = AccessEventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), AccessEventKind::ALL.len());
    assert!(names.iter().all(|name| name.contains('.')), "{names:?}");
}
