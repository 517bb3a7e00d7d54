use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use latchstring_core::ManualClock;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::test_keys::{ec, ec_public, other_rsa, other_rsa_public, rsa, rsa_512_public, rsa_public};
use super::*;
use crate::client::Declared;
use crate::fetch::{Document, FetchError};

const CLIENT: &str = "https://chatgpt.com/oauth/client.json";
const ISSUER: &str = "https://issuer.example";
const TOKEN_ENDPOINT: &str = "https://issuer.example/token";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn claims() -> Value {
    let now = now().timestamp();
    json!({ "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "1" })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn signed_by(key: &EncodingKey, algorithm: Algorithm, header: &str, claims: &str) -> String {
    let message = unsigned(header, claims);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn signed(claims: &Value) -> String {
    signed_by(
        &rsa(),
        Algorithm::RS256,
        r#"{"alg":"RS256","kid":"a"}"#,
        &claims.to_string(),
    )
}

/// Serves one key set, and counts.
struct KeyServer {
    keys: std::sync::Mutex<Result<Value, FetchError>>,
    fetches: AtomicUsize,
}

impl KeyServer {
    fn with(keys: &[Value]) -> Arc<Self> {
        Arc::new(Self {
            keys: std::sync::Mutex::new(Ok(json!({ "keys": keys }))),
            fetches: AtomicUsize::new(0),
        })
    }

    fn set(&self, keys: Result<Value, FetchError>) {
        *self.keys.lock().unwrap() = keys;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Documents for KeyServer {
    async fn fetch(&self, url: &Url, _: usize) -> Result<Document, FetchError> {
        assert_eq!(url.as_str(), "https://chatgpt.com/oauth/jwks.json");
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let body = self.keys.lock().unwrap().clone()?.to_string().into_bytes();
        Ok(Document {
            body,
            fresh_for: Duration::from_mins(10),
        })
    }
}

/// Whatever is fetched is not there.
struct Nowhere;

#[async_trait]
impl Documents for Nowhere {
    async fn fetch(&self, url: &Url, _: usize) -> Result<Document, FetchError> {
        panic!("nothing has to be fetched, and was: {url}");
    }
}

fn client(keys: &Value) -> ClientMetadata {
    let mut metadata = json!({
        "redirect_uris": ["https://chatgpt.com/connector/oauth/1"],
        "token_endpoint_auth_method": "private_key_jwt",
    });
    metadata
        .as_object_mut()
        .unwrap()
        .extend(keys.as_object().unwrap().clone());
    let declared = Declared::read(metadata.as_object().unwrap()).unwrap();
    ClientMetadata::new(CLIENT.to_owned(), declared, None)
}

fn remote_client() -> ClientMetadata {
    client(&json!({ "jwks_uri": "https://chatgpt.com/oauth/jwks.json" }))
}

/// Here and now.
fn presented(net: &Net) -> Presented<'_> {
    Presented {
        audiences: &[ISSUER, TOKEN_ENDPOINT],
        net,
        now: now(),
    }
}

/// Against a client whose keys are in its metadata: RSA `a`, RSA `b`, EC `c`.
async fn verify(assertion: &str) -> Result<VerifiedAssertion, AssertionError> {
    let client = client(&json!({ "jwks": { "keys": [rsa_public("a"), other_rsa_public("b"), ec_public("c")] } }));
    let assertions = Assertions::new(Arc::new(Nowhere), Arc::new(ManualClock::at(now())), Arc::default());
    assertions.verify(&client, assertion, &presented(&Net::default())).await
}

#[tokio::test]
async fn an_assertion_by_the_clients_key_is_accepted() {
    let expected = VerifiedAssertion {
        jti: "1".to_owned(),
        expires_at: now() + TimeDelta::seconds(70),
    };
    assert_eq!(verify(&signed(&claims())).await.unwrap(), expected);
    for aud in [
        json!(TOKEN_ENDPOINT),
        json!([TOKEN_ENDPOINT]),
        json!(["https://other.example", ISSUER]),
    ] {
        verify(&signed(&with("aud", aud))).await.unwrap();
    }
    verify(&signed(&with("exp", json!(1_800_000_030.7)))).await.unwrap();
    verify(&signed(&without("iat"))).await.unwrap();
    let by_ec = signed_by(
        &ec(),
        Algorithm::ES256,
        r#"{"alg":"ES256","kid":"c","typ":"JWT"}"#,
        &claims().to_string(),
    );
    verify(&by_ec).await.unwrap();
    // One elliptic curve key needs no name; of the RSA keys there are two.
    let unnamed = signed_by(&ec(), Algorithm::ES256, r#"{"alg":"ES256"}"#, &claims().to_string());
    verify(&unnamed).await.unwrap();
    let unnamed = signed_by(&rsa(), Algorithm::RS256, r#"{"alg":"RS256"}"#, &claims().to_string());
    assert_eq!(verify(&unnamed).await, Err(AssertionError::UnknownKey));
}

#[tokio::test]
async fn r09_an_assertion_without_a_signature_or_by_another_algorithm_is_refused() {
    let claims = claims().to_string();
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None","kid":"a"}"#,
        r#"{"alg":"nOnE","kid":"a"}"#,
        r#"{"alg":"","kid":"a"}"#,
        r#"{"alg":null,"kid":"a"}"#,
        r#"{"alg":["RS256"],"kid":"a"}"#,
        r#"{"kid":"a"}"#,
        r#"{"alg":"rs256","kid":"a"}"#,
        r#"{"alg":"RS384","kid":"a"}"#,
        r#"{"alg":"PS256","kid":"a"}"#,
        r#"{"alg":"EdDSA","kid":"a"}"#,
        r#"{"alg":"HS256","kid":"a"}"#,
    ] {
        let message = unsigned(header, &claims);
        for assertion in [
            format!("{message}."),
            format!("{message}.AAAA"),
            signed_by(&rsa(), Algorithm::RS256, header, &claims),
        ] {
            assert_eq!(verify(&assertion).await, Err(AssertionError::Algorithm), "{header}");
        }
    }
    // The right name and no signature, or the signature of an algorithm that was not named.
    let header = r#"{"alg":"RS256","kid":"a"}"#;
    for signature in ["", "AAAA", "*"] {
        let assertion = format!("{}.{signature}", unsigned(header, &claims));
        assert_eq!(
            verify(&assertion).await,
            Err(AssertionError::Signature),
            "{signature:?}"
        );
    }
    let assertion = signed_by(&rsa(), Algorithm::RS512, header, &claims);
    assert_eq!(verify(&assertion).await, Err(AssertionError::Signature));
}

#[tokio::test]
async fn r09_a_public_key_is_not_a_shared_secret() {
    let public = rsa_public("a")["n"].as_str().unwrap().to_owned();
    for secret in [public.clone().into_bytes(), URL_SAFE_NO_PAD.decode(&public).unwrap()] {
        for header in [r#"{"alg":"HS256","kid":"a"}"#, r#"{"alg":"RS256","kid":"a"}"#] {
            let key = EncodingKey::from_secret(&secret);
            let assertion = signed_by(&key, Algorithm::HS256, header, &claims().to_string());
            assert!(verify(&assertion).await.is_err());
        }
    }
}

#[tokio::test]
async fn r09_the_claims_have_to_be_right() {
    use AssertionError as E;
    let now = now().timestamp();
    for (claims, error) in [
        (without("exp"), E::Claim("exp")),
        (with("exp", json!(null)), E::Claim("exp")),
        (with("exp", json!((now + 60).to_string())), E::Claim("exp")),
        (with("exp", json!(-1)), E::Claim("exp")),
        (with("exp", json!(1e300)), E::Claim("exp")),
        (with("exp", json!(now - 10)), E::Expired),
        (with("exp", json!(0)), E::Expired),
        (with("exp", json!(now + 311)), E::LivesTooLong),
        (with("exp", json!(now + 3_600)), E::LivesTooLong),
        (with("nbf", json!((now - 60).to_string())), E::Claim("nbf")),
        (with("nbf", json!(null)), E::Claim("nbf")),
        (with("nbf", json!(now + 11)), E::FromTheFuture),
        (with("iat", json!(now + 11)), E::FromTheFuture),
        (with("iat", json!("now")), E::Claim("iat")),
        (without("jti"), E::Claim("jti")),
        (with("jti", json!("")), E::Claim("jti")),
        (with("jti", json!(1)), E::Claim("jti")),
        (with("jti", json!("x".repeat(257))), E::Claim("jti")),
        (without("aud"), E::Claim("aud")),
        (with("aud", json!(1)), E::Claim("aud")),
        (with("aud", json!([ISSUER, 1])), E::Claim("aud")),
        (with("aud", json!([])), E::Audience),
        (with("aud", json!("https://issuer.example/")), E::Audience),
        (with("aud", json!("https://other.example")), E::Audience),
        (without("iss"), E::Claim("iss")),
        (without("sub"), E::Claim("sub")),
        (with("iss", json!("https://other.example/client.json")), E::Client),
        (with("sub", json!("https://other.example/client.json")), E::Client),
    ] {
        assert_eq!(verify(&signed(&claims)).await, Err(error), "{claims}");
    }
    for claims in [
        with("exp", json!(now - 9)),
        with("exp", json!(now + 310)),
        with("nbf", json!(now + 10)),
        with("jti", json!("x".repeat(256))),
    ] {
        verify(&signed(&claims)).await.unwrap();
    }
}

#[tokio::test]
async fn r09_an_assertion_under_the_name_of_another_key_is_refused() {
    for (key, kid) in [(rsa(), "b"), (other_rsa(), "a")] {
        let header = json!({ "alg": "RS256", "kid": kid }).to_string();
        let assertion = signed_by(&key, Algorithm::RS256, &header, &claims().to_string());
        assert_eq!(verify(&assertion).await, Err(AssertionError::Signature));
    }
    for (algorithm, kid) in [("RS256", "c"), ("ES256", "a"), ("RS256", "d"), ("RS256", "")] {
        let header = json!({ "alg": algorithm, "kid": kid }).to_string();
        let assertion = signed_by(&rsa(), Algorithm::RS256, &header, &claims().to_string());
        assert_eq!(verify(&assertion).await, Err(AssertionError::UnknownKey));
    }
}

#[tokio::test]
async fn r09_a_key_that_the_assertion_brings_or_points_to_is_ignored() {
    // `Nowhere` panics when anything is fetched.
    let pointers = [
        json!({ "jku": "https://evil.example/jwks.json" }),
        json!({ "x5u": "https://evil.example/certificate.pem" }),
        json!({ "jwk": other_rsa_public("a") }),
        json!({ "x5c": ["AAAA"] }),
    ];
    for pointer in pointers {
        let mut header = json!({ "alg": "RS256", "kid": "a" });
        header
            .as_object_mut()
            .unwrap()
            .extend(pointer.as_object().unwrap().clone());
        let by = |key| signed_by(&key, Algorithm::RS256, &header.to_string(), &claims().to_string());
        assert_eq!(
            verify(&by(other_rsa())).await,
            Err(AssertionError::Signature),
            "{header}"
        );
        verify(&by(rsa())).await.unwrap();
    }
    for crit in [
        r#"{"alg":"RS256","kid":"a","crit":["exp"]}"#,
        r#"{"alg":"RS256","kid":"a","crit":null}"#,
    ] {
        let assertion = signed_by(&rsa(), Algorithm::RS256, crit, &claims().to_string());
        assert_eq!(verify(&assertion).await, Err(AssertionError::Critical));
    }
}

#[tokio::test]
async fn r09_a_text_that_is_no_token_is_refused() {
    let good = signed(&claims());
    let padded = good.replacen('.', "=.", 1);
    let twice = signed_by(
        &rsa(),
        Algorithm::RS256,
        r#"{"alg":"RS256","kid":"a"}"#,
        r#"{"exp":1,"exp":2}"#,
    );
    let twice_in_header = signed_by(
        &rsa(),
        Algorithm::RS256,
        r#"{"alg":"none","alg":"RS256","kid":"a"}"#,
        &claims().to_string(),
    );
    let long = format!("{good}{}", "A".repeat(9_000));
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        &padded,
        &twice,
        &twice_in_header,
        &long,
        &format!("{good}.AAAA"),
        &format!(" {good}"),
    ] {
        assert_eq!(verify(text).await, Err(AssertionError::Form), "{text}");
    }
    assert_eq!(claimed_client(&good).as_deref(), Some(CLIENT));
    assert_eq!(claimed_client("a.b.c"), None);
}

#[tokio::test]
async fn r09_a_weak_rsa_key_verifies_nothing() {
    let server = KeyServer::with(&[rsa_512_public("a")]);
    let assertions = Assertions::new(server, Arc::new(ManualClock::at(now())), Arc::default());
    let result = assertions
        .verify(&remote_client(), &signed(&claims()), &presented(&Net::default()))
        .await;
    assert_eq!(result, Err(AssertionError::UnknownKey));
}

#[tokio::test]
async fn r09_a_client_without_keys_cannot_send_an_assertion() {
    let metadata = json!({ "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"] });
    let client = ClientMetadata::new(
        CLIENT.to_owned(),
        Declared::read(metadata.as_object().unwrap()).unwrap(),
        None,
    );
    let assertions = Assertions::new(Arc::new(Nowhere), Arc::new(ManualClock::at(now())), Arc::default());
    let result = assertions
        .verify(&client, &signed(&claims()), &presented(&Net::default()))
        .await;
    assert_eq!(result, Err(AssertionError::NoKeys));
}

#[tokio::test]
async fn r09_an_unknown_key_has_the_set_fetched_again_once_a_minute() {
    let clock = Arc::new(ManualClock::at(now()));
    let server = KeyServer::with(&[other_rsa_public("b")]);
    let assertions = Assertions::new(
        Arc::clone(&server) as Arc<dyn Documents>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::default(),
    );
    let client = remote_client();
    let assertion = signed(&claims());
    let net = Net::default();
    let presented = presented(&net);
    let verify = || assertions.verify(&client, &assertion, &presented);

    for _ in 0..20 {
        assert_eq!(verify().await, Err(AssertionError::UnknownKey));
    }
    assert_eq!(server.fetches(), 1, "it was just fetched");

    server.set(Ok(json!({ "keys": [rsa_public("a"), other_rsa_public("b")] })));
    clock.advance(TimeDelta::seconds(59));
    assert_eq!(verify().await, Err(AssertionError::UnknownKey));
    clock.advance(TimeDelta::seconds(1));
    for _ in 0..20 {
        verify().await.unwrap();
    }
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn r09_keys_that_cannot_be_had_are_no_fault_of_the_assertion() {
    let clock = Arc::new(ManualClock::at(now()));
    let server = KeyServer::with(&[]);
    server.set(Err(FetchError::Unreachable));
    let assertions = Assertions::new(
        Arc::clone(&server) as Arc<dyn Documents>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::default(),
    );
    let client = remote_client();
    let assertion = signed(&claims());
    for _ in 0..20 {
        let error = assertions
            .verify(&client, &assertion, &presented(&Net::default()))
            .await
            .unwrap_err();
        assert!(error.is_temporary(), "{error:?}");
    }
    assert_eq!(server.fetches(), 1);
    // Once they are there, they stand in for an hour when their server cannot be reached, and for a day when we ask it
    // too often.
    server.set(Ok(json!({ "keys": [rsa_public("a")] })));
    clock.advance(TimeDelta::seconds(60));
    assertions
        .verify(&client, &assertion, &presented(&Net::default()))
        .await
        .unwrap();
    let net = Net::default();
    let presented = presented(&net);
    let verify = || assertions.verify(&client, &assertion, &presented);
    for (error, after, stand_in) in [
        (FetchError::Unreachable, TimeDelta::minutes(30), true),
        (FetchError::TooMany, TimeDelta::hours(20), true),
        (FetchError::Unreachable, TimeDelta::zero(), false),
    ] {
        server.set(Err(error));
        clock.advance(after);
        let result = verify().await;
        assert_eq!(result.is_ok(), stand_in, "{result:?}");
        assert!(result.is_ok() || result.unwrap_err().is_temporary());
    }
}

#[tokio::test]
async fn r09_junk_has_nothing_fetched() {
    let server = KeyServer::with(&[rsa_public("a")]);
    let assertions = Assertions::new(
        Arc::clone(&server) as Arc<dyn Documents>,
        Arc::new(ManualClock::at(now())),
        Arc::default(),
    );
    for assertion in [
        "a.b.c".to_owned(),
        signed(&with("exp", json!(0))),
        signed(&with("aud", json!("https://x.example"))),
    ] {
        assert!(
            assertions
                .verify(&remote_client(), &assertion, &presented(&Net::default()))
                .await
                .is_err()
        );
    }
    assert_eq!(server.fetches(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn r09_a_changed_byte_anywhere_makes_an_assertion_worthless(position in any::<prop::sample::Index>(), byte in "[A-Za-z0-9_.-]") {
        let mut assertion = signed(&claims());
        let position = position.index(assertion.len());
        // The last character of a part holds bits that say nothing; decoders refuse or ignore them.
        prop_assume!(assertion[position..=position] != byte);
        assertion.replace_range(position..=position, &byte);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assert!(runtime.block_on(verify(&assertion)).is_err());
    }
}
