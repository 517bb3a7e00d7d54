//! Made-up orders, the same for the same seed: so that a demo store sells something.

use chrono::{DateTime, TimeDelta, Utc};
use latchstring::TenantId;

use super::{Applied, EventError, Orders};
use crate::{
    Reader,
    model::{Article, Line, LocationId, OrderEvent, OrderEventKind, OrderId, Quantity, VariantId},
    storage::{BomFilter, Page},
};

/// Numbers that look random and are the same for the same seed: splitmix64, from Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (2014). Nothing secret is made of them.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of 0 to `most` - 1.
    fn below(&mut self, most: usize) -> usize {
        let most = most.max(1) as u64;
        usize::try_from(self.next() % most).unwrap_or_default()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// What the feed did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fed {
    /// Orders that were placed.
    pub created: usize,
    /// Orders that were changed.
    pub edited: usize,
    /// Orders that were cancelled.
    pub cancelled: usize,
    /// Orders of which something came back.
    pub refunded: usize,
    /// Lines of which there was not enough of something.
    pub short_lines: usize,
}

/// Places `count` orders of finished goods with an active BOM, one to three lines each, and lets one in four of them be
/// changed, cancelled or refunded afterwards. The same seed makes the same orders once: told again, they count as told.
///
/// # Errors
/// When the database fails.
pub async fn feed(
    orders: &Orders,
    store: TenantId,
    count: usize,
    seed: u64,
    now: DateTime<Utc>,
) -> Result<Fed, EventError> {
    let (goods, locations) = {
        let reader = Reader::begin(&orders.database, store).await?;
        let filter = BomFilter {
            is_active: Some(true),
            ..BomFilter::default()
        };
        let page = Page { offset: 0, limit: 1000 };
        let (boms, _) = reader.bom_page(&filter, page).await?;
        let goods: Vec<VariantId> = boms.into_iter().map(|bom| bom.variant).collect();
        let locations: Vec<LocationId> = reader.locations().await?.into_iter().map(|at| at.id).collect();
        (goods, locations)
    };
    let mut fed = Fed::default();
    let mut numbers = Numbers(seed);
    // A moment each, so that they sort as they happened.
    let mut told = now - TimeDelta::milliseconds(i64::try_from(count).unwrap_or_default() * 2);
    for number in 0..count {
        let lines = lines(&mut numbers, &goods, &locations);
        if lines.is_empty() {
            break; // nothing is for sale
        }
        let id = format!("feed-{seed}-{}", number + 1);
        let mut events = vec![("created", OrderEventKind::Created(lines.clone()))];
        match numbers.below(12) {
            0 => {
                let mut lines = lines;
                lines[0].units += 1;
                events.push(("edited", OrderEventKind::Edited(lines)));
            }
            1 => events.push(("cancelled", OrderEventKind::Cancelled)),
            2 => {
                let back = Line {
                    units: 1,
                    ..lines[0].clone()
                };
                events.push(("refunded", OrderEventKind::Refunded(vec![back])));
            }
            _ => {}
        }
        for (word, kind) in events {
            told += TimeDelta::milliseconds(1);
            let event = OrderEvent {
                id: format!("{id}-{word}"),
                order: OrderId::try_from(id.clone()).map_err(|error| crate::StorageError::Inconsistent {
                    table: "orders",
                    column: "id",
                    value: id.clone(),
                    why: error.to_string(),
                })?,
                at: told,
                kind,
            };
            if let Applied::Done(done) = orders.apply(store, &event, told).await? {
                match &event.kind {
                    OrderEventKind::Created(_) => fed.created += 1,
                    OrderEventKind::Edited(_) => fed.edited += 1,
                    OrderEventKind::Cancelled => fed.cancelled += 1,
                    OrderEventKind::Refunded(_) => fed.refunded += 1,
                }
                fed.short_lines += done.lines.iter().filter(|line| is_short(line)).count();
            }
        }
    }
    Ok(fed)
}

fn is_short(line: &super::LineDone) -> bool {
    line.missing.iter().any(|one| one.quantity > Quantity::ZERO)
}

fn lines(numbers: &mut Numbers, goods: &[VariantId], locations: &[LocationId]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..=numbers.below(3) {
        let Some(variant) = numbers.one_of(goods) else { break };
        let article = Article {
            variant: variant.clone(),
            // Most orders are left to the store's default location.
            location: match numbers.below(3) {
                0 => numbers.one_of(locations).cloned(),
                _ => None,
            },
        };
        let units = numbers.below(3) as u64 + 1;
        if lines.iter().all(|line| line.article != article) {
            lines.push(Line { article, units });
        }
    }
    lines
}
