use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::ManualClock;
use serde_json::{Value, json};

use super::*;
use crate::client::KeySource;
use crate::fetch::Document;

const CLAUDE_CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";
const CHATGPT: &str = "https://chatgpt.com/oauth/client.json";

/// Serves documents from memory, and counts.
#[derive(Default)]
struct Shelf {
    documents: Mutex<HashMap<String, Result<Vec<u8>, FetchError>>>,
    fetches: Mutex<Vec<String>>,
}

impl Shelf {
    fn put(&self, url: &str, document: Result<Vec<u8>, FetchError>) {
        self.documents.lock().unwrap().insert(url.to_owned(), document);
    }

    fn fetches(&self) -> usize {
        self.fetches.lock().unwrap().len()
    }
}

#[async_trait]
impl Documents for Shelf {
    async fn fetch(&self, url: &Url, limit: usize) -> Result<Document, FetchError> {
        assert_eq!(limit, 5 * 1024);
        self.fetches.lock().unwrap().push(url.to_string());
        let found = self.documents.lock().unwrap().get(url.as_str()).cloned();
        Ok(Document {
            body: found.unwrap_or(Err(FetchError::Status(404)))?,
            fresh_for: Duration::from_mins(5),
        })
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn read(url: &str, document: &[u8]) -> Result<ClientMetadata, String> {
    super::read(&Url::parse(url).unwrap(), document)
}

fn minimal(url: &str) -> Value {
    json!({ "client_id": url, "client_name": "A", "redirect_uris": ["https://a.example/cb"] })
}

#[test]
fn r04_only_an_https_address_with_one_spelling_is_the_address_of_a_document() {
    for good in [
        CLAUDE_CODE,
        CHATGPT,
        "https://a.example/c",
        "https://a.example/x/",
        "https://a.example//",
    ] {
        assert_eq!(good.parse::<DocumentAddress>().unwrap().to_string(), good);
    }
    for bad in [
        "",
        "abc",
        "http://a.example/c",
        "https://a.example",
        "https://a.example/",
        "https://a.example/c?x=1",
        "https://a.example/c?",
        "https://a.example/c#f",
        "https://a.example/c#",
        "https://user@a.example/c",
        "https://@a.example/c",
        "https://a.example:443/c",
        "https://a.example:22/c",
        "https://a.example/x/../c",
        "https://a.example/./c",
        "https://a.example/x/%2e%2e/c",
        "https://a.example/%2E/c",
        "https://a.example/c d",
        "https://a.example\\c",
        "https:a.example/c",
        "https:///a.example/c",
        "HTTPS://a.example/c",
        "https://A.example/c",
        "https://b\u{fc}cher.example/c",
        "https://a.example/\u{fc}",
        " https://a.example/c",
        "https://a.example/c\n",
        "https://a.exa\tmple/c",
        "https://a.example./c",
        "https://localhost/c",
        "https://127.0.0.1/c",
        "https://2130706433/c",
        "https://[::1]/c",
        "https://a.internal/c",
    ] {
        assert!(bad.parse::<DocumentAddress>().is_err(), "{bad:?}");
    }
    let longest = format!("https://a.example/{}", "a".repeat(500 - 18));
    assert!(longest.parse::<DocumentAddress>().is_ok());
    assert_eq!(
        format!("{longest}a").parse::<DocumentAddress>(),
        Err(DocumentAddressError::TooLong)
    );
    assert!(DocumentAddress::is_meant_by("http://a.example/c"));
    assert!(!DocumentAddress::is_meant_by("01J-client"));
}

#[test]
fn r10_a_document_as_claude_publishes_it() {
    let document = json!({
        "client_id": CLAUDE_CODE,
        "client_name": "Claude Code",
        "client_uri": "https://claude.ai",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let client = read(CLAUDE_CODE, document.to_string().as_bytes()).unwrap();
    assert_eq!(
        (client.client_id(), client.name(), client.vouched_by()),
        (CLAUDE_CODE, "Claude Code", Some("claude.ai"))
    );
    assert!(client.auth().allows_none && client.auth().keys.is_none());
    assert!(client.is_loopback_only());
    assert!(client.redirect("http://localhost:53682/callback").is_some());
}

#[test]
fn r10_a_document_as_chatgpt_publishes_it() {
    let document = json!({
        "client_id": CHATGPT,
        "client_name": "ChatGPT",
        "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg": "RS256",
        "jwks_uri": "https://chatgpt.com/oauth/jwks.json",
    });
    let client = read(CHATGPT, document.to_string().as_bytes()).unwrap();
    assert_eq!((client.name(), client.vouched_by()), ("ChatGPT", Some("chatgpt.com")));
    assert!(client.auth().allows_none);
    let Some(KeySource::Uri(uri)) = &client.auth().keys else {
        panic!("it has keys");
    };
    assert_eq!(uri.as_str(), "https://chatgpt.com/oauth/jwks.json");
}

#[test]
fn r06_a_document_that_is_wrong_in_any_way_is_refused() {
    const URL: &str = "https://a.example/c";
    let change = |name: &str, value: Value| {
        let mut document = minimal(URL);
        document[name] = value;
        document.to_string().into_bytes()
    };
    assert!(read(URL, minimal(URL).to_string().as_bytes()).is_ok());
    for document in [
        minimal("https://a.example/other").to_string().into_bytes(),
        minimal("https://a.example/c/").to_string().into_bytes(),
        minimal("https://evil.example/c").to_string().into_bytes(),
        minimal("HTTPS://a.example/c").to_string().into_bytes(),
        change("client_id", json!(null)),
        change("client_id", json!([URL])),
        change("client_name", json!(null)),
        change("client_name", json!("")),
        change("client_name", json!("\u{200B}")),
        change("redirect_uris", json!(null)),
        change("redirect_uris", json!([])),
        change("redirect_uris", json!(["javascript:alert(1)"])),
        change("client_secret", json!("hush")),
        change("client_secret_expires_at", json!(0)),
        change("token_endpoint_auth_method", json!("client_secret_post")),
        change("token_endpoint_auth_method", json!("private_key_jwt")),
        change("padding", json!("x".repeat(5 * 1024))),
        [b"\xEF\xBB\xBF".as_slice(), minimal(URL).to_string().as_bytes()].concat(),
        minimal(URL)
            .to_string()
            .replace('{', r#"{"client_id":"https://a.example/c","#)
            .into_bytes(),
        minimal(URL)
            .to_string()
            .replace('{', r#"{"redirect_uris":["https://evil.example/cb"],"#)
            .into_bytes(),
        b"[]".to_vec(),
        b"<html>".to_vec(),
        b"\xff\xfe{}".to_vec(),
        Vec::new(),
    ] {
        assert!(read(URL, &document).is_err(), "{}", String::from_utf8_lossy(&document));
    }
}

#[tokio::test]
async fn r07_a_client_is_remembered_for_as_long_as_its_document_is_fresh() {
    let (shelf, clock) = (Arc::new(Shelf::default()), Arc::new(ManualClock::at(now())));
    let clients = ClientDocuments::new(
        Arc::clone(&shelf) as Arc<dyn Documents>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::default(),
    );
    shelf.put(
        "https://a.example/c",
        Ok(minimal("https://a.example/c").to_string().into_bytes()),
    );
    for _ in 0..5 {
        assert_eq!(
            clients
                .client("https://a.example/c", &Net::default())
                .await
                .unwrap()
                .name(),
            "A"
        );
    }
    assert_eq!(shelf.fetches(), 1);

    let mut changed = minimal("https://a.example/c");
    changed["redirect_uris"] = json!(["https://other.example/cb"]);
    shelf.put("https://a.example/c", Ok(changed.to_string().into_bytes()));
    clock.advance(TimeDelta::seconds(299));
    assert!(
        clients
            .client("https://a.example/c", &Net::default())
            .await
            .unwrap()
            .redirect("https://a.example/cb")
            .is_some()
    );
    clock.advance(TimeDelta::seconds(1));
    let client = clients.client("https://a.example/c", &Net::default()).await.unwrap();
    assert!(client.redirect("https://a.example/cb").is_none());
    assert!(client.redirect("https://other.example/cb").is_some());
    assert_eq!(shelf.fetches(), 2);
}

#[tokio::test]
async fn r07_one_clients_document_is_never_anothers() {
    let (shelf, clock) = (Arc::new(Shelf::default()), Arc::new(ManualClock::at(now())));
    let clients = ClientDocuments::new(Arc::clone(&shelf) as Arc<dyn Documents>, clock, Arc::default());
    shelf.put(
        "https://a.example/c",
        Ok(minimal("https://a.example/c").to_string().into_bytes()),
    );
    shelf.put(
        "https://evil.example/c",
        Ok(minimal("https://a.example/c").to_string().into_bytes()),
    );
    assert!(clients.client("https://evil.example/c", &Net::default()).await.is_err());
    clients.client("https://a.example/c", &Net::default()).await.unwrap();
    for other in [
        "https://a.example/C",
        "https://a.example/c/",
        "https://a.example/c%20",
        "https://evil.example/c",
    ] {
        assert!(clients.client(other, &Net::default()).await.is_err(), "{other}");
    }
}

#[tokio::test]
async fn r04_an_id_that_is_no_address_of_a_document_has_nothing_fetched() {
    let shelf = Arc::new(Shelf::default());
    let clients = ClientDocuments::new(
        Arc::clone(&shelf) as Arc<dyn Documents>,
        Arc::new(ManualClock::at(now())),
        Arc::default(),
    );
    for id in [
        "https://127.0.0.1/c",
        "https://a.example:22/c",
        "https://localhost./c",
        "abc",
        "https://a.example/c?x",
    ] {
        let error = clients.client(id, &Net::default()).await.unwrap_err();
        assert!(!error.is_temporary(), "{id}: {error}");
    }
    assert_eq!(shelf.fetches(), 0);
}

#[tokio::test]
async fn r06_a_document_that_is_refused_is_not_fetched_again_for_half_a_minute() {
    let (shelf, clock) = (Arc::new(Shelf::default()), Arc::new(ManualClock::at(now())));
    let clients = ClientDocuments::new(
        Arc::clone(&shelf) as Arc<dyn Documents>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::default(),
    );
    shelf.put("https://a.example/c", Ok(b"{}".to_vec()));
    for _ in 0..5 {
        assert!(
            !clients
                .client("https://a.example/c", &Net::default())
                .await
                .unwrap_err()
                .is_temporary()
        );
    }
    assert_eq!(shelf.fetches(), 1);
    shelf.put(
        "https://a.example/c",
        Ok(minimal("https://a.example/c").to_string().into_bytes()),
    );
    clock.advance(TimeDelta::seconds(29));
    clients
        .client("https://a.example/c", &Net::default())
        .await
        .unwrap_err();
    clock.advance(TimeDelta::seconds(1));
    clients.client("https://a.example/c", &Net::default()).await.unwrap();
}
