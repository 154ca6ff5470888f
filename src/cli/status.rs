//! `rds-encrypt status [DB]`

use super::{
    Failure, Surroundings,
    arguments::{Global, Status},
    session,
};
use crate::ui::table;

pub(super) fn run(global: &Global, asked: &Status, around: &mut Surroundings) -> Result<u8, Failure> {
    let states = session::state_directory(global)?;
    let entries = states.entries();
    let page = around.output.stdout_page;
    let Some(database) = &asked.database else {
        let text = if entries.is_empty() {
            format!("no migrations in {}\n", states.root().display())
        } else {
            table::list(&entries, page)
        };
        return show(&text, around);
    };
    for entry in entries {
        if let Ok(record) = &entry.record
            && record.is_meant_by(database)
        {
            return show(&table::details(record, entry.holder.as_ref(), page), around);
        }
    }
    Err(Failure::Usage(format!("no migration of {database} in {}", states.root().display())))
}

fn show(text: &str, around: &mut Surroundings) -> Result<u8, Failure> {
    around.output.result(text).map_err(|error| Failure::Ours(format!("can't write the result: {error}")))?;
    Ok(0)
}
