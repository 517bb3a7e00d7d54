//! Tenants: known once, installed and uninstalled in the order it happened, however it is told.

use chrono::TimeDelta;
use latchstring_core::TenantId;

use super::given::{Given, ann, bob, done};
use crate::{Applied, ConnectorId, NewTenant, Plan, Revocation, Tenant, TenantEvent, TenantEventKind, TenantStatus};

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// The tenant as it is now.
async fn current(given: &Given, tenant: &Tenant) -> Tenant {
    let mut found = given.store.find_tenants(&tenant.host_key).await.expect("answered");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Asking again for a host key returns the tenant that is there, unchanged.
pub async fn a_tenant_is_stored_once_per_host_key(given: Given) {
    let new = NewTenant {
        plan: Plan::Lapsed,
        ..NewTenant::new("one", "One", given.now())
    };
    let first = given.store.ensure_tenant(&new).await.expect("stored");
    let expected = Tenant {
        id: new.id,
        host_key: "one".into(),
        connector: new.connector,
        name: "One".into(),
        status: TenantStatus::Active,
        plan: Plan::Lapsed,
        installed_at: given.now(),
        uninstalled_at: None,
        paused: None,
        session_generation: 0,
    };
    assert_eq!(first, expected);
    let again = NewTenant::new("one", "Other name", given.now());
    assert_eq!(given.store.ensure_tenant(&again).await.expect("found"), first);
    let second = given.tenant("two").await;
    assert_eq!(
        given.store.list_tenants().await.expect("listed"),
        [first.clone(), second]
    );

    let gone = given.happens(&first, TenantEventKind::Uninstalled).await;
    let expected = Tenant {
        status: TenantStatus::Uninstalled,
        uninstalled_at: Some(given.now()),
        ..first
    };
    assert_eq!(gone, expected);
    let found = given.tenant("one").await;
    assert_eq!(found, expected, "finding a tenant does not install it again");
}

/// A host key is never hidden by another tenant's name.
pub async fn a_tenant_is_found_by_host_key_first_and_by_name_next(given: Given) {
    let store = async |host_key: &str, name: &str| {
        let tenant = NewTenant::new(host_key, name, given.now());
        given.store.ensure_tenant(&tenant).await.expect("stored")
    };
    let find = async |text: &str| given.store.find_tenants(text).await.expect("answered");
    let (one, two) = (store("one", "Twin").await, store("two", "Twin").await);
    let impostor = store("three", "one").await;
    assert_eq!(find("one").await, std::slice::from_ref(&one));
    assert_eq!(find("three").await, [impostor]);
    let twins = find("Twin").await;
    assert!(
        twins.len() == 2 && twins.contains(&one) && twins.contains(&two),
        "{twins:?}"
    );
    assert_eq!(find("Twi%").await, []);
    assert_eq!(find(&two.id.to_string()).await, std::slice::from_ref(&two));
    assert_eq!(find(&TenantId::new(given.now()).to_string()).await, []);
    store(&one.id.to_string(), "Shadow").await;
    assert_eq!(find(&one.id.to_string()).await, [one], "an id always means its tenant");
}

/// A connector leads to its tenant and no other, whatever the tenant's status.
pub async fn a_tenant_is_found_by_its_connector(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let find = async |connector: &ConnectorId| given.store.find_connector(connector).await.expect("answered");
    assert_ne!(one.connector, two.connector);
    assert_eq!(find(&one.connector).await.as_ref(), Some(&one));
    assert_eq!(find(&two.connector).await.as_ref(), Some(&two));
    assert_eq!(find(&ConnectorId::generate()).await, None);
    let gone = given.happens(&one, TenantEventKind::Uninstalled).await;
    assert_eq!(find(&one.connector).await, Some(gone));
}

/// The first installation that is told of makes a tenant, with the ids that came along.
pub async fn an_installation_makes_an_unknown_tenant_known(given: Given) {
    let (new, mut event) = given.installation("one");
    event.kind = TenantEventKind::Installed {
        new: new.clone(),
        plan: Plan::Lapsed,
    };
    let tenant = done(given.apply(&event).await);
    let expected = Tenant {
        id: new.id,
        host_key: "one".into(),
        connector: new.connector,
        name: "one, installed".into(),
        status: TenantStatus::Active,
        plan: Plan::Lapsed,
        installed_at: given.now(),
        uninstalled_at: None,
        paused: None,
        session_generation: 0,
    };
    assert_eq!(tenant, expected);
    assert_eq!(current(&given, &tenant).await, tenant);
    let key = given.key(&tenant).await;
    assert!(given.opens(&key).await);
}

/// Whoever installs the app again finds the same tenant, under its new name and plan.
pub async fn a_reinstalled_tenant_keeps_its_ids_and_is_active(given: Given) {
    let tenant = given.tenant("one").await;
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    let uninstalled_at = given.now();
    given.happens(&tenant, TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let again = given.is_installed(&tenant).await;
    let expected = Tenant {
        name: "one, installed".into(),
        installed_at: given.now(),
        uninstalled_at: Some(uninstalled_at),
        ..tenant
    };
    assert_eq!(again, expected);
    assert_eq!(current(&given, &again).await, expected);
}

/// Of two ends the later one counts, so that an installation between them, told last, changes nothing.
pub async fn v05_an_installation_before_the_last_uninstallation_is_late(given: Given) {
    let tenant = given.tenant("one").await;
    let at = |seconds, kind| {
        let mut event = given.event(&tenant, kind);
        event.occurred_at += TimeDelta::seconds(seconds);
        event
    };
    done(given.apply(&at(1, TenantEventKind::Uninstalled)).await);
    done(given.apply(&at(3, TenantEventKind::Uninstalled)).await);
    let (_, mut installation) = given.installation("one");
    installation.occurred_at = at(2, TenantEventKind::Uninstalled).occurred_at;
    assert_eq!(given.apply(&installation).await, Applied::Late);
    let now = given.store.find_tenants("one").await.expect("answered");
    assert_eq!(now[0].status, TenantStatus::Uninstalled);
}

/// A delivery that comes again changes nothing, unless its tenant was not known the first time: then it came before its
/// installation, and is needed once that has come.
pub async fn v05_a_delivery_is_applied_once(given: Given) {
    let tenant = given.tenant("one").await;
    given.advance(SECOND);
    let uninstallation = given.event(&tenant, TenantEventKind::Uninstalled);
    let mut late = given.event(&tenant, TenantEventKind::PlanChanged(Plan::Lapsed));
    late.occurred_at -= TimeDelta::hours(1);
    let mut unknown = given.event(&tenant, TenantEventKind::Uninstalled);
    unknown.host_key = "nobody".into();
    let gone = done(given.apply(&uninstallation).await);
    assert_eq!(given.apply(&late).await, Applied::Late);
    assert_eq!(given.apply(&unknown).await, Applied::UnknownTenant);
    given.advance(SECOND);
    for event in [&uninstallation, &late] {
        assert_eq!(given.apply(event).await, Applied::Duplicate);
    }
    let (_, mut installation) = given.installation("nobody");
    installation.occurred_at = unknown.occurred_at - TimeDelta::hours(1);
    done(given.apply(&installation).await);
    assert_eq!(done(given.apply(&unknown).await).status, TenantStatus::Uninstalled);
    assert_eq!(given.apply(&unknown).await, Applied::Duplicate);
    let again = TenantEvent {
        delivery: uninstallation.delivery.clone(),
        ..given.installation("one").1
    };
    assert_eq!(
        given.apply(&again).await,
        Applied::Duplicate,
        "a delivery is known by its id"
    );
    assert_eq!(current(&given, &tenant).await, gone);
}

/// The end of an earlier installation, told after a newer one began, ends nothing.
pub async fn v05_a_late_uninstallation_does_not_end_a_newer_installation(given: Given) {
    let tenant = given.tenant("one").await;
    given.advance(SECOND);
    let late = given.event(&tenant, TenantEventKind::Uninstalled);
    let new = given.is_installed(&tenant).await;
    let key = given.key(&new).await;
    assert_eq!(given.apply(&late).await, Applied::Late);
    assert!(given.opens(&key).await);
    assert_eq!(current(&given, &tenant).await, new);
    // Of two things of one moment, the one that shuts counts.
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    assert!(!given.opens(&key).await);
}

/// The beginning of an installation, told after its end, begins nothing; and a second end only moves the moment.
pub async fn v05_a_late_installation_does_not_revive_a_tenant(given: Given) {
    let tenant = given.tenant("one").await;
    given.advance(SECOND);
    let (_, late) = given.installation("one");
    let gone = given.happens(&tenant, TenantEventKind::Uninstalled).await;
    let (_, at_the_moment) = given.installation("one");
    assert_eq!(given.apply(&late).await, Applied::Late);
    assert_eq!(given.apply(&at_the_moment).await, Applied::Late);
    given.advance(SECOND);
    let second_end = given.event(&tenant, TenantEventKind::Uninstalled);
    let moved = done(given.apply(&second_end).await);
    let expected = Tenant {
        uninstalled_at: moved.uninstalled_at,
        ..gone.clone()
    };
    assert_eq!(moved, expected);
    assert!(moved.uninstalled_at > gone.uninstalled_at);
    assert_eq!(current(&given, &tenant).await, moved);
}

/// A new installation has no grants, even when the end of the earlier one was never told.
pub async fn v05_an_installation_while_installed_leaves_grants_behind(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, app, code) = (
        given.key(&tenant).await,
        given.app(&tenant).await,
        given.code(&tenant).await,
    );
    let again = given.is_installed(&tenant).await;
    assert_eq!((again.status, again.uninstalled_at), (TenantStatus::Active, None));
    assert!(!given.opens(&key).await && !given.opens(&app).await);
    assert!(given.redeem(&code).await.is_none());
    let new = given.key(&again).await;
    assert!(given.opens(&new).await);
}

/// Only an installation makes a tenant known.
pub async fn v05_nothing_is_told_of_an_unknown_tenant(given: Given) {
    let stranger = Tenant {
        id: TenantId::new(given.now()),
        host_key: "nobody".into(),
        ..given.tenant("one").await
    };
    for kind in [
        TenantEventKind::Uninstalled,
        TenantEventKind::PlanChanged(Plan::Lapsed),
        TenantEventKind::Paused { by: ann() },
        TenantEventKind::Resumed { by: ann() },
    ] {
        let event = given.event(&stranger, kind);
        assert_eq!(given.apply(&event).await, Applied::UnknownTenant);
    }
    assert_eq!(given.store.list_tenants().await.expect("listed").len(), 1);
}

/// The plan is what was last said of it, and what was last said is what happened last.
pub async fn plan_changes_apply_in_the_order_they_happened(given: Given) {
    let tenant = given.tenant("one").await;
    let change = |plan, seconds| {
        let mut event = given.event(&tenant, TenantEventKind::PlanChanged(plan));
        event.occurred_at += TimeDelta::seconds(seconds);
        event
    };
    for (plan, seconds, is_late) in [
        (Plan::Lapsed, -1, true), // before it was installed
        (Plan::Lapsed, 0, false), // when it was installed: of two words of one moment, the one that shuts counts
        (Plan::Active, 0, true),
        (Plan::Lapsed, 0, true),
        (Plan::Lapsed, 10, false),
        (Plan::Active, 5, true),
        (Plan::Active, 10, true),
        (Plan::Active, 20, false),
    ] {
        let before = current(&given, &tenant).await;
        let applied = given.apply(&change(plan, seconds)).await;
        let expected = if is_late { before } else { Tenant { plan, ..before } };
        let answer = if is_late {
            Applied::Late
        } else {
            Applied::Done(expected.clone())
        };
        assert_eq!(applied, answer, "{plan:?} after {seconds} s");
        assert_eq!(current(&given, &tenant).await, expected);
    }
}

/// A plan that lapsed after an installation stays lapsed when the installation is told last.
pub async fn v05_a_lapse_that_overtook_its_installation_holds(given: Given) {
    let tenant = given.tenant("one").await;
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    given.advance(SECOND);
    let (_, installation) = given.installation("one");
    given.happens(&tenant, TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let installed = done(given.apply(&installation).await);
    assert_eq!((installed.status, installed.plan), (TenantStatus::Active, Plan::Lapsed));
    assert_eq!(installed.installed_at, installation.occurred_at);
}

/// A pause tells who and when, is for an app that is installed, and does not outlive the installation.
pub async fn a_person_pauses_and_resumes_what_is_installed(given: Given) {
    let tenant = given.tenant("one").await;
    let switch = async |kind| {
        let event = TenantEvent {
            delivery: None,
            ..given.event(&tenant, kind)
        };
        given.apply(&event).await
    };
    let pause = async |by| switch(TenantEventKind::Paused { by }).await;
    let resume = async || switch(TenantEventKind::Resumed { by: ann() }).await;
    assert_eq!(resume().await, Applied::Late);
    let paused = Tenant {
        paused: Some(Revocation {
            at: given.now(),
            by: ann(),
        }),
        ..tenant.clone()
    };
    assert_eq!(pause(ann()).await, Applied::Done(paused.clone()));
    given.advance(TimeDelta::seconds(1));
    assert_eq!(pause(bob()).await, Applied::Late);
    assert_eq!(current(&given, &tenant).await, paused);
    assert_eq!(resume().await, Applied::Done(tenant.clone()));
    pause(bob()).await;
    let gone = given.happens(&tenant, TenantEventKind::Uninstalled).await;
    assert_eq!(gone.status, TenantStatus::Uninstalled);
    assert_eq!(pause(ann()).await, Applied::Late);
    assert_eq!(resume().await, Applied::Late);
    assert_eq!(current(&given, &tenant).await, gone);
    given.advance(TimeDelta::seconds(1));
    assert_eq!(
        given.is_installed(&tenant).await.paused,
        None,
        "there is no grant left to be paused"
    );
}

/// Stores keep microseconds, so what is told more finely is not taken for news.
pub async fn v05_moments_within_one_microsecond_are_one_moment(given: Given) {
    let tenant = given.tenant("one").await;
    given.advance(TimeDelta::nanoseconds(400));
    let renewal = given.event(&tenant, TenantEventKind::PlanChanged(Plan::Active));
    let (_, installation) = given.installation("one");
    for event in [renewal, installation] {
        assert_eq!(given.apply(&event).await, Applied::Late);
    }
    let gone = done(given.apply(&given.event(&tenant, TenantEventKind::Uninstalled)).await);
    assert_eq!(gone.uninstalled_at, Some(tenant.installed_at));
}
