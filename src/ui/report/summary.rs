//! A report in plain sentences, for whoever reads nothing else of it.

use super::{
    databases,
    model::{Database, Report},
    standing::{Group, Standing},
};
use crate::model::ResourceKind;

/// So many names stand in a sentence.
const NAMES: usize = 6;

/// The sentences, what matters most first.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    let counts = report.counts;
    if counts.all == 0 {
        return vec!["No database was taken to encryption yet.".to_owned()];
    }
    let mut said = vec![done(report)];
    said.extend(of_group(report, Group::Failed).map(|names| {
        let verb = if counts.failed == 1 { "needs" } else { "need" };
        format!("{} {verb} a person: {names}. What to do stands below.", databases(counts.failed))
    }));
    said.extend(
        of_group(report, Group::Parked)
            .map(|names| format!("{} parked until the account has room: {names}.", are(counts.parked))),
    );
    said.extend(of_group(report, Group::Running).map(|names| format!("{} under way: {names}.", are(counts.running))));
    said.extend(
        of_group(report, Group::Waiting)
            .map(|names| format!("{} not begun, or interrupted, and waiting to go on: {names}.", are(counts.waiting))),
    );
    said.extend(of_group(report, Group::Skipped).map(|names| {
        format!("{} left out, since there was nothing to do or somebody gave it up: {names}.", are(counts.skipped))
    }));
    said.extend(plain_snapshots(report));
    said
}

/// What is done, and what that doesn't mean.
fn done(report: &Report) -> String {
    let counts = report.counts;
    let all = match (counts.done, counts.all) {
        (1, 1) => "The database has an encrypted copy".to_owned(),
        (done, all) if done == all => format!("All {all} databases have an encrypted copy each"),
        (0, 1) => {
            return "The database has no encrypted copy yet. It serves unchanged, and is not encrypted.".to_owned();
        }
        (0, all) => {
            return format!(
                "None of {all} databases has an encrypted copy yet. They serve unchanged, and aren't encrypted."
            );
        }
        (1, all) => format!("1 of {all} databases has an encrypted copy"),
        (done, all) => format!("{done} of {all} databases have an encrypted copy each"),
    };
    let (whose, they) =
        if counts.done == 1 { ("its", "the source, which is") } else { ("their", "the sources, which are") };
    format!(
        "{all}: encryption, key and settings were read back and are as planned. Applications go on using {they} still not \
         encrypted, until somebody moves them to {whose} encrypted cop{}.",
        if counts.done == 1 { "y" } else { "ies" }
    )
}

fn of_group(report: &Report, group: Group) -> Option<String> {
    let of: Vec<&Database> = report.databases.iter().filter(|it| it.counts_as == group).collect();
    if of.is_empty() {
        return None;
    }
    let mut names: Vec<String> = of.iter().take(NAMES).map(|it| named(it)).collect();
    if of.len() > NAMES {
        names.push(format!("{} more", of.len() - NAMES));
    }
    Some(match names.split_last() {
        Some((last, front)) if !front.is_empty() => format!("{} and {last}", front.join(", ")),
        _ => names.join(""),
    })
}

fn named(database: &Database) -> String {
    match database.standing {
        Standing::Refused => format!("{} (refused by the checks)", database.name),
        Standing::Differs => format!("{} (encrypted, but a setting differs)", database.name),
        Standing::Unreadable => format!("{} (its file can't be used)", database.name),
        _ => database.name.clone(),
    }
}

/// They hold the data of a database that is encrypted by now.
fn plain_snapshots(report: &Report) -> Option<String> {
    let stands = |it: &&Database| {
        let made = it.migration.iter().flat_map(|migration| &migration.made);
        it.standing == Standing::Done
            && made.into_iter().any(|row| row.kind == ResourceKind::Snapshot && row.known != "removed")
    };
    let count = report.databases.iter().filter(stands).count();
    match count {
        0 => None,
        1 => Some("1 snapshot that this made is itself not encrypted, and stays until somebody removes it.".to_owned()),
        _ => Some(format!(
            "{count} snapshots that this made are themselves not encrypted, and stay until somebody removes them."
        )),
    }
}

fn are(count: usize) -> String {
    if count == 1 { "1 database is".to_owned() } else { format!("{count} databases are") }
}
