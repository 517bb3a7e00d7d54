//! How much the programs of one grant, and those of one tenant, may use together.

use std::time::Duration;

use tokio::time::Instant;

/// What programs may use together, beside what each may use by itself. Memory is the sandbox's to share out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets {
    /// The programs of one grant.
    pub grant: Budget,
    /// The programs of one tenant, whatever their grants.
    pub tenant: Budget,
    /// Programs of one tenant that may write at once: a database may have one writer only, and it is everybody's.
    pub writers: usize,
    /// Programs of all tenants that may wait for their turn.
    pub waiting: usize,
    /// How long a program waits for its turn.
    pub wait: Duration,
}

/// What several programs may use together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Programs that may read at once.
    pub programs: usize,
    /// Programs that may wait for their turn; one more is refused at once.
    pub waiting: usize,
    /// Time spent computing in any minute. Waiting for operations is free.
    pub computing: Duration,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            grant: Budget {
                programs: 4,
                waiting: 8,
                computing: Duration::from_secs(20),
            },
            tenant: Budget {
                programs: 8,
                waiting: 16,
                computing: Duration::from_secs(40),
            },
            writers: 1,
            waiting: 256,
            wait: Duration::from_secs(5),
        }
    }
}

/// What may still be computed: fills up to what a minute allows, in a minute. A program is charged after it ran, so what is
/// left may be less than nothing.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// What a minute allows, in seconds.
    most: f64,
    left: f64,
    as_of: Instant,
}

const MINUTE: f64 = 60.0;

impl Bucket {
    pub(crate) fn full(budget: &Budget, now: Instant) -> Self {
        let most = budget.computing.as_secs_f64();
        Self {
            most,
            left: most,
            as_of: now,
        }
    }

    /// Takes away what was computed.
    pub(crate) fn charge(&mut self, computed: Duration, now: Instant) {
        self.fill(now);
        self.left -= computed.as_secs_f64();
    }

    /// How long until something is left; `None` if something is.
    pub(crate) fn empty_for(&mut self, now: Instant) -> Option<Duration> {
        self.fill(now);
        (self.left <= 0.0).then(|| {
            // A second more, so that there is something to use by then.
            let seconds = -self.left * MINUTE / self.most.max(f64::MIN_POSITIVE) + 1.0;
            Duration::from_secs_f64(seconds.min(10.0 * MINUTE))
        })
    }

    /// Whether it is as one that nobody has used.
    pub(crate) fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.left >= self.most
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.as_of).as_secs_f64();
        self.left = (self.left + passed * self.most / MINUTE).min(self.most);
        self.as_of = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bucket_fills_in_a_minute_and_may_be_owed_to() {
        let budget = Budgets::default().grant;
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut bucket = Bucket::full(&budget, start);
        bucket.charge(Duration::from_secs(19), start);
        assert_eq!(bucket.empty_for(start), None);
        bucket.charge(Duration::from_secs(3), start);
        assert_eq!(
            bucket.empty_for(start),
            Some(Duration::from_secs(7)),
            "two seconds too much, and one"
        );
        assert_eq!(bucket.empty_for(after(7)), None);
        assert!(!bucket.is_full(after(60)));
        assert!(bucket.is_full(after(66)));
    }

    proptest! {
        /// However calls come: whoever computes only while something is left, computes in no minute more than two minutes'
        /// worth, and what was begun at once.
        #[test]
        fn nobody_computes_for_more_than_the_budget_allows(
            steps in prop::collection::vec((0_u64..5_000, 0_u64..2_000), 1..300),
        ) {
            let budget = Budgets::default().grant;
            let mut now = Instant::now();
            let mut bucket = Bucket::full(&budget, now);
            let mut computed: Vec<(Instant, Duration)> = Vec::new();
            for (pause, time) in steps {
                now += Duration::from_millis(pause);
                if bucket.empty_for(now).is_none() {
                    let time = Duration::from_millis(time);
                    bucket.charge(time, now);
                    computed.push((now, time));
                }
                let minute: Duration = computed
                    .iter()
                    .filter(|(at, _)| now.duration_since(*at) < Duration::from_mins(1))
                    .map(|(_, time)| *time)
                    .sum();
                prop_assert!(minute <= budget.computing * 2 + Duration::from_secs(2), "{minute:?}");
            }
        }
    }
}
