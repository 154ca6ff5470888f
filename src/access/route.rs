//! Where a route table sends traffic: the longest prefix wins.

use std::collections::BTreeMap;

use super::range::{Range, without_all};
use crate::model::{Route, RouteTable};

/// What a route leads to, as far as it matters to who reaches a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    /// To and from the internet.
    Public,
    /// Out only: NAT, or an egress-only gateway.
    OutOnly,
    /// To other networks: peering, transit, VPN, an appliance.
    Elsewhere,
    /// Inside the VPC, or to a gateway endpoint of a service.
    Inside,
}

/// What a target's id says. An id that nobody knows is told, and so is an endpoint of a firewall or of a Gateway Load
/// Balancer: a gateway endpoint is reached by its service's prefix list, and by nothing else.
pub(super) fn leads(route: &Route) -> Leads {
    let Some(target) = route.target.as_deref() else { return Leads::Elsewhere };
    match target.split('-').next().unwrap_or_default() {
        // A carrier gateway leads to a carrier's network and to the internet, from both sides.
        "igw" | "cagw" => Leads::Public,
        "nat" | "eigw" => Leads::OutOnly,
        "local" => Leads::Inside,
        "vpce" if route.destination.starts_with("pl-") => Leads::Inside,
        _ => Leads::Elsewhere,
    }
}

/// The routes that carry something: neither black holes, nor wholly behind longer prefixes.
pub(super) fn carrying<'a>(table: &'a RouteTable, lists: &BTreeMap<String, Vec<String>>) -> Vec<&'a Route> {
    let ranges: Vec<(&Route, Option<Vec<Range>>)> =
        table.routes.iter().map(|route| (route, ranges(route, lists))).collect();
    let mut found = Vec::new();
    for (route, own) in &ranges {
        if route.is_blackhole() {
            continue;
        }
        // What can't be read may carry anything.
        let carries = own.as_ref().is_none_or(|own| own.iter().any(|range| !is_shadowed(*range, &ranges)));
        if carries {
            found.push(*route);
        }
    }
    found
}

/// Whether longer prefixes take all of it. A black hole takes what it matches, too.
fn is_shadowed(range: Range, all: &[(&Route, Option<Vec<Range>>)]) -> bool {
    let longer = |other: &Range| range.covers(*other) && other.length() > range.length();
    let taken: Vec<Range> =
        all.iter().filter_map(|(_, ranges)| ranges.as_ref()).flatten().copied().filter(longer).collect();
    without_all(&[range], &taken).is_empty()
}

/// The addresses that a route is for; nothing where they can't be known.
fn ranges(route: &Route, lists: &BTreeMap<String, Vec<String>>) -> Option<Vec<Range>> {
    match lists.get(&route.destination) {
        Some(list) => list.iter().map(|text| Range::read(text)).collect(),
        None => Range::read(&route.destination).map(|range| vec![range]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: &[(&str, &str)]) -> RouteTable {
        let route = |(destination, target): &(&str, &str)| {
            let (target, state) = target.split_once(' ').unwrap_or((target, "active"));
            Route { destination: (*destination).into(), target: Some(target.into()), state: Some(state.into()) }
        };
        RouteTable { routes: routes.iter().map(route).collect(), ..RouteTable::default() }
    }

    #[test]
    fn the_longest_prefix_wins() {
        let lists: BTreeMap<String, Vec<String>> =
            [("pl-half".to_owned(), vec!["0.0.0.0/1".to_owned()]), ("pl-none".to_owned(), vec![])].into();
        let expected: [(&[(&str, &str)], bool); 12] = [
            (&[("0.0.0.0/0", "igw-1")], true),
            (&[("0.0.0.0/0", "igw-1 blackhole")], false),
            (&[("0.0.0.0/0", "nat-1")], false),
            (&[("0.0.0.0/0", "nat-1"), ("8.8.8.8/32", "igw-1")], true),
            // Both halves go elsewhere: nothing is left for the gateway.
            (&[("0.0.0.0/0", "igw-1"), ("0.0.0.0/1", "nat-1"), ("128.0.0.0/1", "nat-1")], false),
            (&[("0.0.0.0/0", "igw-1"), ("0.0.0.0/1", "nat-1")], true),
            (&[("0.0.0.0/0", "igw-1"), ("pl-half", "nat-1"), ("128.0.0.0/1", "tgw-1")], false),
            // An empty list is no addresses, an unknown one may be all.
            (&[("pl-none", "igw-1")], false),
            (&[("pl-unknown", "igw-1")], true),
            (&[("0.0.0.0/0", "nat-1"), ("::/0", "igw-1")], true),
            (&[("0.0.0.0/0", "nat-1"), ("::/0", "eigw-1")], false),
            (&[("10.0.0.0/16", "local"), ("0.0.0.0/0", "cagw-1")], true),
        ];
        for (routes, is_public) in expected {
            let table = table(routes);
            let public = |route: &&Route| leads(route) == Leads::Public;
            assert_eq!(carrying(&table, &lists).iter().any(public), is_public, "{routes:?}");
        }
    }

    #[test]
    fn targets_are_known_by_their_ids() {
        let to = |destination: &str, target: Option<&str>| {
            leads(&Route { destination: destination.into(), target: target.map(str::to_owned), state: None })
        };
        assert_eq!(to("pl-s3", Some("vpce-1")), Leads::Inside);
        for (target, expected) in [
            ("local", Leads::Inside),
            ("vpce-1", Leads::Elsewhere),
            ("tgw-1", Leads::Elsewhere),
            ("pcx-1", Leads::Elsewhere),
            ("vgw-1", Leads::Elsewhere),
            ("eni-1", Leads::Elsewhere),
            ("xyz-1", Leads::Elsewhere),
            ("eigw-1", Leads::OutOnly),
        ] {
            assert_eq!(to("0.0.0.0/0", Some(target)), expected, "{target}");
        }
        assert_eq!(to("0.0.0.0/0", None), Leads::Elsewhere);
    }
}
