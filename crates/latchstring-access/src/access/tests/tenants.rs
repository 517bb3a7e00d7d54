//! Tenants and their events.

use super::*;
use crate::{Applied, NewTenant};

#[tokio::test]
async fn v05_uninstalling_ends_everything_and_installing_again_revives_nothing() {
    let setup = setup().await;
    let (key, _) = setup.access.create_key(asked(&setup.tenant)).await.expect("created");
    let tokens = setup.connect(Scope::ReadWrite).await;
    let (code, _) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    setup.happens(TenantEventKind::Uninstalled).await;
    let is_all_dead = async || {
        setup.access.authenticate_key(key.expose()).await.is_err()
            && setup.app(&tokens).await.is_err()
            && is_refused(&setup.access.refresh(Setup::refresh(&tokens.refresh)).await)
            && setup.access.find_code(code.expose()).await.expect("asked").is_none()
    };
    assert!(is_all_dead().await);
    let new = NewTenant::new("shop.example", "Shop again", setup.access.now().await.expect("a clock"));
    setup
        .happens(TenantEventKind::Installed {
            new,
            plan: Plan::Active,
        })
        .await;
    assert!(is_all_dead().await);
    let tenant = &setup.access.find_tenants("shop.example").await.expect("found")[0];
    assert_eq!(
        (tenant.id, tenant.name.as_str(), &tenant.connector),
        (setup.tenant.id, "Shop again", &setup.tenant.connector)
    );
    assert!(setup.access.create_key(asked(tenant)).await.is_ok());
}

#[tokio::test]
async fn each_event_is_written_down_once_it_has_changed_something() {
    let setup = setup().await;
    let by = ann();
    for (kind, expected) in [
        (TenantEventKind::Paused { by: by.clone() }, AccessEventKind::Paused),
        (TenantEventKind::Resumed { by: by.clone() }, AccessEventKind::Resumed),
        (TenantEventKind::PlanChanged(Plan::Lapsed), AccessEventKind::PlanLapsed),
        (TenantEventKind::PlanChanged(Plan::Active), AccessEventKind::PlanActive),
        (
            TenantEventKind::PersonRemoved {
                sub: "user-2".into(),
                by: by.clone(),
            },
            AccessEventKind::PersonRemoved,
        ),
        (TenantEventKind::Uninstalled, AccessEventKind::Uninstalled),
    ] {
        setup.happens(kind).await;
        assert_eq!(setup.events().await[0], expected);
    }
    let new = NewTenant::new("shop.example", "Shop", setup.access.now().await.expect("a clock"));
    setup
        .happens(TenantEventKind::Installed {
            new,
            plan: Plan::Lapsed,
        })
        .await;
    assert_eq!(setup.events().await[0], AccessEventKind::Installed);
    let removed = setup.access.read_events(setup.tenant.id, 10).await.expect("read");
    assert_eq!(
        removed.iter().filter(|event| event.by.is_some()).count(),
        3,
        "persons did three of them"
    );

    let before = setup.events().await.len();
    let late = TenantEvent {
        delivery: None,
        host_key: "shop.example".into(),
        occurred_at: DateTime::UNIX_EPOCH,
        kind: TenantEventKind::Uninstalled,
    };
    assert_eq!(setup.access.apply(&late).await.expect("asked"), Applied::Late);
    assert_eq!(setup.events().await.len(), before);
}

#[tokio::test]
async fn c07_who_was_removed_leaves_no_live_code() {
    let setup = setup().await;
    let (anns, _) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, ann())
        .await
        .expect("made");
    let bob = Person::new("user-2", "Bob");
    let (bobs, _) = setup
        .access
        .create_code(&setup.tenant, Scope::Read, bob)
        .await
        .expect("made");
    setup
        .happens(TenantEventKind::PersonRemoved {
            sub: "user-2".into(),
            by: ann(),
        })
        .await;
    assert!(setup.access.find_code(bobs.expose()).await.expect("asked").is_none());
    assert!(setup.access.find_code(anns.expose()).await.expect("asked").is_some());
}

#[tokio::test]
async fn a_tenant_is_found_by_its_connector() {
    let setup = setup().await;
    setup
        .access
        .ensure_tenant("other.example", "Other")
        .await
        .expect("stored");
    let found = setup
        .access
        .find_connector(&setup.tenant.connector)
        .await
        .expect("asked");
    assert_eq!(found.map(|tenant| tenant.id), Some(setup.tenant.id));
    let unknown = setup
        .access
        .find_connector(&ConnectorId::generate())
        .await
        .expect("asked");
    assert!(unknown.is_none());
    assert_eq!(setup.access.list_tenants().await.expect("listed").len(), 2);
}
