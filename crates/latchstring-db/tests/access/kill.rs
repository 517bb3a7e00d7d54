//! c08: a server that is killed between spending a code and telling so.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{
    AccessStore, AppIdentity, Challenge, CodeState, IssuedCode, IssuedSecret, IssuedToken, NewCode, NewTenant, Person,
    Redemption, SecretHash, Tenant,
};
use latchstring_core::{CodeId, GrantId, Scope, TenantId, random};
use latchstring_db::{Database, SqlAccessStore};

use crate::place::Place;

/// Where the child finds the database. Without it, the child's test does nothing.
const URL: &str = "LATCHSTRING_TEST_KILL_URL";
/// Which codes it spends.
const KILL: &str = "LATCHSTRING_TEST_KILL_NUMBER";
const KILLS: u64 = 8;
const CODES: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c08_a_kill_leaves_each_code_live_or_spent_with_its_grant() {
    let place = Place::new().await;
    let store = place.store().await;
    let mut spent_before_kills = 0;
    for kill in 0..KILLS {
        let tenants = tenants_with_codes(&store, kill).await;
        kill_after(place.database.url(), kill, Duration::from_millis(2 + 6 * kill));
        let mut spent = 0;
        for (tenant, code) in &tenants {
            spent += usize::from(is_spent_with_its_grant(&store, tenant.id, *code).await);
        }
        spent_before_kills += spent;
    }
    let all = CODES * usize::try_from(KILLS).expect("few");
    assert!(
        (1..all).contains(&spent_before_kills),
        "all kills came too early or too late"
    );
}

/// One tenant for each code, for a tenant may have three.
async fn tenants_with_codes(store: &SqlAccessStore, kill: u64) -> Vec<(Tenant, CodeId)> {
    let mut tenants = Vec::new();
    for number in 0..CODES {
        let now = store.now().await.expect("told");
        let name = format!("{kill}.{number}");
        let tenant = store
            .ensure_tenant(&NewTenant::new(&name, &name, now))
            .await
            .expect("stored");
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
        tenants.push((tenant, code.id));
    }
    tenants
}

/// Starts a server that spends codes as fast as it can, and kills it some time after the first.
fn kill_after(url: &str, kill: u64, time: Duration) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "kill::child_spends_codes", "--nocapture"])
        .env(URL, url)
        .env(KILL, kill.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let has_begun = output.lines().any(|line| line.expect("text").contains("BEGINS"));
    assert!(has_begun);
    std::thread::sleep(time);
    child.kill().expect("killed"); // with SIGKILL
    child.wait().expect("gone");
}

/// Whether the code was spent. Live or spent, it behaves as one or the other in all respects, and a retry makes no
/// second grant.
async fn is_spent_with_its_grant(store: &SqlAccessStore, tenant: TenantId, code: CodeId) -> bool {
    let codes = store.list_codes(tenant).await.expect("listed");
    let apps = store.list_apps(tenant).await.expect("listed");
    let retry = redemption(code, store.now().await.expect("told"));
    let retried = store.redeem(&retry).await.expect("answered");
    match (&codes[0].state, apps.as_slice()) {
        (CodeState::Live, []) => {
            assert!(retried.is_some(), "it can still be used");
            false
        }
        (CodeState::Redeemed { grant, .. }, [app]) => {
            assert_eq!(app.grant, *grant);
            assert!(store.standing(tenant, *grant).await.expect("answered").is_some());
            assert_eq!(retried, None);
            assert_eq!(store.list_apps(tenant).await.expect("listed").len(), 1);
            true
        }
        half => panic!("half a grant: {half:?}"),
    }
}

#[tokio::test]
async fn child_spends_codes() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = SqlAccessStore::open(Database::open(&url).await.expect("opened"))
        .await
        .expect("migrated");
    let kill = format!("{}.", std::env::var(KILL).expect("set with the address"));
    let mut codes = Vec::new();
    for tenant in store.list_tenants().await.expect("listed") {
        if tenant.name.starts_with(&kill) {
            codes.extend(store.list_codes(tenant.id).await.expect("listed"));
        }
    }
    tell_the_parent();
    for code in codes {
        let now = store.now().await.expect("told");
        store.redeem(&redemption(code.id, now)).await.expect("answered");
    }
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn tell_the_parent() {
    println!("BEGINS");
}

fn redemption(code: CodeId, now: DateTime<Utc>) -> Redemption {
    Redemption {
        code,
        connector: None,
        needs_plan: false,
        grant: GrantId::new(now),
        app: AppIdentity {
            client_id: "c".into(),
            name: "Claude".into(),
            host: None,
            redirect_host: "claude.ai".into(),
        },
        authorization_code: IssuedToken {
            secret: secret(),
            expires_at: now + TimeDelta::minutes(1),
        },
        redirect_uri: "https://claude.ai/callback".into(),
        challenge: Challenge::from_bytes([7; 32]),
        at: now,
    }
}

fn secret() -> IssuedSecret {
    IssuedSecret {
        hash: SecretHash::from_bytes(random::bytes()),
        hash_key_id: "k1".into(),
    }
}
