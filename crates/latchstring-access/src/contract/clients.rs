//! Registered clients, their assertions, and counters.

use std::time::Duration;

use chrono::TimeDelta;

use super::given::{Given, text};
use crate::{Count, IDLE_CLIENT_LIFETIME, RegisteredClient, UNUSED_CLIENT_LIFETIME};

async fn registered(given: &Given) -> RegisteredClient {
    let client = RegisteredClient {
        client_id: text(),
        metadata: r#"{"client_name":"Zoë's 'app'"}"#.into(),
        created_at: given.now(),
        expires_at: given.now() + UNUSED_CLIENT_LIFETIME,
    };
    given.store.add_client(&client).await.expect("stored");
    client
}

async fn find(given: &Given, client: &RegisteredClient) -> Option<RegisteredClient> {
    given.store.find_client(&client.client_id).await.expect("answered")
}

async fn count(given: &Given, bucket: &str, window: Duration) -> Count {
    given.store.count(bucket, window).await.expect("counted")
}

/// A registration comes back as it was stored, until the moment it expires.
pub async fn a_client_is_found_until_it_is_forgotten(given: Given) {
    let (client, other) = (registered(&given).await, registered(&given).await);
    assert_eq!(find(&given, &client).await.as_ref(), Some(&client));
    assert_eq!(find(&given, &other).await.as_ref(), Some(&other));
    assert_eq!(given.store.find_client(&text()).await.expect("answered"), None);
    given.advance(UNUSED_CLIENT_LIFETIME - TimeDelta::microseconds(1));
    assert_eq!(find(&given, &client).await.as_ref(), Some(&client));
    given.advance(TimeDelta::microseconds(1));
    assert_eq!(find(&given, &client).await, None);
}

/// Each use moves the end; an unknown client is passed over.
pub async fn a_used_client_is_kept(given: Given) {
    let client = registered(&given).await;
    let expires_at = given.now() + IDLE_CLIENT_LIFETIME;
    given
        .store
        .keep_client(&client.client_id, expires_at)
        .await
        .expect("kept");
    given.store.keep_client(&text(), expires_at).await.expect("passed over");
    given.advance(TimeDelta::days(89));
    let expected = RegisteredClient { expires_at, ..client };
    assert_eq!(find(&given, &expected).await.as_ref(), Some(&expected));
}

/// What was forgotten is unknown, whether or not its row has been swept.
pub async fn a_forgotten_client_does_not_come_back(given: Given) {
    let client = registered(&given).await;
    given.advance(UNUSED_CLIENT_LIFETIME);
    let expires_at = given.now() + IDLE_CLIENT_LIFETIME;
    given
        .store
        .keep_client(&client.client_id, expires_at)
        .await
        .expect("passed over");
    assert_eq!(find(&given, &client).await, None);
}

/// An assertion works once, for the client whose it is.
pub async fn r09_an_assertion_is_used_once(given: Given) {
    let expires_at = given.now() + TimeDelta::minutes(5);
    let (one, two, assertion) = (text(), text(), text());
    let uses = async |client: &str, assertion: &str| {
        let is_first = given.store.use_assertion(client, assertion, expires_at).await;
        is_first.expect("answered")
    };
    assert!(uses(&one, &assertion).await);
    assert!(!uses(&one, &assertion).await);
    assert!(
        uses(&two, &assertion).await,
        "another client's assertion of the same name"
    );
    assert!(uses(&one, &text()).await);
    given.advance(TimeDelta::minutes(5) - TimeDelta::microseconds(1));
    assert!(!uses(&one, &assertion).await);
    // By then nobody accepts it for its own expiry.
    given.advance(TimeDelta::microseconds(1));
    assert!(uses(&one, &assertion).await);
}

/// Each count is one more than the last, until the window is over and it begins again.
pub async fn what_happens_is_counted_in_its_window(given: Given) {
    let (bucket, window) = (text(), Duration::from_mins(1));
    for expected in 1..=3 {
        assert_eq!(count(&given, &bucket, window).await.so_far, expected);
    }
    let rest = count(&given, &bucket, window).await.ends_in;
    let rest = TimeDelta::from_std(rest).expect("short");
    given.advance(rest - TimeDelta::microseconds(1));
    let last = Count {
        so_far: 5,
        ends_in: Duration::from_micros(1),
    };
    assert_eq!(count(&given, &bucket, window).await, last);
    given.advance(TimeDelta::microseconds(1));
    let first = Count {
        so_far: 1,
        ends_in: window,
    };
    assert_eq!(count(&given, &bucket, window).await, first);
}

/// However the clock stands, a window is as long as it says: nobody gets two of them in a row.
pub async fn a_window_begins_with_what_is_counted_first(given: Given) {
    let (bucket, window) = (text(), Duration::from_hours(24));
    given.advance(TimeDelta::hours(13));
    assert_eq!(count(&given, &bucket, window).await.ends_in, window);
    given.advance(TimeDelta::hours(24) - TimeDelta::microseconds(1));
    assert_eq!(count(&given, &bucket, window).await.so_far, 2);
    given.advance(TimeDelta::microseconds(1));
    assert_eq!(count(&given, &bucket, window).await.so_far, 1);
}

/// What happens in one bucket does not matter in another.
pub async fn buckets_are_counted_apart(given: Given) {
    let (one, two, window) = (text(), text(), Duration::from_mins(1));
    count(&given, &one, window).await;
    count(&given, &one, window).await;
    assert_eq!(count(&given, &two, window).await.so_far, 1);
    assert_eq!(count(&given, &one, window).await.so_far, 3);
}
