//! Transfers.

use chrono::{DateTime, Utc};

use super::{possible, status};
use crate::{
    demo::tables::{Tables, TransferRow, cell},
    model::{LineId, Preferences, TransferLine, TransferOrder, TransferStatus, transfer::TransferDates},
    storage::Counter,
};

/// A row of the table as a transfer, in the status that the row names.
pub(in crate::demo) fn transfer(
    tables: &Tables,
    row: &TransferRow,
    (seq, nth): (i64, i64),
    at: DateTime<Utc>,
) -> TransferOrder {
    let (origin, destination, to, lines) = row;
    let id = tables.first + nth;
    let line = |(position, (variant, planned)): (i64, &(&'static str, i64))| {
        let variant = tables.variant(variant);
        TransferLine {
            id: cell::<LineId>(&format!("line_t{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            planned: *planned,
            received: 0,
            taken: 0,
            incoming: 0,
            put: 0,
        }
    };
    let mut order = TransferOrder {
        id: cell(&format!("to_{id}")),
        seq,
        number: Counter::TransferOrder.number(seq),
        name: None,
        origin: cell(origin),
        destination: cell(destination),
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
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*lines).map(line).collect(),
    };
    let first = order.lines.first().map(|line| (line.id.clone(), line.planned / 2));
    let first = first.expect("the demo's tables are well-formed");
    let to: TransferStatus = status(to);
    if to != TransferStatus::Draft {
        possible(order.send(&Preferences::default(), at));
    }
    match to {
        TransferStatus::Draft | TransferStatus::Sent => {}
        TransferStatus::PartiallyReceived => possible(order.receive(Some(&[first]), at)),
        TransferStatus::Received => possible(order.receive(None, at)),
        TransferStatus::Completed => {
            possible(order.receive(None, at));
            possible(order.complete(at));
        }
        TransferStatus::OnHold => possible(order.hold()),
        TransferStatus::Cancelled => possible(order.cancel(false, at)),
    }
    order.recompute();
    order
}
