use serde_json::json;

use super::*;
use crate::assertion::test_keys::{ec_public, other_rsa_public, rsa_512_public, rsa_1024_public, rsa_public};

fn set(keys: &[Value]) -> Result<Jwks, JwksError> {
    Jwks::from_value(&json!({ "keys": keys }))
}

fn changed(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

#[test]
fn r02_a_set_that_gives_away_a_private_or_shared_key_is_refused() {
    for name in SECRET_MEMBERS {
        for value in [json!("AQAB"), json!(null), json!("")] {
            let key = changed(rsa_public("a"), name, value);
            assert_eq!(set(&[ec_public("b"), key]).unwrap_err(), JwksError::Secret, "{name}");
        }
    }
    assert_eq!(
        set(&[changed(ec_public("a"), "d", json!("AQAB"))]).unwrap_err(),
        JwksError::Secret
    );
    assert_eq!(set(&[json!({ "kty": "oct" })]).unwrap_err(), JwksError::Secret);
    assert_eq!(
        set(&[json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA" })]).unwrap_err(),
        JwksError::Secret
    );
}

#[test]
fn r09_keys_that_are_weak_or_for_something_else_are_skipped() {
    let ec = || ec_public("a");
    let rsa = || rsa_public("a");
    let long_zeros = URL_SAFE_NO_PAD.encode([vec![0; 256], vec![0xff; 64]].concat());
    for key in [
        rsa_512_public("a"),
        rsa_1024_public("a"),
        changed(rsa(), "n", json!(long_zeros)),
        changed(rsa(), "n", json!("")),
        changed(rsa(), "n", json!("*")),
        changed(rsa(), "n", json!(URL_SAFE_NO_PAD.encode([0xff; 1_100]))),
        changed(rsa(), "e", json!("AQ")),
        changed(rsa(), "e", json!("Ag")),
        changed(rsa(), "e", json!("")),
        changed(rsa(), "use", json!("enc")),
        changed(rsa(), "use", json!(1)),
        changed(rsa(), "alg", json!("RS384")),
        changed(rsa(), "alg", json!("ES256")),
        changed(rsa(), "alg", json!("HS256")),
        changed(rsa(), "kty", json!("EC")),
        changed(rsa(), "kid", json!(1)),
        changed(rsa(), "key_ops", json!(["encrypt"])),
        changed(rsa(), "key_ops", json!("verify")),
        changed(ec(), "kty", json!("RSA")),
        changed(ec(), "crv", json!("P-384")),
        changed(ec(), "x", json!("AQAB")),
        changed(ec(), "alg", json!("RS256")),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
        json!({ "kty": "new" }),
        json!({}),
    ] {
        assert!(set(std::slice::from_ref(&key)).unwrap().is_empty(), "{key}");
    }
    assert!(
        !set(&[changed(rsa(), "key_ops", json!(["verify"])), json!({})])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_key_is_found_by_its_name_and_algorithm() {
    use SigningAlgorithm::{Es256, Rs256};
    let keys = set(&[rsa_public("a"), other_rsa_public("b"), ec_public("a")]).unwrap();
    assert_eq!(keys.key(Some("a"), Rs256).unwrap().algorithm(), Rs256);
    assert_eq!(keys.key(Some("a"), Es256).unwrap().algorithm(), Es256);
    assert_eq!(keys.key(Some("b"), Es256), None);
    assert_eq!(keys.key(Some("c"), Rs256), None);
    assert_eq!(keys.key(None, Rs256), None, "there are two");
    assert!(keys.key(None, Es256).is_some());
}

#[test]
fn what_is_no_set_is_refused() {
    for text in [
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        r#"{"keys":[],"keys":[]}"#,
        "",
    ] {
        assert!(Jwks::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Jwks::parse(br#"{"keys":[]}"#).unwrap().is_empty());
}

#[test]
fn a_set_is_written_as_it_is_read() {
    let keys = set(&[rsa_public("a"), ec_public("b")]).unwrap();
    assert_eq!(Jwks::from_value(&keys.to_value()).unwrap(), keys);
}
