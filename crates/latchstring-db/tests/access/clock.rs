//! Whose clock decides about expiry.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{
    AccessStore, AppIdentity, Challenge, GrantKind, IssuedCode, IssuedSecret, IssuedToken, IssuedTokens, NewCode,
    NewTenant, Person, Redemption, SecretHash,
};
use latchstring_core::{Clock, CodeId, GrantId, Scope, SystemClock, random};
use latchstring_db::{SqlAccessStore, testing::FreshDatabase};

use crate::place::Place;

/// A machine's clock that is wrong.
struct Skewed(TimeDelta);

impl Clock for Skewed {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

/// An app whose access token expires at this moment; the token's hash.
async fn access_token_until(store: &SqlAccessStore, expires_at: DateTime<Utc>) -> SecretHash {
    let now = store.now().await.expect("told");
    let at = now.min(expires_at - TimeDelta::seconds(1));
    let name = format!("shop-{}", GrantId::new(now));
    let tenant = store
        .ensure_tenant(&NewTenant::new(&name, &name, now))
        .await
        .expect("stored");
    let secret = || IssuedSecret {
        hash: SecretHash::from_bytes(random::bytes()),
        hash_key_id: "k1".into(),
    };
    let until = |expires_at| IssuedToken {
        secret: secret(),
        expires_at,
    };
    let code = IssuedCode {
        id: CodeId::new(now),
        asked: NewCode {
            tenant: tenant.id,
            scope: Scope::Read,
            created_by: Person::new("user-1", "Ann"),
        },
        secret: secret(),
        created_at: now,
        expires_at: now + TimeDelta::minutes(10),
    };
    store.create_code(&code).await.expect("created");
    let redemption = Redemption {
        code: code.id,
        connector: None,
        needs_plan: false,
        grant: GrantId::new(now),
        app: AppIdentity {
            client_id: "c".into(),
            name: "Claude".into(),
            host: None,
            redirect_host: "claude.ai".into(),
        },
        authorization_code: until(now + TimeDelta::minutes(1)),
        redirect_uri: "https://claude.ai/callback".into(),
        challenge: Challenge::from_bytes([7; 32]),
        at: now,
    };
    store.redeem(&redemption).await.expect("answered").expect("redeemed");
    let hashes = [redemption.authorization_code.secret.hash];
    let found = store.find_authorization_code(&hashes).await.expect("answered");
    let tokens = IssuedTokens {
        grant: redemption.grant,
        access: until(expires_at),
        refresh: until(now + TimeDelta::days(1)),
        at,
    };
    let is_exchanged = store.exchange(found.expect("known").token.id, &tokens).await;
    assert!(is_exchanged.expect("answered"));
    tokens.access.secret.hash
}

async fn opens(store: &SqlAccessStore, hash: SecretHash) -> bool {
    let found = store.find_bearer(GrantKind::App, &[hash]).await.expect("answered");
    found.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t06_on_postgres_the_database_says_what_has_expired() {
    if !FreshDatabase::is_on_postgres() {
        return;
    }
    let place = Place::new().await;
    let stores = [place.store().await, place.store().await];
    let now = stores[0].now().await.expect("told");
    let second = TimeDelta::seconds(1);
    let (over, open) = (
        access_token_until(&stores[0], now - second).await,
        access_token_until(&stores[0], now + TimeDelta::seconds(60)).await,
    );
    for store in &stores {
        assert!(!opens(store, over).await, "a second after its end");
        assert!(opens(store, open).await, "well before its end");
    }
    // No clock of a process is asked, so none can be wrong: a token is over when the database's time has come.
    let soon = stores[0].now().await.expect("told") + second;
    let brief = access_token_until(&stores[0], soon).await;
    while stores[1].now().await.expect("told") < soon {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for store in &stores {
        assert!(!opens(store, brief).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t06_a_clock_that_is_handed_over_decides_and_a_wrong_one_decides_wrongly() {
    let place = Place::new().await;
    let (slow, fast) = (Skewed(TimeDelta::minutes(-10)), Skewed(TimeDelta::minutes(10)));
    let right = place.store_with(Arc::new(SystemClock)).await;
    let (slow, fast) = (
        place.store_with(Arc::new(slow)).await,
        place.store_with(Arc::new(fast)).await,
    );
    let hash = access_token_until(&right, SystemClock.now() + TimeDelta::minutes(5)).await;
    let over = access_token_until(&right, SystemClock.now() - TimeDelta::seconds(1)).await;
    assert!(opens(&right, hash).await && !opens(&right, over).await);
    assert!(!opens(&fast, hash).await, "this is what the database's clock is for");
    assert!(opens(&slow, over).await, "and this");
}

#[tokio::test]
async fn the_moment_of_a_look_up_comes_with_its_answer() {
    let place = Place::new().await;
    let store = place.store().await;
    let hash = access_token_until(&store, store.now().await.expect("told") + TimeDelta::minutes(1)).await;
    let before = store.now().await.expect("told");
    let found = store.find_bearer(GrantKind::App, &[hash]).await.expect("answered");
    let at = found.expect("found").at;
    assert!(before <= at && at <= store.now().await.expect("told"));
}
