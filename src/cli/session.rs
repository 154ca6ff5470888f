//! One run of the engine on a screen, and how it ended.

use std::{env, fs, os::unix::fs::MetadataExt};

use super::{Failure, Surroundings, failure::exit_code_of};
use crate::{
    aws::Aws,
    engine::{Clock, Ending, Engine, EngineError, Eyes, Work, event::Reporter, look},
    model::{DbInstance, Verdict},
    state::{Migration, Record},
    steps::{self, Difference, Evidence, Goal, Seen, differences},
    ui::{
        Plain, Silent, Volume,
        json::{self, Json},
        result, table,
    },
};

/// `user@host`, in the characters that tags allow.
pub(super) fn owner() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| env::var("HOSTNAME"));
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    let clean = |text: &str| text.trim().chars().filter(allowed).take(60).collect::<String>();
    format!("{}@{}", clean(&user()), clean(&host.unwrap_or_else(|_| "unknown".into())))
}

/// The user's name, or number where nothing names it (as under cron).
fn user() -> String {
    let named = ["USER", "LOGNAME"].iter().find_map(|name| env::var(name).ok().filter(|user| !user.is_empty()));
    let by_number = || fs::metadata("/proc/self").map(|process| format!("uid{}", process.uid()));
    named.or_else(|| by_number().ok()).unwrap_or_else(|| "unknown".into())
}

/// Goes on with a migration that was begun earlier; one that is finished is only looked at.
pub(super) async fn go_on(aws: &Aws, migration: Migration, how: How, around: &mut Surroundings) -> Result<u8, Failure> {
    if migration.record().is_finished() {
        return review(aws, &migration, around).await;
    }
    carry_out(aws, migration, how, around).await
}

/// Looks once at what a finished migration made. People may have changed it since: nothing is mended.
async fn review(aws: &Aws, migration: &Migration, around: &mut Surroundings) -> Result<u8, Failure> {
    let record = migration.record();
    let name = &record.migration.name;
    let generation = record.generation().ok_or_else(|| Failure::Ours("no generation was planned".into()))?;
    let seen = look(aws, &record.plan.source.identifier, &generation.names).await?;
    let target = &generation.names.target;
    let Some(instance) = &seen.target else {
        if record.is_done_with(Goal::DropInstance) {
            around.output.say(&format!(
                "the migration of {name} was verified, and its instance {target} removed as its batch was asked to; the \
                 encrypted copy {} stays\n",
                generation.names.copy
            ));
            return show_finished(record, &seen, None, &[], around);
        }
        return Err(Failure::NeedsPerson(format!(
            "the migration of {name} was finished, but {target} is gone since: somebody removed it"
        )));
    };
    if instance.encryption.verdict() != Verdict::UnderKey(record.plan.key_arn.clone()) {
        let shown = instance.encryption.in_words();
        return Err(Failure::NeedsPerson(format!(
            "the migration of {name} was finished, but {target} is {shown} now: it isn't what was made"
        )));
    }
    around.output.say(&format!("the migration of {name} is finished; this is what it made\n"));
    let changed = differences(&record.plan, instance, seen.security_group.as_ref());
    if !changed.is_empty() {
        around.output.say("changed since, by others, and left as it is:\n");
        around.output.say(&table::differences(&changed, around.output.stderr_page));
    }
    let compared = changed.is_empty().then_some(record.plan.settings.len());
    show_finished(record, &seen, compared, &changed, around)
}

/// Works on a migration and shows how it ends.
pub(super) async fn carry_out(
    aws: &Aws,
    mut migration: Migration,
    how: How,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let generation = migration.record().generation().ok_or(EngineError::NoGeneration)?.n;
    let work = Work { goal: Goal::Migrate, generation, resumed: how != How::Begun, retry: how == How::Afresh };
    let ending = work_on(aws, &mut migration, work, around).await?;
    show(&migration, ending, around)
}

/// How a run comes to its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It begins it.
    Begun,
    /// It goes on with it.
    GoneOn,
    /// It goes on with it, and may begin the next generation where this one failed.
    Afresh,
}

/// One piece of work of the engine, on the screen that there is.
pub(super) async fn work_on(
    aws: &Aws,
    migration: &mut Migration,
    work: Work,
    around: &mut Surroundings,
) -> Result<Ending, Failure> {
    let of_aws = aws.clock().sandbox_speed().unwrap_or(1.0);
    let clock = around.pace.map_or_else(|| Clock::new(of_aws), |pace| Clock::hurried(pace, of_aws));
    let interrupt = around.interrupt.clone();
    around.air();
    let ending = {
        let mut reporter: Box<dyn Reporter + '_> = match (around.output.volume, &mut around.bars) {
            _ if around.json => Box::new(Json::new(&mut around.output.stdout)),
            (Volume::Quiet, _) => Box::new(Silent),
            (_, Some(bars)) => Box::new(bars()),
            (_, None) => Box::new(Plain::new(&mut around.output.stderr)),
        };
        let attended = around.attended;
        let mut engine = Engine {
            aws: aws.clone(),
            eyes: Eyes::Own,
            turn: None,
            clock,
            interrupt,
            attended,
            reporter: reporter.as_mut(),
        };
        Box::pin(engine.work(migration, work)).await?
    };
    around.air();
    Ok(ending)
}

fn show(migration: &Migration, ending: Ending, around: &mut Surroundings) -> Result<u8, Failure> {
    let record = migration.record();
    match ending {
        Ending::Finished { seen, evidence } => {
            let compared = evidence.iter().find_map(|evidence| match evidence {
                Evidence::Verified { compared } => Some(*compared),
                _ => None,
            });
            show_finished(record, &seen, compared, &[], around)
        }
        Ending::Stopped(stop) => {
            let code = exit_code_of(&stop);
            let text = if around.json {
                json::line(&json::stopped(record, &stop, code, &record.command("resume")))
            } else {
                result::stopped(record, &stop, around.output.stdout_page)
            };
            around.result(&text).map(|()| code)
        }
        Ending::Interrupted if around.json => {
            around.result(&json::line(&json::interrupted(record, &record.command("resume")))).map(|()| 5)
        }
        Ending::Interrupted => {
            around.output.problem(&result::interrupted(record, around.output.stderr_page));
            Ok(5)
        }
    }
}

fn show_finished(
    record: &Record,
    seen: &Seen,
    compared: Option<usize>,
    changed: &[Difference],
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let endpoint = seen.target.as_ref().and_then(|target| {
        Some(format!("{}:{}", target.endpoint_address.as_ref()?, target.endpoint_port.unwrap_or_default()))
    });
    let copy = seen.copy.as_ref().or(seen.snapshot.as_ref());
    let same = |it: &&DbInstance| it.resource_id.as_deref() == Some(record.migration.resource_id.as_str());
    let source_changed = seen.source.as_ref().filter(same).map(|source| steps::changed_source(&record.plan, source));
    let raised = seen.target.as_ref().map(|target| steps::raised(&record.plan, target)).unwrap_or_default();
    let made = result::Made {
        source: source_changed.as_deref().map_or(result::SourceNow::Gone, result::SourceNow::There),
        record,
        endpoint: endpoint.as_deref(),
        secret_arn: seen.target.as_ref().and_then(|it| it.attached.master_user_secret.as_ref()?.arn.as_deref()),
        snapshot_time: copy.and_then(|it| it.original_snapshot_create_time.or(it.snapshot_create_time)),
        compared,
        raised: &raised,
    };
    let text = if around.json {
        json::line(&json::finished(&made, changed))
    } else {
        result::finished(&made, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}
