//! `rds-encrypt verify DB`

use super::{
    Failure, Surroundings,
    arguments::{Global, VerifyOne},
    place::Place,
    resume, status, unless_interrupted,
};
use crate::{
    engine::check_up,
    state::{Phase, Record},
    steps::CheckUp,
    ui::{explained, json, table},
};

pub(super) async fn run(global: &Global, asked: &VerifyOne, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let database = &asked.database;
    let entry = status::the_one(place.states.entries(), database)
        .ok_or_else(|| Failure::Usage(format!("no migration of {database} in {}", place.states.root().display())))?;
    let record = entry.record?;
    is_at_its_end(&record)?;
    let aws = resume::reach(&place, global, &record, around).await?;
    let found = unless_interrupted(around, check_up(&aws, &record)).await??;
    let code = match found {
        CheckUp::Same(..) => 0,
        CheckUp::Differs(_) => 7,
        CheckUp::Unfit(_) => 4,
    };
    let text = if around.json {
        json::line(&json::checked_up(&record, &found, code))
    } else {
        in_words(&record, &found, around)
    };
    around.result(&text).map(|()| code)
}

/// Only what was made and compared once can be compared again.
fn is_at_its_end(record: &Record) -> Result<(), Failure> {
    let name = &record.migration.name;
    match record.summary.phase {
        Phase::Finished | Phase::Different => Ok(()),
        Phase::Underway | Phase::Stopped => Err(Failure::NeedsPerson(format!(
            "the migration of {name} isn't finished; go on with it: {}",
            record.command("resume")
        ))),
        Phase::Abandoning | Phase::Abandoned => {
            Err(Failure::NeedsPerson(format!("the migration of {name} was given up: there is nothing to verify")))
        }
    }
}

fn in_words(record: &Record, found: &CheckUp, around: &Surroundings) -> String {
    let target = record.generation().map_or("", |generation| generation.names.target.as_str());
    let key = &record.plan.key_arn;
    match found {
        CheckUp::Same(compared, raised) => {
            let but = if raised.is_empty() { "" } else { ", but for what AWS raised by itself" };
            format!(
                "{target} is encrypted under {key}, and all of its {compared} settings are as planned{but}\n{}",
                explained::text(&record.plan, raised, around.output.stdout_page)
            )
        }
        CheckUp::Differs(found) => format!(
            "{target} is encrypted under {key}, but differs from its plan; it was left as it is\n{}\n",
            table::differences(found, around.output.stdout_page)
        ),
        CheckUp::Unfit(why) => {
            format!("{why}. That isn't what the migration of {} made\n", record.migration.name)
        }
    }
}
