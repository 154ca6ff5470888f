//! Batches as text: `status` lists them, `status BATCH` shows one.

use super::{
    super::{Page, text::Text, time},
    model::{BatchFacts, BatchPart, Database, Report},
    standing::{Group, Standing},
};

/// One section of a batch, by how its databases stand.
const SECTIONS: [(&str, &[Standing]); 9] = [
    ("Failed, each to be mended and resumed alone or with all", &[Standing::Failed, Standing::Unreadable]),
    ("Encrypted, but a setting differs", &[Standing::Differs]),
    ("Refused by the checks: nothing was made", &[Standing::Refused]),
    ("Parked: the account has no room", &[Standing::Parked]),
    ("Running", &[Standing::Running]),
    ("Interrupted", &[Standing::Interrupted]),
    ("Not begun", &[Standing::Waiting]),
    ("Encrypted and verified", &[Standing::Done]),
    ("Nothing to do, or given up", &[Standing::Skipped, Standing::GivenUp]),
];

/// All batches, one in two lines: for the list of everything. Empty where there are none.
#[must_use]
pub fn list(report: &Report, page: Page) -> String {
    let mut text = Text::new(page);
    if report.batches.is_empty() {
        return String::new();
    }
    text.heading("Batches (each in detail: rds-encrypt status BATCH)");
    for batch in &report.batches {
        match (&batch.facts, &batch.error) {
            (Some(facts), _) => {
                text.hanging(&format!("{}  ", batch.name), &format!("{}; {}", tally(facts), facts.stands));
                if let Some(next) = &facts.next {
                    text.verbatim(&format!("{}  {next}", " ".repeat(batch.name.chars().count())));
                }
            }
            (None, error) => {
                text.hanging(&format!("{}  ", batch.name), error.as_deref().unwrap_or("its file can't be used"));
            }
        }
    }
    text.finish()
}

/// The batches that a report is about, each with its databases.
#[must_use]
pub fn batches(report: &Report, page: Page) -> String {
    let mut text = Text::new(page);
    for batch in &report.batches {
        one(&mut text, report, batch, page);
    }
    text.finish()
}

fn one(text: &mut Text, report: &Report, batch: &BatchPart, page: Page) {
    let Some(facts) = &batch.facts else {
        text.marked_heading(&page.bad("✗"), &format!("Batch {}", batch.name));
        text.inside(batch.error.as_deref().unwrap_or("its file can't be used"));
        return;
    };
    text.heading(&format!("Batch {}: {}", batch.name, facts.stands));
    text.inside(&tally(facts));
    text.blank();
    text.rows(&rows(batch, facts));
    let is_its = |it: &&Database| it.batch.as_ref() == Some(&batch.name) && it.account == facts.account;
    let its: Vec<&Database> = report.databases.iter().filter(is_its).filter(|it| it.region == facts.region).collect();
    for (heading, standings) in SECTIONS {
        let of: Vec<&&Database> = its.iter().filter(|it| standings.contains(&it.standing)).collect();
        section(text, heading, &of, page);
    }
    if !facts.left_out.is_empty() {
        text.heading(&format!("Left out when it began ({})", facts.left_out.len()));
        for it in &facts.left_out {
            let is = if it.why.starts_with(&it.name) { it.why.clone() } else { format!("{}: {}", it.name, it.why) };
            text.point(&page.dim("-"), &is);
        }
    }
    if let Some(next) = &facts.next {
        text.heading("To go on with all of it");
        text.verbatim(next);
    }
}

fn rows(batch: &BatchPart, facts: &BatchFacts) -> Vec<[String; 3]> {
    let row = |what: &str, is: String| [what.to_owned(), is, String::new()];
    let mut rows = vec![
        row("where", format!("{} {}", facts.account, facts.region)),
        row("key", facts.kms_key.clone()),
        row("selected", facts.selection.clone()),
    ];
    if !facts.choices.is_empty() {
        rows.push(row("chosen", facts.choices.clone()));
    }
    rows.push(row("begun", format!("{} by {}", time::utc(facts.begun), facts.owner)));
    rows.extend(facts.running.as_ref().map(|running| row("run by", running.clone())));
    rows.extend(facts.last_run_ended.map(|ended| row("last run", format!("ended {}", time::utc(ended)))));
    rows.push(row("file", batch.file.clone()));
    rows
}

/// How many stand how; what there is none of isn't named.
fn tally(facts: &BatchFacts) -> String {
    let named = [Group::Done, Group::Running, Group::Failed, Group::Parked, Group::Waiting, Group::Skipped];
    let parts = named.into_iter().filter_map(|group| {
        let count = facts.counts.count(group);
        (count > 0 || group == Group::Done).then(|| format!("{count} {}", group.word()))
    });
    let held = facts.held.iter().map(|held| format!("; {held}"));
    format!(
        "{}: {}{}",
        super::databases(facts.counts.all),
        parts.collect::<Vec<_>>().join(", "),
        held.collect::<String>()
    )
}

fn section(text: &mut Text, heading: &str, of: &[&&Database], page: Page) {
    let Some(first) = of.first() else { return };
    text.heading(&format!("{heading} ({})", of.len()));
    // Those that wait for the same are one line.
    if of.len() > 1 && of.iter().all(|it| it.counts_as == Group::Waiting && it.why == first.why) {
        text.inside(&of.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "));
        if let Some(why) = &first.why {
            text.inside(why);
        }
        return;
    }
    for database in of {
        let (mark, is) = match database.counts_as {
            Group::Failed => (page.bad("✗"), database.why.clone().unwrap_or_default()),
            Group::Parked => (page.warning("!"), database.why.clone().unwrap_or_default()),
            Group::Done => (page.good("✓"), String::new()),
            _ => (page.dim("-"), database.why.clone().unwrap_or_else(|| database.stands.clone())),
        };
        text.point(&mark, &line(database, &is));
        for under in database.remedy.iter().chain(database.why.iter().filter(|_| database.counts_as == Group::Done)) {
            text.under(under);
        }
        if database.counts_as == Group::Failed {
            for command in database.remains.iter().filter_map(|it| it.command.as_deref()) {
                text.verbatim(&format!("    {command}"));
            }
        }
    }
}

fn line(database: &Database, is: &str) -> String {
    let copy =
        database.migration.as_ref().and_then(|it| it.encrypted_instance.as_ref().or(it.encrypted_snapshot.as_ref()));
    match (database.counts_as, copy) {
        (Group::Done, Some(copy)) => format!("{} → {copy}", database.name),
        _ if is.is_empty() || is.starts_with(&database.name) => {
            if is.is_empty() {
                database.name.clone()
            } else {
                is.to_owned()
            }
        }
        _ => format!("{}: {is}", database.name),
    }
}
