//! What becomes of a running database whose key can't be used any more (`R-ENC-7`).

use jiff::Timestamp;

use crate::sandbox::world::Region;
use crate::sandbox::world::agenda::{Effect, Step, WithoutKey};
use crate::sandbox::world::pace::after;

/// RDS notices after some minutes.
const NOTICED: i64 = 600;
/// Two hours later the database is taken down.
const TAKEN_DOWN: i64 = NOTICED + 2 * 3600;
/// It can be had back for seven days.
const LOST: i64 = TAKEN_DOWN + 7 * 24 * 3600;

/// The key of this ARN has become unusable: what that does to databases is planned.
pub(crate) fn key_lost(region: &mut Region, arn: &str, now: Timestamp) {
    if region.switches.key_loss_ends_work && region.enforces("R-ENC-9") {
        end_work(region, arn, now);
    }
    let under = region.instances.iter().filter(|instance| instance.row.kms_key_id.as_deref() == Some(arn));
    let ids: Vec<String> = under.map(|instance| instance.row.resource_id.clone()).collect();
    for (seconds, stage) in
        [(NOTICED, WithoutKey::Noticed), (TAKEN_DOWN, WithoutKey::Recoverable), (LOST, WithoutKey::Lost)]
    {
        for of in &ids {
            region.schedule(Step { at: after(now, seconds), of: of.clone(), effect: Effect::WithoutKey(stage) });
        }
    }
}

/// Copies and restores under way under the key fail as soon as RDS notices (`R-ENC-9`).
fn end_work(region: &mut Region, arn: &str, now: Timestamp) {
    let under = |key: &Option<String>| key.as_deref() == Some(arn);
    let copies =
        region.snapshots.iter().filter(|copy| copy.copy && !copy.is_available() && under(&copy.row.kms_key_id));
    let copies = copies.map(|copy| (copy.row.name.clone(), "failed"));
    let restores = region.instances.iter().filter(|instance| !instance.up && under(&instance.row.kms_key_id));
    let restores = restores.map(|instance| (instance.row.resource_id.clone(), "incompatible-restore"));
    let ended: Vec<(String, &str)> = copies.chain(restores).collect();
    let at = after(now, NOTICED);
    for (of, status) in ended.into_iter().filter(|(of, _)| region.has_plans_for(of)).collect::<Vec<_>>() {
        region.agenda.keep_of(&of, |step| step.at < at);
        region.schedule(Step { at, of, effect: Effect::Status(status.to_owned()) });
    }
}

/// A stage is due: if the key is still out of reach, the database suffers it.
pub(crate) fn stage(region: &mut Region, name: &str, id: &str, stage: WithoutKey, at: Timestamp) {
    if !region.enforces("R-ENC-7") || !unreachable(region, name, id) {
        return;
    }
    let Some(instance) = region.by_resource_id(id) else {
        return;
    };
    let (arn, shown) = (instance.arn(name), instance.row.name.clone());
    let runs = instance.is_usable() || instance.row.status == "backing-up";
    let recoverable = instance.row.status == RECOVERABLE;
    match stage {
        WithoutKey::Noticed if runs => {
            let message = format!(
                "Amazon RDS is unable to access the KMS encryption key for database instance {shown}. If this \
                 continues the database will be placed into an inaccessible state."
            );
            region.record(at, &arn, &message, &["failure"]);
        }
        WithoutKey::Recoverable if runs => {
            RECOVERABLE.clone_into(&mut instance.row.status);
            instance.busy_until = None;
            region.agenda.keep_of(id, |step| matches!(step.effect, Effect::WithoutKey(_)));
            let message = format!(
                "Amazon RDS has been unable to access the KMS encryption key for database instance {shown}. The \
                 database is placed into an inaccessible state."
            );
            region.record(at, &arn, &message, &["availability"]);
        }
        WithoutKey::Lost if recoverable => "inaccessible-encryption-credentials".clone_into(&mut instance.row.status),
        _ => {}
    }
}

/// The status out of which a start leads, once the key can be used again.
pub(crate) const RECOVERABLE: &str = "inaccessible-encryption-credentials-recoverable";

/// Whether an instance's key can't be used.
pub(crate) fn unreachable(region: &Region, name: &str, id: &str) -> bool {
    let instance = region.of_resource_id(id);
    let key = instance.and_then(|instance| instance.row.kms_key_id.as_deref());
    key.is_some_and(|arn| region.key(arn, name).is_none_or(|key| key.state != "Enabled"))
}
