//! How long to wait before the next try: twice as long each time up to a bound, and never exactly, so that many who lost
//! the same server do not come back at the same moment.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

pub(crate) struct Backoff {
    next: Duration,
    most: Duration,
}

impl Backoff {
    pub(crate) fn between(first: Duration, most: Duration) -> Self {
        Self { next: first, most }
    }

    /// The next wait: between half of the step and all of it.
    pub(crate) fn wait(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.most);
        // The standard library's hash keys are random, and no secret depends on these.
        let random = RandomState::new().hash_one(()).to_ne_bytes()[0];
        step / 2 + step / 2 * u32::from(random) / u32::from(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_differ() {
        let waits = || {
            let mut backoff = Backoff::between(Duration::from_millis(100), Duration::from_millis(400));
            [(); 5].map(|()| backoff.wait())
        };
        for (wait, step) in waits()
            .into_iter()
            .zip([100, 200, 400, 400, 400].map(Duration::from_millis))
        {
            assert!(step / 2 <= wait && wait <= step, "{wait:?} of {step:?}");
        }
        assert_ne!(waits(), waits());
    }
}
