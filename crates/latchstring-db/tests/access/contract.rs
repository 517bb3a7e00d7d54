//! The laws of an access store, each asked through three servers in turn: c01, o02, t07 and the other races run across
//! servers that know nothing of each other.

use std::sync::Arc;

use latchstring_core::ManualClock;

use crate::{place::Place, replicas::Replicas};

const SERVERS: usize = 3;

async fn fresh(clock: Arc<ManualClock>) -> (Replicas, Place) {
    let place = Place::new().await;
    let mut stores = Vec::new();
    for _ in 0..SERVERS {
        stores.push(place.store_with(Arc::clone(&clock) as _).await);
    }
    (Replicas::new(stores), place)
}

latchstring_access::access_store_contract!(fresh);
