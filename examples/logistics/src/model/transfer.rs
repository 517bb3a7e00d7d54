//! Transfer orders: stock on its way from one location of the store to another.
//!
//! As with purchase orders, a line says what it has done to stock, so an effect is a difference: what left the origin,
//! what is on its way, and what arrived.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, Document, LineId, LocationId, Preferences, Refusal, Shipment, TransferOrderId, VariantId, WrongStatus,
    inventory::Moves,
    status::{Action, actions, statuses},
};

#[cfg(test)]
mod tests;

/// Most lines of a transfer.
pub const MOST_LINES: usize = 500;

statuses! {
    "transfer order",
    /// Where a transfer order stands.
    TransferStatus {
        /// Being written.
        Draft = "draft",
        /// It has left.
        Sent = "sent",
        /// A part of it is there.
        PartiallyReceived = "partially_received",
        /// All of it is there.
        Received = "received",
        /// Done.
        Completed = "completed",
        /// Paused.
        OnHold = "on_hold",
        /// Called off.
        Cancelled = "cancelled",
    }
}

actions! {
    TransferStatus,
    /// What can be done with a transfer order.
    TransferAction {
        /// Change its name, notes or number.
        Update = "update": [Draft, Sent, PartiallyReceived, Received, OnHold],
        /// Choose other locations.
        Relocate = "update of the locations": [Draft],
        /// Add lines.
        AddLines = "addLines": [Draft],
        /// Change how many are planned, before it leaves.
        UpdateLine = "updateLine": [Draft],
        /// Leave a line out.
        RemoveLine = "removeLine": [Draft, Sent, PartiallyReceived, OnHold],
        /// Let it leave.
        Send = "send": [Draft],
        /// Receive units.
        Receive = "receive": [Sent, PartiallyReceived],
        /// Change how many are planned after it left.
        UpdatePlanned = "updatePlanned": [Sent, PartiallyReceived, OnHold],
        /// Put it on hold.
        Hold = "hold": [Sent, PartiallyReceived, Received],
        /// Go on with it.
        Resume = "resume": [OnHold],
        /// Finish it.
        Complete = "complete": [PartiallyReceived, Received],
        /// Call it off.
        Cancel = "cancel": [Draft, Sent, PartiallyReceived, Received, OnHold],
        /// As if it had never left.
        RevertToDraft = "revertToDraft": [Sent],
        /// As if nothing had arrived.
        RevertToSent = "revertToSent": [PartiallyReceived, Received],
        /// Remove it for good.
        Delete = "delete": [Draft],
        /// Compute its share of incoming anew.
        FixIncoming = "fixIncoming": [Completed, Cancelled],
        /// Say how it travels.
        SetShipment = "setShipment": [Draft, Sent, PartiallyReceived, Received, OnHold],
        /// Say from where and where to, on paper.
        SetAddresses = "setAddresses": [Draft, Sent, PartiallyReceived, Received, OnHold],
    }
}

/// A transfer order with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferOrder {
    /// Which one.
    pub id: TransferOrderId,
    /// Counts up.
    pub seq: i64,
    /// What it is called on paper.
    pub number: String,
    /// What people call it.
    pub name: Option<String>,
    /// Where from.
    pub origin: LocationId,
    /// Where to.
    pub destination: LocationId,
    /// Where it stands.
    pub status: TransferStatus,
    /// Where it stood before it was put on hold.
    pub previous: Option<TransferStatus>,
    /// Whether somebody else moves its stock, as the store preferred when it was sent; then it moves only what is
    /// incoming. It stays so until it is sent anew, or half of a transfer would be moved twice or by nobody.
    #[serde(default)]
    pub is_moved_by_others: bool,
    /// Notes.
    pub notes: Option<String>,
    /// When what happened.
    pub dates: TransferDates,
    /// From where, on paper.
    pub from_address: Option<Address>,
    /// Where to, on paper.
    pub to_address: Option<Address>,
    /// How it travels.
    pub shipment: Option<Shipment>,
    /// What people attached.
    pub documents: Vec<Document>,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is moved, in order.
    #[serde(skip)]
    pub lines: Vec<TransferLine>,
}

/// When what happened to a transfer order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct TransferDates {
    /// It left.
    pub sent_at: Option<DateTime<Utc>>,
    /// The last unit came.
    pub received_at: Option<DateTime<Utc>>,
    /// It was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// It was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// A line of a transfer order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferLine {
    /// Which one.
    pub id: LineId,
    /// What is moved.
    pub variant: VariantId,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// How many are to be moved.
    pub planned: i64,
    /// How many came.
    pub received: i64,
    /// How many it has taken from the origin.
    pub taken: i64,
    /// How many it has put into `incoming` of the destination.
    pub incoming: i64,
    /// How many it has put into the destination.
    pub put: i64,
}

impl TransferLine {
    /// How many are still to come.
    pub fn pending(&self) -> i64 {
        self.planned - self.received
    }
}

impl TransferOrder {
    /// Checks that something may be done now.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn check(&self, action: TransferAction) -> Result<(), WrongStatus> {
        action.check(self.status)
    }

    /// Adds lines at the end.
    ///
    /// # Errors
    /// When it has left, there would be too many, or a variant is on it twice or not at all.
    pub fn add_lines(&mut self, lines: Vec<TransferLine>) -> Result<(), Refusal> {
        self.check(TransferAction::AddLines)?;
        let total = self.lines.len() + lines.len();
        if total > MOST_LINES {
            return Err(Refusal::too_many(format!(
                "the transfer would have {total} lines; it may have {MOST_LINES}, so make a second one"
            )));
        }
        for line in lines {
            at_least_one(line.planned)?;
            if let Some(there) = self.lines.iter().find(|other| other.variant == line.variant) {
                return Err(Refusal::input(format!(
                    "variant `{}` is on the transfer already, in line `{}`; change its `planned` with \
                     `app.transferOrders.updateLine`",
                    line.variant, there.id
                )));
            }
            self.lines.push(line);
        }
        Ok(())
    }

    /// Changes how many are planned of a line: of a draft, or of one that has left.
    ///
    /// # Errors
    /// When its status does not allow `action`, the line is unknown, or fewer are planned than came.
    pub fn plan(
        &mut self,
        action: TransferAction,
        id: &LineId,
        planned: i64,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        self.check_lines(action)?;
        at_least_one(planned)?;
        let line = self.line_mut(id)?;
        if planned < line.received {
            return Err(Refusal::input(format!(
                "{} units of line `{id}` were received, so `planned` cannot be {planned}; give that many at least",
                line.received
            )));
        }
        line.planned = planned;
        self.progress(now);
        Ok(())
    }

    /// Leaves a line out.
    ///
    /// # Errors
    /// When its status forbids it, the line is unknown, something of it came, or it is the last of one that left.
    pub fn remove_line(&mut self, id: &LineId, now: DateTime<Utc>) -> Result<TransferLine, Refusal> {
        self.check_lines(TransferAction::RemoveLine)?;
        let at = self.lines.iter().position(|line| line.id == *id);
        let at = at.ok_or_else(|| no_line(id))?;
        if self.lines[at].received > 0 {
            return Err(Refusal::state(format!(
                "{} units of line `{id}` were received; lower its `planned` to that with `app.transferOrders.updatePlanned`",
                self.lines[at].received
            )));
        }
        if self.status != TransferStatus::Draft && self.lines.len() == 1 {
            return Err(Refusal::state(format!(
                "line `{id}` is the last one, and a transfer that left has at least one; cancel it with \
                 `app.transferOrders.cancel`"
            )));
        }
        let line = self.lines.remove(at);
        self.progress(now);
        Ok(line)
    }

    /// Lets it leave.
    ///
    /// # Errors
    /// When it is no draft, or has no line.
    pub fn send(&mut self, preferences: &Preferences, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(TransferAction::Send)?;
        if self.lines.is_empty() {
            return Err(Refusal::input(
                "the transfer has no lines, so there is nothing to send; add some with `app.transferOrders.addLines`",
            ));
        }
        self.status = TransferStatus::Sent;
        self.is_moved_by_others = preferences.disable_available_movements;
        self.dates.sent_at = Some(now);
        Ok(())
    }

    /// Receives units; without counts all that are still to come.
    ///
    /// # Errors
    /// When its status forbids it, a line is unknown or named twice, or more come than are on their way.
    pub fn receive(&mut self, counts: Option<&[(LineId, i64)]>, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(TransferAction::Receive)?;
        match counts {
            None => {
                for line in &mut self.lines {
                    line.received = line.planned;
                }
            }
            Some([]) => {
                return Err(Refusal::input(
                    "`lines` is empty; name at least one line, or leave it out for all",
                ));
            }
            Some(counts) => {
                for (at, (id, units)) in counts.iter().enumerate() {
                    if counts[..at].iter().any(|(other, _)| other == id) {
                        return Err(Refusal::input(format!("line `{id}` is named twice; name it once")));
                    }
                    at_least_one(*units)?;
                    let line = self.line_mut(id)?;
                    if *units > line.pending() {
                        return Err(Refusal::input(format!(
                            "{} units of line `{id}` (`{}`) are still on their way, and {units} are named; name that many at \
                             most, or raise `planned` with `app.transferOrders.updatePlanned`",
                            line.pending(),
                            line.title
                        )));
                    }
                    line.received += units;
                }
            }
        }
        self.progress(now);
        Ok(())
    }

    /// Puts it on hold.
    ///
    /// # Errors
    /// When it is not under way.
    pub fn hold(&mut self) -> Result<(), Refusal> {
        self.check(TransferAction::Hold)?;
        self.previous = Some(self.status);
        self.status = TransferStatus::OnHold;
        Ok(())
    }

    /// Goes on with it.
    ///
    /// # Errors
    /// When it is not on hold.
    pub fn resume(&mut self) -> Result<(), Refusal> {
        self.check(TransferAction::Resume)?;
        self.status = self.previous.take().unwrap_or(TransferStatus::Sent);
        Ok(())
    }

    /// Finishes it. What has not come is not expected any more.
    ///
    /// # Errors
    /// When nothing of it came.
    pub fn complete(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(TransferAction::Complete)?;
        self.status = TransferStatus::Completed;
        self.dates.completed_at = Some(now);
        Ok(())
    }

    /// Calls it off: all of it is at the origin again, also what came; unless that is kept at the destination.
    ///
    /// # Errors
    /// When it is completed or cancelled.
    pub fn cancel(&mut self, keep_received: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check(TransferAction::Cancel)?;
        for line in &mut self.lines {
            if !keep_received {
                line.received = 0;
            }
        }
        self.status = TransferStatus::Cancelled;
        self.previous = None;
        self.dates.cancelled_at = Some(now);
        Ok(())
    }

    /// As if it had never left.
    ///
    /// # Errors
    /// When something of it came, or it never left.
    pub fn revert_to_draft(&mut self) -> Result<(), Refusal> {
        self.check(TransferAction::RevertToDraft)?;
        self.status = TransferStatus::Draft;
        self.dates.sent_at = None;
        Ok(())
    }

    /// As if nothing of it had come.
    ///
    /// # Errors
    /// When nothing of it came.
    pub fn revert_to_sent(&mut self) -> Result<(), Refusal> {
        self.check(TransferAction::RevertToSent)?;
        for line in &mut self.lines {
            line.received = 0;
        }
        self.status = TransferStatus::Sent;
        self.dates.received_at = None;
        Ok(())
    }

    /// Writes on the lines what they should have done to stock by now.
    pub fn recompute(&mut self) {
        let (status, is_moved_by_others) = (self.status, self.is_moved_by_others);
        for line in &mut self.lines {
            let (taken, incoming, put) = match status {
                TransferStatus::Draft => (0, 0, 0),
                TransferStatus::Sent
                | TransferStatus::PartiallyReceived
                | TransferStatus::Received
                | TransferStatus::OnHold => (line.planned, line.pending(), line.received),
                TransferStatus::Completed => (line.planned, 0, line.received),
                // What was received is kept at the destination, or was set to nothing.
                TransferStatus::Cancelled => (line.received, 0, line.received),
            };
            line.incoming = incoming;
            (line.taken, line.put) = if is_moved_by_others { (0, 0) } else { (taken, put) };
        }
    }

    /// What the transfer has done to stock, as its lines say.
    pub fn footprint(&self) -> Moves {
        let mut moves = Moves::default();
        for line in &self.lines {
            moves.stock(&line.variant, &self.origin, -line.taken);
            moves.incoming(&line.variant, &self.destination, line.incoming);
            moves.stock(&line.variant, &self.destination, line.put);
        }
        moves
    }

    /// On hold, lines can be changed as they could before.
    fn check_lines(&self, action: TransferAction) -> Result<(), Refusal> {
        self.check(action)?;
        match self.previous.filter(|_| self.status == TransferStatus::OnHold) {
            Some(before) if action.check(before).is_err() => Err(Refusal::state(format!(
                "this transfer order is on hold and was `{before}` before, which does not allow `{}`; go on with \
                 `app.transferOrders.resume`, and take its receipts back with `app.transferOrders.revertToSent`",
                action.as_str()
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// How far it is, by what came; also where it will go on from when it is on hold.
    fn progress(&mut self, now: DateTime<Utc>) {
        let is_on_hold = self.status == TransferStatus::OnHold;
        let standing = if is_on_hold { self.previous } else { Some(self.status) };
        let is_under_way = standing.is_some_and(|standing| match standing {
            TransferStatus::Sent | TransferStatus::PartiallyReceived | TransferStatus::Received => true,
            TransferStatus::Draft | TransferStatus::Completed | TransferStatus::OnHold | TransferStatus::Cancelled => {
                false
            }
        });
        if !is_under_way {
            return;
        }
        let came = self.lines.iter().any(|line| line.received > 0);
        let is_over = self.lines.iter().all(|line| line.pending() == 0);
        let standing = match (came, is_over) {
            (false, _) => TransferStatus::Sent,
            (true, false) => TransferStatus::PartiallyReceived,
            (true, true) => TransferStatus::Received,
        };
        self.dates.received_at = (standing == TransferStatus::Received).then(|| self.dates.received_at.unwrap_or(now));
        if is_on_hold {
            self.previous = Some(standing);
        } else {
            self.status = standing;
        }
    }

    fn line_mut(&mut self, id: &LineId) -> Result<&mut TransferLine, Refusal> {
        self.lines
            .iter_mut()
            .find(|line| line.id == *id)
            .ok_or_else(|| no_line(id))
    }
}

/// Checks that a transfer leads somewhere.
///
/// # Errors
/// When it ends where it begins.
pub fn check_locations(origin: &LocationId, destination: &LocationId) -> Result<(), Refusal> {
    if origin == destination {
        return Err(Refusal::input(format!(
            "origin and destination are both `{origin}`; a transfer leads from one location to another, so choose another of \
             `app.locations.list({{}})`"
        )));
    }
    Ok(())
}

fn at_least_one(units: i64) -> Result<(), Refusal> {
    if units < 1 {
        return Err(Refusal::input(format!(
            "{units} units cannot be moved; name at least 1"
        )));
    }
    Ok(())
}

fn no_line(id: &LineId) -> Refusal {
    Refusal::missing(format!(
        "the transfer has no line `{id}`; list them with `app.transferOrders.lineItems({{ transferOrderId }})`"
    ))
}
