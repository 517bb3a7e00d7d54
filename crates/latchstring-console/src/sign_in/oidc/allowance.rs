//! How often the app is asked who signs in. Any stranger may begin a sign-in and come back with a made-up code.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many are asked about at once.
const AT_ONCE: usize = 10;

/// How many are asked about in a minute.
const A_MINUTE: u32 = 100;

/// What this server may ask.
pub(super) struct Allowance {
    at_once: Semaphore,
    minute: Mutex<Minute>,
}

/// A minute that begins with its first question.
#[derive(Default)]
struct Minute {
    began: DateTime<Utc>,
    asked: u32,
}

/// Why the app is not asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// Too many questions are open.
    AtOnce,
    /// Too many were asked; the minute has so much left.
    ThisMinute(TimeDelta),
}

impl Allowance {
    pub(super) fn new() -> Self {
        Self {
            at_once: Semaphore::new(AT_ONCE),
            minute: Mutex::default(),
        }
    }

    /// Takes one; it is open until the permit is dropped.
    pub(super) fn take(&self, now: DateTime<Utc>) -> Result<SemaphorePermit<'_>, Spent> {
        let permit = self.at_once.try_acquire().map_err(|_| Spent::AtOnce)?;
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let left = minute.began + TimeDelta::minutes(1) - now;
        if left <= TimeDelta::zero() || left > TimeDelta::minutes(1) {
            *minute = Minute { began: now, asked: 0 };
        } else if minute.asked >= A_MINUTE {
            return Err(Spent::ThisMinute(left));
        }
        minute.asked += 1;
        Ok(permit)
    }
}

impl Spent {
    /// When to come again, in seconds.
    pub(super) fn seconds(self) -> i64 {
        match self {
            Self::AtOnce => 10,
            Self::ThisMinute(left) => left.num_seconds() + 1,
        }
    }
}
