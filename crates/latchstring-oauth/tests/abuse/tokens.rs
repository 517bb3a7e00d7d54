//! T: keys and access tokens at the two protected doors.

use axum::{
    body::Body,
    http::{Request, header},
};
use chrono::TimeDelta;
use latchstring_access::{AccessEventKind, KeyRing, Secret, Token};
use latchstring_core::{Scope, random};
use serde_json::json;

use crate::door::{App, Browser, Door, Reply, bearer, connector_path, form};

/// What a caller can see of a refusal.
fn seen(reply: &Reply) -> String {
    format!("{} {:?} {}", reply.status, reply.headers, reply.text())
}

fn token(prefix: &str) -> String {
    Token::generate(&prefix.parse().expect("a prefix"))
        .secret()
        .expose()
        .to_owned()
}

fn flipped(text: &str, at: usize, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1 << bit;
    String::from_utf8(bytes).expect("ASCII")
}

#[tokio::test]
async fn t01_no_junk_is_told_from_a_wrong_credential() {
    let door = Door::new().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    assert_eq!(door.present_key(key.expose()).await.status, 200);
    assert!(door.opens(&door.alpha, &tokens.access).await);

    let wrong_key = seen(&door.present_key(&token("asmk")).await);
    assert!(
        wrong_key.starts_with("401") && wrong_key.contains("the API key is missing, wrong, expired or revoked"),
        "{wrong_key}"
    );
    let wrong_token = seen(&door.present(&door.alpha, &format!("{}A", tokens.access)).await);
    assert!(
        wrong_token.starts_with("401")
            && wrong_token.contains("the access token is missing, wrong, expired or revoked"),
        "{wrong_token}"
    );

    let mut junk = vec![
        String::new(),
        "asmk_".into(),
        "lsa_".into(),
        "x".into(),
        "a".repeat(8192),
        token("lstk"),
    ];
    for text in [key.expose(), tokens.access.as_str()] {
        junk.push(text[..text.len() - 1].to_owned());
        junk.push(text.to_uppercase());
        junk.push(format!("{text}\u{20}{text}"));
        // Every position, one bit of it each.
        junk.extend((0..text.len()).map(|at| flipped(text, at, u8::try_from(at % 7).expect("below 7"))));
    }
    for junk in junk
        .iter()
        .filter(|junk| junk.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
    {
        assert_eq!(seen(&door.present_key(junk).await), wrong_key, "{junk}");
        assert_eq!(seen(&door.present(&door.alpha, junk).await), wrong_token, "{junk}");
    }
}

#[tokio::test]
async fn t01_junk_asks_the_store_nothing() {
    let (door, spy) = Door::spied().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    spy.asked();
    for text in [key.expose(), tokens.access.as_str()] {
        let wrong_checksum = flipped(text, text.len() - 2, 1);
        assert_eq!(door.present_key(&wrong_checksum).await.status, 401);
        assert_eq!(door.present(&door.alpha, &wrong_checksum).await.status, 401);
    }
    // Neither does a request without a credential (H09), or one for what cannot be a connector.
    assert_eq!(door.get("/mcp").await.status, 401);
    assert_eq!(door.get(&connector_path(&door.alpha)).await.status, 401);
    assert_eq!(
        door.send(bearer("/c/nonsense/mcp-agent", &tokens.access)).await.status,
        404
    );
    assert_eq!(spy.asked(), [""; 0]);
    // And a store out of reach is no verdict.
    spy.cut_off();
    let reply = door.present_key(key.expose()).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header(header::RETRY_AFTER)),
        (503, Some("5"))
    );
    assert_eq!(door.present(&door.alpha, &tokens.access).await.status, 503);
}

#[tokio::test]
async fn t02_t05_no_other_text_of_the_conversation_is_a_credential() {
    let door = Door::new().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::ReadWrite).await;
    let authorization_code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let connection_code = door.code(&door.alpha, Scope::Read).await;
    let mut browser = Browser::new(&door);
    let page = app.opens(&mut browser, &[]).await;
    let keys = door.access.list_keys(door.alpha.id).await.expect("listed");
    let apps = door.access.list_apps(door.alpha.id).await.expect("listed");
    let codes = door.access.list_codes(door.alpha.id).await.expect("listed");
    let texts = [
        tokens.refresh,
        authorization_code,
        connection_code.expose().to_owned(),
        connection_code.expose().replace('-', ""),
        app.client_id.clone(),
        app.verifier.clone(),
        app.challenge(),
        page.ticket().expect("a ticket"),
        browser.cookie().expect("a cookie").to_owned(),
        keys[0].hint.clone(),
        keys[0].grant.to_string(),
        apps[0].grant.to_string(),
        codes[0].id.to_string(),
        door.alpha.id.to_string(),
        door.alpha.connector.to_string(),
        // A key of this form hashed under another ring.
        KeyRing::generate().to_text().expose().to_owned(),
    ];
    for text in texts {
        assert_eq!(door.present_key(&text).await.status, 401, "{text}");
        assert_eq!(door.present(&door.alpha, &text).await.status, 401, "{text}");
    }
    assert_eq!(door.present_key(key.expose()).await.status, 200);
}

#[tokio::test]
async fn t03_a_token_opens_the_connector_of_its_own_store_only() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    let reply = door.present(&door.beta, &tokens.access).await;
    let unknown = Token::generate(&latchstring_access::TokenPrefix::ACCESS);
    assert_eq!(
        seen(&reply),
        seen(&door.present(&door.beta, unknown.secret().expose()).await)
    );
    assert_eq!(reply.status, 401);
    assert_eq!(
        door.count_events(&door.alpha, AccessEventKind::AudienceMismatch).await,
        1
    );
    assert_eq!(
        door.count_events(&door.beta, AccessEventKind::AudienceMismatch).await,
        0
    );
    assert!(
        door.opens(&door.alpha, &tokens.access).await,
        "and goes on opening that"
    );
}

#[tokio::test]
async fn t03_a_credential_at_the_wrong_door_is_told_where_it_belongs() {
    let door = Door::new().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    let token_at_keys = door.present_key(&tokens.access).await;
    assert_eq!(token_at_keys.verdict(), (401, "invalid_token".into()));
    let text = token_at_keys.member("error_description");
    assert!(
        text.contains("https://mcp.example.com/c/<connector>/mcp-agent"),
        "{text}"
    );
    assert!(!text.contains(door.alpha.connector.as_str()), "it does not say which");
    let key_at_connector = door.present(&door.alpha, key.expose()).await;
    assert_eq!(key_at_connector.verdict(), (401, "invalid_token".into()));
    let text = key_at_connector.member("error_description");
    assert!(text.contains("https://mcp.example.com/mcp"), "{text}");
    // The form is what is told, not whether it would work there.
    assert_eq!(
        door.present(&door.alpha, &token("asmk")).await.text(),
        key_at_connector.text()
    );
}

#[tokio::test]
async fn t04_a_credential_counts_in_one_authorization_header_only() {
    let door = Door::new().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    let doors = [
        ("/mcp".to_owned(), key.expose()),
        (connector_path(&door.alpha), tokens.access.as_str()),
    ];
    for (path, secret) in &doors {
        let field = [("access_token", *secret)];
        let elsewhere = [
            Request::get(format!("{path}?{}", form(&field))).body(Body::empty()),
            Request::post(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(form(&field))),
            Request::post(path)
                .header("cookie", format!("access_token={secret}"))
                .body(Body::empty()),
            Request::post(path).header("x-api-key", *secret).body(Body::empty()),
            Request::post(path)
                .header("authorization", format!("Bearer {secret}"))
                .header("authorization", format!("Bearer {secret}"))
                .body(Body::empty()),
            Request::post(path)
                .header("authorization", format!("Bearer {secret}, Bearer {secret}"))
                .body(Body::empty()),
            Request::post(path)
                .header("authorization", format!("Basic {secret}"))
                .body(Body::empty()),
            Request::post(path).header("authorization", *secret).body(Body::empty()),
        ];
        for (at, request) in elsewhere.into_iter().enumerate() {
            let reply = door.send(request.expect("a request")).await;
            assert_eq!(reply.status, 401, "{path} {at}");
            assert!(!seen(&reply).contains(secret), "{path} {at}");
        }
        let request = Request::post(path).header("authorization", format!("bEaReR {secret}"));
        assert_eq!(
            door.send(request.body(Body::empty()).expect("a request")).await.status,
            200
        );
    }
}

#[tokio::test]
async fn t06_a_token_works_until_the_moment_it_expires_on_every_server() {
    let door = Door::new().await;
    let other = door.replica().await;
    let app = App::registered(&door).await;
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    assert_eq!(tokens.reply.json()["expires_in"], json!(3600));
    door.advance(TimeDelta::seconds(3599));
    assert!(door.opens(&door.alpha, &tokens.access).await && other.opens(&door.alpha, &tokens.access).await);
    door.advance(TimeDelta::seconds(1) - TimeDelta::microseconds(1));
    assert!(door.opens(&door.alpha, &tokens.access).await && other.opens(&door.alpha, &tokens.access).await);
    door.advance(TimeDelta::microseconds(1));
    assert!(!door.opens(&door.alpha, &tokens.access).await && !other.opens(&door.alpha, &tokens.access).await);
    door.advance(TimeDelta::seconds(1));
    assert!(!door.opens(&door.alpha, &tokens.access).await && !other.opens(&door.alpha, &tokens.access).await);
}

/// A statistic of times says nothing on a machine that others use, so this looks at what is done: whatever has the form
/// of a credential is hashed and looked up once, by its hash and nothing else, and compared with nothing afterwards.
#[tokio::test]
async fn t12_a_wrong_secret_costs_the_same_look_up_as_an_unknown_one() {
    let (door, spy) = Door::spied().await;
    let (key, app) = (door.key(&door.alpha).await, App::registered(&door).await);
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    spy.asked();
    // Begins as the real one does, up to the last random character.
    let near = |text: &str| -> String {
        let secret: String = loop {
            let last = char::from(b'a' + random::bytes::<1>()[0] % 26);
            let body = format!("{}{last}", &text[..text.len() - 7]);
            let candidate = format!("{body}{}", checksum(&body));
            if candidate != text {
                break candidate;
            }
        };
        Secret::new(secret).expose().to_owned()
    };
    for wrong in [near(key.expose()), token("asmk")] {
        assert_eq!(door.present_key(&wrong).await.status, 401);
        assert_eq!(spy.asked(), ["find_bearer"], "{wrong}");
    }
    let unknown = Token::generate(&latchstring_access::TokenPrefix::ACCESS);
    for wrong in [near(&tokens.access), unknown.secret().expose().to_owned()] {
        assert_eq!(door.present(&door.alpha, &wrong).await.status, 401);
        assert_eq!(spy.asked(), ["find_bearer"], "{wrong}");
    }
    for wrong in [
        near(&tokens.refresh),
        Token::generate(&latchstring_access::TokenPrefix::REFRESH)
            .secret()
            .expose()
            .into(),
    ] {
        assert_eq!(
            app.refresh(&door, &wrong).await.verdict(),
            (400, "invalid_grant".into())
        );
        assert_eq!(spy.asked(), ["find_client", "find_refresh_token"], "{wrong}");
    }
}

/// The checksum of a token, written down once more: base 62 of the CRC-32.
fn checksum(body: &str) -> String {
    let alphabet: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let mut crc = !0_u32;
    for byte in body.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    let mut rest = !crc as usize;
    let mut digits: Vec<char> = Vec::new();
    for _ in 0..6 {
        digits.push(alphabet[rest % 62]);
        rest /= 62;
    }
    digits.into_iter().rev().collect()
}
