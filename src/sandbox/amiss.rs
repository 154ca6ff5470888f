//! What an order to go wrong makes of a call that was accepted.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::Terms;
use super::misbehaviour::How;
use super::respond::Call;
use super::world::Region;
use super::world::agenda::{Effect, Step};
use super::world::pace::after;

/// The Region after a call that was accepted: as asked, or as it was ordered to go wrong.
pub(crate) fn or_as_asked(call: &Call, region: Region, before: Region, answer: &Value, terms: &Terms<'_>) -> Region {
    let now = terms.now;
    match terms.wrong {
        Some(How::InVain { event }) => in_vain(call, before, answer, event, now),
        Some(How::EndsAs { status }) if call.operation == "AddRoleToDBInstance" => role_ends_as(call, region, status),
        Some(How::EndsAs { status }) => ends_as(region, answer, status, now),
        Some(How::Shows { status, seconds }) => shows(region, answer, status, *seconds, now),
        Some(How::ComesOutPlain) => comes_out(region, answer, None),
        Some(How::ComesOutUnder { key }) => {
            let arn = region.key(key, &call.region).map(|key| key.arn(&call.region));
            comes_out(region, answer, Some(arn.unwrap_or_else(|| key.clone())))
        }
        _ => thawed(region, &before),
    }
}

/// The Region as somebody sees it who doesn't see this instance, snapshot, document or security group (`R-READ-2`).
pub(crate) fn without(region: &Region, name: &str) -> Region {
    let mut seen = region.clone();
    seen.instances.retain(|instance| !instance.row.name.eq_ignore_ascii_case(name));
    seen.snapshots.retain(|snapshot| !snapshot.row.name.eq_ignore_ascii_case(name));
    seen.documents.retain(|document| document.name != name);
    let network = &mut *seen.network;
    network.security_groups.retain(|group| group.id != name);
    network.subnets.retain(|subnet| subnet.id != name);
    network.machines.retain(|machine| machine.id != name);
    network.endpoints.retain(|endpoint| endpoint.id != name);
    network.route_tables.retain(|table| table.id != name);
    network.acls.retain(|acl| acl.id != name);
    seen
}

/// Instances and snapshots that were taken from a file as they were show what they are once they are acted on.
fn thawed(mut region: Region, before: &Region) -> Region {
    for serial in region.instances.touched_after(&before.instances) {
        let now = region.instances.get(serial).filter(|instance| instance.frozen.is_some());
        if now.is_some_and(|now| before.instances.get(serial) != Some(now))
            && let Some(instance) = region.instances.get_mut(serial)
        {
            instance.frozen = None;
        }
    }
    for serial in region.snapshots.touched_after(&before.snapshots) {
        let now = region.snapshots.get(serial).filter(|snapshot| snapshot.frozen.is_some());
        if now.is_some_and(|now| before.snapshots.get(serial) != Some(now))
            && let Some(snapshot) = region.snapshots.get_mut(serial)
        {
            snapshot.frozen = None;
        }
    }
    region
}

/// What an answer speaks of: its ARN, and the id by which the agenda knows it.
fn subject(answer: &Value) -> Option<(String, String)> {
    let text = |row: &Value, member: &str| row.get(member).and_then(Value::as_str).map(str::to_owned);
    if let Some(row) = answer.get("DBSnapshot") {
        return Some((text(row, "DBSnapshotArn")?, text(row, "DBSnapshotIdentifier")?));
    }
    let row = answer.get("DBInstance")?;
    Some((text(row, "DBInstanceArn")?, text(row, "DbiResourceId")?))
}

/// Nothing came of it; an event says so (`R-EVT-3`).
fn in_vain(call: &Call, mut before: Region, answer: &Value, event: &str, now: Timestamp) -> Region {
    let Some((arn, _)) = subject(answer) else {
        return before;
    };
    let name = arn.rsplit(':').next().unwrap_or_default();
    let usual = match call.operation.as_str() {
        "CopyDBSnapshot" => format!("Canceled snapshot copy request of {name} in region {}", call.region),
        "CreateDBSnapshot" => format!("Unable to create snapshot {name}"),
        "RestoreDBInstanceFromDBSnapshot" => format!("Unable to restore DB instance {name}"),
        _ => format!("Unable to apply modification to DB instance {name}"),
    };
    let category = if call.operation == "CopyDBSnapshot" && event.is_empty() { "notification" } else { "failure" };
    before.record(now, &arn, if event.is_empty() { &usual } else { event }, &[category]);
    before
}

/// What would have happened doesn't; after ten minutes the end is this status, and it stays (`R-STAT-1`).
fn ends_as(mut region: Region, answer: &Value, status: &str, now: Timestamp) -> Region {
    let Some((arn, of)) = subject(answer) else {
        return region;
    };
    let at = after(now, 600);
    region.agenda.keep_of(&of, |step| step.at < at);
    region.schedule(Step { at, of: of.clone(), effect: Effect::Status(status.to_owned()) });
    if arn.contains(":db:") {
        let message = format!("DB instance put into {status} state. RDS recommends a point-in-time restore.");
        let effect = Effect::Event { message, categories: vec!["failure".to_owned()] };
        region.schedule(Step { at, of: of.clone(), effect });
    }
    if !region.enforces("R-STAT-1") {
        region.schedule(Step { at: after(at, 600), of, effect: Effect::Status("available".to_owned()) });
    }
    region
}

/// The role that was added comes out with this word, e.g. `INVALID` (`R-ROLE-1`).
fn role_ends_as(call: &Call, mut region: Region, word: &str) -> Region {
    let Some(named) = call.text("FeatureName") else {
        return region;
    };
    let id = call.text("DBInstanceIdentifier").and_then(|name| Some(region.instance(&name)?.row.resource_id.clone()));
    region.agenda.change_of(id.as_deref().unwrap_or_default(), |step| {
        if let Effect::RoleSettles { feature, status } = &mut step.effect
            && *feature == named
        {
            word.clone_into(status);
        }
    });
    region
}

/// Everything that would have happened happens later; meanwhile another word is shown (`R-STAT-2`).
fn shows(mut region: Region, answer: &Value, status: &str, seconds: i64, now: Timestamp) -> Region {
    let Some((_, of)) = subject(answer) else {
        return region;
    };
    let passes = region.enforces("R-STAT-2");
    region.agenda.keep_of(&of, |_| passes);
    region.agenda.change_of(&of, |step| step.at = after(step.at, seconds));
    let mut was = None;
    if let Some(snapshot) = region.snapshot_mut(&of) {
        (snapshot.begins, snapshot.ends) = (after(snapshot.begins, seconds), after(snapshot.ends, seconds));
        was = Some(snapshot.row.status.clone());
    } else if let Some(instance) = region.by_resource_id(&of) {
        instance.busy_until = instance.busy_until.map(|busy| after(busy, seconds));
        was = Some(instance.row.status.clone());
    }
    let effect = |word: String| Step { at: now, of: of.clone(), effect: Effect::Status(word) };
    let begins = Step { at: after(now, 1), ..effect(status.to_owned()) };
    region.schedule(begins);
    if let Some(was) = was.filter(|_| passes) {
        region.schedule(Step { at: after(now, seconds.max(1)), ..effect(was) });
    }
    region
}

/// The copy is there, but not as it was asked for (`R-ENC-6`).
fn comes_out(mut region: Region, answer: &Value, key: Option<String>) -> Region {
    let name = answer.pointer("/DBSnapshot/DBSnapshotIdentifier").and_then(Value::as_str);
    if let Some(snapshot) = name.and_then(|name| region.snapshot_mut(name)) {
        snapshot.row.encrypted = key.is_some();
        let kind = if key.is_some() { "sse-kms" } else { "none" };
        snapshot.row.storage_encryption_type = Some(kind.to_owned());
        snapshot.row.kms_key_id = key;
    }
    region
}
