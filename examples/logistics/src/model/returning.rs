//! Returns to suppliers (RMA): eight statuses forward, and a way back from each.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, Amount, CreditId, Currency, LineId, LocationId, Price, PurchaseOrderId, Refusal, ReturnOrderId, Shipment,
    SupplierId, VariantId, WrongStatus,
    inventory::Moves,
    status::{Action, actions, named, statuses},
};

#[cfg(test)]
mod tests;

/// Most lines of a return.
pub const MOST_LINES: usize = 500;

statuses! {
    "return order",
    /// Where a return to a supplier stands.
    ReturnStatus {
        /// Being written.
        Draft = "draft",
        /// Submitted.
        PendingApproval = "pending_approval",
        /// Approved, by us or by the supplier.
        Approved = "approved",
        /// On its way.
        InTransit = "in_transit",
        /// The supplier has it.
        ReceivedBySupplier = "received_by_supplier",
        /// The supplier has looked at it.
        InspectionComplete = "inspection_complete",
        /// Credit or replacement is agreed.
        Resolved = "resolved",
        /// Closed for the books.
        Closed = "closed",
        /// Paused.
        OnHold = "on_hold",
        /// Refused.
        Rejected = "rejected",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// The way forward.
const CHAIN: [ReturnStatus; 8] = [
    ReturnStatus::Draft,
    ReturnStatus::PendingApproval,
    ReturnStatus::Approved,
    ReturnStatus::InTransit,
    ReturnStatus::ReceivedBySupplier,
    ReturnStatus::InspectionComplete,
    ReturnStatus::Resolved,
    ReturnStatus::Closed,
];

/// The short cuts: from where to where, over what lies between.
const SHORT_CUTS: [(ReturnStatus, ReturnStatus); 3] = [
    (ReturnStatus::Draft, ReturnStatus::Approved),
    (ReturnStatus::Approved, ReturnStatus::ReceivedBySupplier),
    (ReturnStatus::ReceivedBySupplier, ReturnStatus::Resolved),
];

actions! {
    ReturnStatus,
    /// What can be done with a return to a supplier.
    ReturnAction {
        /// Change its head.
        Update = "update": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold, Rejected
        ],
        /// Add lines.
        AddLines = "addLines": [Draft, PendingApproval],
        /// Change a line.
        UpdateLine = "updateLine": [Draft, PendingApproval, Approved],
        /// Leave a line out.
        RemoveLine = "removeLine": [Draft, PendingApproval],
        /// Go one status forward, or by a short cut.
        Advance = "advance": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved
        ],
        /// Go back.
        Back = "back": [
            PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, Closed, Rejected,
            Cancelled
        ],
        /// Put it on hold.
        Hold = "hold": [PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved],
        /// Go on with it.
        Resume = "resume": [OnHold],
        /// Write down that it is refused.
        Reject = "reject": [PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete],
        /// Call it off.
        Cancel = "cancel": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, OnHold, Rejected
        ],
        /// Write down a credit for one line.
        CreditLine = "issueCredit for one line": [ReceivedBySupplier, InspectionComplete, Resolved],
        /// Take what it returns out of stock, or put it back.
        MoveInventory = "moveInventory": [
            Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold, Rejected
        ],
        /// Say how it travels.
        SetShipment = "setShipment": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold
        ],
        /// Say from where and where to, on paper.
        SetAddresses = "setAddresses": [
            Draft, PendingApproval, Approved, InTransit, ReceivedBySupplier, InspectionComplete, Resolved, OnHold
        ],
        /// Remove it for good.
        Delete = "delete": [Draft, Cancelled],
    }
}

named! {
    /// Whether a line of a return is credited.
    CreditStatus {
        /// Not yet.
        None = "none",
        /// It is.
        Issued = "issued",
        /// It was, and the credit was voided.
        Voided = "voided",
    }
}

named! {
    /// A list of words that returns and counts are told in.
    CodeKind {
        /// Why a return is made.
        RmaReason = "rma_reason",
        /// Why a line is returned.
        LineReason = "line_reason",
        /// In what state it is.
        Condition = "condition",
        /// What is to become of it.
        Disposition = "disposition",
        /// Why a count is not what was expected.
        CountReason = "count_reason",
    }
}

impl CodeKind {
    /// What a store begins with.
    pub const fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::RmaReason => &[
                "damaged_in_transit",
                "defective",
                "wrong_item",
                "wrong_quantity",
                "not_ordered",
                "late_delivery",
                "quality_issue",
                "expired",
                "overstock",
                "recall",
                "other",
            ],
            Self::LineReason => &[
                "damaged",
                "defective",
                "wrong_item",
                "wrong_variant",
                "missing_parts",
                "expired",
                "quality_issue",
                "overstock",
                "recall",
                "other",
            ],
            Self::Condition => &["new", "opened", "used", "damaged", "defective", "expired"],
            Self::Disposition => &[
                "credit",
                "replace",
                "repair",
                "refund",
                "scrap",
                "return_to_stock",
                "donate",
                "other",
            ],
            Self::CountReason => &[
                "miscounted",
                "damaged",
                "lost",
                "found",
                "stolen",
                "expired",
                "sample",
                "data_error",
                "other",
            ],
        }
    }
}

/// A return to a supplier, with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnOrder {
    /// Which one.
    pub id: ReturnOrderId,
    /// Counts up.
    pub seq: i64,
    /// What it is called on paper.
    pub number: String,
    /// To whom.
    pub supplier: SupplierId,
    /// Of which purchase order, where it is of one.
    pub purchase_order: Option<PurchaseOrderId>,
    /// From where.
    pub location: LocationId,
    /// In what it is credited.
    pub currency: Currency,
    /// Where it stands.
    pub status: ReturnStatus,
    /// Where it stood before it was put on hold.
    pub previous: Option<ReturnStatus>,
    /// Why, as one of the store's reasons.
    pub reason: String,
    /// Notes.
    pub notes: Option<String>,
    /// When it reached which status, the first first.
    pub dates: Vec<Reached>,
    /// From where, on paper.
    pub from_address: Option<Address>,
    /// Where to, on paper.
    pub to_address: Option<Address>,
    /// How it travels.
    pub shipment: Option<Shipment>,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is returned, in order.
    #[serde(skip)]
    pub lines: Vec<ReturnLine>,
}

/// A status that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Reached {
    /// Which.
    pub status: ReturnStatus,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnLine {
    /// Which one.
    pub id: LineId,
    /// What is returned.
    pub variant: VariantId,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// How many.
    pub quantity: i64,
    /// What one cost.
    pub unit_cost: Price,
    /// Why, as one of the store's reasons.
    pub reason: Option<String>,
    /// In what state, as one of the store's.
    pub condition: Option<String>,
    /// What is to become of it, as one of the store's.
    pub disposition: Option<String>,
    /// Whether it is credited.
    pub credit_status: CreditStatus,
    /// By which credit.
    pub credit: Option<CreditId>,
    /// How much of the credit is for it.
    pub credited: Option<Price>,
    /// How many it has taken out of stock.
    pub moved: i64,
}

impl ReturnLine {
    /// What it cost.
    pub fn value(&self) -> Amount {
        self.unit_cost.times(self.quantity)
    }
}

impl ReturnOrder {
    /// Checks that something may be done now.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn check(&self, action: ReturnAction) -> Result<(), WrongStatus> {
        action.check(self.status)
    }

    /// What its credits come to.
    pub fn total_credit(&self) -> Amount {
        let issued = self
            .lines
            .iter()
            .filter(|line| line.credit_status == CreditStatus::Issued);
        issued.filter_map(|line| line.credited).map(Price::amount).sum()
    }

    /// What its lines cost.
    pub fn total_value(&self) -> Amount {
        self.lines.iter().map(ReturnLine::value).sum()
    }

    /// Where it may go from here with `advance`.
    pub fn ways_forward(&self) -> Vec<ReturnStatus> {
        let at = CHAIN.iter().position(|status| *status == self.status);
        let next = at.and_then(|at| CHAIN.get(at + 1)).copied();
        let cuts = SHORT_CUTS
            .iter()
            .filter(|(from, _)| *from == self.status)
            .map(|(_, to)| *to);
        next.into_iter().chain(cuts).collect()
    }

    /// Goes forward: to the next status, or to one that a short cut leads to.
    ///
    /// # Errors
    /// When it has no lines, or nothing leads there from where it stands.
    pub fn advance(&mut self, to: Option<ReturnStatus>, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(ReturnAction::Advance)?;
        let ways = self.ways_forward();
        let Some(to) = to.or(ways.first().copied()).filter(|to| ways.contains(to)) else {
            let ways: Vec<String> = ways.iter().map(|way| format!("`{way}`")).collect();
            return Err(Refusal::state(format!(
                "this return order is `{}`, and from there `advance` leads to {}; go step by step",
                self.status,
                ways.join(" or ")
            ))
            .with(serde_json::json!({ "currentStatus": self.status, "allowedTo": self.ways_forward() })));
        };
        if self.lines.is_empty() {
            return Err(Refusal::input(
                "the return has no lines, so there is nothing to send back; add some with `app.returnOrders.addLines`",
            ));
        }
        self.reach(to, now);
        Ok(())
    }

    /// Goes back to where it came from.
    ///
    /// # Errors
    /// When it is a draft, or on hold.
    pub fn back(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::Back)?;
        let to = match self.status {
            ReturnStatus::PendingApproval | ReturnStatus::Draft | ReturnStatus::Cancelled => ReturnStatus::Draft,
            ReturnStatus::Approved | ReturnStatus::Rejected => ReturnStatus::PendingApproval,
            ReturnStatus::InTransit => ReturnStatus::Approved,
            ReturnStatus::ReceivedBySupplier => ReturnStatus::InTransit,
            ReturnStatus::InspectionComplete => ReturnStatus::ReceivedBySupplier,
            ReturnStatus::Resolved => ReturnStatus::InspectionComplete,
            ReturnStatus::Closed => ReturnStatus::Resolved,
            // `check` has refused it; it goes on by `resume`.
            ReturnStatus::OnHold => ReturnStatus::OnHold,
        };
        self.status = to;
        self.forget_after(to);
        Ok(())
    }

    /// Puts it on hold.
    ///
    /// # Errors
    /// When it is not under way.
    pub fn hold(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::Hold)?;
        self.previous = Some(self.status);
        self.status = ReturnStatus::OnHold;
        Ok(())
    }

    /// Goes on with it.
    ///
    /// # Errors
    /// When it is not on hold.
    pub fn resume(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::Resume)?;
        self.status = self.previous.take().unwrap_or(ReturnStatus::PendingApproval);
        Ok(())
    }

    /// Writes down that it is refused.
    ///
    /// # Errors
    /// When it is not under way.
    pub fn reject(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(ReturnAction::Reject)?;
        self.reach(ReturnStatus::Rejected, now);
        Ok(())
    }

    /// Calls it off: its dates are forgotten, and what it took out of stock goes back. Credits stay.
    ///
    /// # Errors
    /// When it is settled or cancelled.
    pub fn cancel(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::Cancel)?;
        self.status = ReturnStatus::Cancelled;
        self.previous = None;
        self.dates.clear();
        Ok(())
    }

    /// Says on the lines what is out of stock: all of them where `take` is true; and nothing where it has not left, or is
    /// called off.
    pub fn recompute(&mut self, take: Option<bool>) {
        let is_away = match self.status {
            ReturnStatus::Draft | ReturnStatus::PendingApproval | ReturnStatus::Cancelled => false,
            ReturnStatus::Approved
            | ReturnStatus::InTransit
            | ReturnStatus::ReceivedBySupplier
            | ReturnStatus::InspectionComplete
            | ReturnStatus::Resolved
            | ReturnStatus::Closed
            | ReturnStatus::OnHold
            | ReturnStatus::Rejected => true,
        };
        for line in &mut self.lines {
            line.moved = match take {
                _ if !is_away => 0,
                Some(true) => line.quantity,
                Some(false) => 0,
                None => line.moved,
            };
        }
    }

    /// What the return has done to stock, as its lines say.
    pub fn footprint(&self) -> Moves {
        let mut moves = Moves::default();
        for line in &self.lines {
            moves.stock(&line.variant, &self.location, -line.moved);
        }
        moves
    }

    /// Adds lines at the end.
    ///
    /// # Errors
    /// When its status forbids it, there would be too many, or a variant is returned twice or not at all.
    pub fn add_lines(&mut self, lines: Vec<ReturnLine>) -> Result<(), Refusal> {
        self.check(ReturnAction::AddLines)?;
        if self.lines.len() + lines.len() > MOST_LINES {
            return Err(Refusal::too_many(format!(
                "a return may have {MOST_LINES} lines; make a second one"
            )));
        }
        for line in lines {
            if line.quantity < 1 {
                return Err(Refusal::input(format!(
                    "{} units of variant `{}` cannot be returned; name at least 1",
                    line.quantity, line.variant
                )));
            }
            if let Some(there) = self.lines.iter().find(|other| other.variant == line.variant) {
                return Err(Refusal::input(format!(
                    "variant `{}` is on the return already, in line `{}`; change its `quantity` with \
                     `app.returnOrders.updateLine`",
                    line.variant, there.id
                )));
            }
            self.lines.push(line);
        }
        Ok(())
    }

    /// One of its lines, to be changed.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn line_mut(&mut self, id: &LineId) -> Result<&mut ReturnLine, Refusal> {
        self.lines
            .iter_mut()
            .find(|line| line.id == *id)
            .ok_or_else(|| no_line(id))
    }

    /// Leaves a line out.
    ///
    /// # Errors
    /// When its status forbids it, the line is unknown, credited, or the last of one that was submitted.
    pub fn remove_line(&mut self, id: &LineId) -> Result<ReturnLine, Refusal> {
        self.check(ReturnAction::RemoveLine)?;
        let at = self.lines.iter().position(|line| line.id == *id);
        let at = at.ok_or_else(|| no_line(id))?;
        if self.lines[at].credit_status == CreditStatus::Issued {
            return Err(Refusal::in_use(format!(
                "line `{id}` is credited; void the credit with `app.returnOrders.voidCredit` first"
            )));
        }
        if self.status != ReturnStatus::Draft && self.lines.len() == 1 {
            return Err(Refusal::state(format!(
                "line `{id}` is the last one, and a return that was submitted has at least one; cancel it with \
                 `app.returnOrders.cancel`"
            )));
        }
        Ok(self.lines.remove(at))
    }

    /// Writes down that lines are credited.
    ///
    /// # Errors
    /// When one is unknown or credited already.
    pub fn credit(&mut self, credit: &CreditId, parts: &[(LineId, Price)]) -> Result<(), Refusal> {
        for (id, amount) in parts {
            let line = self.line_mut(id)?;
            if line.credit_status == CreditStatus::Issued {
                return Err(Refusal::conflict(format!(
                    "line `{id}` is credited already; void that credit with `app.returnOrders.voidCredit`, or leave the \
                     line out"
                )));
            }
            line.credit_status = CreditStatus::Issued;
            line.credit = Some(credit.clone());
            line.credited = Some(*amount);
        }
        Ok(())
    }

    /// Writes down that a credit was voided.
    pub fn uncredit(&mut self, credit: &CreditId) {
        for line in &mut self.lines {
            if line.credit.as_ref() == Some(credit) && line.credit_status == CreditStatus::Issued {
                line.credit_status = CreditStatus::Voided;
            }
        }
    }

    fn reach(&mut self, to: ReturnStatus, now: DateTime<Utc>) {
        self.status = to;
        self.dates.retain(|date| date.status != to);
        self.dates.push(Reached { status: to, at: now });
    }

    fn forget_after(&mut self, to: ReturnStatus) {
        let place = |status: ReturnStatus| CHAIN.iter().position(|one| *one == status);
        let last = place(to);
        self.dates
            .retain(|date| place(date.status).is_some_and(|at| Some(at) <= last));
    }
}

fn no_line(id: &LineId) -> Refusal {
    Refusal::missing(format!(
        "the return has no line `{id}`; list them with `app.returnOrders.lineItems({{ returnOrderId }})`"
    ))
}
