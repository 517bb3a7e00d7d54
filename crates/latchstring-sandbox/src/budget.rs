//! How many pages programs may add to their memories.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Pages that a worker process asks for at once, so that growing by little does not ask each time: 1 MiB.
const ASKED_AT_ONCE: usize = 16;

/// Asks the server for so many pages at least and so many at most; returns how many were granted, which may be none.
pub(crate) type Ask = fn(usize, usize) -> usize;

/// Pages of 64 KiB that programs may have grown by. The server's own is counted; that of a worker process is what the
/// server granted it, and asks for more.
#[derive(Debug)]
pub(crate) struct PageBudget {
    left: AtomicUsize,
    ask: Option<Ask>,
    /// The server said no; it is not asked again in the same run.
    was_refused: AtomicBool,
}

impl PageBudget {
    pub(crate) fn new(pages: usize) -> Self {
        Self {
            left: AtomicUsize::new(pages),
            ask: None,
            was_refused: AtomicBool::new(false),
        }
    }

    /// A budget that asks when its `pages` are used up.
    pub(crate) fn asking(pages: usize, ask: Ask) -> Self {
        Self {
            ask: Some(ask),
            ..Self::new(pages)
        }
    }

    /// Nothing is left of what was granted, and it may be asked for again.
    pub(crate) fn start_over(&self) {
        self.left.store(0, Ordering::Relaxed);
        self.was_refused.store(false, Ordering::Relaxed);
    }

    /// Takes `pages`, or nothing when there are not so many.
    pub(crate) fn take(&self, pages: usize) -> bool {
        self.take_left(pages) || (self.ask_for(pages) && self.take_left(pages))
    }

    pub(crate) fn give_back(&self, pages: usize) {
        self.left.fetch_add(pages, Ordering::Relaxed);
    }

    /// How many it would give.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    fn take_left(&self, pages: usize) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(pages))
            .is_ok()
    }

    fn ask_for(&self, pages: usize) -> bool {
        let Some(ask) = self.ask else { return false };
        if self.was_refused.load(Ordering::Relaxed) {
            return false;
        }
        let missing = pages.saturating_sub(self.left.load(Ordering::Relaxed));
        let granted = ask(missing, missing.max(ASKED_AT_ONCE));
        self.give_back(granted);
        let is_enough = granted >= missing;
        self.was_refused.store(!is_enough, Ordering::Relaxed);
        is_enough
    }
}

/// Pages that were taken from a budget for one run, given back with it.
#[derive(Debug)]
pub(crate) struct Allowance {
    budget: Arc<PageBudget>,
    pages: usize,
    most: usize,
}

impl Allowance {
    /// None yet, and `most` at most.
    pub(crate) fn new(budget: Arc<PageBudget>, most: usize) -> Self {
        Self { budget, pages: 0, most }
    }

    /// How many it may ever be.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes `most` pages, or `least`, or none.
    pub(crate) fn grow(&mut self, least: usize, most: usize) -> usize {
        for pages in [most, least] {
            if pages <= self.most - self.pages && self.budget.take(pages) {
                self.pages += pages;
                return pages;
            }
        }
        0
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        self.budget.give_back(self.pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_gives_no_more_than_it_has() {
        let budget = PageBudget::new(10);
        assert!(budget.take(7));
        assert!(!budget.take(4));
        assert!(budget.take(3));
        budget.give_back(7);
        assert!(budget.take(7));
        assert!(!budget.take(1));
    }

    #[test]
    fn a_workers_budget_asks_for_what_it_has_not_and_takes_no_for_an_answer() {
        static LEFT: AtomicUsize = AtomicUsize::new(20);
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let budget = PageBudget::asking(0, |least, most| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            let left = LEFT.load(Ordering::Relaxed);
            let granted = if most <= left {
                most
            } else if least <= left {
                least
            } else {
                0
            };
            LEFT.fetch_sub(granted, Ordering::Relaxed);
            granted
        });
        assert!((0..16).all(|_| budget.take(1)));
        assert_eq!(ASKED.load(Ordering::Relaxed), 1, "sixteen pages at once");
        assert!(budget.take(4), "what is left, although fewer than it likes to ask for");
        assert!(!budget.take(1));
        assert!(!budget.take(1));
        assert_eq!(ASKED.load(Ordering::Relaxed), 3, "it is refused once");
        budget.start_over();
        assert!(!budget.take(1));
        assert_eq!(ASKED.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn an_allowance_is_bounded_by_the_run_and_by_the_budget_and_comes_back() {
        let budget = Arc::new(PageBudget::new(30));
        let mut one = Allowance::new(Arc::clone(&budget), 20);
        let mut other = Allowance::new(Arc::clone(&budget), 20);
        assert_eq!(one.grow(1, 16), 16);
        assert_eq!(one.grow(5, 16), 0, "over the run's limit");
        assert_eq!(one.grow(4, 16), 4);
        assert_eq!(other.grow(1, 16), 1, "ten are left");
        assert_eq!(other.grow(usize::MAX, usize::MAX), 0);
        drop(one);
        assert_eq!(other.grow(1, 16), 16);
        drop(other);
        assert!(budget.take(30));
    }
}
