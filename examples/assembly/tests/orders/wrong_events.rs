//! Events that cannot have happened, and those that are told twice.

use assembly::{
    model::{Line, OrderEventKind},
    orders::Applied,
};

use crate::shop::{LAMP, Shop, article, lamps};

#[tokio::test]
async fn an_event_that_is_told_twice_counts_once() {
    let shop = Shop::open().await;
    shop.tell("e1", OrderEventKind::Created(lamps(3))).await;
    let after = shop.counts().await;
    let again = shop.try_tell("e1", OrderEventKind::Created(lamps(3))).await.unwrap();
    assert_eq!(again, Applied::Duplicate);
    shop.tell("e2", OrderEventKind::Refunded(lamps(1))).await;
    let again = shop.try_tell("e2", OrderEventKind::Refunded(lamps(1))).await.unwrap();
    assert_eq!(again, Applied::Duplicate);
    assert_ne!(shop.counts().await, after);
    shop.tell("e3", OrderEventKind::Refunded(lamps(2))).await;
}

#[tokio::test]
async fn what_cannot_have_happened_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let line = |variant: &str, location: Option<&str>, units| {
        vec![Line {
            article: article(variant, location),
            units,
        }]
    };
    let refuse = async |id: &str, kind: OrderEventKind| {
        let before = shop.counts().await;
        let error = shop.try_tell(id, kind).await.unwrap_err().to_string();
        assert_eq!(shop.counts().await, before);
        error
    };
    let told = [
        refuse("x1", OrderEventKind::Cancelled).await,
        refuse("x2", OrderEventKind::Created(vec![])).await,
        refuse("x3", OrderEventKind::Created(lamps(0))).await,
        refuse("x4", OrderEventKind::Created([lamps(1), lamps(2)].concat())).await,
        refuse("x5", OrderEventKind::Created(line("99999", None, 1))).await,
        refuse("x6", OrderEventKind::Created(line(LAMP, Some("99999"), 1))).await,
        refuse("", OrderEventKind::Created(lamps(1))).await,
    ];
    shop.tell("e1", OrderEventKind::Created(lamps(3))).await;
    let later = [
        refuse("x7", OrderEventKind::Created(lamps(3))).await,
        refuse("x8", OrderEventKind::Refunded(lamps(4))).await,
        refuse("x9", OrderEventKind::Refunded(line("41002", None, 1))).await,
    ];
    shop.tell("e2", OrderEventKind::Refunded(lamps(2))).await;
    let last = [refuse("x10", OrderEventKind::Edited(lamps(1))).await];
    shop.tell("e3", OrderEventKind::Cancelled).await;
    let ended = [
        refuse("x11", OrderEventKind::Cancelled).await,
        refuse("x12", OrderEventKind::Refunded(lamps(1))).await,
    ];
    let all = [&told[..], &later[..], &last[..], &ended[..]].concat();
    insta::assert_snapshot!(all.join("\n"));
}
