//! What was paid of a purchase order, in whatever currency.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PurchaseOrder;
use crate::model::{Amount, Currency, PaymentId, Price, Refusal, money::Money, status::named};

/// Most payments of an order.
const MOST: usize = 200;

named! {
    /// How something was paid.
    PaymentMethod {
        /// By bank.
        Wire = "wire",
        /// By check.
        Check = "check",
        /// By card, or on account.
        Credit = "credit",
        /// In cash.
        Cash = "cash",
        /// In another way.
        Other = "other",
    }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Payment {
    /// Which one.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Price,
    /// In what.
    pub currency: Currency,
    /// When.
    pub date: NaiveDate,
    /// How.
    pub method: PaymentMethod,
    /// What it is called at the bank.
    pub reference: Option<String>,
    /// Notes.
    pub notes: Option<String>,
}

impl PurchaseOrder {
    /// What was paid, in each currency.
    pub fn paid(&self) -> Vec<Money> {
        let mut sums: BTreeMap<&Currency, Amount> = BTreeMap::new();
        for payment in &self.payments {
            let sum = sums.entry(&payment.currency).or_default();
            *sum = sum.plus(payment.amount.amount());
        }
        let money = |(currency, amount): (&Currency, Amount)| Money {
            amount,
            currency: currency.clone(),
        };
        sums.into_iter().map(money).collect()
    }

    /// Writes a payment down.
    ///
    /// # Errors
    /// When it is of nothing, or there are too many.
    pub fn add_payment(&mut self, payment: Payment) -> Result<(), Refusal> {
        check(&payment)?;
        if self.payments.len() >= MOST {
            return Err(Refusal::too_many(format!(
                "the order has {MOST} payments, which is the most; remove one with `app.purchaseOrders.removePayment`, or change one"
            )));
        }
        self.payments.push(payment);
        Ok(())
    }

    /// A payment to be changed.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn update_payment(&mut self, id: &PaymentId, change: impl FnOnce(&mut Payment)) -> Result<(), Refusal> {
        let payment = self.payments.iter_mut().find(|payment| payment.payment_id == *id);
        let payment = payment.ok_or_else(|| no_payment(id))?;
        let mut changed = payment.clone();
        change(&mut changed);
        check(&changed)?;
        *payment = changed;
        Ok(())
    }

    /// Removes a payment, and answers it.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn remove_payment(&mut self, id: &PaymentId) -> Result<Payment, Refusal> {
        let at = self.payments.iter().position(|payment| payment.payment_id == *id);
        Ok(self.payments.remove(at.ok_or_else(|| no_payment(id))?))
    }
}

fn check(payment: &Payment) -> Result<(), Refusal> {
    if payment.amount == Price::ZERO {
        return Err(Refusal::input("`amount` is 0; a payment is of more than nothing"));
    }
    Ok(())
}

fn no_payment(id: &PaymentId) -> Refusal {
    Refusal::missing(format!(
        "the order has no payment `{id}`; list them with `app.purchaseOrders.payments({{ purchaseOrderId }})`"
    ))
}
