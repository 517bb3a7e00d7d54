use super::*;
use crate::model::status::{Status, table};

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

#[test]
fn stock_goes_out_once_and_comes_back_with_the_return() {
    let mut order = order();
    let moved = |order: &ReturnOrder| order.footprint().iter().map(|one| one.by).sum::<i64>();
    order.advance(Some(ReturnStatus::Approved), now()).unwrap();
    order.advance(None, now()).unwrap();
    order.recompute(Some(true));
    order.recompute(Some(true));
    assert_eq!(moved(&order), -3);
    order.advance(None, now()).unwrap();
    order.recompute(None);
    assert_eq!(moved(&order), -3);
    let mut called_off = order.clone();
    called_off.cancel().unwrap();
    called_off.recompute(None);
    assert_eq!((moved(&called_off), called_off.dates.len()), (0, 0));
    order.back().unwrap();
    order.back().unwrap();
    order.recompute(Some(false));
    assert_eq!(moved(&order), 0);
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
