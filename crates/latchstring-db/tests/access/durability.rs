//! What a restart, a second process and a newer version find.

use std::{sync::Arc, time::Duration};

use latchstring_access::{
    Access, AccessStore, AuthenticateError, KeyRing, NewKey, NewTenant, OpenError, Person, RevokeOutcome, Secret,
    StoreError, Tenant,
};
use latchstring_core::{Clock, Gate, Refusal, Scope, SystemClock};
use latchstring_db::{Backend, DatabaseError, SqlAccessStore};
use sea_orm::ConnectionTrait;

use crate::place::{Place, rules};

fn ann() -> Person {
    Person::new("user-1", "Ann")
}

async fn make_key(access: &Access) -> (Tenant, Secret) {
    let tenant = access.ensure_tenant("shop.example", "Shop").await.expect("stored");
    let asked = NewKey {
        tenant: tenant.id,
        scope: Scope::ReadWrite,
        label: "Claude".parse().expect("a label"),
        created_by: ann(),
        expires_at: None,
    };
    let (key, _) = access.create_key(asked).await.expect("created");
    (tenant, key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_revocations_survive_a_restart() {
    let place = Place::new().await;
    let (tenant, kept, revoked) = {
        let access = place.server().await;
        let (tenant, kept) = make_key(&access).await;
        let (_, revoked) = make_key(&access).await;
        let grant = access.authenticate_key(revoked.expose()).await.expect("recognised");
        access.revoke_key(tenant.id, grant.id(), &ann()).await.expect("revoked");
        (tenant, kept, revoked)
        // dropped without any farewell, as by a crash of the program
    };
    let access = place.server().await;
    let grant = access.authenticate_key(kept.expose()).await.expect("recognised");
    assert_eq!(grant.tenant(), tenant.id);
    let answer = access.authenticate_key(revoked.expose()).await;
    assert!(matches!(answer, Err(AuthenticateError::Refused)));
    assert_eq!(access.list_keys(tenant.id).await.expect("listed").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_refuses_as_soon_as_a_key_is_revoked() {
    let place = Place::new().await;
    let (here, there) = (place.server().await, place.server().await);
    for _ in 0..20 {
        let (tenant, key) = make_key(&here).await;
        let grant = there
            .authenticate_key(key.expose())
            .await
            .expect("the other server knows the key at once");
        assert!(there.check(&grant).await.is_ok());
        here.revoke_key(tenant.id, grant.id(), &ann()).await.expect("revoked");
        assert!(matches!(there.check(&grant).await, Err(Refusal::Revoked)));
        assert!(matches!(there.hold(&grant).await, Err(Refusal::Revoked)));
        let answer = there.authenticate_key(key.expose()).await;
        assert!(matches!(answer, Err(AuthenticateError::Refused)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_on_one_server_keeps_another_from_revoking() {
    let place = Place::new().await;
    let (here, there) = (Arc::new(place.server().await), place.server().await);
    let (tenant, key) = make_key(&here).await;
    let grant = there.authenticate_key(key.expose()).await.expect("recognised");
    let hold = there.hold(&grant).await.expect("held");
    let id = grant.id();
    let mut revocation = tokio::spawn({
        let here = Arc::clone(&here);
        async move { here.revoke_key(tenant.id, id, &ann()).await }
    });
    let early = tokio::time::timeout(Duration::from_millis(150), &mut revocation).await;
    assert!(early.is_err(), "revoked in spite of the hold");
    drop(hold);
    let outcome = revocation.await.expect("no panic").expect("revoked");
    assert_eq!(outcome, RevokeOutcome::Revoked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_ring_is_noticed_at_the_start() {
    let place = Place::new().await;
    make_key(&place.server().await).await;
    let store = Arc::new(place.store().await);
    let opened = Access::open(store, KeyRing::generate(), rules()).await;
    assert!(matches!(opened.err(), Some(OpenError::WrongKeyRing)));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let place = Place::new().await;
    let db = place.open().await;
    SqlAccessStore::open(db.clone()).await.expect("migrated");
    let work = db.begin_write().await.expect("begun");
    let newer = "INSERT INTO latchstring_migrations (version, applied_at) VALUES ('m9999_future', 1)";
    work.execute_unprepared(newer).await.expect("done");
    work.commit().await.expect("committed");

    let error = SqlAccessStore::open(db).await.err().expect("refused");
    assert!(matches!(error, DatabaseError::NewerVersion { .. }));
    let text = error.to_string();
    assert!(
        text.contains("was used by a newer version (it has the migration `m9999_future`)"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_migrate_once() {
    let place = Place::new().await;
    let place = Arc::new(place);
    let starts: tokio::task::JoinSet<_> = (0..4)
        .map(|_| {
            let place = Arc::clone(&place);
            async move { place.server().await.list_tenants().await.expect("listed").len() }
        })
        .collect();
    assert_eq!(starts.join_all().await, [0; 4]);
}

#[tokio::test]
async fn a_row_that_cannot_be_right_is_named_without_its_value() {
    let place = Place::new().await;
    let db = place.open().await;
    let store = SqlAccessStore::open(db.clone()).await.expect("migrated");
    let new = NewTenant::new("shop.example", "Shop", SystemClock.now());
    let tenant = store.ensure_tenant(&new).await.expect("stored");
    let work = db.begin_write().await.expect("begun");
    let anything_goes = match db.backend() {
        Backend::Sqlite => "PRAGMA ignore_check_constraints = ON",
        Backend::Postgres => "ALTER TABLE tenant DROP CONSTRAINT tenant_m0002_status_check",
    };
    for sql in [anything_goes, "UPDATE tenant SET status = 'hunter2'"] {
        work.execute_unprepared(sql).await.expect("done");
    }
    work.commit().await.expect("committed");

    let error = store.list_tenants().await.expect_err("refused");
    assert!(matches!(error, StoreError::Inconsistency(_)));
    assert_eq!(
        error.to_string(),
        format!(
            "table `tenant`, column `status`, id `{}` holds a value that cannot be right; restore it from a backup",
            tenant.id
        )
    );
}
