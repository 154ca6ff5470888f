//! One source, drawn: odd, but such as AWS could show.

use fastrand::Rng;
use serde_json::{Value, json};

use super::engines::{ENGINES, Engine};
use crate::attached::{KEY, directory, role, secret, with};

fn one<'a, T>(rng: &mut Rng, of: &'a [T]) -> &'a T {
    &of[rng.usize(0..of.len())]
}

/// True once in so many times.
fn once_in(rng: &mut Rng, times: u8) -> bool {
    rng.u8(0..times) == 0
}

/// Those of which a coin says so.
fn some<T: Clone>(rng: &mut Rng, of: &[T]) -> Vec<T> {
    of.iter().filter(|_| rng.bool()).cloned().collect()
}

/// The source of this seed.
pub(super) fn source(seed: u64) -> Value {
    let rng = &mut Rng::with_seed(seed);
    let engine = one(rng, &ENGINES);
    let version = *one(rng, engine.versions);
    let mut row = json!({});
    for part in [
        itself(rng, engine, version),
        storage(rng, engine),
        groups(rng, engine, version),
        place(rng, engine),
        upkeep(rng),
        watched(rng, engine),
        tags(rng),
        attached(rng, engine, version),
        language(rng, engine),
    ] {
        row = with(row, &part);
    }
    // SQL Server's mirror needs backups.
    if row["MultiAZ"] == true && row["BackupRetentionPeriod"] == 0 && engine.is("sqlserver") {
        row["BackupRetentionPeriod"] = 1.into();
    }
    row
}

fn itself(rng: &mut Rng, engine: &Engine, version: &str) -> Value {
    let open = matches!(engine.name, "postgres" | "mysql" | "mariadb");
    let usual = ["db.t3.medium", "db.m5.large", "db.m5.4xlarge", "db.m6i.xlarge", "db.r5.xlarge", "db.r6i.2xlarge"];
    let mut row = json!({
        "Engine": engine.name, "EngineVersion": version, "LicenseModel": one(rng, engine.licenses),
        "DBInstanceClass": one(rng, &usual), "MultiAZ": engine.can_mirror && rng.bool(),
        "CACertificateIdentifier":
            one(rng, &["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1", "rds-ca-2019"]),
        "IAMDatabaseAuthenticationEnabled": open && rng.bool(),
        "EnabledCloudwatchLogsExports": some(rng, engine.logs),
    });
    match engine.name {
        "postgres" | "mysql" if rng.bool() => row["EngineLifecycleSupport"] = "open-source-rds-extended-support".into(),
        "postgres" | "mysql" => {
            row["EngineLifecycleSupport"] = "open-source-rds-extended-support-disabled".into();
        }
        _ => {}
    }
    // A class that can't be ordered any more is one that is announced.
    if once_in(rng, 12) {
        row["DBInstanceClass"] = "db.m4.large".into();
    } else if open && rng.bool() {
        row["DBInstanceClass"] = (*one(rng, &["db.t4g.micro", "db.m7g.large", "db.r8g.large"])).into();
    } else if !engine.processors.is_empty() && rng.bool() {
        let (class, cores) = *one(rng, engine.processors);
        row["DBInstanceClass"] = class.into();
        let features = [
            json!({"Name": "coreCount", "Value": rng.u32(1..=cores).to_string()}),
            json!({"Name": "threadsPerCore", "Value": rng.u32(1..=2).to_string()}),
        ];
        row["ProcessorFeatures"] = if rng.bool() { json!(features) } else { json!(features[..1]) };
    }
    row
}

/// Storage of a type and size, with the numbers that AWS shows of it, and how far it may grow.
fn storage(rng: &mut Rng, engine: &Engine) -> Value {
    let threshold = if engine.is("oracle") { 200 } else { 400 };
    let size = *one(rng, &[20, 100, threshold - 1, threshold]);
    let (sql_server, striped) = (engine.is("sqlserver"), size >= threshold && !engine.is("sqlserver"));
    let log_volume = matches!(engine.name, "postgres" | "mysql" | "mariadb") && rng.bool();
    let mut row = match rng.u8(0..6) {
        0 if !engine.is("db2") => json!({"StorageType": "gp2"}),
        1 if size >= 100 => {
            json!({"StorageType": "io1", "Iops": rng.i32(10..=40) * 100, "DedicatedLogVolume": log_volume})
        }
        2 if size >= 100 => json!({"StorageType": "io2", "Iops": 3000, "DedicatedLogVolume": log_volume}),
        3 if !engine.is("db2") => json!({"StorageType": "standard"}),
        4 if sql_server => json!({
            "StorageType": "gp3", "Iops": 3000 + rng.i32(0..4) * 500, "StorageThroughput": 125 + rng.i32(0..4) * 125,
        }),
        _ if striped => json!({
            "StorageType": "gp3", "Iops": 12000 + rng.i32(0..3) * 500, "StorageThroughput": 500 + rng.i32(0..3) * 100,
        }),
        _ => json!({"StorageType": "gp3", "Iops": 3000, "StorageThroughput": 125}),
    };
    row["AllocatedStorage"] = size.into();
    if row["StorageType"] != "standard" && rng.bool() {
        row["MaxAllocatedStorage"] = (*one(rng, &[size + size / 5, size * 2, 16384])).into();
    }
    row
}

/// Groups of its own, or the engine's. A Db2 with a licence of one's own has its ids in a group of one's own.
fn groups(rng: &mut Rng, engine: &Engine, version: &str) -> Value {
    let own = engine.is("db2") || rng.bool();
    let parameters = if own { "orders-own".to_owned() } else { engine.parameters(version) };
    // PostgreSQL and Db2 have no options.
    let optional = !engine.is("postgres") && !engine.is("db2") && rng.bool();
    let options = if optional { "orders-options".to_owned() } else { engine.options(version) };
    json!({
        "DBParameterGroups": [{"DBParameterGroupName": parameters, "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": options, "Status": "in-sync"}],
    })
}

fn place(rng: &mut Rng, engine: &Engine) -> Value {
    let port = if rng.bool() { engine.port } else { rng.i32(1150..60000) };
    let mut security: Vec<&str> = some(rng, &["sg-0a1c509df21cec49a", "sg-0463e6626cbe1aea9"]);
    security.push("sg-04c66e73f5c33e3e0");
    let security: Vec<Value> =
        security.into_iter().map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"})).collect();
    let dual = once_in(rng, 3);
    let subnets = if dual { "dual-stack" } else { *one(rng, &["private-databases", "default", "dual-stack"]) };
    json!({
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": port},
        "PubliclyAccessible": rng.bool(), "VpcSecurityGroups": security,
        "NetworkType": if dual { "DUAL" } else { "IPV4" },
        "AvailabilityZone": one(rng, &["eu-west-2a", "eu-west-2b"]),
        "DBSubnetGroup": {"DBSubnetGroupName": subnets, "VpcId": "vpc-038faba71b3a6cfc9", "Subnets": []},
    })
}

/// Backups, windows that don't overlap, and what happens by itself.
fn upkeep(rng: &mut Rng) -> Value {
    let (hour, length, day) = (rng.u8(0..24), rng.u8(1..=2), *one(rng, &["mon", "tue", "thu", "sun"]));
    let begins = ((hour + rng.u8(4..20)) % 24).min(22);
    json!({
        "BackupRetentionPeriod": one(rng, &[0, 1, 7, 14, 35]),
        "PreferredBackupWindow": format!("{hour:02}:10-{:02}:40", (hour + length) % 24),
        "PreferredMaintenanceWindow": format!("{day}:{begins:02}:45-{day}:{:02}:15", begins + 1),
        "DeletionProtection": rng.bool(), "AutoMinorVersionUpgrade": rng.bool(), "CopyTagsToSnapshot": rng.bool(),
    })
}

fn watched(rng: &mut Rng, engine: &Engine) -> Value {
    let mut row = json!({"DatabaseInsightsMode": "standard"});
    if rng.bool() {
        row["MonitoringInterval"] = (*one(rng, &[1, 5, 15, 60])).into();
        row["MonitoringRoleArn"] = "arn:aws:iam::000000000000:role/monitoring".into();
    }
    // Performance Insights has nothing for Db2.
    if !engine.is("db2") && rng.bool() {
        let advanced = rng.bool();
        row["PerformanceInsightsEnabled"] = true.into();
        row["PerformanceInsightsKMSKeyId"] = KEY.into();
        let days: i32 = if advanced { *one(rng, &[465, 731]) } else { *one(rng, &[7, 31, 465]) };
        row["PerformanceInsightsRetentionPeriod"] = days.into();
        row["DatabaseInsightsMode"] = if advanced { "advanced" } else { "standard" }.into();
    }
    row
}

fn tags(rng: &mut Rng) -> Value {
    let count = *one(rng, &[0, 1, 1, 5, 5, 20, 20, 46, 47, 48, 48, 49]);
    let tag = |n: u32| match n {
        0 => json!({"Key": "backup plan=daily +:@/-_.", "Value": ""}),
        n => json!({"Key": format!("key {n}"), "Value": format!("v/{n} ä")}),
    };
    let mut all: Vec<Value> = (0..count).map(tag).collect();
    if rng.bool() {
        all.truncate(48);
        all.push(json!({"Key": "aws:cloudformation:stack-name", "Value": "data"}));
    }
    json!({"TagList": all})
}

/// Roles, a password that AWS keeps, a directory; now and then one that doesn't work.
fn attached(rng: &mut Rng, engine: &Engine, version: &str) -> Value {
    let mut row = json!({});
    if !engine.name.ends_with("-cdb") && once_in(rng, 3) {
        row["MasterUserSecret"] = secret();
    }
    let old = engine.is("postgres") && ["9.6", "11."].iter().any(|front| version.starts_with(front));
    let features = if old { vec![] } else { some(rng, engine.features) };
    let mut role = |feature: &&str| role(feature, feature, if once_in(rng, 8) { "INVALID" } else { "ACTIVE" });
    row["AssociatedRoles"] = features.iter().map(&mut role).collect();
    if !engine.is("mariadb") && once_in(rng, 3) {
        let joins = engine.is("sqlserver") || engine.is("db2");
        let word = if joins { "joined" } else { "kerberos-enabled" };
        let word = if once_in(rng, 8) { "failed" } else { word };
        row["DomainMemberships"] = if engine.is("sqlserver") && rng.bool() {
            json!([{
                "Status": word, "FQDN": "corp.example", "OU": "OU=db,DC=corp,DC=example",
                "AuthSecretArn": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:join-a",
                "DnsIps": ["10.0.0.3", "10.0.0.2"],
            }])
        } else {
            json!([directory(word)])
        };
    }
    row
}

/// What was chosen when it was made, and lies in the data.
fn language(rng: &mut Rng, engine: &Engine) -> Value {
    let mut row = json!({});
    if !engine.character_sets.is_empty() {
        row["CharacterSetName"] = (*one(rng, engine.character_sets)).into();
    }
    if !engine.zones.is_empty() && rng.bool() {
        row["Timezone"] = (*one(rng, engine.zones)).into();
    }
    if engine.is("oracle") {
        row["NcharCharacterSetName"] = (*one(rng, &["AL16UTF16", "UTF8"])).into();
        row["DBSystemId"] = "ORDERS01".into();
    }
    if engine.name.ends_with("-cdb") {
        row["MultiTenant"] = rng.bool().into();
    }
    if !engine.is("sqlserver") && rng.bool() {
        row["DBName"] = "orders".into();
    }
    row
}
