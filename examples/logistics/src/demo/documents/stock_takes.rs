//! Stock takes.

use chrono::{DateTime, Utc};

use super::{possible, status};
use crate::{
    demo::tables::{Tables, TakeRow, cell},
    model::{
        LineId, Price, StockTake, StockTakeLine, StockTakeStatus, VariantId,
        stock_take::{Count, Uncounted},
    },
    storage::Counter,
};

/// A row of the table as a stock take, in the status that the row names.
pub(in crate::demo) fn stock_take(
    tables: &Tables,
    row: &TakeRow,
    (seq, nth): (i64, i64),
    at: DateTime<Utc>,
) -> StockTake {
    let (location, to, variants) = row;
    let id = tables.first + nth;
    let line = |(position, variant): (i64, &&'static str)| {
        let variant = tables.variant(variant);
        StockTakeLine {
            id: cell::<LineId>(&format!("line_s{id}_{position}")),
            title: variant.full_title(),
            sku: variant.sku,
            variant: variant.id,
            expected: 0,
            counted: None,
            reason: None,
            unit_cost: variant.cost.unwrap_or(Price::ZERO),
            adjusted: None,
        }
    };
    let mut take = StockTake {
        id: cell(&format!("st_{id}")),
        seq,
        number: Counter::StockTake.number(seq),
        name: None,
        location: cell(location),
        status: StockTakeStatus::Draft,
        notes: None,
        started_at: None,
        completed_at: None,
        version: 1,
        created_at: at,
        updated_at: at,
        lines: (1..).zip(*variants).map(line).collect(),
    };
    let here = tables.levels();
    let on_hand = |variant: &VariantId| {
        let mut levels = here
            .iter()
            .filter(|(id, at, _)| id == variant && at.as_str() == *location);
        levels.next().map_or(0, |(_, _, levels)| levels.on_hand())
    };
    let count = |take: &StockTake| {
        let line = take.lines.first().map(|line| (line.id.clone(), line.expected));
        let (line, units) = line.expect("the demo's tables are well-formed");
        vec![Count {
            line,
            units: units.max(0),
            is_more: false,
            reason: None,
        }]
    };
    match status(to) {
        StockTakeStatus::Draft => {}
        StockTakeStatus::InProgress => {
            possible(take.start(on_hand, at));
            possible(take.count(count(&take)));
        }
        StockTakeStatus::Completed => {
            possible(take.start(on_hand, at));
            possible(take.count(count(&take)));
            possible(take.complete(Uncounted::Skip, on_hand, at));
        }
        StockTakeStatus::Cancelled => possible(take.cancel()),
    }
    take
}
