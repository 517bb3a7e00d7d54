//! Connected apps: what they may do, how they list, whom they belong to.

use chrono::TimeDelta;
use latchstring_core::{GrantId, Holder, Scope};

use super::{
    App,
    given::{Given, ann, bob, hash},
};
use crate::{
    AUTHORIZATION_CODE_LIFETIME, AppSummary, Challenge, GrantKind, Person, Redeemed, Revocation, StoreError, Tenant,
};

async fn list(given: &Given, tenant: &Tenant) -> Vec<AppSummary> {
    given.store.list_apps(tenant.id).await.expect("listed")
}

/// The list tells who the app is, who let it in, and when it fetched its first tokens.
pub async fn an_app_lists_as_it_was_connected(given: Given) {
    let tenant = given.tenant("one").await;
    let mut code = given.issued_code(&tenant);
    code.asked.created_by = bob();
    given.store.create_code(&code).await.expect("created");
    given.advance(TimeDelta::seconds(30));
    let redemption = given.redeem(&code).await.expect("redeemed");
    let mut expected = AppSummary {
        grant: redemption.grant,
        tenant: tenant.id,
        scope: Scope::ReadWrite,
        app: redemption.app.clone(),
        granted_by: bob(),
        granted_at: given.now(),
        connected_at: None,
        last_used_at: None,
        revoked: None,
    };
    assert_eq!(list(&given, &tenant).await, std::slice::from_ref(&expected));

    given.advance(TimeDelta::seconds(5));
    expected.connected_at = Some(given.now());
    let tokens = given.exchange(&redemption).await.expect("exchanged");
    assert_eq!(list(&given, &tenant).await, std::slice::from_ref(&expected));

    given.advance(TimeDelta::days(1));
    given.rotate(&tokens).await.expect("rotated");
    let revocation = Revocation {
        at: given.now(),
        by: Person::new("app", "Claude"),
    };
    let revoked = given
        .store
        .revoke(GrantKind::App, tenant.id, redemption.grant, &revocation);
    revoked.await.expect("revoked");
    expected.revoked = Some(revocation);
    assert_eq!(list(&given, &tenant).await, [expected]);
}

/// Looking up an access token returns the app's grant and who holds it.
pub async fn an_app_is_known_by_its_access_token(given: Given) {
    let tenant = given.tenant("one").await;
    let (app, _) = (given.app(&tenant).await, given.app(&tenant).await);
    given.advance(TimeDelta::seconds(1));
    let hashes = [hash(), app.tokens.access.secret.hash];
    let found = given
        .store
        .find_bearer(GrantKind::App, &hashes)
        .await
        .expect("answered");
    let found = found.expect("found");
    assert_eq!((found.grant, found.tenant), (app.grant(), tenant.id));
    assert_eq!((found.connector, found.scope), (tenant.connector, Scope::ReadWrite));
    let holder = Holder::App {
        name: "Claude".into(),
        host: Some("claude.ai".into()),
    };
    assert_eq!((found.holder, found.at), (holder, given.now()));
    let none = given
        .store
        .find_bearer(GrantKind::App, &[hash()])
        .await
        .expect("answered");
    assert_eq!(none, None);
    assert_eq!(
        given.store.find_bearer(GrantKind::App, &[]).await.expect("answered"),
        None
    );
}

/// An app whose authorization code ran out, or that was revoked before it used it, never was connected.
pub async fn an_app_that_never_fetched_its_tokens_is_listed_while_it_can(given: Given) {
    let tenant = given.tenant("one").await;
    let redemption = given.redeemed(&tenant).await;
    given.advance(AUTHORIZATION_CODE_LIFETIME - TimeDelta::microseconds(1));
    assert_eq!(list(&given, &tenant).await.len(), 1);
    given.advance(TimeDelta::microseconds(1));
    assert_eq!(list(&given, &tenant).await, []);
    assert!(given.exchange(&redemption).await.is_none());

    let revoked = given.redeemed(&tenant).await;
    assert_eq!(list(&given, &tenant).await.len(), 1);
    let revocation = given.revocation();
    let outcome = given
        .store
        .revoke(GrantKind::App, tenant.id, revoked.grant, &revocation)
        .await;
    outcome.expect("revoked");
    assert_eq!(list(&given, &tenant).await, []);
}

/// The code decides what the app may do, whatever the app would like.
pub async fn c06_an_app_may_do_exactly_what_the_code_allows(given: Given) {
    let tenant = given.tenant("one").await;
    for scope in [Scope::Read, Scope::ReadWrite] {
        let mut code = given.issued_code(&tenant);
        code.asked.scope = scope;
        given.store.create_code(&code).await.expect("created");
        let redemption = given.redemption(&code);
        let redeemed = given.store.redeem(&redemption).await.expect("answered");
        assert_eq!(
            redeemed,
            Some(Redeemed {
                tenant: tenant.id,
                scope
            })
        );
        let tokens = given.exchange(&redemption).await.expect("exchanged");
        let hashes = [tokens.access.secret.hash];
        let found = given
            .store
            .find_bearer(GrantKind::App, &hashes)
            .await
            .expect("answered");
        assert_eq!(found.expect("found").scope, scope);
        assert_eq!(given.refresh_token(&tokens).await.token.scope, scope);
    }
}

/// Keys are no apps and apps are no keys, in lists and in look-ups.
pub async fn apps_and_keys_do_not_mix(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, app) = (given.key(&tenant).await, given.app(&tenant).await);
    let keys = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(keys.iter().map(|listed| listed.grant).collect::<Vec<_>>(), [key.grant]);
    let apps = list(&given, &tenant).await;
    assert_eq!(
        apps.iter().map(|listed| listed.grant).collect::<Vec<_>>(),
        [app.grant()]
    );
    for (kind, hash) in [
        (GrantKind::App, key.secret.hash),
        (GrantKind::Key, app.tokens.access.secret.hash),
    ] {
        assert_eq!(given.store.find_bearer(kind, &[hash]).await.expect("answered"), None);
    }
}

/// To another tenant an app does not exist.
pub async fn another_tenant_can_neither_see_nor_revoke_an_app(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let app = given.app(&one).await;
    let revocation = given.revocation();
    for (tenant, grant) in [(two.id, app.grant()), (one.id, GrantId::new(given.now()))] {
        let refused = given.store.revoke(GrantKind::App, tenant, grant, &revocation).await;
        assert!(
            matches!(refused, Err(StoreError::NotFound(id)) if id == grant),
            "{refused:?}"
        );
    }
    assert_eq!(list(&given, &two).await, []);
    assert!(!given.stands(two.id, app.grant()).await);
    assert!(given.opens(&app).await);
}

/// However many apps were revoked, the live ones are on top, each part newest first.
pub async fn live_apps_list_before_revoked_ones(given: Given) {
    let tenant = given.tenant("one").await;
    let mut apps = Vec::new();
    for _ in 0..4 {
        given.advance(TimeDelta::seconds(1));
        apps.push(given.app(&tenant).await);
    }
    given.revoke(&apps[0]).await;
    given.revoke(&apps[3]).await;
    let listed: Vec<GrantId> = list(&given, &tenant).await.into_iter().map(|app| app.grant).collect();
    assert_eq!(listed, [2, 1, 3, 0].map(|number: usize| apps[number].grant()));
}

/// A name that nobody vouches for stays so, in the list and for whoever reads the records.
pub async fn an_unvouched_app_has_no_host(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    let mut redemption = given.redemption(&code);
    redemption.app.host = None;
    redemption.app.name = "Claude \u{1F680}".into();
    redemption.challenge = Challenge::from_bytes([0; 32]);
    given
        .store
        .redeem(&redemption)
        .await
        .expect("answered")
        .expect("redeemed");
    let tokens = given.exchange(&redemption).await.expect("exchanged");
    let app = App {
        tenant: tenant.id,
        redemption,
        tokens,
    };
    assert!(given.opens(&app).await);
    let listed = list(&given, &tenant).await;
    assert_eq!((&listed[0].app, &listed[0].granted_by), (&app.redemption.app, &ann()));
    let hashes = [app.tokens.access.secret.hash];
    let found = given
        .store
        .find_bearer(GrantKind::App, &hashes)
        .await
        .expect("answered");
    let holder = Holder::App {
        name: "Claude \u{1F680}".into(),
        host: None,
    };
    assert_eq!(found.expect("found").holder, holder);
}
