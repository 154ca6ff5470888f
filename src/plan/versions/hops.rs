//! From one version of an engine to another, by the upgrades that AWS lists.

use std::collections::{HashMap, VecDeque};

use crate::model::EngineVersion;

/// One upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// To this version.
    pub to: String,
    /// Whether AWS calls it an upgrade of the major version.
    pub is_major: bool,
}

/// How to get to a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The fewest upgrades that lead there, in order; none where it is the version already.
    pub hops: Vec<Hop>,
    /// The parameter group family of that version; nothing where AWS doesn't show it.
    pub family: Option<String>,
}

/// Why there is no way to a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// AWS lists nothing of where it begins.
    #[error("AWS doesn't list {from}, nor to what it can be upgraded")]
    FromUnknown {
        /// Where it begins.
        from: String,
    },
    /// No upgrades that AWS lists lead there.
    #[error("no upgrade that AWS lists leads from {from} to {to}; {}", in_words(reachable))]
    NotReachable {
        /// Where it begins.
        from: String,
        /// The version that was asked for.
        to: String,
        /// The versions that can be reached, in however many upgrades.
        reachable: Vec<String>,
    },
}

fn in_words(reachable: &[String]) -> String {
    if reachable.is_empty() {
        "it lists none from there".to_owned()
    } else {
        format!("to be reached are {}", reachable.join(", "))
    }
}

/// The fewest upgrades from one version to another: each is one that AWS lists for the version before. Of equally short
/// ways the one whose versions AWS lists latest, which are its newest; never over a version that is deprecated, unless
/// it is the one that was asked for.
pub fn route(versions: &[EngineVersion], from: &str, to: &str) -> Result<Route, NoRoute> {
    let row = |number: &str| versions.iter().find(|version| version.number == number);
    if from != to && row(from).is_none() {
        return Err(NoRoute::FromUnknown { from: from.to_owned() });
    }
    // From where each version was reached first: breadth first, so by the fewest upgrades.
    let mut reached: HashMap<&str, Option<(&str, bool)>> = HashMap::from([(from, None)]);
    let mut waiting = VecDeque::from([from]);
    let mut order = Vec::new();
    while let Some(number) = waiting.pop_front().filter(|_| !reached.contains_key(to)) {
        let Some(version) = row(number) else { continue };
        for target in version.targets.iter().rev() {
            if reached.contains_key(target.number.as_str()) {
                continue;
            }
            let is_deprecated = row(&target.number).is_some_and(EngineVersion::is_deprecated);
            if target.number != to && is_deprecated {
                continue;
            }
            reached.insert(&target.number, Some((number, target.is_major)));
            waiting.push_back(&target.number);
            order.push(target.number.clone());
        }
    }
    if !reached.contains_key(to) {
        let place = |number: &String| versions.iter().position(|version| version.number == *number);
        order.sort_by_key(|number| place(number).unwrap_or(usize::MAX));
        return Err(NoRoute::NotReachable { from: from.to_owned(), to: to.to_owned(), reachable: order });
    }
    let mut hops = Vec::new();
    let mut at = to;
    while let Some(Some((before, is_major))) = reached.get(at) {
        hops.push(Hop { to: at.to_owned(), is_major: *is_major });
        at = before;
    }
    hops.reverse();
    Ok(Route { hops, family: row(to).and_then(|version| version.family.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UpgradeTarget;

    /// `9.6!` is deprecated, `+10` an upgrade of the major version.
    fn catalogue(rows: &[(&str, &[&str])]) -> Vec<EngineVersion> {
        let row = |(number, targets): &(&str, &[&str])| EngineVersion {
            number: number.trim_end_matches('!').into(),
            status: Some(if number.ends_with('!') { "deprecated" } else { "available" }.into()),
            family: Some(format!("family-{}", number.trim_end_matches('!'))),
            targets: targets
                .iter()
                .map(|target| UpgradeTarget {
                    number: target.trim_start_matches('+').trim_end_matches('!').into(),
                    is_major: target.starts_with('+'),
                })
                .collect(),
            ..EngineVersion::default()
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn the_shortest_way_is_taken_and_only_over_what_aws_lists() {
        let versions = catalogue(&[
            ("9.6!", &["10.1!", "+10.2", "+11.1"]),
            ("10.1!", &["+14"]),
            ("10.2", &["+11.1", "+12"]),
            ("11.1", &["+12", "+13"]),
            ("12", &["+13"]),
            ("13", &["+14"]),
            ("14", &[]),
            ("15", &["16"]),
        ]);
        let table: [(&str, &str, &[&str]); 6] = [
            ("9.6", "9.6", &[]),
            ("9.6", "11.1", &["11.1"]),
            ("9.6", "12", &["11.1", "12"]),
            ("9.6", "13", &["11.1", "13"]),
            ("9.6", "14", &["11.1", "13", "14"]),
            ("10.1", "14", &["14"]),
        ];
        for (from, to, expected) in table {
            let route = route(&versions, from, to).unwrap_or_else(|none| panic!("{from} {to}: {none}"));
            let hops: Vec<&str> = route.hops.iter().map(|hop| hop.to.as_str()).collect();
            assert_eq!(hops, expected, "{from} {to}");
            assert_eq!(route.family, Some(format!("family-{to}")));
            assert!(route.hops.iter().all(|hop| hop.is_major), "{from} {to}");
        }
    }

    #[test]
    fn without_a_way_it_says_what_can_be_reached() {
        let versions = catalogue(&[("10.1!", &["+10.3"]), ("10.3", &["+11.2!", "+12"]), ("11.2!", &[]), ("12", &[])]);
        let none = route(&versions, "10.1", "16").expect_err("no way");
        assert_eq!(none.to_string(), "no upgrade that AWS lists leads from 10.1 to 16; to be reached are 10.3, 12");
        let asked = route(&versions, "10.1", "11.2").expect("a deprecated one, where it is asked for");
        assert_eq!(asked.hops.len(), 2);
        let unknown = route(&versions, "9.3", "12").expect_err("no beginning");
        assert_eq!(unknown, NoRoute::FromUnknown { from: "9.3".into() });
        let last = route(&versions, "12", "10.1").expect_err("no way back");
        assert!(last.to_string().ends_with("it lists none from there"), "{last}");
    }

    /// A target without a row of its own can be reached, but nothing from there.
    #[test]
    fn a_target_need_not_be_listed_itself() {
        let versions = catalogue(&[("10", &["+11"])]);
        let found = route(&versions, "10", "11").expect("a way");
        assert_eq!((found.hops.len(), found.family), (1, None));
        assert!(route(&versions, "11", "12").is_err());
    }
}
