//! A database with unusual settings, made by the `aws` CLI, migrated by the program and compared by the `aws` CLI.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    aws_cli::{tag_pairs, text},
    process::until,
    program::Program,
    served::Sandbox,
};

/// What belongs to an instance alone, or is what the migration is for.
const ITS_OWN: [&str; 9] = [
    "DBInstanceArn",
    "DBInstanceIdentifier",
    "DbiResourceId",
    "Endpoint",
    "InstanceCreateTime",
    "KmsKeyId",
    "StorageEncrypted",
    "StorageEncryptionType",
    "TagList",
];

/// What AWS may choose anew, and what shows while blocks are fetched.
const CHOSEN_BY_AWS: [&str; 4] =
    ["AvailabilityZone", "SecondaryAvailabilityZone", "StorageOperationPercentProgress", "StorageOperationStatus"];

/// Tags with all that a tag may hold.
const TAGS: [&str; 4] = [
    "Key=team : a/b=c+d-e@f,Value=Zürich_Süd 東京",
    "Key=empty,Value=",
    "Key= spaced ,Value=a  b",
    "Key=rds-encryption,Value=planned",
];

const SETTINGS: &str = "--db-instance-class db.m5.large --engine mysql --engine-version 8.0.36 --allocated-storage 120
    --storage-type gp3 --max-allocated-storage 500 --multi-az --port 13306 --backup-retention-period 9
    --db-parameter-group-name takings-mysql8 --option-group-name takings-options --db-subnet-group-name takings-subnets
    --vpc-security-group-ids sg-04c66e73f5c33e3e0 sg-0a1c509df21cec49a --no-publicly-accessible
    --preferred-backup-window 01:15-01:45 --preferred-maintenance-window tue:02:30-tue:03:15
    --enable-iam-database-authentication --enable-cloudwatch-logs-exports error slowquery
    --enable-performance-insights --performance-insights-kms-key-id alias/payments
    --performance-insights-retention-period 31 --monitoring-interval 30
    --monitoring-role-arn arn:aws:iam::000000000000:role/monitoring --ca-certificate-identifier rds-ca-rsa4096-g1
    --deletion-protection --copy-tags-to-snapshot --no-auto-minor-version-upgrade --db-name takings
    --license-model general-public-license --master-username keeper --master-user-password correct-horse-battery";

/// Makes the database and what it needs, and gives its row once it is available.
fn make(sandbox: &Sandbox) -> Value {
    let rds = |words: &str| sandbox.aws.ask(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>());
    rds("create-db-parameter-group --db-parameter-group-name takings-mysql8 --db-parameter-group-family mysql8.0 \
         --description strict");
    rds("create-option-group --option-group-name takings-options --engine-name mysql --major-engine-version 8.0 \
         --option-group-description own");
    let known = rds("describe-db-subnet-groups --db-subnet-group-name private-databases");
    let subnet = |number: usize| text(&known["DBSubnetGroups"][0]["Subnets"][number]["SubnetIdentifier"]);
    let two = format!("{} {}", subnet(0), subnet(2));
    rds(&format!(
        "create-db-subnet-group --db-subnet-group-name takings-subnets --db-subnet-group-description own --subnet-ids {two}"
    ));
    let mut create = vec!["rds", "create-db-instance", "--db-instance-identifier", "Takings"];
    create.extend(SETTINGS.split_whitespace());
    create.push("--tags");
    create.extend(TAGS);
    let made = sandbox.aws.ask(&create)["DBInstance"].clone();
    assert_eq!(made["PendingModifiedValues"]["MasterUserPassword"], "****");
    available(sandbox, "takings")
}

fn available(sandbox: &Sandbox, name: &str) -> Value {
    until(&format!("{name} to be available"), || {
        let row = sandbox.aws.instance(name);
        (row["DBInstanceStatus"] == "available").then_some(row)
    })
}

/// The members that differ, and those that only one of the two has.
fn differences(one: &Value, other: &Value) -> BTreeSet<String> {
    let members = |row: &Value| row.as_object().expect("a row").keys().cloned().collect::<BTreeSet<String>>();
    members(one).union(&members(other)).filter(|member| one.get(*member) != other.get(*member)).cloned().collect()
}

fn set(members: &[&str]) -> BTreeSet<String> {
    members.iter().map(|member| (*member).to_owned()).collect()
}

#[test]
fn unusual_settings_come_along() {
    let Some(sandbox) = Sandbox::start("2000") else { return };
    let source = make(&sandbox);
    assert_eq!((&source["Iops"], &source["StorageThroughput"]), (&3000.into(), &125.into()), "gp3 shows its baseline");
    let key = sandbox.aws.ask(&["kms", "describe-key", "--key-id", "alias/payments"])["KeyMetadata"]["Arn"].clone();
    assert_eq!(source["PerformanceInsightsKMSKeyId"], key, "shown by its ARN, whatever named it");

    let program = Program::new(&sandbox.url);
    program.migrate("takings", "alias/sandbox", &["--target", "takings-sealed"]).expect(0);

    // Its first backup may run on.
    let target = available(&sandbox, "takings-sealed");
    let key = sandbox.aws.ask(&["kms", "describe-key", "--key-id", "alias/sandbox"])["KeyMetadata"]["Arn"].clone();
    assert_eq!((&target["StorageEncrypted"], &target["KmsKeyId"]), (&true.into(), &key));
    assert_eq!(target["Endpoint"]["Port"], source["Endpoint"]["Port"]);
    let (_, theirs): (Vec<_>, Vec<_>) = tag_pairs(&target["TagList"])
        .into_iter()
        .partition(|(name, _)| ["rds-encrypt", "rds-encrypt-run"].contains(&name.as_str()));
    assert_eq!(theirs, tag_pairs(&source["TagList"]));

    let differing = &differences(&source, &target) - &set(&CHOSEN_BY_AWS);
    assert_eq!(differing, set(&ITS_OWN), "what differs is what is announced");
    assert_eq!(sandbox.aws.instance("takings"), source, "the source is as it was");
}
