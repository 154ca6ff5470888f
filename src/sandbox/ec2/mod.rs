//! EC2 as far as databases meet it: VPCs, subnets, security groups, network interfaces, and machines to reach them by.

mod change;
mod groups;
mod input;
mod look;
mod machines;
mod permissions;
mod regions;
mod rows;
mod tags;

use serde_json::Value;

use super::rds::input::read;
use super::scene::Scene;
use super::wire::fault::Fault;

/// Answers one operation of EC2; what is only tried comes to nothing (`R-EC2-10`).
pub(crate) fn answer(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    let only_tried = input.get("DryRun") == Some(&Value::Bool(true)) && scene.enforces("R-EC2-10");
    let done = match operation {
        "DescribeVpcs" => look::vpcs(scene, &read(input)?),
        "DescribeSubnets" => look::subnets(scene, &read(input)?),
        "DescribeSecurityGroups" => look::security_groups(scene, &read(input)?),
        "DescribeNetworkInterfaces" => look::interfaces(scene, &read(input)?),
        "DescribeAvailabilityZones" => look::zones(scene, &read(input)?),
        "DescribeInstances" => machines::instances(scene, &read(input)?),
        "DescribeRegions" => regions::regions(scene, &read(input)?),
        "CreateSecurityGroup" => groups::create(scene, &read(input)?),
        "DeleteSecurityGroup" => groups::delete(scene, &read(input)?),
        "AuthorizeSecurityGroupIngress" => change::authorize(scene, &read(input)?, false),
        "AuthorizeSecurityGroupEgress" => change::authorize(scene, &read(input)?, true),
        "RevokeSecurityGroupIngress" => change::revoke(scene, &read(input)?, false),
        "RevokeSecurityGroupEgress" => change::revoke(scene, &read(input)?, true),
        "CreateTags" => tags::create(scene, &read(input)?),
        "DeleteTags" => tags::delete(scene, &read(input)?),
        other => Err(Fault::not_imitated(&format!("the operation {other} of EC2"))),
    }?;
    if only_tried {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Fault::new("DryRunOperation", message));
    }
    Ok(done)
}
