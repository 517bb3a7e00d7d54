//! The access page itself.

use chrono::TimeDelta;
use latchstring_access::{Plan, TenantEventKind};
use latchstring_core::Scope;

use crate::desk::Office;

#[tokio::test]
async fn the_first_visit_offers_both_ways_in() {
    let office = Office::new().await;
    let home = office.nora().await.get("/access").await;
    assert!(
        home.has("Nothing reaches <bdi>Maple &lt;Bikes&gt;</bdi> yet."),
        "{}",
        home.main()
    );
    assert!(home.has("/access/connect") && home.has("/access/keys/new"));
    assert!(!home.has("Pause all"), "there is nothing to pause");
    let staff = office.person("maple.example", "T", "look").await.get("/access").await;
    assert!(staff.has("Nothing reaches") && !staff.has("/access/connect"));
}

#[tokio::test]
async fn each_entry_of_the_bar_says_where_one_is() {
    let office = Office::new().await;
    let nora = office.nora().await;
    for (path, access, activity) in [
        ("/access", " aria-current=\"page\"", ""),
        ("/access/connect", " aria-current=\"true\"", ""),
        ("/access/activity", "", " aria-current=\"page\""),
    ] {
        let shown = nora.get(path).await;
        let bar = shown.between("<nav aria-label=\"Pages\">", "</nav>");
        let expected =
            format!("<a href=\"/access\"{access}>Access</a> <a href=\"/access/activity\"{activity}>Activity</a>");
        assert_eq!(bar, expected, "{path}");
    }
}

#[tokio::test]
async fn an_app_is_listed_with_who_vouches_for_it_and_where_it_returns_to() {
    let office = Office::new().await;
    office.app("Claude", Scope::Read).await;
    let home = office.nora().await.get("/access").await;
    for expected in [
        "<td data-label=\"Returns to\"><bdi>claude.ai</bdi></td>",
        "it has a minute to fetch its tokens",
        "<h3>Pause all</h3>",
        "Ends 1 connected app for good.",
        "There are no keys.",
    ] {
        assert!(home.has(expected), "{expected}: {}", home.main());
    }
}

#[tokio::test]
async fn a_lapsed_plan_is_said_and_nothing_claimed_to_work() {
    let office = Office::new().await;
    let nora = office.nora().await;
    assert!(!nora.get("/access").await.has("The subscription is not active"));
    office.happens(TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let home = nora.get("/access").await;
    for expected in [
        "<strong>The subscription is not active</strong>",
        "until it is renewed in the app",
    ] {
        assert!(home.has(expected), "{expected}: {}", home.main());
    }
    nora.post("/access/pause", &[]).await;
    nora.post("/access/resume", &[]).await;
    let resumed = nora.get("/access?done=resumed").await;
    assert!(
        resumed.has("Resumed. Keys and apps are refused all the same") && !resumed.has("work again."),
        "{}",
        resumed.main()
    );
}

#[tokio::test]
async fn what_was_revoked_stays_listed_for_ninety_days() {
    let office = Office::new().await;
    let (_, grant) = office.key(0, "Gone").await;
    office.key(0, "Stays").await;
    office.nora().await.post("/access/revoke", &[("grant", &grant)]).await;
    office.clock.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    let nora = office.nora().await;
    assert!(nora.get("/access").await.has("<s><bdi>Gone</bdi></s>"));
    let told = nora.get(&format!("/access?revoked={grant}")).await;
    assert!(told.has("<strong><bdi>Gone</bdi></strong> is revoked") && told.has("<strong><bdi>Stays</bdi></strong>"));
    office.clock.advance(TimeDelta::seconds(1));
    assert!(!office.nora().await.get("/access").await.has("Gone"));
}

#[tokio::test]
async fn what_somebody_else_undid_meanwhile_is_not_claimed() {
    let office = Office::new().await;
    office.key(0, "one").await;
    let nora = office.nora().await;
    nora.post("/access/pause", &[]).await;
    assert!(nora.get("/access?done=paused").await.has("data-focus"));
    assert!(!nora.get("/access?done=resumed").await.has("data-focus"));
    let by = latchstring_access::Person::new("t", "T");
    office.happens(TenantEventKind::Resumed { by }).await;
    assert!(!nora.get("/access?done=paused").await.has("data-focus"));
}
