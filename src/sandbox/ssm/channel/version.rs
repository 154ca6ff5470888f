//! What versions of agents and clients can and can't.

/// Agents from this one on forward ports.
pub(crate) const PORTS: [u32; 4] = [2, 3, 672, 0];
/// Agents after this one end a session by its flag.
const TERMINATES: [u32; 4] = [2, 3, 722, 0];
/// Agents after this one carry many connections in one session.
const MANY: [u32; 4] = [3, 0, 196, 0];
/// Clients from this one on do so, too.
const MANY_AT_CLIENTS: [u32; 4] = [1, 1, 70, 0];
/// Agents from this one on dial other hosts than their own.
const HOSTS: [u32; 4] = [3, 1, 1188, 0];
/// Agents after this one can do without signs of life of streams.
const QUIET: [u32; 4] = [3, 1, 1511, 0];
/// So can clients after this one.
const QUIET_AT_CLIENTS: [u32; 4] = [1, 2, 331, 0];
/// Agents from this one on ask for encryption where it is wanted.
const ENCRYPTS: [u32; 4] = [2, 3, 539, 0];
/// Agents from this one on have a challenge for the data key.
const CHALLENGES: [u32; 4] = [3, 3, 808, 0];
/// Agents from this one on look a host up once in a session.
const RESOLVES_ONCE: [u32; 4] = [3, 2, 1041, 0];

/// A version of up to four numbers; anything else is older than all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version([u32; 4]);

impl Version {
    pub(crate) fn of(text: &str) -> Self {
        let mut numbers = [0; 4];
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > numbers.len() {
            return Self::default();
        }
        for (number, part) in numbers.iter_mut().zip(parts) {
            match part.parse() {
                Ok(read) => *number = read,
                Err(_) => return Self::default(),
            }
        }
        Self(numbers)
    }

    pub(crate) fn forwards_ports(self) -> bool {
        self >= Self(PORTS)
    }

    pub(crate) fn ends_by_flag(self) -> bool {
        self > Self(TERMINATES)
    }

    pub(crate) fn dials_hosts(self) -> bool {
        self >= Self(HOSTS)
    }

    pub(crate) fn resolves_once(self) -> bool {
        self >= Self(RESOLVES_ONCE)
    }

    pub(crate) fn encrypts(self) -> bool {
        self >= Self(ENCRYPTS)
    }

    pub(crate) fn challenges(self) -> bool {
        self >= Self(CHALLENGES)
    }

    /// Whether an agent of this version and a client of that one carry many connections in one session.
    pub(crate) fn carries_many_for(self, client: Self) -> bool {
        self > Self(MANY) && client >= Self(MANY_AT_CLIENTS)
    }

    /// Whether an agent of this version wants signs of life of a client of that one.
    pub(crate) fn wants_life_of(self, client: Self) -> bool {
        !(self > Self(QUIET) && client > Self(QUIET_AT_CLIENTS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let client = Version::of("1.2.764.0");
        for (agent, many, life) in [
            ("3.0.196.0", false, true),
            ("3.0.197.0", true, true),
            ("3.1.1511.0", true, true),
            ("3.1.1512.0", true, false),
            ("3.10.0.0", true, false),
            ("odd", false, true),
            ("1.2.3.4.5", false, true),
        ] {
            assert_eq!(Version::of(agent).carries_many_for(client), many, "{agent}");
            assert_eq!(Version::of(agent).wants_life_of(client), life, "{agent}");
        }
        assert!(!Version::of("3.3.987.0").carries_many_for(Version::of("1.1.69")));
        assert!(Version::of("3.3.987.0").carries_many_for(Version::of("1.1.70")));
        assert!(!Version::of("2.3.538.0").encrypts() && Version::of("2.3.539.0").encrypts());
        assert!(!Version::of("3.3.807.0").challenges() && Version::of("3.3.808.0").challenges());
        assert!(!Version::of("2.3.671.0").forwards_ports());
        assert!(!Version::of("2.3.722.0").ends_by_flag());
        assert!(Version::of("3.1.1188.0").dials_hosts());
        assert!(Version::of("3.2.1041.0").resolves_once());
    }
}
