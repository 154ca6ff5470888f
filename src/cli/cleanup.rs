//! `rds-encrypt cleanup DB --abandon` and `--snapshots`.

use super::{
    Failure, Surroundings,
    arguments::{Cleanup, Global},
    failure::exit_code_of,
    place::Place,
    resume, session, unless_interrupted,
};
use crate::{
    aws::Aws,
    engine::{Ending, Work, survey},
    state::{Migration, Phase, Record},
    steps::{Evidence, Goal, Step},
    ui::{
        json,
        removal::{self, Removed},
    },
};

pub(super) async fn run(global: &Global, asked: &Cleanup, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let path = resume::chosen(&place, Some(&asked.database), around)?;
    let mut migration = place.states.open(&path, &session::owner())?;
    let goal = if asked.what.abandon { Goal::Abandon } else { Goal::DropSnapshots };
    makes_sense(migration.record(), goal)?;
    let aws = resume::reach(&place, global, migration.record(), around).await?;
    let mut found = unless_interrupted(around, survey(&aws, migration.record())).await??;
    found.retain(|item| removal::concerns(goal, item));
    around.output.say(&removal::list(migration.record(), goal, &found, around.output.stderr_page));
    let nothing = found.iter().all(|item| item.not_ours.is_some());
    if !nothing && !consents(&place, asked, migration.record(), around).await? {
        return Ok(3);
    }
    remove(&aws, &mut migration, goal, around).await
}

/// What can't be meant is refused before AWS is asked for anything.
fn makes_sense(record: &Record, goal: Goal) -> Result<(), Failure> {
    match (goal, record.summary.phase) {
        (Goal::DropSnapshots, Phase::Finished) | (Goal::Abandon, _) => Ok(()),
        _ => Err(Failure::Refused(format!(
            "the migration of {} isn't finished: its snapshot is still needed. To give it up: {}",
            record.migration.name,
            record.command(Goal::Abandon.command())
        ))),
    }
}

/// A deletion takes the database's name, typed; the sandbox never asks.
async fn consents(place: &Place, asked: &Cleanup, record: &Record, around: &mut Surroundings) -> Result<bool, Failure> {
    let name = &record.migration.name;
    let given = match &asked.confirm {
        _ if place.is_sandbox() => return Ok(true),
        Some(given) => Some(given.clone()),
        None => around.answer("Type the database's name to remove these: ").await?,
    };
    match given {
        Some(given) if given.trim() == name => Ok(true),
        Some(_) => {
            around.output.say(&format!("Nothing was removed: that is not {name}.\n"));
            around.fail_in_json("nothing was removed: the name was not confirmed", None, 3)?;
            Ok(false)
        }
        None => Err(Failure::Refused(format!(
            "nothing was removed: without a terminal to ask on, it takes --confirm {name}"
        ))),
    }
}

/// Removes generation by generation, newest first, and says what is gone and what is left.
async fn remove(aws: &Aws, migration: &mut Migration, goal: Goal, around: &mut Surroundings) -> Result<u8, Failure> {
    let generations: Vec<u32> = migration.record().generations.iter().rev().map(|generation| generation.n).collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    for generation in generations {
        let work = Work { goal, generation, resumed: false, retry: false };
        match Box::pin(session::work_on(aws, migration, work, around)).await? {
            Ending::Finished { evidence: of_this, .. } => evidence.extend(of_this),
            ending @ (Ending::Stopped(_) | Ending::Interrupted) => return cut_short(migration, goal, &ending, around),
        }
    }
    if goal == Goal::Abandon {
        let now = aws.clock().now().unwrap_or(migration.record().summary.updated);
        migration.stand(Phase::Abandoned, Step::RemoveSnapshot, None, now)?;
    }
    let removed = Removed { record: migration.record(), goal, evidence: &evidence };
    let text = if around.json {
        json::line(&json::removed(&removed))
    } else {
        removal::done(&removed, around.output.stdout_page)
    };
    around.result(&text).map(|()| 0)
}

fn cut_short(migration: &Migration, goal: Goal, ending: &Ending, around: &mut Surroundings) -> Result<u8, Failure> {
    let record = migration.record();
    let stop = if let Ending::Stopped(stop) = ending { Some(stop) } else { None };
    let code = stop.map_or(5, exit_code_of);
    let next = record.command(goal.command());
    if around.json {
        let line = match stop {
            Some(stop) => json::stopped(record, stop, code, &next),
            None => json::interrupted(record, &next),
        };
        return around.result(&json::line(&line)).map(|()| code);
    }
    around.output.problem(&removal::cut_short(record, stop, &next, around.output.stderr_page));
    Ok(code)
}
