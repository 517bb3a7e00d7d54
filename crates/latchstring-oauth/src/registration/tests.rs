use proptest::prelude::*;

use super::*;
use crate::assertion::test_keys::{ec_public, rsa_public};

fn parse(members: &Value) -> Result<Registration, RegistrationError> {
    Registration::parse(members.to_string().as_bytes())
}

fn answer(members: &Value) -> Value {
    parse(members).unwrap().response("id", DateTime::UNIX_EPOCH)
}

/// Every key and value in it, at any depth.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[test]
fn a_client_that_says_little_gets_all_that_we_have() {
    assert_eq!(
        answer(&json!({ "redirect_uris": ["https://a.example/cb"] })),
        json!({
            "client_id": "id",
            "client_id_issued_at": 0,
            "redirect_uris": ["https://a.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
}

#[test]
fn a_client_that_says_much_gets_what_we_can_honour() {
    let request = json!({
        "client_name": "Claude",
        "redirect_uris": ["http://localhost:3000/callback", "https://a.example/cb?x=1"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "jwks": { "keys": [rsa_public("a"), ec_public("b"), { "kty": "new" }] },
        "grant_types": ["authorization_code", "implicit"],
        "response_types": ["code", "token"],
        "application_type": "native",
        "client_uri": "https://a.example",
        "logo_uri": "https://a.example/logo.png",
        "scope": "read write",
        "software_statement": "a.b.c",
    });
    let mut keys = vec![rsa_public("a"), ec_public("b")];
    for name in ["use", "alg"] {
        keys[0].as_object_mut().unwrap().remove(name);
    }
    assert_eq!(
        answer(&request),
        json!({
            "client_id": "id",
            "client_id_issued_at": 0,
            "client_name": "Claude",
            "redirect_uris": ["http://localhost:3000/callback", "https://a.example/cb?x=1"],
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "jwks": { "keys": keys },
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "application_type": "native",
        })
    );
}

#[test]
fn r02_nulls_are_absent_and_never_answered() {
    let request = json!({
        "redirect_uris": ["https://a.example/cb"],
        "client_name": null, "client_uri": null, "logo_uri": null, "scope": null, "contacts": null, "jwks": null,
        "jwks_uri": null, "grant_types": null, "response_types": null, "application_type": null,
        "token_endpoint_auth_method": null, "software_id": null,
    });
    assert_eq!(
        answer(&request),
        answer(&json!({ "redirect_uris": ["https://a.example/cb"] }))
    );
    assert!(!has_null(&answer(&request)));
    assert!(parse(&json!({ "redirect_uris": [null] })).is_err());
}

#[test]
fn r02_what_is_no_request_is_refused() {
    let code = |body: &[u8]| Registration::parse(body).unwrap_err().code();
    let deep = format!(
        r#"{{"redirect_uris":["https://a.example/cb"],"x":{}{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let large = json!({ "redirect_uris": ["https://a.example/cb"], "x": "a".repeat(1_000_000) }).to_string();
    let nested = format!(r#"{{"a":{}"#, r#"{"a":"#.repeat(1_000_000));
    for body in [
        "",
        "null",
        "[]",
        "redirect_uris=https://a.example/cb",
        "\u{FEFF}{}",
        r#"{"redirect_uris":["https://a.example/cb"],"redirect_uris":["https://evil.example/cb"]}"#,
        r#"{"redirect_uris":["https://a.example/cb"],"x":{"y":1,"y":2}}"#,
        r#"{"redirect_uris":["https://a.example/cb"],"application_type":"desktop"}"#,
        r#"{"redirect_uris":["https://a.example/cb"],"application_type":1}"#,
        &deep,
        &large,
        &nested,
    ] {
        assert_eq!(
            code(body.as_bytes()),
            "invalid_client_metadata",
            "{}",
            &body[..body.len().min(80)]
        );
    }
    assert_eq!(code(b"{\"client_name\":\"\xff\"}"), "invalid_client_metadata");
    assert_eq!(code(b"{}"), "invalid_redirect_uri");
    assert_eq!(
        code(br#"{"redirect_uris":["http://10.0.0.1/cb"]}"#),
        "invalid_redirect_uri"
    );
}

#[test]
fn r03_nobody_vouches_for_a_registered_name() {
    let request = json!({ "client_name": "Claude", "redirect_uris": ["https://evil.example/cb"] });
    let client = parse(&request).unwrap().into_client("id".to_owned());
    assert_eq!(
        (client.client_id(), client.name(), client.vouched_by()),
        ("id", "Claude", None)
    );
    let unnamed = parse(&json!({ "redirect_uris": ["https://evil.example/cb"] }))
        .unwrap()
        .into_client("id".to_owned());
    assert_eq!(unnamed.name(), "evil.example");
}

#[test]
fn a_client_is_loopback_only_if_all_of_its_addresses_are() {
    let client = |uris: &[&str]| {
        parse(&json!({ "redirect_uris": uris }))
            .unwrap()
            .into_client("id".to_owned())
    };
    let mixed = client(&["http://127.0.0.1/cb", "https://a.example/cb"]);
    assert!(!mixed.is_loopback_only());
    assert!(client(&["http://127.0.0.1/cb", "http://localhost/cb", "http://[::1]/cb"]).is_loopback_only());
    assert_eq!(
        mixed.redirect("http://127.0.0.1:9/cb").unwrap().as_str(),
        "http://127.0.0.1:9/cb"
    );
    assert_eq!(mixed.redirect("https://a.example:9/cb"), None);
}

fn requests() -> impl Strategy<Value = Value> {
    let keys = prop_oneof![
        Just(json!({})),
        Just(json!({ "jwks_uri": "https://a.example/\u{fc}/jwks.json" })),
        Just(json!({ "jwks": { "keys": [rsa_public("a"), ec_public("b")] } })),
    ];
    let methods = prop::sample::subsequence(vec!["none", "private_key_jwt", "client_secret_basic"], 0..=3);
    let kind = prop_oneof![Just(json!({})), Just(json!({ "application_type": "web" }))];
    (any::<String>(), "[a-z0-9/?=&;.-]{0,40}", keys, methods, kind).prop_map(|(name, path, keys, methods, kind)| {
        let mut request = json!({ "client_name": name, "redirect_uris": [format!("https://a.example/{path}")] });
        let members = request.as_object_mut().unwrap();
        if !methods.is_empty() {
            members.insert("token_endpoint_auth_methods_supported".to_owned(), json!(methods));
        }
        members.extend(keys.as_object().unwrap().clone());
        members.extend(kind.as_object().unwrap().clone());
        request
    })
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back_as_it_was(request in requests()) {
        if let Ok(registration) = parse(&request) {
            let stored = registration.to_stored();
            prop_assert_eq!(&Registration::from_stored(&stored).unwrap(), &registration);
            let answer = registration.response("id", DateTime::UNIX_EPOCH);
            prop_assert!(!has_null(&answer));
            // Whoever registers what we answered gets the same again.
            prop_assert_eq!(parse(&answer).unwrap(), registration);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Registration::parse(&body);
    }
}
