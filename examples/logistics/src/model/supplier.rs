//! Suppliers, and what each delivers.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Currency, Percent, Price, Refusal, SupplierId, VariantId, status::named};

/// Somebody who delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Supplier {
    /// Which one.
    pub id: SupplierId,
    /// Counts up from 1.
    pub number: i64,
    /// The name.
    pub name: String,
    /// Who answers there.
    pub contact_person: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
    /// Where to look.
    pub website: Option<String>,
    /// Street and number.
    pub address: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// When to pay, in words.
    pub payment_terms: Option<String>,
    /// In what it is paid.
    pub currency: Currency,
    /// The tax on its orders.
    pub tax_rate: Percent,
    /// How often it is on time, in percent, as people say.
    pub on_time_delivery_rate: Option<Percent>,
    /// The most that people let it owe.
    pub credit_limit: Option<Price>,
    /// Whether nothing new is ordered there.
    pub is_archived: bool,
    /// Whether it is the one that every variant has.
    pub is_default: bool,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

named! {
    /// How good a supplier is at being on time.
    Punctuality {
        /// 95 % or more.
        Excellent = "excellent",
        /// 90 % or more.
        Good = "good",
        /// Less.
        NeedsImprovement = "needs_improvement",
    }
}

impl Supplier {
    /// How good it is at being on time, where people said.
    pub fn punctuality(&self) -> Option<Punctuality> {
        let rate = self.on_time_delivery_rate?.micros();
        Some(match rate {
            95_000_000.. => Punctuality::Excellent,
            90_000_000.. => Punctuality::Good,
            _ => Punctuality::NeedsImprovement,
        })
    }

    /// Checks that something may be ordered there.
    ///
    /// # Errors
    /// When it is archived.
    pub fn check_open(&self) -> Result<(), Refusal> {
        if self.is_archived {
            return Err(Refusal::state(format!(
                "supplier `{}` is archived, so nothing new goes to it; choose another with `app.suppliers.list({{}})`",
                self.id
            )));
        }
        Ok(())
    }
}

named! {
    /// Where units go when they are received.
    Fulfilment {
        /// Into the stock of the order's location.
        Warehouse = "warehouse",
        /// They stay with the supplier, who keeps them for the store.
        HoldAtSupplier = "hold_at_supplier",
        /// They stay the supplier's until they are sold.
        Consignment = "consignment",
    }
}

/// What a supplier delivers of a variant, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplierVariant {
    /// Who.
    pub supplier: SupplierId,
    /// What.
    pub variant: VariantId,
    /// The supplier's own number for it.
    pub supplier_sku: Option<String>,
    /// What the supplier calls it.
    pub product_name: Option<String>,
    /// Where the supplier shows it.
    pub product_url: Option<String>,
    /// The number under the supplier's bars.
    pub barcode: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// What one costs, in the supplier's currency unless `currency` says otherwise.
    pub cost: Option<Price>,
    /// The currency of the cost.
    pub currency: Currency,
    /// The fewest that are sold.
    pub minimum_order: i64,
    /// The most that are sold at once.
    pub maximum_order: Option<i64>,
    /// They come in packs of so many.
    pub pack_size: i64,
    /// Days from the order to the delivery.
    pub lead_time_days: i64,
    /// Where units go when they are received.
    pub fulfilment: Fulfilment,
    /// Lower prices for larger orders.
    pub price_tiers: Vec<PriceTier>,
    /// Whether the forecast reckons with this supplier. Exactly one of a variant's suppliers is.
    pub is_primary: bool,
}

/// A lower price from a number of units on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub struct PriceTier {
    /// From how many units on.
    pub from: i64,
    /// What one then costs, in the currency of the link's `cost`.
    pub cost: Price,
}

impl SupplierVariant {
    /// A link that says nothing but that it is there.
    pub fn new(supplier: SupplierId, variant: VariantId, currency: Currency) -> Self {
        Self {
            supplier,
            variant,
            supplier_sku: None,
            product_name: None,
            product_url: None,
            barcode: None,
            notes: None,
            cost: None,
            currency,
            minimum_order: 1,
            maximum_order: None,
            pack_size: 1,
            lead_time_days: 14,
            fulfilment: Fulfilment::Warehouse,
            price_tiers: Vec::new(),
            is_primary: false,
        }
    }

    /// What one costs where so many are ordered.
    pub fn cost_of(&self, units: i64) -> Option<Price> {
        let tiers = self.price_tiers.iter().filter(|tier| tier.from <= units);
        tiers.max_by_key(|tier| tier.from).map(|tier| tier.cost).or(self.cost)
    }

    /// The fewest that can be ordered: the minimum, in whole packs.
    fn fewest(&self) -> i64 {
        let (pack, minimum) = (self.pack_size.max(1), self.minimum_order.max(1));
        (minimum - 1) / pack * pack + pack
    }

    /// Checks that its numbers go together.
    ///
    /// # Errors
    /// When no order could be made of them.
    pub fn checked(self) -> Result<Self, Refusal> {
        let wrong = if self.pack_size < 1 {
            "`packSize` is 0; write 1 where single units are sold"
        } else if self.maximum_order.is_some_and(|most| most < self.minimum_order.max(1)) {
            "`maximumOrder` is less than `minimumOrder`; give a larger one, or null for no limit"
        } else if self.maximum_order.is_some_and(|most| most < self.fewest()) {
            "no whole number of packs lies between `minimumOrder` and `maximumOrder`; give a larger `maximumOrder`, or a \
             smaller `packSize`"
        } else if self.lead_time_days > 3650 {
            "`leadTimeDays` is more than ten years; write the days from order to delivery"
        } else if self.price_tiers.len() > 20 {
            "`priceTiers` has more than 20 entries; leave some out"
        } else if self.price_tiers.iter().any(|tier| tier.from < 1) {
            "a `from` of `priceTiers` is below 1; say from how many units on the price is lower"
        } else if self.price_tiers.windows(2).any(|pair| pair[0].from >= pair[1].from) {
            "`priceTiers` are not in order; give each a larger `from` than the one before"
        } else {
            return Ok(self);
        };
        Err(Refusal::input(format!("variant `{}`: {wrong}", self.variant)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> SupplierVariant {
        let id = |text: &str| text.to_owned();
        SupplierVariant::new(
            id("s").try_into().unwrap(),
            id("v").try_into().unwrap(),
            id("EUR").try_into().unwrap(),
        )
    }

    #[test]
    fn the_price_is_that_of_the_highest_tier_reached() {
        let price = |text: &str| text.parse::<Price>().unwrap();
        let link = SupplierVariant {
            cost: Some(price("5")),
            price_tiers: vec![
                PriceTier {
                    from: 10,
                    cost: price("4"),
                },
                PriceTier {
                    from: 100,
                    cost: price("3"),
                },
            ],
            ..link()
        };
        for (units, cost) in [(1, "5"), (9, "5"), (10, "4"), (99, "4"), (100, "3"), (1000, "3")] {
            assert_eq!(link.cost_of(units), Some(price(cost)), "{units}");
        }
    }

    #[test]
    fn links_that_allow_no_order_are_refused() {
        assert!(link().checked().is_ok());
        for wrong in [
            SupplierVariant { pack_size: 0, ..link() },
            SupplierVariant {
                minimum_order: 5,
                maximum_order: Some(4),
                ..link()
            },
            SupplierVariant {
                lead_time_days: 4000,
                ..link()
            },
            SupplierVariant {
                pack_size: 12,
                maximum_order: Some(10),
                ..link()
            },
            SupplierVariant {
                minimum_order: 7,
                pack_size: 6,
                maximum_order: Some(11),
                ..link()
            },
            SupplierVariant {
                price_tiers: vec![PriceTier {
                    from: 0,
                    cost: Price::ZERO,
                }],
                ..link()
            },
        ] {
            assert!(wrong.clone().checked().is_err(), "{wrong:?}");
        }
        let tight = SupplierVariant {
            minimum_order: 7,
            pack_size: 6,
            maximum_order: Some(12),
            ..link()
        };
        assert!(tight.checked().is_ok());
    }
}
