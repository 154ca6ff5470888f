//! What an agent can do, by its version.

use std::fmt;

/// Four numbers. Anything else counts as older than all, as it does for the official client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentVersion(Option<[u32; 4]>);

impl AgentVersion {
    /// The last one that takes one connection at a time.
    pub const LAST_WITHOUT_STREAMS: Self = Self(Some([3, 0, 196, 0]));
    /// The last one that ends a session in which it hears nothing for half a minute.
    pub const LAST_WITH_KEEP_ALIVE: Self = Self(Some([3, 1, 1511, 0]));
    /// The first one that reaches other hosts; older ones connect to themselves instead, without a word.
    pub const FIRST_WITH_REMOTE_HOSTS: Self = Self(Some([3, 1, 1374, 0]));

    /// Reads `3.3.987.0`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        Self(parts.and_then(|parts| parts.try_into().ok()))
    }
}

impl fmt::Display for AgentVersion {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some([a, b, c, d]) => write!(to, "{a}.{b}.{c}.{d}"),
            None => to.write_str("of an unknown version"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_odd_ones_are_old() {
        let read = AgentVersion::read;
        assert!(read("3.0.197.0") > AgentVersion::LAST_WITHOUT_STREAMS);
        assert!(read("3.0.196.0") <= AgentVersion::LAST_WITHOUT_STREAMS);
        assert!(read("3.10.1.0") > read("3.9.2000.0"));
        for odd in ["", "3.3", "3.3.987", "3.3.987.0.1", "3.3.987.x", "3.3.987.-1", "3.3.987.99999999999"] {
            assert!(read(odd) < read("0.0.0.0"), "{odd}");
        }
    }
}
