//! How many pages programs may add to their memories: each by itself, those of one grant, those of one tenant, and all.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use latchstring_core::{GrantId, TenantId};

use crate::{Options, Owner, lock::lock, slot::PAGE};

/// Asks the server for so many pages; whether they were granted.
pub(crate) type Ask = fn(usize) -> bool;

/// Pages of 64 KiB that programs may have grown by. The server's own is counted; that of a worker process is what the
/// server granted it, and asks for more.
#[derive(Debug)]
pub(crate) struct PageBudget {
    left: AtomicUsize,
    ask: Option<Ask>,
    /// The fewest pages that the server said no to; it is not asked for as many again in the same run.
    refused: AtomicUsize,
}

impl PageBudget {
    pub(crate) fn new(pages: usize) -> Self {
        Self {
            left: AtomicUsize::new(pages),
            ask: None,
            refused: AtomicUsize::new(usize::MAX),
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
        self.refused.store(usize::MAX, Ordering::Relaxed);
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
        let missing = pages.saturating_sub(self.left.load(Ordering::Relaxed));
        if missing >= self.refused.load(Ordering::Relaxed) {
            return false;
        }
        let is_granted = ask(missing);
        if is_granted {
            self.give_back(missing);
        } else {
            self.refused.store(missing, Ordering::Relaxed);
        }
        is_granted
    }
}

/// Takes `most` pages from each of several budgets, or half of them, and so on down to `least`. Says how many, or none.
pub(crate) fn take_from_all(budgets: &[Arc<PageBudget>], least: usize, most: usize) -> Option<usize> {
    let mut pages = most;
    loop {
        if take_as_many_from_all(budgets, pages) {
            return Some(pages);
        }
        if pages == least {
            return None;
        }
        pages = (pages / 2).max(least);
    }
}

fn take_as_many_from_all(budgets: &[Arc<PageBudget>], pages: usize) -> bool {
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

    /// Takes so many more, if there are.
    pub(crate) fn grow(&mut self, pages: usize) -> bool {
        let fits = pages <= self.most - self.pages && take_as_many_from_all(&self.budgets, pages);
        if fits {
            self.pages += pages;
        }
        fits
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
        static LEFT: PageBudget = PageBudget {
            left: AtomicUsize::new(20),
            ask: None,
            refused: AtomicUsize::new(usize::MAX),
        };
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let budget = PageBudget::asking(2, |pages| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            LEFT.take(pages)
        });
        assert!(budget.take(2));
        assert_eq!(ASKED.load(Ordering::Relaxed), 0, "it had them");
        assert!(budget.take(16));
        assert!(!budget.take(16) && !budget.take(8));
        assert_eq!(ASKED.load(Ordering::Relaxed), 3);
        assert!(!budget.take(8) && !budget.take(9));
        assert_eq!(
            ASKED.load(Ordering::Relaxed),
            3,
            "nothing is asked for that was refused"
        );
        assert!(budget.take(4));
        budget.start_over();
        assert!(!budget.take(8));
        assert_eq!(ASKED.load(Ordering::Relaxed), 5, "it is another program's now");
    }

    #[test]
    fn who_takes_much_gets_less_where_there_is_less() {
        let budgets = [100, 30].map(|pages| Arc::new(PageBudget::new(pages)));
        assert_eq!(take_from_all(&budgets, 1, 16), Some(16));
        assert_eq!(take_from_all(&budgets, 1, 16), Some(8), "fourteen are left");
        assert_eq!(take_from_all(&budgets, 6, 16), Some(6));
        assert_eq!(take_from_all(&budgets, 1, 16), None);
        assert_eq!(budgets.map(|budget| budget.left()), [70, 0]);
    }

    #[test]
    fn an_allowance_is_bounded_by_the_run_and_by_the_budget_and_comes_back() {
        let budget = Arc::new(PageBudget::new(30));
        let mut one = Allowance::new(vec![Arc::clone(&budget)], 20);
        let mut other = Allowance::new(vec![Arc::clone(&budget)], 20);
        assert!(one.grow(16));
        assert!(!one.grow(5), "over the run's limit");
        assert!(one.grow(4));
        assert!(!other.grow(16), "ten are left");
        assert!(other.grow(1));
        assert!(!other.grow(usize::MAX));
        drop(one);
        assert!(other.grow(16));
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
        assert!(one.grow(8));
        assert!(!same.grow(3), "the grant has two left");
        assert!(!sibling.grow(8), "the tenant has seven left");
        assert!(sibling.grow(7));
        assert!(!stranger.grow(6), "there are five left in all");
        assert!(stranger.grow(5));
        assert!(!same.grow(1));
        drop(one);
        assert!(same.grow(8), "what was refused took nothing");
        drop((same, sibling, stranger));
        assert!(all.take(20));
        assert!(lock(&own.of).values().all(|budget| budget.strong_count() == 0));
    }
}
