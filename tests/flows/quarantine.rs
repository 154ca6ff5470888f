//! A copy that is kept apart: a security group of its own, closed before the copy is there, and gone with it.

use std::time::Duration;

use aws_sdk_ec2::types::{IpPermission, IpRange, SecurityGroup};
use rds_encrypt::sandbox::How;
use serde_json::json;

use crate::{
    end::{ec2, instance, journal, rds, target_of},
    stage::{Stage, assert_heard},
};

/// The seeded group of the bastion, in the databases' VPC.
const BASTION: &str = "sg-0e52d7b18c4f90a36";

async fn groups(stage: &Stage) -> Vec<SecurityGroup> {
    let all = ec2(&stage.sandbox).await.describe_security_groups().send().await.unwrap();
    all.security_groups
        .unwrap()
        .into_iter()
        .filter(|group| group.group_name().unwrap().ends_with("-quarantine"))
        .collect()
}

fn migrate() -> String {
    format!("migrate orders --sandbox --network quarantine --bastion-group {BASTION}")
}

#[tokio::test(start_paused = true)]
async fn nothing_gets_out_and_only_the_bastion_in() {
    let stage = Stage::new();
    let planned = stage.run(&format!("plan orders --sandbox --network quarantine --bastion-group {BASTION}")).await;
    assert_heard!("quarantine_plan", planned);
    assert!(groups(&stage).await.is_empty(), "a plan makes nothing");
    let heard = stage.run(&migrate()).await;
    assert_heard!("quarantine_migrate", heard);
    assert_eq!(heard.code, 0);
    let made = groups(&stage).await;
    let [group] = made.as_slice() else { panic!("{made:?}") };
    assert!(group.ip_permissions_egress().is_empty(), "{group:?}");
    let [rule] = group.ip_permissions() else { panic!("{group:?}") };
    let peers: Vec<_> = rule.user_id_group_pairs().iter().map(|pair| pair.group_id().unwrap()).collect();
    assert_eq!((rule.from_port(), rule.to_port(), peers), (Some(5432), Some(5432), vec![BASTION]));
    assert!(group.tags().iter().any(|tag| tag.key() == Some("rds-encrypt-run")));
    let copy = instance(&stage, &target_of(&stage, "orders")).await;
    let own: Vec<_> = copy.vpc_security_groups().iter().map(|it| it.vpc_security_group_id().unwrap()).collect();
    assert_eq!(own, [group.group_id().unwrap()]);
    let verified = stage.run("verify orders --sandbox").await;
    assert_eq!(verified.code, 0, "{verified}");
    // Somebody opens it.
    let open = ec2(&stage.sandbox).await.authorize_security_group_egress().group_id(group.group_id().unwrap());
    let everywhere = IpRange::builder().cidr_ip("0.0.0.0/0").build();
    open.ip_permissions(IpPermission::builder().ip_protocol("-1").ip_ranges(everywhere).build()).send().await.unwrap();
    let breached = stage.run("verify orders --sandbox").await;
    assert_heard!("quarantine_breached", breached);
    assert_eq!(breached.code, 7);
    // It goes with what it was made for.
    let removed = stage.run("cleanup orders --abandon --sandbox --confirm orders").await;
    assert_eq!(removed.code, 0, "{removed}");
    assert!(removed.stdout.contains("-quarantine"), "{removed}");
    assert!(groups(&stage).await.is_empty());
}

/// What is held back in quarantine: roles would reach around it.
#[tokio::test(start_paused = true)]
async fn roles_are_held_back_and_a_directory_keeps_its_way_out() {
    let stage = Stage::new();
    let heard = stage.run("migrate intake --sandbox --network quarantine").await;
    assert_eq!(heard.code, 0, "{heard}");
    let copy = instance(&stage, &target_of(&stage, "intake")).await;
    assert!(copy.associated_roles().is_empty(), "{:?}", copy.associated_roles());
    assert!(heard.stdout.contains("held back while it is in quarantine"), "{heard}");
    let made = groups(&stage).await;
    assert!(made[0].ip_permissions().is_empty(), "without a bastion nobody gets in");
    let heard = stage.run("migrate desk-sql --sandbox --network quarantine").await;
    assert_eq!(heard.code, 0, "{heard}");
    let of_desk = groups(&stage).await.into_iter().find(|group| group.group_name().unwrap().starts_with("desk-sql"));
    assert!(!of_desk.unwrap().ip_permissions_egress().is_empty(), "its directory needs a way out");
}

/// Killed between any two calls, it ends with one group and one copy.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_group() {
    for operation in ["CreateSecurityGroup", "RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"] {
        for how in [How::DropAnswer, How::DropRequest, How::Throttle] {
            let stage = Stage::small();
            stage.order(operation, 0, 1, how.clone());
            let heard = stage.run(&migrate()).await;
            assert_eq!(heard.code, 0, "{operation} {how:?}: {heard}");
            let made = groups(&stage).await;
            assert_eq!(made.len(), 1, "{operation} {how:?}");
            assert!(made[0].ip_permissions_egress().is_empty(), "{operation} {how:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_permission_nothing_else_is_begun() {
    let stage = Stage::new();
    stage.order("CreateSecurityGroup", 0, 9, How::Deny);
    let heard = stage.run(&migrate()).await;
    assert_eq!(heard.code, 8, "{heard}");
    assert!(heard.stdout.contains("ec2:CreateSecurityGroup"), "{heard}");
    let asked = journal(&stage, "orders");
    assert!(asked.iter().all(|line| line.starts_with("CreateSecurityGroup")), "{asked:?}");
}

/// Another one's group of the same name is left as it is, and nothing is begun.
#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_left() {
    let stage = Stage::of(&[json!({})]);
    let name = stage.run("plan orders --sandbox --network quarantine --output json").await;
    let planned: serde_json::Value = serde_json::from_str(&name.stdout).unwrap();
    let step = &planned["steps"][0];
    let vpc = planned["choices"]["network"]["quarantine"]["vpc_id"].as_str().unwrap();
    let client = ec2(&stage.sandbox).await;
    let made =
        client.create_security_group().group_name(step["name"].as_str().unwrap()).description("theirs").vpc_id(vpc);
    made.send().await.unwrap();
    let heard = stage.run("migrate orders --sandbox --network quarantine").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("there is a security group named"), "{heard}");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(groups(&stage).await.len(), 1);
    assert!(rds(&stage.sandbox).await.describe_db_instances().send().await.unwrap().db_instances().len() == 1);
}
