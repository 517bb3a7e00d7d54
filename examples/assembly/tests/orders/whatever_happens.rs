//! Laws, over any sequence of events.

use assembly::{
    model::{Line, OrderEventKind},
    orders::feed,
};
use proptest::prelude::*;
use serde_json::json;

use crate::shop::{LAMP, Shop, article, noon};

/// Something that happens: to an order, or to a count.
#[derive(Debug, Clone)]
enum Happening {
    Created(u64),
    Edited(u64),
    Refunded(u64),
    Cancelled,
    Cable(u32),
    HeadsReady(u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (1..40_u64).prop_map(Happening::Created),
        (1..40_u64).prop_map(Happening::Edited),
        (1..20_u64).prop_map(Happening::Refunded),
        Just(Happening::Cancelled),
        (0..30_u32).prop_map(Happening::Cable),
        (0..10_u32).prop_map(Happening::HeadsReady),
    ]
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn lamps(units: u64) -> Vec<Line> {
    vec![Line {
        article: article(LAMP, None),
        units,
    }]
}

/// Does it; what cannot happen is refused, which is fine.
async fn happens(shop: &Shop, number: usize, happening: &Happening) {
    let id = format!("e{number}");
    let level = |quantity: u32| json!([{ "locationId": "70001", "quantity": quantity }]);
    let kind = match happening {
        Happening::Created(units) => OrderEventKind::Created(lamps(*units)),
        Happening::Edited(units) => OrderEventKind::Edited(lamps(*units)),
        Happening::Refunded(units) => OrderEventKind::Refunded(lamps(*units)),
        Happening::Cancelled => OrderEventKind::Cancelled,
        Happening::Cable(quantity) => {
            let set = json!({ "variantId": shop.cable, "levels": level(*quantity) });
            shop.call("rawMaterials.setStock", set).await;
            return;
        }
        Happening::HeadsReady(quantity) => {
            let set = json!({ "subAssemblyId": shop.head, "levels": level(*quantity) });
            shop.call("subAssemblies.setPreassembled", set).await;
            return;
        }
    };
    let _ = shop.try_tell(&id, kind).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_falls_below_zero_whatever_happens(happenings in prop::collection::vec(happening(), 1..12)) {
        runtime().block_on(async {
            let shop = Shop::open().await;
            for (number, happening) in happenings.iter().enumerate() {
                happens(&shop, number, happening).await;
                for (name, count) in shop.counts().await {
                    assert!(!count.starts_with('-'), "{name} {count} after {happening:?}");
                }
            }
        });
    }

    #[test]
    fn an_order_that_ends_leaves_every_count_as_it_was(
        first in 1..40_u64,
        steps in prop::collection::vec((any::<bool>(), 1..30_u64), 0..6),
        may_go_below in any::<bool>(),
    ) {
        runtime().block_on(async {
            let shop = Shop::open().await;
            if may_go_below {
                shop.set("allow_negative_inventory = TRUE").await;
            }
            let before = shop.counts().await;
            shop.tell("first", OrderEventKind::Created(lamps(first))).await;
            for (number, (is_edit, units)) in steps.into_iter().enumerate() {
                let kind = if is_edit { OrderEventKind::Edited(lamps(units)) } else { OrderEventKind::Refunded(lamps(units)) };
                let _ = shop.try_tell(&format!("e{number}"), kind).await;
            }
            let _ = shop.try_tell("last", OrderEventKind::Cancelled).await;
            assert_eq!(shop.counts().await, before);
        });
    }
}

#[tokio::test]
async fn the_feed_sells_the_same_for_the_same_seed_once() {
    let shop = Shop::open().await;
    let fed = feed::feed(&shop.orders, shop.store, 30, 7, noon()).await.unwrap();
    assert_eq!(fed.created, 30);
    assert!(fed.edited + fed.cancelled + fed.refunded > 0, "{fed:?}");
    let after = shop.counts().await;
    let again = feed::feed(&shop.orders, shop.store, 30, 7, noon()).await.unwrap();
    assert_eq!(again, feed::Fed::default());
    assert_eq!(shop.counts().await, after);
    assert!(after.values().all(|count| !count.starts_with('-')), "{after:?}");
}
