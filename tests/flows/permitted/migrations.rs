//! The commands of a migration.

use std::time::Duration;

use aws_sdk_ec2::types::{IpPermission, IpRange};
use rds_encrypt::{
    policy::{Command, With},
    sandbox::How,
};
use serde_json::{Value, json};

use super::Runs;
use crate::{attached::attached, batch::databases, end::ec2, stage::Stage};

const BASTION: &str = "sg-0e52d7b18c4f90a36";
const MIGRATE: &str = "migrate orders --sandbox --kms-key alias/sandbox";

/// A source with everything that hangs on one, and with a key of its own for Performance Insights.
fn laden() -> Value {
    let mut row = attached();
    row["PerformanceInsightsEnabled"] = json!(true);
    row["PerformanceInsightsKMSKeyId"] = json!(crate::attached::KEY);
    row["MonitoringInterval"] = json!(60);
    row["MonitoringRoleArn"] = json!("arn:aws:iam::000000000000:role/monitoring");
    row
}

/// A directory's members need a way out to it, also in quarantine.
const KEPT_APART: [With; 6] =
    [With::Monitoring, With::Insights, With::Roles, With::Domain, With::Password, With::Quarantine];
/// The group of the small world's databases lets them out to a directory alone.
async fn narrow(stage: &Stage) {
    let ec2 = ec2(&stage.sandbox).await;
    let id = "sg-04c66e73f5c33e3e0";
    let found = ec2.describe_security_groups().group_ids(id).send().await.unwrap().security_groups.unwrap();
    let rules = found[0].ip_permissions_egress.clone();
    ec2.revoke_security_group_egress().group_id(id).set_ip_permissions(rules).send().await.unwrap();
    let directory = IpPermission::builder().ip_protocol("tcp").from_port(389).to_port(389);
    let directory = directory.ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build()).build();
    ec2.authorize_security_group_egress().group_id(id).ip_permissions(directory).send().await.unwrap();
}

const LADEN: [With; 5] = [With::Monitoring, With::Insights, With::Roles, With::Domain, With::Password];

#[tokio::test(start_paused = true)]
async fn plans_and_migrations() {
    let mut runs = Runs::default();
    let plan = "plan orders --sandbox --kms-key alias/sandbox";
    for (rows, with, more) in [
        (None, &[][..], ""),
        (Some(laden()), &LADEN[..], ""),
        (None, &[With::From], "--from latest-automated"),
        (
            Some(json!({})),
            &[With::Groups],
            "--subnet-group private-databases --parameter-group default.postgres15 --option-group default:postgres-15",
        ),
        (
            Some(json!({"EngineVersion": "13.20", "DBParameterGroups": [], "OptionGroupMemberships": []})),
            &[With::Upgrade],
            "--upgrade-snapshot 15.12",
        ),
        (Some(laden()), &KEPT_APART, &*format!("--network quarantine --bastion-group {BASTION}")),
    ] {
        let stage = rows.as_ref().map_or_else(Stage::new, |row| Stage::of(std::slice::from_ref(row)));
        if with.contains(&With::Quarantine) {
            narrow(&stage).await;
        }
        let planned = runs.run(&stage, Command::Plan, &planned_with(with), &format!("{plan} {more}")).await;
        let migrated = runs.run(&stage, Command::Migrate, with, &format!("{MIGRATE} {more}")).await;
        assert_eq!((planned.code, migrated.code), (0, 0), "{more}: {planned} {migrated}");
        let verified = runs.run(&stage, Command::Verify, &quarantine(with), "verify orders --sandbox").await;
        assert_eq!(verified.code, 0, "{more}: {verified}");
        let shown = runs.run(&stage, Command::Status, &quarantine(with), "status orders --refresh --sandbox").await;
        assert_eq!(shown.code, 0, "{more}: {shown}");
        let words = "cleanup orders --abandon --sandbox --confirm orders";
        let removed = [With::Abandon, With::Quarantine];
        let removed = if with.contains(&With::Quarantine) { &removed[..] } else { &removed[..1] };
        assert_eq!(runs.run(&stage, Command::Cleanup, removed, words).await.code, 0, "{more}");
    }
    // Without a key it lists those that there are; by another name a database is found as well.
    let stage = Stage::new();
    runs.run(&stage, Command::Plan, &[], "plan orders --sandbox").await;
    runs.run(&stage, Command::Migrate, &[], "migrate orders --region eu-west-2 --sandbox --target other").await;
    let words = "cleanup orders --snapshots --sandbox --confirm orders";
    assert_eq!(runs.run(&stage, Command::Cleanup, &[], words).await.code, 0);
    // Where something fails it asks why.
    for how in [How::Deny, How::EndsAs { status: "failed".into() }] {
        let stage = Stage::new();
        stage.order("CopyDBSnapshot", 0, 1, how);
        assert_ne!(runs.run(&stage, Command::Migrate, &[], MIGRATE).await.code, 0);
    }
    runs.assert(&[Command::Plan, Command::Migrate, Command::Verify, Command::Status, Command::Cleanup]);
}

/// What a plan can be given: it passes no role and makes no snapshot.
fn planned_with(with: &[With]) -> Vec<With> {
    let known = Command::Plan.options();
    with.iter().copied().filter(|each| known.contains(each)).collect()
}

fn quarantine(with: &[With]) -> Vec<With> {
    with.iter().copied().filter(|each| *each == With::Quarantine).collect()
}

#[tokio::test(start_paused = true)]
async fn resumptions() {
    let mut runs = Runs::default();
    let resume = "resume orders --sandbox";
    for (row, with, more) in [
        (json!({}), &[][..], String::new()),
        (laden(), &LADEN[..], String::new()),
        (
            json!({"EngineVersion": "13.20", "DBParameterGroups": [], "OptionGroupMemberships": []}),
            &[With::Upgrade],
            "--upgrade-snapshot 15.12".into(),
        ),
        (laden(), &KEPT_APART, format!("--network quarantine --bastion-group {BASTION}")),
    ] {
        let stage = Stage::of(&[row]);
        if with.contains(&With::Quarantine) {
            narrow(&stage).await;
        }
        // Nothing is made before it.
        let first = if with.contains(&With::Quarantine) { "CreateSecurityGroup" } else { "CreateDBSnapshot" };
        stage.order(first, 0, 1, How::Deny);
        stage.run(&format!("{MIGRATE} {more}")).await;
        let heard = runs.run(&stage, Command::Resume, with, resume).await;
        assert_eq!(heard.code, 0, "{more}: {heard}");
    }
    let stage = Stage::new();
    stage.kill_after(&format!("{MIGRATE} --from latest-automated"), Duration::from_millis(100)).await;
    assert_eq!(runs.run(&stage, Command::Resume, &[With::From], resume).await.code, 0);
    // No room, which is looked up.
    let stage = Stage::small();
    stage.order("CreateDBSnapshot", 0, 1, How::Deny);
    stage.run(MIGRATE).await;
    let (code, message) = ("SnapshotQuotaExceeded".into(), "Cannot create more than 100 manual snapshots".into());
    stage.order("CreateDBSnapshot", 0, 2, How::Refuse { code, message, status: 400 });
    runs.run(&stage, Command::Resume, &[], resume).await;
    // Its file is lost, or something of ours has failed.
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_millis(900)).await;
    std::fs::remove_file(stage.state_file("orders").unwrap()).unwrap();
    let words = format!("{resume} --kms-key alias/sandbox");
    assert_eq!(runs.run(&stage, Command::Resume, &[], &words).await.code, 0);
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 2, How::EndsAs { status: "failed".into() });
    stage.run(MIGRATE).await;
    assert_eq!(runs.run(&stage, Command::Resume, &[], resume).await.code, 4);
    runs.run(&stage, Command::Resume, &[], "resume orders --retry --sandbox").await;
    for (with, more) in afterwards() {
        let stage = Stage::of(&databases(2));
        stage.kill_after(&format!("batch --sandbox {more}"), Duration::from_secs(5)).await;
        let heard = runs.run(&stage, Command::Resume, with, "resume --all --sandbox").await;
        assert_eq!(heard.code, 0, "{more}: {heard}");
    }
    runs.assert(&[Command::Resume]);
}

fn afterwards() -> [(&'static [With], &'static str); 4] {
    [
        (&[], ""),
        (&[With::Stop], "--after-verify stop"),
        (&[With::Delete], "--after-verify delete"),
        (&[With::Drop], "--drop-plain-snapshots"),
    ]
}

#[tokio::test(start_paused = true)]
async fn batches() {
    let mut runs = Runs::default();
    for (with, more) in afterwards() {
        let stage = Stage::of(&databases(2));
        let heard =
            runs.run(&stage, Command::Batch, with, &format!("batch --sandbox --kms-key alias/sandbox {more}")).await;
        assert_eq!(heard.code, 0, "{more}: {heard}");
    }
    let stage = Stage::of(&[laden()]);
    let heard = runs.run(&stage, Command::Batch, &LADEN, "batch --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    let stage = Stage::of(&[laden()]);
    narrow(&stage).await;
    let words = format!("batch --sandbox --network quarantine --bastion-group {BASTION}");
    assert_eq!(runs.run(&stage, Command::Batch, &KEPT_APART, &words).await.code, 0);
    // The usual world has clusters, proxies and groups of one's own, and databases that stop a batch.
    let stage = Stage::new();
    runs.run(&stage, Command::Batch, &[], "batch --sandbox --rehearse").await;
    runs.run(&stage, Command::Batch, &LADEN, "batch --sandbox").await;
    let stage = Stage::of(&databases(2));
    stage.order("CopyDBSnapshot", 0, 2, How::EndsAs { status: "failed".into() });
    runs.run(&stage, Command::Batch, &[], "batch --sandbox").await;
    runs.assert(&[Command::Batch]);
}
