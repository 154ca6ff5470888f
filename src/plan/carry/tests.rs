//! Each setting's way, from sources of several kinds.

mod losses;
mod members;

use super::*;
use crate::model::OWNER_TAG;

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
    plan_settings(&Origin { source: db, certificates: Some(&[CA.to_owned()]), major_in_standard_support: None })
        .into_iter()
        .find(|planned| planned.setting == setting)
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
        planned(&DbInstance { parameter_groups: Some(vec![membership]), ..postgres() }, Setting::DBParameterGroupName)
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
#[test]
fn what_a_restore_forgets_is_settled_and_what_belongs_together_goes_together() {
    let db = DbInstance {
        monitoring_interval: Some(60),
        monitoring_role_arn: Some("arn:aws:iam::000000000000:role/monitoring".into()),
        performance_insights_enabled: Some(true),
        performance_insights_kms_key_id: Some("arn:key".into()),
        performance_insights_retention_period: Some(7),
        database_insights_mode: Some("standard".into()),
        enabled_cloudwatch_logs_exports: Some(vec!["upgrade".into(), "postgresql".into()]),
        iam_database_authentication_enabled: Some(true),
        max_allocated_storage: Some(500),
        ..postgres()
    };
    let groups = [
        (Setting::MonitoringInterval, SettleGroup::Monitoring),
        (Setting::MonitoringRoleArn, SettleGroup::Monitoring),
        (Setting::EnablePerformanceInsights, SettleGroup::Insights),
        (Setting::PerformanceInsightsKMSKeyId, SettleGroup::Insights),
        (Setting::PerformanceInsightsRetentionPeriod, SettleGroup::Insights),
        (Setting::DatabaseInsightsMode, SettleGroup::Insights),
        (Setting::EnableCloudwatchLogsExports, SettleGroup::LogExports),
        (Setting::EnableIAMDatabaseAuthentication, SettleGroup::IamAuthentication),
        (Setting::MaxAllocatedStorage, SettleGroup::StorageAutoscaling),
    ];
    for (setting, group) in groups {
        let planned = planned(&db, setting).expect("planned");
        assert_eq!((planned.settle, planned.at_restore), (Some(group), None), "{setting}");
    }
    let logs = planned(&db, Setting::EnableCloudwatchLogsExports).map(|it| it.wanted);
    assert_eq!(logs, Some(Value::List(vec!["postgresql".into(), "upgrade".into()])), "in an order of their own");
}

#[test]
fn what_is_off_asks_for_nothing() {
    let off = DbInstance {
        performance_insights_enabled: Some(false),
        performance_insights_kms_key_id: Some("arn:key".into()),
        ..postgres()
    };
    assert_eq!(planned(&off, Setting::PerformanceInsightsKMSKeyId), None);
    assert!(holds(Setting::EnableCloudwatchLogsExports, &Value::List(vec![]), &off), "absent is none");
}

#[test]
fn only_an_authority_that_is_offered_is_passed() {
    let under = |authority: &str| DbInstance { ca_certificate_identifier: Some(authority.into()), ..postgres() };
    let setting = Setting::CACertificateIdentifier;
    assert_eq!(planned(&under(CA), setting).and_then(|it| it.at_restore), Some(Value::Text(CA.into())));
    assert_eq!(planned(&under("rds-ca-2015"), setting), None, "neither passed nor compared");
    let blind = plan_settings(&Origin { source: &under(CA), certificates: None, major_in_standard_support: None });
    let blind = blind.iter().find(|it| it.setting == setting).expect("compared");
    assert_eq!((&blind.wanted, &blind.at_restore), (&Value::Text(CA.into()), &None));
}

const CA: &str = "rds-ca-rsa2048-g1";
