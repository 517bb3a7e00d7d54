//! Connecting a web chat, until an app has come.

use axum::http::StatusCode;
use chrono::TimeDelta;
use latchstring_access::{CodeState, MAX_LIVE_CODES, Plan, TenantEventKind};
use latchstring_core::Scope;

use crate::desk::{Browser, Office, Shown};

async fn make(browser: &Browser, scope: &str) -> Shown {
    let once = browser.get("/access/connect").await.field("once");
    browser
        .post("/access/connect", &[("scope", scope), ("once", &once)])
        .await
}

/// The code as it stands on the page.
fn code(shown: &Shown) -> String {
    let groups = shown.between("aria-labelledby=\"code-label\">", "</code>");
    groups.replace("<span>", "").replace("</span>", "")
}

fn page_of(shown: &Shown) -> String {
    shown.between("data-look=\"", "\"").to_owned()
}

#[tokio::test]
async fn a_code_is_shown_with_the_connector_and_then_the_app_that_used_it() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let made = make(&nora, "read").await;
    assert_eq!(made.status, StatusCode::OK);
    let tenant = &office.tenants[0];
    let connector = format!("https://mcp.example.com/c/{}/mcp-agent", tenant.connector);
    assert!(made.has("<summary>claude.ai</summary>") && made.has("<summary>ChatGPT</summary>"));
    assert!(made.has(&connector) && made.has("data-seconds=\"600\"") && made.has("data-live=\"waiting\""));
    let (code, look) = (code(&made), page_of(&made));
    assert_eq!(code.len(), 24, "{code}");
    assert!(
        made.between("id=\"code\"", ">").contains("data-once="),
        "{}",
        made.main()
    );

    let waits = nora.get(&look).await;
    assert!(
        waits.has("data-live=\"waiting\"") && !waits.html.contains(&code),
        "shown once"
    );
    office.app_uses(&code, "Claude").await;
    assert!(
        nora.get(&look).await.has("data-live=\"waiting\""),
        "it has not come for its tokens yet"
    );
    office.app_fetches().await;
    let connected = nora.get(&look).await;
    for expected in [
        "data-live=\"connected\"",
        "data-say=\"Claude, verified as claude.ai, is connected.\"",
        "<bdi>Claude</bdi> is connected",
        "by <bdi>Nora</bdi>",
        "Read only",
        "This was not me: revoke",
    ] {
        assert!(connected.has(expected), "{expected}: {}", connected.main());
    }
}

#[tokio::test]
async fn another_code_ends_the_first_and_allows_the_same() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let first = make(&nora, "read_write").await;
    let fields = ["scope", "once", "instead"].map(|name| (name, first.field(name)));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    office.clock.advance(TimeDelta::seconds(1));
    let second = nora.post("/access/connect", &fields).await;
    assert_ne!(code(&first), code(&second));
    let codes = office.access.list_codes(office.tenants[0].id).await.expect("listed");
    assert_eq!((codes[0].scope, &codes[0].state), (Scope::ReadWrite, &CodeState::Live));
    assert!(matches!(codes[1].state, CodeState::Cancelled(_)));
    let again = nora.post("/access/connect", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(!again.html.contains(&code(&second)));
}

#[tokio::test]
async fn who_asks_for_another_code_sees_the_app_that_used_the_first() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let first = make(&nora, "read").await;
    office.app_uses(&code(&first), "Claude").await;
    let fetching = nora.get(&page_of(&first)).await;
    assert!(!fetching.has("Make a new code") && !fetching.has("Cancel this code"));
    let another = async || {
        let once = nora.get("/access/connect").await.field("once");
        let fields = [("scope", "read"), ("once", &once), ("instead", &first.field("instead"))];
        nora.post("/access/connect", &fields).await
    };
    assert_eq!(another().await.location, page_of(&first), "it fetches its tokens");
    office.app_fetches().await;
    assert_eq!(another().await.location, page_of(&first));
    assert!(nora.get(&page_of(&first)).await.has("<bdi>Claude</bdi> is connected"));
    let tenant = office.tenants[0].id;
    assert_eq!(office.access.list_codes(tenant).await.expect("listed").len(), 1);

    let grant = office.access.list_apps(tenant).await.expect("listed")[0].grant;
    nora.post("/access/revoke", &[("grant", &grant.to_string())]).await;
    assert_eq!(code(&another().await).len(), 24, "that app is gone");
}

#[tokio::test]
async fn a_code_that_is_over_says_so_and_offers_another() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (cancelled, expired) = (make(&nora, "read").await, make(&nora, "read").await);
    let done = nora.post(&format!("{}/cancel", page_of(&cancelled)), &[]).await;
    assert_eq!(done.location, page_of(&cancelled));
    let shown = nora.get(&page_of(&cancelled)).await;
    assert!(
        shown.has("The code is cancelled") && shown.has("data-live=\"cancelled\""),
        "{}",
        shown.main()
    );
    office.clock.advance(TimeDelta::minutes(10));
    let shown = nora.get(&page_of(&expired)).await;
    assert!(
        shown.has("The code has expired") && shown.has("The new code is read only"),
        "{}",
        shown.main()
    );
}

#[tokio::test]
async fn why_there_is_no_code_is_said() {
    let office = Office::new().await;
    let nora = office.nora().await;
    for _ in 0..MAX_LIVE_CODES {
        make(&nora, "read").await;
    }
    let refused = make(&nora, "read_write").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.has("3 codes are waiting") && refused.has("value=\"read_write\" checked"),
        "{}",
        refused.main()
    );
    office.clock.advance(TimeDelta::minutes(10));
    office.happens(TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    assert!(make(&nora, "read").await.has("The subscription is not active"));
    for path in [
        "/access/connect/nonsense",
        "/access/connect/cod_00000000000000000000000000000000",
    ] {
        assert_eq!(nora.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_app_that_is_not_connected_is_not_said_to_be() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (lost, revoked) = (make(&nora, "read").await, make(&nora, "read").await);
    office.app_uses(&code(&revoked), "Claude").await;
    office.app_fetches().await;
    let grant = office.access.list_apps(office.tenants[0].id).await.expect("listed")[0].grant;
    nora.post("/access/revoke", &[("grant", &grant.to_string())]).await;
    let shown = nora.get(&page_of(&revoked)).await;
    assert!(
        shown.has("The app was revoked") && !shown.has("is connected</h1>"),
        "{}",
        shown.main()
    );
    office.app_uses(&code(&lost), "Claude").await;
    office.clock.advance(TimeDelta::minutes(2));
    let shown = nora.get(&page_of(&lost)).await;
    assert!(shown.has("did not come back for its access"), "{}", shown.main());
}
