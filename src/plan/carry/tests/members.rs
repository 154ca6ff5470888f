//! The classification is complete, and says what the table does.

use std::{collections::BTreeSet, io::Read};

use super::*;
use crate::model::{Attached, AttachedRole, DomainMembership, MasterUserSecret, Tags};

/// The members of a structure in AWS's own model.
fn in_the_model(shape: &str) -> BTreeSet<String> {
    let packed = include_bytes!("../../../../fixtures/models/rds.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a packed model");
    let model: serde_json::Value = serde_json::from_str(&text).expect("a model");
    model["shapes"][shape]["members"].as_object().expect("a structure").keys().cloned().collect()
}

/// A source that has something of everything.
fn full(engine: &str) -> DbInstance {
    let word = |text: &str| Some(text.to_owned());
    let group = |name: &str| Some(vec![crate::model::GroupMembership { name: name.into(), status: None }]);
    DbInstance {
        engine_version: word("1"),
        class: word("db.m5.large"),
        allocated_storage: Some(1000),
        storage_type: word("io1"),
        endpoint_port: Some(5000),
        subnet_group: Some(crate::model::SubnetGroup { name: word("private"), vpc_id: None }),
        security_groups: group("sg-1"),
        publicly_accessible: Some(true),
        parameter_groups: group("own"),
        option_groups: group("own"),
        preferred_backup_window: word("02:00-02:30"),
        preferred_maintenance_window: word("sun:04:00-sun:04:30"),
        auto_minor_version_upgrade: Some(true),
        deletion_protection: Some(true),
        copy_tags_to_snapshot: Some(true),
        ca_certificate_identifier: word(CA),
        monitoring_interval: Some(60),
        monitoring_role_arn: word("arn:role"),
        database_insights_mode: word("advanced"),
        performance_insights_enabled: Some(true),
        performance_insights_kms_key_id: word("arn:key"),
        performance_insights_retention_period: Some(465),
        enabled_cloudwatch_logs_exports: Some(vec!["error".into()]),
        iam_database_authentication_enabled: Some(true),
        max_allocated_storage: Some(2000),
        license_model: word("license-included"),
        master_username: word("admin"),
        tags: Some(Tags::from([("team".into(), "a".into())])),
        network_type: word("DUAL"),
        dedicated_log_volume: Some(true),
        engine_lifecycle_support: word("open-source-rds-extended-support-disabled"),
        processor_features: Tags::from([("coreCount".into(), "2".into())]),
        db_name: word("orders"),
        character_set_name: word("AL32UTF8"),
        timezone: word("UTC"),
        nchar_character_set_name: word("AL16UTF16"),
        db_system_id: word("ORCL"),
        multi_tenant: Some(false),
        attached: Attached {
            roles: vec![AttachedRole { arn: "arn:role".into(), feature: "s3Import".into(), status: word("ACTIVE") }],
            master_user_secret: Some(MasterUserSecret { kms_key_id: word("arn:key"), ..MasterUserSecret::default() }),
            domains: vec![DomainMembership { domain: word("d-1"), ..DomainMembership::default() }],
            ..Attached::default()
        },
        engine: word(engine),
        ..postgres()
    }
}

const ENGINES: [&str; 6] = ["mysql", "mariadb", "postgres", "oracle-ee", "sqlserver-se", "db2-se"];

fn all_planned(db: &DbInstance) -> Vec<PlannedSetting> {
    plan_settings(&Origin { certificates: Some(&[CA.to_owned()]), ..Origin::of(db) })
}

#[test]
fn each_member_of_aws_answer_is_classified_and_no_other() {
    let listed: BTreeSet<String> = MEMBERS.iter().map(|member| member.name.to_owned()).collect();
    let known = in_the_model("DBInstance");
    let missing: Vec<&String> = known.difference(&listed).collect();
    let unknown: Vec<&String> = listed.difference(&known).collect();
    assert!(missing.is_empty(), "not classified: {missing:?}");
    assert!(unknown.is_empty(), "AWS's model has no {unknown:?}");
    assert_eq!(listed.len(), MEMBERS.len(), "a member is listed twice");
}

#[test]
fn each_setting_of_the_table_is_one_member() {
    let compared: Vec<Setting> = MEMBERS
        .iter()
        .filter_map(|member| if let Known::Compared(setting) = member.known { Some(setting) } else { None })
        .collect();
    for row in &TABLE {
        assert!(member_of(row.setting).is_some(), "{} is no member's", row.setting);
    }
    for setting in compared {
        assert_eq!(TABLE.iter().filter(|row| row.setting == setting).count(), 1, "{setting}");
    }
}

/// What the classification says is what the plan of some engine does.
#[test]
fn the_ways_are_those_of_the_plans() {
    for member in &MEMBERS {
        let Known::Compared(setting) = member.known else { continue };
        let planned: Vec<PlannedSetting> = ENGINES
            .iter()
            .filter_map(|engine| all_planned(&full(engine)).into_iter().find(|planned| planned.setting == setting))
            .collect();
        assert_eq!(planned.len(), ENGINES.len(), "{}: a full source has it", member.name);
        let fits = |planned: &PlannedSetting| match member.way {
            Way::AtRestore => planned.at_restore.is_some(),
            Way::Afterwards(group) => planned.settle == Some(group),
            Way::WithTheData => planned.at_restore.is_none() && planned.settle.is_none(),
            Way::OwnCall(_) | Way::Never | Way::Observed => false,
        };
        let holds = match member.way {
            // By engine: the note says which.
            Way::AtRestore | Way::Afterwards(SettleGroup::MasterUserPassword) => planned.iter().any(fits),
            _ => planned.iter().all(fits),
        };
        assert!(holds, "{}: {:?} is not what is planned: {planned:?}", member.name, member.way);
        assert!(planned.iter().all(fits) || !member.note.is_empty(), "{}: no note says when", member.name);
    }
}

#[test]
fn what_is_told_has_its_words_and_what_is_never_carried_its_reason() {
    // Carried, and something is to be told of it in some cases.
    let partly = ["AssociatedRoles", "MasterUserSecret", "DomainMemberships"];
    for member in &MEMBERS {
        assert_eq!(member.tell.is_some(), member.known == Known::Told || partly.contains(&member.name));
        if member.way == Way::Never || member.known == Known::Checked {
            assert!(!member.note.is_empty(), "{}", member.name);
        }
        if let (Way::OwnCall(call), Known::Nothing) = (member.way, member.known) {
            assert!(member.note.contains("told with"), "{} by {call} is lost silently", member.name);
        }
    }
}

#[test]
fn a_restore_never_asks_for_what_it_must_not() {
    let storage = [Setting::StorageType, Setting::Iops, Setting::StorageThroughput];
    let restore = in_the_model("RestoreDBInstanceFromDBSnapshotMessage");
    for engine in ENGINES {
        for source in [full(engine), DbInstance { iops: Some(0), storage_throughput: Some(0), ..full(engine) }] {
            for planned in all_planned(&source).iter().filter(|planned| planned.at_restore.is_some()) {
                let name = planned.setting.to_string();
                let never = ["Engine", "EngineVersion", "AllocatedStorage", "DBName", "CustomIamInstanceProfile"];
                assert!(!never.contains(&name.as_str()), "{engine}: {name}");
                assert!(engine != "sqlserver-se" || !storage.contains(&planned.setting), "{engine}: {name}");
                let zero = planned.at_restore == Some(Value::Number(0));
                assert!(!zero || planned.setting == Setting::BackupRetentionPeriod, "{engine}: {name}=0");
                assert!(restore.contains(&name), "the restore call takes no {name}");
            }
        }
    }
}

/// Outside of Extended Support and past standard support AWS upgrades the major version.
#[test]
fn a_copy_leaves_extended_support_only_while_standard_support_goes_on() {
    let (enrolled, left) = ("open-source-rds-extended-support", "open-source-rds-extended-support-disabled");
    let group = Some(SettleGroup::ExtendedSupport);
    for (engine, has, in_standard_support, wanted, settle) in [
        ("postgres", left, Some(true), left, group),
        ("mysql", left, Some(true), left, group),
        ("postgres", left, Some(false), enrolled, None),
        ("postgres", left, None, enrolled, None),
        ("postgres", enrolled, Some(true), enrolled, None),
        ("postgres", enrolled, Some(false), enrolled, None),
    ] {
        let source = DbInstance { engine_lifecycle_support: Some(has.into()), ..full(engine) };
        let origin = Origin { major_in_standard_support: in_standard_support, ..Origin::of(&source) };
        let all = plan_settings(&origin);
        let planned = all.iter().find(|planned| planned.setting == Setting::EngineLifecycleSupport).expect("planned");
        let case = format!("{engine} {has} {in_standard_support:?}");
        assert_eq!((&planned.wanted, planned.settle), (&Value::Text(wanted.into()), settle), "{case}");
        assert_eq!(planned.at_restore, Some(Value::Text(enrolled.into())), "{case}");
    }
}

#[test]
fn defaults_go_without_saying() {
    let usual = DbInstance { network_type: Some("IPV4".into()), dedicated_log_volume: Some(false), ..postgres() };
    for setting in [Setting::NetworkType, Setting::DedicatedLogVolume] {
        let planned = planned(&usual, setting).expect("compared");
        assert_eq!(planned.at_restore, None, "{setting}");
    }
}
