//! Which credentials worked lately, so that they are told from those that somebody makes up.
//!
//! A number stands for each, made of it with a key that nobody knows and that ends with the process. It lets nobody in: who
//! is known may ask the store, and the store decides.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many are kept in one generation. There are two: when the younger one is full, the older one is forgotten, and with it
/// whoever was not seen since.
const GENERATION: usize = 50_000;

/// Credentials that worked lately.
#[derive(Default)]
pub(crate) struct Known {
    number: RandomState,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    younger: HashSet<u64>,
    older: HashSet<u64>,
}

impl Known {
    /// The number that stands for it, if it worked lately and did not fail since.
    pub(crate) fn number_of(&self, credential: &str) -> Option<u64> {
        let number = self.number.hash_one(credential);
        let generations = self.lock();
        let is_known = generations.younger.contains(&number) || generations.older.contains(&number);
        is_known.then_some(number)
    }

    /// It works.
    pub(crate) fn keep(&self, credential: &str) {
        let number = self.number.hash_one(credential);
        let mut generations = self.lock();
        if generations.younger.len() >= GENERATION && !generations.younger.contains(&number) {
            generations.older = mem::take(&mut generations.younger);
        }
        generations.younger.insert(number);
    }

    /// It does not work any more.
    pub(crate) fn forget(&self, credential: &str) {
        let number = self.number.hash_one(credential);
        let mut generations = self.lock();
        generations.younger.remove(&number);
        generations.older.remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Known {
        fn has(&self, credential: &str) -> bool {
            self.number_of(credential).is_some()
        }
    }

    #[test]
    fn who_goes_on_calling_is_kept_and_there_are_so_many_at_most() {
        let known = Known::default();
        for number in 0..4 * GENERATION {
            known.keep("busy");
            known.keep(&number.to_string());
        }
        assert!(known.has("busy") && !known.has("0"));
        let generations = known.lock();
        assert!(generations.younger.len() <= GENERATION && generations.older.len() <= GENERATION);
    }

    #[test]
    fn what_failed_is_not_known() {
        let known = Known::default();
        known.keep("one");
        assert!(known.has("one") && !known.has("two"));
        known.forget("one");
        assert!(!known.has("one"));
    }
}
