//! Small networks: one in which all is as it should be, and one change at a time.

mod changes;
mod endpoints;
pub(super) mod network;
mod permitted;
mod reading;
mod recipe;
mod told;

use crate::{
    access::{Facts, Verdict, audit},
    model::unquoted,
};

/// The checks that fail, and those that couldn't be made.
fn found(facts: &Facts) -> (Vec<&'static str>, Vec<&'static str>) {
    let report = audit(facts);
    let of = |wanted: fn(&Verdict) -> bool| {
        report.checks.iter().filter(|check| wanted(&check.verdict)).map(|check| check.id).collect()
    };
    for check in &report.checks {
        // Every remedy is a line that a shell takes, and every word of a check is there.
        if let Verdict::Fail(remedy) = &check.verdict {
            assert!(!remedy.words.is_empty() && !check.seen.is_empty(), "{check:?}");
            for command in &remedy.commands {
                let words = unquoted(command).unwrap_or_else(|error| panic!("{command}: {error}"));
                assert!(matches!(words.first().map(String::as_str), Some("aws" | "rds-encrypt")), "{command}");
            }
        }
    }
    (of(|verdict| matches!(verdict, Verdict::Fail(_))), of(|verdict| matches!(verdict, Verdict::NotChecked(_))))
}

/// What one check saw, and its remedy's commands.
fn of_check(facts: &Facts, id: &str) -> (Vec<String>, Vec<String>) {
    let report = audit(facts);
    let check = report.checks.into_iter().find(|check| check.id == id).unwrap_or_else(|| panic!("no check {id}"));
    match check.verdict {
        Verdict::Fail(remedy) => (check.seen, remedy.commands),
        Verdict::Pass => (check.seen, Vec::new()),
        Verdict::NotChecked(why) => (vec![why], Vec::new()),
    }
}
