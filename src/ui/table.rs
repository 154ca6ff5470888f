//! Tables: where each migration stands, one of them in detail, settings that differ.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Page, text::Text, time, words};
use crate::{
    model::{Intent, Outcome},
    state::{Entry, Owner, Record},
    steps::Difference,
};

/// All migrations, one a row; a file that can't be used is a row with its sentence.
#[must_use]
pub fn list(entries: &[Entry], page: Page) -> String {
    if entries.is_empty() {
        return "No migrations. Begin one: rds-encrypt migrate DB --kms-key KEY\n".into();
    }
    let mut table = table(page, &["DATABASE", "WHERE", "STANDS", "UPDATED (UTC)"]);
    for entry in entries {
        table.add_row(row(entry));
    }
    format!("{}\n", table.trim_fmt())
}

fn row(entry: &Entry) -> [String; 4] {
    match &entry.record {
        Ok(record) => [
            record.migration.name.clone(),
            format!("{} {}", record.account, record.region),
            standing(record, entry.holder.as_ref()),
            time::minute(record.summary.updated),
        ],
        Err(error) => {
            let name = entry.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            [name, String::new(), format!("unusable: {error}"), String::new()]
        }
    }
}

/// Where it stands, and how to go on where somebody must.
fn standing(record: &Record, holder: Option<&Owner>) -> String {
    let stands = words::standing(&record.summary, holder);
    if holder.is_some() || record.is_finished() {
        return stands;
    }
    format!("{stands}; {}", record.summary.next)
}

/// One migration: where it stands, its names, its journal.
#[must_use]
pub fn details(record: &Record, holder: Option<&Owner>, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading(&format!("{}: {}", record.migration.name, words::standing(&record.summary, holder)));
    if let Some(why) = &record.summary.stopped {
        text.sentence(why);
    }
    if let Some(holder) = holder {
        text.sentence(&format!("owned by {holder}"));
    }
    text.blank();
    text.rows(&facts(record));
    text.heading("Journal: what was asked of AWS");
    if record.journal.is_empty() {
        text.point("-", "nothing yet");
    } else {
        text.block(&journal(&record.journal, page));
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

fn journal(intents: &[Intent], page: Page) -> String {
    let mut table = table(page, &["#", "SENT (UTC)", "CALL", "OUTCOME"]);
    if let Some(number) = table.column_mut(0) {
        number.set_cell_alignment(CellAlignment::Right);
    }
    for intent in intents {
        table.add_row([
            intent.number.to_string(),
            intent.sent_at.strftime("%m-%d %H:%M:%S").to_string(),
            intent.call.to_string(),
            outcome(&intent.outcome),
        ]);
    }
    table.trim_fmt()
}

/// What became of a call, in AWS's own words where it gave some.
fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent => "sent; no answer was saved".into(),
        Outcome::Accepted { .. } => "accepted".into(),
        Outcome::Refused { code, message, .. } => format!("refused: {code}: {message}"),
        Outcome::Unknown { why } => format!("unknown: {why}"),
        Outcome::Found { .. } => "answer lost, but found and ours".into(),
        Outcome::NotSent { why } => format!("not sent: {why}"),
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
    table.trim_fmt()
}

/// No borders: rows can be grepped and copied.
fn table(page: Page, header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .force_no_tty()
        .set_width(page.width)
        .set_header(header.iter().map(|title| page.dim(title)));
    table
}

#[cfg(test)]
mod tests;
