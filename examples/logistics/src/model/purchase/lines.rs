//! The lines of a purchase order, as they are added, changed and left out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{PurchaseAction, PurchaseLine, PurchaseOrder, PurchaseStatus, Scheduled};
use crate::model::{LineId, Patch, Percent, Price, Refusal, supplier::Fulfilment};

/// Most lines of an order.
pub const MOST_LINES: usize = 500;

/// What to change of a line; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct LineChange {
    /// See [`PurchaseLine::title`]; only of lines that are not in the catalogue.
    pub title: Option<String>,
    /// See [`PurchaseLine::ordered`].
    pub ordered: Option<i64>,
    /// See [`PurchaseLine::confirmed`].
    pub confirmed: Option<i64>,
    /// See [`PurchaseLine::unit_cost`].
    pub unit_cost: Option<Price>,
    /// See [`PurchaseLine::tax_rate`].
    pub tax_rate: Patch<Percent>,
    /// See [`PurchaseLine::supplier_sku`].
    pub supplier_sku: Patch<String>,
    /// See [`PurchaseLine::fulfilment`].
    pub fulfilment: Option<Fulfilment>,
    /// See [`PurchaseLine::schedule`].
    pub schedule: Option<Vec<Scheduled>>,
    /// See [`PurchaseLine::notes`].
    pub notes: Patch<String>,
}

impl PurchaseOrder {
    /// Adds lines at the end.
    ///
    /// # Errors
    /// When its status forbids it, there would be too many, or a variant would be on it twice in the same way.
    pub fn add_lines(&mut self, lines: Vec<PurchaseLine>, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::AddLines)?;
        let before = self.lines.len();
        let total = before + lines.len();
        if total > MOST_LINES {
            return Err(Refusal::too_many(format!(
                "the order would have {total} lines; it may have {MOST_LINES}, so make a second one"
            )));
        }
        for line in lines {
            check_schedule(&line)?;
            let same = |other: &&PurchaseLine| other.variant == line.variant && other.fulfilment == line.fulfilment;
            if let (Some(variant), Some(at)) = (&line.variant, self.lines.iter().position(|other| same(&other))) {
                return Err(Refusal::input(if at < before {
                    format!(
                        "variant `{variant}` is on the order already, in line `{}`; change its `ordered` with \
                         `app.purchaseOrders.updateLine`",
                        self.lines[at].id
                    )
                } else {
                    format!("variant `{variant}` is in `lines` twice; name it once, with all its units")
                }));
            }
            self.lines.push(line);
        }
        self.refresh(now);
        Ok(())
    }

    /// Changes a line.
    ///
    /// # Errors
    /// When its status forbids it, the line is unknown, or fewer would be expected than came already.
    pub fn update_line(&mut self, id: &LineId, change: LineChange, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::UpdateLine)?;
        if change.confirmed.is_some() && matches!(self.status, PurchaseStatus::Draft | PurchaseStatus::Sent) {
            return Err(Refusal::state(format!(
                "this purchase order is `{}`, and nothing of it is confirmed; change `ordered`, or confirm lines of one that \
                 was sent with `app.purchaseOrders.confirm`",
                self.status
            )));
        }
        let line = self.line_mut(id)?;
        let closed = line.closed();
        for units in [change.ordered, change.confirmed].into_iter().flatten() {
            if units < closed {
                return Err(below_closed(line, units));
            }
        }
        if let Some(title) = change.title {
            if line.variant.is_some() {
                return Err(Refusal::input(format!(
                    "line `{id}` is a variant of the catalogue, which keeps its title; leave `title` out"
                )));
            }
            line.title = title;
        }
        if let Some(fulfilment) = change.fulfilment.filter(|to| *to != line.fulfilment) {
            if line.received > 0 {
                return Err(Refusal::state(format!(
                    "{} units of line `{id}` were received as `{}`; take them back with `app.purchaseOrders.unreceive` \
                     before `fulfilment` changes",
                    line.received, line.fulfilment
                )));
            }
            line.fulfilment = fulfilment;
        }
        // What was scheduled and is no longer expected, because less was confirmed, stands in the way of nothing else.
        let is_scheduled_anew = change.schedule.is_some() || change.ordered.is_some() || change.confirmed.is_some();
        line.ordered = change.ordered.unwrap_or(line.ordered);
        line.confirmed = change.confirmed.or(line.confirmed);
        line.unit_cost = change.unit_cost.unwrap_or(line.unit_cost);
        line.tax_rate = change.tax_rate.over(line.tax_rate);
        line.supplier_sku = change.supplier_sku.over(line.supplier_sku.take());
        line.notes = change.notes.over(line.notes.take());
        line.schedule = change.schedule.unwrap_or_else(|| line.schedule.clone());
        if is_scheduled_anew {
            check_schedule(line)?;
        }
        self.refresh(now);
        Ok(())
    }

    /// Leaves a line out.
    ///
    /// # Errors
    /// When its status forbids it, the line is unknown, something of it came, or it is the last of an order that was sent.
    pub fn remove_line(&mut self, id: &LineId, now: DateTime<Utc>) -> Result<PurchaseLine, Refusal> {
        self.check(PurchaseAction::RemoveLine)?;
        let Some(at) = self.lines.iter().position(|line| line.id == *id) else {
            return Err(no_line(id));
        };
        let line = &self.lines[at];
        if line.closed() > 0 {
            // What was confirmed is expected, whatever was ordered.
            let expects = if line.confirmed.is_some() {
                "confirmed"
            } else {
                "ordered"
            };
            return Err(Refusal::state(format!(
                "{0} units of line `{id}` were received, rejected or cancelled; instead of removing it, set its `{expects}` to \
                 {0} with `app.purchaseOrders.updateLine`, and no more is expected",
                line.closed()
            )));
        }
        if self.status != PurchaseStatus::Draft && self.lines.len() == 1 {
            return Err(Refusal::state(format!(
                "line `{id}` is the last one, and an order that was sent has at least one; cancel it with \
                 `app.purchaseOrders.cancel`"
            )));
        }
        let line = self.lines.remove(at);
        self.refresh(now);
        Ok(line)
    }

    pub(super) fn line_mut(&mut self, id: &LineId) -> Result<&mut PurchaseLine, Refusal> {
        self.lines
            .iter_mut()
            .find(|line| line.id == *id)
            .ok_or_else(|| no_line(id))
    }
}

pub(super) fn no_line(id: &LineId) -> Refusal {
    Refusal::missing(format!(
        "the order has no line `{id}`; list them with `app.purchaseOrders.lineItems({{ purchaseOrderId }})`"
    ))
}

pub(super) fn below_closed(line: &PurchaseLine, units: i64) -> Refusal {
    Refusal::input(format!(
        "line `{}` has {} units that were received, rejected or cancelled, so it cannot be {units}; give that many at least",
        line.id,
        line.closed()
    ))
}

/// Refuses a line that is named twice.
pub(super) fn each_once<'a>(ids: impl Iterator<Item = &'a LineId>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(Refusal::input(format!("line `{id}` is named twice; name it once")));
        }
    }
    Ok(())
}

/// Most days on which parts of a line are expected.
const MOST_DAYS: usize = 50;

fn check_schedule(line: &PurchaseLine) -> Result<(), Refusal> {
    if line.schedule.len() > MOST_DAYS {
        return Err(Refusal::input(format!(
            "the schedule of `{}` has {} days; it may have {MOST_DAYS}, so put some together",
            line.title,
            line.schedule.len()
        )));
    }
    if let Some(part) = line.schedule.iter().find(|part| part.quantity < 1) {
        return Err(Refusal::input(format!(
            "the schedule of `{}` has {} units on {}; give each day at least 1, or leave it out",
            line.title, part.quantity, part.date
        )));
    }
    let all = line.schedule.iter().map(|part| part.quantity);
    let scheduled = all.fold(0i64, i64::saturating_add);
    if scheduled > line.expected() {
        return Err(Refusal::input(format!(
            "the schedule of `{}` adds up to {scheduled}, and {} are expected; schedule that many at most",
            line.title,
            line.expected()
        )));
    }
    Ok(())
}
