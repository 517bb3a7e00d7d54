//! What many try at once succeeds once, and what shuts a grant leaves nothing open behind it.
//!
//! Each race is run for real: tasks on several threads, none of which begins before all are there.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use latchstring_core::GrantId;

use super::{
    at_once::{Runner, at_once},
    given::{Given, done, text},
};
use crate::{
    Applied, CodeState, GrantKind, IssuedTokens, MAX_LIVE_CODES, MAX_LIVE_KEYS, StoreError, Tenant, TenantEventKind,
    TenantStatus,
};

/// However many redeem a code, one gets a grant, and that is the only one there is.
pub async fn c01_two_hundred_redemptions_of_one_code_give_one_grant(given: Given) {
    let tenant = given.tenant("one").await;
    let code = given.code(&tenant).await;
    let attempts = at_once((0..200).map(|_| {
        let (given, redemption) = (given.clone(), given.redemption(&code));
        async move {
            let redeemed = given.store.redeem(&redemption).await.expect("answered");
            (redemption, redeemed.is_some())
        }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = attempts.into_iter().partition(|(_, is_redeemed)| *is_redeemed);
    assert_eq!((won.len(), lost.len()), (1, 199));
    let apps = given.store.list_apps(tenant.id).await.expect("listed");
    let grants: Vec<GrantId> = apps.iter().map(|app| app.grant).collect();
    assert_eq!(grants, [won[0].0.grant]);
    let lost: Vec<GrantId> = lost.iter().map(|(redemption, _)| redemption.grant).collect();
    assert_eq!(given.store.standing_among(&lost).await.expect("answered"), []);
    assert!(given.exchange(&won[0].0).await.is_some());
}

/// The tokens of the one that won are there, the others' are not.
async fn only_one_won(given: &Given, tokens: &[(IssuedTokens, bool)]) {
    let won = tokens.iter().filter(|(_, has_won)| *has_won).count();
    assert_eq!(won, 1, "of {}", tokens.len());
    for (tokens, has_won) in tokens {
        for token in [&tokens.access, &tokens.refresh] {
            let issued = given.store.find_issued(&[token.secret.hash]).await.expect("answered");
            assert_eq!(issued.is_some(), *has_won);
        }
    }
}

/// However many exchange an authorization code, one gets tokens.
pub async fn o02_of_a_hundred_exchanges_one_wins(given: Given) {
    let tenant = given.tenant("one").await;
    let redemption = given.redeemed(&tenant).await;
    let code = given.authorization_code(&redemption).await.token.id;
    let attempts = at_once((0..100).map(|_| {
        let (given, tokens) = (given.clone(), given.tokens(redemption.grant));
        async move {
            let has_won = given.store.exchange(code, &tokens).await.expect("answered");
            (tokens, has_won)
        }
    }))
    .await;
    only_one_won(&given, &attempts).await;
}

/// However many rotate a refresh token, one does, and what the others are told is its answer.
pub async fn t07_of_fifty_rotations_one_wins(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let token = given.refresh_token(&app.tokens).await.token.id;
    let attempts = at_once((0..50).map(|_| {
        let (given, tokens) = (given.clone(), given.tokens(app.grant()));
        async move {
            let answer = tokens.refresh.secret.hash.as_bytes();
            let has_won = given.store.rotate(token, &tokens, answer).await.expect("answered");
            (tokens, has_won)
        }
    }))
    .await;
    only_one_won(&given, &attempts).await;
    let (won, _) = attempts.iter().find(|(_, has_won)| *has_won).expect("counted above");
    let sealed = given.refresh_token(&app.tokens).await.sealed;
    assert_eq!(sealed.as_deref(), Some(won.refresh.secret.hash.as_bytes().as_slice()));
    assert!(given.rotate(won).await.is_some(), "the branch that lives goes on");
}

/// An assertion that is replayed while it is first used is noticed.
pub async fn r09_of_fifty_uses_of_an_assertion_one_is_the_first(given: Given) {
    let (client, assertion) = (text(), text());
    let expires_at = given.now() + TimeDelta::minutes(5);
    let attempts = at_once((0..50).map(|_| {
        let (given, client, assertion) = (given.clone(), client.clone(), assertion.clone());
        async move {
            let is_first = given.store.use_assertion(&client, &assertion, expires_at).await;
            is_first.expect("answered")
        }
    }))
    .await;
    assert_eq!(attempts.into_iter().filter(|is_first| *is_first).count(), 1);
}

/// Either the code was cancelled and there is no app, or it was redeemed and the cancellation says so.
pub async fn a_code_is_cancelled_or_redeemed_and_never_both(given: Given) {
    let tenant = given.tenant("one").await;
    for _ in 0..8 {
        let code = given.code(&tenant).await;
        let redemption = given.redemption(&code);
        let redeem: Runner<bool> = {
            let (store, redemption) = (Arc::clone(&given.store), redemption.clone());
            Box::pin(async move { store.redeem(&redemption).await.expect("answered").is_some() })
        };
        let cancel: Runner<bool> = {
            let (store, tenant, id, cancellation) = (Arc::clone(&given.store), tenant.id, code.id, given.revocation());
            Box::pin(async move { store.cancel_code(tenant, id, &cancellation).await.expect("answered") })
        };
        let ends = at_once([redeem, cancel]).await;
        assert_eq!(ends.into_iter().filter(|has_ended_it| *has_ended_it).count(), 1);
        let codes = given.store.list_codes(tenant.id).await.expect("listed");
        let listed = codes.into_iter().find(|listed| listed.id == code.id).expect("listed");
        let is_redeemed = matches!(listed.state, CodeState::Redeemed { grant, .. } if grant == redemption.grant);
        assert_eq!(given.stands(tenant.id, redemption.grant).await, is_redeemed);
        assert_eq!(matches!(listed.state, CodeState::Cancelled(_)), !is_redeemed);
    }
}

/// Whichever comes first, once a revocation has returned no token works, and none that is written later does.
pub async fn v02_tokens_written_beside_a_revocation_are_dead_on_arrival(given: Given) {
    let tenant = given.tenant("one").await;
    for round in 0..12 {
        let (grant, id, is_exchange) = if round % 2 == 0 {
            let redemption = given.redeemed(&tenant).await;
            let code = given.authorization_code(&redemption).await;
            (redemption.grant, code.token.id, true)
        } else {
            let app = given.app(&tenant).await;
            let token = given.refresh_token(&app.tokens).await;
            (app.grant(), token.token.id, false)
        };
        let tokens = given.tokens(grant);
        let write: Runner<()> = {
            let (store, tokens) = (Arc::clone(&given.store), tokens.clone());
            Box::pin(async move {
                let written = if is_exchange {
                    store.exchange(id, &tokens).await
                } else {
                    store.rotate(id, &tokens, b"sealed").await
                };
                written.expect("answered");
            })
        };
        let revoke: Runner<()> = {
            let (given, tenant) = (given.clone(), tenant.id);
            let access = tokens.access.secret.hash;
            Box::pin(async move {
                let revocation = given.revocation();
                let outcome = given.store.revoke(GrantKind::App, tenant, grant, &revocation).await;
                outcome.expect("revoked");
                let found = given
                    .store
                    .find_bearer(GrantKind::App, &[access])
                    .await
                    .expect("answered");
                assert_eq!(found, None, "found after the revocation returned");
            })
        };
        at_once([write, revoke]).await;
        let access = [tokens.access.secret.hash];
        let found = given
            .store
            .find_bearer(GrantKind::App, &access)
            .await
            .expect("answered");
        assert_eq!(found, None);
        let refresh = given
            .store
            .find_refresh_token(&[tokens.refresh.secret.hash])
            .await
            .expect("answered");
        assert!(refresh.is_none_or(|found| !found.token.stands));
    }
}

/// Told twice under two deliveries, at the same time, a tenant is uninstalled once.
pub async fn v05_one_of_many_uninstallations_counts(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    given.advance(TimeDelta::seconds(1));
    let applied = at_once((0..10).map(|_| {
        let (given, event) = (given.clone(), given.event(&tenant, TenantEventKind::Uninstalled));
        async move { given.apply(&event).await }
    }))
    .await;
    only_one_counted(applied, &Applied::Late);
    assert!(!given.opens(&key).await);
}

/// The same delivery at the same time on several servers is applied by one of them.
pub async fn v05_a_delivery_that_comes_many_times_at_once_counts_once(given: Given) {
    let tenant = given.tenant("one").await;
    given.advance(TimeDelta::seconds(1));
    let event = given.event(&tenant, TenantEventKind::Uninstalled);
    let applied = at_once((0..10).map(|_| {
        let (given, event) = (given.clone(), event.clone());
        async move { given.apply(&event).await }
    }))
    .await;
    let gone = only_one_counted(applied, &Applied::Duplicate);
    assert_eq!(gone.status, TenantStatus::Uninstalled);
}

/// However many tell of a new tenant, by event or by name, there is one, and all name the same.
pub async fn v05_a_host_key_is_installed_once_however_many_tell(given: Given) {
    let events = (0..10).map(|_| {
        let (given, (_, event)) = (given.clone(), given.installation("one"));
        async move { given.apply(&event).await }
    });
    let tenant = only_one_counted(at_once(events).await, &Applied::Late);
    assert_eq!(given.store.list_tenants().await.expect("listed"), [tenant]);

    let ensured = (0..10).map(|_| {
        let given = given.clone();
        async move { given.tenant("two").await }
    });
    let ensured = at_once(ensured).await;
    let stored = given.store.find_tenants("two").await.expect("answered");
    assert_eq!(stored.len(), 1);
    assert!(ensured.iter().all(|tenant| *tenant == stored[0]), "{ensured:?}");
}

/// What the one event that counted made of the tenant; of each other, `refusal` became.
fn only_one_counted(applied: Vec<Applied>, refusal: &Applied) -> Tenant {
    let (counted, refused): (Vec<Applied>, Vec<_>) = applied
        .into_iter()
        .partition(|applied| matches!(applied, Applied::Done(_)));
    assert!(refused.iter().all(|applied| applied == refusal), "{refused:?}");
    let [counted] = <[Applied; 1]>::try_from(counted).expect("one counted");
    done(counted)
}

/// However many ask at once, the limit is exact.
pub async fn parallel_creation_of_keys_stops_at_the_limit(given: Given) {
    let tenant = given.tenant("one").await;
    let created = at_once((0..MAX_LIVE_KEYS + 14).map(|_| {
        let (given, key) = (given.clone(), given.issued_key(&tenant));
        async move { given.store.create_key(&key).await }
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = created.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (MAX_LIVE_KEYS, 14));
    for refusal in refused {
        assert!(matches!(refusal, Err(StoreError::TooManyKeys)), "{refusal:?}");
    }
    assert_eq!(
        given.store.list_keys(tenant.id).await.expect("listed").len(),
        MAX_LIVE_KEYS
    );
}

/// The same for codes.
pub async fn parallel_creation_of_codes_stops_at_the_limit(given: Given) {
    let tenant = given.tenant("one").await;
    let created = at_once((0..20).map(|_| {
        let (given, code) = (given.clone(), given.issued_code(&tenant));
        async move { given.store.create_code(&code).await }
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = created.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), MAX_LIVE_CODES);
    for refusal in refused {
        assert!(matches!(refusal, Err(StoreError::TooManyCodes)), "{refusal:?}");
    }
    assert_eq!(
        given.store.list_codes(tenant.id).await.expect("listed").len(),
        MAX_LIVE_CODES
    );
}

/// No count is lost, and each is told its own number.
pub async fn everything_is_counted_that_happens_at_once(given: Given) {
    let bucket = text();
    let mut counts = at_once((0..20).map(|_| {
        let (given, bucket) = (given.clone(), bucket.clone());
        async move {
            let count = given.store.count(&bucket, Duration::from_mins(1)).await;
            count.expect("counted").so_far
        }
    }))
    .await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<u64>>());
}
