//! C: connection codes, spent by many at once, late, elsewhere, guessed.

use chrono::TimeDelta;
use latchstring_access::{CodeState, ConnectionCode, Secret};
use latchstring_core::Scope;

use crate::door::{App, Browser, Door, Tokens, ann, at_once, parameter};

/// Two hundred people who all got to the last page with the same code, and press Allow at once.
async fn allowed_at_once(servers: &[Door], app: &App) -> Vec<u16> {
    let door = &servers[0];
    let code = door.code(&door.alpha, Scope::ReadWrite).await;
    let mut runners = Vec::new();
    for at in 0..200 {
        let (browser, confirm) = app.confirm_page(door, &door.alpha, &code).await;
        let browser = browser.through(&servers[at % servers.len()]);
        runners.push(async move { browser.press(&confirm, "allow").await.status.as_u16() });
    }
    at_once(runners).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c01_of_two_hundred_redemptions_on_three_servers_one_succeeds() {
    let door = Door::new().await;
    let servers = [door.clone(), door.replica().await, door.replica().await];
    let app = App::registered(&door).await;
    let answers = allowed_at_once(&servers, &app).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1);
    assert_eq!(
        answers.iter().filter(|status| **status == 409).count(),
        199,
        "{answers:?}"
    );
    assert_eq!(door.live_apps(&door.alpha).await, 1);
}

#[tokio::test]
async fn c01_a_store_that_does_not_look_again_redeems_more_than_once() {
    let door = Door::naive().await;
    let app = App::registered(&door).await;
    let answers = allowed_at_once(&[door.clone(), door.replica().await], &app).await;
    let redeemed = answers.iter().filter(|status| **status == 303).count();
    assert!(redeemed > 1, "the test cannot see the race it is about");
}

#[tokio::test]
async fn c02_a_code_is_live_until_the_last_microsecond() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    door.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    assert_eq!(confirm.status, 200);
    door.advance(TimeDelta::microseconds(1));
    let (_, late) = app.confirm_page(&door, &door.alpha, &code).await;
    assert_eq!(late.status, 422);
    // Who typed it in time has not spent it in time.
    let pressed = browser.press(&confirm, "allow").await;
    assert_eq!(pressed.status, 409);
    assert_eq!(door.live_apps(&door.alpha).await, 0);
}

#[tokio::test]
async fn c03_nobody_learns_why_a_code_does_not_work() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let mut answers: Vec<(&str, String)> = Vec::new();
    let expired = door.code(&door.alpha, Scope::Read).await;
    door.advance(TimeDelta::minutes(11));
    let used = door.code(&door.alpha, Scope::Read).await;
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &used).await;
    assert_eq!(browser.press(&confirm, "allow").await.status, 303);
    let (cancelled, summary) = door
        .access
        .create_code(&door.alpha, Scope::Read, ann())
        .await
        .expect("created");
    assert!(
        door.access
            .cancel_code(door.alpha.id, summary.id, &ann())
            .await
            .expect("cancelled")
    );
    let elsewhere = door.code(&door.beta, Scope::Read).await;
    let unknown = ConnectionCode::generate().grouped();
    let nonsense = Secret::new("not a code");
    let codes = [
        ("expired", &expired),
        ("used", &used),
        ("cancelled", &cancelled),
        ("another store's", &elsewhere),
        ("unknown", &unknown),
        ("nonsense", &nonsense),
        ("nothing", &Secret::new("")),
    ];
    for (what, code) in codes {
        let (_, reply) = app.confirm_page(&door, &door.alpha, code).await;
        answers.push((
            what,
            format!("{} {:?} {}", reply.status, reply.headers, reply.without_ticket()),
        ));
    }
    assert!(answers[0].1.starts_with("422"));
    for (what, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{what}");
    }
    assert_eq!(app.confirm_page(&door, &door.beta, &elsewhere).await.1.status, 200);
}

#[tokio::test]
async fn c04_a_form_takes_five_codes_and_no_right_one_after_that() {
    let door = Door::new().await;
    let other = door.replica().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let first = app.opens(&mut browser, &[]).await;
    let mut page = first.clone();
    for at in 0..5 {
        // From the new form or the first one, on either server, it is the same count.
        let browser = if at % 2 == 0 {
            browser.clone()
        } else {
            browser.through(&other)
        };
        let answer = browser
            .type_text(if at == 2 { &first } else { &page }, "0000-0000-0000-0000-0000")
            .await;
        assert_eq!(answer.status, 422, "{at}");
        let takes_another = answer.text().contains("name=\"code\"");
        assert_eq!(takes_another, at < 4, "the fifth answer asks for no more");
        if takes_another {
            page = answer;
        }
    }
    for page in [&page, &first] {
        assert_eq!(browser.type_code(page, &code).await.status, 403);
    }
    assert_eq!(
        app.confirm_page(&door, &door.alpha, &code).await.1.status,
        200,
        "a new form is not affected"
    );
}

/// The counters begin anew at midnight; a form that is open then must not.
#[tokio::test]
async fn c04_a_form_that_is_open_at_midnight_takes_no_more_codes_than_another() {
    let door = Door::in_memory().await;
    door.advance(TimeDelta::hours(12) - TimeDelta::minutes(1));
    let app = App::registered(&door).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    for _ in 0..5 {
        assert_eq!(browser.type_text(&page, "0000-0000-0000-0000-0000").await.status, 422);
    }
    assert_eq!(browser.type_text(&page, "0000-0000-0000-0000-0000").await.status, 403);
    door.advance(TimeDelta::minutes(2));
    assert_eq!(browser.type_text(&page, "0000-0000-0000-0000-0000").await.status, 403);
}

#[tokio::test]
async fn c04_a_network_that_guesses_is_slowed_down_and_nobody_else() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    let mut slowed = 0;
    for at in 0..1_000 {
        // Each from another address of one network, in a new browser.
        let mut browser = Browser::new(&door).at(&format!("2001:db8:1:2::{at:x}"));
        let page = app.opens(&mut browser, &[]).await;
        let reply = browser
            .type_text(&page, ConnectionCode::generate().grouped().expose())
            .await;
        if at < 10 {
            assert_eq!(reply.status, 422, "{at}");
            continue;
        }
        assert_eq!(reply.status, 429, "{at}");
        let wait: u64 = reply
            .header(axum::http::header::RETRY_AFTER)
            .expect("how long")
            .parse()
            .expect("seconds");
        assert!((1..=60).contains(&wait));
        slowed += 1;
    }
    assert_eq!(slowed, 990);
    for network in ["2001:db8:1:3::1", "203.0.113.9"] {
        let mut browser = Browser::new(&door).at(network);
        let page = app.opens(&mut browser, &[]).await;
        assert_eq!(browser.type_code(&page, &code).await.status, 200, "{network}");
    }
    door.advance(TimeDelta::minutes(1));
    let mut browser = Browser::new(&door).at("2001:db8:1:2::1");
    let page = app.opens(&mut browser, &[]).await;
    assert_eq!(browser.type_code(&page, &code).await.status, 200, "and not for long");
}

#[tokio::test]
async fn c05_a_code_opens_no_other_store_and_is_not_spent_by_the_attempt() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.alpha, Scope::Read).await;
    assert_eq!(app.confirm_page(&door, &door.beta, &code).await.1.status, 422);
    let own = door.connector_url(&door.alpha);
    for resource in [
        "https://mcp.example.com",
        "https://mcp.example.com/",
        &format!("{own}/"),
        &format!("{own}?x"),
        &own.replace("https", "http"),
        &own.to_uppercase(),
        &own.replace("/mcp-agent", "/mcp"),
        "nonsense",
    ] {
        let page = app
            .opens(&mut Browser::new(&door), &[("resource", Some(resource))])
            .await;
        assert_eq!(page.status, 400, "{resource}");
        assert_eq!(page.ticket(), None);
        let back = page.link().expect("a link to take back");
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_target"));
    }
    let codes = door.access.list_codes(door.alpha.id).await.expect("listed");
    assert_eq!(codes[0].state, CodeState::Live);
    let (browser, confirm) = app.confirm_page(&door, &door.alpha, &code).await;
    assert_eq!(browser.press(&confirm, "allow").await.status, 303);
}

#[tokio::test]
async fn c05_without_a_resource_the_code_says_which_store() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let code = door.code(&door.beta, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    let confirm = browser.type_code(&page, &code).await;
    assert!(confirm.text().contains("Beta"));
    let sent = browser.press(&confirm, "allow").await;
    let reply = app.exchange(&door, &sent.sent("code").expect("a code"), &[]).await;
    let token = reply.member("access_token");
    assert!(door.opens(&door.beta, &token).await && !door.opens(&door.alpha, &token).await);
}

#[tokio::test]
async fn c06_the_scope_is_the_codes_whatever_is_asked_for() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    for (scope, name, wire) in [
        (Scope::Read, "read", "read"),
        (Scope::ReadWrite, "read_write", "read write"),
    ] {
        for asked in [
            None,
            Some("read"),
            Some("read write"),
            Some("write"),
            Some("offline_access"),
        ] {
            let code = door.code(&door.alpha, scope).await;
            let mut browser = Browser::new(&door);
            let page = app.opens(&mut browser, &[("scope", asked)]).await;
            let confirm = browser.type_code(&page, &code).await;
            let said = if scope == Scope::Read {
                "Read only</strong>"
            } else {
                "Read &amp; write</strong>"
            };
            assert!(confirm.text().contains(said), "{}", confirm.text());
            let sent = browser.press(&confirm, "allow").await.sent("code").expect("a code");
            let tokens = Tokens::of(app.exchange(&door, &sent, &[]).await);
            assert_eq!(tokens.reply.member("scope"), wire);
            assert_eq!(door.present(&door.alpha, &tokens.access).await.member("scope"), name);
            let refreshed = Tokens::of(app.refresh(&door, &tokens.refresh).await);
            assert_eq!(refreshed.reply.member("scope"), wire);
        }
    }
}
