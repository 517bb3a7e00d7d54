//! How fast a grant may call, and how fast a network may present what opens nothing.
//!
//! Counted in memory (see [`counted`](crate::counted)): each server counts for itself, and a flood makes nobody write. Four
//! counts:
//!
//! - **Calls of a grant**, once it is known whose they are.
//! - **Look-ups of a credential that worked here lately.** It has twice its grant's rate, so that who calls too often is
//!   refused without a look-up before long. This count lets nobody in.
//! - **Requests of a network with nothing that could be a credential**: none, not of the form, of another door's form. They
//!   never cost a look-up, so they never keep a credential from its own.
//! - **Credentials of a network that have the form, and did not work here lately.** Anybody can make one with the right
//!   checksum, and each costs a look-up. One that did work lately is looked up whatever its network does, so whoever is
//!   behind the same address as a flood goes on working. It is no more than leave to ask the store, which decides. One
//!   that turns out to work is taken off the count, and one that we issue is known from the start.

use std::{hash::Hash, iter, num::NonZeroU32, sync::Arc, time::Duration};

use latchstring_core::{Clock, GrantId};

use crate::{
    counted::{Counted, Elapsed},
    known::Known,
    net::Net,
};

/// How many calls a minute a grant may make unless told otherwise: ten a second.
pub const CALLS_PER_MINUTE: u32 = 600;
/// A credential may be looked up so many times as often as its grant may call. Whoever calls too often costs a look-up
/// for each call that is refused; beyond this, not even that.
const LOOK_UPS_PER_CALL: u32 = 2;

/// How often a network may fail in a minute, each way. Hosted chats send thousands of people's requests from one network:
/// each begins without a token, and comes once with one that has just expired.
const FAILURES_PER_MINUTE: u32 = 600;
/// All networks of one site ([`Net::site`]) may fail so many times as often.
const NETWORKS_OF_SITE: u32 = 4;

/// The counts of one server.
pub(crate) struct Pace {
    grants: Option<Counted<GrantId>>,
    /// By the numbers that stand for credentials in `known`.
    look_ups: Option<Counted<u64>>,
    junk: CountedNets,
    strange: CountedNets,
    known: Known,
}

/// One too many.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Of what, as somebody who calls is told.
    pub(crate) of: Of,
    /// How long until there may be another one.
    pub(crate) wait: Duration,
}

/// Leave to ask the store for a credential.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum LookUp {
    /// It worked here lately.
    Known,
    /// It did not, and is counted.
    Strange,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Calls with one credential.
    Calls {
        /// This many are let through in the long run.
        a_minute: u32,
        /// This many after a pause.
        at_once: u32,
    },
    /// Requests from one network without a credential that works.
    Failures,
}

impl Pace {
    /// `calls_per_minute` is each grant's; 0 for as many as it likes.
    pub(crate) fn new(calls_per_minute: u32, clock: Arc<dyn Clock>) -> Self {
        let time = Elapsed::since_now(clock);
        let rate = NonZeroU32::new(calls_per_minute);
        let often = NonZeroU32::new(calls_per_minute.saturating_mul(LOOK_UPS_PER_CALL));
        Self {
            grants: rate.map(|rate| Counted::new(rate, rate.get() / 10, time.clone())),
            look_ups: often.map(|often| Counted::new(often, often.get() / 10, time.clone())),
            junk: CountedNets::new(time.clone()),
            strange: CountedNets::new(time),
            known: Known::default(),
        }
    }

    /// Counts a call of this grant.
    pub(crate) fn call(&self, grant: GrantId) -> Result<(), TooMany> {
        self.count_call(self.grants.as_ref(), &grant)
    }

    /// Counts a request that is refused without a look-up.
    pub(crate) fn junk(&self, net: &Net) -> Result<(), TooMany> {
        self.junk.count(net)
    }

    /// Counts a credential that is to be looked up: for itself if it worked lately, or else for its network.
    pub(crate) fn look_up(&self, credential: &str, net: &Net) -> Result<LookUp, TooMany> {
        if let Some(number) = self.known.number_of(credential) {
            self.count_call(self.look_ups.as_ref(), &number)?;
            Ok(LookUp::Known)
        } else {
            self.strange.count(net)?;
            Ok(LookUp::Strange)
        }
    }

    /// The credential that was looked up for this network worked.
    pub(crate) fn worked(&self, credential: &str, net: &Net, look_up: &LookUp) {
        match look_up {
            LookUp::Known => {}
            LookUp::Strange => self.strange.give_back(net),
        }
        self.known.keep(credential);
    }

    /// The credential was made here just now.
    pub(crate) fn issued(&self, credential: &str) {
        self.known.keep(credential);
    }

    /// The credential does not work, or not any more.
    pub(crate) fn failed(&self, credential: &str) {
        self.known.forget(credential);
    }

    fn count_call<K: Hash + Eq + Clone>(&self, counted: Option<&Counted<K>>, key: &K) -> Result<(), TooMany> {
        let (Some(grants), Some(counted)) = (&self.grants, counted) else {
            return Ok(());
        };
        // Should ever more of them be busy than are remembered, nobody is turned away for it.
        if !counted.has_room() {
            return Ok(());
        }
        // Whichever count it was, what is told is what the grant may do.
        let of = Of::Calls {
            a_minute: grants.a_minute().get(),
            at_once: grants.at_once().get(),
        };
        counted.count(key).map_err(|wait| TooMany { of, wait })
    }
}

/// What networks did. Those from which many unrelated people may come have an allowance of their own, and those of one
/// IPv6 site one together beside their own.
struct CountedNets {
    own: Counted<Net>,
    sites: Counted<Net>,
    shared: Counted<Net>,
}

impl CountedNets {
    fn new(time: Elapsed) -> Self {
        let counted = |a_minute, time| {
            let a_minute = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
            Counted::new(a_minute, a_minute.get(), time)
        };
        Self {
            own: counted(FAILURES_PER_MINUTE, time.clone()),
            sites: counted(NETWORKS_OF_SITE * FAILURES_PER_MINUTE, time.clone()),
            shared: counted(Net::Unknown.share_of(FAILURES_PER_MINUTE), time),
        }
    }

    fn count(&self, net: &Net) -> Result<(), TooMany> {
        self.counts_of(net)
            .try_for_each(|(counted, net)| counted.count(&net))
            .map_err(|wait| TooMany { of: Of::Failures, wait })
    }

    /// Undoes one [`count`](Self::count) that was admitted.
    fn give_back(&self, net: &Net) {
        self.counts_of(net).for_each(|(counted, net)| counted.give_back(&net));
    }

    /// Where this network is counted, and as what.
    fn counts_of(&self, net: &Net) -> impl Iterator<Item = (&Counted<Net>, Net)> {
        let counted = if net.is_shared() { &self.shared } else { &self.own };
        let site = net.site().map(|site| (&self.sites, site));
        iter::once((counted, net.clone())).chain(site).map(|(counted, net)| {
            // While there is no room for another network, all have one allowance together.
            if counted.has_room() {
                (counted, net)
            } else {
                (&self.shared, Net::Unknown)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use latchstring_core::ManualClock;

    use super::*;
    use crate::counted::REMEMBERED;

    fn pace(calls_per_minute: u32) -> (Pace, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        (Pace::new(calls_per_minute, Arc::<ManualClock>::clone(&clock)), clock)
    }

    fn grant() -> GrantId {
        GrantId::new(DateTime::UNIX_EPOCH)
    }

    fn net(address: [u8; 4]) -> Net {
        Net::around(address.into())
    }

    fn v6(address: &str) -> Net {
        Net::around(address.parse().expect("an address"))
    }

    /// How many go through at once, of more than there may be.
    fn admitted<T>(mut one: impl FnMut() -> Result<T, TooMany>) -> usize {
        (0..50_000).take_while(|_| one().is_ok()).count()
    }

    #[test]
    fn a_grant_that_calls_ten_times_a_second_is_never_stopped() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let busy = grant();
        for call in 0..10_000 {
            assert_eq!(pace.call(busy), Ok(()), "{call}");
            clock.advance(TimeDelta::milliseconds(100));
        }
    }

    #[test]
    fn a_grant_may_call_so_often_at_once_and_then_at_its_rate_and_others_do_not_notice() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let (busy, other) = (grant(), grant());
        assert_eq!(admitted(|| pace.call(busy)), 60);
        let of = Of::Calls {
            a_minute: 600,
            at_once: 60,
        };
        let wait = Duration::from_millis(100);
        assert_eq!(pace.call(busy), Err(TooMany { of, wait }));
        assert_eq!(pace.call(other), Ok(()));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.call(busy)), 10);
        clock.advance(TimeDelta::minutes(1));
        assert_eq!(admitted(|| pace.call(busy)), 60, "a pause saves up no more than that");
    }

    #[test]
    fn a_low_rate_still_lets_a_client_open_and_zero_is_no_limit() {
        assert_eq!(admitted(|| pace(1).0.call(grant())), 50_000, "each has its own");
        let (slow, none) = (pace(1).0, pace(0).0);
        let one = grant();
        assert_eq!(admitted(|| slow.call(one)), 10);
        assert_eq!(admitted(|| none.call(one)), 50_000);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let busy = grant();
        assert_eq!(admitted(|| pace.call(busy)), 60);
        clock.advance(TimeDelta::hours(-1));
        assert!(pace.call(busy).is_err());
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.call(busy)), 10);
    }

    #[test]
    fn h09_a_network_may_fail_so_often_and_others_do_not_notice() {
        let (pace, clock) = pace(0);
        let noisy = net([8, 8, 4, 4]);
        assert_eq!(admitted(|| pace.junk(&noisy)), 600);
        assert_eq!(pace.junk(&net([8, 8, 5, 4])), Ok(()));
        assert_eq!(
            admitted(|| pace.junk(&net([10, 0, 0, 1]))),
            30_000,
            "a proxy of ours, maybe"
        );
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.junk(&noisy)), 10);
    }

    #[test]
    fn h09_noise_keeps_no_credential_that_works_from_its_look_up() {
        let (pace, _) = pace(0);
        let noisy = net([8, 8, 4, 4]);
        pace.issued("good");
        admitted(|| pace.junk(&noisy));
        assert_eq!(
            pace.look_up("new", &noisy),
            Ok(LookUp::Strange),
            "junk costs no look-up"
        );
        assert_eq!(admitted(|| pace.look_up("forged", &noisy)), 599);
        assert!(pace.look_up("new", &noisy).is_err());
        assert_eq!(pace.look_up("good", &noisy), Ok(LookUp::Known));
        pace.failed("good");
        assert!(pace.look_up("good", &noisy).is_err());
    }

    #[test]
    fn h09_what_turns_out_to_work_is_not_counted_against_its_network() {
        let (pace, _) = pace(0);
        for net in [net([8, 8, 4, 4]), v6("2001:db8:1:1::1"), Net::Untold] {
            for number in 0..3_000 {
                let credential = number.to_string();
                let look_up = pace.look_up(&credential, &net).expect("not counted");
                pace.worked(&credential, &net, &look_up);
                assert_eq!(pace.look_up(&credential, &net), Ok(LookUp::Known));
                pace.failed(&credential);
            }
            assert_eq!(
                admitted(|| pace.look_up("forged", &net)),
                600,
                "and no more is given back"
            );
        }
    }

    #[test]
    fn h09_a_known_credential_beyond_its_rate_is_not_looked_up() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let somewhere = net([8, 8, 4, 4]);
        for credential in ["busy", "other"] {
            pace.issued(credential);
        }
        assert_eq!(admitted(|| pace.look_up("busy", &somewhere)), 120);
        let of = Of::Calls {
            a_minute: 600,
            at_once: 60,
        };
        let wait = Duration::from_millis(50);
        assert_eq!(pace.look_up("busy", &somewhere), Err(TooMany { of, wait }));
        assert_eq!(pace.look_up("other", &somewhere), Ok(LookUp::Known));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.look_up("busy", &somewhere)), 20);
    }

    #[test]
    fn h09_the_networks_of_an_ipv6_48_have_four_times_as_much_together() {
        let (pace, clock) = pace(0);
        let failures: [fn(&Pace, &Net) -> bool; 2] = [
            |pace, net| pace.junk(net).is_ok(),
            |pace, net| pace.look_up("forged", net).is_ok(),
        ];
        for fails in failures {
            let times = |net: Net| (0..1_000).filter(|_| fails(&pace, &net)).count();
            let of_site: Vec<usize> = (1..=6).map(|at| times(v6(&format!("2001:db8:1:{at}::1")))).collect();
            assert_eq!(of_site, [600, 600, 600, 600, 0, 0]);
            assert_eq!(times(v6("2001:db8:2:1::1")), 600, "another site");
        }
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.junk(&v6("2001:db8:1:7::1"))), 40);
    }

    #[test]
    fn h09_what_is_remembered_is_bounded_and_forgotten() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let network = |number: usize| {
            let [_, a, b, c] = u32::try_from(number).expect("a small number").to_be_bytes();
            net([100 + a, b, c, 0])
        };
        for number in 0..2 * REMEMBERED {
            let _ = pace.junk(&network(number));
            let _ = pace.call(grant());
        }
        let remembered = |pace: &Pace| {
            let grants = pace.grants.as_ref().expect("counted");
            (pace.junk.own.remembered(), grants.remembered())
        };
        assert_eq!(remembered(&pace), (REMEMBERED, REMEMBERED));
        assert!(pace.junk(&network(0)).is_err(), "all of the rest had one allowance");
        assert_eq!(pace.call(grant()), Ok(()), "and no grant is turned away for it");
        clock.advance(TimeDelta::minutes(2));
        let _ = pace.junk(&network(0));
        let _ = pace.call(grant());
        assert_eq!(remembered(&pace), (1, 1));
    }
}
