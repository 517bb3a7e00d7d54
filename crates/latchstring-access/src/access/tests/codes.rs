//! Connection codes.

use super::*;
use crate::{CODE_LIFETIME, CodeState, CreateCodeError, MAX_LIVE_CODES};

#[tokio::test]
async fn a_code_is_found_however_it_is_typed_and_names_what_it_opens() {
    let setup = setup().await;
    let (code, summary) = setup
        .access
        .create_code(&setup.tenant, Scope::ReadWrite, ann())
        .await
        .expect("made");
    let found = setup
        .access
        .find_code(&format!(" {} ", code.expose().to_lowercase()))
        .await;
    let found = found.expect("asked").expect("live");
    assert_eq!(
        (found.id, found.tenant, found.scope),
        (summary.id, setup.tenant.id, Scope::ReadWrite)
    );
    assert_eq!(
        (found.tenant_name.as_str(), &found.connector),
        ("Shop", &setup.tenant.connector)
    );
    assert_eq!(summary.state, CodeState::Live);
    assert_eq!(summary.expires_at - summary.created_at, CODE_LIFETIME);
    assert_eq!(setup.events().await, [AccessEventKind::CodeCreated]);
}

#[tokio::test]
async fn c02_a_code_is_over_after_ten_minutes() {
    let setup = setup().await;
    let (code, _) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    setup.clock.advance(CODE_LIFETIME - TimeDelta::microseconds(1));
    assert!(setup.access.find_code(code.expose()).await.expect("asked").is_some());
    setup.clock.advance(TimeDelta::microseconds(1));
    assert!(setup.access.find_code(code.expose()).await.expect("asked").is_none());
    let listed = setup.access.list_codes(setup.tenant.id).await.expect("listed");
    assert_eq!(listed[0].state, CodeState::Expired);
}

#[tokio::test]
async fn junk_never_reaches_the_store() {
    let setup = setup().await;
    setup.store.cut_off(true);
    for junk in ["", "hello", "7KQ2-M0ZX-94TB-HJ3E-D8W", "asmk_0123456789"] {
        assert!(
            setup.access.find_code(junk).await.expect("not asked").is_none(),
            "{junk}"
        );
    }
    assert!(setup.access.find_code("7KQ2-M0ZX-94TB-HJ3E-D8WP").await.is_err());
}

#[tokio::test]
async fn a_cancelled_code_is_dead_and_says_by_whom() {
    let setup = setup().await;
    let (code, summary) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    let bob = Person::new("user-2", "Bob");
    let cancel = || setup.access.cancel_code(setup.tenant.id, summary.id, &bob);
    assert!(cancel().await.expect("asked"));
    assert!(!cancel().await.expect("asked"), "only once");
    assert!(setup.access.find_code(code.expose()).await.expect("asked").is_none());
    let listed = setup.access.list_codes(setup.tenant.id).await.expect("listed");
    assert!(matches!(&listed[0].state, CodeState::Cancelled(by) if by.by.name() == "Bob"));
    assert_eq!(
        setup.events().await,
        [AccessEventKind::CodeCancelled, AccessEventKind::CodeCreated]
    );
}

#[tokio::test]
async fn c07_without_a_plan_no_code_is_made_or_taken() {
    let mut setup = setup().await;
    let (code, _) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    let approval = setup.approval(Scope::Read).await;
    setup.plan(Plan::Lapsed).await;
    assert!(setup.access.find_code(code.expose()).await.expect("asked").is_none());
    assert!(setup.access.approve(approval).await.expect("asked").is_none());
    setup.tenant.plan = Plan::Lapsed;
    let refused = setup.access.create_code(&setup.tenant, Scope::Read, ann()).await;
    assert!(matches!(refused, Err(CreateCodeError::PlanLapsed)));
    setup.plan(Plan::Active).await;
    assert!(setup.access.find_code(code.expose()).await.expect("asked").is_some());
}

#[tokio::test]
async fn a_product_without_a_plan_rule_minds_no_lapse() {
    let mut setup = setup_with(PlanRule::Free).await;
    setup.plan(Plan::Lapsed).await;
    setup.tenant.plan = Plan::Lapsed;
    let tokens = setup.connect(Scope::Read).await;
    let grant = setup.app(&tokens).await.expect("recognised");
    assert!(setup.access.check(&grant).await.is_ok());
}

#[tokio::test]
async fn three_codes_may_be_live() {
    let setup = setup().await;
    for _ in 0..MAX_LIVE_CODES {
        setup
            .access
            .create_code(&setup.tenant, Scope::Read, ann())
            .await
            .expect("made");
    }
    let refused = setup.access.create_code(&setup.tenant, Scope::Read, ann()).await;
    assert!(matches!(refused, Err(CreateCodeError::Store(StoreError::TooManyCodes))));
}
