//! What isn't carried, told before anything is made: what it is, and how to set it by hand.

use super::{Finding, members::Loss};
use crate::{
    model::{ActivityStream, AttachedRole, quoted},
    plan::Severity,
};

/// The rule that the copy is a new instance, which begins with nothing of these.
const NEW: &str = "R-REST-1";

fn warning(what: String, remedy: &str, rule: &'static str) -> Vec<Finding> {
    vec![Finding::new(Severity::Warning, what, remedy, rule)]
}

fn blocker(what: String, remedy: &str) -> Vec<Finding> {
    vec![Finding::new(Severity::Blocker, what, remedy, NEW)]
}

fn note(what: String, remedy: &str) -> Vec<Finding> {
    vec![Finding::new(Severity::Note, what, remedy, NEW)]
}

/// `aws rds modify-db-instance` on the copy, with these flags.
fn modify(loss: &Loss<'_>, flags: &[String]) -> String {
    let target = quoted(loss.target);
    format!("`aws rds modify-db-instance --db-instance-identifier {target} {} --apply-immediately`", flags.join(" "))
}

/// The copy's ARN, which differs from the source's in the name.
fn arn_of_target(loss: &Loss<'_>) -> String {
    let arn = loss.source.arn.as_deref().and_then(|arn| arn.rsplit_once(':'));
    quoted(&arn.map_or_else(|| "ARN-OF-THE-COPY".to_owned(), |(front, _)| format!("{front}:{}", loss.target)))
}

/// The time for it, and for all that is set by hand.
const ONCE_FINISHED: &str = "once the migration is finished, and before anything uses the copy:";

/// Those that don't work at the source wouldn't on the copy either.
pub(super) fn roles(loss: &Loss<'_>) -> Vec<Finding> {
    let broken = |role: &&AttachedRole| role.status.as_deref() == Some("INVALID");
    let role = |AttachedRole { arn, feature, .. }: &AttachedRole| {
        let add = format!(
            "mend the role (it must be there, and trust rds.amazonaws.com); {ONCE_FINISHED} `aws rds \
             add-role-to-db-instance --db-instance-identifier {} --role-arn {} --feature-name {}`",
            quoted(loss.target),
            quoted(arn),
            quoted(feature)
        );
        let what =
            format!("the role {arn} of {} for {feature} is INVALID; the copy won't have it", loss.source.identifier);
        Finding::new(Severity::Warning, what, &add, "R-ROLE-1")
    };
    loss.source.attached.roles.iter().filter(broken).map(role).collect()
}

/// It is carried, but not as it is: whoever knows the secret by its ARN must learn the new one.
pub(super) fn master_user_secret(loss: &Loss<'_>) -> Vec<Finding> {
    let Some(secret) = &loss.source.attached.master_user_secret else { return vec![] };
    let arn = secret.arn.as_deref().unwrap_or("a secret that AWS doesn't name");
    warning(
        format!(
            "AWS keeps the master password of {} in {arn}; that of the copy will be a new one, in another secret",
            loss.source.identifier
        ),
        "what reads the master password by that ARN needs the new one, which is named at the end; the source's secret \
         goes when the source is deleted",
        "R-MOD-9",
    )
}

/// One that the source couldn't join isn't tried with the copy.
pub(super) fn domains(loss: &Loss<'_>) -> Vec<Finding> {
    let Some(first) = loss.source.attached.domains.first() else { return vec![] };
    if first.status.as_deref() != Some("failed") {
        return vec![];
    }
    let names = first.fqdn.as_deref().or(first.domain.as_deref()).unwrap_or("without a name");
    warning(
        format!("{} couldn't join the directory {names}; the copy isn't tried with it", loss.source.identifier),
        "mend the source's membership first, or join the copy by hand once the migration is finished",
        NEW,
    )
}

pub(super) fn activity_stream(loss: &Loss<'_>) -> Vec<Finding> {
    let Some(stream) = &loss.source.attached.activity_stream else { return vec![] };
    let ActivityStream { status, mode, kms_key_id, native_audit_fields } = stream;
    if !matches!(status.as_str(), "started" | "starting") {
        return vec![];
    }
    let native = match native_audit_fields {
        Some(true) => " --engine-native-audit-fields-included",
        _ => "",
    };
    warning(
        format!(
            "an activity stream of {} is {status}; what happens in the copy isn't streamed",
            loss.source.identifier
        ),
        &format!(
            "{ONCE_FINISHED} `aws rds start-activity-stream --resource-arn {} --mode {} --kms-key-id {}{native} \
             --apply-immediately`",
            arn_of_target(loss),
            quoted(mode.as_deref().unwrap_or("async")),
            quoted(kms_key_id.as_deref().unwrap_or("KEY")),
        ),
        NEW,
    )
}

pub(super) fn backup_replications(loss: &Loss<'_>) -> Vec<Finding> {
    let replication = |arn: &String| {
        let region = arn.split(':').nth(3).unwrap_or("ITS-REGION");
        warning(
            format!("backups of {} are replicated to {region}; those of the copy aren't", loss.source.identifier),
            &format!(
                "once the copy has its first backup: `aws rds start-db-instance-automated-backups-replication --region \
                 {region} --source-db-instance-arn {} --kms-key-id KEY`, with a key of {region}; what was replicated \
                 stays as it is",
                arn_of_target(loss)
            ),
            NEW,
        )
    };
    loss.source.attached.backup_replications.iter().flat_map(replication).collect()
}

pub(super) fn customer_owned_ip(loss: &Loss<'_>) -> Vec<Finding> {
    if loss.source.attached.customer_owned_ip != Some(true) {
        return vec![];
    }
    warning(
        format!("{} has a customer-owned IP address; the copy won't", loss.source.identifier),
        &format!("{ONCE_FINISHED} {}", modify(loss, &["--enable-customer-owned-ip".to_owned()])),
        NEW,
    )
}

pub(super) fn capacity_reservation(loss: &Loss<'_>) -> Vec<Finding> {
    let Some(reservation) = &loss.source.attached.capacity_reservation else { return vec![] };
    warning(
        format!("{} uses the capacity reservation {reservation}; the copy won't", loss.source.identifier),
        "the copy takes whatever capacity the Region has. AWS lets an instance into a reservation only together with \
         another change, such as of its class (--db-capacity-reservation-identifier)",
        NEW,
    )
}

pub(super) fn cluster_replicas(loss: &Loss<'_>) -> Vec<Finding> {
    let replicas = &loss.source.attached.cluster_replicas;
    if replicas.is_empty() {
        return vec![];
    }
    warning(
        format!("Aurora clusters follow {}: {}", loss.source.identifier, replicas.join(", ")),
        "they stay with the source; the encrypted copy begins without any",
        "R-REPL-2",
    )
}

pub(super) fn tde_credential(loss: &Loss<'_>) -> Vec<Finding> {
    let Some(arn) = &loss.source.attached.tde_credential_arn else { return vec![] };
    blocker(
        format!("the data of {} is encrypted by Oracle itself, under a key in {arn}", loss.source.identifier),
        "a restore needs the password of that key store, which AWS doesn't show: this command can't carry it. Take the \
         data out of that encryption first, or restore by hand (--tde-credential-arn, --tde-credential-password)",
    )
}

pub(super) fn storage_volumes(loss: &Loss<'_>) -> Vec<Finding> {
    let volumes = &loss.source.attached.storage_volumes;
    if volumes.is_empty() {
        return vec![];
    }
    blocker(
        format!("{} has additional storage volumes: {}", loss.source.identifier, volumes.join(", ")),
        "this version can't prove that they come along, and data lies on them. Move it to the first volume and remove \
         the others, or restore the encrypted copy by hand (--additional-storage-volumes)",
    )
}

pub(super) fn backup_target(loss: &Loss<'_>) -> Vec<Finding> {
    match loss.source.attached.backup_target.as_deref() {
        None | Some("region") => vec![],
        Some(target) => blocker(
            format!("backups and snapshots of {} are kept in {target}, not in the Region", loss.source.identifier),
            "this command takes databases whose snapshots are in the Region. On Outposts and in Local Zones, copy and \
             restore by hand (--backup-target)",
        ),
    }
}

pub(super) fn zone(loss: &Loss<'_>) -> Vec<Finding> {
    match &loss.source.availability_zone {
        Some(zone) if loss.source.multi_az != Some(true) => note(
            format!("{} is in {zone}; AWS chooses the zone of the copy", loss.source.identifier),
            "traffic between zones is slower and billed; the copy's zone can't be changed later",
        ),
        _ => vec![],
    }
}

pub(super) fn classic_security_groups(loss: &Loss<'_>) -> Vec<Finding> {
    let groups = &loss.source.attached.classic_security_groups;
    if groups.is_empty() {
        return vec![];
    }
    blocker(
        format!("{} has security groups from before VPCs: {}", loss.source.identifier, groups.join(", ")),
        "they can't be carried, and who may reach the copy would be left to chance: move it into a VPC first",
    )
}

pub(super) fn recovery_point(loss: &Loss<'_>) -> Vec<Finding> {
    if loss.source.attached.recovery_point_arn.is_none() {
        return vec![];
    }
    warning(
        format!(
            "AWS Backup keeps backups of {}; of the copy it does so only where a plan selects it",
            loss.source.identifier
        ),
        "a plan that selects by tag finds the copy; in one that names ARNs, add the copy's own",
        NEW,
    )
}

pub(super) fn upgrade_order(loss: &Loss<'_>) -> Vec<Finding> {
    match loss.source.attached.upgrade_rollout_order.as_deref() {
        None | Some("second") => vec![],
        Some(order) => note(
            format!("{} is upgraded {order} in its organization's order", loss.source.identifier),
            "a policy sets it: where that goes by tags, the copy has them, too",
        ),
    }
}
