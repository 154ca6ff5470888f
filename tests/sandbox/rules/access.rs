//! Private networks: subnets, routes, network ACLs, endpoints.

use rds_encrypt::sandbox::{Options, Switches};

use super::{Scenario, scenarios};
use crate::access::recipe::{SUBNET, SUBNET_B, VPC, bare, endpoint, group, image, machine, made, names, standing};
use crate::access::wire::{code, ec2};
use crate::help::Cloud;

async fn names_need_the_resolver(cloud: Cloud) -> String {
    let modify = |name, value| [("VpcId", VPC), (name, value)];
    ec2(&cloud.sandbox, "ModifyVpcAttribute", &modify("EnableDnsSupport.Value", "false")).await;
    code(&cloud.sandbox, "ec2", "ModifyVpcAttribute", &modify("EnableDnsHostnames.Value", "true")).await
}

async fn subnet(cloud: &Cloud, range: &str, zone: &str) -> String {
    let form = [("VpcId", VPC), ("CidrBlock", range), ("AvailabilityZone", zone)];
    code(&cloud.sandbox, "ec2", "CreateSubnet", &form).await
}

async fn ranges_are_nobody_elses(cloud: Cloud) -> String {
    subnet(&cloud, "10.60.0.128/25", "eu-west-2a").await
}

async fn ranges_are_the_vpcs(cloud: Cloud) -> String {
    format!(
        "{} {}",
        subnet(&cloud, "10.61.0.0/24", "eu-west-2a").await,
        subnet(&cloud, "10.60.9.0/29", "eu-west-2a").await
    )
}

async fn subnets_are_in_zones(cloud: Cloud) -> String {
    subnet(&cloud, "10.60.9.0/24", "eu-west-2z").await
}

async fn inhabited_subnets_stay(cloud: Cloud) -> String {
    let mut seen = Vec::new();
    for id in [SUBNET, SUBNET_B] {
        seen.push(code(&cloud.sandbox, "ec2", "DeleteSubnet", &[("SubnetId", id)]).await);
    }
    seen.sort();
    seen.join(" ")
}

async fn main_tables_stand_for_the_rest(cloud: Cloud) -> String {
    let found =
        ec2(&cloud.sandbox, "DescribeRouteTables", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", VPC)]).await;
    found.all("routeTableAssociationId").len().to_string()
}

async fn table(cloud: &Cloud) -> String {
    ec2(&cloud.sandbox, "CreateRouteTable", &[("VpcId", VPC)]).await.one("routeTableId")
}

async fn destinations_are_there_once(cloud: Cloud) -> String {
    let gateway = ec2(&cloud.sandbox, "DescribeInternetGateways", &[]).await.one("internetGatewayId");
    let table = table(&cloud).await;
    let form = [("RouteTableId", table.as_str()), ("DestinationCidrBlock", "0.0.0.0/0"), ("GatewayId", &gateway)];
    ec2(&cloud.sandbox, "CreateRoute", &form).await;
    code(&cloud.sandbox, "ec2", "CreateRoute", &form).await
}

async fn a_subnet_has_one_table(cloud: Cloud) -> String {
    let mut seen = String::new();
    for _ in 0..2 {
        let table = table(&cloud).await;
        let form = [("RouteTableId", table.as_str()), ("SubnetId", SUBNET)];
        seen = code(&cloud.sandbox, "ec2", "AssociateRouteTable", &form).await;
    }
    seen
}

async fn tables_in_use_stay(cloud: Cloud) -> String {
    let table = table(&cloud).await;
    let form = [("RouteTableId", table.as_str()), ("SubnetId", SUBNET)];
    ec2(&cloud.sandbox, "AssociateRouteTable", &form).await;
    code(&cloud.sandbox, "ec2", "DeleteRouteTable", &[("RouteTableId", &table)]).await
}

const OF_THE_VPC: [(&str, &str); 2] = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", VPC)];

async fn acl(cloud: &Cloud) -> String {
    ec2(&cloud.sandbox, "DescribeNetworkAcls", &OF_THE_VPC).await.one("networkAclId")
}

fn entry<'a>(acl: &'a str, number: &'a str, action: &'a str, port: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("NetworkAclId", acl),
        ("RuleNumber", number),
        ("Protocol", "6"),
        ("RuleAction", action),
        ("Egress", "false"),
        ("CidrBlock", "0.0.0.0/0"),
        ("PortRange.From", port),
        ("PortRange.To", port),
    ]
}

async fn each_subnet_has_an_acl(cloud: Cloud) -> String {
    ec2(&cloud.sandbox, "DescribeNetworkAcls", &OF_THE_VPC).await.all("networkAclAssociationId").len().to_string()
}

async fn numbers_are_there_once(cloud: Cloud) -> String {
    let acl = acl(&cloud).await;
    code(&cloud.sandbox, "ec2", "CreateNetworkAclEntry", &entry(&acl, "100", "deny", "22")).await
}

async fn the_last_numbers_are_nobodys(cloud: Cloud) -> String {
    let acl = acl(&cloud).await;
    code(&cloud.sandbox, "ec2", "CreateNetworkAclEntry", &entry(&acl, "32767", "allow", "22")).await
}

async fn acls_have_twenty_rules(cloud: Cloud) -> String {
    let acl = acl(&cloud).await;
    for number in 1..20 {
        let number = number.to_string();
        ec2(&cloud.sandbox, "CreateNetworkAclEntry", &entry(&acl, &number, "deny", "22")).await;
    }
    code(&cloud.sandbox, "ec2", "CreateNetworkAclEntry", &entry(&acl, "20", "deny", "22")).await
}

async fn acls_shut_agents_out(cloud: Cloud) -> String {
    let made = made(&cloud, &["ssm", "ssmmessages"]).await;
    ec2(
        &cloud.sandbox,
        "ModifyVpcEndpoint",
        &[("VpcEndpointId", &made.endpoints[0]), ("AddSubnetId.1", SUBNET_B), ("RemoveSubnetId.1", SUBNET)],
    )
    .await;
    cloud.minutes(10).await;
    let before = standing(&cloud, &made.machine).await;
    let acl = acl(&cloud).await;
    ec2(&cloud.sandbox, "CreateNetworkAclEntry", &entry(&acl, "90", "deny", "443")).await;
    cloud.minutes(10).await;
    format!("{before}, {}", standing(&cloud, &made.machine).await)
}

async fn rules_that_are_not_there(cloud: Cloud) -> String {
    let acl = acl(&cloud).await;
    let form = [("NetworkAclId", acl.as_str()), ("RuleNumber", "7"), ("Egress", "true")];
    code(&cloud.sandbox, "ec2", "DeleteNetworkAclEntry", &form).await
}

async fn given(cloud: &Cloud) -> (String, String, String) {
    let acl = ec2(&cloud.sandbox, "CreateNetworkAcl", &[("VpcId", VPC)]).await.one("networkAclId");
    let found = ec2(&cloud.sandbox, "DescribeNetworkAcls", &OF_THE_VPC).await;
    let old = found.one("networkAclAssociationId");
    let form = [("AssociationId", old.as_str()), ("NetworkAclId", &acl)];
    let new = ec2(&cloud.sandbox, "ReplaceNetworkAclAssociation", &form).await.one("newAssociationId");
    (acl, old, new)
}

async fn a_new_acl_makes_a_new_association(cloud: Cloud) -> String {
    let (_, old, new) = given(&cloud).await;
    (old == new).to_string()
}

async fn acls_in_use_stay(cloud: Cloud) -> String {
    let (acl, ..) = given(&cloud).await;
    let usual = self::acl(&cloud).await;
    let mut seen = Vec::new();
    for id in [acl, usual] {
        seen.push(code(&cloud.sandbox, "ec2", "DeleteNetworkAcl", &[("NetworkAclId", &id)]).await);
    }
    seen.join(" ")
}

const SSM: &str = "com.amazonaws.eu-west-2.ssm";

async fn tokens_make_endpoints_once(cloud: Cloud) -> String {
    names(&cloud).await;
    let group = group(&cloud, "endpoint").await;
    let mut form = endpoint(SSM, &group);
    form.push(("ClientToken", "a"));
    let first = ec2(&cloud.sandbox, "CreateVpcEndpoint", &form).await.one("vpcEndpointId");
    let again = code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &form).await;
    form[5].1 = "false";
    let other = code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &form).await;
    let found = ec2(&cloud.sandbox, "DescribeVpcEndpoints", &OF_THE_VPC).await.all("vpcEndpointId");
    format!("{} {again} {other} {}", found.contains(&first), found.len())
}

async fn endpoints_take_minutes(cloud: Cloud) -> String {
    names(&cloud).await;
    let group = group(&cloud, "endpoint").await;
    ec2(&cloud.sandbox, "CreateVpcEndpoint", &endpoint(SSM, &group)).await.one("state")
}

async fn private_names_need_the_vpcs(cloud: Cloud) -> String {
    let group = group(&cloud, "endpoint").await;
    code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &endpoint(SSM, &group)).await
}

async fn private_names_are_there_once(cloud: Cloud) -> String {
    names(&cloud).await;
    let group = group(&cloud, "endpoint").await;
    ec2(&cloud.sandbox, "CreateVpcEndpoint", &endpoint(SSM, &group)).await;
    code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &endpoint(SSM, &group)).await
}

async fn interfaces_linger(cloud: Cloud) -> String {
    names(&cloud).await;
    let group = group(&cloud, "endpoint").await;
    let id = ec2(&cloud.sandbox, "CreateVpcEndpoint", &endpoint(SSM, &group)).await.one("vpcEndpointId");
    ec2(&cloud.sandbox, "DeleteVpcEndpoints", &[("VpcEndpointId.1", &id)]).await;
    cloud.minutes(3).await;
    let gone = code(&cloud.sandbox, "ec2", "DescribeVpcEndpoints", &[("VpcEndpointId.1", &id)]).await;
    format!("{gone} {}", code(&cloud.sandbox, "ec2", "DeleteSecurityGroup", &[("GroupId", &group)]).await)
}

async fn unknown_endpoints_are_listed(cloud: Cloud) -> String {
    code(&cloud.sandbox, "ec2", "DeleteVpcEndpoints", &[("VpcEndpointId.1", "vpce-0123456789abcdef0")]).await
}

async fn services_have_to_exist(cloud: Cloud) -> String {
    names(&cloud).await;
    let group = group(&cloud, "endpoint").await;
    code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &endpoint("com.amazonaws.eu-west-2.nothing", &group)).await
}

async fn one_subnet_in_a_zone(cloud: Cloud) -> String {
    names(&cloud).await;
    assert_eq!(subnet(&cloud, "10.60.9.0/24", "eu-west-2a").await, "accepted");
    let filter = [("Filter.1.Name", "cidr-block"), ("Filter.1.Value.1", "10.60.9.0/24")];
    let other = ec2(&cloud.sandbox, "DescribeSubnets", &filter).await.one("subnetId");
    let group = group(&cloud, "endpoint").await;
    let mut form = endpoint(SSM, &group);
    form.push(("SubnetId.2", &other));
    code(&cloud.sandbox, "ec2", "CreateVpcEndpoint", &form).await
}

async fn tokens_start_machines_once(cloud: Cloud) -> String {
    let (image, group) = (image(&cloud, "arm64").await, group(&cloud, "machine").await);
    let mut form = machine(&image, &group);
    form.push(("ClientToken", "a"));
    let first = ec2(&cloud.sandbox, "RunInstances", &form).await.one("instanceId");
    let again = ec2(&cloud.sandbox, "RunInstances", &form).await.one("instanceId");
    form[1].1 = "t4g.micro";
    format!("{} {}", first == again, code(&cloud.sandbox, "ec2", "RunInstances", &form).await)
}

async fn started(cloud: &Cloud) -> String {
    let (image, group) = (image(cloud, "arm64").await, group(cloud, "machine").await);
    ec2(&cloud.sandbox, "RunInstances", &machine(&image, &group)).await.one("instanceId")
}

async fn state(cloud: &Cloud, id: &str) -> String {
    let found = crate::access::wire::ask(&cloud.sandbox, "ec2", "DescribeInstances", &[("InstanceId.1", id)]).await;
    found.map_or_else(|code| code, |found| found.part("instanceState", "code", "0").one("name"))
}

async fn machines_are_pending_at_first(cloud: Cloud) -> String {
    let id = started(&cloud).await;
    let found = ec2(&cloud.sandbox, "DescribeInstances", &[("InstanceId.1", &id)]).await;
    found.one("instanceState").split("<name>").nth(1).unwrap().replace("</name>", "")
}

async fn profiles_show_late(cloud: Cloud) -> String {
    crate::access::recipe::profile(&cloud, "machine").await;
    let (image, group) = (image(&cloud, "arm64").await, group(&cloud, "machine").await);
    let mut form = machine(&image, &group);
    form.push(("IamInstanceProfile.Name", "machine"));
    code(&cloud.sandbox, "ec2", "RunInstances", &form).await
}

async fn images_fit_their_machines(cloud: Cloud) -> String {
    let (wrong, group) = (image(&cloud, "x86_64").await, group(&cloud, "machine").await);
    let one = code(&cloud.sandbox, "ec2", "RunInstances", &machine(&wrong, &group)).await;
    let two = code(&cloud.sandbox, "ec2", "RunInstances", &machine("ami-0123456789abcdef0", &group)).await;
    format!("{one} {two}")
}

async fn unknown_machines_keep_all(cloud: Cloud) -> String {
    code(&cloud.sandbox, "ec2", "TerminateInstances", &[("InstanceId.1", "i-0123456789abcdef0")]).await
}

async fn terminated_machines_can_be_looked_up(cloud: Cloud) -> String {
    let id = started(&cloud).await;
    ec2(&cloud.sandbox, "TerminateInstances", &[("InstanceId.1", &id)]).await;
    let mut seen = Vec::new();
    for minutes in [5, 60] {
        cloud.minutes(minutes).await;
        seen.push(code(&cloud.sandbox, "ec2", "DescribeInstances", &[("InstanceId.1", &id)]).await);
    }
    seen.join(" ")
}

async fn full_subnets_take_no_machine(cloud: Cloud) -> String {
    assert_eq!(subnet(&cloud, "10.60.9.0/28", "eu-west-2a").await, "accepted");
    let filter = [("Filter.1.Name", "cidr-block"), ("Filter.1.Value.1", "10.60.9.0/28")];
    let small = ec2(&cloud.sandbox, "DescribeSubnets", &filter).await.one("subnetId");
    let (image, group) = (image(&cloud, "arm64").await, group(&cloud, "machine").await);
    let mut form = machine(&image, &group);
    (form[2].1, form[3].1, form[4].1) = ("12", "12", &small);
    code(&cloud.sandbox, "ec2", "RunInstances", &form).await
}

fn late() -> Options {
    let switches = Switches { bare_vpc: true, new_things_show_after: 10, ..Switches::default() };
    Options { switches, ..Options::default() }
}

async fn new_machines_show_late(cloud: Cloud) -> String {
    let id = started(&cloud).await;
    state(&cloud, &id).await
}

async fn agents_speak_late(cloud: Cloud) -> String {
    let made = made(&cloud, &["ssm", "ssmmessages"]).await;
    cloud.minutes(3).await;
    standing(&cloud, &made.machine).await
}

async fn agents_need_a_role(cloud: Cloud) -> String {
    let made = made(&cloud, &["ssm", "ssmmessages"]).await;
    let form = [("RoleName", "machine"), ("PolicyArn", crate::access::recipe::CORE)];
    crate::access::wire::iam(&cloud.sandbox, "DetachRolePolicy", &form).await;
    cloud.minutes(30).await;
    standing(&cloud, &made.machine).await
}

async fn agents_need_a_way(cloud: Cloud) -> String {
    let made = made(&cloud, &["ssmmessages"]).await;
    cloud.minutes(30).await;
    standing(&cloud, &made.machine).await
}

async fn sessions_need_their_own_endpoint(cloud: Cloud) -> String {
    let made = made(&cloud, &["ssm"]).await;
    cloud.minutes(30).await;
    standing(&cloud, &made.machine).await
}

async fn a_bare_vpc_has_a_database(cloud: Cloud) -> String {
    code(&cloud.sandbox, "ec2", "DescribeVpcs", &[("VpcId.1", VPC)]).await
}

/// Scenarios of private networks.
pub(super) const ALL: &[Scenario] = scenarios![
    "R-VPC-1" names_need_the_resolver in bare,
    "R-SUB-1" ranges_are_nobody_elses in bare,
    "R-SUB-2" ranges_are_the_vpcs in bare,
    "R-SUB-3" subnets_are_in_zones in bare,
    "R-SUB-4" inhabited_subnets_stay in bare,
    "R-RTB-1" main_tables_stand_for_the_rest in bare,
    "R-RTB-2" destinations_are_there_once in bare,
    "R-RTB-3" a_subnet_has_one_table in bare,
    "R-RTB-4" tables_in_use_stay in bare,
    "R-ACL-1" each_subnet_has_an_acl in bare,
    "R-ACL-2" numbers_are_there_once in bare,
    "R-ACL-3" the_last_numbers_are_nobodys in bare,
    "R-ACL-4" acls_have_twenty_rules in bare,
    "R-ACL-5" acls_shut_agents_out in bare,
    "R-ACL-6" rules_that_are_not_there in bare,
    "R-ACL-7" a_new_acl_makes_a_new_association in bare,
    "R-ACL-8" acls_in_use_stay in bare,
    "R-VPCE-1" tokens_make_endpoints_once in bare,
    "R-VPCE-2" endpoints_take_minutes in bare,
    "R-VPCE-3" private_names_need_the_vpcs in bare,
    "R-VPCE-4" private_names_are_there_once in bare,
    "R-VPCE-5" interfaces_linger in bare,
    "R-VPCE-6" unknown_endpoints_are_listed in bare,
    "R-VPCE-7" services_have_to_exist in bare,
    "R-VPCE-8" one_subnet_in_a_zone in bare,
    "R-RUN-1" tokens_start_machines_once in bare,
    "R-RUN-2" machines_are_pending_at_first in bare,
    "R-RUN-3" profiles_show_late in bare,
    "R-RUN-4" images_fit_their_machines in bare,
    "R-RUN-5" unknown_machines_keep_all in bare,
    "R-RUN-6" terminated_machines_can_be_looked_up in bare,
    "R-RUN-7" full_subnets_take_no_machine in bare,
    "R-RUN-8" new_machines_show_late in late,
    "R-BOOT-1" agents_speak_late in bare,
    "R-BOOT-2" agents_need_a_role in bare,
    "R-BOOT-3" agents_need_a_way in bare,
    "R-BOOT-4" sessions_need_their_own_endpoint in bare,
    "R-WORLD-4" a_bare_vpc_has_a_database in bare,
];
