//! What hangs on a database: found by whole commands before anything is made, and what isn't answered forbids nothing.

use rds_encrypt::sandbox::{How, Switches};
use serde_json::json;

use crate::{
    end::{MIGRATE, end},
    stage::{Heard, Stage},
};

/// What the checks found, and what they couldn't look at.
fn checks(heard: &Heard) -> String {
    let from = heard.stdout.find("Found by the checks").or_else(|| heard.stdout.find("Not checked"));
    let until = heard.stdout.find("\nSteps").unwrap_or(heard.stdout.len());
    from.and_then(|from| heard.stdout.get(from..until)).unwrap_or_default().to_owned()
}

/// The seeded account has proxies, subscriptions, deployments, schedulers and old hosts.
#[tokio::test(start_paused = true)]
async fn the_seeded_account() {
    let stage = Stage::new();
    for database in ["orders", "shop", "intake", "books-oracle", "vault-mysql"] {
        let heard = stage.run(&format!("plan {database} --sandbox")).await;
        assert_eq!(heard.code, 0, "{database}: {heard}");
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!(database, checks(&heard)) });
    }
}

/// A full account is refused before the snapshot, not after it.
#[tokio::test(start_paused = true)]
async fn a_full_account_is_refused_before_anything_is_made() {
    for (switches, words) in [
        (Switches { most_instances: 1, ..Switches::default() }, "1 of 1 are used (Service Quotas, rds L-7B6409FD)"),
        (
            Switches { most_manual_snapshots: 1, ..Switches::default() },
            "0 of 1 are used (Service Quotas, rds L-272F1212)",
        ),
        (Switches { most_storage: 9, ..Switches::default() }, "5 of 9 are used (Service Quotas, rds L-7ADDB58A)"),
    ] {
        let stage = Stage::small_switched(switches);
        for command in ["plan orders --sandbox", MIGRATE] {
            let heard = stage.run(command).await;
            assert_eq!(heard.code, 3, "{heard}");
            assert!(heard.unbroken().contains(words), "{heard}");
        }
        assert!(stage.state_file("orders").is_none() && end(&stage, "orders").await.snapshots.is_empty());
    }
}

/// Each of these questions may be denied: it is named with its permission, and forbids nothing.
#[tokio::test(start_paused = true)]
async fn what_is_denied_is_not_checked() {
    for (operation, action) in [
        ("DescribeAccountAttributes", "rds:DescribeAccountAttributes"),
        ("DescribePendingMaintenanceActions", "rds:DescribePendingMaintenanceActions"),
        ("DescribeDBProxies", "rds:DescribeDBProxies"),
        ("DescribeBlueGreenDeployments", "rds:DescribeBlueGreenDeployments"),
        ("DescribeEventSubscriptions", "rds:DescribeEventSubscriptions"),
        ("DescribeIntegrations", "rds:DescribeIntegrations"),
        ("DescribeDBParameters", "rds:DescribeDBParameters"),
        ("DescribeDBSubnetGroups", "rds:DescribeDBSubnetGroups"),
    ] {
        let stage = Stage::small();
        stage.order(operation, 0, 99, How::Deny);
        let heard = stage.run("plan orders --sandbox").await;
        assert_eq!(heard.code, 0, "{operation}: {heard}");
        let wanted = format!("to have it checked, grant {action} to whoever runs this");
        assert!(heard.unbroken().contains(&wanted), "{operation}: {heard}");
        let strictly = stage.run("plan orders --sandbox --strict").await;
        assert_eq!(strictly.code, 3, "{operation}: {strictly}");
    }
    // All at once: one line, and all that is missing.
    let stage = Stage::new();
    for operation in ["DescribeDBProxyTargets", "DescribeDBSnapshotAttributes", "DescribeEventSubscriptions"] {
        stage.order(operation, 0, 99, How::Deny);
    }
    let heard = stage.run("plan orders --sandbox").await;
    let wanted = "grant rds:DescribeDBProxyTargets, rds:DescribeDBSnapshotAttributes, rds:DescribeEventSubscriptions";
    assert!(heard.code == 0 && heard.unbroken().contains(wanted), "{heard}");
    let heard = stage.run("migrate orders --sandbox --yes").await;
    assert_eq!(heard.code, 0, "{heard}");
}

/// A ban forbids; a permission that is only lacking may be there by way of RDS.
#[tokio::test(start_paused = true)]
async fn grants() {
    for (how, code, words) in [
        (How::DenyByOrganization, 3, "forbidden kms:CreateGrant"),
        (How::Deny, 0, "unless it is allowed by way of RDS"),
    ] {
        let stage = Stage::small();
        stage.order("CreateGrant", 0, 99, how.clone());
        let heard = stage.run("plan orders --sandbox --kms-key alias/sandbox").await;
        assert_eq!(heard.code, code, "{how:?}: {heard}");
        assert!(heard.unbroken().contains(words), "{how:?}: {heard}");
    }
}

/// A database with much around it: all of it in one text.
#[tokio::test(start_paused = true)]
async fn much_at_once() {
    let row = json!({
        "BackupRetentionPeriod": 0, "IAMDatabaseAuthenticationEnabled": true,
        "DBParameterGroups": [{"DBParameterGroupName": "orders-postgres15", "ParameterApplyStatus": "pending-reboot"}],
        "TagList": [
            {"Key": "aws:cloudformation:stack-name", "Value": "orders-db"}, {"Key": "Schedule", "Value": "office-hours"},
            {"Key": "team", "Value": "commerce"},
        ],
        "ReadReplicaDBInstanceIdentifiers": ["arn:aws:rds:us-east-1:000000000000:db:orders-far"],
    });
    let stage = Stage::of(&[row]);
    let heard = stage.run("plan orders --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("much", checks(&heard)) });
}
