//! Credits that suppliers gave, and what of them was applied to purchase orders.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Amount, ApplicationId, CreditId, Currency, LineId, Price, PurchaseOrderId, Rate, Refusal, ReturnOrderId,
    SupplierId, status::named,
};

named! {
    /// Where a credit comes from.
    CreditOrigin {
        /// From a return to the supplier.
        Rma = "rma",
        /// Written down by hand.
        Manual = "manual",
    }
}

/// Money that a supplier owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credit {
    /// Which one.
    pub id: CreditId,
    /// Counts up.
    pub seq: i64,
    /// Whose.
    pub supplier: SupplierId,
    /// The number of its memo.
    pub memo_number: String,
    /// How much it was.
    pub amount: Price,
    /// In what.
    pub currency: Currency,
    /// How much of it is left; never below zero.
    pub remaining: Price,
    /// Where it comes from.
    pub origin: CreditOrigin,
    /// From which return.
    pub return_order: Option<ReturnOrderId>,
    /// For which lines of the return.
    pub lines: Vec<LineId>,
    /// Notes.
    pub note: Option<String>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it was voided.
    pub voided_at: Option<DateTime<Utc>>,
}

/// A part of a credit that pays for a purchase order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Which one.
    pub id: ApplicationId,
    /// Of which credit.
    pub credit: CreditId,
    /// To which order.
    pub order: PurchaseOrderId,
    /// How much of the credit, in its currency.
    pub amount: Price,
    /// What one unit of the credit's currency is worth in the order's; `None` where they are the same.
    pub rate: Option<Rate>,
    /// What it takes off the order, in the order's currency.
    pub value: Price,
    /// When.
    pub applied_at: DateTime<Utc>,
    /// When it was taken back.
    pub reversed_at: Option<DateTime<Utc>>,
}

/// To what a credit is applied.
#[derive(Debug, Clone)]
pub struct Payable<'a> {
    /// To which order.
    pub order: &'a PurchaseOrderId,
    /// Whose it is.
    pub supplier: &'a SupplierId,
    /// In what it is paid.
    pub currency: &'a Currency,
    /// What is still to pay.
    pub due: Amount,
}

impl Credit {
    /// Whether none of it was used and it is not voided.
    pub fn is_untouched(&self) -> bool {
        self.voided_at.is_none() && self.remaining == self.amount
    }

    /// Takes a part of it for an order.
    ///
    /// # Errors
    /// When it is another supplier's or voided, when less is left or due, or when the currencies differ and no rate says
    /// how.
    pub fn apply(
        &mut self,
        id: ApplicationId,
        to: &Payable<'_>,
        (amount, rate): (Price, Option<Rate>),
        now: DateTime<Utc>,
    ) -> Result<Application, Refusal> {
        if self.supplier != *to.supplier {
            return Err(Refusal::input(format!(
                "credit `{}` is supplier `{}`'s, and the order is supplier `{}`'s; find its credits with \
                 `app.suppliers.creditLedger({{ supplierId }})`",
                self.id, self.supplier, to.supplier
            )));
        }
        if self.voided_at.is_some() {
            return Err(Refusal::state(format!(
                "credit `{}` is voided; choose another",
                self.id
            )));
        }
        if amount == Price::ZERO {
            return Err(Refusal::input("`amount` is 0; apply more than nothing"));
        }
        if amount > self.remaining {
            return Err(Refusal::input(format!(
                "credit `{}` has {} {} left, which is less than {amount}; apply that much at most",
                self.id, self.remaining, self.currency
            )));
        }
        let value = match rate {
            None if self.currency == *to.currency => amount.amount(),
            None => {
                return Err(Refusal::input(format!(
                    "the credit is in {} and the order in {}; say with `exchangeRate` how many {1} one {0} is worth",
                    self.currency, to.currency
                )));
            }
            Some(rate) if self.currency == *to.currency && rate != Rate::ONE => {
                return Err(Refusal::input(format!(
                    "credit and order are both in {}; leave `exchangeRate` out",
                    self.currency
                )));
            }
            Some(rate) => amount.at(rate),
        };
        if value == Amount::ZERO {
            return Err(Refusal::input(format!(
                "{amount} {} at that rate are worth less than a millionth of one {}; apply more",
                self.currency, to.currency
            )));
        }
        let Some(value) = value.price().filter(|value| value.amount() <= to.due) else {
            return Err(Refusal::input(format!(
                "that would be {value} {}, and {} are due on the order; apply less",
                to.currency, to.due
            )));
        };
        self.remaining = self.without(amount);
        Ok(Application {
            id,
            credit: self.id.clone(),
            order: to.order.clone(),
            amount,
            rate: rate.filter(|_| self.currency != *to.currency),
            value,
            applied_at: now,
            reversed_at: None,
        })
    }

    /// Takes an application back.
    ///
    /// # Errors
    /// When it was taken back before.
    pub fn reverse(&mut self, application: &mut Application, now: DateTime<Utc>) -> Result<(), Refusal> {
        if application.reversed_at.is_some() {
            return Err(Refusal::state(format!(
                "application `{}` was reversed before; list them with `app.purchaseOrders.credits({{ purchaseOrderId }})`",
                application.id
            )));
        }
        application.reversed_at = Some(now);
        let back = self.remaining.amount().plus(application.amount.amount());
        self.remaining = back.price().unwrap_or(self.amount).min(self.amount);
        Ok(())
    }

    /// Makes it worth nothing.
    ///
    /// # Errors
    /// When a part of it is applied, or it is voided already.
    pub fn void(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.voided_at.is_some() {
            return Err(Refusal::state(format!(
                "credit `{}` is voided already, so there is nothing to do",
                self.id
            )));
        }
        if self.remaining != self.amount {
            return Err(Refusal::in_use(format!(
                "{} of the {} {} of credit `{}` are applied; take them back with `app.purchaseOrders.reverseCredit` first: \
                 `app.suppliers.creditLedger({{ supplierId: \"{}\" }})` tells to which orders",
                self.amount.amount().minus(self.remaining.amount()),
                self.amount,
                self.currency,
                self.id,
                self.supplier
            )));
        }
        self.voided_at = Some(now);
        self.remaining = Price::ZERO;
        Ok(())
    }

    fn without(&self, amount: Price) -> Price {
        let left = self.remaining.amount().minus(amount.amount());
        left.price().unwrap_or(Price::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
        text.to_owned().try_into().unwrap()
    }

    fn price(cents: i64) -> Price {
        Price::try_from(cents * 10_000).unwrap()
    }

    fn credit(cents: i64) -> Credit {
        Credit {
            id: id("c"),
            seq: 1,
            supplier: id("s"),
            memo_number: "CM-1".to_owned(),
            amount: price(cents),
            currency: id("EUR"),
            remaining: price(cents),
            origin: CreditOrigin::Manual,
            return_order: None,
            lines: Vec::new(),
            note: None,
            issued_at: DateTime::UNIX_EPOCH,
            voided_at: None,
        }
    }

    fn apply(credit: &mut Credit, cents: i64, currency: &str, rate: Option<&str>) -> Result<Application, Refusal> {
        let (order, supplier, currency) = (id("o"), id("s"), id(currency));
        let to = Payable {
            order: &order,
            supplier: &supplier,
            currency: &currency,
            due: price(1_000_000).amount(),
        };
        let rate = rate.map(|rate| rate.parse().unwrap());
        credit.apply(id("a"), &to, (price(cents), rate), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn another_currency_needs_a_rate() {
        let mut credit = credit(10_000);
        let refused = apply(&mut credit, 5000, "USD", None).unwrap_err().to_string();
        assert!(
            refused.contains("EUR") && refused.contains("USD") && refused.contains("exchangeRate"),
            "{refused}"
        );
        assert_eq!(credit.remaining, price(10_000));
        let applied = apply(&mut credit, 5000, "USD", Some("1.1")).unwrap();
        assert_eq!(
            (applied.value.to_string(), credit.remaining),
            ("55.00".to_owned(), price(5000))
        );
        assert!(apply(&mut credit, 100, "EUR", Some("1.1")).is_err());
    }

    #[test]
    fn a_credit_is_voided_only_while_none_of_it_is_used() {
        let mut credit = credit(10_000);
        let mut applied = apply(&mut credit, 2500, "EUR", None).unwrap();
        let refused = credit.void(DateTime::UNIX_EPOCH).unwrap_err().to_string();
        assert!(refused.contains("25.00 of the 100.00 EUR"), "{refused}");
        credit.reverse(&mut applied, DateTime::UNIX_EPOCH).unwrap();
        assert!(credit.reverse(&mut applied, DateTime::UNIX_EPOCH).is_err());
        credit.void(DateTime::UNIX_EPOCH).unwrap();
        assert!(apply(&mut credit, 1, "EUR", None).is_err());
    }

    proptest! {
        #[test]
        fn a_credit_never_falls_below_zero_and_loses_nothing(
            cents in 1i64..100_000,
            steps in prop::collection::vec((any::<bool>(), 0i64..60_000), 0..40),
        ) {
            let mut credit = credit(cents);
            let mut applied: Vec<Application> = Vec::new();
            for (takes, amount) in steps {
                if takes {
                    applied.extend(apply(&mut credit, amount, "EUR", None).ok());
                } else if let Some(application) = applied.iter_mut().find(|one| one.reversed_at.is_none()) {
                    credit.reverse(application, DateTime::UNIX_EPOCH).unwrap();
                }
                let live = applied.iter().filter(|one| one.reversed_at.is_none());
                let used: Amount = live.map(|one| one.amount.amount()).sum();
                prop_assert!(credit.remaining >= Price::ZERO);
                prop_assert_eq!(credit.remaining.amount().plus(used), credit.amount.amount());
            }
        }
    }
}
