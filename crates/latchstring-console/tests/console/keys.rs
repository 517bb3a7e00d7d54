//! Making a key.

use axum::http::StatusCode;
use latchstring_access::MAX_LIVE_KEYS;
use latchstring_core::Scope;

use crate::desk::{Browser, Office, Shown};

async fn make(browser: &Browser, label: &str, scope: &str, expires: &str) -> Shown {
    let form = browser.get("/access/keys/new").await;
    let once = form.field("once");
    let fields = [
        ("label", label),
        ("scope", scope),
        ("expires", expires),
        ("once", &once),
    ];
    browser.post("/access/keys/new", &fields).await
}

fn key(shown: &Shown) -> String {
    shown
        .between(
            "id=\"secret\" type=\"text\" dir=\"ltr\" readonly spellcheck=\"false\" autocomplete=\"off\" value=\"",
            "\"",
        )
        .to_owned()
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_works() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let form = nora.get("/access/keys/new").await;
    assert!(
        form.has("value=\"read\" checked"),
        "read only unless one chooses otherwise"
    );
    let made = make(&nora, "Nightly <report>", "read", "30").await;
    assert_eq!(made.status, StatusCode::OK);
    let key = key(&made);
    let grant = office.access.authenticate_key(&key).await.expect("it works");
    assert_eq!(grant.scope(), Scope::Read);
    assert!(made.has("<bdi>Nightly &lt;report&gt;</bdi>"), "{}", made.main());
    for client in ["Claude Code", "Codex", "Cursor", "VS Code", "Claude Desktop", "curl"] {
        assert!(made.has(&format!("<summary>{client}</summary>")), "{client}");
    }

    let listed = &office.access.list_keys(office.tenants[0].id).await.expect("listed")[0];
    assert_eq!(
        (listed.created_by.name(), listed.expires_at),
        ("Nora", Some(office.clock_in_days(30)))
    );
    let home = nora.get("/access").await;
    assert!(home.has("No app is connected."));
    assert!(home.has(&listed.hint) && home.has("21 Dec 2026"));
    assert!(!home.html.contains(&key), "never again");
}

impl Office {
    fn clock_in_days(&self, days: i64) -> chrono::DateTime<chrono::Utc> {
        use latchstring_core::Clock;
        self.clock.now() + chrono::TimeDelta::days(days)
    }
}

#[tokio::test]
async fn a03_a_form_that_is_sent_again_makes_nothing_and_shows_nothing() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let once = nora.get("/access/keys/new").await.field("once");
    let fields = [
        ("label", "one"),
        ("scope", "read"),
        ("expires", ""),
        ("once", once.as_str()),
    ];
    let first = nora.post("/access/keys/new", &fields).await;
    let key = key(&first);
    assert_eq!(first.cache, "no-store");
    let again = nora.post("/access/keys/new", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(!again.html.contains(&key) && again.has("was sent already"));
    assert_eq!(
        office
            .access
            .list_keys(office.tenants[0].id)
            .await
            .expect("listed")
            .len(),
        1
    );
    for path in ["/access", "/access/keys/new", "/access/connect"] {
        let page = nora.get(path).await;
        assert_eq!(page.cache, "no-store", "{path}");
        assert!(!page.html.contains(&key), "{path}");
    }
}

#[tokio::test]
async fn a03_a_key_is_not_on_the_page_that_the_browser_goes_back_to() {
    let office = Office::new().await;
    let made = make(&office.nora().await, "", "read", "").await;
    let key = key(&made);
    // Whatever shows it is emptied by the script when the page is left.
    let (_, script) = made.html.split_once("<script>").expect("a script");
    assert!(script.contains("addEventListener('pagehide'") && script.contains("$$('[data-once]')"));
    let shown: Vec<&str> = made.html.split('<').collect();
    let holding = shown.iter().enumerate().filter(|(_, element)| element.contains(&key));
    assert_eq!(holding.clone().count(), 6);
    for (at, element) in holding {
        // The lines for a client are in a `code` in a `pre`.
        let holder = if element.starts_with("code") {
            shown[at - 1]
        } else {
            element
        };
        assert!(holder.contains("data-once="), "{holder}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said_and_the_rest_of_it_kept() {
    let office = Office::new().await;
    let nora = office.nora().await;
    let wrong = make(&nora, "ends\u{202E}here", "read_write", "90").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("The key was not created."), "{}", wrong.main());
    assert!(
        wrong.has("value=\"read_write\" checked") && wrong.has("value=\"90\" selected"),
        "{}",
        wrong.main()
    );
    for (label, scope, expires) in [("x", "admin", ""), ("x", "read", "36500"), ("x", "read", "-1")] {
        let wrong = make(&nora, label, scope, expires).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{scope} {expires}");
    }
    assert!(
        office
            .access
            .list_keys(office.tenants[0].id)
            .await
            .expect("listed")
            .is_empty()
    );
}

#[tokio::test]
async fn the_fifty_first_key_is_refused_with_what_to_do() {
    let office = Office::new().await;
    let nora = office.nora().await;
    for _ in 0..MAX_LIVE_KEYS {
        assert_eq!(make(&nora, "", "read", "").await.status, StatusCode::OK);
    }
    let refused = make(&nora, "", "read", "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.has("Revoke one that is not used any more."),
        "{}",
        refused.main()
    );
}

#[tokio::test]
async fn a_key_that_has_expired_is_listed_as_such_for_ninety_days() {
    let office = Office::new().await;
    let nora = office.nora().await;
    make(&nora, "short", "read", "7").await;
    office.clock.advance(chrono::TimeDelta::days(7));
    let nora = office.nora().await;
    let home = nora.get("/access").await;
    assert!(
        home.has("Expired on <time") && home.has("<s><bdi>short</bdi></s>"),
        "{}",
        home.main()
    );
    assert!(!home.has("Revoke key short"), "there is nothing left to revoke");
    office.clock.advance(chrono::TimeDelta::days(90));
    assert!(!office.nora().await.get("/access").await.has("short"));
}

#[tokio::test]
async fn a_form_without_its_number_makes_nothing() {
    let office = Office::new().await;
    let nora = office.nora().await;
    for once in ["", "x", "0123456789abcdef", "0123456789abcdef0123456789abcdeg"] {
        let fields = [("label", "x"), ("scope", "read"), ("expires", ""), ("once", once)];
        let wrong = nora.post("/access/keys/new", &fields).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{once}");
    }
    assert!(
        office
            .access
            .list_keys(office.tenants[0].id)
            .await
            .expect("listed")
            .is_empty()
    );
}
