//! One order becomes several, or several become one.

use chrono::{DateTime, Utc};

use super::{
    MOST_LINES, PurchaseAction, PurchaseLine, PurchaseOrder, PurchaseStatus,
    lines::{each_once, no_line},
};
use crate::model::{LineId, Refusal};

impl PurchaseOrder {
    /// Takes lines out of it, for another order. Their shares of incoming go with them.
    ///
    /// # Errors
    /// When its status forbids it, a line is unknown, or none would be left.
    pub fn take_lines(&mut self, ids: &[LineId]) -> Result<Vec<PurchaseLine>, Refusal> {
        self.check(PurchaseAction::Split)?;
        each_once(ids.iter())?;
        if ids.is_empty() {
            return Err(Refusal::input("`lineIds` is empty; name the lines to move"));
        }
        if let Some(unknown) = ids.iter().find(|id| self.line(id).is_none()) {
            return Err(no_line(unknown));
        }
        if ids.len() == self.lines.len() {
            return Err(Refusal::input(
                "every line would move, and none be left; leave one out, or change the order itself",
            ));
        }
        let (taken, left) = std::mem::take(&mut self.lines)
            .into_iter()
            .partition(|line| ids.contains(&line.id));
        self.lines = left;
        Ok(taken)
    }

    /// Takes all lines of other orders, which are cancelled by it.
    ///
    /// # Errors
    /// When one is in another status, or of another supplier, currency or location, or has payments; or when it would have
    /// too many lines, or a variant twice.
    pub fn merge(&mut self, sources: &mut [PurchaseOrder], now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::Merge)?;
        for source in sources {
            source.check(PurchaseAction::Merge)?;
            let differs = if source.id == self.id {
                Some("is the target itself".to_owned())
            } else if source.supplier != self.supplier {
                Some(format!("is of supplier `{}`, not `{}`", source.supplier, self.supplier))
            } else if source.currency != self.currency {
                Some(format!("is in {}, not in {}", source.currency, self.currency))
            } else if source.location != self.location {
                Some(format!(
                    "goes to location `{}`, not `{}`",
                    source.location, self.location
                ))
            } else if source.status != self.status {
                Some(format!("is `{}`, and the target is `{}`", source.status, self.status))
            } else if !source.payments.is_empty() {
                Some("has payments, which would be lost".to_owned())
            } else {
                None
            };
            if let Some(differs) = differs {
                return Err(Refusal::input(format!("order `{}` {differs}; leave it out", source.id)));
            }
            for line in std::mem::take(&mut source.lines) {
                self.take_in(line)?;
            }
            source.status = PurchaseStatus::Cancelled;
            source.is_archived = true;
            source.dates.cancelled_at = Some(now);
        }
        Ok(())
    }

    /// Adds a line of another order. A variant that is there at the same price in the same way gets more units; at another
    /// price it stands in a line of its own.
    fn take_in(&mut self, line: PurchaseLine) -> Result<(), Refusal> {
        let same = |other: &&mut PurchaseLine| {
            line.variant.is_some()
                && other.variant == line.variant
                && other.fulfilment == line.fulfilment
                && other.unit_cost == line.unit_cost
                && other.tax_rate == line.tax_rate
        };
        if let Some(there) = self.lines.iter_mut().find(same) {
            there.ordered += line.ordered;
            there.schedule.extend(line.schedule);
        } else {
            self.lines.push(line);
        }
        if self.lines.len() > MOST_LINES {
            return Err(Refusal::too_many(format!(
                "the order would have more than {MOST_LINES} lines; merge fewer"
            )));
        }
        Ok(())
    }
}
