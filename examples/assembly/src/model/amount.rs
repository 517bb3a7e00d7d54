//! Exact amounts for walking structures: quantities multiplied through every level without rounding.

use latchstring::values::decimal;
use num_bigint::BigUint;

use super::{Quantity, Waste, graph::MAX_DEPTH};

/// Each nested level, the material row and its cost multiply by six decimals, waste by eight more. With this many, a product
/// along the deepest path is still a whole number of units of [`Amount`].
const DECIMALS: u32 = 6 * (MAX_DEPTH + 2) + 8;

/// A non-negative number, exact to [`DECIMALS`] decimals and of any size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Amount(BigUint);

impl Amount {
    pub(crate) fn whole(units: u64) -> Self {
        Self(BigUint::from(units) * one())
    }

    /// A quantity; below zero it counts as none.
    pub(crate) fn of(quantity: Quantity) -> Self {
        Self(BigUint::from(quantity.or_none().micros().unsigned_abs()) * micro())
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0 == BigUint::ZERO
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }

    /// What is left when at most this much is taken away.
    pub(crate) fn less(&self, other: &Self) -> Self {
        if self <= other {
            Self::default()
        } else {
            Self(&self.0 - &other.0)
        }
    }

    pub(crate) fn times(&self, quantity: Quantity) -> Self {
        Self(&self.0 * quantity.or_none().micros().unsigned_abs() / decimal::ONE.unsigned_abs())
    }

    pub(crate) fn with_waste(&self, waste: Waste) -> Self {
        Self(&self.0 * waste.factor() / (100 * decimal::ONE).unsigned_abs())
    }

    /// How often this much can be taken from it, as far as can be counted; `None` if it is nothing, which can be taken for
    /// ever.
    pub(crate) fn how_often(&self, other: &Self) -> Option<u64> {
        if other.is_zero() {
            return None;
        }
        Some(u64::try_from(&self.0 / &other.0).unwrap_or(u64::MAX))
    }

    pub(crate) fn rounded_down_to_whole(&self) -> Self {
        let one = one();
        Self(&self.0 / &one * &one)
    }

    pub(crate) fn rounded_up_to_whole(&self) -> Self {
        let one = one();
        Self((&self.0 + &one - 1u32) / &one * &one)
    }

    /// As a quantity, rounded up to the next millionth; the largest quantity when it is more than that.
    pub(crate) fn to_quantity(&self) -> Quantity {
        let micro = micro();
        let micros: BigUint = (&self.0 + &micro - 1u32) / micro;
        Quantity::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// In millionths, rounded to the nearest ten-thousandth: how costs are shown.
    pub(crate) fn to_micros_of_money(&self) -> i64 {
        let step: BigUint = micro() * 100u32;
        let steps: BigUint = (&self.0 + &step / 2u32) / step;
        i64::try_from(steps)
            .ok()
            .and_then(|steps| steps.checked_mul(100))
            .unwrap_or(i64::MAX)
    }
}

fn one() -> BigUint {
    BigUint::from(10u32).pow(DECIMALS)
}

fn micro() -> BigUint {
    BigUint::from(10u32).pow(DECIMALS - 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_quantity_survives_the_deepest_path() {
        let tiny = Quantity::from_micros(1);
        let waste = Waste::try_from(tiny).unwrap();
        let mut amount = Amount::whole(1);
        for _ in 0..=MAX_DEPTH {
            amount = amount.times(tiny);
        }
        let exact = amount.clone();
        let wasted = amount.with_waste(waste);
        // One part in 10^8 more, with only the six decimals of a cost left below it: nothing was cut off.
        assert_eq!(wasted.less(&exact).0, BigUint::from(1_000_000u32));
    }
}
