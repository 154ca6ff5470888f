//! What is chosen for the copy: tags, address, class and storage, and what hangs on the source.

use rds_encrypt::sandbox::How;
use serde_json::{Value, json};

use crate::{
    attached::attached,
    end::{instance, journal, rds, target_of},
    stage::{Stage, assert_heard},
};

/// The tags of the copy that aren't ours.
async fn tags(stage: &Stage) -> Vec<(String, String)> {
    let copy = instance(stage, &target_of(stage, "orders")).await;
    let pair = |tag: &aws_sdk_rds::types::Tag| (tag.key().unwrap().to_owned(), tag.value().unwrap().to_owned());
    let mut all: Vec<_> = copy.tag_list().iter().map(pair).filter(|(key, _)| !key.starts_with("rds-encrypt")).collect();
    all.sort();
    all
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn tagged() -> Value {
    json!({"TagList": [{"Key": "team", "Value": "a"}, {"Key": "schedule", "Value": "office"}]})
}

#[tokio::test(start_paused = true)]
async fn tags_can_be_held_back_and_added() {
    let table = [
        ("", pairs(&[("schedule", "office"), ("team", "a")])),
        ("--tag team=b --tag cost=7", pairs(&[("cost", "7"), ("schedule", "office"), ("team", "b")])),
        ("--copy-tags never", vec![]),
        ("--copy-tags at-cutover --tag cost=7", pairs(&[("cost", "7")])),
    ];
    for (flags, expected) in table {
        let stage = Stage::of(&[tagged()]);
        let heard = stage.run(&format!("migrate orders --sandbox {flags}")).await;
        assert_eq!(heard.code, 0, "{flags}: {heard}");
        assert_eq!(tags(&stage).await, expected, "{flags}");
        // What accounts deny without a tag has it from the first call on.
        let added = flags.contains("cost=7");
        for snapshot in rds(&stage.sandbox).await.describe_db_snapshots().send().await.unwrap().db_snapshots() {
            let has = snapshot.tag_list().iter().any(|tag| tag.key() == Some("cost"));
            let ours = snapshot.tag_list().iter().any(|tag| tag.key() == Some("rds-encrypt"));
            assert!(!ours || has == added, "{flags}: {snapshot:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_public_only_where_that_is_asked_for() {
    for (flags, expected) in [("", false), ("--public", true)] {
        let stage = Stage::of(&[json!({"PubliclyAccessible": true})]);
        let heard = stage.run(&format!("migrate orders --sandbox {flags}")).await;
        assert_eq!(heard.code, 0, "{flags}: {heard}");
        let copy = instance(&stage, &target_of(&stage, "orders")).await;
        assert_eq!(copy.publicly_accessible(), Some(expected), "{flags}");
        let explained = heard.stdout.contains("no second public address");
        assert_eq!(explained, !expected, "{flags}: {heard}");
        let verified = stage.run("verify orders --sandbox").await;
        assert_eq!((verified.code, verified.stdout.contains("no second public address")), (0, !expected), "{verified}");
    }
    // A private one isn't made public by it.
    let stage = Stage::of(&[json!({"PubliclyAccessible": false})]);
    assert_eq!(stage.run("migrate orders --sandbox --public").await.code, 0);
    let copy = instance(&stage, &target_of(&stage, "orders")).await;
    assert_eq!(copy.publicly_accessible(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn settings_can_be_others() {
    let stage = Stage::of(&[json!({"MultiAZ": false, "StorageType": "io1", "Iops": 1000})]);
    let flags = "--instance-class db.m5.xlarge --storage-type gp3 --multi-az";
    let heard = stage.run(&format!("plan orders --sandbox {flags}")).await;
    assert_heard!("plan", heard);
    let heard = stage.run(&format!("migrate orders --sandbox {flags}")).await;
    assert_heard!("migrate", heard);
    let copy = instance(&stage, &target_of(&stage, "orders")).await;
    let shown = (copy.db_instance_class(), copy.storage_type(), copy.multi_az(), copy.iops());
    assert_eq!(shown, (Some("db.m5.xlarge"), Some("gp3"), Some(true), Some(3000)), "AWS's baseline of gp3");
    // The same choices go on; others are another migration.
    assert_eq!(stage.run(&format!("migrate orders --sandbox {flags}")).await.code, 0);
    assert_eq!(stage.run("migrate orders --sandbox").await.code, 0, "none given agree with any");
    let other = stage.run("migrate orders --sandbox --multi-az=no").await;
    assert_eq!(other.code, 3, "{other}");
    assert!(other.stderr.contains("with other choices for the copy"), "{other}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_before_the_first_call() {
    let table = [
        ("--storage-type io2", 3, "--iops NUMBER"),
        ("--subnet-group nowhere", 3, "DB subnet group that was chosen doesn't exist"),
        ("--parameter-group nothing", 3, "DB parameter group that was chosen doesn't exist"),
        ("--option-group nothing", 3, "option group that was chosen doesn't exist"),
        ("--from nothing", 3, "the snapshot to begin from doesn't exist"),
        ("--upgrade-snapshot 99", 3, "no upgrade that AWS lists"),
        ("--tag aws:x=y", 2, "only AWS may set"),
        ("--tag rds-encrypt=y", 2, "set by this command itself"),
        ("--tag a=1 --tag a=2", 2, "given by --tag twice"),
        ("--security-group default", 2, "the id of a security group"),
        ("--bastion-group sg-1", 2, "goes with --network quarantine"),
        ("--network quarantine --security-group sg-1", 2, "both choose the security groups"),
        ("--network quarantine --public", 2, "contradict each other"),
        ("--instance-class m5.large", 2, "such as db.m6g.large"),
    ];
    for (flags, code, words) in table {
        let stage = Stage::of(&[json!({"StorageType": "gp2", "Iops": Value::Null})]);
        let heard = stage.run(&format!("migrate orders --sandbox {flags}")).await;
        let said = format!("{}{}", heard.stdout, heard.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(heard.code, code, "{flags}: {heard}");
        assert!(said.contains(words), "{flags}: {heard}");
        assert!(stage.state_file("orders").is_none(), "{flags}: nothing is begun");
        let plan = stage.run(&format!("plan orders --sandbox {flags}")).await;
        assert_eq!(plan.code, code, "{flags}, planned: {plan}");
    }
    // What was asked for and can't be looked at forbids to begin.
    let stage = Stage::small();
    stage.order("DescribeDBParameterGroups", 0, 9, How::Deny);
    let heard = stage.run("migrate orders --sandbox --parameter-group own").await;
    assert!(heard.code == 3 || heard.code == 8, "{heard}");
    assert!(heard.stderr.contains("rds:DescribeDBParameterGroups"), "{heard}");
}

/// Roles, a managed password and a directory come along; the new secret is named.
#[tokio::test(start_paused = true)]
async fn what_hangs_on_the_source_comes_along() {
    let stage = Stage::of(&[attached()]);
    let heard = stage.run("migrate orders --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    let (source, copy) = (instance(&stage, "orders").await, instance(&stage, &target_of(&stage, "orders")).await);
    let roles = |row: &aws_sdk_rds::types::DbInstance| {
        let all = row.associated_roles().iter();
        all.map(|role| format!("{:?} {:?} {:?}", role.role_arn(), role.feature_name(), role.status()))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(roles(&copy), roles(&source));
    let (new, old) = (copy.master_user_secret().unwrap(), source.master_user_secret().unwrap());
    assert_ne!(new.secret_arn(), old.secret_arn());
    assert_eq!((new.kms_key_id(), new.secret_status()), (old.kms_key_id(), Some("active")));
    assert!(heard.stdout.contains(new.secret_arn().unwrap()), "{heard}");
    let domains = |row: &aws_sdk_rds::types::DbInstance| {
        let all = row.domain_memberships().iter();
        all.map(|it| format!("{:?} {:?} {:?}", it.domain(), it.iam_role_name(), it.status())).collect::<Vec<_>>()
    };
    assert_eq!(domains(&copy), domains(&source));
    assert_eq!(stage.run("verify orders --sandbox").await.code, 0);
    let added = journal(&stage, "orders").iter().filter(|line| line.starts_with("AddRoleToDBInstance")).count();
    assert_eq!(added, 2, "{:?}", journal(&stage, "orders"));
}

/// A role that AWS can't take shows so: the run stops at the end with a difference, not before.
#[tokio::test(start_paused = true)]
async fn a_role_that_turns_out_invalid_is_named() {
    let stage = Stage::of(&[attached()]);
    stage.order("AddRoleToDBInstance", 0, 1, How::EndsAs { status: "INVALID".into() });
    let heard = stage.run("migrate orders --sandbox").await;
    assert_eq!(heard.code, 7, "{heard}");
    assert!(heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains("INVALID"), "{heard}");
}

/// Choices are not in AWS: a lost file isn't rebuilt as if there had been none.
#[tokio::test(start_paused = true)]
async fn a_lost_file_with_choices_is_not_rebuilt_without_them() {
    let stage = Stage::small();
    assert_eq!(stage.run("migrate orders --sandbox --multi-az").await.code, 0);
    std::fs::remove_file(stage.state_file("orders").unwrap()).unwrap();
    let heard = stage.run("resume orders --sandbox").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("begun with choices (settings)"), "{heard}");
}

/// From a snapshot that is there: none is taken, it stays, and the plan says how old the data is.
#[tokio::test(start_paused = true)]
async fn a_copy_begins_from_a_snapshot_that_is_there() {
    let stage = Stage::new();
    let planned = stage.run("plan orders --sandbox --from latest-automated").await;
    assert_heard!("from_plan", planned);
    let heard = stage.run("migrate orders --sandbox --from latest-automated").await;
    assert_heard!("from_migrate", heard);
    assert_eq!(heard.code, 0);
    let asked = journal(&stage, "orders");
    assert!(asked.iter().all(|line| !line.starts_with("CreateDBSnapshot")), "{asked:?}");
    let automated = |stage: &Stage| {
        let sandbox = stage.sandbox.clone();
        async move {
            let all = rds(&sandbox).await.describe_db_snapshots().snapshot_type("automated");
            let all = all.db_instance_identifier("orders").send().await.unwrap().db_snapshots.unwrap();
            all.into_iter().filter_map(|snapshot| snapshot.db_snapshot_identifier).collect::<Vec<_>>()
        }
    };
    let before = automated(&stage).await;
    let dropped = stage.run("cleanup orders --snapshots --sandbox --confirm orders").await;
    let removed = stage.run("cleanup orders --abandon --sandbox --confirm orders").await;
    assert_eq!(removed.code, 0, "{dropped}{removed}");
    assert_eq!(automated(&stage).await, before, "what was there before stays");
    let manual = rds(&stage.sandbox).await.describe_db_snapshots().snapshot_type("manual");
    let manual = manual.db_instance_identifier("orders").send().await.unwrap();
    assert!(manual.db_snapshots().iter().all(|it| it.encrypted() != Some(true)), "{:?}", manual.db_snapshots());
}

/// It is gone before it is copied: nothing else is made, and nothing is lost.
#[tokio::test(start_paused = true)]
async fn a_snapshot_that_goes_away_is_told() {
    let stage = Stage::new();
    let taken = rds(&stage.sandbox).await.create_db_snapshot().db_instance_identifier("orders");
    taken.db_snapshot_identifier("before").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_hours(2)).await;
    stage.order("CopyDBSnapshot", 0, 1, How::Deny);
    let begun = stage.run("migrate orders --sandbox --from before").await;
    assert_eq!(begun.code, 8, "{begun}");
    rds(&stage.sandbox).await.delete_db_snapshot().db_snapshot_identifier("before").send().await.unwrap();
    let heard = stage.run("resume orders --sandbox").await;
    assert_eq!(heard.code, 4, "{heard}");
    let said = heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the snapshot before, from which the plan begins, isn't there any more"), "{heard}");
}

/// The encrypted copy is upgraded before it is restored; the plain snapshot and the source stay as they are.
#[tokio::test(start_paused = true)]
async fn a_copy_is_upgraded_before_it_is_restored() {
    let row = json!({"EngineVersion": "13.20", "DBParameterGroups": [], "OptionGroupMemberships": []});
    let stage = Stage::of(&[row]);
    let heard = stage.run("migrate orders --sandbox --upgrade-snapshot 15.12").await;
    assert_heard!("upgraded", heard);
    assert_eq!(heard.code, 0);
    let copy = instance(&stage, &target_of(&stage, "orders")).await;
    assert_eq!(copy.engine_version(), Some("15.12"));
    assert_eq!(instance(&stage, "orders").await.engine_version(), Some("13.20"));
    // A group of one's own is for one major version.
    let own = json!({"EngineVersion": "13.20", "DBParameterGroups": [
        {"DBParameterGroupName": "orders-13", "ParameterApplyStatus": "in-sync"},
    ], "OptionGroupMemberships": []});
    let stage = Stage::of(&[own]);
    let heard = stage.run("migrate orders --sandbox --upgrade-snapshot 15.12").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("DB parameter group can't be kept"), "{heard}");
    let heard =
        stage.run("migrate orders --sandbox --upgrade-snapshot 15.12 --parameter-group default.postgres15").await;
    assert_eq!(heard.code, 0, "{heard}");
}
