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
        removeLine              x x x - - x -
        send                    x - - - - - -
        receive                 - x x - - - -
        updatePlanned           - x x - - x -
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
        is_moved_by_others: false,
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
    order.recompute();
    order
}

#[test]
fn stock_leaves_travels_and_arrives() {
    let mut order = order();
    order.send(&Preferences::default(), now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&order), (-14, 14, 0));
    order.receive(Some(&[(id("1"), 6)]), now()).unwrap();
    order = settled(order);
    assert_eq!(
        (order.status, stock(&order)),
        (TransferStatus::PartiallyReceived, (-14, 8, 6))
    );
    order.plan(TransferAction::UpdatePlanned, &id("1"), 7, now()).unwrap();
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
    order.send(&others, now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&order), (0, 14, 0));
    order.receive(None, now()).unwrap();
    order = settled(order);
    assert_eq!(stock(&order), (0, 0, 0));
    // What is on its way goes on as it was sent, and as it is preferred when it is sent anew.
    order.revert_to_sent().unwrap();
    order.revert_to_draft().unwrap();
    order.send(&Preferences::default(), now()).unwrap();
    assert_eq!(stock(&settled(order)), (-14, 14, 0));
}

#[test]
fn on_hold_lines_are_changed_as_before_and_it_goes_on_where_that_leads() {
    let mut order = order();
    order.send(&Preferences::default(), now()).unwrap();
    order.receive(Some(&[(id("1"), 6)]), now()).unwrap();
    order.hold().unwrap();
    order.plan(TransferAction::UpdatePlanned, &id("1"), 6, now()).unwrap();
    order.remove_line(&id("2"), now()).unwrap();
    order = settled(order);
    assert_eq!((order.status, stock(&order)), (TransferStatus::OnHold, (-6, 0, 6)));
    // All of it is there by now, so there is nothing more to plan, on hold or not.
    let refused = order
        .plan(TransferAction::UpdatePlanned, &id("1"), 9, now())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("`received`") && refused.contains("resume"),
        "{refused}"
    );
    order.resume().unwrap();
    assert_eq!(order.status, TransferStatus::Received);
}

#[test]
fn it_is_told_when_the_last_unit_came_also_where_the_rest_was_given_up() {
    let mut order = order();
    order.send(&Preferences::default(), now()).unwrap();
    order.receive(Some(&[(id("1"), 10)]), now()).unwrap();
    assert_eq!(order.dates.received_at, None);
    order.remove_line(&id("2"), now()).unwrap();
    assert_eq!(
        (order.status, order.dates.received_at),
        (TransferStatus::Received, Some(now()))
    );
    order.revert_to_sent().unwrap();
    assert_eq!(order.dates.received_at, None);
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
    Complete,
    Cancel(bool),
    ToDraft,
    ToSent,
    /// The store turns its preference.
    Turn,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Send),
        3 => (0usize..2, 1i64..6).prop_map(|(line, units)| Step::Receive(line, units)),
        1 => Just(Step::ReceiveAll),
        3 => (0usize..2, 1i64..15).prop_map(|(line, units)| Step::Plan(line, units)),
        1 => (0usize..2).prop_map(Step::Remove),
        2 => Just(Step::Hold),
        2 => Just(Step::Resume),
        1 => Just(Step::Complete),
        1 => any::<bool>().prop_map(Step::Cancel),
        1 => Just(Step::ToDraft),
        1 => Just(Step::ToSent),
        1 => Just(Step::Turn),
    ]
}

/// The order after a step, where that is allowed.
fn after(order: &TransferOrder, step: &Step, preferences: Preferences) -> Option<TransferOrder> {
    let mut tried = order.clone();
    let name = |at: usize| id::<LineId>(["1", "2"][at]);
    let done = match *step {
        Step::Send => tried.send(&preferences, now()),
        Step::Receive(line, units) => tried.receive(Some(&[(name(line), units)]), now()),
        Step::ReceiveAll => tried.receive(None, now()),
        Step::Plan(line, units) => {
            let action = if tried.status == TransferStatus::Draft {
                TransferAction::UpdateLine
            } else {
                TransferAction::UpdatePlanned
            };
            tried.plan(action, &name(line), units, now())
        }
        Step::Remove(line) => tried.remove_line(&name(line), now()).map(drop),
        Step::Hold => tried.hold(),
        Step::Resume => tried.resume(),
        Step::Complete => tried.complete(now()),
        Step::Cancel(keep) => tried.cancel(keep, now()),
        Step::ToDraft => tried.revert_to_draft(),
        Step::ToSent => tried.revert_to_sent(),
        Step::Turn => Ok(()),
    };
    done.ok().map(|()| tried)
}

proptest! {
    #[test]
    fn no_unit_is_made_or_lost_whatever_happens(steps in prop::collection::vec(step(), 0..40)) {
        let (mut order, mut preferences) = (order(), Preferences::default());
        for step in steps {
            if matches!(step, Step::Turn) {
                preferences.disable_available_movements ^= true;
            }
            let Some(tried) = after(&order, &step, preferences) else { continue };
            order = settled(tried);
            let (origin, on_the_way, destination) = stock(&order);
            let to_come: i64 = order.lines.iter().map(TransferLine::pending).sum();
            let is_open = !matches!(
                order.status,
                TransferStatus::Draft | TransferStatus::Completed | TransferStatus::Cancelled
            );
            prop_assert_eq!(on_the_way, if is_open { to_come } else { 0 });
            if order.is_moved_by_others {
                prop_assert_eq!((origin, destination), (0, 0));
            } else {
                // What had not come of a completed one is nowhere.
                let lost = if order.status == TransferStatus::Completed { to_come } else { 0 };
                prop_assert_eq!(origin + on_the_way + destination + lost, 0);
                prop_assert!(on_the_way >= 0 && destination >= 0 && origin <= 0);
            }
            prop_assert_eq!(order.previous.is_some(), order.status == TransferStatus::OnHold);
            let is_there = order.previous.unwrap_or(order.status) == TransferStatus::Received;
            prop_assert!(!is_there || (to_come == 0 && order.dates.received_at.is_some()));
        }
    }
}
