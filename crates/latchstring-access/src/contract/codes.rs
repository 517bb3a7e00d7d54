//! Connection codes: made, found, spent once, dead with what they were made under.

use chrono::TimeDelta;
use latchstring_core::{CodeId, Scope, TenantId};

use super::given::{Given, ann, bob, hash};
use crate::{
    CODE_LIFETIME, CodeState, FoundCode, IssuedCode, MAX_LIVE_APPS, MAX_LIVE_CODES, Plan, Redeemed, Revocation,
    StoreError, Tenant, TenantEventKind,
};

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

async fn find(given: &Given, code: &IssuedCode) -> Option<FoundCode> {
    given.store.find_code(&[code.secret.hash]).await.expect("answered")
}

/// What has become of each code of the tenant, newest first.
async fn states(given: &Given, tenant: &Tenant) -> Vec<CodeState> {
    let codes = given.store.list_codes(tenant.id).await.expect("listed");
    codes.into_iter().map(|code| code.state).collect()
}

async fn cancel(given: &Given, code: &IssuedCode) -> bool {
    let cancellation = given.revocation();
    let cancelled = given.store.cancel_code(code.asked.tenant, code.id, &cancellation).await;
    cancelled.expect("answered")
}

/// Neither found nor spent, and nothing comes of trying.
async fn is_dead(given: &Given, code: &IssuedCode) -> bool {
    let apps = given.store.list_apps(code.asked.tenant).await.expect("listed");
    let is_dead = find(given, code).await.is_none();
    assert_eq!(given.redeem(code).await.is_none(), is_dead, "the look-up disagrees");
    if is_dead {
        let after = given.store.list_apps(code.asked.tenant).await.expect("listed");
        assert_eq!(after, apps, "a dead code made an app");
    }
    is_dead
}

/// Looking up returns the live code whose hash is among those asked for, with what is shown before it is spent.
pub async fn a_live_code_is_found_by_its_hash_and_by_no_other(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    given.code(&tenant).await;
    let found = given
        .store
        .find_code(&[hash(), code.secret.hash])
        .await
        .expect("answered");
    let expected = FoundCode {
        id: code.id,
        tenant: tenant.id,
        tenant_name: tenant.name,
        connector: tenant.connector,
        scope: Scope::ReadWrite,
        plan: Plan::Active,
    };
    assert_eq!(found, Some(expected));
    assert_eq!(given.store.find_code(&[hash()]).await.expect("answered"), None);
    assert_eq!(given.store.find_code(&[]).await.expect("answered"), None);
}

/// The list tells all that was stored, and what creation returned.
pub async fn a_code_lists_as_it_was_created(given: Given) {
    let tenant = given.tenant("one").await;
    let mut code = given.issued_code(&tenant);
    code.asked.scope = Scope::Read;
    let created = given.store.create_code(&code).await.expect("created");
    let listed = given.store.list_codes(tenant.id).await.expect("listed");
    assert_eq!(listed, std::slice::from_ref(&created));
    assert_eq!(
        (created.id, created.tenant, created.scope),
        (code.id, tenant.id, Scope::Read)
    );
    assert_eq!((created.created_by, created.created_at), (ann(), given.now()));
    assert_eq!(
        (created.expires_at, created.state),
        (given.now() + CODE_LIFETIME, CodeState::Live)
    );
}

/// The list says of each code what has become of it.
pub async fn codes_list_newest_first_and_tell_what_became_of_them(given: Given) {
    let tenant = given.tenant("one").await;
    given.code(&tenant).await;
    given.advance(CODE_LIFETIME);
    let redeemed = given.redeemed(&tenant).await;
    given.advance(TimeDelta::seconds(1));
    let cancelled = given.code(&tenant).await;
    cancel(&given, &cancelled).await;
    let cancellation = given.revocation();
    given.advance(TimeDelta::seconds(1));
    given.code(&tenant).await;
    let expected = [
        CodeState::Live,
        CodeState::Cancelled(cancellation),
        CodeState::Redeemed {
            at: redeemed.at,
            grant: redeemed.grant,
        },
        CodeState::Expired,
    ];
    assert_eq!(states(&given, &tenant).await, expected);
    given.advance(CODE_LIFETIME);
    let later = states(&given, &tenant).await;
    assert_eq!(
        (&later[0], &later[1..]),
        (&CodeState::Expired, &expected[1..]),
        "an end is final"
    );
}

/// A tenant with as many connected apps as it may have gets no code for another, until one is revoked.
pub async fn a_tenant_has_fifty_connected_apps_at_most(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    given.key(&one).await;
    let mut apps = Vec::new();
    for _ in 0..MAX_LIVE_APPS - 1 {
        apps.push(given.app(&one).await);
    }
    // Nobody fetched its tokens, so it is not connected.
    given.redeemed(&one).await;
    apps.push(given.app(&one).await);
    let refused = given.store.create_code(&given.issued_code(&one)).await;
    assert!(matches!(refused, Err(StoreError::TooManyApps)), "{refused:?}");
    given.code(&two).await;
    given.revoke(&apps[0]).await;
    given.code(&one).await;
}

/// Redemption answers with the tenant and the scope, and the second one gets nothing.
pub async fn a_code_is_redeemed_once(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    let redemption = given.redemption(&code);
    let redeemed = given.store.redeem(&redemption).await.expect("answered");
    let expected = Redeemed {
        tenant: tenant.id,
        scope: Scope::ReadWrite,
    };
    assert_eq!(redeemed, Some(expected));
    assert!(given.stands(tenant.id, redemption.grant).await);
    assert!(is_dead(&given, &code).await);
    assert!(!cancel(&given, &code).await, "what was redeemed is not cancelled");
    assert!(given.stands(tenant.id, redemption.grant).await);
    let unknown = IssuedCode {
        id: CodeId::new(given.now()),
        ..code
    };
    assert!(given.redeem(&unknown).await.is_none());
}

/// A cancelled code stays cancelled by whoever was first.
pub async fn a_cancelled_code_is_dead(given: Given) {
    let tenant = given.tenant("one").await;
    let (code, other) = (given.code(&tenant).await, given.code(&tenant).await);
    let first = given.revocation();
    assert!(cancel(&given, &code).await);
    assert!(is_dead(&given, &code).await);
    given.advance(TimeDelta::seconds(1));
    assert!(!cancel(&given, &code).await);
    assert!(states(&given, &tenant).await.contains(&CodeState::Cancelled(first)));
    assert!(!is_dead(&given, &other).await, "the other code is untouched");
    let expired = given.code(&tenant).await;
    given.advance(CODE_LIFETIME);
    assert!(!cancel(&given, &expired).await);
}

/// To another tenant a code does not exist.
pub async fn another_tenant_can_neither_see_nor_cancel_a_code(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let code = given.code(&one).await;
    for (tenant, id) in [(two.id, code.id), (one.id, CodeId::new(given.now()))] {
        let refused = given.store.cancel_code(tenant, id, &given.revocation()).await;
        assert!(
            matches!(refused, Err(StoreError::CodeNotFound(named)) if named == id),
            "{refused:?}"
        );
    }
    assert!(given.store.list_codes(two.id).await.expect("listed").is_empty());
    assert!(find(&given, &code).await.is_some());
}

/// No code for a tenant that is unknown or not served.
pub async fn only_an_active_tenant_gets_codes(given: Given) {
    let tenant = given.tenant("one").await;
    let tenant = given.happens(&tenant, TenantEventKind::Uninstalled).await;
    let refused = given.store.create_code(&given.issued_code(&tenant)).await;
    assert!(
        matches!(refused, Err(StoreError::TenantUnknown(id)) if id == tenant.id),
        "{refused:?}"
    );
    let stranger = Tenant {
        id: TenantId::new(given.now()),
        ..tenant
    };
    let refused = given.store.create_code(&given.issued_code(&stranger)).await;
    assert!(matches!(refused, Err(StoreError::TenantUnknown(_))), "{refused:?}");
}

/// The limit counts live codes of this tenant only: whatever has come to its end makes room.
pub async fn a_tenant_has_three_live_codes_at_most(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let is_full = async || {
        let refused = given.store.create_code(&given.issued_code(&one)).await;
        matches!(refused, Err(StoreError::TooManyCodes))
    };
    let mut codes = Vec::new();
    for _ in 0..MAX_LIVE_CODES {
        codes.push(given.code(&one).await);
    }
    assert!(is_full().await);
    given.code(&two).await;

    assert!(cancel(&given, &codes[0]).await);
    given.code(&one).await;
    assert!(is_full().await);
    assert!(given.redeem(&codes[1]).await.is_some());
    given.code(&one).await;
    assert!(is_full().await);
    given.advance(CODE_LIFETIME);
    given.code(&one).await;
    given.code(&one).await;
    given.code(&one).await;
    assert!(is_full().await);
    given.happens(&one, TenantEventKind::Uninstalled).await;
    given.is_installed(&one).await;
    given.code(&one).await;
}

/// A microsecond before ten minutes are over a code is live; when they are over, it is not.
pub async fn c02_a_code_is_live_until_the_last_microsecond(given: Given) {
    let tenant = given.tenant("one").await;
    let (used, late) = (given.code(&tenant).await, given.code(&tenant).await);
    given.advance(CODE_LIFETIME - MICROSECOND);
    assert_eq!(states(&given, &tenant).await, [CodeState::Live, CodeState::Live]);
    assert!(!is_dead(&given, &used).await);
    assert!(find(&given, &late).await.is_some());
    given.advance(MICROSECOND);
    assert!(is_dead(&given, &late).await);
    assert!(states(&given, &tenant).await.contains(&CodeState::Expired));
}

/// To whoever types it, a code that is unknown, used, cancelled or expired is the same: not there.
pub async fn c03_whatever_is_not_live_is_not_found(given: Given) {
    let tenant = given.tenant("one").await;
    let (used, cancelled, expired) = (
        given.code(&tenant).await,
        given.code(&tenant).await,
        given.code(&tenant).await,
    );
    given.redeem(&used).await.expect("redeemed");
    cancel(&given, &cancelled).await;
    given.advance(CODE_LIFETIME);
    let unknown = given.issued_code(&tenant);
    for code in [&used, &cancelled, &expired, &unknown] {
        assert!(is_dead(&given, code).await);
    }
}

/// An app that asked for one tenant's connector does not spend another's code, and leaves it live.
pub async fn c05_a_code_is_not_spent_on_another_tenants_connector(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let code = given.code(&one).await;
    let mut redemption = given.redemption(&code);
    redemption.connector = Some(two.connector);
    assert_eq!(given.store.redeem(&redemption).await.expect("answered"), None);
    assert!(!given.stands(one.id, redemption.grant).await && !given.stands(two.id, redemption.grant).await);
    assert_eq!(states(&given, &one).await, [CodeState::Live], "it was not consumed");
    redemption.connector = Some(one.connector);
    assert!(given.store.redeem(&redemption).await.expect("answered").is_some());
}

/// A code of an earlier installation is dead for good.
pub async fn c07_a_code_dies_with_its_installation(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    assert!(is_dead(&given, &code).await);
    given.is_installed(&tenant).await;
    assert!(is_dead(&given, &code).await);
    assert_eq!(states(&given, &tenant).await, [CodeState::Expired]);
    assert!(!cancel(&given, &code).await);
}

/// Where a plan is needed, a lapse keeps a code from being spent without spending it.
pub async fn c07_a_code_waits_for_the_plan(given: Given) {
    let tenant = given.tenant("one").await;
    let (code, free) = (given.code(&tenant).await, given.code(&tenant).await);
    given.happens(&tenant, TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let mut redemption = given.redemption(&code);
    assert_eq!(given.store.redeem(&redemption).await.expect("answered"), None);
    let found = find(&given, &code).await.expect("it was not consumed");
    assert_eq!(found.plan, Plan::Lapsed);

    let mut unpaid = given.redemption(&free);
    unpaid.needs_plan = false;
    let redeemed = given.store.redeem(&unpaid).await.expect("answered");
    assert!(redeemed.is_some(), "no plan is needed");

    given.happens(&tenant, TenantEventKind::PlanChanged(Plan::Active)).await;
    redemption.at = given.now();
    assert!(given.store.redeem(&redemption).await.expect("answered").is_some());
}

/// A pause is about calls: a code works meanwhile, and what it lets in is paused like the rest.
pub async fn c07_a_pause_neither_ends_a_code_nor_is_ended_by_one(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    given.happens(&tenant, TenantEventKind::Paused { by: bob() }).await;
    let redemption = given.redeem(&code).await.expect("redeemed");
    given.code(&tenant).await;
    let standing = given
        .store
        .standing(tenant.id, redemption.grant)
        .await
        .expect("answered");
    assert!(standing.expect("stands").is_paused);
}

/// The live codes of whoever may no longer speak for the tenant are cancelled; others' are not.
pub async fn c07_a_code_dies_when_its_creator_is_removed(given: Given) {
    let (tenant, other) = (given.tenant("one").await, given.tenant("two").await);
    let used = given.redeemed(&tenant).await;
    given.advance(TimeDelta::seconds(1));
    let (code, elsewhere) = (given.code(&tenant).await, given.code(&other).await);
    given.advance(TimeDelta::seconds(1));
    let mut bobs = given.issued_code(&tenant);
    bobs.asked.created_by = bob();
    given.store.create_code(&bobs).await.expect("created");
    let removal = TenantEventKind::PersonRemoved {
        sub: ann().sub().to_owned(),
        by: bob(),
    };
    given.happens(&tenant, removal).await;
    assert!(is_dead(&given, &code).await);
    let cancelled = CodeState::Cancelled(Revocation {
        at: given.now(),
        by: bob(),
    });
    assert_eq!(states(&given, &tenant).await[..2], [CodeState::Live, cancelled]);
    assert!(!is_dead(&given, &bobs).await, "another person's code is untouched");
    assert!(!is_dead(&given, &elsewhere).await, "another tenant's code is untouched");
    assert!(
        given.stands(tenant.id, used.grant).await,
        "what was connected before goes on"
    );
}
