//! How settings get onto the copy.

use super::{Carried, Origin, SettleGroup};
use crate::model::{EngineFamily, Value};

/// Passed to the restore call.
pub(super) fn at_restore(_: &Origin<'_>, value: Value) -> Carried {
    Carried { wanted: Some(value.clone()), at_restore: Some(value), settle: None }
}

/// Comes with the data, or by AWS's default; compared only.
pub(super) fn comes_along(_: &Origin<'_>, value: Value) -> Carried {
    Carried { wanted: Some(value), at_restore: None, settle: None }
}

fn settled(group: SettleGroup, value: Value) -> Carried {
    Carried { wanted: Some(value), at_restore: None, settle: Some(group) }
}

/// Passed, and mended if it comes out otherwise.
pub(super) fn security_groups_carried(_: &Origin<'_>, value: Value) -> Carried {
    Carried { wanted: Some(value.clone()), at_restore: Some(value), settle: Some(SettleGroup::SecurityGroups) }
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
                wanted: Some(if leaves { value } else { enrolled.clone() }),
                at_restore: Some(enrolled),
                settle: leaves.then_some(SettleGroup::ExtendedSupport),
            }
        }
        _ => comes_along(origin, value),
    }
}

/// Never a second public endpoint to real data, whatever the source has.
pub(super) fn private(_: &Origin<'_>, _: Value) -> Carried {
    Carried { wanted: Some(Value::Flag(false)), at_restore: Some(Value::Flag(false)), settle: None }
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

/// A default group is the engine's own and is left out: after a change of version the old one would be wrong.
pub(super) fn custom_group(origin: &Origin<'_>, value: Value) -> Carried {
    match &value {
        Value::Text(name) if name.starts_with("default.") || name.starts_with("default:") => comes_along(origin, value),
        _ => at_restore(origin, value),
    }
}

/// One that the Region doesn't offer any more can't be passed: the copy gets the Region's own, and the checks say
/// so. Where nobody could look, it is compared only (R-CAT-6).
pub(super) fn certificate(origin: &Origin<'_>, value: Value) -> Carried {
    match (origin.certificates, &value) {
        (Some(offered), Value::Text(name)) if offered.contains(name) => at_restore(origin, value),
        (Some(_), _) => Carried { wanted: None, at_restore: None, settle: None },
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
    Carried { wanted: Some(value), at_restore: Some(Value::Flag(false)), settle }
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
    Carried { wanted: Some(value), at_restore, settle: Some(SettleGroup::BackupRetention) }
}
