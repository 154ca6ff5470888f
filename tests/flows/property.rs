//! Random sources over the whole space of settings, each migrated by the whole command: nothing is lost that the plan
//! didn't announce, and AWS refuses nothing on the way.
//!
//! What the copy should be is compared by AWS's members, not by the carry table. `PROPERTY_SEED` and `PROPERTY_RUNS`
//! choose what is tried; a failing source is printed with the command that tries it again.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{
    end::{MIGRATE, instance, journal, row, target_of},
    stage::Stage,
    sweep::{
        number,
        parallel::{in_time_of_its_own, on_each_core},
    },
};

/// So many sources, unless the environment says otherwise.
const RUNS: u64 = 12;

const SEED: u64 = 20_261_127;

/// Things go so many times faster than the command believes: what is looked at long isn't what this is about.
const HURRY: f64 = 20.0;

const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7";

/// An engine, what its groups are called by, its port, and versions of it.
struct Engine {
    name: &'static str,
    major: fn(&str) -> String,
    port: i32,
    versions: &'static [&'static str],
    logs: &'static [&'static str],
}

/// The first number of a version.
fn first(version: &str) -> String {
    version.split('.').next().unwrap_or_default().to_owned()
}

/// The first two numbers of a version.
fn two(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

const ENGINES: [Engine; 5] = [
    Engine {
        name: "postgres",
        major: first,
        port: 5432,
        versions: &["12.17", "13.20", "15.7", "16.8"],
        logs: &["postgresql", "upgrade"],
    },
    Engine {
        name: "mysql",
        major: two,
        port: 3306,
        versions: &["8.0.35", "8.0.41", "8.4.4"],
        logs: &["error", "general"],
    },
    Engine {
        name: "mariadb",
        major: two,
        port: 3306,
        versions: &["10.6.21", "10.11.11"],
        logs: &["error", "slowquery"],
    },
    Engine {
        name: "oracle-ee",
        major: first,
        port: 1521,
        versions: &["19.0.0.0.ru-2024-10.rur-2024-10.r1"],
        logs: &["alert", "listener"],
    },
    Engine { name: "sqlserver-se", major: two, port: 1433, versions: &["15.00.4430.1.v1"], logs: &["error"] },
];

/// Storage of a type and size, with the numbers that AWS shows of it.
fn storage(rng: &mut Rng, engine: &str) -> Value {
    let threshold = if engine == "oracle-ee" { 200 } else { 400 };
    let size = *rng.choice([20, 100, threshold - 1, threshold].iter()).unwrap();
    let striped = size >= threshold && engine != "sqlserver-se";
    match rng.u8(0..4) {
        0 => json!({"StorageType": "gp2", "AllocatedStorage": size}),
        1 if size >= 100 => json!({"StorageType": "io1", "AllocatedStorage": size, "Iops": rng.i32(10..=40) * 100}),
        2 if size >= 100 && engine != "sqlserver-se" => json!({
            "StorageType": "io2", "AllocatedStorage": size, "Iops": 3000, "DedicatedLogVolume": rng.bool(),
        }),
        _ if striped => json!({
            "StorageType": "gp3", "AllocatedStorage": size, "Iops": 12000 + rng.i32(0..3) * 500, "StorageThroughput": 500,
        }),
        _ => json!({"StorageType": "gp3", "AllocatedStorage": size, "Iops": 3000, "StorageThroughput": 125}),
    }
}

fn groups(rng: &mut Rng, engine: &Engine, version: &str) -> Value {
    let major = (engine.major)(version);
    let family = match engine.name {
        name if name.starts_with("oracle") => format!("{name}-{major}"),
        name if name.starts_with("sqlserver") => format!("{name}-{}", major.replace(".00", ".0")),
        name => format!("{name}{major}"),
    };
    let options = format!("default:{}-{}", engine.name, major.replace('.', "-"));
    let parameters = if rng.bool() { "orders-own".to_owned() } else { format!("default.{family}") };
    json!({
        "DBParameterGroups": [{"DBParameterGroupName": parameters, "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": options, "Status": "in-sync"}],
    })
}

fn watched(rng: &mut Rng) -> Value {
    let mut row = json!({"DatabaseInsightsMode": "standard"});
    if rng.bool() {
        row["MonitoringInterval"] = (*rng.choice([1, 15, 60].iter()).unwrap()).into();
        row["MonitoringRoleArn"] = "arn:aws:iam::000000000000:role/monitoring".into();
    }
    if rng.bool() {
        let advanced = rng.bool();
        row["PerformanceInsightsEnabled"] = true.into();
        row["PerformanceInsightsKMSKeyId"] = KEY.into();
        row["PerformanceInsightsRetentionPeriod"] = if advanced { 465 } else { 7 }.into();
        row["DatabaseInsightsMode"] = if advanced { "advanced" } else { "standard" }.into();
    }
    row
}

fn tags(rng: &mut Rng) -> Value {
    let count = *rng.choice([0, 1, 5, 46, 48, 49].iter()).unwrap();
    let mut all: Vec<Value> =
        (0..count).map(|n| json!({"Key": format!("key {n}"), "Value": format!("v/{n}")})).collect();
    if rng.bool() {
        all.truncate(47);
        all.push(json!({"Key": "aws:cloudformation:stack-name", "Value": "data"}));
    }
    json!({"TagList": all})
}

fn attached(rng: &mut Rng, engine: &Engine) -> Value {
    let mut row = json!({});
    if rng.u8(0..3) == 0 && engine.name != "mariadb" {
        row["MasterUserSecret"] = json!({
            "SecretArn": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:rds!db-1-a", "SecretStatus": "active",
            "KmsKeyId": KEY,
        });
    }
    if rng.bool() && engine.name == "postgres" {
        row["AssociatedRoles"] = json!([
            {"RoleArn": "arn:aws:iam::000000000000:role/import", "FeatureName": "s3Import", "Status": "ACTIVE"},
        ]);
    }
    if rng.u8(0..3) == 0 && engine.name == "sqlserver-se" {
        row["DomainMemberships"] = json!([
            {"Domain": "d-1234567890", "Status": "joined", "FQDN": "corp.example", "IAMRoleName": "directory"},
        ]);
    }
    row
}

/// One source.
fn source(seed: u64) -> Value {
    let rng = &mut Rng::with_seed(seed);
    let engine = rng.choice(ENGINES.iter()).unwrap();
    let version = *rng.choice(engine.versions.iter()).unwrap();
    let licensed = matches!(engine.name, "oracle-ee" | "sqlserver-se");
    let open = matches!(engine.name, "postgres" | "mysql");
    let port = if rng.bool() { engine.port } else { rng.i32(1150..60000) };
    let logs: Vec<_> = engine.logs.iter().filter(|_| rng.bool()).collect();
    let authority = *rng.choice(["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1", "rds-ca-2019"].iter()).unwrap();
    let mut row = json!({
        "Engine": engine.name, "EngineVersion": version, "MultiAZ": rng.bool(), "PubliclyAccessible": rng.bool(),
        "DBInstanceClass": *rng.choice(["db.m5.large", "db.r5.xlarge", "db.m5.4xlarge"].iter()).unwrap(),
        "BackupRetentionPeriod": *rng.choice([0, 1, 7, 35].iter()).unwrap(), "DeletionProtection": rng.bool(),
        "AutoMinorVersionUpgrade": rng.bool(), "CopyTagsToSnapshot": rng.bool(), "CACertificateIdentifier": authority,
        "EnabledCloudwatchLogsExports": logs,
        "IAMDatabaseAuthenticationEnabled": !licensed && rng.bool(),
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": port},
        "LicenseModel": match engine.name {
            "oracle-ee" => "bring-your-own-license",
            "sqlserver-se" => "license-included",
            "postgres" => "postgresql-license",
            _ => "general-public-license",
        },
    });
    if open {
        let word =
            if rng.bool() { "open-source-rds-extended-support" } else { "open-source-rds-extended-support-disabled" };
        row["EngineLifecycleSupport"] = word.into();
    }
    if row["MultiAZ"] == true && row["BackupRetentionPeriod"] == 0 && engine.name == "sqlserver-se" {
        row["BackupRetentionPeriod"] = 1.into();
    }
    let parts =
        [storage(rng, engine.name), groups(rng, engine, version), watched(rng), tags(rng), attached(rng, engine)];
    for part in parts {
        for (member, value) in part.as_object().unwrap() {
            row[member] = value.clone();
        }
    }
    if rng.bool() {
        let size = row["AllocatedStorage"].as_i64().unwrap();
        row["MaxAllocatedStorage"] = (size * 2).into();
    }
    row
}

/// What a plan's setting is called in the comparison.
fn label(setting: &str) -> Option<&'static str> {
    Some(match setting {
        "PubliclyAccessible" => "public",
        "CACertificateIdentifier" => "certificate authority",
        "EngineLifecycleSupport" => "lifecycle",
        _ => return None,
    })
}

/// The tags but AWS's own, which nobody else may set, and ours.
fn peoples_tags(row: &aws_sdk_rds::types::DbInstance) -> BTreeMap<&str, &str> {
    let all = row.tag_list().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()));
    all.filter(|(key, _)| !key.starts_with("aws:") && !key.starts_with("rds-encrypt")).collect()
}

/// What became of one source.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Announced,
    Same,
    Wrong(String),
}

async fn tried(seed: u64) -> Outcome {
    let stage = Stage::of(&[source(seed)]).hurried(HURRY);
    let planned = stage.run("plan orders --sandbox --output json").await;
    let Ok(plan) = serde_json::from_str::<Value>(&planned.stdout) else {
        return Outcome::Wrong(format!("plan said {planned}"));
    };
    if plan["can_begin"] == false {
        let blockers = plan["findings"].as_array().unwrap().iter().filter(|it| it["severity"] == "blocker").count();
        return if blockers > 0 { Outcome::Announced } else { Outcome::Wrong(format!("no blocker: {planned}")) };
    }
    let heard = stage.run(MIGRATE).await;
    if heard.code != 0 {
        return Outcome::Wrong(format!("migrate said {heard}"));
    }
    let refused: Vec<String> = journal(&stage, "orders").into_iter().filter(|line| line.ends_with("refused")).collect();
    if !refused.is_empty() {
        return Outcome::Wrong(format!("AWS refused {refused:?}"));
    }
    let told =
        plan["settings"].as_array().unwrap().iter().filter(|it| !it["reason"].is_null() || it["how"] == "left-out");
    let told: Vec<&str> = told.filter_map(|it| label(it["setting"].as_str().unwrap())).collect();
    let (source, copy) = (instance(&stage, "orders").await, instance(&stage, &target_of(&stage, "orders")).await);
    if peoples_tags(&source) != peoples_tags(&copy) {
        return Outcome::Wrong(format!("tags differ: {:?} and {:?}", peoples_tags(&source), peoples_tags(&copy)));
    }
    let (source, copy) = (row(&source), row(&copy));
    let differ: BTreeMap<&str, (&String, &String)> = source
        .iter()
        .filter(|(member, value)| **member != "tags" && copy[*member] != **value && !told.contains(*member))
        .map(|(member, value)| (*member, (value, &copy[member])))
        .collect();
    if differ.is_empty() { Outcome::Same } else { Outcome::Wrong(format!("source and copy differ: {differ:#?}")) }
}

#[test]
fn nothing_is_lost_and_nothing_refused_that_was_not_announced() {
    let (first, runs) = (number("PROPERTY_SEED").unwrap_or(SEED), number("PROPERTY_RUNS").unwrap_or(RUNS));
    let results = on_each_core((first..first + runs).collect(), |seed| (seed, in_time_of_its_own(tried(seed))));
    let mut wrong = Vec::new();
    for (seed, outcome) in &results {
        if let Outcome::Wrong(why) = outcome {
            println!("{:#}\n{why}", source(*seed));
            println!("PROPERTY_SEED={seed} PROPERTY_RUNS=1 cargo test --test flows property -- --nocapture\n");
            wrong.push(seed);
        }
    }
    let announced = results.iter().filter(|(_, outcome)| *outcome == Outcome::Announced).count();
    println!(
        "{runs} sources from seed {first}: {announced} announced that they can't be migrated, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "seeds {wrong:?}");
    assert!(announced * 3 < results.len(), "{announced} of {runs} weren't migrated: this proves too little");
}
