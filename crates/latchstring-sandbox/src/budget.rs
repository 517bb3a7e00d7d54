//! How many pages all programs together may add to their memories.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Pages of 64 KiB that programs may have grown by, in the whole process.
#[derive(Debug)]
pub(crate) struct PageBudget {
    left: AtomicUsize,
}

impl PageBudget {
    pub(crate) fn new(pages: usize) -> Self {
        Self {
            left: AtomicUsize::new(pages),
        }
    }

    /// Takes `pages`, or nothing when there are not so many.
    pub(crate) fn take(&self, pages: usize) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(pages))
            .is_ok()
    }

    pub(crate) fn give_back(&self, pages: usize) {
        self.left.fetch_add(pages, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::PageBudget;

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
}
