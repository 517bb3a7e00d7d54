//! The way of a return: forward, back, and to the side.

use chrono::{DateTime, Utc};

use super::{
    Reached, ReturnAction, ReturnOrder, ReturnStatus,
    status::{CHAIN, SHORT_CUTS},
};
use crate::model::Refusal;

impl ReturnOrder {
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
                "this return order is `{}`, and from there `advance` leads to {}; {}",
                self.status,
                ways.join(" or "),
                self.way_to(to)
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

    /// How to get to where `advance` does not lead, in words.
    fn way_to(&self, to: Option<ReturnStatus>) -> &'static str {
        let place = |status: ReturnStatus| CHAIN.iter().position(|one| *one == status);
        match to {
            Some(ReturnStatus::OnHold) => "`app.returnOrders.hold` pauses it",
            Some(ReturnStatus::Rejected) => "`app.returnOrders.reject` writes down that it is refused",
            Some(ReturnStatus::Cancelled) => "`app.returnOrders.cancel` calls it off",
            Some(to) if to == self.status => "it is there already",
            Some(to) if place(to) < place(self.status) => "`app.returnOrders.back` leads back, step by step",
            Some(_) | None => "go step by step",
        }
    }

    /// Goes back to where it came from. Where that is before it left, its units are in stock again.
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
        if matches!(
            to,
            ReturnStatus::Draft | ReturnStatus::PendingApproval | ReturnStatus::Approved
        ) {
            self.all_in();
        }
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

    /// Calls it off: what it reached on its way is forgotten, and what it took out of stock goes back. Credits stay.
    ///
    /// # Errors
    /// When it is settled or cancelled.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(ReturnAction::Cancel)?;
        self.previous = None;
        self.dates.clear();
        self.reach(ReturnStatus::Cancelled, now);
        Ok(())
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
