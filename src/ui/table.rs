//! Tables: where each migration stands, one of them in detail, settings that differ.

use std::path::Path;

use comfy_table::{ContentArrangement, Table, presets};

use super::{Page, existing, text::Text, time, words};
use crate::{
    model::{Intent, Outcome},
    state::{Entry, Owner, Record},
    steps::{Difference, Item},
};

/// From this width on there is room for the day.
const WITH_DATE: u16 = 76;

/// All migrations by account and Region, one a row; a file that can't be used is a row with its sentence.
#[must_use]
pub fn list(entries: &[Entry], page: Page) -> String {
    if entries.is_empty() {
        return "No migrations. Begin one: rds-encrypt migrate DB --kms-key KEY\n".into();
    }
    let mut text = Text::new(page);
    for group in entries.chunk_by(|one, other| place(one) == place(other)) {
        text.heading(&group.first().map(place).unwrap_or_default());
        let mut table = table(page, &["DATABASE", "STANDS", "UPDATED (UTC)"]);
        table.add_rows(group.iter().map(row));
        text.block(&laid_out(&mut table));
    }
    let next: Vec<&str> = entries.iter().filter_map(next).collect();
    if !next.is_empty() {
        text.heading("To go on");
        for command in next {
            text.verbatim(command);
        }
    }
    text.finish()
}

fn place(entry: &Entry) -> String {
    entry.path.parent().map(account_and_region).unwrap_or_default()
}

/// Account and Region are also the folders that a file is in, readable or not; of the Region's folder.
pub(super) fn account_and_region(folder: &Path) -> String {
    let mut names: Vec<_> =
        folder.ancestors().take(2).filter_map(Path::file_name).map(|name| name.to_string_lossy()).collect();
    names.reverse();
    names.join(" ")
}

fn row(entry: &Entry) -> [String; 3] {
    match &entry.record {
        Ok(record) => [
            record.migration.name.clone(),
            words::standing(&record.summary, entry.holder.as_ref()),
            time::minute(record.summary.updated),
        ],
        Err(error) => ["?".into(), in_place(&error.to_string(), &entry.path), String::new()],
    }
}

/// A sentence about a file, without the folders that stand above it already.
pub(super) fn in_place(sentence: &str, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    sentence.replace(&path.display().to_string(), &name)
}

/// The command that goes on, where nobody is at it.
fn next(entry: &Entry) -> Option<&str> {
    let record = entry.record.as_ref().ok()?;
    (entry.holder.is_none() && !record.is_finished()).then_some(record.summary.next.as_str())
}

/// One migration: where it stands, its names, what exists of it; with `log` its journal.
#[must_use]
pub fn details(record: &Record, holder: Option<&Owner>, looked: Option<&[Item]>, log: bool, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading(&format!("{}: {}", record.migration.name, words::standing(&record.summary, holder)));
    match (holder, &record.summary.stopped) {
        (Some(holder), _) => text.inside(&format!("by {holder}")),
        (None, Some(why)) => text.inside(why),
        (None, None) => {}
    }
    text.blank();
    text.rows(&facts(record));
    existing::section(&mut text, record, looked, page);
    if log {
        text.heading("Journal: what was asked of AWS");
        if record.journal.is_empty() {
            text.point("-", "nothing yet");
        }
        journal(&mut text, &record.journal, page);
    }
    if !record.is_finished() && holder.is_none() {
        text.heading("To go on");
        text.verbatim(&record.summary.next);
    }
    text.finish()
}

fn facts(record: &Record) -> Vec<[String; 3]> {
    let row = |what: &str, is: &str| [what.to_owned(), is.to_owned(), String::new()];
    let summary = &record.summary;
    let mut rows = vec![
        row("source", &record.migration.name),
        row("", &record.migration.resource_id),
        row("where", &format!("{} {}", record.account, record.region)),
        row("serves", &summary.serves),
        row("key", &record.plan.key_arn),
    ];
    if let Some(names) = record.generation().map(|generation| &generation.names) {
        rows.push(row("snapshot", &names.snapshot));
        rows.push(row("encrypted copy", &names.copy));
        rows.push(row("target", &names.target));
    }
    rows.push(row("begun", &format!("{} by {}", time::utc(summary.begun), record.run.owner)));
    rows.push(row("updated", &time::utc(summary.updated)));
    rows
}

/// Each call with what became of it, and AWS's own words in full below.
fn journal(text: &mut Text, intents: &[Intent], page: Page) {
    let form = if page.width < WITH_DATE { "%H:%M:%S" } else { "%m-%d %H:%M:%S" };
    for intent in intents {
        let (word, said) = outcome(&intent.outcome);
        let lead = format!("{:>2}  {}  {word:8}  ", intent.number, intent.sent_at.strftime(form));
        text.hanging(&lead, &intent.call.to_string());
        text.hanging(&" ".repeat(lead.chars().count()), &said);
    }
}

/// What became of a call: in a word, and in a sentence where that doesn't say all.
pub(super) fn outcome(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Sent => ("sent", "no answer was saved".into()),
        Outcome::Accepted { .. } => ("accepted", String::new()),
        Outcome::Refused { code, message, .. } => ("refused", format!("{code}: {message}")),
        Outcome::Unknown { why } => ("unknown", why.clone()),
        Outcome::Gone { .. } => ("gone", "it was made, and AWS shows it no more".into()),
        Outcome::Found { .. } => ("found", "the answer was lost; what it made was found, and is ours".into()),
        Outcome::NotSent { why } => ("not sent", why.clone()),
    }
}

/// Settings in which the copy isn't what was planned.
#[must_use]
pub fn differences(found: &[Difference], page: Page) -> String {
    let mut table = table(page, &["SETTING", "WANTED", "SHOWN"]);
    for difference in found {
        let shown = difference.shown.as_ref().map_or_else(|| "(AWS shows nothing)".into(), ToString::to_string);
        table.add_row([difference.setting.to_string(), difference.wanted.to_string(), shown]);
    }
    laid_out(&mut table)
}

/// Flush with the other texts, with two blanks between columns.
pub(super) fn laid_out(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("  {}", line.trim_end())).collect::<Vec<_>>().join("\n")
}

/// No borders: rows can be grepped and copied.
pub(super) fn table(page: Page, header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .force_no_tty()
        .set_width(page.width.saturating_sub(2))
        .set_header(header.iter().map(|title| page.dim(title)));
    table
}

#[cfg(test)]
mod tests;
