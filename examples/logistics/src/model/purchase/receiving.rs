//! What came of a purchase order, and what is taken back.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PurchaseAction, PurchaseLine, PurchaseOrder, lines::each_once};
use crate::model::{LineId, Refusal};

/// What came of a line at a time; what was taken back is below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Receipt {
    /// When.
    pub at: DateTime<Utc>,
    /// How many came.
    pub received: i64,
    /// How many came and were sent away.
    pub rejected: i64,
    /// How many will not come.
    pub cancelled: i64,
}

/// How many units of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCount {
    /// Of which line.
    pub line: LineId,
    /// How many came.
    pub received: i64,
    /// How many came and were sent away.
    pub rejected: i64,
    /// How many will not come.
    pub cancelled: i64,
}

impl LineCount {
    fn total(&self) -> i64 {
        self.received + self.rejected + self.cancelled
    }

    /// As it is written down in the order's activity.
    pub fn told(&self) -> Value {
        json!({
            "lineId": self.line, "received": self.received, "rejected": self.rejected, "cancelled": self.cancelled,
        })
    }

    fn receipt(&self, sign: i64, at: DateTime<Utc>) -> Receipt {
        Receipt {
            at,
            received: sign * self.received,
            rejected: sign * self.rejected,
            cancelled: sign * self.cancelled,
        }
    }
}

/// Most receipts that a line remembers; there are never so many but by mistake.
const MOST_RECEIPTS: usize = 200;

impl PurchaseOrder {
    /// Receives units. Where it is allowed, more may come than was expected.
    ///
    /// # Errors
    /// When its status forbids it, a line is unknown or named twice, or more is closed than is still to come.
    pub fn receive(&mut self, counts: &[LineCount], allow_more: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::Receive)?;
        check_counts(counts)?;
        for count in counts {
            let line = self.line_mut(&count.line)?;
            let over = count.total() - line.pending();
            // Only what came can be more than was expected.
            if over > 0 && !(allow_more && over <= count.received) {
                let way_out = if allow_more {
                    "`allowOverReceipt` lets more be `received`, and not be rejected or cancelled"
                } else {
                    "name that many at most, or pass `allowOverReceipt: true` if more came than was expected"
                };
                return Err(Refusal::input(format!(
                    "{} units of line `{}` (`{}`) are still to come, and {} are named; {way_out}",
                    line.pending(),
                    line.id,
                    line.title,
                    count.total()
                )));
            }
            if line.receipts.len() >= MOST_RECEIPTS {
                return Err(Refusal::too_many(format!(
                    "line `{}` has {MOST_RECEIPTS} receipts, which is the most it keeps; receive the rest at once with \
                     `app.purchaseOrders.quickComplete`, or complete the order with `force: true` and order the rest anew",
                    line.id
                )));
            }
            line.received += count.received;
            line.rejected += count.rejected;
            line.cancelled += count.cancelled;
            line.receipts.push(count.receipt(1, now));
        }
        self.progress(now);
        Ok(())
    }

    /// Takes receipts back, as if they had not been; without counts all of them. Tells which.
    ///
    /// # Errors
    /// When its status forbids it, a line is unknown or named twice, or more is taken back than there is.
    pub fn unreceive(&mut self, counts: Option<Vec<LineCount>>, now: DateTime<Utc>) -> Result<Vec<LineCount>, Refusal> {
        self.check(PurchaseAction::Unreceive)?;
        let everything = || self.lines.iter().filter(|line| line.closed() > 0).map(all_of).collect();
        let counts = counts.unwrap_or_else(everything);
        check_counts(&counts)?;
        for count in &counts {
            let line = self.line_mut(&count.line)?;
            for (name, is, back) in [
                ("received", line.received, count.received),
                ("rejected", line.rejected, count.rejected),
                ("cancelled", line.cancelled, count.cancelled),
            ] {
                if back > is {
                    return Err(Refusal::input(format!(
                        "{is} units of line `{}` (`{}`) are {name}, and {back} would be taken back; name that many at most",
                        line.id, line.title
                    )));
                }
            }
            line.received -= count.received;
            line.rejected -= count.rejected;
            line.cancelled -= count.cancelled;
            line.receipts.push(count.receipt(-1, now));
        }
        self.progress(now);
        Ok(counts)
    }
}

fn all_of(line: &PurchaseLine) -> LineCount {
    LineCount {
        line: line.id.clone(),
        received: line.received,
        rejected: line.rejected,
        cancelled: line.cancelled,
    }
}

fn check_counts(counts: &[LineCount]) -> Result<(), Refusal> {
    each_once(counts.iter().map(|count| &count.line))?;
    match counts.iter().find(|count| count.total() == 0) {
        Some(empty) => Err(Refusal::input(format!(
            "nothing is named of line `{}`; give `received`, `rejected` or `cancelled`, or leave the line out",
            empty.line
        ))),
        None if counts.is_empty() => Err(Refusal::input("`lines` is empty; name at least one line")),
        None => Ok(()),
    }
}
