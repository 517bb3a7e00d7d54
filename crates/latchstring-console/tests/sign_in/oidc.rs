//! With the app itself.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chrono::TimeDelta;
use latchstring_access::{Person, Secret};
use latchstring_console::{Manages, OidcSettings, OidcSignIn};
use serde_json::json;
use tokio::task::JoinSet;
use url::{Url, form_urlencoded::Serializer};

use crate::{
    door::{Door, ORIGIN, Reply, SESSION},
    provider::{CLIENT, Provider, SECRET, Userinfo},
};

const FLOW: &str = "__Host-latchstring-sign-in";

struct Setup {
    door: Door,
    provider: Provider,
}

/// A browser that was sent to the app.
struct Sent {
    authorize: Url,
    cookie: String,
}

fn settings(provider: &Provider) -> OidcSettings {
    OidcSettings {
        authorize_url: provider.url("/authorize?tenant=all"),
        token_url: provider.url("/token"),
        userinfo_url: provider.url("/userinfo"),
        client_id: CLIENT.into(),
        client_secret: Some(Secret::new(SECRET)),
        scopes: ["openid", "profile", "stores"].map(str::to_owned).into(),
        tenant_claim: "stores".into(),
        manages: Manages::Role {
            claim: "roles".into(),
            value: "admin".into(),
        },
        sub_claim: "sub".into(),
        name_claim: "name".into(),
    }
}

async fn setup() -> Setup {
    let provider = Provider::start().await;
    let door = Door::new(OidcSignIn::new(settings(&provider)).unwrap()).await;
    provider.says(json!({
        "sub": "u1",
        "name": "Nora Lindqvist",
        "stores": ["voltvelo.myshopify.com"],
        "roles": ["staff", "admin"],
    }));
    Setup { door, provider }
}

/// One whose person speaks for two tenants that are here, and two that are not.
async fn setup_of_two() -> Setup {
    let setup = setup().await;
    setup.provider.says(json!({
        "sub": "u1",
        "name": "Nora <b>",
        "stores": ["alpha.myshopify.com", "unknown.example", "voltvelo.myshopify.com", "Voltvelo", "alpha.myshopify.com"],
    }));
    setup
}

impl Setup {
    async fn begin(&self) -> Sent {
        let reply = self.door.get("/access/sign-in", "").await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        assert_eq!(reply.header("cache-control"), "no-store");
        Sent {
            authorize: reply.header("location").parse().unwrap(),
            cookie: reply.cookie(FLOW),
        }
    }

    /// The person signs in with the app, and comes back.
    async fn sign_in(&self) -> (Sent, Reply) {
        let sent = self.begin().await;
        let back = self.provider.sign_in(&sent.authorize, "code-1");
        let reply = self.door.get(&back, &sent.cookie).await;
        (sent, reply)
    }

    async fn choose(&self, fields: &[(&str, &str)], cookies: &str, origin: &str) -> Reply {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/access/sign-in/choose")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin)
            .header("cookie", cookies);
        self.door.send(request.body(Body::from(form)).unwrap()).await
    }
}

fn assert_outside(reply: &Reply, status: StatusCode, words: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(reply.set_cookie(SESSION), None);
    assert!(reply.text.contains(words), "{}", reply.text);
}

/// What the page offers, as its form sends it.
fn offered(page: &Reply) -> String {
    let (_, rest) = page.text.split_once(r#"name="choice" value=""#).expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_signs_in_with_the_app_comes_to_the_page_of_their_tenant() {
    let setup = setup().await;
    let sent = setup.begin().await;
    assert_eq!(sent.authorize.path(), "/authorize");
    let query: Vec<_> = sent.authorize.query_pairs().into_owned().collect();
    assert!(
        query.contains(&("tenant".into(), "all".into())),
        "its own query is kept"
    );
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    let reply = setup.door.get(&back, &sent.cookie).await;
    assert!(reply.lets_in(), "{}", reply.text);
    let cleared = format!("{FLOW}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure");
    assert_eq!(reply.set_cookie(FLOW), Some(cleared.as_str()));
    let page = setup.door.get("/access", &reply.cookie(SESSION)).await;
    assert!(page.text.contains("<bdi>Voltvelo</bdi>"), "{}", page.text);
    assert!(page.text.contains("<bdi>Nora Lindqvist</bdi>"), "{}", page.text);
    assert!(page.text.contains("/access/keys"), "she may create: {}", page.text);
}

#[tokio::test]
async fn who_is_no_admin_at_the_app_may_look() {
    let setup = setup().await;
    setup
        .provider
        .says(json!({ "sub": 7, "stores": "voltvelo.myshopify.com", "roles": ["staff"] }));
    let (_, reply) = setup.sign_in().await;
    let page = setup.door.get("/access", &reply.cookie(SESSION)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<bdi>User 7</bdi>"), "{}", page.text);
    assert!(!page.text.contains("/access/keys"), "{}", page.text);
}

#[tokio::test]
async fn the_browser_keeps_neither_state_nor_verifier_and_for_ten_minutes() {
    let setup = setup().await;
    let reply = setup.door.get("/access/sign-in", "").await;
    let cookie = reply.set_cookie(FLOW).unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure"),
        "{cookie}"
    );
    let authorize: Url = reply.header("location").parse().unwrap();
    let (_, state) = authorize.query_pairs().find(|(name, _)| name == "state").unwrap();
    assert!(!cookie.contains(&*state));
    let sent = setup.begin().await;
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    setup.door.advance(TimeDelta::minutes(10));
    let late = setup.door.get(&back, &sent.cookie).await;
    assert_outside(&late, StatusCode::BAD_REQUEST, "Sign in once more");
    let (_, time) = sent.cookie.rsplit_once('.').unwrap();
    let longer = sent
        .cookie
        .replace(time, &(time.parse::<i64>().unwrap() + 600).to_string());
    let stretched = setup.door.get(&back, &longer).await;
    assert_outside(&stretched, StatusCode::BAD_REQUEST, "Sign in once more");
    assert_eq!(setup.provider.asked(), 0);
}

#[tokio::test]
async fn a02_a_callback_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let setup = setup().await;
    let (mine, theirs) = (setup.begin().await, setup.begin().await);
    let back = setup.provider.sign_in(&theirs.authorize, "code-of-theirs");
    for cookies in [
        mine.cookie.as_str(),
        "",
        &format!("{FLOW}="),
        &format!("{FLOW}=x.1"),
        "latchstring-sign-in=x",
    ] {
        let reply = setup.door.get(&back, cookies).await;
        assert_outside(&reply, StatusCode::BAD_REQUEST, "Sign in once more");
    }
    for path in [
        "/access/sign-in/callback".to_owned(),
        "/access/sign-in/callback?code=code-of-theirs".to_owned(),
        "/access/sign-in/callback?code=code-of-theirs&state=".to_owned(),
        "/access/sign-in/callback?code=code-of-theirs&state=AAAA".to_owned(),
        format!("{back}&state=AAAA"),
        format!("{back}&code={}", "a".repeat(5_000)),
        back.replace("code=code-of-theirs", &format!("code={}", "a".repeat(5_000))),
        back.replace("code=code-of-theirs&", ""),
    ] {
        let reply = setup.door.get(&path, &theirs.cookie).await;
        assert_outside(&reply, StatusCode::BAD_REQUEST, "Sign in once more");
    }
    assert_eq!(setup.provider.asked(), 0, "the code is not spent for a stranger");
    assert!(setup.door.get(&back, &theirs.cookie).await.lets_in());
}

#[tokio::test]
async fn a02_a_sign_in_begins_when_a_person_opens_the_page() {
    let setup = setup().await;
    let sent = setup.begin().await;
    let ask = async |mode: &str| {
        let request = Request::get("/access/sign-in").header("sec-fetch-mode", mode);
        setup.door.send(request.body(Body::empty()).unwrap()).await
    };
    for mode in ["cors", "no-cors", "same-origin", "websocket", "navigate "] {
        let reply = ask(mode).await;
        assert_outside(&reply, StatusCode::UNAUTHORIZED, "Open the access page itself");
        assert_eq!(reply.set_cookie(FLOW), None, "{mode}: what was begun goes on");
    }
    assert!(ask("navigate").await.set_cookie(FLOW).is_some());
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    assert!(setup.door.get(&back, &sent.cookie).await.lets_in());
}

#[tokio::test]
async fn a02_the_app_is_asked_about_a_hundred_people_a_minute() {
    let setup = setup().await;
    for _ in 0..100 {
        assert!(setup.sign_in().await.1.lets_in());
    }
    let (sent, reply) = setup.sign_in().await;
    assert_outside(
        &reply,
        StatusCode::TOO_MANY_REQUESTS,
        "Wait a minute, then sign in again.",
    );
    assert_eq!(reply.header("retry-after"), "61");
    assert_eq!(setup.provider.asked(), 100);
    setup.door.advance(TimeDelta::seconds(60));
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    assert!(setup.door.get(&back, &sent.cookie).await.lets_in(), "it was not spent");
}

#[tokio::test]
async fn a02_the_app_is_asked_about_ten_people_at_once() {
    let setup = Arc::new(setup().await);
    setup.provider.halt(true);
    let mut people = JoinSet::new();
    for at in 0..10 {
        let setup = Arc::clone(&setup);
        people.spawn(async move {
            let sent = setup.begin().await;
            let back = setup.provider.sign_in(&sent.authorize, &format!("of-person-{at}"));
            setup.door.get(&back, &sent.cookie).await
        });
    }
    while setup.provider.asked() < 10 {
        tokio::task::yield_now().await;
    }
    let refused = tokio::time::timeout(Duration::from_secs(10), setup.sign_in()).await;
    let (sent, reply) = refused.expect("it does not wait for the others");
    assert_outside(
        &reply,
        StatusCode::SERVICE_UNAVAILABLE,
        "Wait a minute, then sign in again.",
    );
    assert_eq!(reply.header("retry-after"), "10");
    setup.provider.halt(false);
    assert!(people.join_all().await.iter().all(Reply::lets_in));
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    assert!(setup.door.get(&back, &sent.cookie).await.lets_in(), "it was not spent");
    assert_eq!(setup.provider.asked(), 11);
}

#[tokio::test]
async fn a02_a_callback_works_once() {
    let setup = setup().await;
    let (sent, first) = setup.sign_in().await;
    assert!(first.lets_in());
    // Even if the app would take the code again.
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    let again = setup.door.get(&back, &sent.cookie).await;
    assert_outside(&again, StatusCode::BAD_REQUEST, "Sign in once more");
    assert_eq!(setup.provider.asked(), 1);
}

#[tokio::test]
async fn a02_a_code_that_was_given_to_another_browser_proves_nothing_here() {
    let setup = setup().await;
    let (mine, theirs) = (setup.begin().await, setup.begin().await);
    setup.provider.sign_in(&theirs.authorize, "code-of-theirs");
    let back = setup.provider.sign_in(&mine.authorize, "code-of-mine");
    let injected = back.replace("code-of-mine", "code-of-theirs");
    let reply = setup.door.get(&injected, &mine.cookie).await;
    assert_outside(&reply, StatusCode::BAD_GATEWAY, "could not tell who you are");
    assert_eq!(setup.provider.asked(), 1, "its verifier is another's");
}

#[tokio::test]
async fn an_error_of_the_app_is_told_kindly_and_in_our_words() {
    let setup = setup().await;
    let sent = setup.begin().await;
    for (error, status, words) in [
        ("access_denied", StatusCode::FORBIDDEN, "you said no there"),
        ("server_error", StatusCode::BAD_GATEWAY, "could not tell who you are"),
        ("invalid_scope", StatusCode::BAD_GATEWAY, "could not tell who you are"),
        ("%3Cb%3Emine", StatusCode::BAD_GATEWAY, "could not tell who you are"),
        ("", StatusCode::BAD_GATEWAY, "could not tell who you are"),
    ] {
        let path = format!("/access/sign-in/callback?error={error}&error_description=Call+0900&state=x");
        let reply = setup.door.get(&path, &sent.cookie).await;
        assert_outside(&reply, status, words);
        assert!(
            !reply.text.contains("0900") && !reply.text.contains("mine"),
            "{}",
            reply.text
        );
        assert!(
            reply.text.contains(r#"href="/access/sign-in""#),
            "a way on: {}",
            reply.text
        );
    }
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    assert!(
        setup.door.get(&back, &sent.cookie).await.lets_in(),
        "none of that ended it"
    );
}

#[tokio::test]
async fn who_speaks_for_no_tenant_that_is_here_stays_outside() {
    let setup = setup().await;
    for stores in [
        json!(null),
        json!([]),
        json!(""),
        json!("unknown.example"),
        json!("Voltvelo"),
        json!("voltvelo.myshopify.com alpha.myshopify.com"),
        json!([["voltvelo.myshopify.com"], { "key": "voltvelo.myshopify.com" }]),
        json!({ "voltvelo.myshopify.com": true }),
    ] {
        setup.provider.says(json!({ "sub": "u1", "stores": stores }));
        let (_, reply) = setup.sign_in().await;
        assert_outside(&reply, StatusCode::FORBIDDEN, "may speak for no store");
    }
    setup.provider.says(json!({ "sub": "u1" }));
    let (_, reply) = setup.sign_in().await;
    assert_outside(&reply, StatusCode::FORBIDDEN, "may speak for no store");
}

#[tokio::test]
async fn an_answer_that_does_not_say_who_somebody_is_signs_nobody_in() {
    let setup = setup().await;
    let anybody = json!({ "sub": "1", "stores": "voltvelo.myshopify.com" });
    let large = json!({ "sub": "1", "stores": "voltvelo.myshopify.com", "more": "a".repeat(64 * 1024) });
    for answer in [
        Userinfo::Says(json!({ "stores": "voltvelo.myshopify.com" })),
        Userinfo::Says(json!({ "sub": "", "stores": "voltvelo.myshopify.com" })),
        Userinfo::Says(json!({ "sub": "a".repeat(201), "stores": "voltvelo.myshopify.com" })),
        Userinfo::Says(json!([anybody])),
        Userinfo::Says(large),
        Userinfo::Text("eyJhbGciOiJub25lIn0.e30.".into()),
        Userinfo::Text(String::new()),
        Userinfo::Status(StatusCode::CREATED),
        Userinfo::Status(StatusCode::UNAUTHORIZED),
        Userinfo::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Userinfo::RedirectsTo("/elsewhere"),
    ] {
        setup.provider.answers(answer);
        let (_, reply) = setup.sign_in().await;
        assert_outside(&reply, StatusCode::BAD_GATEWAY, "could not tell who you are");
    }
    setup.provider.says(anybody);
    setup.provider.gives_tokens_of_type("mac");
    let (_, reply) = setup.sign_in().await;
    assert_outside(&reply, StatusCode::BAD_GATEWAY, "could not tell who you are");
}

#[tokio::test]
async fn an_app_that_cannot_be_reached_signs_nobody_in() {
    let provider = Provider::start().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let token_url = format!("http://{}/token", nobody.local_addr().unwrap());
    drop(nobody);
    let settings = OidcSettings {
        token_url: token_url.parse().unwrap(),
        ..settings(&provider)
    };
    let door = Door::new(OidcSignIn::new(settings).unwrap()).await;
    let (_, reply) = Setup { door, provider }.sign_in().await;
    assert_outside(&reply, StatusCode::BAD_GATEWAY, "could not tell who you are");
}

#[tokio::test]
async fn who_speaks_for_two_tenants_chooses() {
    let setup = setup_of_two().await;
    let (sent, page) = setup.sign_in().await;
    assert_outside(&page, StatusCode::OK, "Which store?");
    assert!(page.text.contains("Nora &lt;b&gt;"), "{}", page.text);
    assert_eq!(page.text.matches(r#"<input type="radio""#).count(), 2, "{}", page.text);
    let fields = [("choice", &*offered(&page)), ("tenant", "alpha.myshopify.com")];
    let reply = setup.choose(&fields, &sent.cookie, ORIGIN).await;
    assert!(reply.lets_in(), "{}", reply.text);
    let home = setup.door.get("/access", &reply.cookie(SESSION)).await;
    assert!(home.text.contains("<bdi>Alpha</bdi>"), "{}", home.text);
    let again = setup.choose(&fields, &sent.cookie, ORIGIN).await;
    assert_outside(&again, StatusCode::BAD_REQUEST, "Sign in once more");
}

#[tokio::test]
async fn of_very_many_tenants_the_first_hundred_are_looked_up_and_that_is_said() {
    let setup = setup().await;
    let mut stores = vec!["alpha.myshopify.com".to_owned(), "voltvelo.myshopify.com".to_owned()];
    stores.extend((0..98).map(|number| format!("unknown-{number}.example")));
    setup.provider.says(json!({ "sub": "u1", "stores": stores }));
    let (_, page) = setup.sign_in().await;
    assert!(!page.text.contains("more than 100"), "{}", page.text);
    stores.push("one-more.example".to_owned());
    setup.provider.says(json!({ "sub": "u1", "stores": stores }));
    let (_, page) = setup.sign_in().await;
    assert!(page.text.contains("more than 100"), "{}", page.text);
}

#[tokio::test]
async fn a02_a_choice_from_before_the_sessions_were_ended_opens_nothing() {
    let setup = setup_of_two().await;
    let (sent, page) = setup.sign_in().await;
    let fields = [("choice", &*offered(&page)), ("tenant", "alpha.myshopify.com")];
    let access = &setup.door.access;
    let alpha = access.find_tenants("alpha.myshopify.com").await.unwrap().remove(0);
    let by = Person::new("operator", "the operator");
    access.revoke_all(alpha.id, &by, None).await.unwrap();
    let reply = setup.choose(&fields, &sent.cookie, ORIGIN).await;
    assert_outside(&reply, StatusCode::BAD_REQUEST, "Sign in once more");
}

#[tokio::test]
async fn a02_a_forged_choice_opens_nothing() {
    let setup = setup_of_two().await;
    setup.door.access.ensure_tenant("third.example", "Third").await.unwrap();
    let (sent, page) = setup.sign_in().await;
    let offered_here = offered(&page);
    let alpha = ("tenant", "alpha.myshopify.com");
    let not_offered = [("choice", &*offered_here), ("tenant", "third.example")];
    let reply = setup.choose(&not_offered, &sent.cookie, ORIGIN).await;
    assert_outside(&reply, StatusCode::BAD_REQUEST, "cannot be read");

    let (text, signature) = offered_here.split_once('.').unwrap();
    for forged in [
        String::new(),
        ".".into(),
        format!("{text}."),
        format!("{text}A.{signature}"),
        format!("eyJzdWIiOiJ1MSJ9.{signature}"),
        "a".repeat(200_000),
    ] {
        let reply = setup.choose(&[("choice", &forged), alpha], &sent.cookie, ORIGIN).await;
        assert_outside(&reply, StatusCode::BAD_REQUEST, "cannot be read");
    }

    let right = [("choice", &*offered_here), alpha];
    let reply = setup.choose(&right, &sent.cookie, "https://evil.example").await;
    assert_outside(&reply, StatusCode::FORBIDDEN, "came from another page");
    let (other, _) = setup.sign_in().await;
    let reply = setup.choose(&right, &other.cookie, ORIGIN).await;
    assert_outside(&reply, StatusCode::BAD_REQUEST, "cannot be read");
    let reply = setup.choose(&right, "", ORIGIN).await;
    assert_outside(&reply, StatusCode::BAD_REQUEST, "Sign in once more");

    assert!(setup.choose(&right, &sent.cookie, ORIGIN).await.lets_in());
}

#[tokio::test]
async fn a_choice_ends_with_its_sign_in() {
    let setup = setup_of_two().await;
    let (sent, page) = setup.sign_in().await;
    setup.door.advance(TimeDelta::minutes(10));
    let fields = [("choice", &*offered(&page)), ("tenant", "alpha.myshopify.com")];
    let reply = setup.choose(&fields, &sent.cookie, ORIGIN).await;
    assert_outside(&reply, StatusCode::BAD_REQUEST, "Sign in once more");
}

#[tokio::test]
async fn nobody_frames_a_page_of_the_sign_in() {
    let setup = setup_of_two().await;
    let (_, page) = setup.sign_in().await;
    let outside = setup.door.get("/access/sign-in/callback", "").await;
    for page in [page, outside] {
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_signs_nobody_in() {
    let setup = setup().await;
    let sent = setup.begin().await;
    let back = setup.provider.sign_in(&sent.authorize, "code-1");
    setup.door.store.cut_off(true);
    for path in ["/access/sign-in", &back] {
        let reply = setup.door.get(path, &sent.cookie).await;
        assert_outside(&reply, StatusCode::SERVICE_UNAVAILABLE, "Not just now");
    }
    setup.door.store.cut_off(false);
    assert!(setup.door.get(&back, &sent.cookie).await.lets_in());
}

#[tokio::test]
async fn settings_by_which_a_secret_would_leak_or_nobody_could_come_in_are_refused() {
    let provider = Provider::start().await;
    let problem = |settings: OidcSettings| {
        OidcSignIn::new(settings)
            .err()
            .map_or_else(String::new, |error| error.to_string())
    };
    assert_eq!(problem(settings(&provider)), "");
    for wrong in [
        "http://app.example/token",
        "http://10.0.0.1/token",
        "http://localhost.evil.example/token",
        "https://user@app.example/token",
        "https://user:secret@app.example/token",
        "https://app.example/token#a",
        "ftp://app.example/token",
        "data:text/html,",
    ] {
        let wrong: Url = wrong.parse().unwrap();
        let settings = OidcSettings {
            token_url: wrong.clone(),
            ..settings(&provider)
        };
        assert!(
            problem(settings).contains("is not an address to sign in at;"),
            "{wrong}"
        );
        for which in [0, 1] {
            let mut settings = self::settings(&provider);
            match which {
                0 => settings.authorize_url = wrong.clone(),
                _ => settings.userinfo_url = wrong.clone(),
            }
            assert!(
                problem(settings).contains("is not an address to sign in at;"),
                "{wrong}"
            );
        }
    }
    let empty = OidcSettings {
        tenant_claim: String::new(),
        ..settings(&provider)
    };
    assert_eq!(problem(empty), "`tenant_claim` is empty; write what the app calls it");
}
