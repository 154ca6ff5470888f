//! Ranges of addresses, and traffic as sets: which addresses, on which ports.

use core::net::IpAddr;
use std::fmt;

/// A range of IPv4 or IPv6 addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    is_v6: bool,
    /// The first bits, on the left of 128; the others are zero.
    bits: u128,
    /// How many bits they share.
    length: u32,
}

impl Range {
    pub(super) const ANY_IPV4: Self = Self { is_v6: false, bits: 0, length: 0 };
    pub(super) const ANY_IPV6: Self = Self { is_v6: true, bits: 0, length: 0 };

    /// Reads `10.0.0.0/16`, `fd00::/8`, or one address. Bits behind the length are ignored, as EC2 does.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse().ok()?)),
            None => (text, None),
        };
        let (is_v6, bits, most) = match address.parse().ok()? {
            IpAddr::V4(address) => (false, u128::from(address.to_bits()) << 96, 32),
            IpAddr::V6(address) => (true, address.to_bits(), 128),
        };
        let length = length.unwrap_or(most);
        (length <= most).then(|| Self { is_v6, bits: bits & mask(length), length })
    }

    pub(super) fn is_v6(self) -> bool {
        self.is_v6
    }

    pub(super) fn length(self) -> u32 {
        self.length
    }

    /// Whether all addresses of the other are in it.
    pub(super) fn covers(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.length <= other.length && other.bits & mask(self.length) == self.bits
    }

    /// What both have: of two ranges one holds the other, or they share nothing.
    pub(super) fn common(self, other: Self) -> Option<Self> {
        match (self.covers(other), other.covers(self)) {
            (true, _) => Some(other),
            (false, true) => Some(self),
            (false, false) => None,
        }
    }

    /// It without the other.
    pub(super) fn without(self, other: Self) -> Vec<Self> {
        if other.covers(self) {
            return Vec::new();
        }
        if !self.covers(other) {
            return vec![self];
        }
        // Step by step towards the other, always leaving the half behind in which it isn't.
        let half =
            |length: u32| Self { is_v6: self.is_v6, bits: (other.bits & mask(length)) ^ (1 << (128 - length)), length };
        (self.length + 1..=other.length).map(half).collect()
    }

    /// Whether only private networks have these addresses (RFC 1918, RFC 4193, link-local, shared by carriers).
    pub(super) fn is_private(self) -> bool {
        const PRIVATE: [&str; 7] = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ];
        PRIVATE.iter().filter_map(|text| Self::read(text)).any(|private| private.covers(self))
    }
}

/// As many ones as the length says, on the left.
fn mask(length: u32) -> u128 {
    // A shift by all 128 is no shift.
    u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

impl fmt::Display for Range {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_v6 {
            write!(to, "{}/{}", core::net::Ipv6Addr::from_bits(self.bits), self.length)
        } else {
            // Only the left 32 bits hold something.
            let bits = u32::try_from(self.bits >> 96).unwrap_or_default();
            write!(to, "{}/{}", core::net::Ipv4Addr::from_bits(bits), self.length)
        }
    }
}

/// The ranges that are left of some when others are taken away.
pub(super) fn without_all(from: &[Range], taken: &[Range]) -> Vec<Range> {
    taken.iter().fold(from.to_vec(), |left, taken| left.iter().flat_map(|range| range.without(*taken)).collect())
}

/// Traffic over TCP: with these addresses, on these ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) range: Range,
    /// The first and the last port.
    pub(super) ports: (i32, i32),
}

impl Flow {
    pub(super) fn on(range: Range, port: i32) -> Self {
        Self { range, ports: (port, port) }
    }

    /// What both have.
    pub(super) fn common(self, other: Self) -> Option<Self> {
        let ports = (self.ports.0.max(other.ports.0), self.ports.1.min(other.ports.1));
        let range = self.range.common(other.range)?;
        (ports.0 <= ports.1).then_some(Self { range, ports })
    }

    /// It without the other.
    pub(super) fn without(self, other: Self) -> Vec<Self> {
        let Some(common) = self.common(other) else { return vec![self] };
        let mut left: Vec<Self> =
            self.range.without(common.range).into_iter().map(|range| Self { range, ..self }).collect();
        let beside = [(self.ports.0, common.ports.0 - 1), (common.ports.1 + 1, self.ports.1)];
        left.extend(
            beside.into_iter().filter(|(first, last)| first <= last).map(|ports| Self { range: common.range, ports }),
        );
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        Range::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn ranges_are_read_and_shown() {
        for (text, expected) in [
            ("10.0.0.0/16", "10.0.0.0/16"),
            ("10.0.9.9/16", "10.0.0.0/16"),
            ("1.2.3.4/5", "0.0.0.0/5"),
            ("10.0.1.9", "10.0.1.9/32"),
            ("::/0", "::/0"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("fd00:1::7/32", "fd00:1::/32"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(range(text).to_string(), expected);
        }
        for wrong in ["", "/", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.0/x", "nonsense"] {
            assert_eq!(Range::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_left_of_a_range() {
        for (from, taken, expected) in [
            ("10.0.0.0/30", "10.0.0.0/32", vec!["10.0.0.2/31", "10.0.0.1/32"]),
            ("10.0.0.0/30", "10.0.0.3", vec!["10.0.0.0/31", "10.0.0.2/32"]),
            ("0.0.0.0/0", "128.0.0.0/1", vec!["0.0.0.0/1"]),
            ("::/0", "::/1", vec!["8000::/1"]),
            ("10.0.0.0/16", "10.0.0.0/8", vec![]),
            ("10.0.0.0/16", "10.1.0.0/16", vec!["10.0.0.0/16"]),
            ("0.0.0.0/0", "::/0", vec!["0.0.0.0/0"]),
        ] {
            let left: Vec<String> = range(from).without(range(taken)).iter().map(ToString::to_string).collect();
            assert_eq!(left, expected, "{from} without {taken}");
        }
        assert_eq!(without_all(&[Range::ANY_IPV4], &[range("0.0.0.0/1"), range("128.0.0.0/1")]), vec![]);
    }

    #[test]
    fn what_is_left_of_traffic() {
        let flow = |text: &str, ports| Flow { range: range(text), ports };
        let all = flow("10.0.0.0/24", (1, 100));
        assert_eq!(
            all.without(flow("0.0.0.0/0", (50, 60))),
            [flow("10.0.0.0/24", (1, 49)), flow("10.0.0.0/24", (61, 100))]
        );
        assert_eq!(all.without(flow("10.0.0.0/25", (1, 100))), [flow("10.0.0.128/25", (1, 100))]);
        assert_eq!(all.without(flow("10.0.0.0/25", (1, 1))).len(), 2);
        assert_eq!(all.without(flow("0.0.0.0/0", (0, 65535))), []);
        assert_eq!(all.without(flow("::/0", (0, 65535))), [all]);
    }

    #[test]
    fn private_ranges_are_known() {
        for (text, expected) in [
            ("10.0.0.0/8", true),
            ("10.0.0.0/7", false),
            ("172.31.0.0/16", true),
            ("192.168.1.1", true),
            ("0.0.0.0/0", false),
            ("8.8.8.8", false),
            ("::/0", false),
            ("fd00::/8", true),
            ("2600::/12", false),
        ] {
            assert_eq!(range(text).is_private(), expected, "{text}");
        }
    }
}
