//! The rules that the sandbox enforces: what each says, where it is from, where it is enforced, and what shows it.
//!
//! A source is a member of AWS's API (its documentation is the word), a page of AWS's guides, or an answer of AWS that
//! was seen. What nobody has shown is `unproven`, and then, where both answers matter, a switch of
//! [`Switches`](super::Switches) makes the other world. The place where a rule is enforced asks
//! [`Switches::without`](super::Switches::without) first, so that a scenario can be played with the rule and without.

mod access;
mod accounts;
mod changes;
mod copies;
mod documents;
mod identities;
mod instances;
mod lookups;
mod networks;
mod sessions;
mod settings;
mod shells;
mod wire;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, which the code cites.
    pub id: &'static str,
    /// The rule in our own words.
    pub rule: &'static str,
    /// AWS's page or API member, or `unproven` with its switch.
    pub source: &'static str,
    /// The file of the sandbox that enforces it; where there are several, one of them.
    pub place: &'static str,
    /// The scenario in `tests/sandbox/rules/` that comes out otherwise without it.
    pub scenario: &'static str,
}

/// Rules that have no scenario, and why.
pub const UNENFORCEABLE: &[(&str, &str)] = &[(
    "R-WIRE-5",
    "a check of the sandbox on itself: no request makes it answer wrongly; wire/xml.rs has a test of its own for it",
)];

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        wire::RULES,
        instances::RULES,
        changes::RULES,
        copies::RULES,
        lookups::RULES,
        networks::RULES,
        settings::RULES,
        accounts::RULES,
        sessions::RULES,
        shells::RULES,
        access::RULES,
        identities::RULES,
        documents::RULES,
    ]
    .into_iter()
    .flatten()
}

const ENCRYPTION: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html";
const STATUSES: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html";
const RENAMING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html";
const COPYING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html";
const BACKUPS: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html";
const TAGGING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html";
const SEEN: &str = "answers of AWS recorded by other tools' test suites";
const MODEL: &str = "AWS's service models as botocore ships them";
const EVENTS: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn room() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox")
    }

    /// All text under a folder but this one's.
    fn source(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("ledger") {
                source(&path, text);
            } else if path.is_file() {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn each_citation_is_a_rule() {
        let mut text = String::new();
        source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let cited: BTreeSet<&str> = text
            .split(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'))
            .filter(|word| word.starts_with("R-") && word.ends_with(|last: char| last.is_ascii_digit()))
            .collect();
        let known: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
        assert_eq!(known.len(), rules().count(), "an id is there twice");
        assert_eq!(cited.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "cited, but no rule");
    }

    #[test]
    fn the_place_of_each_rule_asks_whether_it_holds_and_tells_the_reader() {
        for rule in rules() {
            let text = std::fs::read_to_string(room().join(rule.place)).unwrap();
            if UNENFORCEABLE.iter().all(|(id, _)| *id != rule.id) {
                assert!(text.contains(&format!("\"{}\"", rule.id)), "{} does not enforce {}", rule.place, rule.id);
            }
            assert!(text.contains(&format!("`{}`", rule.id)), "{} does not explain {}", rule.place, rule.id);
        }
    }

    #[test]
    fn each_switch_is_named_by_a_rule() {
        let sources: String = rules().map(|rule| rule.source).collect();
        let switches = format!("{:#?}", crate::sandbox::Switches::default());
        let names = switches.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
        let names: Vec<&str> = names.map(|(name, _)| name).filter(|name| !name.starts_with(' ')).collect();
        assert!(names.len() > 10);
        for name in names.into_iter().filter(|name| *name != "without") {
            assert!(sources.contains(name), "{name}");
        }
    }
}
