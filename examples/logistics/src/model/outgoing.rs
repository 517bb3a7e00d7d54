//! Messages on their way out: where one stands, and when it is tried again.

use chrono::{DateTime, TimeDelta, Utc};

use super::status::named;

named! {
    /// Where a message stands.
    MessageState {
        /// It has not gone out yet.
        Waiting = "waiting",
        /// A sink took it.
        Delivered = "delivered",
        /// It was tried as often as anything is, and nobody took it.
        GivenUp = "given_up",
    }
}

/// So many messages may wait while people ask for more; beyond that somebody asks in a circle, or nobody fetches them.
pub const MOST_WAITING: u64 = 100;

/// How often a message is tried.
pub const MOST_ATTEMPTS: i32 = 12;

/// For how long a message is the delivery's that has it, before another may think that this one died.
pub const LEASE: TimeDelta = TimeDelta::hours(1);

/// The longest that a message waits for anything: one that waits longer was written by a clock that ran ahead.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

/// When a message is tried again that failed so often: after a minute, then after twice as long each time, and never after
/// more than [`LONGEST_WAIT`]. `None`: it is given up, after 20 hours altogether.
pub fn next_attempt(attempts: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let doublings = u32::try_from(attempts - 1).unwrap_or(0);
    Some(now + TimeDelta::minutes(1_i64 << doublings).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_less_and_less_often_until_it_is_given_up() {
        let start = DateTime::UNIX_EPOCH;
        let (mut now, mut attempts, mut waits) = (start, 1, Vec::new());
        while let Some(next) = next_attempt(attempts, now) {
            waits.push((next - now).num_minutes());
            (now, attempts) = (next, attempts + 1);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(((now - start).num_hours(), attempts), (20, MOST_ATTEMPTS));
    }
}
