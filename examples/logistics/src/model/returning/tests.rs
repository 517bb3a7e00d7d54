use proptest::prelude::*;

use super::{
    status::{CHAIN, SHORT_CUTS},
    *,
};
use crate::model::{
    Amount,
    status::{Status, table},
};

#[test]
fn every_action_is_allowed_where_the_table_says() {
    table::walk::<ReturnStatus, _>(
        ReturnAction::EVERY,
        "
        draft pending_approval approved in_transit received_by_supplier inspection_complete resolved closed on_hold rejected cancelled
        update        x x x x x x x - x x -
        addLines      x x - - - - - - - - -
        updateLine    x x x - - - - - - - -
        removeLine    x x - - - - - - - - -
        advance       x x x x x x x - - - -
        back          - x x x x x x x - x x
        hold          - x x x x x x - - - -
        resume        - - - - - - - - x - -
        reject        - x x x x x - - - - -
        cancel        x x x x x x - - x x -
        issueCredit_for_one_line - - - - x x x - - - -
        moveInventory - - x x x x x - x x -
        setShipment   x x x x x x x - x - -
        setAddresses  x x x x x x x - x - -
        delete        x - - - - - - - - - x
        ",
    );
}

fn id<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    text.to_owned().try_into().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn order() -> ReturnOrder {
    ReturnOrder {
        id: id("rma"),
        seq: 1,
        number: "RMA-1".to_owned(),
        supplier: id("s"),
        purchase_order: None,
        location: id("a"),
        currency: id("EUR"),
        status: ReturnStatus::Draft,
        previous: None,
        reason: "defective".to_owned(),
        notes: None,
        dates: Vec::new(),
        from_address: None,
        to_address: None,
        shipment: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
        lines: vec![ReturnLine {
            id: id("1"),
            variant: id("v1"),
            title: "one".to_owned(),
            sku: None,
            quantity: 3,
            unit_cost: "4".parse().unwrap(),
            reason: None,
            condition: None,
            disposition: None,
            credit_status: CreditStatus::None,
            credit: None,
            credited: None,
            moved: 0,
        }],
    }
}

#[test]
fn the_way_forward_leads_through_every_status_and_the_way_back_through_each_again() {
    let mut order = order();
    let mut seen = vec![order.status];
    while order.advance(None, now()).is_ok() {
        seen.push(order.status);
    }
    assert_eq!(seen, CHAIN);
    assert_eq!(order.dates.len(), 7);
    let mut back = vec![order.status];
    while order.back().is_ok() {
        back.push(order.status);
    }
    back.reverse();
    assert_eq!(back, CHAIN);
    assert!(order.dates.is_empty());
}

#[test]
fn only_the_three_short_cuts_leave_something_out() {
    let mut cuts = Vec::new();
    for from in ReturnStatus::ALL {
        for to in ReturnStatus::ALL {
            let mut order = ReturnOrder {
                status: *from,
                ..order()
            };
            match order.advance(Some(*to), now()) {
                Ok(()) => {
                    let place = |status| CHAIN.iter().position(|one| *one == status).unwrap();
                    match place(*to) - place(*from) {
                        1 => {}
                        _ => cuts.push((*from, *to)),
                    }
                }
                Err(refused) => assert!(refused.to_string().contains(&format!("is `{from}`")), "{refused}"),
            }
        }
    }
    assert_eq!(cuts, SHORT_CUTS);
}

#[test]
fn everything_has_a_way_back() {
    for status in ReturnStatus::ALL {
        let mut order = ReturnOrder {
            status: *status,
            previous: Some(ReturnStatus::InTransit),
            ..order()
        };
        let back = match status {
            ReturnStatus::Draft => None,
            ReturnStatus::OnHold => Some(order.resume()),
            _ => Some(order.back()),
        };
        assert!(back.is_none_or(|back| back.is_ok()), "{status}");
    }
}

fn moved(order: &ReturnOrder) -> i64 {
    order.footprint().iter().map(|one| one.by).sum()
}

#[test]
fn stock_goes_out_once_and_comes_back_with_the_return() {
    let mut order = order();
    order.advance(Some(ReturnStatus::Approved), now()).unwrap();
    order.advance(None, now()).unwrap();
    order.take_out().unwrap();
    order.take_out().unwrap();
    assert_eq!(moved(&order), -3);
    order.advance(None, now()).unwrap();
    order.recompute();
    assert_eq!(moved(&order), -3);
    let mut called_off = order.clone();
    called_off.cancel(now()).unwrap();
    called_off.recompute();
    assert_eq!(moved(&called_off), 0);
    // Of its way nothing is left but its end.
    let reached: Vec<_> = called_off.dates.iter().map(|date| date.status).collect();
    assert_eq!(reached, [ReturnStatus::Cancelled]);
    called_off.back().unwrap();
    assert!(called_off.dates.is_empty());
    order.back().unwrap();
    assert_eq!(moved(&order), -3);
    order.back().unwrap();
    assert_eq!((order.status, moved(&order)), (ReturnStatus::Approved, 0));
}

#[test]
fn on_hold_stock_may_be_where_it_could_be_before() {
    let mut order = order();
    order.advance(None, now()).unwrap();
    let mut waits = order.clone();
    waits.hold().unwrap();
    let refused = waits.take_out().unwrap_err().to_string();
    assert!(refused.contains("`pending_approval`"), "{refused}");
    order.advance(None, now()).unwrap();
    order.hold().unwrap();
    order.take_out().unwrap();
    order.recompute();
    assert_eq!(moved(&order), -3);
    order.resume().unwrap();
    order.recompute();
    assert_eq!(moved(&order), -3);
}

#[test]
fn of_a_rejected_return_units_come_back_and_none_leave() {
    let mut order = order();
    order.advance(Some(ReturnStatus::Approved), now()).unwrap();
    order.take_out().unwrap();
    order.reject(now()).unwrap();
    order.recompute();
    assert_eq!(moved(&order), -3);
    order.put_back().unwrap();
    assert_eq!(moved(&order), 0);
    let refused = order.take_out().unwrap_err().to_string();
    assert!(refused.contains("`rejected`"), "{refused}");
}

#[test]
fn a_line_that_is_credited_or_out_keeps_its_size() {
    let mut order = order();
    order
        .change_line(&id("1"), Some(2), Some("5".parse().unwrap()))
        .unwrap();
    assert!(order.change_line(&id("1"), Some(0), None).is_err());
    order.credit(&id("c"), &[(id("1"), "10".parse().unwrap())]).unwrap();
    for (quantity, cost) in [(Some(1), None), (None, Some("1".parse().unwrap()))] {
        let refused = order.change_line(&id("1"), quantity, cost).unwrap_err();
        assert_eq!(refused.code(), latchstring::ErrorCode::InUse);
    }
    order.change_line(&id("1"), Some(2), None).unwrap();
    order.uncredit(&id("c"));
    order.advance(Some(ReturnStatus::Approved), now()).unwrap();
    order.take_out().unwrap();
    let refused = order.change_line(&id("1"), Some(1), None).unwrap_err();
    assert_eq!(refused.code(), latchstring::ErrorCode::InvalidState);
}

#[test]
fn a_line_is_credited_once_until_the_credit_is_voided() {
    let mut order = order();
    let (credit, amount) = (id::<CreditId>("c"), "12".parse().unwrap());
    order.credit(&credit, &[(id("1"), amount)]).unwrap();
    assert_eq!(order.total_credit().to_string(), "12.00");
    assert!(order.credit(&credit, &[(id("1"), amount)]).is_err());
    assert!(order.remove_line(&id("1")).is_err());
    order.uncredit(&credit);
    assert_eq!(
        (order.total_credit(), order.lines[0].credit_status),
        (Amount::ZERO, CreditStatus::Voided)
    );
    order.credit(&credit, &[(id("1"), amount)]).unwrap();
}

#[derive(Debug, Clone)]
enum Step {
    Advance(usize),
    Back,
    Hold,
    Resume,
    Reject,
    Cancel,
    Take,
    Put,
    Resize(i64),
    Credit,
    Void,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..2).prop_map(Step::Advance),
        2 => Just(Step::Back),
        1 => Just(Step::Hold),
        1 => Just(Step::Resume),
        1 => Just(Step::Reject),
        1 => Just(Step::Cancel),
        3 => Just(Step::Take),
        1 => Just(Step::Put),
        2 => (0i64..6).prop_map(Step::Resize),
        1 => Just(Step::Credit),
        1 => Just(Step::Void),
    ]
}

proptest! {
    #[test]
    fn units_are_out_whole_or_not_at_all_and_credits_are_worth_what_they_say(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut order = order();
        for step in steps {
            let mut tried = order.clone();
            let credit: CreditId = id("c");
            let value = tried.lines[0].value().price().unwrap();
            let done = match step {
                Step::Advance(way) => tried.advance(tried.ways_forward().get(way).copied(), now()),
                Step::Back => tried.back(),
                Step::Hold => tried.hold(),
                Step::Resume => tried.resume(),
                Step::Reject => tried.reject(now()),
                Step::Cancel => tried.cancel(now()),
                Step::Take => tried.take_out(),
                Step::Put => tried.put_back(),
                Step::Resize(units) => tried.change_line(&id("1"), Some(units), None).map(drop),
                Step::Credit => tried.credit(&credit, &[(id("1"), value)]),
                Step::Void => {
                    tried.uncredit(&credit);
                    Ok(())
                }
            };
            if done.is_err() {
                continue;
            }
            order = tried;
            order.recompute();
            let line = &order.lines[0];
            prop_assert!(line.quantity > 0 && (line.moved == 0 || line.moved == line.quantity));
            let is_home = matches!(
                order.standing(),
                ReturnStatus::Draft | ReturnStatus::PendingApproval | ReturnStatus::Cancelled
            );
            prop_assert!(!is_home || line.moved == 0);
            prop_assert_eq!(order.previous.is_some(), order.status == ReturnStatus::OnHold);
            prop_assert!(order.total_credit() <= order.total_value());
            let place = |status| CHAIN.iter().position(|one| *one == status);
            let reached: Vec<_> = order.dates.iter().filter_map(|date| place(date.status)).collect();
            prop_assert!(reached.is_sorted(), "{:?}", order.dates);
            prop_assert!(reached.last().is_none_or(|last| place(order.standing()).is_none_or(|at| *last <= at)));
        }
    }
}
