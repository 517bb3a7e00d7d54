//! What lies where: eight buckets for each variant at each location.
//!
//! On hand is the sum of six of them, and so is not kept in a [`Levels`] by itself: the identity holds by construction.
//! Incoming stands beside it. A [`Move`] is the only way in which stock changes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{LocationId, Refusal, SupplierId, VariantId, status::named};

named! {
    /// A part of what there is of a variant at a location.
    Bucket {
        /// Everything that lies there, for whatever purpose.
        OnHand = "on_hand",
        /// What can be sold.
        Available = "available",
        /// What is on its way there.
        Incoming = "incoming",
        /// What is sold and not yet sent.
        Committed = "committed",
        /// What is held back by hand.
        Reserved = "reserved",
        /// What is damaged.
        Damaged = "damaged",
        /// What is kept for emergencies.
        SafetyStock = "safety_stock",
        /// What is being inspected.
        QualityControl = "quality_control",
    }
}

named! {
    /// What changed stock.
    Source {
        /// A purchase order.
        PurchaseOrder = "purchase_order",
        /// A transfer order.
        TransferOrder = "transfer_order",
        /// A stock take.
        StockTake = "stock_take",
        /// A return to a supplier.
        ReturnOrder = "return_order",
    }
}

/// What there is of a variant at a location. Numbers may be below zero: more was sold than there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// See [`Bucket::Available`].
    pub available: i64,
    /// See [`Bucket::Incoming`].
    pub incoming: i64,
    /// See [`Bucket::Committed`].
    pub committed: i64,
    /// See [`Bucket::Reserved`].
    pub reserved: i64,
    /// See [`Bucket::Damaged`].
    pub damaged: i64,
    /// See [`Bucket::SafetyStock`].
    pub safety_stock: i64,
    /// See [`Bucket::QualityControl`].
    pub quality_control: i64,
}

impl Levels {
    /// Everything that lies there.
    pub const fn on_hand(self) -> i64 {
        self.available + self.committed + self.reserved + self.damaged + self.safety_stock + self.quality_control
    }

    /// What is in a bucket.
    pub const fn of(self, bucket: Bucket) -> i64 {
        match bucket {
            Bucket::OnHand => self.on_hand(),
            Bucket::Available => self.available,
            Bucket::Incoming => self.incoming,
            Bucket::Committed => self.committed,
            Bucket::Reserved => self.reserved,
            Bucket::Damaged => self.damaged,
            Bucket::SafetyStock => self.safety_stock,
            Bucket::QualityControl => self.quality_control,
        }
    }

    /// The same after stock was put there, or was taken where `by` is negative.
    #[must_use]
    pub const fn moved(mut self, place: Counted, by: i64) -> Self {
        match place {
            Counted::Available => self.available += by,
            Counted::Incoming => self.incoming += by,
        }
        self
    }
}

/// The buckets that orders, counts and returns move. On hand follows what is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// On hand and available.
    Available,
    /// On its way.
    Incoming,
}

impl Counted {
    /// The buckets that change.
    pub const fn buckets(self) -> &'static [Bucket] {
        match self {
            Self::Available => &[Bucket::OnHand, Bucket::Available],
            Self::Incoming => &[Bucket::Incoming],
        }
    }
}

/// Where stock is that does not lie at a location of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtSupplier {
    /// Bought, and kept by the supplier for the store.
    Held,
    /// The supplier's own, to be paid when it is sold.
    Consignment,
}

impl AtSupplier {
    /// Both ways.
    pub const EVERY: &'static [Self] = &[Self::Held, Self::Consignment];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Consignment => "consignment",
        }
    }
}

/// Where stock changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At a location of the store.
    Location(LocationId, Counted),
    /// At a supplier.
    Supplier(SupplierId, AtSupplier),
}

/// A change of stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Of what.
    pub variant: VariantId,
    /// Where.
    pub place: Place,
    /// By how much; never zero.
    pub by: i64,
}

/// Changes of stock, of which those in the same place are one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moves(BTreeMap<(VariantId, Place), i64>);

impl Moves {
    /// Adds a change.
    pub fn push(&mut self, variant: &VariantId, place: Place, by: i64) {
        if by == 0 {
            return;
        }
        let key = (variant.clone(), place);
        let sum = self.0.entry(key.clone()).or_default();
        *sum += by;
        if *sum == 0 {
            self.0.remove(&key);
        }
    }

    /// Adds a change of what lies at a location.
    pub fn stock(&mut self, variant: &VariantId, at: &LocationId, by: i64) {
        self.push(variant, Place::Location(at.clone(), Counted::Available), by);
    }

    /// Adds a change of what is on its way to a location.
    pub fn incoming(&mut self, variant: &VariantId, at: &LocationId, by: i64) {
        self.push(variant, Place::Location(at.clone(), Counted::Incoming), by);
    }

    /// Adds those of another list.
    pub fn append(&mut self, others: Self) {
        for ((variant, place), by) in others.0 {
            self.push(&variant, place, by);
        }
    }

    /// What has to change so that these are the changes instead of others.
    #[must_use]
    pub fn instead_of(mut self, others: &Self) -> Self {
        for one in others.iter() {
            self.push(&one.variant, one.place, -one.by);
        }
        self
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each change, by variant and place.
    pub fn iter(&self) -> impl Iterator<Item = Move> + '_ {
        self.0.iter().map(|((variant, place), by)| Move {
            variant: variant.clone(),
            place: place.clone(),
            by: *by,
        })
    }
}

/// Less than is to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shortage {
    /// Of what.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: LocationId,
    /// How much is there.
    pub available: i64,
    /// How much would be taken.
    pub needed: i64,
}

/// Where changes would take more than is available, by variant and location. Taking none is never a shortage, even where
/// too little is available already.
pub fn shortages(moves: &Moves, levels: impl Fn(&VariantId, &LocationId) -> Levels) -> Vec<Shortage> {
    let taken = moves.iter().filter_map(|one| match one.place {
        Place::Location(at, Counted::Available) if one.by < 0 => {
            let available = levels(&one.variant, &at).available;
            (available + one.by < 0).then_some(Shortage {
                variant_id: one.variant,
                location_id: at,
                available,
                needed: -one.by,
            })
        }
        Place::Location(..) | Place::Supplier(..) => None,
    });
    taken.collect()
}

/// A refusal that lists shortages. `way_out` says what to do about them.
pub fn short(shortages: &[Shortage], way_out: &str) -> Refusal {
    let mut told: Vec<String> = shortages
        .iter()
        .take(5)
        .map(|one| {
            format!(
                "variant `{}` at location `{}` has {} available, and {} would be taken",
                one.variant_id, one.location_id, one.available, one.needed
            )
        })
        .collect();
    if shortages.len() > 5 {
        told.push(format!("{} more are in `details.shortages`", shortages.len() - 5));
    }
    Refusal::state(format!("{}; {way_out}", told.join("; "))).with(json!({ "shortages": shortages }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(id: &str) -> LocationId {
        id.to_owned().try_into().unwrap()
    }

    fn variant(id: &str) -> VariantId {
        id.to_owned().try_into().unwrap()
    }

    proptest! {
        #[test]
        fn on_hand_is_the_sum_of_its_parts_whatever_moves(
            parts in prop::array::uniform7(-1000i64..1000),
            moves in prop::collection::vec((any::<bool>(), -500i64..500), 0..20),
        ) {
            let [available, incoming, committed, reserved, damaged, safety_stock, quality_control] = parts;
            let mut levels = Levels {
                available, incoming, committed, reserved, damaged, safety_stock, quality_control,
            };
            for (is_incoming, by) in moves {
                let before = levels;
                let place = if is_incoming { Counted::Incoming } else { Counted::Available };
                levels = levels.moved(place, by);
                let changed: Vec<_> = Bucket::EVERY
                    .iter()
                    .copied()
                    .filter(|bucket| levels.of(*bucket) != before.of(*bucket))
                    .collect();
                let expected: &[Bucket] = if by == 0 { &[] } else { place.buckets() };
                prop_assert_eq!(changed, expected);
            }
            let parts = Bucket::EVERY.iter().filter(|one| !matches!(one, Bucket::OnHand | Bucket::Incoming));
            prop_assert_eq!(levels.on_hand(), parts.map(|bucket| levels.of(*bucket)).sum::<i64>());
        }
    }

    #[test]
    fn changes_in_one_place_are_one_change() {
        let mut moves = Moves::default();
        moves.stock(&variant("1"), &at("a"), 5);
        moves.stock(&variant("1"), &at("a"), -3);
        moves.stock(&variant("1"), &at("b"), 4);
        moves.stock(&variant("1"), &at("b"), -4);
        let all: Vec<Move> = moves.iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].by, 2);
    }

    #[test]
    fn only_what_is_taken_can_be_short() {
        let mut moves = Moves::default();
        moves.stock(&variant("1"), &at("a"), -5);
        moves.stock(&variant("2"), &at("a"), 5);
        moves.incoming(&variant("3"), &at("a"), -5);
        let none = |_: &VariantId, _: &LocationId| Levels {
            available: -1,
            ..Levels::default()
        };
        let short = shortages(&moves, none);
        assert_eq!(short.len(), 1);
        assert_eq!((short[0].available, short[0].needed), (-1, 5));
    }
}
