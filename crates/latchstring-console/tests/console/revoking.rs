//! Revoking and pausing: first the question, then what the store says.

use axum::http::StatusCode;
use latchstring_access::{NewKey, Person};
use latchstring_core::{Gate, Refusal, Scope};

use crate::desk::Office;

impl Office {
    pub(crate) async fn key(&self, tenant: usize, label: &str) -> (String, String) {
        let new = NewKey {
            tenant: self.tenants[tenant].id,
            scope: Scope::ReadWrite,
            label: label.parse().expect("a label"),
            created_by: Person::new("tomas", "Tomás"),
            expires_at: None,
        };
        let (key, summary) = self.access.create_key(new).await.expect("made");
        (key.expose().to_owned(), summary.grant.to_string())
    }
}

#[tokio::test]
async fn a_key_is_revoked_after_a_question_and_its_row_says_who_did_it() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (key, grant) = office.key(0, "Old laptop").await;
    let home = nora.get("/access").await;
    assert!(home.has("aria-label=\"Revoke key Old laptop\""), "{}", home.main());
    let question = nora.get(&format!("/access/revoke?grant={grant}")).await;
    assert!(question.has("Revoke <bdi>Old laptop</bdi>?") && question.has("needs a new key"));
    assert!(
        office.access.authenticate_key(&key).await.is_ok(),
        "asking does nothing"
    );

    let done = nora.post("/access/revoke", &[("grant", &grant)]).await;
    assert_eq!(
        (done.status, done.location),
        (StatusCode::SEE_OTHER, format!("/access?revoked={grant}#{grant}"))
    );
    assert!(office.access.authenticate_key(&key).await.is_err());
    let home = nora.get(&format!("/access?revoked={grant}")).await;
    assert!(
        home.has("<strong><bdi>Old laptop</bdi></strong> is revoked"),
        "{}",
        home.main()
    );
    assert!(home.has("<s><bdi>Old laptop</bdi></s>") && home.has("Revoked by <bdi>Nora</bdi> on"));
    let gone = nora.get(&format!("/access/revoke?grant={grant}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "there is nothing left to ask");
    let again = nora.post("/access/revoke", &[("grant", &grant)]).await;
    assert_eq!(
        again.status,
        StatusCode::SEE_OTHER,
        "whoever was second is told the same"
    );
}

#[tokio::test]
async fn an_address_that_claims_a_revocation_is_not_believed() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (_, grant) = office.key(0, "Laptop").await;
    for path in [
        format!("/access?revoked={grant}"),
        "/access?done=revoked-all".into(),
        "/access?done=paused".into(),
    ] {
        let home = nora.get(&path).await;
        assert!(
            home.status == StatusCode::OK && !home.has("data-focus"),
            "{path}: {}",
            home.main()
        );
    }
    assert_eq!(nora.get("/access?revoked=nonsense").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_app_is_revoked_likewise() {
    let office = Office::new().await;
    office.app("Claude", Scope::ReadWrite).await;
    let nora = office.nora().await;
    let home = nora.get("/access").await;
    for expected in [
        "New connection",
        "verified: <bdi>claude.ai</bdi>",
        "Read &amp; write",
        "by <bdi>Tomás</bdi>",
    ] {
        assert!(home.has(expected), "{expected}: {}", home.main());
    }
    let grant = office.access.list_apps(office.tenants[0].id).await.expect("listed")[0]
        .grant
        .to_string();
    let question = nora.get(&format!("/access/revoke?grant={grant}")).await;
    assert!(question.has("it needs a new connection code"), "{}", question.main());
    nora.post("/access/revoke", &[("grant", &grant)]).await;
    let app = &office.access.list_apps(office.tenants[0].id).await.expect("listed");
    // It never fetched its tokens, so nothing of it is left to list.
    assert!(app.is_empty() || app[0].revoked.is_some());
}

#[tokio::test]
async fn a_new_connection_is_news_for_a_day() {
    let office = Office::new().await;
    office.app("Claude", Scope::Read).await;
    assert!(office.nora().await.get("/access").await.has("New connection"));
    office.clock.advance(chrono::TimeDelta::days(1));
    assert!(!office.nora().await.get("/access").await.has("New connection"));
}

#[tokio::test]
async fn revoking_all_asks_for_the_name_and_ends_everything() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (key, _) = office.key(0, "one").await;
    let (other, _) = office.key(1, "of another store").await;
    office.app("Claude", Scope::Read).await;
    let by = Person::new("tomas", "Tomás");
    let (code, _) = office
        .access
        .create_code(&office.tenants[0], Scope::Read, by)
        .await
        .expect("made");

    let question = nora.get("/access/revoke-all").await;
    assert!(question.has("1 key and 1 connected app"), "{}", question.main());
    let wrong = nora.post("/access/revoke-all", &[("name", "maple")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("That is not the name."), "{}", wrong.main());
    assert!(office.access.authenticate_key(&key).await.is_ok());

    let done = nora.post("/access/revoke-all", &[("name", "Maple <Bikes>")]).await;
    assert_eq!(done.location, "/access?done=revoked-all");
    // Everybody's sessions are over; whoever did it has a new one.
    assert_eq!(nora.get("/access").await.location, "/access/sign-in");
    let nora = nora.with_cookie_of(&done);
    assert!(office.access.authenticate_key(&key).await.is_err());
    assert!(
        office
            .access
            .find_code(code.expose())
            .await
            .expect("answered")
            .is_none()
    );
    assert!(office.access.authenticate_key(&other).await.is_ok(), "another store's");
    let by = Person::new("tomas", "Tomás");
    let made = office
        .access
        .create_code(&office.tenants[0], Scope::Read, by.clone())
        .await;
    let (_, live) = made.expect("made");
    let claimed = nora.get("/access?done=revoked-all").await;
    assert!(!claimed.has("data-focus"), "a code was made since");
    let cancelled = office.access.cancel_code(office.tenants[0].id, live.id, &by).await;
    assert!(cancelled.expect("answered"));
    let home = nora.get("/access?done=revoked-all").await;
    assert!(
        home.has("all keys and apps are revoked") && !home.has("Revoke all</h3>"),
        "{}",
        home.main()
    );
}

#[tokio::test]
async fn a_pause_refuses_every_call_and_is_over_when_somebody_resumes() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let (key, _) = office.key(0, "one").await;
    let grant = office.access.authenticate_key(&key).await.expect("recognised");
    let paused = nora.post("/access/pause", &[]).await;
    assert_eq!(paused.location, "/access?done=paused");
    assert!(matches!(office.access.check(&grant).await, Err(Refusal::Paused)));
    let home = nora.get("/access?done=paused").await;
    assert!(
        home.has("<strong>Paused</strong> by <bdi>Nora</bdi>") && home.has("refused from now on"),
        "{}",
        home.main()
    );
    let resumed = nora.post("/access/resume", &[]).await;
    assert_eq!(resumed.location, "/access?done=resumed");
    assert!(office.access.check(&grant).await.is_ok());
    assert!(nora.get("/access?done=resumed").await.has("Keys and apps work again."));
}
