//! C: what becomes of codes when something happens between two steps.

use chrono::TimeDelta;
use latchstring_access::{MAX_LIVE_CODES, Plan, TenantEventKind};
use latchstring_core::Scope;

use crate::door::{App, Door, ann};

#[derive(Debug, Clone, Copy)]
enum Change {
    Uninstalled,
    Reinstalled,
    PlanLapsed,
    CreatorRemoved,
}

async fn change(door: &Door, change: Change) {
    door.advance(TimeDelta::seconds(1));
    match change {
        Change::Uninstalled => door.happens(&door.alpha, TenantEventKind::Uninstalled).await,
        Change::Reinstalled => door.reinstall(&door.alpha).await,
        Change::PlanLapsed => door.plan(&door.alpha, Plan::Lapsed).await,
        Change::CreatorRemoved => {
            let kind = TenantEventKind::PersonRemoved {
                sub: ann().sub().to_owned(),
                by: ann(),
            };
            door.happens(&door.alpha, kind).await;
        }
    }
}

#[tokio::test]
async fn c07_what_happens_to_the_store_happens_to_its_codes() {
    use Change::{CreatorRemoved, PlanLapsed, Reinstalled, Uninstalled};
    for what in [Uninstalled, Reinstalled, PlanLapsed, CreatorRemoved] {
        let door = Door::new().await;
        let app = App::registered(&door).await;
        let code = door.code(&door.alpha, Scope::Read).await;
        let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
        assert_eq!(confirm.status, 200, "{what:?}");
        change(&door, what).await;
        assert_eq!(
            browser.press(&confirm, "allow").await.status,
            409,
            "typed before, allowed after {what:?}"
        );
        assert_eq!(
            app.confirm_page(&door, &door.alpha, &code).await.1.status,
            422,
            "typed after {what:?}"
        );
        assert_eq!(door.live_apps(&door.alpha).await, 0, "{what:?}");
    }
}

#[tokio::test]
async fn c07_an_authorization_code_dies_with_the_installation() {
    for what in [Change::Uninstalled, Change::Reinstalled] {
        let door = Door::new().await;
        let app = App::registered(&door).await;
        let code = app.authorized(&door, &door.alpha, Scope::Read).await;
        change(&door, what).await;
        assert_eq!(
            app.exchange(&door, &code, &[]).await.verdict(),
            (400, "invalid_grant".into()),
            "{what:?}"
        );
    }
}

#[tokio::test]
async fn c08_pressing_allow_again_makes_no_second_grant() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    let first = browser.press(&confirm, "allow").await;
    let again = browser.press(&confirm, "allow").await;
    assert_eq!((again.status.as_u16(), again.location()), (409, None));
    assert_eq!(door.live_apps(&door.alpha).await, 1);
    let sent = first.sent("code").expect("a code");
    assert_eq!(
        app.exchange(&door, &sent, &[]).await.status,
        200,
        "the first one stays good"
    );
}

#[tokio::test]
async fn a_store_has_three_live_codes_and_the_fourth_ends_none_of_them() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let mut codes = Vec::new();
    for _ in 0..MAX_LIVE_CODES {
        codes.push(door.code(&door.alpha, Scope::Read).await);
    }
    assert!(door.access.create_code(&door.alpha, Scope::Read, ann()).await.is_err());
    for code in &codes {
        let (browser, confirm) = app.confirm_page(&door, &door.alpha, code).await;
        assert_eq!(browser.press(&confirm, "allow").await.status, 303);
    }
}
