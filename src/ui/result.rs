//! The last lines: what was made and what it means; or why it ended, what exists, and how to go on.

use super::{Page, existing, explained, table, text::Text, time, words};
use crate::{
    model::{AwsTime, ResourceKind, name::GenerationNames},
    plan::Network,
    state::{Known, Record, Resource},
    steps::{Difference, Goal, Stop, StopKind},
};

/// A finished migration, and what was seen of it at the end.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// Its state.
    pub record: &'a Record,
    /// Where the new instance answers: `host:port`.
    pub endpoint: Option<&'a str>,
    /// The ARN of the secret in which AWS keeps its master password, where it does.
    pub secret_arn: Option<&'a str>,
    /// As of when its data is: the snapshot's original time.
    pub snapshot_time: Option<AwsTime>,
    /// How many settings were compared.
    pub compared: Option<usize>,
    /// What AWS raised by itself, as the plan told that it may.
    pub raised: &'a [Difference],
    /// What became of the source meanwhile.
    pub source: SourceNow<'a>,
}

/// What became of the source since the plan was made.
#[derive(Clone, Copy, Debug)]
pub enum SourceNow<'a> {
    /// It serves, with these settings changed by others.
    There(&'a [Difference]),
    /// AWS shows no instance of its name with its identity.
    Gone,
}

/// All goals hold.
#[must_use]
pub fn finished(made: &Made<'_>, page: Page) -> String {
    let record = made.record;
    let Some(names) = record.generation().map(|generation| &generation.names) else { return String::new() };
    let source = &record.migration.name;
    let mut text = Text::new(page);
    let took = time::words(words::between(record.summary.begun, record.summary.updated));
    text.marked_heading(&page.good("✓"), &format!("Encrypted and verified in {took}: {source} → {}", names.target));
    text.blank();
    text.rows(&what_was_made(made, names));
    text.heading("What it is");
    for point in what_it_is(made, names) {
        text.point("-", &point);
    }
    explained::section(&mut text, &record.plan, made.raised);
    text.heading("Billed from now on, until you remove it");
    text.point("-", &format!("the instance {}", names.target));
    text.point("-", &format!("the encrypted snapshot {}", names.copy));
    if !is_dropped(record, names) && record.plan.choices.from.is_none() {
        text.point("-", &format!("the snapshot {}, which is itself not encrypted", names.snapshot));
        text.heading("To remove that snapshot, since it is not encrypted and fails audits");
        text.verbatim(&record.command(Goal::DropSnapshots.command()));
    }
    if made.endpoint.is_some() && matches!(record.plan.choices.network, Network::Source) {
        text.heading("To look into the copy, in a private subnet too");
        text.verbatim(&record.command("tunnel --copy"));
    }
    text.finish()
}

fn what_was_made(made: &Made<'_>, names: &GenerationNames) -> Vec<[String; 3]> {
    let row = |kind: &str, name: &str, rest: &str| [kind.to_owned(), name.to_owned(), rest.to_owned()];
    let plan = &made.record.plan;
    let mut rows = vec![row("instance", &names.target, "")];
    rows.extend(made.endpoint.map(|endpoint| row("  at", endpoint, "")));
    rows.extend(made.secret_arn.map(|arn| row("  password in", arn, "")));
    rows.push(row("snapshot", &names.copy, "encrypted"));
    if !is_dropped(made.record, names) {
        let there = if plan.choices.from.is_some() { "not encrypted; it was there before" } else { "not encrypted" };
        rows.push(row("snapshot", &names.snapshot, there));
    }
    rows.push(row("key", &plan.key_arn, ""));
    if plan.key_asked != plan.key_arn {
        rows.push(row("", &plan.key_asked, ""));
    }
    rows
}

/// Whether the plain snapshot was removed since.
fn is_dropped(record: &Record, names: &GenerationNames) -> bool {
    let is_it = |it: &Resource<'_>| it.kind == ResourceKind::Snapshot && it.name == names.snapshot;
    record.resources().iter().any(|it| is_it(it) && it.known == Known::Removed)
}

fn what_it_is(made: &Made<'_>, names: &GenerationNames) -> Vec<String> {
    let source = &made.record.migration.name;
    let target = &names.target;
    let when = made.snapshot_time.map_or_else(|| "the moment of its snapshot".to_owned(), time::utc);
    let settings = made.compared.map_or_else(|| "settings".to_owned(), |compared| format!("{compared} settings"));
    let but = if made.raised.is_empty() { "" } else { ", but for what AWS raised by itself (below)" };
    let compared = format!("Encryption, key and {settings} were read back and are as planned{but}.");
    vec![
        format!("It holds the data of {source} as of {when}, and nothing that was written later."),
        compared,
        source_now(made.source, source),
        "Its blocks load from the snapshot when first touched: first reads are slow. Don't judge its speed yet."
            .to_owned(),
        match made.record.plan.choices.network {
            Network::Quarantine { .. } => format!("{target} is in quarantine ({}).", names.security_group),
            Network::Source => format!("Jobs and schedulers inside the database now run a second time, in {target}."),
        },
    ]
}

fn source_now(now: SourceNow<'_>, source: &str) -> String {
    match now {
        SourceNow::There([]) => {
            format!("Applications still use {source}, which was not changed and is still not encrypted.")
        }
        SourceNow::There(changed) => {
            let names: Vec<String> = changed.iter().map(|difference| difference.setting.to_string()).collect();
            format!(
                "Applications still use {source}, which is still not encrypted. Others changed it since the plan was made \
                 ({}): the copy has it as it was planned.",
                names.join(", ")
            )
        }
        SourceNow::Gone => format!(
            "AWS doesn't show {source} any more: somebody renamed or removed it. What was made here may be all that is left \
             of its data: keep it."
        ),
    }
}

/// Only a person can help: what was seen, what it means, how to go on.
#[must_use]
pub fn stopped(record: &Record, stop: &Stop, page: Page) -> String {
    let mut text = Text::new(page);
    let at = at_step(record);
    let mark = page.bad("✗");
    match &stop.kind {
        StopKind::Difference(found) => {
            text.marked_heading(&mark, &format!("Encrypted under the key, but {} as planned", are_not(found.len())));
            text.blank();
            text.block(&table::differences(found, page));
        }
        StopKind::NeedsPerson
        | StopKind::Quota { .. }
        | StopKind::Failed { .. }
        | StopKind::Foreign
        | StopKind::Denied => {
            text.marked_heading(&mark, &format!("Stopped{at}: {}", what_kind(&stop.kind)));
            text.heading("What was seen");
            text.inside(&stop.reason);
        }
    }
    if !stop.remedy.is_empty() {
        text.heading("What it means, and what to do");
        text.inside(&stop.remedy);
    }
    exists_so_far(&mut text, record, page);
    if stop.kind.is_failed() {
        text.heading("To look again, once it is mended");
        text.verbatim(&record.command("resume"));
        text.heading("To begin afresh, under new names; what failed stays until you remove it");
        text.verbatim(&record.command("resume --retry"));
        text.heading("To give up, and remove what this migration made");
        text.verbatim(&record.command(Goal::Abandon.command()));
    } else {
        go_on(&mut text, record);
    }
    text.finish()
}

fn are_not(count: usize) -> String {
    if count == 1 { "1 setting is not".into() } else { format!("{count} settings are not") }
}

fn what_kind(kind: &StopKind) -> &'static str {
    match kind {
        StopKind::Foreign => "something of somebody else's is in the way",
        StopKind::Denied => "AWS denies a call",
        StopKind::Failed { .. } => "what was made is of no use",
        StopKind::NeedsPerson | StopKind::Quota { .. } | StopKind::Difference(_) => "this needs a person",
    }
}

/// A person or the system ended the run.
#[must_use]
pub fn interrupted(record: &Record, page: Page) -> String {
    let mut text = Text::new(page);
    let at = at_step(record);
    let source = &record.migration.name;
    text.marked_heading(&page.warning("‖"), &format!("Interrupted{at}"));
    text.blank();
    text.sentence(&format!(
        "Nothing further is asked of AWS; what AWS has begun goes on by itself. {source} was not changed."
    ));
    exists_so_far(&mut text, record, page);
    go_on(&mut text, record);
    text.finish()
}

fn at_step(record: &Record) -> String {
    record.summary.step.map(|step| format!(" at {}", words::step(step))).unwrap_or_default()
}

fn go_on(text: &mut Text, record: &Record) {
    text.heading("To go on");
    text.verbatim(&record.command("resume"));
}

/// What this migration has made, as far as its journal knows.
fn exists_so_far(text: &mut Text, record: &Record, page: Page) {
    let resources = record.resources();
    if resources.is_empty() {
        text.heading("So far nothing was made");
        return;
    }
    text.heading("Asked for so far; what exists of it is billed until you remove it");
    text.rows(&resources.iter().map(existing::by_journal).collect::<Vec<_>>());
    if resources.iter().any(|resource| resource.known == Known::MayExist) {
        text.point(&page.warning("!"), "AWS's answer to one call was lost: the next run looks for what it made first");
    }
}

#[cfg(test)]
mod tests;
