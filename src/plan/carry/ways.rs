//! How settings get onto the copy.

use super::{Carried, Origin, Reason, SettleGroup, values};
use crate::{
    model::{EngineFamily, Tags, Value},
    plan::CopyTags,
};

/// Passed to the restore call.
pub(super) fn at_restore(_: &Origin<'_>, value: Value) -> Carried {
    Carried { wanted: Some(value.clone()), at_restore: Some(value), settle: None, reason: None }
}

/// Comes with the data, or by AWS's default; compared only.
pub(super) fn comes_along(_: &Origin<'_>, value: Value) -> Carried {
    Carried { wanted: Some(value), at_restore: None, settle: None, reason: None }
}

fn settled(group: SettleGroup, value: Value) -> Carried {
    Carried { wanted: Some(value), at_restore: None, settle: Some(group), reason: None }
}

/// Neither carried nor compared.
const LEFT: Carried = Carried { wanted: None, at_restore: None, settle: None, reason: None };

/// Passed, and mended if it comes out otherwise.
pub(super) fn security_groups_carried(origin: &Origin<'_>, value: Value) -> Carried {
    let reason = origin.choices.network.is_quarantine().then_some(Reason::Quarantined);
    let value = if reason.is_some() { Value::List(vec![]) } else { value };
    let settle = Some(SettleGroup::SecurityGroups);
    Carried { wanted: Some(value.clone()), at_restore: Some(value), settle, reason }
}

/// RDS takes ports from 1150 on; a lower one is left out and named by Verify (R-INST-6).
pub(super) fn port(origin: &Origin<'_>, value: Value) -> Carried {
    match value {
        Value::Number(1150..=65535) => at_restore(origin, value),
        _ => comes_along(origin, value),
    }
}

/// Only these engines have more than one licence to choose from.
pub(super) fn license(origin: &Origin<'_>, value: Value) -> Carried {
    match origin.source.family() {
        Some(EngineFamily::Oracle | EngineFamily::SqlServer | EngineFamily::Db2) => at_restore(origin, value),
        _ => comes_along(origin, value),
    }
}

/// IPv4 alone is AWS's default and goes without saying.
pub(super) fn network(origin: &Origin<'_>, value: Value) -> Carried {
    if value == Value::Text("DUAL".into()) { at_restore(origin, value) } else { comes_along(origin, value) }
}

/// Passed where it is on: off is AWS's default, and not every engine takes the word.
pub(super) fn where_on(origin: &Origin<'_>, value: Value) -> Carried {
    if value == Value::Flag(true) { at_restore(origin, value) } else { comes_along(origin, value) }
}

/// Cores and threads: only these engines take them.
pub(super) fn processor(origin: &Origin<'_>, value: Value) -> Carried {
    match origin.source.family() {
        Some(EngineFamily::Oracle | EngineFamily::SqlServer) => at_restore(origin, value),
        _ => comes_along(origin, value),
    }
}

/// Always restored in Extended Support: a copy that isn't may get another major version at once, where its own is past
/// standard support (R-REST-11). It leaves again, as the source did, only where AWS says that standard support goes on;
/// else the findings say what staying costs.
pub(super) fn lifecycle(origin: &Origin<'_>, value: Value) -> Carried {
    let enrolled = Value::Text("open-source-rds-extended-support".into());
    match origin.source.family() {
        Some(EngineFamily::MySql | EngineFamily::Postgres) => {
            let leaves = origin.source.leaves_extended_support() && origin.major_in_standard_support == Some(true);
            Carried {
                reason: (!leaves).then_some(Reason::Enrolled),
                wanted: Some(if leaves { value } else { enrolled.clone() }),
                at_restore: Some(enrolled),
                settle: leaves.then_some(SettleGroup::ExtendedSupport),
            }
        }
        _ => comes_along(origin, value),
    }
}

/// Never a second public endpoint to real data, unless a person asked for it.
pub(super) fn private(origin: &Origin<'_>, value: Value) -> Carried {
    if origin.choices.public {
        return at_restore(origin, value);
    }
    Carried { reason: Some(Reason::Private), ..at_restore(origin, Value::Flag(false)) }
}

/// The source's own tags, unless they are to be held back, and those that everything gets.
pub(super) fn tagged(origin: &Origin<'_>, value: Value) -> Carried {
    let own = match (value, origin.choices.copy_tags) {
        (Value::Tags(own), CopyTags::Now) => own,
        _ => Tags::new(),
    };
    let reason = if origin.choices.copy_tags == CopyTags::Now { Reason::Asked } else { Reason::HeldBack };
    let all: Tags = own.into_iter().chain(origin.choices.tags.clone()).collect();
    Carried { reason: Some(reason), ..at_restore(origin, Value::Tags(all)) }
}

/// The roles that it takes, added one after another; those that don't work at the source are told instead.
pub(super) fn roles(origin: &Origin<'_>, _: Value) -> Carried {
    let roles = values::working_roles(origin.source);
    if origin.choices.network.is_quarantine() {
        // What it may do elsewhere by its roles would get around the quarantine.
        let reason = Some(Reason::HeldBack);
        return Carried { wanted: Some(Value::Tags(Tags::new())), at_restore: None, settle: None, reason };
    }
    if roles.is_empty() { LEFT } else { settled(SettleGroup::Roles, Value::Tags(roles)) }
}

/// A password that AWS keeps isn't kept for the copy until it is asked to, and then it is a new one. Oracle's is asked
/// for at restore (R-SECRET-2).
pub(super) fn master_user_password(origin: &Origin<'_>, value: Value) -> Carried {
    match origin.source.family() {
        Some(EngineFamily::Oracle) => at_restore(origin, value),
        _ => settled(SettleGroup::MasterUserPassword, value),
    }
}

/// The members of a directory, joined after everything that could fail apart.
pub(super) fn domain(origin: &Origin<'_>, value: Value) -> Carried {
    if values::is_in_a_domain(origin.source) { settled(SettleGroup::Domain, value) } else { LEFT }
}

/// SQL Server takes no storage parameter at restore; a difference is modified afterwards (R-STOR-6).
pub(super) fn storage(origin: &Origin<'_>, value: Value) -> Carried {
    match origin.source.family() {
        Some(EngineFamily::SqlServer) => settled(SettleGroup::Storage, value),
        _ => at_restore(origin, value),
    }
}

/// SQL Server gets its standby by Modify, once backups are on (R-REST-12).
pub(super) fn standby(origin: &Origin<'_>, value: Value) -> Carried {
    match origin.source.family() {
        Some(EngineFamily::SqlServer) => settled(SettleGroup::Standby, value),
        _ => at_restore(origin, value),
    }
}

/// Whether a parameter or option group is the engine's own.
#[must_use]
pub fn is_default_group(name: &str) -> bool {
    name.starts_with("default.") || name.starts_with("default:")
}

/// A default group is the engine's own and is left out: after a change of version the old one would be wrong.
pub(super) fn custom_group(origin: &Origin<'_>, value: Value) -> Carried {
    match &value {
        Value::Text(name) if !is_default_group(name) => at_restore(origin, value),
        // Another major version has default groups of its own.
        _ if origin.choices.upgrade.as_ref().is_some_and(|upgrade| upgrade.major) => LEFT,
        _ => comes_along(origin, value),
    }
}

/// One that the Region doesn't offer any more can't be passed: the copy gets the Region's own, and the checks say
/// so. Where nobody could look, it is compared only (R-CAT-6).
pub(super) fn certificate(origin: &Origin<'_>, value: Value) -> Carried {
    match (origin.certificates, &value) {
        (Some(offered), Value::Text(name)) if offered.contains(name) => at_restore(origin, value),
        (Some(_), _) => LEFT,
        (None, _) => comes_along(origin, value),
    }
}

/// Interval and role of enhanced monitoring.
pub(super) fn monitoring(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::Monitoring, value)
}

/// Everything about Performance and Database Insights.
pub(super) fn insights(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::Insights, value)
}

/// The logs that go to CloudWatch.
pub(super) fn log_exports_carried(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::LogExports, value)
}

/// Logging in by IAM: off after a restore.
pub(super) fn iam_authentication(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::IamAuthentication, value)
}

/// How far storage may grow by itself: forgotten by a restore.
pub(super) fn autoscaling(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::StorageAutoscaling, value)
}

/// Both windows.
pub(super) fn window(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::Windows, value)
}

/// Off until the end, so that no upgrade starts in between.
pub(super) fn minor_upgrades(_: &Origin<'_>, value: Value) -> Carried {
    let settle = Some(SettleGroup::MinorVersionUpgrades);
    Carried { wanted: Some(value), at_restore: Some(Value::Flag(false)), settle, reason: None }
}

/// Deletion protection.
pub(super) fn protection(_: &Origin<'_>, value: Value) -> Carried {
    settled(SettleGroup::DeletionProtection, value)
}

/// Off until the very end, since AWS takes a first full backup as soon as it is on (R-REST-8). Only SQL
/// Server with a standby is restored with it: the standby needs backups.
pub(super) fn backups(origin: &Origin<'_>, value: Value) -> Carried {
    let source = origin.source;
    let mirrored = source.family() == Some(EngineFamily::SqlServer) && source.multi_az == Some(true);
    let at_restore = Some(if mirrored { value.clone() } else { Value::Number(0) });
    Carried { wanted: Some(value), at_restore, settle: Some(SettleGroup::BackupRetention), reason: None }
}
