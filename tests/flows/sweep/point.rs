//! One point: the process ends there, another one goes on, and all must be as without the interruption.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::{
    course::{Course, is_mutating},
    moments::{Moment, Then, watched},
    worlds::World,
};
use crate::{
    end::{end, rds, target_of},
    stage::{Heard, Stage},
};

/// How the migration came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// By itself.
    Alone,
    /// A person had to reboot the target: whether a lost reboot happened is never guessed.
    RebootedByHand,
}

/// Ends a run at one of its moments, goes on, and compares.
pub(crate) async fn try_point(world: &World, course: &Course, point: usize) -> Result<Way, String> {
    let stage = world.stage();
    let mut calls = end_at(&stage, world, course, point).await?;
    let lost_reboot = course.is_in_a_lost_reboot(point);
    let begin = world.command();
    let words = if stage.state_file("orders").is_some() { "resume orders --sandbox" } else { &begin };
    let (mut heard, sent) = run(&stage, words).await;
    calls.extend(sent);
    let mut way = Way::Alone;
    if lost_reboot && heard.code == 4 && heard.stdout.contains("RebootDBInstance") {
        let target = target_of(&stage, "orders");
        let reboot = rds(&stage.sandbox).await.reboot_db_instance().db_instance_identifier(target);
        reboot.send().await.map_err(|error| format!("the reboot by hand was refused: {error:?}"))?;
        calls.push("RebootDBInstance".into());
        let (again, sent) = run(&stage, words).await;
        calls.extend(sent);
        heard = again;
        way = Way::RebootedByHand;
    }
    if heard.code != 0 {
        return Err(format!("{words} ended with {heard}"));
    }
    if calls != course.calls {
        return Err(format!("the calls were {calls:#?}, without an interruption {:#?}", course.calls));
    }
    compare(&stage, course, world.events_vary).await.map(|()| way)
}

/// Runs a migration up to one of its moments; what it sent of its mutating calls by then.
async fn end_at(stage: &Stage, world: &World, course: &Course, point: usize) -> Result<Vec<String>, String> {
    let passed: Rc<RefCell<Vec<Moment>>> = Rc::default();
    let passing = Rc::clone(&passed);
    let hook = move |moment: &Moment| {
        passing.borrow_mut().push(moment.clone());
        if passing.borrow().len() > point { Then::End } else { Then::GoOn }
    };
    if let Some(heard) = watched(stage.run(&world.command()), hook).await {
        return Err(format!("it ended by itself before: {heard}"));
    }
    let passed = passed.take();
    if passed.as_slice() != &course.moments[..=point] {
        return Err(format!("it came to another moment: {:?}", passed.last()));
    }
    // At the last moment the request was about to be sent, and wasn't.
    Ok(passed[..point].iter().filter_map(mutating).collect())
}

async fn run(stage: &Stage, words: &str) -> (Heard, Vec<String>) {
    let calls: Rc<RefCell<Vec<String>>> = Rc::default();
    let sending = Rc::clone(&calls);
    let hook = move |moment: &Moment| {
        sending.borrow_mut().extend(mutating(moment));
        Then::GoOn
    };
    let heard = watched(stage.run(words), hook).await.unwrap();
    (heard, calls.take())
}

fn mutating(moment: &Moment) -> Option<String> {
    match moment {
        Moment::Sending(operation) if is_mutating(operation) => Some(operation.clone()),
        _ => None,
    }
}

/// The same resources, the same settings, and AWS told of the same.
async fn compare(stage: &Stage, course: &Course, events_vary: bool) -> Result<(), String> {
    let mut found = end(stage, &target_of(stage, "orders")).await;
    if events_vary {
        found.events = course.end.events.clone();
    }
    if found == course.end {
        return Ok(());
    }
    let differ = |name: &str, value: &String| course.end.target.get(name) != Some(value);
    let settings: BTreeMap<_, _> = found.target.iter().filter(|(name, value)| differ(name, value)).collect();
    Err(format!(
        "another end: {:?} {:?}, settings {settings:?}, events {:?}; without an interruption {:?} {:?}, events {:?}",
        found.instances, found.snapshots, found.events, course.end.instances, course.end.snapshots, course.end.events
    ))
}
