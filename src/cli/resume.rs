//! `rds-encrypt resume [DB]`

use std::path::{Path, PathBuf};

use super::{
    Failure, Surroundings,
    arguments::{Global, Migrate, Resume},
    migrate::same_account,
    session,
};
use crate::{
    aws::{Aws, Connection},
    model::{CallerIdentity, DatabaseReference},
    state::{Entry, StateDirectory},
    ui::table,
};

pub(super) async fn run(global: &Global, asked: &Resume, around: &mut Surroundings) -> Result<u8, Failure> {
    let states = session::state_directory(global)?;
    let path = chosen(&states, asked.database.as_ref(), around)?;
    let migration = states.open(&path, &session::owner())?;
    let record = migration.record();
    let aws = Aws::connect(&Connection {
        profile: global.profile.clone().or_else(|| record.profile.clone()),
        region: Some(global.region.clone().unwrap_or_else(|| record.region.clone())),
        endpoint_url: global.endpoint_url.clone().or_else(|| record.endpoint.clone()),
        in_process: None,
    })
    .await?;
    same_account(&aws.caller_identity().await?, record)?;
    session::carry_out(&aws, migration, true, around).await
}

/// The migration that a person means: by name, or the only unfinished one.
fn chosen(
    states: &StateDirectory,
    database: Option<&DatabaseReference>,
    around: &mut Surroundings,
) -> Result<PathBuf, Failure> {
    let mut candidates = Vec::new();
    for entry in states.entries() {
        match (&entry.record, database) {
            (Ok(record), Some(database)) if record.is_meant_by(database) => candidates.push(entry),
            (Ok(record), None) if !record.is_finished() => candidates.push(entry),
            // A file that can't be read might be the one that is meant.
            (Err(_), None) => candidates.push(entry),
            (Err(_), Some(DatabaseReference::Name(name))) if named_after(&entry, name) => candidates.push(entry),
            _ => {}
        }
    }
    match candidates.as_slice() {
        [only] => Ok(only.path.clone()),
        [] => Err(Failure::Usage(format!("no unfinished migration in {}", states.root().display()))),
        several => {
            around.output.problem(&table::list(several, around.output.stderr_page));
            Err(Failure::Usage("which of them? name it: rds-encrypt resume DB".into()))
        }
    }
}

fn named_after(entry: &Entry, name: &str) -> bool {
    let stem = entry.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
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
    let name = match database {
        DatabaseReference::Name(name) | DatabaseReference::Arn { name, .. } => Some(name),
        _ => None,
    };
    states
        .entries()
        .into_iter()
        .filter(|entry| entry.path.starts_with(&here))
        .find(|entry| match &entry.record {
            Ok(record) => record.is_meant_by(database),
            Err(_) => name.is_some_and(|name| named_after(entry, name)),
        })
        .map(|entry| entry.path)
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
    let plan = &migration.record().plan;
    let key = asked.kms_key.as_ref().map(ToString::to_string).unwrap_or_default();
    if key != plan.key_asked && key != plan.key_arn {
        return Err(Failure::Refused(format!(
            "a migration of {} under key {} exists already; asked was {key}",
            plan.source.identifier, plan.key_asked
        )));
    }
    if asked.target != plan.target {
        return Err(Failure::Refused(format!(
            "a migration of {} to another target exists already",
            plan.source.identifier
        )));
    }
    let name = plan.source.identifier.clone();
    around.output.say(&format!("a migration of {name} was begun earlier; going on with it\n"));
    session::carry_out(aws, migration, true, around).await
}
