//! From which network a request comes, for the limits that keep noise out.
//!
//! Never used to decide who somebody is: apps call from many addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap, request::Parts},
};

/// A network of one customer, as far as one can tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) enum Net {
    /// An IPv4 /24 or an IPv6 /64, by its first address.
    At(IpAddr),
    /// The proxies that we trust told no address. They always do, so it is one place, and nobody gains by coming from it.
    Untold,
    /// Nothing is known of where it comes from.
    #[default]
    Unknown,
}

/// Where requests of many people come from one place, they share this many times a network's allowance.
const SHARED: u32 = 50;

impl Net {
    /// The network of whoever sent the request. `proxies` is how many proxies in front of us are trusted to append the
    /// address they saw to `X-Forwarded-For`.
    pub(crate) fn of(parts: &Parts, proxies: usize) -> Self {
        Self::told_by(&parts.extensions, &parts.headers, proxies)
    }

    /// The same, of a request that is still whole.
    pub(crate) fn of_request(request: &Request, proxies: usize) -> Self {
        Self::told_by(request.extensions(), request.headers(), proxies)
    }

    fn told_by(extensions: &Extensions, headers: &HeaderMap, proxies: usize) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        if proxies == 0 {
            return peer.map(Self::around).unwrap_or_default();
        }
        // In bytes, and each by itself: what a caller put in front may be no text, and must not take the rest along.
        let hops: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        // Counted from the end: what stands further in front may be the caller's invention.
        let told = hops.len().checked_sub(proxies).and_then(|at| hop(hops[at]));
        told.map_or(Self::Untold, Self::around)
    }

    /// The network of this address.
    pub(crate) fn around(address: IpAddr) -> Self {
        Self::At(shortened(address))
    }

    /// The IPv6 /48 around a /64: often all of it is one customer's, who then could ask from 65,536 networks. `None` for
    /// IPv4, and where many people ask from one place.
    pub(crate) fn site(&self) -> Option<Self> {
        match self {
            Self::At(IpAddr::V6(ip)) if !self.is_shared() => {
                let site = Ipv6Addr::from_bits(ip.to_bits() & !(u128::MAX >> 48));
                Some(Self::At(site.into()))
            }
            Self::At(IpAddr::V4(_) | IpAddr::V6(_)) | Self::Untold | Self::Unknown => None,
        }
    }

    /// What it may do where a network of one customer may do this much.
    pub(crate) fn share_of(&self, allowance: u32) -> u32 {
        if self.is_shared() {
            allowance.saturating_mul(SHARED)
        } else {
            allowance
        }
    }

    /// Whether requests of many unrelated people may come from here: a proxy that we were not told of, or an unknown
    /// place.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Untold => false,
            Self::At(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            Self::At(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        }
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At(address) => address.fmt(f),
            Self::Untold => f.write_str("untold"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// The address that a proxy wrote, with a port (`192.0.2.1:443`, `[2001:db8::1]:443`) or without.
fn hop(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

fn shortened(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(ip) => shortened_v4(ip).into(),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => shortened_v4(ip).into(),
            None if ip.is_loopback() => ip.into(),
            None => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        },
    }
}

fn shortened_v4(ip: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits(ip.to_bits() & !0xFF)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const NONE: &[&str] = &[];

    fn net(peer: Option<&str>, forwarded: &[impl AsRef<[u8]>], proxies: usize) -> String {
        of(peer, forwarded, proxies).to_string()
    }

    fn of(peer: Option<&str>, forwarded: &[impl AsRef<[u8]>], proxies: usize) -> Net {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", value.as_ref());
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        if let Some(peer) = peer {
            parts
                .extensions
                .insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        }
        Net::of(&parts, proxies)
    }

    #[test]
    fn a_caller_cannot_choose_its_network() {
        assert_eq!(net(Some("8.8.4.4"), NONE, 0), "8.8.4.0");
        assert_eq!(net(Some("8.8.4.4"), &["1.1.1.1"], 0), "8.8.4.0");
        assert_eq!(net(Some("10.0.0.9"), &["1.1.1.1, 8.8.4.4"], 1), "8.8.4.0");
        assert_eq!(net(Some("10.0.0.9"), &["1.1.1.1", "8.8.4.4, 9.9.9.9"], 2), "8.8.4.0");
        assert_eq!(net(None, NONE, 0), "unknown");
    }

    #[test]
    fn h09_what_is_no_text_takes_no_address_along() {
        for junk in [
            b"\xff, 8.8.4.4".as_slice(),
            b"\xff\xfe,,8.8.4.4",
            b"1.1.1.1, \xff , 8.8.4.4",
        ] {
            assert_eq!(net(Some("10.0.0.9"), &[junk], 1), "8.8.4.0", "{junk:?}");
            assert_eq!(net(Some("10.0.0.9"), &[junk, b"10.0.0.7"], 2), "8.8.4.0", "{junk:?}");
        }
    }

    #[test]
    fn h09_who_is_not_told_of_has_no_more_than_one_network_has() {
        let untold = [
            (vec![b"nonsense".as_slice()], 1),
            (vec![b"8.8.4.4, \xff"], 1),
            (vec![b"8.8.4.4, 1.1.1.1:99999"], 1),
            (vec![b"8.8.4.4"], 3),
            (vec![], 1),
        ];
        for (forwarded, proxies) in untold {
            for peer in [Some("10.0.0.9"), Some("127.0.0.1"), None] {
                let net = of(peer, &forwarded, proxies);
                assert_eq!(
                    (net.to_string().as_str(), net.share_of(10)),
                    ("untold", 10),
                    "{forwarded:?}"
                );
                assert_eq!(net.site(), None);
            }
        }
    }

    #[test]
    fn an_address_may_have_a_port_or_brackets() {
        for (told, expected) in [
            ("8.8.4.4:51234", "8.8.4.0"),
            ("[2001:db8:1:2::7]:51234", "2001:db8:1:2::"),
            ("[2001:db8:1:2::7]", "2001:db8:1:2::"),
            ("2001:db8:1:2::7", "2001:db8:1:2::"),
            ("[8.8.4.4]", "untold"),
        ] {
            assert_eq!(net(Some("10.0.0.9"), &[told], 1), expected, "{told}");
        }
    }

    #[test]
    fn a_network_is_a_24_or_a_64() {
        assert_eq!(net(Some("2001:db8:1:2:3:4:5:6"), NONE, 0), "2001:db8:1:2::");
        assert_eq!(net(Some("::ffff:8.8.4.4"), NONE, 0), "8.8.4.0");
    }

    #[test]
    fn the_site_of_a_64_is_its_48() {
        let site = |address: &str| {
            let site = Net::around(address.parse().expect("an address")).site();
            site.map(|site| site.to_string())
        };
        assert_eq!(site("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1::"));
        for none in ["8.8.4.4", "::ffff:8.8.4.4", "fd00:1:2:3::1", "::1"] {
            assert_eq!(site(none), None, "{none}");
        }
        assert_eq!(Net::default().site(), None);
    }

    #[test]
    fn private_networks_may_be_proxies() {
        let shared = |address: &str| Net::around(address.parse().expect("an address")).is_shared();
        assert!(Net::default().is_shared());
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(shared(private), "{private}");
        }
        for public in ["8.8.8.8", "2606:4700::1"] {
            assert!(!shared(public), "{public}");
        }
    }
}
