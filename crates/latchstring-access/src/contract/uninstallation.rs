//! An uninstallation that everything else runs into.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use latchstring_core::GrantId;
use tokio::task::yield_now;

use super::{
    at_once::{Runner, at_once},
    given::{Given, done},
};
use crate::{IssuedCode, IssuedKey, MAX_LIVE_CODES, StoreError, Tenant, TenantEventKind, TenantStatus};

/// Redemptions, new keys and commits run into an uninstallation: what came before it is dead, nothing comes after.
pub async fn v06_nothing_stands_after_an_uninstallation_that_everything_raced(given: Given) {
    let tenant = given.tenant("one").await;
    let held = given.key(&tenant).await;
    let mut codes = Vec::new();
    for _ in 0..MAX_LIVE_CODES {
        codes.push(given.code(&tenant).await);
    }
    given.advance(TimeDelta::seconds(1));
    let race = Uninstallation {
        given: given.clone(),
        is_over: Arc::new(AtomicBool::new(false)),
    };
    let mut runners: Vec<Runner<Option<GrantId>>> = Vec::new();
    for number in 0..100 {
        runners.push(Box::pin(race.clone().redeem(codes[number % codes.len()].clone())));
        if number % 5 == 0 {
            runners.push(Box::pin(race.clone().create_key(given.issued_key(&tenant))));
            runners.push(Box::pin(race.clone().hold(tenant.clone(), held.grant)));
        }
        if number == 30 {
            runners.push(Box::pin(race.clone().uninstall(tenant.clone())));
        }
    }
    let mut grants: Vec<GrantId> = at_once(runners).await.into_iter().flatten().collect();
    grants.push(held.grant);
    for grant in &grants {
        assert!(!given.stands(tenant.id, *grant).await);
    }
    assert_eq!(given.store.standing_among(&grants).await.expect("answered"), []);
    assert!(!given.opens(&held).await);
    for code in &codes {
        assert!(given.redeem(code).await.is_none());
    }
    given.is_installed(&tenant).await;
    assert_eq!(given.store.list_keys(tenant.id).await.expect("listed"), []);
    assert_eq!(given.store.list_apps(tenant.id).await.expect("listed"), []);
    assert_eq!(given.store.standing_among(&grants).await.expect("answered"), []);
}

/// An uninstallation and what runs into it. Each runner returns the grant that it made.
#[derive(Clone)]
struct Uninstallation {
    given: Given,
    /// Whether the uninstallation has returned.
    is_over: Arc<AtomicBool>,
}

impl Uninstallation {
    async fn uninstall(self, tenant: Tenant) -> Option<GrantId> {
        let event = self.given.event(&tenant, TenantEventKind::Uninstalled);
        let gone = done(self.given.apply(&event).await);
        self.is_over.store(true, Ordering::SeqCst);
        assert_eq!(gone.status, TenantStatus::Uninstalled);
        None
    }

    async fn redeem(self, code: IssuedCode) -> Option<GrantId> {
        let was_over = self.is_over.load(Ordering::SeqCst);
        let redemption = self.given.redeem(&code).await?;
        assert!(!was_over, "redeemed after the uninstallation");
        Some(redemption.grant)
    }

    async fn create_key(self, key: IssuedKey) -> Option<GrantId> {
        let was_over = self.is_over.load(Ordering::SeqCst);
        match self.given.store.create_key(&key).await {
            Ok(created) => {
                assert!(!was_over, "a key was made after the uninstallation");
                Some(created.grant)
            }
            Err(StoreError::TenantUnknown(_)) => None,
            Err(other) => panic!("{other}"),
        }
    }

    async fn hold(self, tenant: Tenant, grant: GrantId) -> Option<GrantId> {
        for _ in 0..3 {
            let was_over = self.is_over.load(Ordering::SeqCst);
            let answer = self.given.store.hold(tenant.id, grant).await.expect("answered");
            let Some((_, hold)) = answer else { continue };
            assert!(!was_over, "held after the uninstallation");
            yield_now().await;
            let is_over = self.is_over.load(Ordering::SeqCst);
            assert!(!is_over, "uninstalled in spite of the hold");
            drop(hold);
        }
        None
    }
}
