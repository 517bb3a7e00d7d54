//! What is reckoned from all that a store sold, and so is not reckoned anew at every call.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::model::{VariantId, forecast::Tiers};

/// How long the tiers of a store hold. What is sold meanwhile hardly moves them.
const HOLD: TimeDelta = TimeDelta::minutes(10);

/// More stores and windows than are asked about in that time; an entry is a few hundred bytes.
const MOST: usize = 10_000;

type Known = (DateTime<Utc>, Arc<Tiers<VariantId>>);

/// What this process knows. The ids of stores are unique, whatever database they are in.
pub(super) static TIERS: RememberedTiers = RememberedTiers::new();

/// The tiers of stores, by the day since which sales count.
pub(super) struct RememberedTiers(Mutex<BTreeMap<(Uuid, NaiveDate), Known>>);

impl RememberedTiers {
    const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    pub(super) fn get(&self, store: Uuid, since: NaiveDate, now: DateTime<Utc>) -> Option<Arc<Tiers<VariantId>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, tiers) = known.get(&(store, since))?;
        holds(*at, now).then(|| Arc::clone(tiers))
    }

    pub(super) fn put(&self, store: Uuid, since: NaiveDate, now: DateTime<Utc>, tiers: Arc<Tiers<VariantId>>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (at, _)| holds(*at, now));
        }
        if known.len() < MOST {
            known.insert((store, since), (now, tiers));
        }
    }
}

fn holds(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (TimeDelta::zero()..HOLD).contains(&(now - at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_hold_for_ten_minutes_for_their_store_and_their_day() {
        let tiers = Arc::new(Tiers::of(&BTreeMap::new()));
        let (store, since, now) = (Uuid::from_u128(1), NaiveDate::MIN, DateTime::UNIX_EPOCH);
        let remembered = RememberedTiers::new();
        remembered.put(store, since, now, tiers);
        let is_known = |store, since, later| remembered.get(store, since, now + later).is_some();
        assert!(is_known(store, since, TimeDelta::zero()));
        assert!(is_known(store, since, HOLD - TimeDelta::microseconds(1)));
        assert!(!is_known(store, since, HOLD));
        assert!(!is_known(store, since, TimeDelta::microseconds(-1)));
        assert!(!is_known(Uuid::from_u128(2), since, TimeDelta::zero()));
        assert!(!is_known(store, NaiveDate::MAX, TimeDelta::zero()));
    }
}
