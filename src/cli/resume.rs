//! `rds-encrypt resume [DB]`, and `migrate` on a migration that exists.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{
    Failure, Surroundings,
    arguments::{Global, Resume},
    migrate::Asked,
    place::Place,
    rebuild,
    session::{self, How},
    unless_interrupted,
};
use crate::{
    aws::Aws,
    model::{CallerIdentity, DatabaseReference},
    state::{Entry, Phase, Record, StateDirectory, with_flags},
    steps::Goal,
    ui::table,
};

pub(super) async fn run(global: &Global, asked: &Resume, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let how = if asked.retry { How::Afresh } else { How::GoneOn };
    let path = match (meant(&place, asked.database.as_ref(), around)?, &asked.database) {
        (Meant::File(path), _) => path,
        (Meant::Nothing(why), None) => return Err(Failure::Usage(why)),
        (Meant::Nothing(why), Some(database)) => {
            let found = Box::pin(rebuild::run(&place, global, database, asked, around)).await;
            let (aws, migration) = found
                .map_err(|failure| without_a_file(&why, failure))?
                .ok_or_else(|| Failure::Usage(format!("{why}, and AWS shows no traces of one")))?;
            return session::go_on(&aws, migration, how, around).await;
        }
    };
    let migration = place.states.open(&path, &session::owner())?;
    goes_on(migration.record())?;
    let aws = reach(&place, global, migration.record(), around).await?;
    session::go_on(&aws, migration, how, around).await
}

/// What a person gave up isn't gone on with by mistake.
fn goes_on(record: &Record) -> Result<(), Failure> {
    let name = &record.migration.name;
    match record.summary.phase {
        Phase::Abandoning => Err(Failure::Refused(format!(
            "the migration of {name} was given up, and what it made is being removed; go on with that: {}",
            record.command(Goal::Abandon.command())
        ))),
        Phase::Abandoned => Err(Failure::Refused(format!(
            "the migration of {name} was given up, and what it made is removed; to begin another: {}",
            with_flags(&format!("rds-encrypt migrate {name} --kms-key KEY"), &record.flags)
        ))),
        _ => Ok(()),
    }
}

/// No file is here, and AWS couldn't be asked: it may be the wrong name just as well.
fn without_a_file(why: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Connect(error) => Failure::Usage(format!("{why}; AWS wasn't asked: {error}")),
        Failure::Read(error) => Failure::Usage(format!("{why}; whether AWS shows one isn't known: {error}")),
        other => other,
    }
}

/// What a person means.
enum Meant {
    /// This state file.
    File(PathBuf),
    /// None that is here, in a sentence.
    Nothing(String),
}

/// The state file that a person means.
pub(super) fn chosen(
    place: &Place,
    database: Option<&DatabaseReference>,
    around: &mut Surroundings,
) -> Result<PathBuf, Failure> {
    match meant(place, database, around)? {
        Meant::File(path) => Ok(path),
        Meant::Nothing(why) => Err(Failure::Usage(why)),
    }
}

/// The migration that a person means: by name, or the only unfinished one.
fn meant(place: &Place, database: Option<&DatabaseReference>, around: &mut Surroundings) -> Result<Meant, Failure> {
    let entries = place.states.entries();
    let finished: Vec<String> = finished(&entries);
    let mut candidates: Vec<Entry> = entries.into_iter().filter(|entry| may_be_meant(entry, database)).collect();
    // One that was given up is meant only where there is no other.
    if candidates.iter().any(|entry| !entry.is_abandoned()) {
        candidates.retain(|entry| !entry.is_abandoned());
    } else {
        candidates = candidates.pop().into_iter().collect();
    }
    match candidates.as_slice() {
        [only] => Ok(Meant::File(only.path.clone())),
        [] => Ok(Meant::Nothing(nothing_to_resume(place, database, &finished))),
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

/// What is known of an earlier migration of a database.
pub(super) enum Begun {
    /// There is none.
    Never,
    /// This file holds it.
    At(PathBuf),
    /// It was given up; its names are used up to this generation.
    AndAbandoned {
        /// The last generation.
        last: u32,
    },
}

/// Whether a migration of this database was begun earlier in this account and Region.
pub(super) fn begun(
    states: &StateDirectory,
    aws: &Aws,
    caller: &CallerIdentity,
    database: &DatabaseReference,
) -> Begun {
    let here = states.root().join(&caller.account).join(aws.region());
    let entries = states.entries().into_iter().filter(|entry| entry.path.starts_with(&here));
    let (abandoned, current): (Vec<Entry>, Vec<Entry>) =
        entries.filter(|entry| may_be_meant(entry, Some(database))).partition(Entry::is_abandoned);
    if let Some(entry) = current.into_iter().next() {
        return Begun::At(entry.path);
    }
    let generations = abandoned.iter().filter_map(|entry| entry.record.as_ref().ok()?.generation());
    generations.map(|generation| generation.n).max().map_or(Begun::Never, |last| Begun::AndAbandoned { last })
}

/// `migrate` on a migration that exists goes on with it, if it is the same one.
pub(super) async fn same_again(
    states: &StateDirectory,
    path: &Path,
    aws: &Aws,
    asked: &Asked,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let migration = states.open(path, &session::owner())?;
    let record = migration.record();
    goes_on(record)?;
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
    session::go_on(aws, migration, How::GoneOn, around).await
}

/// Why what is asked for is another migration than the one that exists.
fn another(record: &Record, asked: &Asked) -> Option<String> {
    let plan = &record.plan;
    let name = &plan.source.identifier;
    if let Some(key) = asked.kms_key.as_ref().map(ToString::to_string)
        && key != plan.key_asked
        && key != plan.key_arn
        && !plan.key_arn.ends_with(&format!(":key/{key}"))
    {
        return Some(format!("a migration of {name} under key {} exists already; asked was {key}", plan.key_asked));
    }
    if asked.approved.as_ref().is_some_and(|approved| approved.plan_digest != record.plan_digest) {
        return Some(format!("a migration of {name} by another plan exists already"));
    }
    if asked.approved.is_none() && !asked.choices.agree_with(&plan.choices) {
        return Some(format!("a migration of {name} with other choices for the copy exists already"));
    }
    if asked.target.is_some() && asked.target != plan.target {
        let target = record.generation().map_or("", |generation| generation.names.target.as_str());
        return Some(format!("a migration of {name} to {target} exists already"));
    }
    None
}

/// AWS, where a migration belongs.
pub(super) async fn reach(
    place: &Place,
    global: &Global,
    record: &Record,
    around: &Surroundings,
) -> Result<Aws, Failure> {
    let aws = Aws::connect(&place.connection(global, Some(record), around)?).await?;
    let caller = unless_interrupted(around, aws.caller_identity()).await??;
    belongs_to(&caller, &aws, record)?;
    Ok(aws)
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
