use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::assertion::test_keys::{rsa_1024_public, rsa_public};

fn read(members: &Value) -> Result<Declared, MetadataError> {
    let mut all = json!({ "redirect_uris": ["https://a.example/cb"] });
    all.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    Declared::read(all.as_object().unwrap())
}

fn ways(members: &Value) -> (bool, bool) {
    let auth = read(members).unwrap().auth;
    (auth.allows_none, auth.keys.is_some())
}

#[test]
fn r10_any_authentication_method_in_common_will_do() {
    let keys = "https://a.example/jwks.json";
    for (members, expected) in [
        (json!({}), (true, false)),
        (json!({ "jwks_uri": keys }), (true, false)),
        (json!({ "token_endpoint_auth_method": "none" }), (true, false)),
        (
            json!({ "token_endpoint_auth_method": "none", "jwks_uri": keys }),
            (true, false),
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": keys }),
            (false, true),
        ),
        (
            json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"], "jwks_uri": keys }),
            (false, true),
        ),
        (
            json!({ "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"], "jwks_uri": keys }),
            (true, true),
        ),
        (
            json!({ "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"] }),
            (true, false),
        ),
        (
            json!({ "token_endpoint_auth_methods_supported": ["client_secret_post", "none"] }),
            (true, false),
        ),
        (
            json!({ "token_endpoint_auth_method": "client_secret_basic", "token_endpoint_auth_methods_supported": ["none"] }),
            (true, false),
        ),
        (
            json!({ "token_endpoint_auth_methods_supported": ["tls_client_auth", "private_key_jwt"], "jwks_uri": keys }),
            (false, true),
        ),
    ] {
        assert_eq!(ways(&members), expected, "{members}");
    }
}

#[test]
fn r02_authentication_that_we_do_not_offer_and_unusable_keys_are_refused() {
    for members in [
        json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        json!({ "token_endpoint_auth_method": "client_secret_post" }),
        json!({ "token_endpoint_auth_method": "client_secret_jwt" }),
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
        json!({ "token_endpoint_auth_method": "NONE" }),
        json!({ "token_endpoint_auth_method": 1 }),
        json!({ "token_endpoint_auth_methods_supported": "none" }),
        json!({ "token_endpoint_auth_methods_supported": [["none"]] }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://a.example/jwks.json" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://169.254.169.254/jwks.json" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example:8443/jwks.json" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "jwks.json" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": format!("https://a.example/{}", "a".repeat(500)) }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example/j", "jwks": { "keys": [rsa_public("a")] } }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [] } }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [rsa_1024_public("a")] } }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": [] }),
        json!({ "token_endpoint_auth_method": "none", "jwks": { "keys": [{ "kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB" }] } }),
        json!({ "token_endpoint_auth_method": "none", "jwks": { "keys": [{ "kty": "oct", "k": "AQAB" }] } }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "grant_types": ["refresh_token"] }),
        json!({ "grant_types": [] }),
        json!({ "grant_types": "authorization_code" }),
        json!({ "response_types": ["token"] }),
        json!({ "response_types": ["code token"] }),
        json!({ "client_name": ["a"] }),
    ] {
        assert!(matches!(read(&members), Err(MetadataError::Metadata(_))), "{members}");
    }
}

#[test]
fn r02_redirect_addresses_are_one_to_ten_good_ones() {
    let many = |count: usize| (0..count).map(|i| format!("https://a.example/{i}")).collect::<Vec<_>>();
    for redirect_uris in [
        json!([]),
        json!("https://a.example/cb"),
        json!([1]),
        json!([["https://a.example/cb"]]),
        json!({ "0": "https://a.example/cb" }),
        json!(many(11)),
        json!(many(100)),
        json!(["https://a.example/cb", "http://a.example/cb"]),
        json!(["https://a.example/cb", "com.example.app:/cb"]),
        json!(["javascript:alert(1)"]),
    ] {
        let result = read(&json!({ "redirect_uris": redirect_uris }));
        assert!(matches!(result, Err(MetadataError::RedirectUri(_))), "{redirect_uris}");
    }
    assert!(Declared::read(&Map::new()).is_err());
    assert_eq!(
        read(&json!({ "redirect_uris": many(10) })).unwrap().redirect_uris.len(),
        10
    );
}

#[test]
fn o14_a_name_neither_disturbs_a_page_nor_hides_what_it_is() {
    let name = |text: &str| read(&json!({ "client_name": text })).unwrap().name;
    assert_eq!(name("  Claude ").as_deref(), Some("Claude"));
    assert_eq!(
        name("a\u{202E}b\u{200B}c\u{1b}[31m\nd").as_deref(),
        Some("a\u{FFFD}b\u{FFFD}c\u{FFFD}[31m\u{FFFD}d")
    );
    assert_eq!(
        name("Cla\u{AD}u\u{E0041}de\u{3164}").as_deref(),
        Some("Cla\u{FFFD}u\u{FFFD}de\u{FFFD}")
    );
    assert_eq!(
        name("<script>").as_deref(),
        Some("<script>"),
        "pages escape what they show"
    );
    assert_eq!(name(&"x".repeat(10_000)).unwrap().len(), 80);
    for nothing in ["", " ", "\u{200B}", "\u{3164}\u{3164}", "\u{FFFD}", "---", "\u{E0041}"] {
        assert_eq!(name(nothing), None, "{nothing:?}");
    }
}

#[test]
fn o14_a_name_that_is_made_of_a_host_is_as_long_as_one_may_be_and_keeps_its_end() {
    assert_eq!(name_of("claude.ai"), "claude.ai");
    let host = format!("claude.ai.{}evil.example", "a.".repeat(100));
    let members = json!({ "redirect_uris": [format!("https://{host}/cb")] });
    let client = crate::client::ClientMetadata::new("c".to_owned(), read(&members).unwrap(), None);
    assert_eq!(client.name().chars().count(), 80);
    assert!(client.name().starts_with('\u{2026}') && client.name().ends_with(".evil.example"));
}

#[test]
fn o14_a_refused_value_comes_back_short_and_plain() {
    let uri = format!("https://a.example/\"\\\u{202E}<script>{}", "x".repeat(10_000));
    let error = read(&json!({ "redirect_uris": [uri] })).unwrap_err().to_string();
    assert!(error.len() < 400, "{error}");
    assert!(
        error.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'),
        "{error}"
    );
}

proptest! {
    #[test]
    fn whatever_is_declared_is_read_or_refused_in_plain_words(name in any::<String>(), uri in any::<String>(), method in any::<String>()) {
        match read(&json!({ "client_name": name, "redirect_uris": [uri], "token_endpoint_auth_method": method })) {
            Ok(declared) => prop_assert!(declared.auth.allows_none || declared.auth.keys.is_some()),
            Err(error) => prop_assert!(error.to_string().chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\')),
        }
    }
}
