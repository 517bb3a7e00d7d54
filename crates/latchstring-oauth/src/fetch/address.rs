//! Which addresses are public, by the special-purpose registries of IANA (RFC 6890 and its updates).
//!
//! In doubt an address is not: what those registries call globally reachable inside a special block (such as anycast
//! for port control) serves no documents.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Is this the address of a host on the public internet?
pub(super) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        // However it is spelt, `::ffff:10.0.0.1` is dialled as 10.0.0.1.
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inner) => is_global_v4(inner),
            None => is_global_v6(address),
        },
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match a {
        // This network, private use (RFC 1918), loopback; multicast, reserved, broadcast.
        0 | 10 | 127 | 224.. => true,
        // Shared by carriers (RFC 6598). Some clouds keep their metadata there.
        100 => matches!(b, 64..=127),
        // Link-local (RFC 3927). Most clouds keep their metadata there.
        169 => b == 254,
        // Private use.
        172 => matches!(b, 16..=31),
        // Protocol assignments (RFC 6890), documentation (RFC 5737), 6to4 relays (RFC 7526), private use.
        192 => matches!((b, c), (0, 0 | 2) | (88, 99) | (168, _)),
        // Benchmarks (RFC 2544), documentation.
        198 => matches!((b, c), (18 | 19, _) | (51, 100)),
        // Documentation.
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !is_special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Global unicast is 2000::/3 (RFC 4291, section 2.4). Outside of it are `::`, `::1`, the forms with an IPv4 address
    // in them (`::a.b.c.d`, 64:ff9b::/96, 64:ff9b:1::/48), 100::/64, 5f00::/16, fc00::/7, fe80::/10 and multicast.
    let is_unicast = a & 0xe000 == 0x2000;
    let is_special = matches!(
        (a, b),
        (0x2001, 0x0000..=0x01ff | 0x0db8) // protocol assignments (RFC 2928) with Teredo, documentation (RFC 3849)
            | (0x2002, _) // 6to4 (RFC 3056), which leads to an IPv4 address
            | (0x3fff, 0x0000..=0x0fff) // documentation (RFC 9637)
    );
    is_unicast && !is_special
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn global(text: &str) -> bool {
        is_global(text.parse().unwrap())
    }

    #[test]
    fn r04_special_addresses_are_not_public_from_their_first_to_their_last() {
        for text in [
            "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255",
            "169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192 192.0.0.255",
            "192.0.2.0 192.0.2.255 192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0",
            "198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255",
            ":: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:a00:1 ::ffff:7f00:1 0:0:0:0:0:ffff:a9fe:a9fe",
            "::ffff:100.64.0.1 64:ff9b::8.8.8.8 64:ff9b::a00:1 64:ff9b:1::1 100:: 100::1 2001:: 2001:0:a00:1::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:a00:1::",
            "2002:808:808::1 3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 5f00::1 fc00::1 fd00:ec2::254 fdff::1",
            "fe80::1 febf::1 fec0::1 ff02::1 ff0e::1 4000:: 1fff:ffff::1",
        ]
        .iter()
        .flat_map(|line| line.split(' '))
        {
            assert!(!global(text), "{text}");
        }
    }

    #[test]
    fn addresses_beside_the_special_ones_are_public() {
        for text in [
            "1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0",
            "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255",
            "192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255",
            "::ffff:8.8.8.8 2000::1 2001:200:: 2001:db7:ffff::1 2001:db9:: 2003:: 2606:4700::1111 3fff:1000:: 3ffe:ffff::1",
        ]
        .iter()
        .flat_map(|line| line.split(' '))
        {
            assert!(global(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn r04_the_spelling_of_an_address_does_not_change_the_verdict(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            prop_assert_eq!(is_global(address.into()), is_global(address.to_ipv6_mapped().into()));
        }

        #[test]
        fn r04_nothing_that_the_standard_library_calls_special_is_public(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation() || address.is_unspecified();
            prop_assert!(!(is_special && is_global(address.into())));
        }

        #[test]
        fn r04_nothing_outside_global_unicast_is_public(bits in any::<u128>()) {
            let address = Ipv6Addr::from(bits);
            let is_unicast = bits >> 125 == 1;
            prop_assert!(address.to_ipv4_mapped().is_some() || is_unicast || !is_global(address.into()));
        }
    }
}
