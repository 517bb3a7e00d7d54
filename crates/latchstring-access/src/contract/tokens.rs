//! Authorization codes, access tokens, refresh tokens: pointers to an app's grant, the one-time ones spent once.

use chrono::TimeDelta;
use latchstring_core::Scope;

use super::{
    Bearer,
    given::{Given, ann, hash},
};
use crate::{
    AUTHORIZATION_CODE_LIFETIME, FoundAuthorizationCode, FoundRefreshToken, FoundToken, GrantKind, IssuedToken,
    IssuedTokens, Plan, REFRESH_TOKEN_LIFETIME, Redemption, SecretHash, TenantEventKind,
};

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// Whether anything at all is known of these tokens.
async fn is_stored(given: &Given, tokens: &IssuedTokens) -> bool {
    let (access, refresh) = (tokens.access.secret.hash, tokens.refresh.secret.hash);
    let issued = given.store.find_issued(&[access, refresh]).await.expect("answered");
    let found = given.store.find_refresh_token(&[refresh]).await.expect("answered");
    issued.is_some() || found.is_some()
}

/// Tries to exchange the authorization code in vain: nothing is stored.
async fn is_refused_exchange(given: &Given, redemption: &Redemption) -> bool {
    let (id, tokens) = (
        given.authorization_code(redemption).await.token.id,
        given.tokens(redemption.grant),
    );
    let is_exchanged = given.store.exchange(id, &tokens).await.expect("answered");
    assert_eq!(
        is_stored(given, &tokens).await,
        is_exchanged,
        "the answer and the store disagree"
    );
    !is_exchanged
}

/// The same for rotating the refresh token.
async fn is_refused_rotation(given: &Given, old: &IssuedTokens) -> bool {
    let (id, tokens) = (given.refresh_token(old).await.token.id, given.tokens(old.grant));
    let is_rotated = given.store.rotate(id, &tokens, b"sealed").await.expect("answered");
    assert_eq!(
        is_stored(given, &tokens).await,
        is_rotated,
        "the answer and the store disagree"
    );
    !is_rotated
}

/// Looking up returns what the client must match, and how the code and its grant are.
pub async fn an_authorization_code_is_found_as_it_was_issued(given: Given) {
    let tenant = given.tenant("one").await;
    let (redemption, _) = (given.redeemed(&tenant).await, given.redeemed(&tenant).await);
    let issued_at = given.now();
    given.advance(TimeDelta::seconds(1));
    let hashes = [hash(), redemption.authorization_code.secret.hash];
    let found = given
        .store
        .find_authorization_code(&hashes)
        .await
        .expect("answered")
        .expect("known");
    let expected = FoundAuthorizationCode {
        token: FoundToken {
            id: found.token.id,
            grant: redemption.grant,
            tenant: tenant.id,
            connector: tenant.connector,
            scope: Scope::ReadWrite,
            client_id: redemption.app.client_id.clone(),
            stands: true,
            expires_at: issued_at + AUTHORIZATION_CODE_LIFETIME,
            spent_at: None,
            at: given.now(),
        },
        redirect_uri: redemption.redirect_uri.clone(),
        challenge: redemption.challenge,
    };
    assert_eq!(found, expected);
    assert_eq!(
        given.store.find_authorization_code(&[hash()]).await.expect("answered"),
        None
    );
    assert_eq!(given.store.find_authorization_code(&[]).await.expect("answered"), None);
}

/// An exchange gives tokens that work, and a second one gives nothing and changes nothing.
pub async fn an_authorization_code_is_exchanged_once(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let spent_at = given.now();
    assert!(given.opens(&app).await);
    given.advance(TimeDelta::seconds(1));
    assert!(is_refused_exchange(&given, &app.redemption).await);
    let found = given.authorization_code(&app.redemption).await.token;
    assert_eq!((found.spent_at, found.stands), (Some(spent_at), true));
    assert!(given.opens(&app).await, "the first tokens go on");
    let apps = given.store.list_apps(tenant.id).await.expect("listed");
    assert_eq!(apps[0].connected_at, Some(spent_at));
}

/// A microsecond before its minute is over it is exchanged; when that is over, it is not.
pub async fn an_authorization_code_is_exchanged_until_the_moment_it_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let (used, late) = (given.redeemed(&tenant).await, given.redeemed(&tenant).await);
    given.advance(AUTHORIZATION_CODE_LIFETIME - MICROSECOND);
    assert!(!is_refused_exchange(&given, &used).await);
    given.advance(MICROSECOND);
    assert!(is_refused_exchange(&given, &late).await);
    let found = given.authorization_code(&late).await.token;
    assert_eq!(
        (found.spent_at, found.expires_at, found.at),
        (None, given.now(), given.now())
    );
}

/// Expiry of an access token is exact, and its grant stands beyond it.
pub async fn an_access_token_works_until_the_moment_it_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    given.advance(app.tokens.access.expires_at - given.now() - MICROSECOND);
    assert!(given.opens(&app).await);
    given.advance(MICROSECOND);
    let hashes = [app.tokens.access.secret.hash];
    let found = given
        .store
        .find_bearer(GrantKind::App, &hashes)
        .await
        .expect("answered");
    assert_eq!(found, None);
    assert!(given.stands(tenant.id, app.grant()).await);
    let new = given.rotate(&app.tokens).await.expect("rotated");
    assert!(given.opens(Bearer::with(&app, &new)).await);
}

/// Rotation gives new tokens, keeps the answer for a client that asks twice, and happens once.
pub async fn a_refresh_token_is_rotated_once_and_keeps_the_sealed_answer(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let mut expected = FoundRefreshToken {
        token: FoundToken {
            id: given.refresh_token(&app.tokens).await.token.id,
            grant: app.grant(),
            tenant: tenant.id,
            connector: tenant.connector.clone(),
            scope: Scope::ReadWrite,
            client_id: app.redemption.app.client_id.clone(),
            stands: true,
            expires_at: given.now() + REFRESH_TOKEN_LIFETIME,
            spent_at: None,
            at: given.now(),
        },
        sealed: None,
        successor_is_spent: false,
    };
    assert_eq!(given.refresh_token(&app.tokens).await, expected);

    given.advance(TimeDelta::minutes(9));
    let new = given.tokens(app.grant());
    let sealed: Vec<u8> = (0..=255).collect();
    assert!(
        given
            .store
            .rotate(expected.token.id, &new, &sealed)
            .await
            .expect("answered")
    );
    assert!(given.opens(Bearer::with(&app, &new)).await);
    assert!(is_refused_rotation(&given, &app.tokens).await);
    expected.token.spent_at = Some(given.now());
    expected.token.at = given.now();
    expected.sealed = Some(sealed);
    assert_eq!(given.refresh_token(&app.tokens).await, expected);
    assert_eq!(given.store.find_refresh_token(&[hash()]).await.expect("answered"), None);
    assert_eq!(given.store.find_refresh_token(&[]).await.expect("answered"), None);
}

/// Expiry of a refresh token is exact.
pub async fn a_refresh_token_is_rotated_until_the_moment_it_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let (app, late) = (given.app(&tenant).await, given.app(&tenant).await);
    given.advance(REFRESH_TOKEN_LIFETIME - MICROSECOND);
    assert!(!is_refused_rotation(&given, &app.tokens).await);
    given.advance(MICROSECOND);
    assert!(is_refused_rotation(&given, &late.tokens).await);
    assert_eq!(given.refresh_token(&late.tokens).await.token.spent_at, None);
}

/// Whether the answer to a rotation was used: the token that came of it was itself rotated.
pub async fn a_spent_token_knows_whether_its_successor_is_spent(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let second = given.rotate(&app.tokens).await.expect("rotated");
    assert!(!given.refresh_token(&app.tokens).await.successor_is_spent);
    let third = given.rotate(&second).await.expect("rotated");
    assert!(given.refresh_token(&app.tokens).await.successor_is_spent);
    assert!(!given.refresh_token(&second).await.successor_is_spent);
    given.rotate(&third).await.expect("rotated");
    assert!(given.refresh_token(&app.tokens).await.successor_is_spent);
    assert!(given.refresh_token(&second).await.successor_is_spent);
}

/// A program in the middle of its work is not thrown out because another one refreshed.
pub async fn a_rotation_leaves_the_earlier_access_token_to_expire(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let new = given.rotate(&app.tokens).await.expect("rotated");
    assert!(given.opens(&app).await);
    assert!(given.opens(Bearer::with(&app, &new)).await);
    given.revoke(&app).await;
    assert!(!given.opens(&app).await);
    assert!(!given.opens(Bearer::with(&app, &new)).await);
}

/// Whatever is presented in the place of something else is unknown there.
pub async fn t02_a_token_of_one_kind_is_none_of_another(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, code, redemption) = (
        given.key(&tenant).await,
        given.code(&tenant).await,
        given.redeemed(&tenant).await,
    );
    let app = given.app(&tenant).await;
    let store = &given.store;
    let places = async |hash: SecretHash| -> [bool; 6] {
        let hashes = [hash];
        [
            store
                .find_bearer(GrantKind::Key, &hashes)
                .await
                .expect("answered")
                .is_some(),
            store
                .find_bearer(GrantKind::App, &hashes)
                .await
                .expect("answered")
                .is_some(),
            store.find_code(&hashes).await.expect("answered").is_some(),
            store
                .find_authorization_code(&hashes)
                .await
                .expect("answered")
                .is_some(),
            store.find_refresh_token(&hashes).await.expect("answered").is_some(),
            store.find_issued(&hashes).await.expect("answered").is_some(),
        ]
    };
    assert_eq!(places(key.secret.hash).await, [true, false, false, false, false, false]);
    assert_eq!(
        places(code.secret.hash).await,
        [false, false, true, false, false, false]
    );
    let authorization_code = redemption.authorization_code.secret.hash;
    assert_eq!(
        places(authorization_code).await,
        [false, false, false, true, false, false]
    );
    assert_eq!(
        places(app.tokens.access.secret.hash).await,
        [false, true, false, false, false, true]
    );
    assert_eq!(
        places(app.tokens.refresh.secret.hash).await,
        [false, false, false, false, true, true]
    );
}

/// A refresh token is not exchanged and an authorization code is not rotated, though the store knows their rows.
pub async fn a_token_is_spent_only_as_what_it_is(given: Given) {
    let tenant = given.tenant("one").await;
    let (redemption, app) = (given.redeemed(&tenant).await, given.app(&tenant).await);
    let code = given.authorization_code(&redemption).await.token.id;
    let refresh = given.refresh_token(&app.tokens).await.token.id;
    let (first, second) = (given.tokens(redemption.grant), given.tokens(app.grant()));
    assert!(!given.store.rotate(code, &first, b"sealed").await.expect("answered"));
    assert!(!given.store.exchange(refresh, &second).await.expect("answered"));
    assert!(!is_stored(&given, &first).await && !is_stored(&given, &second).await);
    assert!(given.exchange(&redemption).await.is_some());
    assert!(given.rotate(&app.tokens).await.is_some());
}

/// Whoever revokes an app before it fetched its tokens keeps it from ever getting any.
pub async fn v02_nothing_is_exchanged_under_a_revoked_grant(given: Given) {
    let tenant = given.tenant("one").await;
    let redemption = given.redeemed(&tenant).await;
    let revocation = given.revocation();
    let revoked = given
        .store
        .revoke(GrantKind::App, tenant.id, redemption.grant, &revocation)
        .await;
    revoked.expect("revoked");
    assert!(is_refused_exchange(&given, &redemption).await);
    let found = given.authorization_code(&redemption).await.token;
    assert_eq!((found.stands, found.spent_at), (false, None));
}

/// The same for an app that asks for its next tokens.
pub async fn v02_nothing_is_rotated_under_a_revoked_grant(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    given.revoke(&app).await;
    assert!(is_refused_rotation(&given, &app.tokens).await);
    let found = given.refresh_token(&app.tokens).await;
    assert_eq!(
        (found.token.stands, found.token.spent_at, found.sealed),
        (false, None, None)
    );
}

/// Tokens die with an uninstalled tenant, and mind neither a pause nor a lapse: an app that cannot refresh meanwhile would
/// have to be connected again.
pub async fn tokens_follow_their_tenant(given: Given) {
    let tenant = given.tenant("one").await;
    let (redemption, app) = (given.redeemed(&tenant).await, given.app(&tenant).await);
    given.happens(&tenant, TenantEventKind::Paused { by: ann() }).await;
    given.happens(&tenant, TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let second = given.rotate(&app.tokens).await.expect("rotated");
    assert!(given.authorization_code(&redemption).await.token.stands);
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    given.is_installed(&tenant).await;
    assert!(is_refused_exchange(&given, &redemption).await);
    assert!(is_refused_rotation(&given, &second).await);
    assert!(!given.refresh_token(&second).await.token.stands);
}

/// Whoever gives a token back (RFC 7009) is told apart by client, also when the token was spent or its grant was
/// revoked. An expired token says nothing any more: old ones lie around in logs.
pub async fn the_grant_of_an_issued_token_is_told_until_the_token_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let second = given.rotate(&app.tokens).await.expect("rotated");
    let expected = Some((tenant.id, app.grant(), app.redemption.app.client_id.clone()));
    let told = async |token: &IssuedToken| {
        let issued = given.store.find_issued(&[hash(), token.secret.hash]).await;
        issued.expect("answered")
    };
    let all = [&app.tokens.access, &app.tokens.refresh, &second.access, &second.refresh];
    for token in all {
        assert_eq!(told(token).await, expected);
    }
    given.revoke(&app).await;
    for token in all {
        assert_eq!(told(token).await, expected);
    }
    given.advance(TimeDelta::minutes(10) - MICROSECOND);
    assert_eq!(told(&second.access).await, expected);
    given.advance(MICROSECOND);
    assert_eq!(
        (told(&second.access).await, told(&second.refresh).await),
        (None, expected.clone())
    );
    given.advance(REFRESH_TOKEN_LIFETIME - TimeDelta::minutes(10) - MICROSECOND);
    assert_eq!(told(&app.tokens.refresh).await, expected);
    given.advance(MICROSECOND);
    assert_eq!(told(&app.tokens.refresh).await, None);
    assert_eq!(given.store.find_issued(&[hash()]).await.expect("answered"), None);
    assert_eq!(given.store.find_issued(&[]).await.expect("answered"), None);
}
