//! `rds-encrypt status [DB]`

use super::{
    Failure, Surroundings,
    arguments::{Global, Status},
    place::Place,
    resume, unless_interrupted,
};
use crate::{
    engine::survey,
    model::DatabaseReference,
    state::{Entry, Record},
    steps::Item,
    ui::{json, table},
};

pub(super) async fn run(global: &Global, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let entries = place.states.entries();
    if let Some(waiting) = place.waiting_in_the_sandbox() {
        around.output.say(&waiting);
    }
    let Some(database) = &asked.database else {
        let text = if around.json {
            format!("{:#}\n", json::status(&entries, None))
        } else {
            table::list(&entries, around.output.stdout_page)
        };
        return around.result(&text).map(|()| 0);
    };
    if around.json && !asked.refresh {
        let meant = entries.into_iter().filter(|entry| is_meant(entry, database)).collect::<Vec<_>>();
        return around.result(&format!("{:#}\n", json::status(&meant, None))).map(|()| 0);
    }
    let entry = the_one(entries, database)
        .ok_or_else(|| Failure::Usage(format!("no migration of {database} in {}", place.states.root().display())))?;
    let Ok(record) = &entry.record else { return entry.record.map(|_| 0).map_err(Failure::State) };
    let looked = if asked.refresh { Some(refreshed(&place, global, record, around).await?) } else { None };
    let text = if around.json {
        format!("{:#}\n", json::status(std::slice::from_ref(&entry), looked.as_deref()))
    } else {
        table::details(record, entry.holder.as_ref(), looked.as_deref(), asked.log, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

/// Asks AWS what exists of all generations, newest first. Nothing is saved of it: the next run looks by itself.
async fn refreshed(
    place: &Place,
    global: &Global,
    record: &Record,
    around: &mut Surroundings,
) -> Result<Vec<Item>, Failure> {
    let aws = resume::reach(place, global, record, around).await?;
    Ok(unless_interrupted(around, survey(&aws, record)).await??)
}

/// The migration that is meant; one that was abandoned only where there is no other.
pub(super) fn the_one(entries: Vec<Entry>, database: &DatabaseReference) -> Option<Entry> {
    let mut meant: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| match &entry.record {
            Ok(record) => record.is_meant_by(database),
            Err(_) => entry.path.file_stem().is_some_and(|stem| resume::is_named_after(stem, database)),
        })
        .collect();
    let current = meant.iter().position(|entry| !entry.is_abandoned()).unwrap_or(meant.len().saturating_sub(1));
    (!meant.is_empty()).then(|| meant.swap_remove(current))
}

/// A broken file is shown to everybody: it might be the one that is meant.
fn is_meant(entry: &Entry, database: &DatabaseReference) -> bool {
    entry.record.as_ref().map_or(true, |record| record.is_meant_by(database))
}
