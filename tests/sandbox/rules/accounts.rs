//! Accounts: their worlds, Regions, quotas and the requests that they may make.

use rds_encrypt::sandbox::{Options, Others, Switches};
use serde_json::json;

use super::{Scenario, scenarios};
use crate::help::{Cloud, assumed, code, in_region};

async fn another_account_has_databases_of_its_own(cloud: Cloud) -> String {
    let theirs = assumed(&cloud, "arn:aws:iam::111122223333:role/batch").await;
    let rows = theirs.rds.describe_db_instances().send().await.unwrap().db_instances.unwrap_or_default();
    rows.iter().filter_map(|row| row.db_instance_arn().map(str::to_owned)).collect::<Vec<_>>().join(" ")
}

async fn who_assumes_a_role_is_that_role(cloud: Cloud) -> String {
    let role = cloud.sts.assume_role().role_arn("arn:aws:iam::111122223333:role/path/batch").role_session_name("me");
    match role.send().await {
        Ok(assumed) => assumed.assumed_role_user.unwrap().arn,
        refused => code(refused),
    }
}

async fn regions_that_nobody_opted_in_to_are_left_out(cloud: Cloud) -> String {
    let regions = cloud.ec2.describe_regions().send().await.unwrap().regions.unwrap();
    regions
        .iter()
        .filter_map(|region| region.opt_in_status())
        .filter(|word| *word == "not-opted-in")
        .count()
        .to_string()
}

async fn an_account_may_ask_so_much(cloud: Cloud) -> String {
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(code(cloud.rds.describe_db_instances().send().await));
    }
    cloud.minutes(1).await;
    codes.push(code(cloud.rds.describe_db_instances().send().await));
    codes.join(" ")
}

async fn others_use_up_the_quota(cloud: Cloud) -> String {
    let at = cloud.sandbox.now().unwrap();
    let others = Others { at, region: None, snapshots: 500, instances: 0, gives_back: None };
    cloud.sandbox.others_act(&others).unwrap();
    cloud.take("orders", "a").await
}

async fn rows_go_to_their_regions(cloud: Cloud) -> String {
    let there = in_region(&cloud, "us-east-1").await;
    there.rds.describe_db_instances().send().await.unwrap().db_instances().len().to_string()
}

fn two_requests() -> Options {
    let switches = Switches { requests_per_second: Some(2.0), ..Switches::default() };
    Options { switches, ..Options::default() }
}

fn two_regions() -> Options {
    let row = |region: &str| json!({"DBInstanceIdentifier": "a", "DBInstanceArn": format!("arn:aws:rds:{region}:111122223333:db:a")});
    Options { rows: Some(json!({"DBInstances": [row("eu-west-2"), row("us-east-1")]})), ..Options::default() }
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-ACCT-1" another_account_has_databases_of_its_own,
    "R-STS-2" who_assumes_a_role_is_that_role,
    "R-REG-1" regions_that_nobody_opted_in_to_are_left_out,
    "R-RATE-1" an_account_may_ask_so_much in two_requests,
    "R-QUOTA-2" others_use_up_the_quota,
    "R-WORLD-3" rows_go_to_their_regions in two_regions,
};
