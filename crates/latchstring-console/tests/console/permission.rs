//! A: who may do what on the access page.

use axum::http::StatusCode;
use latchstring_core::Scope;

use crate::desk::Office;

/// Everything that changes something, with what a right form would send.
async fn changes(office: &Office) -> Vec<(String, Vec<(&'static str, String)>)> {
    let (_, grant) = office.key(0, "Nora's").await;
    let nora = office.nora().await;
    let once = nora.get("/access/keys/new").await.field("once");
    let code_once = nora.get("/access/connect").await.field("once");
    let by = latchstring_access::Person::new("tomas", "Tomás");
    let (_, code) = office
        .access
        .create_code(&office.tenants[0], Scope::Read, by)
        .await
        .expect("made");
    let text = |text: &str| text.to_owned();
    vec![
        ("/access/revoke".into(), vec![("grant", grant)]),
        ("/access/revoke-all".into(), vec![("name", text("Maple <Bikes>"))]),
        ("/access/pause".into(), vec![]),
        ("/access/resume".into(), vec![]),
        (
            "/access/keys/new".into(),
            vec![
                ("label", text("x")),
                ("scope", text("read")),
                ("expires", text("")),
                ("once", once),
            ],
        ),
        (
            "/access/connect".into(),
            vec![("scope", text("read")), ("once", code_once)],
        ),
        (format!("/access/connect/{}/cancel", code.id), vec![]),
    ]
}

/// All that could have changed.
async fn state(office: &Office) -> String {
    let tenant = &office.tenants[0];
    let (keys, apps, codes) = (
        office.access.list_keys(tenant.id).await.expect("listed"),
        office.access.list_apps(tenant.id).await.expect("listed"),
        office.access.list_codes(tenant.id).await.expect("listed"),
    );
    let tenant = office.access.find_connector(&tenant.connector).await.expect("found");
    format!("{keys:?} {apps:?} {codes:?} {tenant:?}")
}

#[tokio::test]
async fn a02_who_may_only_look_sees_everything_and_changes_nothing() {
    let office = Office::new().await;
    office.app("Claude", Scope::Read).await;
    let changes = changes(&office).await;
    let before = state(&office).await;
    let staff = office.person("maple.example", "Tomas", "look").await;
    let home = staff.get("/access").await;
    assert!(home.has("Nora&#39;s") || home.has("Nora's"), "{}", home.main());
    assert!(!home.has("<button"), "nothing to press: {}", home.main());
    assert!(
        !home.has("/access/keys/new") && !home.has("/access/connect"),
        "{}",
        home.main()
    );
    for path in [
        "/access/keys/new",
        "/access/connect",
        "/access/revoke-all",
        "/access/revoke?grant=x",
    ] {
        assert_eq!(staff.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for (path, fields) in &changes {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = staff.post(path, &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.has("You may look, and not change this"), "{path}");
    }
    assert_eq!(state(&office).await, before);
}

#[tokio::test]
async fn a02_a_form_from_another_site_changes_nothing() {
    let office = Office::new().await;
    let changes = changes(&office).await;
    let before = state(&office).await;
    let nora = office.nora().await;
    for (path, fields) in &changes {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for origin in [
            None,
            Some("null"),
            Some("https://evil.example"),
            Some("http://mcp.example.com"),
        ] {
            let refused = nora.post_from(origin, path, &fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} from {origin:?}");
        }
    }
    let refused = nora
        .post_from(Some("https://evil.example"), "/access/sign-out", &[])
        .await;
    assert_eq!(
        (refused.status, refused.set_cookie.as_str()),
        (StatusCode::FORBIDDEN, "")
    );
    assert_eq!(state(&office).await, before);
    for (path, fields) in &changes {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let accepted = nora.post(path, &fields).await;
        assert_ne!(
            accepted.status,
            StatusCode::FORBIDDEN,
            "the same from our own page: {path}"
        );
    }
}

#[tokio::test]
async fn a02_what_is_another_tenants_is_not_there() {
    let office = Office::new().await;
    let (key, grant) = office.key(1, "theirs").await;
    let by = latchstring_access::Person::new("o", "Other");
    let (text, code) = office
        .access
        .create_code(&office.tenants[1], Scope::Read, by)
        .await
        .expect("made");
    let nora = office.nora().await;
    assert!(!nora.get("/access").await.has("theirs"));
    assert_eq!(
        nora.get(&format!("/access/revoke?grant={grant}")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        nora.post("/access/revoke", &[("grant", &grant)]).await.status,
        StatusCode::NOT_FOUND
    );
    let path = format!("/access/connect/{}", code.id);
    assert_eq!(nora.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        nora.post(&format!("{path}/cancel"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(office.access.authenticate_key(&key).await.is_ok());
    assert!(
        office
            .access
            .find_code(text.expose())
            .await
            .expect("answered")
            .is_some()
    );
}

#[tokio::test]
async fn t14_a_name_from_outside_stands_alone_and_acts_nowhere() {
    let office = Office::new().await;
    office.app("<script>alert(1)</script>\u{202E}", Scope::Read).await;
    let home = office.nora().await.get("/access").await;
    assert!(!home.html.contains("<script>alert"), "{}", home.main());
    assert!(
        home.has("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\u{202E}</bdi>"),
        "{}",
        home.main()
    );
    assert!(home.has("<bdi>Maple &lt;Bikes&gt;</bdi>"));
}

#[tokio::test]
async fn a02_a_form_of_one_store_changes_nothing_in_another() {
    let office = Office::new().await;
    let changes = changes(&office).await;
    let before = state(&office).await;
    // Since the form was shown, the same browser has signed in to the first store in another tab.
    let mut nora = office.nora().await;
    nora.whose = office.tenants[1].connector.to_string();
    for (path, fields) in &changes {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = nora.post(path, &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
        assert!(refused.has("You are signed in elsewhere by now"), "{path}");
        assert!(refused.has("signed in to another workshop since"), "{}", refused.main());
    }
    assert_eq!(state(&office).await, before);
}

#[tokio::test]
async fn every_form_says_whose_data_it_is_about() {
    let office = Office::new().await;
    let (_, grant) = office.key(0, "one").await;
    let nora = office.nora().await;
    let whose = format!("name=\"whose\" value=\"{}\"", nora.whose);
    let forms = |html: &str| html.matches("method=\"post\"").count();
    for path in [
        "/access",
        "/access/keys/new",
        "/access/connect",
        "/access/revoke-all",
        &format!("/access/revoke?grant={grant}"),
    ] {
        let shown = nora.get(path).await;
        assert_eq!(forms(shown.main()), shown.main().matches(&whose).count(), "{path}");
        assert!(forms(shown.main()) > 0, "{path}");
    }
    let once = nora.get("/access/connect").await.field("once");
    let made = nora
        .post("/access/connect", &[("scope", "read"), ("once", &once)])
        .await;
    assert_eq!(forms(made.main()), made.main().matches(&whose).count());
}
