//! `rds-encrypt resume [DB]`, and `migrate` on a migration that exists.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{
    Failure, Surroundings,
    arguments::{Global, Migrate, Resume},
    place::Place,
    session, unless_interrupted,
};
use crate::{
    aws::Aws,
    model::{CallerIdentity, DatabaseReference},
    state::{Entry, Record, StateDirectory, with_flags},
    ui::table,
};

pub(super) async fn run(global: &Global, asked: &Resume, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let path = chosen(&place, asked.database.as_ref(), around)?;
    let migration = place.states.open(&path, &session::owner())?;
    let aws = Aws::connect(&place.connection(global, Some(migration.record()), around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await??;
    belongs_to(&caller, &aws, migration.record())?;
    session::go_on(&aws, migration, around).await
}

/// The migration that a person means: by name, or the only unfinished one.
fn chosen(place: &Place, database: Option<&DatabaseReference>, around: &mut Surroundings) -> Result<PathBuf, Failure> {
    let entries = place.states.entries();
    let finished: Vec<String> = finished(&entries);
    let candidates: Vec<Entry> = entries.into_iter().filter(|entry| may_be_meant(entry, database)).collect();
    match candidates.as_slice() {
        [only] => Ok(only.path.clone()),
        [] => Err(Failure::Usage(nothing_to_resume(place, database, &finished))),
        several => {
            around.output.problem(&table::list(several, around.output.stderr_page));
            let resume = with_flags("rds-encrypt resume DB", &place.flags);
            Err(Failure::Usage(format!("which of them? name it: {resume}")))
        }
    }
}

fn may_be_meant(entry: &Entry, database: Option<&DatabaseReference>) -> bool {
    match (&entry.record, database) {
        (Ok(record), Some(database)) => record.is_meant_by(database),
        (Ok(record), None) => !record.is_finished(),
        (Err(_), Some(database)) => entry.path.file_stem().is_some_and(|stem| is_named_after(stem, database)),
        // A file that can't be read might be the one that is meant.
        (Err(_), None) => true,
    }
}

fn finished(entries: &[Entry]) -> Vec<String> {
    let records = entries.iter().filter_map(|entry| entry.record.as_ref().ok());
    records.filter(|record| record.is_finished()).map(|record| record.migration.name.clone()).collect()
}

fn nothing_to_resume(place: &Place, database: Option<&DatabaseReference>, finished: &[String]) -> String {
    let here = place.states.root().display();
    let mut text = match database {
        Some(database) => format!("no migration of {database} in {here}"),
        None if finished.is_empty() => format!("no unfinished migration in {here}"),
        None => format!("no unfinished migration in {here}; finished: {}", finished.join(", ")),
    };
    if let Some(waiting) = place.waiting_in_the_sandbox() {
        text.push('\n');
        text.push_str(waiting.trim_end());
    }
    text
}

/// Whether a state file's name says that it is this database's, where its content doesn't.
pub(super) fn is_named_after(stem: &OsStr, database: &DatabaseReference) -> bool {
    let (DatabaseReference::Name(name) | DatabaseReference::Arn { name, .. }) = database else { return false };
    let stem = stem.to_string_lossy();
    stem.strip_prefix("instance-").and_then(|rest| rest.rsplit_once('-')).is_some_and(|(front, _)| front == name)
}

/// The file of a migration of this database that was begun earlier in this account and Region.
pub(super) fn begun(
    states: &StateDirectory,
    aws: &Aws,
    caller: &CallerIdentity,
    database: &DatabaseReference,
) -> Option<PathBuf> {
    let here = states.root().join(&caller.account).join(aws.region());
    let entries = states.entries().into_iter().filter(|entry| entry.path.starts_with(&here));
    entries.filter(|entry| may_be_meant(entry, Some(database))).map(|entry| entry.path).next()
}

/// `migrate` on a migration that exists goes on with it, if it is the same one.
pub(super) async fn same_again(
    states: &StateDirectory,
    path: &Path,
    aws: &Aws,
    asked: &Migrate,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let migration = states.open(path, &session::owner())?;
    let record = migration.record();
    if let Some(why) = another(record, asked) {
        return Err(Failure::Refused(format!("{why}; go on with that one: {}", record.command("resume"))));
    }
    if !record.is_finished() {
        around.output.say(&format!(
            "a migration of {} was begun earlier; going on with it, as {} does\n",
            record.migration.name,
            record.command("resume")
        ));
    }
    session::go_on(aws, migration, around).await
}

/// Why what is asked for is another migration than the one that exists.
fn another(record: &Record, asked: &Migrate) -> Option<String> {
    let plan = &record.plan;
    let name = &plan.source.identifier;
    if let Some(key) = asked.kms_key.as_ref().map(ToString::to_string)
        && key != plan.key_asked
        && key != plan.key_arn
        && !plan.key_arn.ends_with(&format!(":key/{key}"))
    {
        return Some(format!("a migration of {name} under key {} exists already; asked was {key}", plan.key_asked));
    }
    if asked.target.is_some() && asked.target != plan.target {
        let target = record.generation().map_or("", |generation| generation.names.target.as_str());
        return Some(format!("a migration of {name} to {target} exists already"));
    }
    None
}

/// A migration belongs to one account and one Region.
fn belongs_to(caller: &CallerIdentity, aws: &Aws, record: &Record) -> Result<(), Failure> {
    if caller.account != record.account {
        return Err(Failure::Refused(format!(
            "these credentials are of account {}, the migration is of {}; choose its --profile",
            caller.account, record.account
        )));
    }
    if aws.region() != record.region {
        return Err(Failure::Refused(format!("the migration is in {}, not in {}", record.region, aws.region())));
    }
    Ok(())
}
