//! The lines of a return, as they are added, changed and left out.

use super::{CreditStatus, ReturnAction, ReturnLine, ReturnOrder, ReturnStatus};
use crate::model::{LineId, Price, Refusal};

/// Most lines of a return.
pub const MOST_LINES: usize = 500;

impl ReturnOrder {
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

    /// One of its lines.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn line(&self, id: &LineId) -> Result<&ReturnLine, Refusal> {
        self.lines.iter().find(|line| line.id == *id).ok_or_else(|| no_line(id))
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

    /// Changes how many of a line go back, or what one cost; `None` stays as it is.
    ///
    /// # Errors
    /// When its status forbids it, the line is unknown or credited, or its units are out of stock already.
    pub fn change_line(
        &mut self,
        id: &LineId,
        quantity: Option<i64>,
        unit_cost: Option<Price>,
    ) -> Result<&mut ReturnLine, Refusal> {
        self.check(ReturnAction::UpdateLine)?;
        let line = self.line_mut(id)?;
        let (quantity, unit_cost) = (quantity.unwrap_or(line.quantity), unit_cost.unwrap_or(line.unit_cost));
        if quantity < 1 {
            return Err(Refusal::input("`quantity` is 0; return at least 1, or remove the line"));
        }
        if line.credit_status == CreditStatus::Issued && (quantity, unit_cost) != (line.quantity, line.unit_cost) {
            return Err(Refusal::in_use(format!(
                "line `{id}` is credited as it is; void the credit with `app.returnOrders.voidCredit` first"
            )));
        }
        if line.moved > 0 && quantity != line.quantity {
            return Err(Refusal::state(format!(
                "the {} units of line `{id}` are out of stock; put them back with \
                 `app.returnOrders.moveInventory({{ returnOrderId, back: true }})` first",
                line.moved
            )));
        }
        line.quantity = quantity;
        line.unit_cost = unit_cost;
        Ok(line)
    }
}

fn no_line(id: &LineId) -> Refusal {
    Refusal::missing(format!(
        "the return has no line `{id}`; list them with `app.returnOrders.lineItems({{ returnOrderId }})`"
    ))
}
