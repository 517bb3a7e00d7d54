use proptest::prelude::*;

use super::*;
use crate::model::{
    inventory::{Counted, Move, Place},
    status::table,
};

#[test]
fn every_action_is_allowed_where_the_table_says() {
    table::walk::<TransferStatus, _>(
        TransferAction::EVERY,
        "
        draft sent partially_received received completed on_hold cancelled
        update                  x x x x - x -
        update_of_the_locations x - - - - - -
        addLines                x - - - - - -
        updateLine              x - - - - - -
        removeLine              x x x - - - -
        send                    x - - - - - -
        receive                 - x x - - - -
        updatePlanned           - x x - - - -
        hold                    - x x x - - -
        resume                  - - - - - x -
        complete                - - x x - - -
        cancel                  x x x x - x -
        revertToDraft           - x - - - - -
        revertToSent            - - x x - - -
        delete                  x - - - - - -
        fixIncoming             - - - - x - x
        setShipment             x x x x - x -
        setAddresses            x x x x - x -
        ",
    );
}

fn id<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    text.to_owned().try_into().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn order() -> TransferOrder {
    let line = |name: &str, planned| TransferLine {
        id: id(name),
        variant: id(&format!("v{name}")),
        title: name.to_owned(),
        sku: None,
        planned,
        received: 0,
        taken: 0,
        incoming: 0,
        put: 0,
    };
    TransferOrder {
        id: id("to"),
        seq: 1,
        number: "TO-1".to_owned(),
        name: None,
        origin: id("a"),
        destination: id("b"),
        status: TransferStatus::Draft,
        previous: None,
        notes: None,
        dates: TransferDates::default(),
        from_address: None,
        to_address: None,
        shipment: None,
        documents: Vec::new(),
        version: 1,
        created_at: now(),
        updated_at: now(),
        lines: vec![line("1", 10), line("2", 4)],
    }
}

/// What it did at the origin, on the way, and at the destination.
fn stock(order: &TransferOrder) -> (i64, i64, i64) {
    let all: Vec<Move> = order.footprint().iter().collect();
    let sum = |at: &str, wanted: Counted| {
        let here = all.iter().filter(|one| one.place == Place::Location(id(at), wanted));
        here.map(|one| one.by).sum()
    };
    (
        sum("a", Counted::Available),
        sum("b", Counted::Incoming),
        sum("b", Counted::Available),
    )
}

fn settled(mut order: TransferOrder) -> TransferOrder {
    order.recompute(&Preferences::default());
    order
}

#[test]
fn stock_leaves_travels_and_arrives() {
    let mut order = order();
    order.send(now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&order), (-14, 14, 0));
    order.receive(Some(&[(id("1"), 6)]), now()).unwrap();
    order = settled(order);
    assert_eq!(
        (order.status, stock(&order)),
        (TransferStatus::PartiallyReceived, (-14, 8, 6))
    );
    order.plan(TransferAction::UpdatePlanned, &id("1"), 7).unwrap();
    order = settled(order);
    assert_eq!(stock(&order), (-11, 5, 6));
    let mut kept = order.clone();
    kept.cancel(true, now()).unwrap();
    assert_eq!(stock(&settled(kept)), (-6, 0, 6));
    let mut undone = order.clone();
    undone.cancel(false, now()).unwrap();
    assert_eq!(stock(&settled(undone)), (0, 0, 0));
    order.receive(None, now()).unwrap();
    order = settled(order);
    assert_eq!((order.status, stock(&order)), (TransferStatus::Received, (-11, 0, 11)));
    order.revert_to_sent().unwrap();
    order = settled(order);
    assert_eq!((order.status, stock(&order)), (TransferStatus::Sent, (-11, 11, 0)));
    order.revert_to_draft().unwrap();
    assert_eq!(stock(&settled(order)), (0, 0, 0));
}

#[test]
fn where_others_move_the_stock_only_incoming_changes() {
    let others = Preferences {
        disable_available_movements: true,
        ..Preferences::default()
    };
    let mut order = order();
    order.send(now()).unwrap();
    order.recompute(&others);
    assert_eq!(stock(&order), (0, 14, 0));
    order.receive(None, now()).unwrap();
    order.recompute(&others);
    assert_eq!(stock(&order), (0, 0, 0));
    // What was moved before the switch was turned goes back all the same.
    let mut before = self::order();
    before.send(now()).unwrap();
    before = settled(before);
    before.cancel(false, now()).unwrap();
    before.recompute(&others);
    assert_eq!(stock(&before), (0, 0, 0));
}

#[derive(Debug, Clone)]
enum Step {
    Send,
    Receive(usize, i64),
    ReceiveAll,
    Plan(usize, i64),
    Remove(usize),
    Hold,
    Resume,
    Cancel(bool),
    ToDraft,
    ToSent,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Send),
        (0usize..2, 1i64..6).prop_map(|(line, units)| Step::Receive(line, units)),
        Just(Step::ReceiveAll),
        (0usize..2, 1i64..15).prop_map(|(line, units)| Step::Plan(line, units)),
        (0usize..2).prop_map(Step::Remove),
        Just(Step::Hold),
        Just(Step::Resume),
        any::<bool>().prop_map(Step::Cancel),
        Just(Step::ToDraft),
        Just(Step::ToSent),
    ]
}

proptest! {
    #[test]
    fn no_unit_is_made_or_lost_whatever_happens(steps in prop::collection::vec(step(), 0..40)) {
        let mut order = order();
        for step in steps {
            let mut tried = order.clone();
            let name = |at: usize| id::<LineId>(["1", "2"][at]);
            let done = match step {
                Step::Send => tried.send(now()),
                Step::Receive(line, units) => tried.receive(Some(&[(name(line), units)]), now()),
                Step::ReceiveAll => tried.receive(None, now()),
                Step::Plan(line, units) => {
                    let action = if tried.status == TransferStatus::Draft {
                        TransferAction::UpdateLine
                    } else {
                        TransferAction::UpdatePlanned
                    };
                    tried.plan(action, &name(line), units)
                }
                Step::Remove(line) => tried.remove_line(&name(line)).map(drop),
                Step::Hold => tried.hold(),
                Step::Resume => tried.resume(),
                Step::Cancel(keep) => tried.cancel(keep, now()),
                Step::ToDraft => tried.revert_to_draft(),
                Step::ToSent => tried.revert_to_sent(),
            };
            if done.is_err() {
                continue;
            }
            order = settled(tried);
            let (origin, on_the_way, destination) = stock(&order);
            prop_assert_eq!(origin + on_the_way + destination, 0);
            prop_assert!(on_the_way >= 0 && destination >= 0 && origin <= 0);
            let to_come: i64 = order.lines.iter().map(TransferLine::pending).sum();
            let is_open = !matches!(order.status, TransferStatus::Draft | TransferStatus::Cancelled);
            prop_assert_eq!(on_the_way, if is_open { to_come } else { 0 });
        }
    }
}
