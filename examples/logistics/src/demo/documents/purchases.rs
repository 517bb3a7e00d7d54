//! Purchase orders.

use chrono::{DateTime, Days, Utc};

use super::{possible, status};
use crate::{
    demo::tables::{PurchaseRow, Tables, cell, number},
    model::{
        Address, Document, LineId, Preferences, Price, PurchaseLine, PurchaseOrder, PurchaseStatus, Shipment,
        purchase::{LineCount, Payment, PaymentMethod, PurchaseDates, Push},
    },
    storage::Counter,
};

/// A row of the table as an order, in the status that the row names.
pub(in crate::demo) fn purchase(
    tables: &Tables,
    row: &PurchaseRow,
    (seq, nth): (i64, i64),
    at: DateTime<Utc>,
) -> PurchaseOrder {
    let (supplier, location, to, fulfilment, lines) = row;
    let supplier = tables.supplier(supplier, at);
    let id = tables.first + nth;
    let offers = tables.links(at);
    let line = |(position, (variant, quantity)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        let offer = offers
            .iter()
            .find(|offer| offer.supplier == supplier.id && offer.variant == variant.id);
        PurchaseLine {
            id: cell::<LineId>(&format!("line_{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            supplier_sku: offer.and_then(|offer| offer.supplier_sku.clone()),
            unit_cost: offer
                .and_then(|offer| offer.cost_of(*quantity))
                .or(variant.cost)
                .unwrap_or(Price::ZERO),
            variant: Some(variant.id),
            ordered: *quantity,
            confirmed: None,
            received: 0,
            cancelled: 0,
            rejected: 0,
            synced: 0,
            elsewhere: 0,
            incoming: 0,
            tax_rate: None,
            fulfilment: *fulfilment,
            schedule: Vec::new(),
            receipts: Vec::new(),
            notes: None,
        }
    };
    let mut order = PurchaseOrder {
        id: cell(&format!("po_{id}")),
        seq,
        number: Counter::PurchaseOrder.number(seq),
        name: None,
        supplier: supplier.id.clone(),
        location: cell(location),
        status: PurchaseStatus::Draft,
        previous: None,
        currency: supplier.currency.clone(),
        tax_rate: supplier.tax_rate,
        shipping_cost: number("12.00"),
        notes: None,
        dates: PurchaseDates {
            expected_delivery: at.date_naive().checked_add_days(Days::new(30)),
            ..PurchaseDates::default()
        },
        marked_as_paid: false,
        billing_address: None,
        shipping_address: None,
        shipment: None,
        documents: Vec::new(),
        payments: Vec::new(),
        is_archived: false,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*lines).map(line).collect(),
    };
    bring(&mut order, status(to), at);
    if order.status == PurchaseStatus::PartiallyReceived {
        order.payments.push(Payment {
            payment_id: cell(&format!("pay_{id}_1")),
            amount: number("100.00"),
            currency: order.currency.clone(),
            date: at.date_naive(),
            method: PaymentMethod::Wire,
            reference: Some("First half".to_owned()),
            notes: None,
        });
    }
    if order.status == PurchaseStatus::Confirmed {
        order.shipment = Some(Shipment {
            carrier: cell("Coastal Freight"),
            tracking_number: Some(cell("CF-20114")),
            shipped_at: Some(at),
            expected_at: None,
        });
    }
    if order.status == PurchaseStatus::Sent {
        order.shipping_address = Some(address(tables.name));
        order.documents.push(Document {
            name: "order.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: 48_213,
            added_at: at,
        });
    }
    order.recompute(&Preferences::default(), Push::AsPreferred);
    order
}

fn address(name: &str) -> Address {
    Address {
        name: cell(name),
        street: cell("Quay 7"),
        street_addition: None,
        postal_code: Some(cell("28195")),
        city: cell("Bremen"),
        region: None,
        country: cell("Germany"),
    }
}

/// Brings a draft to a status, by the steps that lead there.
pub(in crate::demo) fn bring(order: &mut PurchaseOrder, to: PurchaseStatus, at: DateTime<Utc>) {
    let first = order.lines.first().map(|line| (line.id.clone(), line.ordered));
    let (first, ordered) = first.expect("the demo's tables are well-formed");
    let receive = |order: &mut PurchaseOrder, received: i64| {
        let count = LineCount {
            line: first.clone(),
            received,
            rejected: 0,
            cancelled: 0,
        };
        possible(order.receive(&[count], false, at));
    };
    match to {
        PurchaseStatus::Draft => {}
        PurchaseStatus::Sent => possible(order.send(at)),
        PurchaseStatus::PartiallyConfirmed => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.confirm(Some(&[(first, ordered)]), at));
        }
        PurchaseStatus::Confirmed => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.confirm(None, at));
        }
        PurchaseStatus::InProgress => {
            bring(order, PurchaseStatus::Confirmed, at);
            possible(order.start());
        }
        PurchaseStatus::PartiallyReceived => {
            bring(order, PurchaseStatus::Confirmed, at);
            receive(order, ordered / 2);
        }
        PurchaseStatus::Received => {
            bring(order, PurchaseStatus::Confirmed, at);
            let counts = order.lines.iter().map(|line| LineCount {
                line: line.id.clone(),
                received: line.ordered,
                rejected: 0,
                cancelled: 0,
            });
            let counts: Vec<LineCount> = counts.collect();
            possible(order.receive(&counts, false, at));
        }
        PurchaseStatus::Completed => {
            bring(order, PurchaseStatus::Received, at);
            possible(order.complete(false, at));
        }
        PurchaseStatus::OnHold => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.pause());
        }
        PurchaseStatus::Disputed => {
            bring(order, PurchaseStatus::PartiallyReceived, at);
            possible(order.dispute());
        }
        PurchaseStatus::Cancelled => {
            bring(order, PurchaseStatus::Sent, at);
            possible(order.cancel(at));
        }
    }
}
