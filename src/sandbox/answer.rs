//! One operation on one Region of the world: the world catches up, the operation acts or refuses.

use jiff::Timestamp;
use serde_json::Value;

use super::misbehaviour::How;
use super::options::Options;
use super::respond::Call;
use super::scene::Scene;
use super::wire::fault::Fault;
use super::wire::model::Service;
use super::wire::query::Unknown;
use super::world::agenda::{Effect, Step};
use super::world::pace::after;
use super::world::{Region, World};
use super::{kms, rds, sts};

/// Answers a call; a refusal leaves nothing behind.
pub(crate) fn answer(
    call: &Call,
    world: &mut World,
    now: Timestamp,
    options: &Options,
    wrong: Option<&How>,
) -> Result<Value, Fault> {
    let name = call.region.as_str();
    let mut region = world.take_region(name);
    if options.switches.daily_backups {
        rds::automated::daily(&mut region, world.time, now);
    }
    region.advance(name, now);
    let before = region.clone();
    let result = act(call, world, &mut region, now, options);
    let after_it = match (&result, wrong) {
        (Err(_), _) => before,
        (Ok(answer), Some(How::InVain { event })) => in_vain(before, answer, event, now),
        (Ok(answer), Some(How::EndsAs { status })) => ends_as(region, answer, status, now),
        (Ok(_), _) => thawed(region, &before),
    };
    world.regions.insert(name.to_owned(), after_it);
    result
}

fn act(call: &Call, world: &mut World, region: &mut Region, now: Timestamp, options: &Options) -> Result<Value, Fault> {
    let strict = options.switches.unknown_parameters_refused;
    let input = call.input(if strict { Unknown::Refused } else { Unknown::Ignored })?;
    if !call.operation.starts_with("Describe") {
        // An answer shows what the call made of the row, not the row as the file had it.
        let name = input.get("DBInstanceIdentifier").and_then(Value::as_str);
        if let Some(instance) = name.and_then(|name| region.instance_mut(name)) {
            instance.frozen = None;
        }
    }
    let mut scene = Scene {
        name: &call.region,
        region,
        others: &mut world.regions,
        ids: &mut world.ids,
        now,
        switches: &options.switches,
    };
    match call.service {
        Service::Rds => rds::answer(&mut scene, &call.operation, input),
        Service::Kms => kms::answer(&mut scene, &call.operation, input),
        Service::Sts => sts::answer(&call.operation),
    }
}

/// Instances and snapshots that were taken from a file as they were show what they are once they are acted on.
fn thawed(mut region: Region, before: &Region) -> Region {
    for instance in region.instances.iter_mut().filter(|instance| instance.frozen.is_some()) {
        if before.instances.iter().all(|other| other != instance) {
            instance.frozen = None;
        }
    }
    for snapshot in region.snapshots.iter_mut().filter(|snapshot| snapshot.frozen.is_some()) {
        if before.snapshots.iter().all(|other| other != snapshot) {
            snapshot.frozen = None;
        }
    }
    region
}

/// The ARN, and the id by which the agenda knows it, of what an answer speaks of.
fn subject(answer: &Value) -> Option<(String, String)> {
    let text = |row: &Value, member: &str| row.get(member).and_then(Value::as_str).map(str::to_owned);
    if let Some(row) = answer.get("DBSnapshot") {
        return Some((text(row, "DBSnapshotArn")?, text(row, "DBSnapshotIdentifier")?));
    }
    let row = answer.get("DBInstance")?;
    Some((text(row, "DBInstanceArn")?, text(row, "DbiResourceId")?))
}

/// Nothing came of it; an event says so.
fn in_vain(mut before: Region, answer: &Value, event: &str, now: Timestamp) -> Region {
    if let Some((arn, _)) = subject(answer) {
        before.record(now, &arn, event, &["failure"]);
    }
    before
}

/// What would have happened doesn't; after ten minutes the end is this status.
fn ends_as(mut region: Region, answer: &Value, status: &str, now: Timestamp) -> Region {
    if let Some((_, of)) = subject(answer) {
        let at = after(now, 600);
        region.agenda.retain(|step| step.of != of || step.at < at);
        region.schedule(Step { at, of, effect: Effect::Status(status.to_owned()) });
    }
    region
}
