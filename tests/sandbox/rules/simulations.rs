//! Simulations of policies.

use rds_encrypt::sandbox::How;

use super::{Scenario, scenarios};
use crate::access::wire::{code, iam};
use crate::help::Cloud;
use crate::simulations::{DATABASE, OPERATOR, SNAPSHOT};

/// A simulation of an action by the operator, on the wire.
async fn simulated(cloud: &Cloud, action: &str, more: &[(&str, &str)], member: &str) -> String {
    let mut form = vec![("PolicySourceArn", OPERATOR), ("ActionNames.member.1", action)];
    form.extend(more);
    iam(&cloud.sandbox, "SimulatePrincipalPolicy", &form).await.all(member).join(" ")
}

async fn an_action_is_answered_once(cloud: Cloud) -> String {
    let on = [("ResourceArns.member.1", DATABASE), ("ResourceArns.member.2", SNAPSHOT)];
    simulated(&cloud, "rds:CreateDBSnapshot", &on, "EvalDecision").await
}

async fn simulations_know_what_is_denied(cloud: Cloud) -> String {
    cloud.order("CreateDBSnapshot", How::Deny);
    simulated(&cloud, "rds:CreateDBSnapshot", &[], "EvalDecision").await
}

async fn simulations_name_the_organization(cloud: Cloud) -> String {
    cloud.order("CreateDBSnapshot", How::DenyByOrganization);
    simulated(&cloud, "rds:CreateDBSnapshot", &[], "AllowedByOrganizations").await
}

/// What comes of a simulation of somebody.
async fn of(cloud: &Cloud, who: &str) -> String {
    let form = [("PolicySourceArn", who), ("ActionNames.member.1", "rds:DescribeDBInstances")];
    code(&cloud.sandbox, "iam", "SimulatePrincipalPolicy", &form).await
}

async fn sessions_are_not_simulated(cloud: Cloud) -> String {
    of(&cloud, "arn:aws:sts::000000000000:assumed-role/admin/me").await
}

async fn who_is_simulated_is_there(cloud: Cloud) -> String {
    of(&cloud, "arn:aws:iam::000000000000:role/nobody").await
}

async fn simulated_resources_are_arns(cloud: Cloud) -> String {
    let form = [
        ("PolicySourceArn", OPERATOR),
        ("ActionNames.member.1", "rds:CreateDBSnapshot"),
        ("ResourceArns.member.1", "orders"),
    ];
    code(&cloud.sandbox, "iam", "SimulatePrincipalPolicy", &form).await
}

async fn simulated_actions_have_a_service(cloud: Cloud) -> String {
    let form = [("PolicySourceArn", OPERATOR), ("ActionNames.member.1", "CreateDBSnapshot")];
    code(&cloud.sandbox, "iam", "SimulatePrincipalPolicy", &form).await
}

async fn simulations_have_pages(cloud: Cloud) -> String {
    let more = [("ActionNames.member.2", "rds:CopyDBSnapshot"), ("MaxItems", "1")];
    simulated(&cloud, "rds:CreateDBSnapshot", &more, "IsTruncated").await
}

/// Scenarios of simulations.
pub(super) const ALL: &[Scenario] = scenarios![
    "R-SIM-1" an_action_is_answered_once,
    "R-SIM-2" simulations_know_what_is_denied,
    "R-SIM-3" simulations_name_the_organization,
    "R-SIM-4" sessions_are_not_simulated,
    "R-SIM-5" who_is_simulated_is_there,
    "R-SIM-6" simulated_resources_are_arns,
    "R-SIM-7" simulated_actions_have_a_service,
    "R-SIM-8" simulations_have_pages,
];
