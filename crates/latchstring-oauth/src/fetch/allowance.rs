//! How much one network may make us fetch, so that none uses up what all may together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::net::Net;

const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// Documents and key sets that one network makes us fetch in a minute.
const PER_NET: u32 = 20;
/// As many of them may be of one host. Else two networks, by paths that they make up, would use up what we fetch from
/// the host of everybody's chat.
const PER_NET_AND_HOST: u32 = 5;
/// As many are counted for all networks together. It is far more than is fetched, and bounds what is remembered.
const COUNTED: u32 = 1_000;

/// Counts by the minute what networks make this process fetch: client documents and key sets alike.
///
/// An IPv6 /48 counts as one network here: two of its 65,536 would be enough to get around the allowance.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_net: u32,
    per_net_and_host: u32,
    counted: u32,
    window: Mutex<Option<Window>>,
}

#[derive(Debug)]
struct Window {
    began: DateTime<Utc>,
    counted: u32,
    nets: HashMap<Net, u32>,
    hosts: HashMap<(Net, String), u32>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            per_net: PER_NET,
            per_net_and_host: PER_NET_AND_HOST,
            counted: COUNTED,
            window: Mutex::default(),
        }
    }
}

impl Allowance {
    /// For tests of what is behind it.
    #[cfg(test)]
    pub(crate) fn without_end() -> Self {
        Self {
            per_net: u32::MAX,
            per_net_and_host: u32::MAX,
            counted: u32::MAX,
            window: Mutex::default(),
        }
    }

    /// Counts one more fetch from `host` that `net` causes.
    ///
    /// # Errors
    /// How long to wait, when there were enough in this minute.
    pub(super) fn take(&self, net: &Net, host: &str, now: DateTime<Utc>) -> Result<(), Duration> {
        let net = net.site().unwrap_or_else(|| net.clone());
        let mut slot = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back begins a new minute, or the old one would last until it has caught up.
        let current = slot
            .take()
            .filter(|window| now >= window.began && now - window.began < WINDOW);
        let window = slot.insert(current.unwrap_or_else(|| Window {
            began: now,
            counted: 0,
            nets: HashMap::new(),
            hosts: HashMap::new(),
        }));
        let from_host = (net.clone(), host.to_owned());
        let so_far = window.nets.get(&net).copied().unwrap_or_default();
        let so_far_from_host = window.hosts.get(&from_host).copied().unwrap_or_default();
        if window.counted >= self.counted
            || so_far >= net.share_of(self.per_net)
            || so_far_from_host >= net.share_of(self.per_net_and_host)
        {
            return Err((window.began + WINDOW - now).to_std().unwrap_or_default());
        }
        window.counted += 1;
        window.nets.insert(net, so_far + 1);
        window.hosts.insert(from_host, so_far_from_host + 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn net(address: &str) -> Net {
        Net::around(address.parse().expect("an address"))
    }

    fn taken(allowance: &Allowance, net: &Net, host: impl Fn(u32) -> String) -> usize {
        (0..100)
            .filter(|at| allowance.take(net, &host(*at), NOW).is_ok())
            .count()
    }

    #[test]
    fn r08_a_network_has_five_fetches_a_minute_from_one_host_and_twenty_in_all() {
        let allowance = Allowance::default();
        let victim = |_| "claude.ai".to_owned();
        assert_eq!(taken(&allowance, &net("8.8.4.4"), victim), 5);
        assert_eq!(
            taken(&allowance, &net("8.8.4.5"), victim),
            0,
            "another address of the same network"
        );
        assert_eq!(taken(&allowance, &net("8.8.4.4"), |at| format!("{at}.example")), 15);
        assert_eq!(taken(&allowance, &net("1.1.1.1"), victim), 5, "others are not affected");
        let later = NOW + TimeDelta::seconds(20);
        assert_eq!(
            allowance.take(&net("8.8.4.4"), "a.example", later),
            Err(Duration::from_secs(40))
        );
        assert_eq!(allowance.take(&net("8.8.4.4"), "claude.ai", NOW + WINDOW), Ok(()));
    }

    #[test]
    fn r08_the_many_networks_of_an_ipv6_48_are_one() {
        let allowance = Allowance::default();
        let victim = |_| "claude.ai".to_owned();
        assert_eq!(taken(&allowance, &net("2001:db8:1:1::1"), victim), 5);
        assert_eq!(taken(&allowance, &net("2001:db8:1:2::1"), victim), 0);
        assert_eq!(taken(&allowance, &net("2001:db8:2:2::1"), victim), 5);
    }

    #[test]
    fn r08_a_place_that_many_share_has_fifty_times_as_much() {
        let allowance = Allowance::default();
        let admitted = (0..1_000).filter(|_| allowance.take(&Net::default(), "claude.ai", NOW).is_ok());
        assert_eq!(admitted.count(), 250);
    }

    #[test]
    fn r08_what_is_remembered_of_networks_does_not_grow() {
        let allowance = Allowance::default();
        for at in 0..100_000_u32 {
            let net = Net::around(std::net::Ipv4Addr::from_bits(0x0800_0000 + (at << 8)).into());
            let _ = allowance.take(&net, "claude.ai", NOW);
        }
        let window = allowance.window.lock().expect("whole");
        let window = window.as_ref().expect("a minute");
        assert_eq!((window.nets.len(), window.hosts.len()), (1_000, 1_000));
    }
}
