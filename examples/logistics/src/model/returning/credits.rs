//! What the supplier credits of a return, line by line.

use super::{ReturnLine, ReturnOrder};
use crate::model::{Amount, CreditId, LineId, Price, Refusal, status::named};

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

impl ReturnLine {
    /// What it cost.
    pub fn value(&self) -> Amount {
        self.unit_cost.times(self.quantity)
    }
}

impl ReturnOrder {
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
}
