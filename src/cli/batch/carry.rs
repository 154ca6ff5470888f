//! Runs a batch on the screen that there is, and says how it ended.

use std::cell::RefCell;

use super::{
    Ready, notify,
    prepare::{self, Prepare},
    select::{self, Before},
};
use crate::{
    cli::{Failure, Surroundings, migrate::given_flags, session},
    engine::{
        Clock, Foresight, Interrupt,
        batch::{After, Batch, BatchReporter, Ended, Outcome, Queued},
    },
    model::AwsTime,
    state::{BatchRecord, BatchRun, Left, LeftItem, OwnedBatch, with_flags},
    steps::schedule::{Hold, since},
    ui::{
        Volume,
        batch::{self, Bars, End, Json, Plain, Row, Silent},
        json,
    },
};

/// Runs it, and shows how it ended.
pub(super) async fn out(ready: &Ready<'_>, mut owned: OwnedBatch, around: &mut Surroundings) -> Result<u8, Failure> {
    let record = owned.record().clone();
    let now = || ready.aws.clock().now().unwrap_or(record.begun);
    let began = now();
    let outcome = Box::pin(work(ready, &record, around)).await?;
    let code = exit_code(&outcome);
    owned.end(left(&record, &outcome, now()), code == 0)?;
    let name = |index: &usize| record.items.get(*index).map_or("?", |item| item.name.as_str());
    let end = End {
        ended: outcome.ended.iter().map(|(index, ended)| (name(index), ended)).collect(),
        done_before: ready.before.iter().filter(|it| **it == Before::Done).count(),
        waiting: outcome.waiting.iter().map(|candidate| candidate.name.as_str()).collect(),
        held: outcome.held.as_ref().filter(|_| !outcome.interrupted),
        interrupted: outcome.interrupted,
        took: since(began, now()),
        next: with_flags("rds-encrypt resume --all", &given_flags(ready.global, ready.place)),
        flags: given_flags(ready.global, ready.place),
        exit_code: code,
    };
    if around.json {
        around.result(&json::line(&batch::end_in_json(&end)))?;
    } else {
        around.result(&batch::end(&end, around.output.stdout_page))?;
    }
    if let Some(command) = record.notify.as_ref().filter(|_| code != 0 && !outcome.interrupted) {
        notify::run(command, &batch::in_a_line(&end), around).await;
    }
    Ok(code)
}

/// What this run left undone, for those who ask later: no migration's own file tells of what was never begun.
fn left(record: &BatchRecord, outcome: &Outcome, now: AwsTime) -> BatchRun {
    let held = outcome.held.as_ref().filter(|_| !outcome.interrupted);
    let waits = match held {
        Some(Hold::Room(_)) => Left::Parked,
        _ => Left::Waiting,
    };
    let why = || held.map_or_else(|| "an end was asked for".to_owned(), batch::hold_in_words);
    let waiting = outcome.waiting.iter().map(|it| (it.index, LeftItem { how: waits, why: why() }));
    let ended = outcome.ended.iter().filter_map(|(index, ended)| Some((*index, left_as(ended)?)));
    let identity = |(index, left): (usize, LeftItem)| Some((record.items.get(index)?.resource_id.clone(), left));
    BatchRun {
        owner: session::owner(),
        ended: now,
        interrupted: outcome.interrupted,
        held: held.map(batch::hold_in_words),
        left: ended.chain(waiting).filter_map(identity).collect(),
    }
}

/// How a run left one that it came to; nothing where it is done.
fn left_as(ended: &Ended) -> Option<LeftItem> {
    let (how, why) = match ended {
        Ended::Done { .. } => return None,
        Ended::Refused { why } => (Left::Refused, why.clone()),
        Ended::Skipped { why } => (Left::Skipped, why.clone()),
        Ended::Stopped(stop) if ended.waits_for_room() => (Left::Parked, stop.reason.clone()),
        Ended::Stopped(stop) => (Left::Stopped, stop.reason.clone()),
        Ended::Broken { why } => (Left::Broken, why.clone()),
        Ended::Interrupted => (Left::Waiting, "an end was asked for".to_owned()),
    };
    Some(LeftItem { how, why })
}

/// All done, interrupted, or partly done.
fn exit_code(outcome: &Outcome) -> u8 {
    let done = |ended: &Ended| matches!(ended, Ended::Done { .. } | Ended::Skipped { .. });
    match outcome {
        Outcome { interrupted: true, .. } => 5,
        Outcome { ended, waiting, .. } if waiting.is_empty() && ended.values().all(done) => 0,
        _ => 9,
    }
}

async fn work(ready: &Ready<'_>, record: &BatchRecord, around: &mut Surroundings) -> Result<Outcome, Failure> {
    let of_aws = ready.aws.clock().sandbox_speed().unwrap_or(1.0);
    let clock = around.pace.map_or_else(|| Clock::new(of_aws), |pace| Clock::hurried(pace, of_aws));
    let done = ready.before.iter().filter(|it| **it == Before::Done).count();
    around.air();
    let (attended, interrupt) = (around.attended, around.interrupt.clone());
    let outcome = {
        let mut reporter = reporter(rows(record), done, around);
        Box::pin(with(ready, record, (clock, None), interrupt, attended, reporter.as_mut())).await?
    };
    around.air();
    Ok(outcome)
}

/// The batch itself.
pub(super) async fn with(
    ready: &Ready<'_>,
    record: &BatchRecord,
    (clock, foresight): (Clock, Option<Foresight>),
    interrupt: Interrupt,
    attended: bool,
    reporter: &mut dyn BatchReporter,
) -> Result<Outcome, Failure> {
    let prepare = Prepare {
        global: ready.global,
        place: ready.place,
        aws: ready.aws.patient(),
        caller: &ready.caller,
        key: &ready.key,
        choices: &ready.choices,
        items: &record.items,
        before: &ready.before,
        retry: ready.retry,
        rehearses: foresight.is_some(),
        clock,
        interrupt: interrupt.clone(),
        turn: prepare::turns(),
        begun_here: RefCell::default(),
    };
    let batch = Batch {
        aws: ready.aws.clone(),
        account: ready.caller.account.clone(),
        clock,
        interrupt,
        attended,
        foresight,
        limits: record.limits.clone(),
        after: after(record),
        reporter,
        prepare: async |index| prepare.one(index).await,
    };
    Ok(Box::pin(batch.run(queued(ready, record))).await?)
}

/// What follows for each once it is verified.
pub(super) fn after(record: &BatchRecord) -> After {
    After { drop_plain_snapshots: record.drop_plain_snapshots, then: record.after_verify }
}

/// The batch's databases, as screens name them.
fn rows(record: &BatchRecord) -> Vec<Row> {
    record.items.iter().map(|item| Row { name: item.name.clone(), gibibytes: item.gibibytes }).collect()
}

fn reporter<'a>(rows: Vec<Row>, done: usize, around: &'a mut Surroundings) -> Box<dyn BatchReporter + 'a> {
    match (around.output.volume, &mut around.bars) {
        _ if around.json => Box::new(Json::new(&mut around.output.stdout, rows)),
        (Volume::Quiet, _) => Box::new(Silent),
        (_, Some(bars)) => Box::new(Bars::new(bars(), rows, done)),
        (_, None) => Box::new(Plain::new(&mut around.output.stderr, rows, done)),
    }
}

/// What is to be done: what earlier runs began first, the rest in the batch's order.
fn queued(ready: &Ready<'_>, record: &BatchRecord) -> Queued {
    let mut queued = Queued::default();
    for (index, (item, before)) in record.items.iter().zip(&ready.before).enumerate() {
        if record.canaries.contains(&item.name) && *before != Before::Done {
            queued.canaries.push(index);
        }
        match before {
            Before::Done => queued.open += 1,
            Before::Begun(step) => queued.begun.push(select::candidate(index, item, *step)),
            Before::New | Before::Abandoned(_) | Before::Another(_) => {
                queued.waiting.push(select::candidate(index, item, None));
            }
        }
    }
    queued
}
