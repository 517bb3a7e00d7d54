//! What a return does to stock: nothing by itself, and all of its lines where it is asked for.

use super::{ReturnAction, ReturnOrder, ReturnStatus};
use crate::model::{Refusal, inventory::Moves};

impl ReturnOrder {
    /// Where it stands, or stood before it was put on hold.
    pub fn standing(&self) -> ReturnStatus {
        match self.status {
            ReturnStatus::OnHold => self.previous.unwrap_or(ReturnStatus::PendingApproval),
            status => status,
        }
    }

    /// Takes the units of every line out of stock, where they are not out of it already.
    ///
    /// # Errors
    /// When its status does not allow it, or nobody approved it, or it is refused.
    pub fn take_out(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::MoveInventory)?;
        let standing = self.standing();
        if !self.may_be_out() {
            return Err(Refusal::state(format!(
                "this return order is on hold and was `{standing}` before, and its units leave once it is approved; go on with \
                 `app.returnOrders.resume` and `app.returnOrders.advance`"
            )));
        }
        if standing == ReturnStatus::Rejected {
            return Err(Refusal::state(
                "this return order is `rejected`, so nothing more of it leaves; put back what is out with `back: true`, or take \
                 the return back to `pending_approval` with `app.returnOrders.back`",
            ));
        }
        for line in &mut self.lines {
            line.moved = line.quantity;
        }
        Ok(())
    }

    /// Puts the units of every line back into stock, where they are out of it.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn put_back(&mut self) -> Result<(), Refusal> {
        self.check(ReturnAction::MoveInventory)?;
        self.all_in();
        Ok(())
    }

    /// Puts units back that may not be out where the return stands now.
    pub fn recompute(&mut self) {
        if !self.may_be_out() {
            self.all_in();
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

    pub(super) fn all_in(&mut self) {
        for line in &mut self.lines {
            line.moved = 0;
        }
    }

    fn may_be_out(&self) -> bool {
        match self.standing() {
            ReturnStatus::Draft | ReturnStatus::PendingApproval | ReturnStatus::Cancelled | ReturnStatus::OnHold => {
                false
            }
            ReturnStatus::Approved
            | ReturnStatus::InTransit
            | ReturnStatus::ReceivedBySupplier
            | ReturnStatus::InspectionComplete
            | ReturnStatus::Resolved
            | ReturnStatus::Closed
            | ReturnStatus::Rejected => true,
        }
    }
}
