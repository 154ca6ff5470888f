//! `rds-encrypt status [DB]`

use super::{
    Failure, Surroundings,
    arguments::{Global, Status},
    place::Place,
};
use crate::{
    model::DatabaseReference,
    state::Entry,
    ui::{json, table},
};

pub(super) fn run(global: &Global, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let entries = place.states.entries();
    let page = around.output.stdout_page;
    if let Some(waiting) = place.waiting_in_the_sandbox() {
        around.output.say(&waiting);
    }
    if around.json {
        let meant = entries.into_iter().filter(|entry| is_meant(entry, asked.database.as_ref()));
        let document = json::status(&meant.collect::<Vec<_>>());
        return around.result(&format!("{document:#}\n")).map(|()| 0);
    }
    let Some(database) = &asked.database else { return around.result(&table::list(&entries, page)).map(|()| 0) };
    for entry in entries {
        match entry.record {
            Ok(record) if record.is_meant_by(database) => {
                let text = table::details(&record, entry.holder.as_ref(), asked.log, page);
                return around.result(&text).map(|()| 0);
            }
            Err(error) if entry.path.file_stem().is_some_and(|stem| super::resume::is_named_after(stem, database)) => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Err(Failure::Usage(format!("no migration of {database} in {}", place.states.root().display())))
}

/// A broken file is shown to everybody: it might be the one that is meant.
fn is_meant(entry: &Entry, database: Option<&DatabaseReference>) -> bool {
    match (&entry.record, database) {
        (Ok(record), Some(database)) => record.is_meant_by(database),
        _ => true,
    }
}
