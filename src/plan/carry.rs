//! The carry table: how each setting of the source gets onto the copy.
//!
//! A restore forgets most settings and takes AWS's defaults instead (R-REST-3 to R-REST-6). So each is passed to the
//! restore call, set afterwards by `ModifyDBInstance`, or known to come along; and all are read back.
//! What Modify can mend isn't passed at restore where passing could make the restore fail.

use serde::{Deserialize, Serialize};

use crate::model::{DbInstance, EngineFamily, OWNER_TAG, RUN_TAG, Setting, Tags, Value, is_reserved};

/// A setting of the source, and how it gets onto the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSetting {
    /// Which.
    pub setting: Setting,
    /// What the source has.
    pub source: Value,
    /// What the copy must show at the end.
    pub wanted: Value,
    /// What the restore call passes; nothing where it passes nothing.
    pub at_restore: Option<Value>,
    /// The Modify that sets or mends it; nothing where none does.
    pub settle: Option<SettleGroup>,
}

/// The Modify calls of Settle, in their order. Members that AWS checks together share one; what can fail
/// apart goes apart (rule 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SettleGroup {
    /// The security groups.
    SecurityGroups,
    /// Both windows: AWS refuses them where they overlap.
    Windows,
    /// SQL Server's standby, which needs backups first.
    Standby,
    /// Storage type and its throughput, for SQL Server.
    Storage,
    /// Minor version upgrades.
    MinorVersionUpgrades,
    /// Deletion protection, late: a wreck under protection can't be removed.
    DeletionProtection,
    /// Backups, alone and last: AWS takes a first one at once and refuses all else meanwhile.
    BackupRetention,
}

impl SettleGroup {
    /// All of them, in order.
    pub const ORDER: [Self; 7] = [
        Self::SecurityGroups,
        Self::Windows,
        Self::Standby,
        Self::Storage,
        Self::MinorVersionUpgrades,
        Self::DeletionProtection,
        Self::BackupRetention,
    ];
}

/// One row: how a setting is read from AWS's answer, and how it is carried from this source.
pub struct Row {
    /// Which.
    pub setting: Setting,
    /// Reads it. Nothing where AWS showed nothing.
    pub read: fn(&DbInstance) -> Option<Value>,
    carry: fn(&DbInstance, Value) -> Carried,
}

/// How a value is carried.
struct Carried {
    wanted: Value,
    at_restore: Option<Value>,
    settle: Option<SettleGroup>,
}

/// Every setting that is carried, in the order in which people are shown them.
pub const TABLE: [Row; 22] = [
    Row { setting: Setting::EngineVersion, read: |db| text(db.engine_version.as_ref()), carry: comes_along },
    Row { setting: Setting::MasterUsername, read: |db| text(db.master_username.as_ref()), carry: comes_along },
    Row { setting: Setting::LicenseModel, read: |db| text(db.license_model.as_ref()), carry: comes_along },
    Row { setting: Setting::AllocatedStorage, read: |db| number(db.allocated_storage), carry: comes_along },
    Row { setting: Setting::DBInstanceClass, read: |db| text(db.class.as_ref()), carry: at_restore },
    Row { setting: Setting::Port, read: |db| number(db.endpoint_port), carry: port },
    Row { setting: Setting::DBSubnetGroupName, read: subnet_group, carry: at_restore },
    Row { setting: Setting::VpcSecurityGroupIds, read: security_groups, carry: security_groups_carried },
    Row { setting: Setting::PubliclyAccessible, read: |db| flag(db.publicly_accessible), carry: private },
    Row { setting: Setting::StorageType, read: |db| text(db.storage_type.as_ref()), carry: storage },
    Row { setting: Setting::Iops, read: |db| provisioned(db, db.iops), carry: storage },
    Row { setting: Setting::StorageThroughput, read: |db| provisioned(db, db.storage_throughput), carry: storage },
    Row { setting: Setting::MultiAZ, read: |db| flag(db.multi_az), carry: standby },
    Row { setting: Setting::DBParameterGroupName, read: parameter_group, carry: custom_group },
    Row { setting: Setting::OptionGroupName, read: option_group, carry: custom_group },
    Row { setting: Setting::CopyTagsToSnapshot, read: |db| flag(db.copy_tags_to_snapshot), carry: at_restore },
    Row { setting: Setting::Tags, read: tags, carry: at_restore },
    Row {
        setting: Setting::PreferredBackupWindow,
        read: |db| text(db.preferred_backup_window.as_ref()),
        carry: window,
    },
    Row {
        setting: Setting::PreferredMaintenanceWindow,
        read: |db| text(db.preferred_maintenance_window.as_ref()),
        carry: window,
    },
    Row {
        setting: Setting::AutoMinorVersionUpgrade,
        read: |db| flag(db.auto_minor_version_upgrade),
        carry: minor_upgrades,
    },
    Row { setting: Setting::DeletionProtection, read: |db| flag(db.deletion_protection), carry: protection },
    Row { setting: Setting::BackupRetentionPeriod, read: |db| number(db.backup_retention_period), carry: retention },
];

/// Plans each setting that `source` shows.
#[must_use]
pub fn plan_settings(source: &DbInstance) -> Vec<PlannedSetting> {
    TABLE
        .iter()
        .filter_map(|row| {
            let value = (row.read)(source)?;
            let Carried { wanted, at_restore, settle } = (row.carry)(source, value.clone());
            Some(PlannedSetting { setting: row.setting, source: value, wanted, at_restore, settle })
        })
        .collect()
}

/// Reads one setting from what AWS shows.
#[must_use]
pub fn read(setting: Setting, instance: &DbInstance) -> Option<Value> {
    TABLE.iter().find(|row| row.setting == setting).and_then(|row| (row.read)(instance))
}

/// Whether AWS shows what is wanted. More tags than wanted are no loss: many accounts tag by themselves.
#[must_use]
pub fn holds(setting: Setting, wanted: &Value, instance: &DbInstance) -> bool {
    match (wanted, read(setting, instance)) {
        (Value::Tags(wanted), Some(Value::Tags(shown))) => {
            wanted.iter().all(|(key, value)| shown.get(key) == Some(value))
        }
        (wanted, shown) => shown.as_ref() == Some(wanted),
    }
}

// How values are read.

fn flag(value: Option<bool>) -> Option<Value> {
    value.map(Value::Flag)
}

fn number(value: Option<i32>) -> Option<Value> {
    value.map(|number| Value::Number(number.into()))
}

fn text(value: Option<&String>) -> Option<Value> {
    value.map(|text| Value::Text(text.clone()))
}

fn subnet_group(db: &DbInstance) -> Option<Value> {
    db.subnet_group.as_ref().and_then(|group| text(group.name.as_ref()))
}

fn security_groups(db: &DbInstance) -> Option<Value> {
    let mut ids: Vec<String> = db.security_groups.as_ref()?.iter().map(|group| group.name.clone()).collect();
    ids.sort();
    Some(Value::List(ids))
}

fn parameter_group(db: &DbInstance) -> Option<Value> {
    db.parameter_groups.as_ref()?.first().map(|group| Value::Text(group.name.clone()))
}

fn option_group(db: &DbInstance) -> Option<Value> {
    db.option_groups.as_ref()?.first().map(|group| Value::Text(group.name.clone()))
}

/// The tags that are a person's: neither AWS's own nor ours.
fn tags(db: &DbInstance) -> Option<Value> {
    let tags: Tags = db
        .tags
        .as_ref()?
        .iter()
        .filter(|(key, _)| !is_reserved(key) && *key != OWNER_TAG && *key != RUN_TAG)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Some(Value::Tags(tags))
}

/// IOPS and throughput where they are a setting of their own: always on io1 and io2; on gp3 only from the
/// size at which storage is striped, below which the call is refused with them even at the values that
/// describe shows (R-STOR-1). A 0 counts as absent.
fn provisioned(db: &DbInstance, value: Option<i32>) -> Option<Value> {
    let value = value.filter(|number| *number > 0)?;
    let size = db.allocated_storage.unwrap_or_default();
    let own = match (db.storage_type.as_deref(), db.family()) {
        (Some("io1" | "io2"), _) => true,
        (Some("gp3"), Some(EngineFamily::Oracle)) => size >= 200,
        (Some("gp3"), Some(EngineFamily::SqlServer)) => true,
        (Some("gp3"), _) => size >= 400,
        _ => false,
    };
    own.then_some(Value::Number(value.into()))
}

// How values are carried.

fn at_restore(_: &DbInstance, value: Value) -> Carried {
    Carried { wanted: value.clone(), at_restore: Some(value), settle: None }
}

fn comes_along(_: &DbInstance, value: Value) -> Carried {
    Carried { wanted: value, at_restore: None, settle: None }
}

fn settled(group: SettleGroup, value: Value) -> Carried {
    Carried { wanted: value, at_restore: None, settle: Some(group) }
}

fn security_groups_carried(_: &DbInstance, value: Value) -> Carried {
    Carried { wanted: value.clone(), at_restore: Some(value), settle: Some(SettleGroup::SecurityGroups) }
}

/// RDS takes ports from 1150 on; a lower one is left out and named by Verify.
fn port(db: &DbInstance, value: Value) -> Carried {
    match value {
        Value::Number(1150..=65535) => at_restore(db, value),
        _ => comes_along(db, value),
    }
}

/// Never a second public endpoint to real data, whatever the source has.
fn private(_: &DbInstance, _: Value) -> Carried {
    Carried { wanted: Value::Flag(false), at_restore: Some(Value::Flag(false)), settle: None }
}

/// SQL Server takes no storage parameter at restore; a difference is modified afterwards (R-STOR-6).
fn storage(db: &DbInstance, value: Value) -> Carried {
    match db.family() {
        Some(EngineFamily::SqlServer) => settled(SettleGroup::Storage, value),
        _ => at_restore(db, value),
    }
}

/// SQL Server gets its standby by Modify, once backups are on (R-REST-12).
fn standby(db: &DbInstance, value: Value) -> Carried {
    match db.family() {
        Some(EngineFamily::SqlServer) => settled(SettleGroup::Standby, value),
        _ => at_restore(db, value),
    }
}

/// A default group is the engine's own and is left out: after a change of version the old one would be wrong.
fn custom_group(db: &DbInstance, value: Value) -> Carried {
    match &value {
        Value::Text(name) if name.starts_with("default.") || name.starts_with("default:") => comes_along(db, value),
        _ => at_restore(db, value),
    }
}

fn window(_: &DbInstance, value: Value) -> Carried {
    settled(SettleGroup::Windows, value)
}

/// Off until the end, so that no upgrade starts in between.
fn minor_upgrades(_: &DbInstance, value: Value) -> Carried {
    let settle = Some(SettleGroup::MinorVersionUpgrades);
    Carried { wanted: value, at_restore: Some(Value::Flag(false)), settle }
}

fn protection(_: &DbInstance, value: Value) -> Carried {
    settled(SettleGroup::DeletionProtection, value)
}

/// Off until the very end, since AWS takes a first full backup as soon as it is on (R-REST-8). Only SQL
/// Server with a standby is restored with it: the standby needs backups.
fn retention(db: &DbInstance, value: Value) -> Carried {
    let mirrored = db.family() == Some(EngineFamily::SqlServer) && db.multi_az == Some(true);
    let at_restore = Some(if mirrored { value.clone() } else { Value::Number(0) });
    Carried { wanted: value, at_restore, settle: Some(SettleGroup::BackupRetention) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres() -> DbInstance {
        DbInstance {
            engine: Some("postgres".into()),
            storage_type: Some("gp3".into()),
            allocated_storage: Some(100),
            iops: Some(3000),
            storage_throughput: Some(125),
            backup_retention_period: Some(7),
            multi_az: Some(true),
            publicly_accessible: Some(true),
            ..DbInstance::default()
        }
    }

    fn planned(db: &DbInstance, setting: Setting) -> Option<PlannedSetting> {
        plan_settings(db).into_iter().find(|planned| planned.setting == setting)
    }

    #[test]
    fn each_setting_has_one_row() {
        let mut seen: Vec<Setting> = TABLE.iter().map(|row| row.setting).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), TABLE.len());
    }

    #[test]
    fn small_gp3_passes_no_iops_and_large_does() {
        assert_eq!(planned(&postgres(), Setting::Iops), None);
        let large = DbInstance { allocated_storage: Some(400), iops: Some(13000), ..postgres() };
        assert_eq!(planned(&large, Setting::Iops).and_then(|it| it.at_restore), Some(Value::Number(13000)));
        let oracle = DbInstance { engine: Some("oracle-ee".into()), allocated_storage: Some(200), ..postgres() };
        assert!(planned(&oracle, Setting::StorageThroughput).is_some());
        let io1 = DbInstance { storage_type: Some("io1".into()), iops: Some(1000), ..postgres() };
        assert_eq!(planned(&io1, Setting::Iops).and_then(|it| it.at_restore), Some(Value::Number(1000)));
        let zero = DbInstance { storage_type: Some("io1".into()), iops: Some(0), ..postgres() };
        assert_eq!(planned(&zero, Setting::Iops), None);
    }

    #[test]
    fn backups_are_off_at_restore_and_come_last() {
        let retention = planned(&postgres(), Setting::BackupRetentionPeriod).expect("planned");
        assert_eq!(retention.at_restore, Some(Value::Number(0)));
        assert_eq!(retention.settle, SettleGroup::ORDER.last().copied());
    }

    #[test]
    fn sql_server_has_its_own_way() {
        let db = DbInstance { engine: Some("sqlserver-se".into()), ..postgres() };
        assert_eq!(planned(&db, Setting::StorageType).and_then(|it| it.at_restore), None);
        assert_eq!(planned(&db, Setting::MultiAZ).and_then(|it| it.at_restore), None);
        let retention = planned(&db, Setting::BackupRetentionPeriod).expect("planned");
        assert_eq!(retention.at_restore, Some(Value::Number(7)));
    }

    #[test]
    fn the_copy_is_private_and_default_groups_are_left_out() {
        let public = planned(&postgres(), Setting::PubliclyAccessible).expect("planned");
        assert_eq!((public.wanted, public.at_restore), (Value::Flag(false), Some(Value::Flag(false))));
        let group = |name: &str| {
            let membership = crate::model::GroupMembership { name: name.into(), status: None };
            planned(
                &DbInstance { parameter_groups: Some(vec![membership]), ..postgres() },
                Setting::DBParameterGroupName,
            )
            .and_then(|it| it.at_restore)
        };
        assert_eq!(group("default.postgres9.6"), None);
        assert_eq!(group("orders-pg"), Some(Value::Text("orders-pg".into())));
    }

    #[test]
    fn only_a_persons_tags_are_carried() {
        let all = [("team", "a"), ("aws:cloudformation:stack-name", "b"), ("RDS:x", "c"), (OWNER_TAG, "d")];
        let db = DbInstance {
            tags: Some(all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
            ..postgres()
        };
        let wanted = planned(&db, Setting::Tags).map(|it| it.wanted);
        assert_eq!(wanted, Some(Value::Tags([("team".to_owned(), "a".to_owned())].into())));
    }
}
