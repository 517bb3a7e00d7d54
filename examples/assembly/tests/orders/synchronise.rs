//! When the shop platform cannot be reached.

use assembly::{
    model::OrderEventKind,
    orders::{Orders, Platform},
};

use crate::shop::{Shop, lamps, noon, told};

#[tokio::test]
async fn what_the_platform_was_not_told_waits_and_counts_as_made() {
    let mut shop = Shop::open().await;
    let before = shop.counts().await;
    shop.orders = Orders::new(shop.database.clone(), Platform::Down);
    let done = shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    assert!(done.sync_error.unwrap().contains("cannot be reached"));
    // What this app keeps has changed; lens, sheet, base and what is shown are the platform's.
    assert_eq!(shop.line().await, "base 20, cable 16.15, lens 20, sheet 20, shown 30");
    // The next order finds 13 bases, not 20.
    let done = shop.tell("e2", OrderEventKind::Edited(lamps(25))).await;
    assert_eq!(told(&done.lines[0].missing), "Base 3");
    let order = "1001".to_owned().try_into().unwrap();
    let errors = shop.orders.history(shop.store, &order).await.unwrap().events;
    assert!(errors.iter().all(|event| event.sync_error.is_some()));

    let up = Orders::new(shop.database.clone(), Platform::Up);
    let told_now = up.synchronise(shop.store, noon()).await.unwrap();
    assert!(told_now > 0);
    assert_eq!(shop.counts().await.get("base"), None);
    assert_eq!(up.synchronise(shop.store, noon()).await.unwrap(), 0, "told once");
    let events = up.history(shop.store, &order).await.unwrap().events;
    assert!(events.iter().all(|event| event.sync_error.is_none()));

    shop.orders = up;
    shop.tell("e3", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn what_came_back_while_the_platform_was_out_of_reach_is_told_before_it_is_sold_again() {
    let mut shop = Shop::open().await;
    let (up, down) = [Platform::Up, Platform::Down]
        .map(|platform| Orders::new(shop.database.clone(), platform))
        .into();
    shop.tell("e1", OrderEventKind::Created(lamps(22))).await;
    assert_eq!(shop.counts().await.get("base"), None, "all twenty are taken");
    shop.orders = down;
    shop.tell("e2", OrderEventKind::Refunded(lamps(10))).await;
    shop.orders = up;
    let done = shop.tell("e3", OrderEventKind::Edited(lamps(30))).await;
    assert!(done.lines[0].missing.is_empty());
    let counts = shop.counts().await;
    assert_eq!(counts["base"], "2", "ten came back, eight were sold again");
    assert!(counts.values().all(|count| !count.starts_with('-')), "{counts:?}");
    assert_eq!(shop.orders.synchronise(shop.store, noon()).await.unwrap(), 0);
}
