//! How many pages programs may add to their memories: each by itself, those of one grant, those of one tenant, and all.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use latchstring_core::{GrantId, TenantId};

use crate::{Options, Owner, lock::lock, slot::PAGE};

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

/// Takes `pages` from each of several budgets, or nothing when one has not so many.
pub(crate) fn take_from_all(budgets: &[Arc<PageBudget>], pages: usize) -> bool {
    let taken = budgets.iter().take_while(|budget| budget.take(pages)).count();
    if taken < budgets.len() {
        give_back_to_all(&budgets[..taken], pages);
    }
    taken == budgets.len()
}

pub(crate) fn give_back_to_all(budgets: &[Arc<PageBudget>], pages: usize) {
    for budget in budgets {
        budget.give_back(pages);
    }
}

/// The budgets of all grants and tenants whose programs run now.
#[derive(Debug)]
pub(crate) struct OwnBudgets {
    grant_pages: usize,
    tenant_pages: usize,
    of: Mutex<HashMap<Whose, Weak<PageBudget>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Grant(GrantId),
    Tenant(TenantId),
}

impl OwnBudgets {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            grant_pages: options.grown_bytes_of_grant / PAGE,
            tenant_pages: options.grown_bytes_of_tenant / PAGE,
            of: Mutex::default(),
        }
    }

    /// Those that a program of `owner` takes from, beside the one of all. They last as long as somebody has them.
    pub(crate) fn of(&self, owner: Option<Owner>) -> Vec<Arc<PageBudget>> {
        let Some(Owner { tenant, grant }) = owner else {
            return Vec::new();
        };
        let mut all = lock(&self.of);
        if all.len() > 1_000 {
            all.retain(|_, budget| budget.strong_count() > 0);
        }
        let mut one = |whose, pages| {
            let known = all.get(&whose).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let budget = Arc::new(PageBudget::new(pages));
                all.insert(whose, Arc::downgrade(&budget));
                budget
            })
        };
        vec![
            one(Whose::Grant(grant), self.grant_pages),
            one(Whose::Tenant(tenant), self.tenant_pages),
        ]
    }
}

/// Pages that were taken from budgets for one run, given back with it.
#[derive(Debug)]
pub(crate) struct Allowance {
    budgets: Vec<Arc<PageBudget>>,
    pages: usize,
    most: usize,
}

impl Allowance {
    /// None yet, and `most` at most.
    pub(crate) fn new(budgets: Vec<Arc<PageBudget>>, most: usize) -> Self {
        Self {
            budgets,
            pages: 0,
            most,
        }
    }

    /// How many it may ever be.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes `most` pages, or `least`, or none.
    pub(crate) fn grow(&mut self, least: usize, most: usize) -> usize {
        for pages in [most, least] {
            if pages <= self.most - self.pages && take_from_all(&self.budgets, pages) {
                self.pages += pages;
                return pages;
            }
        }
        0
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        give_back_to_all(&self.budgets, self.pages);
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
        let mut one = Allowance::new(vec![Arc::clone(&budget)], 20);
        let mut other = Allowance::new(vec![Arc::clone(&budget)], 20);
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

    #[test]
    fn a_grant_and_a_tenant_have_budgets_of_their_own_within_that_of_all() {
        let options = Options {
            grown_bytes_of_grant: 10 * PAGE,
            grown_bytes_of_tenant: 15 * PAGE,
            ..Options::default()
        };
        let own = OwnBudgets::new(&options);
        let all = Arc::new(PageBudget::new(20));
        let of = |tenant, grant| {
            let owner = Owner {
                tenant: TenantId::from_uuid(uuid::Uuid::from_u128(tenant)),
                grant: GrantId::from_uuid(uuid::Uuid::from_u128(grant)),
            };
            let budgets = [own.of(Some(owner)), vec![Arc::clone(&all)]].concat();
            Allowance::new(budgets, 100)
        };
        let (mut one, mut same, mut sibling, mut stranger) = (of(1, 1), of(1, 1), of(1, 2), of(2, 3));
        assert_eq!(one.grow(8, 8), 8);
        assert_eq!(same.grow(3, 3), 0, "the grant has two left");
        assert_eq!(sibling.grow(8, 8), 0, "the tenant has seven left");
        assert_eq!(sibling.grow(7, 7), 7);
        assert_eq!(stranger.grow(6, 6), 0, "there are five left in all");
        assert_eq!(stranger.grow(5, 5), 5);
        assert_eq!(same.grow(1, 1), 0);
        drop(one);
        assert_eq!(same.grow(8, 8), 8, "what was refused took nothing");
        drop((same, sibling, stranger));
        assert!(all.take(20));
        assert!(lock(&own.of).values().all(|budget| budget.strong_count() == 0));
    }
}
