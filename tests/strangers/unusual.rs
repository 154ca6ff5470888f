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
pub(super) const ITS_OWN: [&str; 9] = [
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

/// A database with what is carried by calls of its own.
fn make_attached(sandbox: &Sandbox, name: &str) -> Value {
    let rds = |words: &str| sandbox.aws.ask(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>());
    rds(&format!(
        "create-db-instance --db-instance-identifier {name} --db-instance-class db.m5.large --engine postgres
         --engine-version 16.8 --allocated-storage 20 --storage-type gp3 --backup-retention-period 3
         --db-subnet-group-name private-databases --vpc-security-group-ids sg-04c66e73f5c33e3e0 --no-publicly-accessible
         --master-username keeper --manage-master-user-password --master-user-secret-kms-key-id alias/payments
         --tags Key=team,Value=commerce Key=aws-backup,Value=daily"
    ));
    available(sandbox, name);
    for (feature, role) in [("s3Import", "import"), ("Lambda", "calls")] {
        let role = format!("arn:aws:iam::000000000000:role/{role}");
        rds(&format!(
            "add-role-to-db-instance --db-instance-identifier {name} --feature-name {feature} --role-arn {role}"
        ));
    }
    until("roles and secret to be active", || {
        let row = sandbox.aws.instance(name);
        let active = |role: &Value| role["Status"] == "ACTIVE";
        let roles = row["AssociatedRoles"].as_array().is_some_and(|roles| roles.len() == 2 && roles.iter().all(active));
        // Its first backup is made meanwhile.
        let done = row["DBInstanceStatus"] == "available" && row["MasterUserSecret"]["SecretStatus"] == "active";
        (roles && done).then_some(row)
    })
}

/// The members of AWS's that a plan says will be others on the copy.
fn announced(program: &Program, words: &[&str]) -> BTreeSet<String> {
    let said = program.run(&[&["plan"], words, &["--output", "json"]].concat()).expect(0).stdout;
    let plan: Value = serde_json::from_str(&said).expect("a document");
    let settings = plan["settings"].as_array().expect("settings");
    settings.iter().filter(|it| !it["reason"].is_null()).map(|it| text(&it["member"])).collect()
}

/// Roles as pairs, in whatever order they were added.
fn roles(row: &Value) -> BTreeSet<(String, String, String)> {
    let role = |role: &Value| (text(&role["FeatureName"]), text(&role["RoleArn"]), text(&role["Status"]));
    row["AssociatedRoles"].as_array().expect("roles").iter().map(role).collect()
}

#[test]
fn what_has_calls_of_its_own_comes_along() {
    let Some(sandbox) = Sandbox::start("2000") else { return };
    let source = make_attached(&sandbox, "ledgers");
    let program = Program::new(&sandbox.url);
    let words = ["ledgers", "--kms-key", "alias/sandbox", "--target", "ledgers-sealed"];
    let announced = announced(&program, &words);
    let said = program.migrate("ledgers", "alias/sandbox", &["--target", "ledgers-sealed"]).expect(0);

    let target = available(&sandbox, "ledgers-sealed");
    assert_eq!(roles(&target), roles(&source), "roles with their features");
    let (own, new) = (&source["MasterUserSecret"], &target["MasterUserSecret"]);
    assert_eq!((&new["KmsKeyId"], &new["SecretStatus"]), (&own["KmsKeyId"], &"active".into()));
    assert_ne!(new["SecretArn"], own["SecretArn"], "another instance has another secret");
    let arn = text(&new["SecretArn"]);
    assert!(said.stdout.split_whitespace().any(|word| word == arn), "the new one is named: {}", said.stdout);
    // In another order they are the same roles.
    let of_calls = set(&["AssociatedRoles", "MasterUserSecret"]);
    let expected = &(&set(&ITS_OWN) | &announced) | &set(&["MasterUserSecret"]);
    let differing = &differences(&source, &target) - &set(&CHOSEN_BY_AWS);
    assert_eq!(&differing - &of_calls, &expected - &of_calls, "what differs is what is announced");
    assert_eq!(sandbox.aws.instance("ledgers"), source, "the source is as it was");
}

#[test]
fn a_copy_in_quarantine_differs_in_what_the_plan_said() {
    let Some(sandbox) = Sandbox::start("2000") else { return };
    let source = make_attached(&sandbox, "ledgers");
    let program = Program::new(&sandbox.url);
    let bastion = "sg-0e52d7b18c4f90a36";
    let apart = ["--target", "ledgers-apart", "--network", "quarantine", "--bastion-group", bastion];
    let announced = announced(&program, &[&["ledgers", "--kms-key", "alias/sandbox"], apart.as_slice()].concat());
    assert_eq!(announced, set(&["AssociatedRoles", "VpcSecurityGroups"]));
    program.migrate("ledgers", "alias/sandbox", &apart).expect(0);

    let target = available(&sandbox, "ledgers-apart");
    let differing = &differences(&source, &target) - &set(&CHOSEN_BY_AWS);
    assert_eq!(differing, &(&set(&ITS_OWN) | &announced) | &set(&["MasterUserSecret"]));
    assert_eq!(roles(&target), BTreeSet::new(), "held back");
    let groups = target["VpcSecurityGroups"].as_array().expect("groups");
    let [group] = groups.as_slice() else { panic!("one group, not {groups:?}") };
    let id = text(&group["VpcSecurityGroupId"]);
    let group = &sandbox.aws.ask(&["ec2", "describe-security-groups", "--group-ids", &id])["SecurityGroups"][0];
    assert_eq!(group["IpPermissionsEgress"], serde_json::json!([]), "nothing goes out");
    let way_in = group["IpPermissions"].as_array().expect("rules");
    let [way_in] = way_in.as_slice() else { panic!("one rule, not {way_in:?}") };
    assert_eq!((&way_in["FromPort"], &way_in["ToPort"]), (&5432.into(), &5432.into()));
    assert_eq!(way_in["UserIdGroupPairs"][0]["GroupId"], bastion);
    assert_eq!(sandbox.aws.instance("ledgers"), source, "the source is as it was");
}
