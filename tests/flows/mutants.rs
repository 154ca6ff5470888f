//! Each rule of the carry table dropped or altered in turn: the copy then isn't what it should be, and something says so.
//!
//! A migration is begun and stopped before its first call; one setting of its saved plan is made another; it goes on.
//! Killed is a mutant where Verify names the setting, or where AWS's answer about the copy is another than without it.
//! What survives must be on the list of equivalents, with the reason, and what is listed must survive.

use std::collections::BTreeMap;

use rds_encrypt::{plan::Plan, sandbox::How};
use serde_json::{Value, json};

use crate::{
    end::{MIGRATE, instance, row, target_of},
    stage::Stage,
    sweep::parallel::{in_time_of_its_own, on_each_core},
};

/// A world whose source differs from AWS's defaults wherever it can.
struct World {
    name: &'static str,
    row: fn() -> Value,
    /// What is chosen for the copy.
    flags: &'static str,
    /// The settings whose rules are tried here; empty: all.
    of: &'static [&'static str],
}

const WORLDS: [World; 6] = [
    World { name: "postgres", row: postgres, flags: "", of: &[] },
    World { name: "io1", row: io1, flags: "", of: &["StorageType", "Iops", "DedicatedLogVolume"] },
    World {
        name: "chosen",
        row: || json!({"StorageType": "gp2", "AutoMinorVersionUpgrade": true, "PubliclyAccessible": true}),
        flags: "--instance-class db.m5.xlarge --multi-az --public --copy-tags never --tag cost=7",
        of: &["DBInstanceClass", "MultiAZ", "PubliclyAccessible", "Tags", "AutoMinorVersionUpgrade"],
    },
    World {
        name: "quarantine",
        row: || json!({"StorageType": "gp2"}),
        flags: "--network quarantine",
        of: &["StorageType", "VpcSecurityGroupIds"],
    },
    World { name: "oracle", row: oracle, flags: "", of: &["LicenseModel", "ProcessorFeatures", "OptionGroupName"] },
    World { name: "sql server", row: sql_server, flags: "", of: &["StorageType", "MultiAZ", "BackupRetentionPeriod"] },
];

fn io1() -> Value {
    json!({"StorageType": "io1", "Iops": 1500, "AllocatedStorage": 100, "DedicatedLogVolume": true})
}

fn postgres() -> Value {
    json!({
        "PubliclyAccessible": true, "NetworkType": "DUAL", "MaxAllocatedStorage": 500,
        "IAMDatabaseAuthenticationEnabled": true,
        "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"], "MonitoringInterval": 60,
        "MonitoringRoleArn": "arn:aws:iam::000000000000:role/monitoring", "DatabaseInsightsMode": "advanced",
        "PerformanceInsightsEnabled": true, "PerformanceInsightsRetentionPeriod": 465,
        "PerformanceInsightsKMSKeyId": KEY, "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "CACertificateIdentifier": "rds-ca-ecc384-g1", "AutoMinorVersionUpgrade": false,
        "DBSubnetGroup": {"DBSubnetGroupName": "dual-stack", "VpcId": "vpc-038faba71b3a6cfc9", "Subnets": []},
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 6432},
        "AssociatedRoles": [
            {"RoleArn": "arn:aws:iam::000000000000:role/import", "FeatureName": "s3Import", "Status": "ACTIVE"},
        ],
        "MasterUserSecret": {
            "SecretArn": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:rds!db-1-a", "SecretStatus": "active",
            "KmsKeyId": KEY,
        },
        "DomainMemberships": [
            {"Domain": "d-1234567890", "Status": "kerberos-enabled", "FQDN": "corp.example", "IAMRoleName": "directory"},
        ],
    })
}

const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7";

fn oracle() -> Value {
    json!({
        "Engine": "oracle-ee", "EngineVersion": "19.0.0.0.ru-2024-10.rur-2024-10.r1", "AllocatedStorage": 20,
        "LicenseModel": "bring-your-own-license", "CharacterSetName": "AL32UTF8",
        "ProcessorFeatures": [{"Name": "coreCount", "Value": "1"}, {"Name": "threadsPerCore", "Value": "1"}],
        "DBParameterGroups": [{"DBParameterGroupName": "default.oracle-ee-19", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "orders-options", "Status": "in-sync"}],
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 1521},
    })
}

fn sql_server() -> Value {
    json!({
        "Engine": "sqlserver-se", "EngineVersion": "15.00.4430.1.v1", "LicenseModel": "license-included",
        "MultiAZ": true, "AllocatedStorage": 20, "StorageType": "gp2",
        "DBParameterGroups": [{"DBParameterGroupName": "default.sqlserver-se-15.0", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:sqlserver-se-15-00", "Status": "in-sync"}],
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 1433},
    })
}

/// What is done to one planned setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// The rule isn't there.
    Drop,
    /// The restore call passes nothing.
    NotAtRestore,
    /// No Modify sets it.
    NotAfterwards,
}

/// Mutants that change nothing that anybody could see in the end, and why.
const EQUIVALENT: [(&str, &str, Change, &str); 38] = {
    use Change::{Drop, NotAfterwards, NotAtRestore};
    // The original is as it was when its snapshot was taken; a change in between would tell.
    const ORIGINAL: &str = "without it AWS takes the original's";
    const MENDED: &str = "set afterwards; until then it isn't so";
    [
        ("postgres", "DBInstanceClass", Drop, ORIGINAL),
        ("postgres", "DBInstanceClass", NotAtRestore, ORIGINAL),
        ("postgres", "Port", Drop, ORIGINAL),
        ("postgres", "Port", NotAtRestore, ORIGINAL),
        ("postgres", "VpcSecurityGroupIds", NotAtRestore, MENDED),
        ("postgres", "VpcSecurityGroupIds", NotAfterwards, "passed to the restore; this is for what AWS ignores"),
        ("postgres", "StorageType", Drop, "gp3 is AWS's default"),
        ("postgres", "StorageType", NotAtRestore, "gp3 is AWS's default"),
        ("postgres", "MultiAZ", Drop, "no standby is AWS's default"),
        ("postgres", "MultiAZ", NotAtRestore, "no standby is AWS's default"),
        ("postgres", "CopyTagsToSnapshot", Drop, ORIGINAL),
        ("postgres", "CopyTagsToSnapshot", NotAtRestore, ORIGINAL),
        ("postgres", "Tags", NotAtRestore, "the call takes what is wanted, and our own"),
        ("postgres", "EngineLifecycleSupport", NotAtRestore, "AWS enrols by default"),
        ("postgres", "AutoMinorVersionUpgrade", Drop, ORIGINAL),
        ("postgres", "AutoMinorVersionUpgrade", NotAtRestore, ORIGINAL),
        ("postgres", "AutoMinorVersionUpgrade", NotAfterwards, "it is restored without, and is to be without"),
        ("postgres", "BackupRetentionPeriod", Drop, "without it AWS takes the original's, and a first backup at once"),
        ("postgres", "BackupRetentionPeriod", NotAtRestore, "without it AWS takes the original's"),
        ("io1", "StorageType", Drop, "with Iops alone AWS takes io1"),
        ("io1", "StorageType", NotAtRestore, "with Iops alone AWS takes io1"),
        ("io1", "DedicatedLogVolume", Drop, ORIGINAL),
        ("io1", "DedicatedLogVolume", NotAtRestore, ORIGINAL),
        ("chosen", "PubliclyAccessible", Drop, "public is AWS's default in such a subnet group"),
        ("chosen", "PubliclyAccessible", NotAtRestore, "public is AWS's default in such a subnet group"),
        ("chosen", "Tags", Drop, "with any tags given, AWS takes no others, and --tag is on everything"),
        ("chosen", "Tags", NotAtRestore, "the call takes what is wanted, and our own"),
        ("chosen", "AutoMinorVersionUpgrade", Drop, ORIGINAL),
        ("chosen", "AutoMinorVersionUpgrade", NotAtRestore, "it is to be with them; until then an upgrade could start"),
        ("quarantine", "VpcSecurityGroupIds", NotAtRestore, MENDED),
        ("quarantine", "VpcSecurityGroupIds", NotAfterwards, "passed to the restore; this is for what AWS ignores"),
        ("oracle", "LicenseModel", Drop, ORIGINAL),
        ("oracle", "LicenseModel", NotAtRestore, ORIGINAL),
        ("oracle", "ProcessorFeatures", Drop, ORIGINAL),
        ("oracle", "ProcessorFeatures", NotAtRestore, ORIGINAL),
        ("sql server", "BackupRetentionPeriod", Drop, ORIGINAL),
        ("sql server", "BackupRetentionPeriod", NotAtRestore, MENDED),
        ("sql server", "BackupRetentionPeriod", NotAfterwards, "passed to the restore, which its standby needs"),
    ]
};

/// A migration that was begun, and nothing asked of AWS yet.
async fn begun(world: &World) -> Stage {
    let stage = Stage::of(&[(world.row)()]);
    stage.order("CreateDBSnapshot", 0, 1, How::Deny);
    let heard = stage.run(&format!("{MIGRATE} {}", world.flags)).await;
    assert_eq!(heard.code, 8, "{}: {heard}", world.name);
    stage
}

/// What a copy looks like, and what Verify said.
async fn went_on(stage: &Stage) -> (BTreeMap<&'static str, String>, String) {
    let heard = stage.run("resume orders --sandbox").await;
    let words = heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = match heard.code {
        0 | 7 => row(&instance(stage, &target_of(stage, "orders")).await),
        _ => BTreeMap::new(),
    };
    (shown, if heard.code == 0 { String::new() } else { format!("exit {}: {words}", heard.code) })
}

/// Makes one setting of the saved plan another, and its digest right again.
fn mutate(stage: &Stage, setting: &str, change: Change) {
    let path = stage.state_file("orders").unwrap();
    let mut saved = stage.state("orders");
    let settings = saved["plan"]["settings"].as_array_mut().unwrap();
    let place = settings.iter().position(|planned| planned["setting"] == setting).unwrap();
    match change {
        Change::Drop => drop(settings.remove(place)),
        Change::NotAtRestore => settings[place]["at_restore"] = Value::Null,
        Change::NotAfterwards => settings[place]["settle"] = Value::Null,
    }
    let plan: Plan = serde_json::from_value(saved["plan"].clone()).unwrap();
    saved["plan_digest"] = plan.digest().into();
    std::fs::write(path, serde_json::to_vec(&saved).unwrap()).unwrap();
}

/// The mutants of a world: each rule that asks AWS for something.
async fn mutants(world: &World) -> Vec<(String, Change)> {
    let stage = begun(world).await;
    let saved = stage.state("orders");
    let mut found = Vec::new();
    for planned in saved["plan"]["settings"].as_array().unwrap() {
        let setting = planned["setting"].as_str().unwrap().to_owned();
        let (restored, settled) = (!planned["at_restore"].is_null(), !planned["settle"].is_null());
        if !(restored || settled) || !(world.of.is_empty() || world.of.contains(&setting.as_str())) {
            continue;
        }
        found.push((setting.clone(), Change::Drop));
        found.extend(restored.then(|| (setting.clone(), Change::NotAtRestore)));
        found.extend(settled.then_some((setting, Change::NotAfterwards)));
    }
    found
}

/// What killed a mutant; nothing where it survived.
fn killer(
    setting: &str,
    usual: &BTreeMap<&'static str, String>,
    shown: &BTreeMap<&'static str, String>,
    said: &str,
) -> Option<String> {
    let differs = usual.iter().find(|(member, value)| shown.get(*member).is_some_and(|shown| shown != *value));
    match differs {
        _ if said.starts_with("exit 7") && said.contains(setting) => Some("verify names it".to_owned()),
        Some((member, value)) => Some(format!("the copy's {member}: {value} → {}", shown[member])),
        None if said.is_empty() => None,
        None => Some(said.chars().take(90).collect()),
    }
}

#[test]
fn each_rule_that_is_dropped_or_altered_is_missed() {
    let usual = on_each_core(WORLDS.iter().collect(), |world: &World| {
        in_time_of_its_own(async {
            let (shown, said) = went_on(&begun(world).await).await;
            assert_eq!(said, "", "{}", world.name);
            (shown, mutants(world).await)
        })
    });
    let tries = usual.iter().enumerate().flat_map(|(world, (_, mutants))| {
        mutants.iter().map(move |(setting, change)| (world, setting.clone(), *change))
    });
    let results = on_each_core(tries.collect(), |(world, setting, change)| {
        let killer = in_time_of_its_own(async {
            let stage = begun(&WORLDS[world]).await;
            mutate(&stage, &setting, change);
            let (shown, said) = went_on(&stage).await;
            killer(&setting, &usual[world].0, &shown, &said)
        });
        (WORLDS[world].name, setting, change, killer)
    });
    let mut wrong = Vec::new();
    for (world, setting, change, killer) in &results {
        let listed = EQUIVALENT.iter().find(|it| (it.0, it.1, it.2) == (*world, setting.as_str(), *change));
        let words = match (killer, listed) {
            (Some(killer), _) => killer.clone(),
            (None, Some((.., why))) => format!("(equivalent: {why})"),
            (None, None) => "SURVIVED".to_owned(),
        };
        println!("{world:<10} {setting:<36} {:<14} {words}", format!("{change:?}"));
        if killer.is_some() == listed.is_some() {
            wrong.push(format!("{world} {setting} {change:?}: {words}"));
        }
    }
    println!("{} mutants, {} of them equivalent", results.len(), EQUIVALENT.len());
    assert!(wrong.is_empty(), "survived, or listed as equivalent and killed: {wrong:#?}");
    assert!(results.len() >= 85, "only {} mutants", results.len());
}
