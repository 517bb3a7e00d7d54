mod steps;

use chrono::DateTime;

use super::*;
use crate::model::{
    inventory::Move,
    status::{Status, table},
};

#[test]
fn every_action_is_allowed_where_the_table_says() {
    table::walk::<PurchaseStatus, _>(
        PurchaseAction::EVERY,
        "
        draft sent partially_confirmed confirmed in_progress partially_received received completed on_hold disputed cancelled
        update        x x x x x x x - x x -
        update_of_the_supplier x - - - - - - - - - -
        addLines      x x x x - - - - - - -
        updateLine    x x x x x x - - - - -
        removeLine    x x x x x x - - - - -
        send          x - - - - - - - - - -
        confirm       - x x - - - - - - - -
        start         - - - x - - - - - - -
        receive       - x x x x x - - - - -
        unreceive     - - - - - x x - - - -
        syncInventory - - - - x x x - - - -
        complete      - - - - - - x - - - -
        complete_with_force - - - - - x x - - - -
        quickComplete - - - x x x - - - - -
        pause         - x x x x x x - - - -
        resume        - - - - - - - - x - -
        dispute       - x x x x x x - - - -
        resolveDispute - - - - - - - - - x -
        cancel        x x x x x x x - x x -
        reopen        - - - - - - - x - - x
        delete        x - - - - - - - - - x
        splitLines    x x - - - - - - - - -
        merge         x x - - - - - - - - -
        setShipment   x x x x x x x - x x -
        setAddresses  x x x x x x x - x x -
        applyCredit   x x x x x x x - x x -
        reverseCredit x x x x x x x - x x -
        ",
    );
}

fn id<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    text.to_owned().try_into().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn line(name: &str, ordered: i64) -> PurchaseLine {
    PurchaseLine {
        id: id(name),
        variant: Some(id(&format!("v{name}"))),
        title: name.to_owned(),
        sku: None,
        supplier_sku: None,
        ordered,
        confirmed: None,
        received: 0,
        cancelled: 0,
        rejected: 0,
        synced: 0,
        elsewhere: 0,
        incoming: 0,
        unit_cost: "2.50".parse().unwrap(),
        tax_rate: None,
        fulfilment: Fulfilment::Warehouse,
        schedule: Vec::new(),
        receipts: Vec::new(),
        notes: None,
    }
}

fn order(name: &str, lines: &[(&str, i64)]) -> PurchaseOrder {
    PurchaseOrder {
        id: id(name),
        seq: 1,
        number: "PO-1".to_owned(),
        name: None,
        supplier: id("s"),
        location: id("a"),
        status: PurchaseStatus::Draft,
        previous: None,
        currency: id("EUR"),
        tax_rate: "19".parse().unwrap(),
        shipping_cost: "10".parse().unwrap(),
        notes: None,
        dates: PurchaseDates::default(),
        marked_as_paid: false,
        billing_address: None,
        shipping_address: None,
        shipment: None,
        documents: Vec::new(),
        payments: Vec::new(),
        is_archived: false,
        version: 1,
        created_at: now(),
        updated_at: now(),
        lines: lines.iter().map(|(name, ordered)| line(name, *ordered)).collect(),
    }
}

fn count(line: &str, received: i64, rejected: i64, cancelled: i64) -> LineCount {
    LineCount {
        line: id(line),
        received,
        rejected,
        cancelled,
    }
}

/// A sum of what orders did to stock: on hand and incoming.
fn stock(orders: &[&PurchaseOrder]) -> (i64, i64) {
    let moves: Vec<Move> = orders
        .iter()
        .flat_map(|order| order.footprint().iter().collect::<Vec<_>>())
        .collect();
    let sum = |wanted: Counted| {
        let here = moves
            .iter()
            .filter(|one| matches!(one.place, Place::Location(_, counted) if counted == wanted));
        here.map(|one| one.by).sum()
    };
    (sum(Counted::Available), sum(Counted::Incoming))
}

fn settled(mut order: PurchaseOrder) -> PurchaseOrder {
    order.recompute(&Preferences::default(), Push::AsPreferred);
    order
}

#[test]
fn a_round_trip_moves_incoming_and_stock_and_leaves_nothing_behind() {
    let mut order = settled(order("po", &[("1", 10), ("2", 5)]));
    assert_eq!(stock(&[&order]), (0, 0));
    order.send(now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&[&order]), (0, 15));
    order.confirm(Some(&[(id("1"), 8)]), now()).unwrap();
    order = settled(order);
    assert_eq!(
        (order.status, stock(&[&order])),
        (PurchaseStatus::PartiallyConfirmed, (0, 13))
    );
    order.confirm(None, now()).unwrap();
    order.start().unwrap();
    order.receive(&[count("1", 3, 1, 0)], false, now()).unwrap();
    order = settled(order);
    assert_eq!(
        (order.status, stock(&[&order])),
        (PurchaseStatus::PartiallyReceived, (3, 9))
    );
    let before = order.clone();
    order
        .receive(&[count("1", 4, 0, 0), count("2", 5, 0, 0)], false, now())
        .unwrap();
    order = settled(order);
    assert_eq!((order.status, stock(&[&order])), (PurchaseStatus::Received, (12, 0)));
    order
        .unreceive(Some(vec![count("1", 4, 0, 0), count("2", 5, 0, 0)]), now())
        .unwrap();
    order = settled(order);
    assert_eq!((order.status, stock(&[&order])), (before.status, (3, 9)));
    order.cancel(now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&[&order]), (3, 0));
    order.reopen(now()).unwrap();
    order = settled(order);
    assert_eq!(
        (order.status, stock(&[&order])),
        (PurchaseStatus::PartiallyReceived, (3, 9))
    );
}

#[test]
fn more_than_was_expected_comes_only_where_it_is_allowed() {
    let mut order = order("po", &[("1", 10)]);
    order.send(now()).unwrap();
    let refused = order.receive(&[count("1", 11, 0, 0)], false, now()).unwrap_err();
    assert!(refused.to_string().contains("10 units of line `1`"), "{refused}");
    // What is sent away or will not come cannot be more than was expected.
    assert!(order.receive(&[count("1", 0, 6, 5)], true, now()).is_err());
    order.receive(&[count("1", 11, 0, 0)], true, now()).unwrap();
    let order = settled(order);
    assert_eq!((order.status, stock(&[&order])), (PurchaseStatus::Received, (11, 0)));
}

#[test]
fn what_is_not_synced_is_still_on_its_way() {
    let by_hand = Preferences {
        auto_sync_on_receive: false,
        ..Preferences::default()
    };
    let mut order = order("po", &[("1", 10)]);
    order.send(now()).unwrap();
    order.receive(&[count("1", 4, 0, 0)], false, now()).unwrap();
    order.recompute(&by_hand, Push::AsPreferred);
    assert_eq!((stock(&[&order]), order.unsynced()), ((0, 10), 4));
    order.recompute(&by_hand, Push::Now);
    assert_eq!((stock(&[&order]), order.unsynced()), ((4, 6), 0));
    order.unreceive(None, now()).unwrap();
    order.recompute(&by_hand, Push::AsPreferred);
    assert_eq!(stock(&[&order]), (0, 10));
}

#[test]
fn what_somebody_else_put_into_stock_is_never_put_there_again() {
    let blocked = Preferences {
        block_sync: true,
        ..Preferences::default()
    };
    let mut order = order("po", &[("1", 10)]);
    order.send(now()).unwrap();
    order.receive(&[count("1", 4, 0, 0)], false, now()).unwrap();
    order.recompute(&blocked, Push::Now);
    assert_eq!((stock(&[&order]), order.unsynced()), ((0, 6), 0));
    // The store turns it off: what comes now is the order's to put, and nothing of what came before.
    order.receive(&[count("1", 1, 0, 0)], false, now()).unwrap();
    order = settled(order);
    assert_eq!((stock(&[&order]), order.lying_there()), ((1, 5), 5));
    order.recompute(&Preferences::default(), Push::Now);
    assert_eq!(stock(&[&order]), (1, 5));
    order.unreceive(None, now()).unwrap();
    order = settled(order);
    assert_eq!((stock(&[&order]), order.lying_there()), ((0, 10), 0));
}

#[test]
fn a_step_about_something_else_puts_nothing_into_stock() {
    let by_hand = Preferences {
        auto_sync_on_receive: false,
        ..Preferences::default()
    };
    let mut order = order("po", &[("1", 10)]);
    order.send(now()).unwrap();
    order.receive(&[count("1", 12, 0, 0)], true, now()).unwrap();
    order.recompute(&by_hand, Push::AsPreferred);
    assert_eq!((stock(&[&order]), order.unsynced()), ((0, 12), 12));
    order.recompute(&Preferences::default(), Push::Never);
    assert_eq!(stock(&[&order]), (0, 12));
    order.complete(false, now()).unwrap();
    order.recompute(&Preferences::default(), Push::Never);
    assert_eq!((stock(&[&order]), order.pending()), ((0, 0), 0));
}

#[test]
fn dates_say_when_the_last_line_was_confirmed_and_the_last_unit_came() {
    let mut order = order("po", &[("1", 10), ("2", 5)]);
    order.send(now()).unwrap();
    order.confirm(None, now()).unwrap();
    assert_eq!(order.dates.confirmed_at, Some(now()));
    order.add_lines(vec![line("3", 1)], now()).unwrap();
    assert_eq!(
        (order.status, order.dates.confirmed_at),
        (PurchaseStatus::PartiallyConfirmed, None)
    );
    order.remove_line(&id("3"), now()).unwrap();
    assert_eq!(
        (order.status, order.dates.confirmed_at),
        (PurchaseStatus::Confirmed, Some(now()))
    );
    order.receive(&[count("1", 10, 0, 0)], false, now()).unwrap();
    // Nothing came of the second line, and nothing will.
    order.remove_line(&id("2"), now()).unwrap();
    assert_eq!(
        (order.status, order.dates.received_at),
        (PurchaseStatus::Received, Some(now()))
    );
}

#[test]
fn a_schedule_that_cannot_be_is_refused_and_stands_in_the_way_of_nothing_else() {
    let day = |quantity| Scheduled {
        date: now().date_naive(),
        quantity,
    };
    let mut order = order("po", &[("1", 10)]);
    let schedule = |parts: Vec<Scheduled>| LineChange {
        schedule: Some(parts),
        ..LineChange::default()
    };
    for wrong in [
        vec![day(11)],
        vec![day(0)],
        vec![day(i64::MAX), day(i64::MAX)],
        vec![day(1); 51],
    ] {
        assert!(order.clone().update_line(&id("1"), schedule(wrong), now()).is_err());
    }
    order.update_line(&id("1"), schedule(vec![day(10)]), now()).unwrap();
    order.send(now()).unwrap();
    order.confirm(Some(&[(id("1"), 6)]), now()).unwrap();
    let notes = LineChange {
        notes: crate::model::Patch::Set("late".to_owned()),
        ..LineChange::default()
    };
    order.update_line(&id("1"), notes, now()).unwrap();
}

#[test]
fn what_stays_with_the_supplier_never_counts_at_a_location() {
    let mut order = order("po", &[("1", 10), ("2", 10)]);
    order.lines[0].fulfilment = Fulfilment::HoldAtSupplier;
    order.lines[1].fulfilment = Fulfilment::Consignment;
    order.send(now()).unwrap();
    order = settled(order);
    assert!(order.footprint().is_empty());
    order.confirm(None, now()).unwrap();
    order.quick_complete(now()).unwrap();
    order = settled(order);
    let places: Vec<_> = order.footprint().iter().map(|one| (one.place, one.by)).collect();
    let at = |kind| (Place::Supplier(id("s"), kind), 10);
    assert_eq!(places, [at(AtSupplier::Held), at(AtSupplier::Consignment)]);
}

#[test]
fn totals_take_tax_delivery_and_credits_into_account() {
    let mut order = order("po", &[("1", 10), ("2", 4)]);
    order.lines[1].tax_rate = Some("7".parse().unwrap());
    let totals = order.totals("5".parse::<Price>().unwrap().amount());
    let shown = [totals.subtotal, totals.tax, totals.shipping, totals.total, totals.due].map(|sum| sum.to_string());
    assert_eq!(shown, ["35.00", "5.45", "10.00", "50.45", "45.45"]);
}

#[test]
fn merging_and_splitting_keep_what_is_on_its_way() {
    let (mut one, mut two) = (order("a", &[("1", 10), ("2", 5)]), order("b", &[("3", 7)]));
    one.send(now()).unwrap();
    two.send(now()).unwrap();
    let before = stock(&[&settled(one.clone()), &settled(two.clone())]);
    let mut sources = [two];
    one.merge(&mut sources, now()).unwrap();
    let [two] = sources;
    assert_eq!((two.status, one.lines.len()), (PurchaseStatus::Cancelled, 3));
    assert_eq!(stock(&[&settled(one.clone()), &settled(two)]), before);
    let taken = one.take_lines(&[id("1")]).unwrap();
    let mut third = order("c", &[]);
    third.status = one.status;
    third.lines = taken;
    assert_eq!(stock(&[&settled(one.clone()), &settled(third)]), before);
    assert!(one.take_lines(&[id("2"), id("3")]).is_err(), "one line is left");
}

#[test]
fn the_names_of_statuses_are_read_back() {
    for status in PurchaseStatus::ALL {
        assert_eq!(PurchaseStatus::parse(status.as_str()), Some(*status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}
