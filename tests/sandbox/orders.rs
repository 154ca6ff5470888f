//! Worlds in which something goes wrong for a while, or quietly.

use aws_sdk_rds::error::SdkError;
use aws_sdk_rds::types::DbSnapshot;
use rds_encrypt::sandbox::{How, Misbehaviour};

use crate::help::{Cloud, cloud, code, message};

const OLD: &str = "legacy-crm-2019";
const PLAIN: &str = "orders-before-upgrade-to-15";

/// From its first call on, everything goes wrong for so many seconds.
fn everything(cloud: &Cloud, seconds: i64, how: How) {
    let how = How::For { seconds, how: Box::new(how) };
    cloud.sandbox.misbehave(Misbehaviour { operation: None, after: 0, times: 1, how });
}

async fn seen(cloud: &Cloud, name: &str) -> String {
    let found = cloud.rds.describe_db_snapshots().db_snapshot_identifier(name).send().await;
    match found {
        Err(SdkError::DispatchFailure(_)) => "no connection".to_owned(),
        result => code(result),
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_is_away_and_credentials_are_over_for_a_time() {
    for (how, wanted) in [(How::DropRequest, "no connection"), (How::Expired, "ExpiredToken")] {
        let cloud = cloud().await;
        everything(&cloud, 1800, how);
        for minutes in [0, 10, 19] {
            cloud.minutes(minutes).await;
            assert_eq!(seen(&cloud, OLD).await, wanted);
        }
        if wanted == "ExpiredToken" {
            assert_eq!(code(cloud.kms.list_aliases().send().await), "ExpiredTokenException");
            assert_eq!(code(cloud.sts.get_caller_identity().send().await), "ExpiredToken");
        }
        cloud.minutes(2).await;
        assert_eq!(seen(&cloud, OLD).await, "accepted");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_while_the_network_is_away() {
    let cloud = cloud().await;
    everything(&cloud, 600, How::DropRequest);
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("a");
    assert!(matches!(taken.send().await, Err(SdkError::DispatchFailure(_))));
    cloud.minutes(11).await;
    assert_eq!(seen(&cloud, "a").await, "DBSnapshotNotFound");
}

#[tokio::test(start_paused = true)]
async fn refusals_say_whose_policy_it_is() {
    let cloud = cloud().await;
    let who = "User: arn:aws:iam::000000000000:user/sandbox-operator is not authorized to perform:";
    cloud.order("CopyDBSnapshot", How::DenyByOrganization);
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier(OLD).target_db_snapshot_identifier("copy");
    let wanted = format!(
        "{who} rds:CopyDBSnapshot on resource: arn:aws:rds:eu-west-2:000000000000:snapshot:{OLD} with an explicit deny \
         in a service control policy"
    );
    assert_eq!(message(copy.send().await), wanted);
    cloud.order("DescribeDBInstances", How::Deny);
    let wanted = format!(
        "{who} rds:DescribeDBInstances on resource: arn:aws:rds:eu-west-2:000000000000:db:* because no identity-based \
         policy allows the rds:DescribeDBInstances action"
    );
    assert_eq!(message(cloud.rds.describe_db_instances().send().await), wanted);
    cloud.order("DescribeKey", How::Deny);
    let key = "7c6a8a3e-6a7a-4f0e-9a64-3b8a2f3f6b1c";
    let denied = message(cloud.kms.describe_key().key_id(key).send().await);
    assert!(denied.contains(&format!("on resource: arn:aws:kms:eu-west-2:000000000000:key/{key} because")), "{denied}");
}

#[tokio::test(start_paused = true)]
async fn reads_flicker_and_miss_things_for_a_while() {
    let cloud = cloud().await;
    cloud.order("DescribeDBSnapshots", How::Flicker);
    cloud.take("orders", "a").await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(seen(&cloud, "a").await);
    }
    assert_eq!(answers, ["DBSnapshotNotFound", "accepted", "DBSnapshotNotFound", "accepted"]);

    cloud.sandbox.behave();
    let hides = How::Hides { name: "orders".to_owned() };
    let how = How::For { seconds: 300, how: Box::new(hides) };
    cloud.order("DescribeDBInstances", how);
    let id = cloud.instance("payments").await.dbi_resource_id.unwrap();
    let named = || cloud.rds.describe_db_instances().db_instance_identifier("orders").send();
    let all = || cloud.rds.describe_db_instances().send();
    assert_eq!(code(named().await), "DBInstanceNotFound");
    assert_eq!(all().await.unwrap().db_instances().len(), 18);
    cloud.minutes(6).await;
    assert_eq!(code(named().await), "accepted");
    assert_eq!(all().await.unwrap().db_instances().len(), 19);
    assert_eq!(cloud.instance("payments").await.dbi_resource_id.unwrap(), id);
}

async fn words(cloud: &Cloud, name: &str, until: &str) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..400 {
        let word = cloud.snapshot(name).await.status.unwrap();
        if seen.last() != Some(&word) {
            seen.push(word.clone());
        }
        if word == until {
            break;
        }
        cloud.minutes(1).await;
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn a_word_that_nobody_knows_passes_by_itself() {
    let cloud = cloud().await;
    let shows = || How::Shows { status: "pondering".to_owned(), seconds: 1200 };
    cloud.order("CreateDBSnapshot", shows());
    cloud.take("orders", "a").await;
    cloud.minutes(1).await;
    assert_eq!(words(&cloud, "a", "available").await, ["pondering", "creating", "available"]);
    cloud.until("orders", "available").await;
    cloud.order("CopyDBSnapshot", shows());
    cloud.copy(OLD, "copy").await;
    cloud.minutes(1).await;
    assert_eq!(words(&cloud, "copy", "available").await, ["pondering", "pending", "creating", "available"]);
    cloud.order("RestoreDBInstanceFromDBSnapshot", shows());
    cloud.restore(PLAIN, "new").backup_retention_period(0).send().await.unwrap();
    cloud.minutes(1).await;
    assert_eq!(cloud.until("new", "available").await, ["pondering", "creating", "available"]);
    cloud.order("RebootDBInstance", shows());
    cloud.rds.reboot_db_instance().db_instance_identifier("new").send().await.unwrap();
    cloud.minutes(1).await;
    assert_eq!(cloud.until("new", "available").await, ["pondering", "rebooting", "available"]);
}

#[tokio::test(start_paused = true)]
async fn work_comes_to_nothing_and_only_an_event_says_so() {
    let cloud = cloud().await;
    for operation in ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance"] {
        cloud.order(operation, How::InVain { event: String::new() });
    }
    assert_eq!(cloud.take("orders", "a").await, "accepted");
    assert_eq!(cloud.copy(OLD, "copy").await, "accepted");
    cloud.restore(PLAIN, "new").send().await.unwrap();
    cloud.modify("orders").deletion_protection(false).send().await.unwrap();
    cloud.minutes(5).await;
    assert_eq!(seen(&cloud, "a").await, "DBSnapshotNotFound");
    assert_eq!(seen(&cloud, "copy").await, "DBSnapshotNotFound");
    let new = cloud.rds.describe_db_instances().db_instance_identifier("new").send().await;
    assert_eq!(code(new), "DBInstanceNotFound");
    assert_eq!(cloud.instance("orders").await.deletion_protection(), Some(true));
    let events = cloud.events().await;
    let told: Vec<(&str, &str, &str)> = events
        .iter()
        .map(|event| {
            let category = event.event_categories().first().map_or("", String::as_str);
            (event.source_identifier().unwrap(), category, event.message().unwrap())
        })
        .collect();
    let wanted = [
        ("a", "failure", "Unable to create snapshot a"),
        ("copy", "notification", "Canceled snapshot copy request of copy in region eu-west-2"),
        ("new", "failure", "Unable to restore DB instance new"),
        ("orders", "failure", "Unable to apply modification to DB instance orders"),
    ];
    assert_eq!(told, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_restore_fails_by_a_status_and_an_event() {
    for status in ["incompatible-restore", "insufficient-capacity"] {
        let cloud = cloud().await;
        cloud.order("RestoreDBInstanceFromDBSnapshot", How::EndsAs { status: status.to_owned() });
        cloud.restore(PLAIN, "new").send().await.unwrap();
        assert_eq!(cloud.until("new", status).await, ["creating", status]);
        let last = cloud.events().await.pop().unwrap();
        assert_eq!((last.source_identifier(), last.event_categories()), (Some("new"), &["failure".to_owned()][..]));
        assert!(last.message().unwrap().contains(status));
        cloud.minutes(24 * 60).await;
        assert_eq!(cloud.instance("new").await.db_instance_status(), Some(status));
    }
}

#[tokio::test(start_paused = true)]
async fn no_machine_today() {
    let cloud = cloud().await;
    let order = |times| Misbehaviour {
        operation: Some("RestoreDBInstanceFromDBSnapshot".to_owned()),
        after: 0,
        times,
        how: How::NoCapacity,
    };
    cloud.sandbox.misbehave(order(1));
    assert_eq!(code(cloud.restore(PLAIN, "new").send().await), "InsufficientDBInstanceCapacity");
    assert_eq!(code(cloud.restore(PLAIN, "new").send().await), "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_copy_comes_out_as_nobody_asked_for() {
    let cloud = cloud().await;
    let key = async |alias: &str| {
        cloud.kms.describe_key().key_id(alias).send().await.unwrap().key_metadata.unwrap().arn.unwrap()
    };
    let (asked, other) = (key("alias/sandbox").await, key("alias/payments").await);
    let copied = async |how: How, name: &str| -> (DbSnapshot, DbSnapshot) {
        cloud.order("CopyDBSnapshot", how);
        let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier(OLD).target_db_snapshot_identifier(name);
        let answer = copy.kms_key_id("alias/sandbox").send().await.unwrap().db_snapshot.unwrap();
        cloud.ready(name).await;
        cloud.sandbox.behave();
        (answer, cloud.snapshot(name).await)
    };
    let (answer, plain) = copied(How::ComesOutPlain, "one").await;
    assert_eq!((answer.encrypted(), answer.kms_key_id()), (Some(true), Some(asked.as_str())));
    assert_eq!((plain.encrypted(), plain.kms_key_id()), (Some(false), None));
    let (answer, under) = copied(How::ComesOutUnder { key: "alias/payments".to_owned() }, "two").await;
    assert_eq!(answer.kms_key_id(), Some(asked.as_str()));
    assert_eq!((under.encrypted(), under.kms_key_id()), (Some(true), Some(other.as_str())));
}

#[tokio::test(start_paused = true)]
async fn keys_that_can_not_be_used_are_one_fault() {
    let cloud = cloud().await;
    cloud.copied(OLD, "encrypted").await;
    let copy = async |key: &str, name: &str| {
        let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier(OLD).target_db_snapshot_identifier(name);
        code(copy.kms_key_id(key).send().await)
    };
    for key in ["alias/retired", "alias/doomed", "alias/signing", "alias/nobody"] {
        assert_eq!(copy(key, "copy").await, "KMSKeyNotAccessibleFault", "{key}");
    }
    for how in [How::Deny, How::DenyByOrganization] {
        cloud.order("CreateGrant", how);
        assert_eq!(copy("alias/sandbox", "copy").await, "KMSKeyNotAccessibleFault");
        assert_eq!(code(cloud.restore("encrypted", "new").send().await), "KMSKeyNotAccessibleFault");
        let grant = cloud.kms.create_grant().key_id("alias/sandbox").grantee_principal("rds.amazonaws.com");
        let grant = grant.operations(aws_sdk_kms::types::GrantOperation::Decrypt).dry_run(true);
        assert_eq!(code(grant.send().await), "AccessDeniedException");
        cloud.sandbox.behave();
    }
    assert_eq!(copy("alias/sandbox", "copy").await, "accepted");
}
