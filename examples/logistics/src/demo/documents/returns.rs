//! Returns to suppliers.

use chrono::{DateTime, Utc};

use super::{possible, status};
use crate::{
    demo::tables::{ReturnRow, Tables, cell},
    model::{Credit, CreditOrigin, LineId, Price, ReturnLine, ReturnOrder, ReturnStatus, returning::CreditStatus},
    storage::Counter,
};

/// A row of the table as a return, in the status that the row names, with the credit that it has.
pub(in crate::demo) fn return_order(
    tables: &Tables,
    row: &ReturnRow,
    (seq, nth): (i64, i64),
    at: DateTime<Utc>,
) -> (ReturnOrder, Option<Credit>) {
    let (supplier, location, to, credit, lines) = row;
    let supplier = tables.supplier(supplier, at);
    let id = tables.first + nth;
    let line = |(position, (variant, quantity)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        ReturnLine {
            id: cell::<LineId>(&format!("line_r{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            quantity: *quantity,
            unit_cost: variant.cost.unwrap_or(Price::ZERO),
            reason: Some("damaged".to_owned()),
            condition: Some("damaged".to_owned()),
            disposition: Some("credit".to_owned()),
            credit_status: CreditStatus::None,
            credit: None,
            credited: None,
            moved: 0,
        }
    };
    let mut order = ReturnOrder {
        id: cell(&format!("rma_{id}")),
        seq,
        number: Counter::ReturnOrder.number(seq),
        supplier: supplier.id.clone(),
        purchase_order: None,
        location: cell(location),
        currency: supplier.currency.clone(),
        status: ReturnStatus::Draft,
        previous: None,
        reason: "damaged_in_transit".to_owned(),
        notes: None,
        dates: Vec::new(),
        from_address: None,
        to_address: None,
        shipment: None,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*lines).map(line).collect(),
    };
    let to: ReturnStatus = status(to);
    let go_to = |order: &mut ReturnOrder, to: ReturnStatus| {
        while order.status != to {
            possible(order.advance(None, at));
        }
    };
    match to {
        ReturnStatus::Draft
        | ReturnStatus::PendingApproval
        | ReturnStatus::Approved
        | ReturnStatus::InTransit
        | ReturnStatus::ReceivedBySupplier
        | ReturnStatus::InspectionComplete
        | ReturnStatus::Resolved
        | ReturnStatus::Closed => go_to(&mut order, to),
        ReturnStatus::OnHold => {
            go_to(&mut order, ReturnStatus::Approved);
            possible(order.hold());
        }
        ReturnStatus::Rejected => {
            go_to(&mut order, ReturnStatus::PendingApproval);
            possible(order.reject(at));
        }
        ReturnStatus::Cancelled => possible(order.cancel(at)),
    }
    if credit.is_empty() {
        return (order, None);
    }
    let parts: Vec<(LineId, Price)> = order
        .lines
        .iter()
        .filter_map(|line| Some((line.id.clone(), line.value().price()?)))
        .collect();
    let id = cell(credit);
    possible(order.credit(&id, &parts));
    let amount = order.total_credit().price().expect("the demo's tables are well-formed");
    let credit = Credit {
        id,
        seq: 0,
        supplier: order.supplier.clone(),
        memo_number: String::new(),
        amount,
        currency: order.currency.clone(),
        remaining: amount,
        origin: CreditOrigin::Rma,
        return_order: Some(order.id.clone()),
        lines: parts.into_iter().map(|(line, _)| line).collect(),
        note: None,
        issued_at: at,
        voided_at: None,
    };
    (order, Some(credit))
}
