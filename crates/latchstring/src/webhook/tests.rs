use axum::{
    body::Body,
    http::{HeaderName, Request},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use latchstring_access::{
    AccessEventKind as Kind, AccessStore, KeyRing, MemoryStore, NewKey, Person, Plan, PlanRule, Rules, Tenant,
    TenantStatus,
};
use latchstring_core::Scope;
use sha2::Sha256;
use tower::ServiceExt;

use super::*;

const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECOND: &str = "a plain text that is long enough to be safe";

/// An app that delivers to our door.
struct Host {
    access: Arc<Access>,
    store: Arc<MemoryStore>,
    router: Router,
    now: DateTime<Utc>,
}

/// A delivery before it is signed.
struct Sent {
    id: String,
    at: DateTime<Utc>,
    secret: &'static str,
    body: String,
}

async fn host(secrets: &[&str]) -> Host {
    let store = Arc::new(MemoryStore::new());
    let rules = Rules::new("asmk".parse().expect("a prefix"), PlanRule::Subscription);
    let shared: Arc<dyn AccessStore> = Arc::clone(&store) as _;
    let access = Access::open(shared, KeyRing::generate(), rules).await.expect("opened");
    let access = Arc::new(access);
    let secrets: Vec<Secret> = secrets.iter().map(|text| Secret::new(*text)).collect();
    Host {
        router: router(access.clone(), secrets),
        now: access.now().await.expect("told"),
        access,
        store,
    }
}

impl Host {
    /// Something that happens to the tenant `shop`, this many seconds from now.
    fn told(&self, kind: &str, seconds: i64) -> Sent {
        let occurred_at = self.now + TimeDelta::seconds(seconds);
        let body = json!({
            "type": kind,
            "occurredAt": occurred_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "tenant": { "key": "shop", "name": "The shop" },
            "plan": "active",
            "person": { "sub": "user-1" },
            "more": ["than", "we", "read"],
        });
        Sent {
            id: format!("{kind}, {seconds}"),
            at: self.now,
            secret: FIRST,
            body: body.to_string(),
        }
    }

    async fn send(&self, sent: &Sent) -> (StatusCode, Value) {
        let made = sign(sent.secret, &sent.id, sent.at.timestamp(), sent.body.as_bytes());
        self.present(sent, &made).await
    }

    async fn present(&self, sent: &Sent, signature: &str) -> (StatusCode, Value) {
        let timestamp = sent.at.timestamp().to_string();
        let headers = [
            ("webhook-id", sent.id.as_str()),
            ("webhook-timestamp", timestamp.as_str()),
            ("webhook-signature", signature),
        ];
        self.post(&headers, sent.body.clone()).await
    }

    async fn post(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, Value) {
        let mut request = Request::post("/webhooks/tenant").body(body.into()).expect("a request");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            request.headers_mut().append(name, value.parse().expect("a value"));
        }
        let response = self.router.clone().oneshot(request).await.expect("answered");
        let status = response.status();
        let is_for_later = response.headers().contains_key(header::RETRY_AFTER);
        assert_eq!(is_for_later, status == StatusCode::SERVICE_UNAVAILABLE);
        let body = response.into_body().collect().await.expect("read").to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// What became of a delivery that is sent.
    async fn result(&self, sent: &Sent) -> Value {
        let (status, mut answer) = self.send(sent).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["result"].take()
    }

    async fn tenant(&self) -> Option<Tenant> {
        self.access.find_tenants("shop").await.expect("answered").pop()
    }

    /// A key of the tenant as it is now.
    async fn key(&self) -> Secret {
        let asked = NewKey {
            tenant: self.tenant().await.expect("known").id,
            scope: Scope::Read,
            label: "Claude".parse().expect("a label"),
            created_by: Person::new("user-1", "Ann"),
            expires_at: None,
        };
        self.access.create_key(asked).await.expect("created").0
    }

    async fn opens(&self, key: &Secret) -> bool {
        self.access.authenticate_key(key.expose()).await.is_ok()
    }
}

/// As a sender signs, by the standard's words and not by our code.
fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => BASE64.decode(encoded).expect("base64"),
        None => secret.as_bytes().to_vec(),
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

#[test]
fn the_example_of_the_standard_is_signed_by_us_and_by_nobody_else() {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("msg_p5jXN8AQM9LWM0D4loKWxJek"));
    headers.insert("webhook-timestamp", HeaderValue::from_static("1614265330"));
    // As openssl computes it: printf '%s' 'ID.TIMESTAMP.BODY' | openssl dgst -sha256 -mac HMAC -macopt hexkey:31f2..
    headers.insert(
        "webhook-signature",
        HeaderValue::from_static("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    );
    let signature = Signature::read(&headers).expect("a signature");
    assert_eq!(signature.at.timestamp(), 1_614_265_330);
    let (ours, other) = (
        SigningKeys::new(&[Secret::new(FIRST)]),
        SigningKeys::new(&[Secret::new(SECOND)]),
    );
    assert!(ours.have_made(&signature, br#"{"test": 2432232314}"#));
    assert!(!ours.have_made(&signature, br#"{"test": 2432232315}"#));
    assert!(!other.have_made(&signature, br#"{"test": 2432232314}"#));
}

#[tokio::test]
async fn without_secrets_there_is_no_such_route() {
    let host = host(&[]).await;
    assert_eq!(host.send(&host.told("installed", 0)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_app_tells_of_a_tenant_from_its_installation_to_its_end() {
    let host = host(&[FIRST]).await;
    assert_eq!(host.result(&host.told("installed", -9)).await, "done");
    let tenant = host.tenant().await.expect("known");
    assert_eq!((tenant.name.as_str(), tenant.plan), ("The shop", Plan::Active));
    let key = host.key().await;
    assert!(host.opens(&key).await);

    let mut lapse = host.told("plan_changed", -8);
    lapse.body = lapse.body.replace("active", "lapsed");
    assert_eq!(host.result(&lapse).await, "done");
    assert_eq!(host.tenant().await.expect("known").plan, Plan::Lapsed);

    assert_eq!(host.result(&host.told("person_removed", -7)).await, "done");
    assert_eq!(host.result(&host.told("uninstalled", -6)).await, "done");
    assert!(!host.opens(&key).await);
    let events = host.access.read_events(tenant.id, 10).await.expect("read");
    let kinds: Vec<Kind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Uninstalled,
            Kind::PersonRemoved,
            Kind::PlanLapsed,
            Kind::KeyCreated,
            Kind::Installed
        ]
    );
}

#[tokio::test]
async fn an_installation_that_says_nothing_of_a_plan_is_not_paid_for() {
    let host = host(&[FIRST]).await;
    let mut sent = host.told("installed", 0);
    sent.body = sent.body.replace(r#""plan":"active","#, "");
    assert_eq!(host.result(&sent).await, "done");
    assert_eq!(host.tenant().await.expect("known").plan, Plan::Lapsed);
}

#[tokio::test]
async fn v05_a_forged_delivery_is_refused_and_changes_nothing() {
    let host = host(&[FIRST]).await;
    let sent = host.told("installed", 0);
    let right = sign(FIRST, &sent.id, sent.at.timestamp(), sent.body.as_bytes());
    let forgeries = [
        sign(SECOND, &sent.id, sent.at.timestamp(), sent.body.as_bytes()),
        sign(FIRST, "another id", sent.at.timestamp(), sent.body.as_bytes()),
        sign(FIRST, &sent.id, sent.at.timestamp() + 1, sent.body.as_bytes()),
        sign(FIRST, &sent.id, sent.at.timestamp(), b"another body"),
        right.replacen("v1,", "v1a,", 1),
        right.replacen("v1,", "", 1),
        right[..right.len() - 4].to_owned(),
        "v1,".to_owned(),
        String::new(),
    ];
    for forged in &forgeries {
        let (status, answer) = host.present(&sent, forged).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{forged}: {answer}");
        assert!(
            answer["error_description"].as_str().is_some_and(|text| text.len() > 40),
            "{answer}"
        );
    }
    let timestamp = sent.at.timestamp().to_string();
    let whole = [
        ("webhook-id", sent.id.as_str()),
        ("webhook-timestamp", timestamp.as_str()),
        ("webhook-signature", right.as_str()),
    ];
    for without in 0..whole.len() {
        let mut headers = whole.to_vec();
        headers.remove(without);
        assert_eq!(host.post(&headers, sent.body.clone()).await.0, StatusCode::UNAUTHORIZED);
        let mut headers = whole.to_vec();
        headers.push(whole[without]);
        assert_eq!(
            host.post(&headers, sent.body.clone()).await.0,
            StatusCode::UNAUTHORIZED,
            "doubled"
        );
    }
    assert_eq!(host.tenant().await, None);
    assert_eq!(host.post(&whole, sent.body.clone()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn either_of_two_secrets_will_do_while_one_replaces_the_other() {
    let host = host(&[FIRST, SECOND]).await;
    let sent = host.told("installed", -2);
    assert_eq!(host.result(&sent).await, "done");
    let sent = Sent {
        secret: SECOND,
        ..host.told("uninstalled", -1)
    };
    assert_eq!(host.result(&sent).await, "done");
    // A sender in the middle of a rotation signs with both; one of them may be unknown here.
    let sent = host.told("installed", 0);
    let [strange, ours] = ["a secret that this server was never told", SECOND]
        .map(|secret| sign(secret, &sent.id, sent.at.timestamp(), sent.body.as_bytes()));
    assert_eq!(
        host.present(&sent, &format!("{strange} v2,x {ours}")).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_secret_that_anybody_could_guess_opens_nothing() {
    for weak in [
        "",
        "short",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64, however long the text may be",
    ] {
        let host = host(&[weak]).await;
        let sent = host.told("installed", 0);
        let text = weak.strip_prefix("whsec_").map_or(weak.as_bytes().to_vec(), |encoded| {
            BASE64.decode(encoded).unwrap_or_else(|_| encoded.as_bytes().to_vec())
        });
        let mut mac = Hmac::<Sha256>::new_from_slice(&text).expect("a key");
        mac.update(format!("{}.{}.{}", sent.id, sent.at.timestamp(), sent.body).as_bytes());
        let made = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
        assert_eq!(host.present(&sent, &made).await.0, StatusCode::UNAUTHORIZED, "{weak}");
    }
}

#[tokio::test]
async fn v05_a_stale_delivery_is_refused() {
    let host = host(&[FIRST]).await;
    for (minutes, expected) in [
        (-6, StatusCode::UNAUTHORIZED),
        (6, StatusCode::UNAUTHORIZED),
        (-4, StatusCode::OK),
    ] {
        let sent = Sent {
            at: host.now + TimeDelta::minutes(minutes),
            ..host.told("installed", 0)
        };
        let (status, answer) = host.send(&sent).await;
        assert_eq!(status, expected, "{minutes}: {answer}");
    }
}

#[tokio::test]
async fn v05_a_delivery_that_comes_again_is_a_duplicate() {
    let host = host(&[FIRST]).await;
    let first = host.told("installed", -2);
    assert_eq!(host.result(&first).await, "done");
    assert_eq!(host.result(&host.told("uninstalled", -1)).await, "done");
    // Byte for byte, and signed anew as a sender does who tries again.
    assert_eq!(host.result(&first).await, "duplicate");
    let again = Sent {
        at: first.at + TimeDelta::seconds(30),
        ..first
    };
    assert_eq!(host.result(&again).await, "duplicate");
    assert_eq!(host.tenant().await.expect("known").status, TenantStatus::Uninstalled);
}

#[tokio::test]
async fn v05_a_late_end_leaves_a_newer_installation_alone() {
    let host = host(&[FIRST]).await;
    assert_eq!(host.result(&host.told("installed", -60)).await, "done");
    let old = host.key().await;
    assert_eq!(host.result(&host.told("installed", -20)).await, "done");
    assert!(!host.opens(&old).await, "a new installation has no grants");
    let new = host.key().await;
    assert_eq!(host.result(&host.told("uninstalled", -40)).await, "late");
    assert!(host.opens(&new).await);
}

#[tokio::test]
async fn v05_out_of_order_is_as_it_happened() {
    let host = host(&[FIRST]).await;
    let overtaker = host.told("plan_changed", -30);
    let (status, answer) = host.send(&overtaker).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::NOT_FOUND, &json!("unknown_tenant"))
    );
    assert_eq!(host.result(&host.told("installed", -50)).await, "done");
    assert_eq!(host.result(&overtaker).await, "done", "it is delivered again");
    let key = host.key().await;
    let mut lapse = host.told("plan_changed", -10);
    lapse.body = lapse.body.replace("active", "lapsed");
    assert_eq!(host.result(&lapse).await, "done");
    assert_eq!(host.result(&host.told("plan_changed", -20)).await, "late");
    assert_eq!(host.tenant().await.expect("known").plan, Plan::Lapsed);
    assert_eq!(host.result(&host.told("uninstalled", -5)).await, "done");
    assert_eq!(host.result(&host.told("installed", -15)).await, "late");
    assert!(!host.opens(&key).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v05_in_parallel_a_delivery_is_applied_once() {
    let host = Arc::new(host(&[FIRST]).await);
    assert_eq!(host.result(&host.told("installed", -2)).await, "done");
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let host = Arc::clone(&host);
        tries.spawn(async move { host.result(&host.told("uninstalled", -1)).await });
    }
    let mut results: Vec<String> = tries
        .join_all()
        .await
        .iter()
        .filter_map(Value::as_str)
        .map(String::from)
        .collect();
    results.sort();
    assert_eq!(results.len(), 16);
    assert_eq!(
        (results[0].as_str(), results[14].as_str(), results[15].as_str()),
        ("done", "duplicate", "duplicate")
    );
    assert_eq!(results[1], "duplicate");
    let tenant = host.tenant().await.expect("known").id;
    let events = host.access.read_events(tenant, 10).await.expect("read");
    assert_eq!(events.len(), 2, "{events:?}");
}

#[tokio::test]
async fn v05_what_is_said_to_happen_in_the_future_is_refused() {
    let host = host(&[FIRST]).await;
    let (status, answer) = host.send(&host.told("installed", 3600)).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (StatusCode::BAD_REQUEST, Some("malformed")),
        "{answer}"
    );
    assert_eq!(host.tenant().await, None);
    assert_eq!(
        host.result(&host.told("installed", 60)).await,
        "done",
        "clocks differ a little"
    );
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_says_why() {
    let host = host(&[FIRST]).await;
    let right = host.told("installed", 0).body;
    let cases = [
        ("", "EOF"),
        ("{\"test\": 1}", "missing field"),
        (
            &right.replace("installed", "tenant.installed"),
            "unknown variant `tenant.installed`, expected one of `installed`",
        ),
        (
            &right.replace("\"active\"", "\"paid\""),
            "expected `active` or `lapsed`",
        ),
        (&right.replace("The shop", " "), "tenant.name"),
        (&right.replace("\"shop\"", "\"\""), "tenant.key"),
        (
            &right.replace("\"shop\"", &format!("\"{}\"", "x".repeat(256))),
            "tenant.key",
        ),
        (&right.replace("\"shop\"", "\"sh\\nop\""), "tenant.key"),
        (
            &right
                .replace("installed", "plan_changed")
                .replace("\"plan\"", "\"plans\""),
            "`plan`",
        ),
        (
            &right.replace("installed", "person_removed").replace("user-1", ""),
            "person.sub",
        ),
    ];
    for (number, (body, expected)) in cases.into_iter().enumerate() {
        let sent = Sent {
            id: number.to_string(),
            body: body.to_owned(),
            ..host.told("installed", 0)
        };
        let (status, answer) = host.send(&sent).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let description = answer["error_description"].as_str().unwrap_or_default();
        assert!(description.contains(expected), "{description}");
    }
    let (status, _) = host.post(&[], vec![b' '; MAX_BYTES + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn t14_a_name_cannot_disturb_a_terminal() {
    let host = host(&[FIRST]).await;
    let mut sent = host.told("installed", 0);
    sent.body = sent.body.replace("The shop", "The\\u001b[31m \\u202eshop");
    assert_eq!(host.result(&sent).await, "done");
    assert_eq!(host.tenant().await.expect("known").name, "The\u{FFFD}[31m \u{FFFD}shop");
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_is_asked_again_by_the_next_attempt() {
    let host = host(&[FIRST]).await;
    let sent = host.told("installed", 0);
    host.store.cut_off(true);
    assert_eq!(host.send(&sent).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let forged = host.present(&sent, "v1,AAAA").await.0;
    assert_eq!(forged, StatusCode::UNAUTHORIZED, "a stranger costs no query");
    host.store.cut_off(false);
    assert_eq!(host.result(&sent).await, "done");
}
