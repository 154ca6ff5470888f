//! `rds-encrypt status [DB]`

use super::{
    Failure, Surroundings,
    arguments::{Global, Status},
    place::Place,
};
use crate::ui::table;

pub(super) fn run(global: &Global, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global, around)?;
    let entries = place.states.entries();
    let page = around.output.stdout_page;
    if let Some(waiting) = place.waiting_in_the_sandbox() {
        around.output.say(&waiting);
    }
    let Some(database) = &asked.database else { return show(&table::list(&entries, page), around) };
    for entry in entries {
        match entry.record {
            Ok(record) if record.is_meant_by(database) => {
                return show(&table::details(&record, entry.holder.as_ref(), page), around);
            }
            Err(error) if entry.path.file_stem().is_some_and(|stem| super::resume::is_named_after(stem, database)) => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Err(Failure::Usage(format!("no migration of {database} in {}", place.states.root().display())))
}

fn show(text: &str, around: &mut Surroundings) -> Result<u8, Failure> {
    around.output.result(text).map_err(|error| Failure::Ours(format!("can't write the result: {error}")))?;
    Ok(0)
}
