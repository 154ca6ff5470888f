//! What security groups let through: any rule of any group is enough.

use std::collections::BTreeMap;

use super::{
    facts::{Read, Unknown},
    range::{Range, without_all},
};
use crate::model::{Machine, Peer, SecurityGroup, SecurityRule};

/// Who is at the other end of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    /// The ids of its security groups.
    pub(super) groups: Vec<String>,
    /// Where it may be: all of it has to be let through.
    pub(super) ranges: Vec<Range>,
}

impl End {
    /// A machine, at its private address.
    pub(super) fn of(machine: &Machine) -> Self {
        let ranges = machine.address.as_deref().and_then(Range::read).into_iter().collect();
        Self { groups: machine.groups.clone(), ranges }
    }
}

/// A rule that lets something through, and its group's id.
pub(super) type Deciding<'a> = (&'a str, &'a SecurityRule);

/// Whether a rule is for TCP on this port.
pub(super) fn is_for(rule: &SecurityRule, port: i32) -> bool {
    match rule.protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => rule.ports.is_none_or(|(first, last)| (first..=last).contains(&port)),
        _ => false,
    }
}

/// The rules that let TCP through to or from this end; none where they don't.
///
/// # Errors
/// Where it hangs on a prefix list that wasn't read.
pub(super) fn through<'a>(
    rules: impl IntoIterator<Item = Deciding<'a>>,
    port: i32,
    end: &End,
    lists: &Read<BTreeMap<String, Vec<String>>>,
) -> Result<Vec<Deciding<'a>>, Unknown> {
    let (mut left, mut deciding, mut unknown) = (end.ranges.clone(), Vec::new(), None);
    for (group, rule) in rules.into_iter().filter(|(_, rule)| is_for(rule, port)) {
        let ranges: Vec<Range> = match &rule.peer {
            Peer::Group(id) if end.groups.contains(id) => return Ok(vec![(group, rule)]),
            Peer::Group(_) => continue,
            Peer::Ipv4(cidr) | Peer::Ipv6(cidr) => Range::read(cidr).into_iter().collect(),
            Peer::PrefixList(id) => {
                let Some(list) = lists.known().ok().and_then(|lists| lists.get(id)) else {
                    let why = || format!("what the prefix list {id} in {group} stands for wasn't read");
                    unknown.get_or_insert_with(why);
                    continue;
                };
                list.iter().filter_map(|text| Range::read(text)).collect()
            }
        };

        let still = without_all(&left, &ranges);
        if still != left {
            deciding.push((group, rule));
        }
        left = still;
    }
    match unknown {
        _ if left.is_empty() && !end.ranges.is_empty() => Ok(deciding),
        Some(why) => Err(Unknown(why)),
        None => Ok(Vec::new()),
    }
}

/// Each rule that lets something in, with its group's id.
pub(super) fn ingress<'a>(groups: &[&'a SecurityGroup]) -> Vec<Deciding<'a>> {
    groups.iter().flat_map(|group| group.ingress.iter().map(|rule| (group.id.as_str(), rule))).collect()
}

/// Each rule that lets something out, with its group's id.
pub(super) fn egress<'a>(groups: &[&'a SecurityGroup]) -> Vec<Deciding<'a>> {
    groups.iter().flat_map(|group| group.egress.iter().map(|rule| (group.id.as_str(), rule))).collect()
}

/// `sg-1 lets in tcp 5432 from sg-2`
pub(super) fn in_words((group, rule): Deciding<'_>, way: &str) -> String {
    format!("{group} {}", rule.in_words(way == "out"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: Option<(i32, i32)>, peer: &str) -> SecurityRule {
        let text = peer.to_owned();
        let peer = match peer {
            peer if peer.starts_with("sg-") => Peer::Group(text),
            peer if peer.starts_with("pl-") => Peer::PrefixList(text),
            peer if peer.contains(':') => Peer::Ipv6(text),
            _ => Peer::Ipv4(text),
        };
        SecurityRule { protocol: protocol.into(), ports, peer }
    }

    #[test]
    fn any_rule_is_enough_and_all_addresses_are_needed() {
        let lists = Read::Known([("pl-net".to_owned(), vec!["10.0.1.0/24".to_owned()])].into());
        let port = Some((5432, 5432));
        let table = [
            (vec![rule("tcp", port, "sg-own")], Ok(1)),
            (vec![rule("tcp", Some((5000, 6000)), "sg-own")], Ok(1)),
            (vec![rule("-1", None, "sg-own")], Ok(1)),
            (vec![rule("6", port, "sg-own")], Ok(1)),
            (vec![rule("udp", port, "sg-own")], Ok(0)),
            (vec![rule("tcp", Some((3306, 3306)), "sg-own")], Ok(0)),
            (vec![rule("tcp", port, "sg-other")], Ok(0)),
            (vec![rule("tcp", port, "10.0.0.0/16")], Ok(1)),
            (vec![rule("tcp", port, "0.0.0.0/0")], Ok(1)),
            (vec![rule("tcp", port, "::/0")], Ok(0)),
            (vec![rule("tcp", port, "10.0.1.0/25")], Ok(0)),
            (vec![rule("tcp", port, "10.0.1.0/25"), rule("tcp", port, "10.0.1.128/25")], Ok(2)),
            (vec![rule("tcp", port, "10.0.1.0/99")], Ok(0)),
            (vec![rule("tcp", port, "pl-net")], Ok(1)),
            (vec![rule("tcp", port, "pl-unknown")], Err(())),
            (vec![rule("tcp", port, "pl-unknown"), rule("tcp", port, "sg-own")], Ok(1)),
            (vec![rule("tcp", Some((1, 2)), "pl-unknown")], Ok(0)),
            (vec![], Ok(0)),
        ];
        let end = End { groups: vec!["sg-own".into()], ranges: vec![Range::read("10.0.1.0/24").unwrap()] };
        for (rules, expected) in table {
            let found = through(rules.iter().map(|rule| ("sg-db", rule)), 5432, &end, &lists);
            assert_eq!(found.map(|deciding| deciding.len()).map_err(|_| ()), expected, "{rules:?}");
        }
    }
}
