//! A person with the `aws` CLI, around a migration: a session of some fifty calls on our own sandbox.

use serde_json::Value;

use super::{
    aws_cli::{AwsCli, list, text},
    process::until,
    served::Sandbox,
};

/// A session: what is asked for, what comes back.
struct Session<'a>(&'a AwsCli);

impl Session<'_> {
    /// A call on RDS that must succeed, in words as they would be typed.
    fn rds(&self, words: &str) -> Value {
        self.0.ask(&["rds"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>())
    }

    fn kms(&self, words: &str) -> Value {
        self.0.ask(&["kms"].into_iter().chain(words.split_whitespace()).collect::<Vec<_>>())
    }

    /// A call that must be refused with this code.
    fn refused(&self, code: &str, words: &str) {
        let said = self.0.refusal(&words.split_whitespace().collect::<Vec<_>>());
        assert!(said.contains(&format!("({code})")), "{words}: {said}");
    }

    /// Waits until the instance shows this status.
    fn status(&self, name: &str, wanted: &str) {
        until(&format!("{name} to be {wanted}"), || {
            (self.0.instance(name)["DBInstanceStatus"] == wanted).then_some(())
        });
    }

    fn snapshot(&self, name: &str) -> Value {
        let answer = self.rds(&format!("describe-db-snapshots --db-snapshot-identifier {name}"));
        list(&answer["DBSnapshots"]).pop().expect("one snapshot")
    }

    fn snapshot_available(&self, name: &str) -> Value {
        until(&format!("{name} to be available"), || {
            let row = self.snapshot(name);
            (row["Status"] == "available").then_some(row)
        })
    }
}

const SMALL: &str = "--db-instance-class db.t3.medium --engine mysql --allocated-storage 20 --storage-type gp2 \
    --master-username keeper --master-user-password correct-horse-battery";

#[test]
fn an_instance_lives_and_dies_by_the_cli() {
    let Some(sandbox) = Sandbox::start("1000") else { return };
    let us = Session(&sandbox.aws);

    // A life: made, changed now and later, rebooted, stopped, started, renamed, deleted.
    let made = &us.rds(&format!("create-db-instance --db-instance-identifier Till {SMALL}"))["DBInstance"];
    assert_eq!((&made["DBInstanceIdentifier"], &made["DBInstanceStatus"]), (&"till".into(), &"creating".into()));
    assert_eq!(made["PendingModifiedValues"]["MasterUserPassword"], "****");
    assert_eq!((made.get("Endpoint"), made.get("InstanceCreateTime")), (None, None));
    us.refused("DBInstanceAlreadyExists", &format!("rds create-db-instance --db-instance-identifier TILL {SMALL}"));
    us.status("till", "available");
    assert_eq!(sandbox.aws.instance("till")["Endpoint"]["Port"], 3306);

    let window = days_away(&sandbox.aws);
    us.rds(&format!("modify-db-instance --db-instance-identifier till --preferred-maintenance-window {window}"));
    until("the window", || {
        (sandbox.aws.instance("till")["PreferredMaintenanceWindow"] == window.as_str()).then_some(())
    });
    us.rds("modify-db-instance --db-instance-identifier till --db-instance-class db.t3.large --no-apply-immediately");
    let later = sandbox.aws.instance("till");
    assert_eq!(later["PendingModifiedValues"]["DBInstanceClass"], "db.t3.large");
    assert_eq!((&later["DBInstanceClass"], &later["DBInstanceStatus"]), (&"db.t3.medium".into(), &"available".into()));
    let now =
        us.rds("modify-db-instance --db-instance-identifier till --backup-retention-period 3 --apply-immediately");
    assert_eq!(now["DBInstance"]["DBInstanceStatus"], "available", "an accepted change shows no sign yet");
    until("both changes", || {
        let row = sandbox.aws.instance("till");
        let done = row["DBInstanceClass"] == "db.t3.large" && row["BackupRetentionPeriod"] == 3;
        (done && row["DBInstanceStatus"] == "available").then_some(())
    });
    assert_eq!(sandbox.aws.instance("till")["PendingModifiedValues"], serde_json::json!({}));

    let answer = us.rds("reboot-db-instance --db-instance-identifier till");
    assert_eq!(answer["DBInstance"]["DBInstanceStatus"], "rebooting");
    us.status("till", "available");
    us.refused("InvalidParameterCombination", "rds reboot-db-instance --db-instance-identifier till --force-failover");
    assert_eq!(us.rds("stop-db-instance --db-instance-identifier till")["DBInstance"]["DBInstanceStatus"], "stopping");
    us.status("till", "stopped");
    us.refused("InvalidDBInstanceState", "rds stop-db-instance --db-instance-identifier till");
    us.refused("InvalidDBInstanceState", "rds reboot-db-instance --db-instance-identifier till");
    let again = us.rds("start-db-instance --db-instance-identifier till");
    assert_eq!(again["DBInstance"]["DBInstanceStatus"], "starting");
    us.status("till", "available");
    us.refused("InvalidDBInstanceState", "rds start-db-instance --db-instance-identifier till");

    let id = text(&sandbox.aws.instance("till")["DbiResourceId"]);
    us.rds("modify-db-instance --db-instance-identifier till --new-db-instance-identifier till-2 --apply-immediately");
    let renamed = until("the new name", || {
        let rows = us.rds("describe-db-instances --filters Name=db-instance-id,Values=till-2");
        list(&rows["DBInstances"]).pop().filter(|row| row["DBInstanceStatus"] == "available")
    });
    assert_eq!(renamed["DbiResourceId"], id.as_str(), "a rename changes the name alone");
    us.refused("DBInstanceNotFound", "rds describe-db-instances --db-instance-identifier till");

    us.refused("InvalidParameterCombination", "rds delete-db-instance --db-instance-identifier till-2");
    let last = "delete-db-instance --db-instance-identifier till-2 --final-db-snapshot-identifier till-last";
    assert_eq!(us.rds(last)["DBInstance"]["DBInstanceStatus"], "deleting");
    let end = "describe-db-instances --filters Name=db-instance-id,Values=till-2";
    until("the end of it", || list(&us.rds(end)["DBInstances"]).is_empty().then_some(()));
    assert_eq!(us.snapshot_available("till-last")["SnapshotType"], "manual");
    assert_events(&us, "db-instance", "till", &["DB instance created", "DB instance stopped", "DB instance started"]);
    assert_events(&us, "db-instance", "till-2", &["Renamed instance", "DB instance deleted"]);
}

/// A maintenance window some days away, so that it doesn't open under our eyes.
fn days_away(aws: &AwsCli) -> String {
    let answer = aws.ask(&["rds", "describe-db-instances", "--db-instance-identifier", "orders"]);
    let now: jiff::Timestamp = text(&answer["DBInstances"][0]["LatestRestorableTime"]).parse().expect("a time");
    let then = now.to_zoned_datetime(jiff::tz::TimeZone::UTC) + jiff::Span::new().days(3);
    let day = then.strftime("%a").to_string().to_lowercase();
    format!("{day}:12:00-{day}:12:30")
}

/// Events of the last two weeks have these sentences.
fn assert_events(us: &Session<'_>, kind: &str, name: &str, sentences: &[&str]) {
    let events = us.rds(&format!("describe-events --source-type {kind} --source-identifier {name} --duration 20160"));
    let said: Vec<String> = list(&events["Events"]).iter().map(|event| text(&event["Message"])).collect();
    for sentence in sentences {
        assert!(said.iter().any(|said| said.starts_with(sentence)), "{sentence}: {said:?}");
    }
}

#[test]
fn snapshots_are_taken_copied_and_restored_by_the_cli() {
    let Some(sandbox) = Sandbox::start("1000") else { return };
    let us = Session(&sandbox.aws);
    let key = us.kms("describe-key --key-id alias/sandbox")["KeyMetadata"]["Arn"].clone();

    let taken = "create-db-snapshot --db-instance-identifier orders --db-snapshot-identifier by-hand";
    let row = &us.rds(&format!("{taken} --tags Key=why,Value=drill"))["DBSnapshot"];
    assert_eq!((&row["Status"], &row["PercentProgress"]), (&"creating".into(), &0.into()));
    assert_eq!((row.get("SnapshotCreateTime"), row.get("KmsKeyId")), (None, None));
    us.refused("DBSnapshotAlreadyExists", &format!("rds {taken}"));
    let taken = us.snapshot_available("by-hand");
    assert_eq!((&taken["PercentProgress"], &taken["Encrypted"]), (&100.into(), &false.into()));

    let copy = "copy-db-snapshot --source-db-snapshot-identifier by-hand --target-db-snapshot-identifier";
    let plain = &us.rds(&format!("{copy} plain"))["DBSnapshot"];
    assert_eq!((&plain["Status"], &plain["Encrypted"]), (&"pending".into(), &false.into()));
    let sealed = &us.rds(&format!("{copy} sealed --kms-key-id alias/sandbox"))["DBSnapshot"];
    assert_eq!((&sealed["Encrypted"], &sealed["KmsKeyId"]), (&true.into(), &key));
    for (code, wrong) in [
        ("KMSKeyNotAccessibleFault", "--kms-key-id alias/nowhere"),
        ("KMSKeyNotAccessibleFault", "--kms-key-id alias/retired"),
        ("KMSKeyNotAccessibleFault", "--kms-key-id alias/signing"),
        ("OptionGroupNotFoundFault", "--option-group-name nowhere"),
    ] {
        us.refused(code, &format!("rds {copy} wrong {wrong}"));
    }
    let sealed = us.snapshot_available("sealed");
    assert_eq!(sealed["OriginalSnapshotCreateTime"], taken["OriginalSnapshotCreateTime"]);
    assert_ne!(sealed["SnapshotCreateTime"], taken["SnapshotCreateTime"]);

    let restore = "restore-db-instance-from-db-snapshot --db-snapshot-identifier sealed --db-instance-identifier";
    let restored = &us.rds(&format!("{restore} again --db-subnet-group-name private-databases"))["DBInstance"];
    assert_eq!((&restored["StorageEncrypted"], &restored["KmsKeyId"]), (&true.into(), &key));
    assert_eq!((&restored["DBInstanceStatus"], &restored["DbInstancePort"]), (&"creating".into(), &0.into()));
    us.refused("DBInstanceAlreadyExists", &format!("rds {restore} orders"));
    us.refused("DBSubnetGroupNotFoundFault", &format!("rds {restore} x --db-subnet-group-name nowhere"));
    us.refused("InvalidParameterCombination", &format!("rds {restore} x --db-parameter-group-name shop-mysql8"));
    us.status("again", "available");
    assert_events(&us, "db-instance", "again", &["Restored from snapshot sealed"]);
    assert_events(&us, "db-snapshot", "sealed", &["Started copy of snapshot", "Finished copy of snapshot"]);

    let share =
        "modify-db-snapshot-attribute --db-snapshot-identifier by-hand --attribute-name restore --values-to-add";
    us.rds(&format!("{share} 111122223333"));
    let shared = us.rds("describe-db-snapshot-attributes --db-snapshot-identifier by-hand");
    assert_eq!(
        shared["DBSnapshotAttributesResult"]["DBSnapshotAttributes"][0]["AttributeValues"],
        serde_json::json!(["111122223333"])
    );
    us.rds("delete-db-instance --db-instance-identifier again --skip-final-snapshot --delete-automated-backups");
    assert_eq!(us.rds("delete-db-snapshot --db-snapshot-identifier sealed")["DBSnapshot"]["Status"], "deleted");
    us.refused("DBSnapshotNotFound", "rds delete-db-snapshot --db-snapshot-identifier sealed");
}
