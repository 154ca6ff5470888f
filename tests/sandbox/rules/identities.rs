//! Roles and instance profiles.

use rds_encrypt::sandbox::{Options, Switches};
use serde_json::json;

use super::{Scenario, scenarios};
use crate::access::recipe::{CORE, TRUST, bare, group, image, machine, profile, role};
use crate::access::wire::{ask, code, iam, ssm};
use crate::help::Cloud;

async fn machines_of_all_regions_have_them(cloud: Cloud) -> String {
    profile(&cloud, "machine").await;
    cloud.minutes(5).await;
    let (image, group) = (image(&cloud, "arm64").await, group(&cloud, "machine").await);
    let mut form = machine(&image, &group);
    form.push(("IamInstanceProfile.Name", "machine"));
    code(&cloud.sandbox, "ec2", "RunInstances", &form).await
}

async fn names_are_there_once(cloud: Cloud) -> String {
    role(&cloud, "machine").await;
    code(&cloud.sandbox, "iam", "CreateRole", &[("RoleName", "Machine"), ("AssumeRolePolicyDocument", TRUST)]).await
}

async fn what_is_in_use_stays(cloud: Cloud) -> String {
    profile(&cloud, "machine").await;
    let one = code(&cloud.sandbox, "iam", "DeleteRole", &[("RoleName", "machine")]).await;
    let two = code(&cloud.sandbox, "iam", "DeleteInstanceProfile", &[("InstanceProfileName", "machine")]).await;
    format!("{one} {two}")
}

async fn policies_have_to_exist(cloud: Cloud) -> String {
    role(&cloud, "machine").await;
    let form = [("RoleName", "machine"), ("PolicyArn", "arn:aws:iam::aws:policy/Nothing")];
    let attach = code(&cloud.sandbox, "iam", "AttachRolePolicy", &form).await;
    let detach = [("RoleName", "machine"), ("PolicyArn", CORE)];
    format!("{attach} {}", code(&cloud.sandbox, "iam", "DetachRolePolicy", &detach).await)
}

async fn a_profile_has_one_role(cloud: Cloud) -> String {
    profile(&cloud, "machine").await;
    role(&cloud, "other").await;
    let form = [("InstanceProfileName", "machine"), ("RoleName", "other")];
    code(&cloud.sandbox, "iam", "AddRoleToInstanceProfile", &form).await
}

async fn the_policy_says_what_it_allows(cloud: Cloud) -> String {
    let found = iam(&cloud.sandbox, "GetPolicyVersion", &[("PolicyArn", CORE), ("VersionId", "v2")]).await;
    found.one("Document").contains("ssmmessages%3AOpenDataChannel").to_string()
}

async fn documents_are_encoded(cloud: Cloud) -> String {
    role(&cloud, "machine").await;
    iam(&cloud.sandbox, "GetRole", &[("RoleName", "machine")]).await.one("AssumeRolePolicyDocument")
}

fn late() -> Options {
    Options { switches: Switches { roles_show_after: 10, ..Switches::default() }, ..Options::default() }
}

async fn new_roles_show_late(cloud: Cloud) -> String {
    role(&cloud, "machine").await;
    let found = ask(&cloud.sandbox, "iam", "GetRole", &[("RoleName", "machine")]).await;
    found.map_or_else(|code| code, |found| found.one("RoleName"))
}

async fn the_newest_image_has_a_parameter(cloud: Cloud) -> String {
    let name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    let found = ssm(&cloud.sandbox, "GetParameters", &json!({"Names": [name]})).await.unwrap();
    found["InvalidParameters"].as_array().unwrap().len().to_string()
}

/// Scenarios of roles.
pub(super) const ALL: &[Scenario] = scenarios![
    "R-IAM-1" machines_of_all_regions_have_them in bare,
    "R-IAM-2" names_are_there_once,
    "R-IAM-3" what_is_in_use_stays,
    "R-IAM-4" policies_have_to_exist,
    "R-IAM-5" a_profile_has_one_role,
    "R-IAM-6" the_policy_says_what_it_allows,
    "R-IAM-7" documents_are_encoded,
    "R-IAM-8" new_roles_show_late in late,
    "R-PARAM-1" the_newest_image_has_a_parameter,
];
