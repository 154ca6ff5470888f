//! Setups that aren't removed, for `status`.

use crate::{
    state::{AccessEntry, AccessPhase, AccessRecord, Owner},
    ui::{
        Page,
        table::{laid_out, table},
        text::Text,
        time,
    },
};

/// A row each, and the command that goes on, or removes what is billed.
#[must_use]
pub fn list(setups: &[AccessEntry], page: Page) -> String {
    let mut text = Text::new(page);
    text.heading("Ways to databases that were set up");
    let mut table = table(page, &["DATABASE", "WHERE", "STANDS", "UPDATED (UTC)"]);
    table.add_rows(setups.iter().map(row));
    text.block(&laid_out(&mut table));
    let idle = setups.iter().filter(|it| it.holder.is_none()).filter_map(|it| it.record.as_deref().ok());
    let (stand, half): (Vec<&AccessRecord>, Vec<&AccessRecord>) = idle.partition(|it| it.phase == AccessPhase::Made);
    let go_on = half.iter().map(|record| record.command(record.phase.next_command())).collect();
    let remove = stand.iter().map(|record| record.command("teardown")).collect();
    for (heading, commands) in [("To go on", go_on), ("Billed until they are removed", remove)] {
        let commands: Vec<String> = commands;
        if !commands.is_empty() {
            text.heading(heading);
        }
        for command in commands {
            text.verbatim(&command);
        }
    }
    text.finish()
}

fn row(entry: &AccessEntry) -> [String; 4] {
    match &entry.record {
        Ok(record) => [
            record.recipe.database.clone(),
            format!("{} {}", record.account, record.region),
            standing(record, entry.holder.as_ref()),
            time::minute(record.updated),
        ],
        Err(error) => ["?".into(), String::new(), error.to_string(), String::new()],
    }
}

fn standing(record: &AccessRecord, holder: Option<&Owner>) -> String {
    let parts = record.recipe.parts.len();
    let text = match (record.phase, holder) {
        (AccessPhase::Making, Some(_)) => "is being made".to_owned(),
        (AccessPhase::Making, None) => "half made".to_owned(),
        (AccessPhase::Made, None) => format!("{parts} parts stand"),
        (AccessPhase::Made, Some(_)) => format!("{parts} parts stand, looked at now"),
        (AccessPhase::Removing, Some(_)) => "is being removed".to_owned(),
        (AccessPhase::Removing, None) => "half removed".to_owned(),
        (AccessPhase::Removed, _) => "removed".to_owned(),
    };
    match (&record.stopped, holder) {
        (Some(why), None) => format!("{text}: {why}"),
        _ => text,
    }
}
