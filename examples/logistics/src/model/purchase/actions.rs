//! What can be done with a purchase order, and where it then stands.

use chrono::{DateTime, Utc};

use super::{PurchaseOrder, PurchaseStatus};
use crate::model::{
    Refusal, WrongStatus,
    status::{Action, actions},
};

actions! {
    PurchaseStatus,
    /// What can be done with a purchase order.
    PurchaseAction {
        /// Change its head.
        Update = "update": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
        /// Choose another supplier.
        ChangeSupplier = "update of the supplier": [Draft],
        /// Add lines.
        AddLines = "addLines": [Draft, Sent, PartiallyConfirmed, Confirmed],
        /// Change a line.
        UpdateLine = "updateLine": [Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived],
        /// Leave a line out.
        RemoveLine = "removeLine": [Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived],
        /// Send it to the supplier.
        Send = "send": [Draft],
        /// Write down what the supplier confirms.
        Confirm = "confirm": [Sent, PartiallyConfirmed],
        /// Write down that it is on its way.
        Start = "start": [Confirmed],
        /// Receive units.
        Receive = "receive": [Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived],
        /// Take receipts back.
        Unreceive = "unreceive": [PartiallyReceived, Received],
        /// Put received units into stock.
        SyncInventory = "syncInventory": [InProgress, PartiallyReceived, Received],
        /// Finish it.
        Complete = "complete": [Received],
        /// Finish it although units are missing.
        CompleteShort = "complete with force": [PartiallyReceived, Received],
        /// Receive all and finish.
        QuickComplete = "quickComplete": [Confirmed, InProgress, PartiallyReceived],
        /// Put it on hold.
        Pause = "pause": [Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received],
        /// Go on with it.
        Resume = "resume": [OnHold],
        /// Disagree with the supplier.
        Dispute = "dispute": [Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received],
        /// Agree again.
        ResolveDispute = "resolveDispute": [Disputed],
        /// Call it off.
        Cancel = "cancel": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
        /// Take it up again.
        Reopen = "reopen": [Completed, Cancelled],
        /// Remove it for good.
        Delete = "delete": [Draft, Cancelled],
        /// Move lines to other orders.
        Split = "splitLines": [Draft, Sent],
        /// Take other orders' lines.
        Merge = "merge": [Draft, Sent],
        /// Say how it travels.
        SetShipment = "setShipment": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
        /// Say where to, on paper.
        SetAddresses = "setAddresses": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
        /// Pay with a credit.
        ApplyCredit = "applyCredit": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
        /// Take a credit back.
        ReverseCredit = "reverseCredit": [
            Draft, Sent, PartiallyConfirmed, Confirmed, InProgress, PartiallyReceived, Received, OnHold, Disputed
        ],
    }
}

impl PurchaseOrder {
    /// Checks that something may be done now.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn check(&self, action: PurchaseAction) -> Result<(), WrongStatus> {
        action.check(self.status)
    }

    /// Sends it to the supplier.
    ///
    /// # Errors
    /// When it is no draft, or has no line.
    pub fn send(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::Send)?;
        if self.lines.is_empty() {
            return Err(Refusal::input(
                "the order has no lines, so there is nothing to send; add some with `app.purchaseOrders.addLines`",
            ));
        }
        self.status = PurchaseStatus::Sent;
        self.dates.sent_at = Some(now);
        Ok(())
    }

    /// Writes down that it is on its way.
    ///
    /// # Errors
    /// When it is not confirmed.
    pub fn start(&mut self) -> Result<(), Refusal> {
        self.check(PurchaseAction::Start)?;
        self.status = PurchaseStatus::InProgress;
        Ok(())
    }

    /// Puts it on hold.
    ///
    /// # Errors
    /// When it is not under way.
    pub fn pause(&mut self) -> Result<(), Refusal> {
        self.check(PurchaseAction::Pause)?;
        self.step_aside(PurchaseStatus::OnHold);
        Ok(())
    }

    /// Goes on with it.
    ///
    /// # Errors
    /// When it is not on hold.
    pub fn resume(&mut self) -> Result<(), Refusal> {
        self.check(PurchaseAction::Resume)?;
        self.step_back();
        Ok(())
    }

    /// Writes down that the supplier and the store disagree.
    ///
    /// # Errors
    /// When it is not under way.
    pub fn dispute(&mut self) -> Result<(), Refusal> {
        self.check(PurchaseAction::Dispute)?;
        self.step_aside(PurchaseStatus::Disputed);
        Ok(())
    }

    /// Writes down that they agree again.
    ///
    /// # Errors
    /// When it is not disputed.
    pub fn resolve_dispute(&mut self) -> Result<(), Refusal> {
        self.check(PurchaseAction::ResolveDispute)?;
        self.step_back();
        Ok(())
    }

    fn step_aside(&mut self, to: PurchaseStatus) {
        self.previous = Some(self.status);
        self.status = to;
    }

    fn step_back(&mut self) {
        self.status = self.previous.take().unwrap_or(PurchaseStatus::Sent);
    }

    /// Finishes it. With `force` also where units are missing, which then are not expected any more.
    ///
    /// # Errors
    /// When it is not received.
    pub fn complete(&mut self, force: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
        if force {
            self.check(PurchaseAction::CompleteShort)?;
        } else if self.status == PurchaseStatus::PartiallyReceived {
            let pending: i64 = self.lines.iter().map(super::PurchaseLine::pending).sum();
            let way_out = format!("{pending} units are still to come; `force: true` completes it without them");
            let checked = self.check(PurchaseAction::Complete);
            return checked.map_err(|wrong| Refusal::from(wrong).also(way_out));
        } else {
            self.check(PurchaseAction::Complete)?;
        }
        self.status = PurchaseStatus::Completed;
        self.dates.completed_at = Some(now);
        Ok(())
    }

    /// Receives everything that is still to come, and finishes.
    ///
    /// # Errors
    /// When it is neither confirmed nor being received.
    pub fn quick_complete(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::QuickComplete)?;
        for line in &mut self.lines {
            let pending = line.pending();
            line.received += pending;
            if pending > 0 {
                line.receipts.push(super::Receipt {
                    at: now,
                    received: pending,
                    rejected: 0,
                    cancelled: 0,
                });
            }
        }
        self.status = PurchaseStatus::Completed;
        self.dates.received_at = Some(now);
        self.dates.completed_at = Some(now);
        Ok(())
    }

    /// Calls it off: nothing more is expected. What came stays, and so do credits that were applied.
    ///
    /// # Errors
    /// When it is completed or cancelled.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::Cancel)?;
        self.status = PurchaseStatus::Cancelled;
        self.previous = None;
        self.is_archived = true;
        self.dates.cancelled_at = Some(now);
        Ok(())
    }

    /// Takes it up again: where units came, at where those put it; a cancelled one of which nothing came, as a draft.
    ///
    /// # Errors
    /// When it is neither completed nor cancelled.
    pub fn reopen(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(PurchaseAction::Reopen)?;
        let was_cancelled = self.status == PurchaseStatus::Cancelled;
        self.is_archived = false;
        self.dates.completed_at = None;
        self.dates.cancelled_at = None;
        if was_cancelled && self.lines.iter().all(|line| line.received == 0) {
            self.status = PurchaseStatus::Draft;
            self.dates.sent_at = None;
            self.dates.confirmed_at = None;
            self.dates.received_at = None;
            for line in &mut self.lines {
                line.confirmed = None;
                line.cancelled = 0;
                line.rejected = 0;
                line.receipts.clear();
            }
        } else {
            self.status = PurchaseStatus::InProgress;
            self.progress(now);
        }
        Ok(())
    }

    /// Writes down how many the supplier confirms of lines; the others stay as they are. Without lines: all that was
    /// ordered.
    ///
    /// # Errors
    /// When it is not with the supplier, a line is unknown or named twice, or less is confirmed than came already.
    pub fn confirm(
        &mut self,
        lines: Option<&[(crate::model::LineId, i64)]>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        self.check(PurchaseAction::Confirm)?;
        match lines {
            None => {
                for line in &mut self.lines {
                    line.confirmed = line.confirmed.or(Some(line.ordered));
                }
            }
            Some(lines) => {
                super::lines::each_once(lines.iter().map(|(id, _)| id))?;
                for (id, confirmed) in lines {
                    let line = self.line_mut(id)?;
                    let closed = line.closed();
                    if *confirmed < closed {
                        return Err(super::lines::below_closed(line, *confirmed));
                    }
                    line.confirmed = Some(*confirmed);
                }
            }
        }
        self.status = PurchaseStatus::PartiallyConfirmed;
        self.refresh(now);
        Ok(())
    }

    /// Where it stands after its lines changed.
    pub(super) fn refresh(&mut self, now: DateTime<Utc>) {
        match self.status {
            PurchaseStatus::PartiallyConfirmed | PurchaseStatus::Confirmed => {
                if self.lines.iter().all(|line| line.confirmed.is_some()) {
                    self.status = PurchaseStatus::Confirmed;
                    self.dates.confirmed_at.get_or_insert(now);
                } else {
                    self.status = PurchaseStatus::PartiallyConfirmed;
                    self.dates.confirmed_at = None;
                }
            }
            PurchaseStatus::InProgress | PurchaseStatus::PartiallyReceived | PurchaseStatus::Received => {
                self.progress(now);
            }
            PurchaseStatus::Draft
            | PurchaseStatus::Sent
            | PurchaseStatus::Completed
            | PurchaseStatus::OnHold
            | PurchaseStatus::Disputed
            | PurchaseStatus::Cancelled => {}
        }
    }

    /// Where it stands by what came.
    pub(super) fn progress(&mut self, now: DateTime<Utc>) {
        let is_begun = self.lines.iter().any(|line| line.closed() > 0);
        let is_over = self.lines.iter().all(|line| line.pending() == 0);
        self.status = match (is_begun, is_over) {
            (false, _) => PurchaseStatus::InProgress,
            (true, false) => PurchaseStatus::PartiallyReceived,
            (true, true) => PurchaseStatus::Received,
        };
        if self.status == PurchaseStatus::Received {
            self.dates.received_at.get_or_insert(now);
        } else {
            self.dates.received_at = None;
        }
    }
}
