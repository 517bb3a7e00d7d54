//! O: requests of programs that are wrong in form: a typed error, nothing spent, nothing reflected.

use axum::{
    body::Body,
    http::{Request, header},
};
use latchstring_core::Scope;
use serde_json::json;

use crate::{door::form, token_endpoint::connectable};

#[tokio::test]
async fn o13_what_is_not_understood_gets_a_typed_error_and_spends_nothing() {
    let (door, app) = connectable().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.client_id.as_str()),
        ("code", &code),
        ("code_verifier", &app.verifier),
    ];
    let body = form(&fields);
    let token = || Request::post("/token");
    let form_type = ("content-type", "application/x-www-form-urlencoded");
    let json = json!({ "grant_type": "authorization_code", "client_id": app.client_id, "code": code }).to_string();
    let invalid_request = [
        token()
            .header("content-type", "application/json")
            .body(Body::from(json)),
        token().body(Body::from(body.clone())),
        token()
            .header("content-type", "text/plain")
            .body(Body::from(body.clone())),
        token()
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::from(body.clone())),
        token()
            .header("content-type", b"\xFF\xFE".as_slice())
            .body(Body::from(body.clone())),
        token()
            .header(form_type.0, form_type.1)
            .body(Body::from(format!("{body}&x={}", "x".repeat(40_000)))),
        token()
            .header(form_type.0, form_type.1)
            .header("content-encoding", "gzip")
            .body(Body::from("\u{1f}\u{8b}")),
    ];
    for (at, request) in invalid_request.into_iter().enumerate() {
        let reply = door.send(request.expect("a request")).await;
        let (status, error) = reply.verdict();
        // Junk that happens to be a form names no client.
        assert!(
            [(400, "invalid_request"), (401, "invalid_client")].contains(&(status, &*error)),
            "{at} {error}"
        );
    }
    assert_eq!(door.post("/token", &fields).await.status, 200, "the code is still good");
}

#[tokio::test]
async fn o13_other_ways_of_saying_who_one_is_are_refused_and_spend_nothing() {
    let (door, app) = connectable().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.client_id.as_str()),
        ("code", &code),
        ("code_verifier", &app.verifier),
    ];
    for basic in [
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic Og==",
        "Basic Y2xpZW50OnNlY3JldA==",
        "Bearer x",
        "",
        "\u{e9}",
    ] {
        let request = Request::post("/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", basic);
        let reply = door
            .send(request.body(Body::from(form(&fields))).expect("a request"))
            .await;
        assert_eq!(reply.verdict(), (401, "invalid_client".into()), "{basic}");
        assert!(
            reply
                .header(header::WWW_AUTHENTICATE)
                .expect("a challenge")
                .starts_with("Basic ")
        );
    }
    let assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let mixes: [&[(&str, &str)]; 6] = [
        &[("client_secret", "secret")],
        &[("client_assertion", "a.b.c")],
        &[("client_assertion_type", assertion_type)],
        &[("client_assertion_type", assertion_type), ("client_assertion", "a.b.c")],
        &[
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            ),
            ("client_assertion", "x"),
        ],
        &[
            ("client_secret", "x"),
            ("client_assertion_type", assertion_type),
            ("client_assertion", "a.b.c"),
        ],
    ];
    for mix in mixes {
        let reply = door.post("/token", &[&fields[..], mix].concat()).await;
        assert_eq!(reply.verdict(), (401, "invalid_client".into()), "{mix:?}");
    }
    for client in [
        "client_nobody",
        "https://nowhere.example/client.json",
        "http://127.0.0.1/x",
        "\u{202E}",
        "<script>",
    ] {
        let reply = app.exchange(&door, &code, &[("client_id", Some(client))]).await;
        assert_eq!(reply.verdict(), (401, "invalid_client".into()), "{client}");
    }
    let nobody = [fields[0], fields[2], fields[3]];
    assert_eq!(
        door.post("/token", &nobody).await.verdict(),
        (401, "invalid_client".into())
    );
    assert_eq!(door.post("/token", &fields).await.status, 200, "the code is still good");
}

#[tokio::test]
async fn o13_bytes_that_are_no_text_are_no_fault_of_ours() {
    let (door, app) = connectable().await;
    for body in [
        &b"\xFF\xFE\xFD"[..],
        b"%",
        b"&&&==&",
        b"grant_type=%ff%fe&client_id=%C3%28",
        b"=x&=y",
        b"\0",
    ] {
        for path in ["/token", "/revoke"] {
            let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
            let reply = door.send(request.body(Body::from(body)).expect("a request")).await;
            assert!(reply.status.is_client_error(), "{path} {body:?}: {}", reply.status);
            reply.member("error");
        }
    }
    assert!(door.register(&json!([app.client_id])).await.status.is_client_error());
}

#[tokio::test]
async fn o14_no_error_reflects_what_was_sent_so_that_it_could_act() {
    let (door, app) = connectable().await;
    let evil = format!(
        "<script>alert(1)</script>\u{202E}\u{1b}[31m\r\nSet-Cookie: x{}",
        "A".repeat(10_000)
    );
    for name in [
        "grant_type",
        "code",
        "client_id",
        "scope",
        "resource",
        "client_assertion_type",
        evil.as_str(),
    ] {
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("client_id", app.client_id.as_str()),
            ("refresh_token", "x"),
        ];
        fields.retain(|(known, _)| *known != name);
        fields.extend([(name, evil.as_str()), ("twice", "1")]);
        if name == evil {
            fields.push((name, "x"));
        }
        let reply = door.post("/token", &fields).await;
        assert!(reply.status.is_client_error(), "{name:.20}: {}", reply.status);
        assert_eq!(reply.header(header::CONTENT_TYPE), Some("application/json"));
        let description = reply.member("error_description");
        assert!(description.len() <= 400 && description.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        assert!(!description.contains(['"', '\\']), "{description}");
        assert!(reply.body.len() < 1_000);
    }
}
