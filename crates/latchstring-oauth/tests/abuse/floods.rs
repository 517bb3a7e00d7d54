//! H: whoever floods a door is refused before it costs anything, and whoever has a right to come does not notice.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    routing::any,
};
use latchstring_access::{Access, KeyRing, MemoryStore, NewKey, PlanRule, Rules, Token, TokenPrefix};
use latchstring_core::{Clock, Scope};
use latchstring_oauth::{AuthorizationServer, Settings, require_key};
use tower::ServiceExt;

use crate::door::{App, Door, ISSUER, Spy, Tokens, ann, bearer, clock, connector_path, on_network};

const NOISY: IpAddr = IpAddr::V4(Ipv4Addr::new(8, 8, 4, 4));

async fn present(door: &Door, path: &str, credential: &str) -> StatusCode {
    let request = on_network(bearer(path, credential), Some(NOISY));
    door.send(request).await.status
}

/// Presents so many of this form that nobody was given.
async fn forge(door: &Door, path: &str, prefix: &TokenPrefix, count: usize) {
    for _ in 0..count {
        let forged = Token::generate(prefix).into_secret();
        assert_eq!(present(door, path, forged.expose()).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn h09_a_token_that_was_just_issued_opens_its_door_beside_a_flood_of_forged_ones() {
    let door = Door::in_memory().await;
    let app = App::registered(&door).await;
    let exchanged = app.connect(&door, &door.alpha, Scope::Read).await;
    let connector = connector_path(&door.alpha);
    forge(&door, &connector, &TokenPrefix::ACCESS, 600).await;
    assert_eq!(present(&door, &connector, &exchanged.access).await, StatusCode::OK);
    let refreshed = Tokens::of(app.refresh(&door, &exchanged.refresh).await);
    assert_eq!(present(&door, &connector, &refreshed.access).await, StatusCode::OK);
    let forged = Token::generate(&TokenPrefix::ACCESS).into_secret();
    assert_eq!(
        present(&door, &connector, forged.expose()).await,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn h09_keys_that_work_leave_their_network_its_allowance() {
    let door = Door::in_memory().await;
    let prefix = "asmk".parse().expect("a prefix");
    forge(&door, "/mcp", &prefix, 590).await;
    for at in 0..40 {
        let key = door.key(&door.alpha).await;
        assert_eq!(present(&door, "/mcp", key.expose()).await, StatusCode::OK, "{at}");
    }
    forge(&door, "/mcp", &prefix, 10).await;
    let one_more = Token::generate(&prefix).into_secret();
    assert_eq!(
        present(&door, "/mcp", one_more.expose()).await,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn h09_a_key_far_beyond_its_rate_asks_the_store_nothing_more() {
    let clock = clock();
    let spy = Arc::new(Spy::new(MemoryStore::with_clock(Arc::clone(&clock) as Arc<dyn Clock>)));
    let rules = Rules::new("asmk".parse().expect("a prefix"), PlanRule::Free);
    let access = Access::open(Arc::clone(&spy) as _, KeyRing::generate(), rules).await;
    let access = Arc::new(access.expect("opened"));
    let tenant = access.ensure_tenant("alpha.example", "Alpha").await.expect("stored");
    let asked = NewKey {
        tenant: tenant.id,
        scope: Scope::Read,
        label: "busy".parse().expect("a label"),
        created_by: ann(),
        expires_at: None,
    };
    let (key, _) = access.create_key(asked).await.expect("created");
    let server = AuthorizationServer::new(Settings {
        access,
        public_url: ISSUER.parse().expect("an address"),
        title: "Assembly".to_owned(),
        tenant_noun: "store".to_owned(),
        trusted_proxies: 0,
        calls_per_minute: 600,
        documents: None,
        clock,
    });
    let door = Router::new()
        .route("/mcp", any(async || "come in"))
        .route_layer(from_fn_with_state(server, require_key));
    let mut answers = Vec::new();
    let mut looked_up = 0;
    for _ in 0..500 {
        let answer = door.clone().oneshot(bearer("/mcp", key.expose())).await;
        let answer = answer.expect("a router always answers");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let soon = HeaderValue::from_static("1");
            assert_eq!(answer.headers().get(header::RETRY_AFTER), Some(&soon));
        }
        answers.push(answer.status());
        looked_up += spy
            .asked()
            .iter()
            .filter(|question| **question == "find_bearer")
            .count();
    }
    let welcome = answers.iter().take_while(|status| **status == StatusCode::OK).count();
    assert_eq!(welcome, 60);
    assert!(
        answers[60..]
            .iter()
            .all(|status| *status == StatusCode::TOO_MANY_REQUESTS)
    );
    // The first one made it known, and 120 more may be asked about at once.
    assert_eq!(looked_up, 121);
}
