//! What a network ACL lets pass: its rules in order of their numbers, the first that matches decides.

use super::{
    facts::Unknown,
    range::{Flow, Range},
};
use crate::model::{AclEntry, NetworkAcl};

/// Which way traffic crosses the border of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// Traffic for which one rule decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decided<'a> {
    /// The rule; nothing where no rule matches, which denies.
    pub(super) entry: Option<&'a AclEntry>,
    pub(super) flow: Flow,
}

impl Decided<'_> {
    pub(super) fn is_allowed(&self) -> bool {
        self.entry.is_some_and(|entry| entry.allows)
    }

    /// `rule 100 (deny …)`
    pub(super) fn in_words(&self) -> String {
        self.entry.map_or_else(|| "no rule, which denies".to_owned(), AclEntry::in_words)
    }
}

/// Which rule decides for which part of this traffic, in order of the rules.
///
/// # Errors
/// Where a rule names addresses that can't be read.
pub(super) fn decide(acl: &NetworkAcl, way: Way, flow: Flow) -> Result<Vec<Decided<'_>>, Unknown> {
    // One that can't be read may be for either way.
    let read = |entry| read(acl, entry);
    let mut entries: Vec<(&AclEntry, Range)> = acl.entries.iter().map(read).collect::<Result<_, _>>()?;
    entries.retain(|(entry, _)| entry.egress == (way == Way::Out));
    entries.sort_by_key(|(entry, _)| entry.number);
    let (mut left, mut decided) = (vec![flow], Vec::new());
    for (entry, range) in entries {
        if !matches!(entry.protocol.as_str(), "-1" | "6" | "tcp") {
            continue;
        }
        let matched = Flow { range, ports: ports(entry) };
        decided
            .extend(left.iter().filter_map(|left| Some(Decided { entry: Some(entry), flow: left.common(matched)? })));
        left = left.iter().flat_map(|left| left.without(matched)).collect();
    }
    decided.extend(left.into_iter().map(|flow| Decided { entry: None, flow }));
    Ok(decided)
}

fn read<'a>(acl: &NetworkAcl, entry: &'a AclEntry) -> Result<(&'a AclEntry, Range), Unknown> {
    let unread = || Unknown(format!("{} of {} can't be read", entry.in_words(), acl.id));
    Range::read(&entry.cidr).map(|range| (entry, range)).ok_or_else(unread)
}

/// The first rule that keeps a part of this traffic from passing; nothing where all of it passes.
pub(super) fn denial(acl: &NetworkAcl, way: Way, flow: Flow) -> Result<Option<Decided<'_>>, Unknown> {
    Ok(decide(acl, way, flow)?.into_iter().find(|decided| !decided.is_allowed()))
}

/// A rule for all protocols is for all ports, whatever else it says.
fn ports(entry: &AclEntry) -> (i32, i32) {
    if entry.protocol == "-1" { (0, 65535) } else { entry.ports.unwrap_or((0, 65535)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::tests::network::entry;

    fn acl(rules: &[&str]) -> NetworkAcl {
        let entries = rules.iter().map(|text| entry(text)).collect();
        NetworkAcl { id: "acl-1".into(), entries, ..NetworkAcl::default() }
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let table: [(&[&str], &str, i32, Option<&str>); 16] = [
            (&["100 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, None),
            (&[], "10.0.0.0/24", 5432, Some("no rule")),
            (&["32767 deny -1 0.0.0.0/0"], "10.0.0.0/24", 5432, Some("rule *")),
            // In order of the numbers, not of the list.
            (&["200 allow -1 0.0.0.0/0", "100 deny 6 0.0.0.0/0 5432-5432"], "10.0.0.0/24", 5432, Some("rule 100")),
            (&["100 allow -1 0.0.0.0/0", "200 deny 6 0.0.0.0/0 5432-5432"], "10.0.0.0/24", 5432, None),
            // Another protocol's denial is none.
            (&["100 deny 17 0.0.0.0/0 5432-5432", "200 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, None),
            (&["100 deny -1 0.0.0.0/0", "200 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, Some("rule 100")),
            // A denial of a part is enough.
            (&["90 deny 6 10.0.0.128/25 5432-5432", "100 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, Some("rule 90")),
            (&["90 deny 6 10.0.1.0/25 5432-5432", "100 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, None),
            // Two rules may allow it together, and one half is not all.
            (&["100 allow -1 10.0.0.0/25", "110 allow -1 10.0.0.128/25"], "10.0.0.0/24", 5432, None),
            (&["100 allow -1 10.0.0.0/25"], "10.0.0.0/24", 5432, Some("no rule")),
            // What leaves is another list.
            (&[">100 deny -1 0.0.0.0/0", "100 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, None),
            (&[">100 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, Some("no rule")),
            // IPv6 is another world.
            (&["100 allow -1 0.0.0.0/0"], "fd00::/64", 5432, Some("no rule")),
            (&["100 deny -1 ::/0", "110 allow -1 0.0.0.0/0"], "10.0.0.0/24", 5432, None),
            // A rule for all protocols is for all ports.
            (&["100 allow -1 0.0.0.0/0 22-22"], "10.0.0.0/24", 5432, None),
        ];
        for (rules, from, port, expected) in table {
            let acl = acl(rules);
            let flow = Flow::on(Range::read(from).unwrap(), port);
            let found = denial(&acl, Way::In, flow).unwrap().map(|decided| decided.in_words());
            match expected {
                None => assert_eq!(found, None, "{rules:?}"),
                Some(front) => assert!(found.as_ref().is_some_and(|it| it.starts_with(front)), "{rules:?}: {found:?}"),
            }
        }
    }

    #[test]
    fn all_of_a_range_of_ports_must_pass() {
        let ephemeral = |rules: &[&str]| {
            let acl = acl(rules);
            let flow = Flow { range: Range::read("10.0.0.0/24").unwrap(), ports: (32768, 60999) };
            denial(&acl, Way::Out, flow).unwrap().map(|decided| decided.in_words())
        };
        assert_eq!(ephemeral(&[">100 allow 6 10.0.0.0/16 1024-65535"]), None);
        assert_eq!(ephemeral(&[">100 allow 6 10.0.0.0/16 32768-50000", ">110 allow 6 10.0.0.0/16 50001-60999"]), None);
        assert!(ephemeral(&[">100 allow 6 10.0.0.0/16 49152-65535"]).unwrap().starts_with("no rule"));
        assert!(
            ephemeral(&[">90 deny 6 0.0.0.0/0 40000-40000", ">100 allow -1 0.0.0.0/0"]).unwrap().starts_with("rule 90")
        );
    }

    #[test]
    fn addresses_that_cant_be_read_decide_nothing() {
        let flow = Flow::on(Range::ANY_IPV4, 22);
        assert!(decide(&acl(&["100 allow -1 nonsense"]), Way::In, flow).is_err());
    }
}
