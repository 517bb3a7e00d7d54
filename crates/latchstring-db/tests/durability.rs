//! What a restart, a second process and a newer version find.

use std::{path::Path, sync::Arc};

use latchstring_access::{
    Access, AccessStore, AuthenticateError, KeyRing, NewKey, OpenError, Person, RevokeOutcome, Secret, StoreError,
    Tenant,
};
use latchstring_core::{Clock, Gate, Refusal, Scope, SystemClock};
use latchstring_db::{Database, DatabaseError, SqlAccessStore};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;

/// A server's worth of access on the database and the key ring in `folder`.
async fn server(folder: &Path) -> Access {
    let url = format!("sqlite:{}", folder.join("access.sqlite").display());
    let db = Database::open(&url).await.expect("opened");
    let store: Arc<dyn AccessStore> = Arc::new(SqlAccessStore::open(db).await.expect("migrated"));
    let ring = KeyRing::load_or_create(&folder.join("keys.json")).expect("a ring");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Access::open(store, ring, clock, "asmk".parse().expect("a prefix"))
        .await
        .expect("opened")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

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
    let folder = folder();
    let (tenant, kept, revoked) = {
        let access = server(folder.path()).await;
        let (tenant, kept) = make_key(&access).await;
        let (_, revoked) = make_key(&access).await;
        let grant = access.authenticate(revoked.expose()).await.expect("recognised");
        access.revoke_key(tenant.id, grant.id(), &ann()).await.expect("revoked");
        (tenant, kept, revoked)
        // dropped without any farewell, as by a crash of the program
    };
    let access = server(folder.path()).await;
    assert_eq!(
        access.authenticate(kept.expose()).await.expect("recognised").tenant(),
        tenant.id
    );
    assert!(matches!(
        access.authenticate(revoked.expose()).await,
        Err(AuthenticateError::Refused)
    ));
    assert_eq!(access.list_keys(tenant.id).await.expect("listed").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_refuses_as_soon_as_a_key_is_revoked() {
    let folder = folder();
    let (here, there) = (server(folder.path()).await, server(folder.path()).await);
    for _ in 0..20 {
        let (tenant, key) = make_key(&here).await;
        let grant = there
            .authenticate(key.expose())
            .await
            .expect("the other server knows the key at once");
        assert!(there.check(&grant).await.is_ok());
        here.revoke_key(tenant.id, grant.id(), &ann()).await.expect("revoked");
        assert!(matches!(there.check(&grant).await, Err(Refusal::Revoked)));
        assert!(matches!(there.hold(&grant).await, Err(Refusal::Revoked)));
        assert!(matches!(
            there.authenticate(key.expose()).await,
            Err(AuthenticateError::Refused)
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_on_one_server_keeps_another_from_revoking() {
    let folder = folder();
    let (here, there) = (Arc::new(server(folder.path()).await), server(folder.path()).await);
    let (tenant, key) = make_key(&here).await;
    let grant = there.authenticate(key.expose()).await.expect("recognised");
    let hold = there.hold(&grant).await.expect("held");
    let id = grant.id();
    let mut revocation = tokio::spawn({
        let here = Arc::clone(&here);
        async move { here.revoke_key(tenant.id, id, &ann()).await }
    });
    let early = tokio::time::timeout(std::time::Duration::from_millis(150), &mut revocation).await;
    assert!(early.is_err(), "revoked in spite of the hold");
    drop(hold);
    assert_eq!(
        revocation.await.expect("no panic").expect("revoked"),
        RevokeOutcome::Revoked
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_ring_is_noticed_at_the_start() {
    let folder = folder();
    make_key(&server(folder.path()).await).await;
    let url = format!("sqlite:{}", folder.path().join("access.sqlite").display());
    let store = SqlAccessStore::open(Database::open(&url).await.expect("opened"))
        .await
        .expect("migrated");
    let prefix = "asmk".parse().expect("a prefix");
    let opened = Access::open(Arc::new(store), KeyRing::generate(), Arc::new(SystemClock), prefix).await;
    assert!(matches!(opened.err(), Some(OpenError::WrongKeyRing)));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("access.sqlite");
    let db = Database::open(&format!("sqlite:{}", path.display()))
        .await
        .expect("opened");
    SqlAccessStore::open(db.clone()).await.expect("migrated");
    let work = db.begin_write().await.expect("begun");
    let newer = "INSERT INTO latchstring_migrations (version, applied_at) VALUES ('m9999_future', 1)";
    work.execute_unprepared(newer).await.expect("done");
    work.commit().await.expect("committed");

    let error = SqlAccessStore::open(db).await.err().expect("refused");
    assert!(matches!(error, DatabaseError::NewerVersion { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "the database `{}` was used by a newer version (it has the migration `m9999_future`); \
             start that version, or restore a backup from before it",
            path.display()
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_migrate_once() {
    let folder = folder();
    let path = folder.path().to_owned();
    let starts: tokio::task::JoinSet<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            async move { server(&path).await.list_tenants().await.expect("listed").len() }
        })
        .collect();
    assert_eq!(starts.join_all().await, [0; 4]);
}

#[tokio::test]
async fn a_row_that_cannot_be_right_is_named_without_its_value() {
    let folder = folder();
    let url = format!("sqlite:{}", folder.path().join("access.sqlite").display());
    let db = Database::open(&url).await.expect("opened");
    let store = SqlAccessStore::open(db.clone()).await.expect("migrated");
    let new = latchstring_access::NewTenant::new("shop.example", "Shop", SystemClock.now());
    let tenant = store.ensure_tenant(&new).await.expect("stored");
    let work = db.begin_write().await.expect("begun");
    work.execute_unprepared("PRAGMA ignore_check_constraints = ON; UPDATE tenant SET status = 'hunter2'")
        .await
        .expect("done");
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
