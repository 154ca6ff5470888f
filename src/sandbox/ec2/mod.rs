//! EC2 as far as databases meet it: VPCs, subnets, security groups, network interfaces, and machines to reach them by.
//!
//! | file | question it answers |
//! |---|---|
//! | `look`, `rows`, `input` | how is anything looked up, what does it look like, and what do calls take? |
//! | `groups`, `change`, `permissions` | who may reach what? |
//! | `vpcs`, `subnets`, `acls`, `routes`, `gateways` | where are things, and what passes between them? |
//! | `endpoints`, `services` | how does a VPC reach AWS's services? |
//! | `machines`, `launch`, `images` | which machines are there, and how do they come and go? |
//! | `tags`, `regions` | what else do things have, and where else could they be? |

mod acls;
mod change;
mod endpoints;
mod gateways;
mod groups;
pub(crate) mod images;
mod input;
mod launch;
mod look;
mod machines;
mod permissions;
mod regions;
mod routes;
mod rows;
mod services;
mod subnets;
mod tags;
mod vpcs;

use serde_json::Value;

use super::rds::input::read;
use super::scene::Scene;
use super::wire::fault::Fault;

/// Answers one operation of EC2; what is only tried comes to nothing (`R-EC2-10`).
pub(crate) fn answer(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    let only_tried = input.get("DryRun") == Some(&Value::Bool(true)) && scene.enforces("R-EC2-10");
    let looks = operation.starts_with("Describe");
    let done = if looks { look(scene, operation, input) } else { change(scene, operation, input) }?;
    if only_tried {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Fault::new("DryRunOperation", message));
    }
    Ok(done)
}

fn look(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    match operation {
        "DescribeVpcs" => look::vpcs(scene, &read(input)?),
        "DescribeSubnets" => look::subnets(scene, &read(input)?),
        "DescribeSecurityGroups" => look::security_groups(scene, &read(input)?),
        "DescribeNetworkInterfaces" => look::interfaces(scene, &read(input)?),
        "DescribeAvailabilityZones" => look::zones(scene, &read(input)?),
        "DescribeInstances" => machines::instances(scene, &read(input)?),
        "DescribeRegions" => regions::regions(scene, &read(input)?),
        "DescribeVpcAttribute" => vpcs::describe(scene, &read(input)?),
        "DescribeSecurityGroupRules" => look::rules(scene, &read(input)?),
        "DescribeRouteTables" => routes::tables(scene, &read(input)?),
        "DescribeInternetGateways" => gateways::internet(scene, &read(input)?),
        "DescribeNatGateways" => gateways::nat(scene, &read(input)?),
        "DescribePrefixLists" => gateways::prefix_lists(scene, &read(input)?, false),
        "DescribeManagedPrefixLists" => gateways::prefix_lists(scene, &read(input)?, true),
        "DescribeEgressOnlyInternetGateways" => gateways::none(scene, "EgressOnlyInternetGateways", &read(input)?),
        "DescribeVpcPeeringConnections" => gateways::none(scene, "VpcPeeringConnections", &read(input)?),
        "DescribeTransitGatewayVpcAttachments" => gateways::none(scene, "TransitGatewayVpcAttachments", &read(input)?),
        "DescribeNetworkAcls" => acls::describe(scene, &read(input)?),
        "DescribeVpcEndpoints" => endpoints::describe(scene, &read(input)?),
        "DescribeVpcEndpointServices" => services::describe(scene, &read(input)?),
        "DescribeImages" => images::images(scene, &read(input)?),
        "DescribeInstanceTypes" => images::types(scene, &read(input)?),
        "DescribeInstanceTypeOfferings" => {
            let input: input::Look = read(input)?;
            Ok(images::offerings(scene, &input, input.location_type.as_deref().unwrap_or("region")))
        }
        other => Err(Fault::not_imitated(&format!("the operation {other} of EC2"))),
    }
}

fn change(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    match operation {
        "CreateSecurityGroup" => groups::create(scene, &read(input)?),
        "DeleteSecurityGroup" => groups::delete(scene, &read(input)?),
        "AuthorizeSecurityGroupIngress" => change::authorize(scene, &read(input)?, false),
        "AuthorizeSecurityGroupEgress" => change::authorize(scene, &read(input)?, true),
        "RevokeSecurityGroupIngress" => change::revoke(scene, &read(input)?, false),
        "RevokeSecurityGroupEgress" => change::revoke(scene, &read(input)?, true),
        "CreateTags" => tags::create(scene, &read(input)?),
        "DeleteTags" => tags::delete(scene, &read(input)?),
        "ModifyVpcAttribute" => vpcs::modify(scene, &read(input)?),
        "CreateSubnet" => subnets::create(scene, &read(input)?),
        "DeleteSubnet" => subnets::delete(scene, &read(input)?),
        "CreateRouteTable" => routes::create(scene, &read(input)?),
        "CreateRoute" => routes::add(scene, &input),
        "DeleteRoute" => routes::remove(scene, &input),
        "AssociateRouteTable" => routes::associate(scene, &read(input)?),
        "DisassociateRouteTable" => routes::disassociate(scene, &read(input)?),
        "DeleteRouteTable" => routes::delete(scene, &read(input)?),
        "CreateNetworkAcl" => acls::create(scene, &read(input)?),
        "CreateNetworkAclEntry" => acls::add(scene, &read(input)?),
        "ReplaceNetworkAclEntry" => acls::replace(scene, &read(input)?),
        "DeleteNetworkAclEntry" => acls::remove(scene, &read(input)?),
        "ReplaceNetworkAclAssociation" => acls::associate(scene, &read(input)?),
        "DeleteNetworkAcl" => acls::delete(scene, &read(input)?),
        "CreateVpcEndpoint" => endpoints::create(scene, &read(input)?),
        "ModifyVpcEndpoint" => endpoints::modify(scene, &read(input)?),
        "DeleteVpcEndpoints" => endpoints::delete(scene, &read(input)?),
        "RunInstances" => {
            let asked = input.to_string();
            launch::run(scene, &asked, &read(input)?)
        }
        "TerminateInstances" => launch::terminate(scene, &read(input)?),
        other => Err(Fault::not_imitated(&format!("the operation {other} of EC2"))),
    }
}
