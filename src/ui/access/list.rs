//! Setups that aren't removed, for `status`.

use std::path::Path;

use crate::{
    state::{AccessEntry, AccessPhase, AccessRecord, Owner},
    ui::{
        Page,
        table::{account_and_region, in_place, laid_out, table},
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
        Err(error) => {
            let region = entry.path.parent().and_then(Path::parent);
            [
                "?".into(),
                region.map(account_and_region).unwrap_or_default(),
                in_place(&error.to_string(), &entry.path),
                String::new(),
            ]
        }
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{
        access::recipe::{Part, Recipe},
        state::{Run, StateError},
    };

    fn entry(database: &str, phase: AccessPhase, stopped: Option<&str>) -> AccessEntry {
        let recipe = Recipe {
            database: database.into(),
            resource_id: format!("db-{database}"),
            vpc_id: "vpc-1".into(),
            region: "eu-west-2".into(),
            parts: vec![Part::Role, Part::Profile],
        };
        let run = Run { nonce: "0123".into(), owner: "alice@laptop".into() };
        let begun = "2026-11-25T06:00:00Z".parse().unwrap();
        let record = AccessRecord {
            phase,
            stopped: stopped.map(str::to_owned),
            flags: "--profile prod".into(),
            ..AccessRecord::begun(recipe, "123456789012", run, begun)
        };
        AccessEntry { path: PathBuf::from(database), record: Ok(Box::new(record)), holder: None }
    }

    #[test]
    fn setups_fit_80_columns() {
        let path = PathBuf::from("/home/alice/.local/state/rds-encrypt/123456789012/eu-west-2/access/odd-1.json");
        let broken = StateError::Edited { path: path.clone() };
        let listed = list(
            &[
                entry("orders", AccessPhase::Made, None),
                entry("billing", AccessPhase::Making, Some("AWS refused CreateRole with AccessDenied")),
                entry("shop", AccessPhase::Removing, None),
                AccessEntry { path, record: Err(broken), holder: None },
            ],
            Page { width: 80, color: false },
        );
        assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
        insta::assert_snapshot!(listed);
    }
}
