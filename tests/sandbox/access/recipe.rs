//! A way to a private database, made step by step: what a bare VPC lacks.

use rds_encrypt::sandbox::{Options, Switches};
use serde_json::json;

use super::wire::{Answer, ec2, iam, ssm};
use crate::help::Cloud;

pub(crate) const VPC: &str = "vpc-0a63f9d2e8b175c40";
pub(crate) const SUBNET: &str = "subnet-0d3f81a6c2e97b540";
pub(crate) const SUBNET_B: &str = "subnet-0e92c4b7f1a35d860";
pub(crate) const DATABASE_GROUP: &str = "sg-0b7e24d9c61f853a0";
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
pub(crate) const CORE: &str = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

/// A world with a bare VPC.
pub(crate) fn bare() -> Options {
    Options { switches: Switches { bare_vpc: true, ..Switches::default() }, ..Options::default() }
}

/// What was made.
pub(crate) struct Made {
    pub(crate) machine_group: String,
    pub(crate) endpoint_group: String,
    pub(crate) endpoints: Vec<String>,
    pub(crate) machine: String,
}

/// A security group of the bare VPC.
pub(crate) async fn group(cloud: &Cloud, name: &str) -> String {
    let form = [("GroupName", name), ("GroupDescription", name), ("VpcId", VPC)];
    ec2(&cloud.sandbox, "CreateSecurityGroup", &form).await.one("groupId")
}

/// Lets a port of a group be reached from another.
pub(crate) async fn let_in(cloud: &Cloud, group: &str, port: &str, from: &str) {
    let form = [
        ("GroupId", group),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", port),
        ("IpPermissions.1.ToPort", port),
        ("IpPermissions.1.Groups.1.GroupId", from),
    ];
    ec2(&cloud.sandbox, "AuthorizeSecurityGroupIngress", &form).await;
}

/// Names inside the VPC, which private DNS of endpoints needs.
pub(crate) async fn names(cloud: &Cloud) {
    ec2(&cloud.sandbox, "ModifyVpcAttribute", &[("VpcId", VPC), ("EnableDnsHostnames.Value", "true")]).await;
}

/// An endpoint's parameters.
pub(crate) fn endpoint<'a>(service: &'a str, group: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("VpcId", VPC),
        ("ServiceName", service),
        ("VpcEndpointType", "Interface"),
        ("SubnetId.1", SUBNET),
        ("SecurityGroupId.1", group),
        ("PrivateDnsEnabled", "true"),
    ]
}

/// A role that lets machines speak with Systems Manager, and its profile.
pub(crate) async fn profile(cloud: &Cloud, name: &str) {
    role(cloud, name).await;
    iam(&cloud.sandbox, "AttachRolePolicy", &[("RoleName", name), ("PolicyArn", CORE)]).await;
    iam(&cloud.sandbox, "CreateInstanceProfile", &[("InstanceProfileName", name)]).await;
    iam(&cloud.sandbox, "AddRoleToInstanceProfile", &[("InstanceProfileName", name), ("RoleName", name)]).await;
}

/// A role that allows nothing.
pub(crate) async fn role(cloud: &Cloud, name: &str) {
    iam(&cloud.sandbox, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST)]).await;
}

/// The newest image for an architecture.
pub(crate) async fn image(cloud: &Cloud, architecture: &str) -> String {
    let name = format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}");
    let found = ssm(&cloud.sandbox, "GetParameter", &json!({"Name": name})).await.unwrap();
    found["Parameter"]["Value"].as_str().unwrap().to_owned()
}

/// A machine's parameters.
pub(crate) fn machine<'a>(image: &'a str, group: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("ImageId", image),
        ("InstanceType", "t4g.nano"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("SubnetId", SUBNET),
        ("SecurityGroupId.1", group),
    ]
}

/// Starts a machine.
pub(crate) async fn run(cloud: &Cloud, more: &[(&str, &str)], group: &str) -> Answer {
    let image = image(cloud, "arm64").await;
    let mut form = machine(&image, group);
    form.extend_from_slice(more);
    ec2(&cloud.sandbox, "RunInstances", &form).await
}

/// All of it, with endpoints of these services.
pub(crate) async fn made(cloud: &Cloud, services: &[&str]) -> Made {
    names(cloud).await;
    let (machine_group, endpoint_group) = (group(cloud, "machine").await, group(cloud, "endpoint").await);
    let_in(cloud, &endpoint_group, "443", &machine_group).await;
    let_in(cloud, DATABASE_GROUP, "5432", &machine_group).await;
    let mut endpoints = Vec::new();
    for service in services {
        let service = format!("com.amazonaws.eu-west-2.{service}");
        let made = ec2(&cloud.sandbox, "CreateVpcEndpoint", &endpoint(&service, &endpoint_group)).await;
        endpoints.push(made.one("vpcEndpointId"));
    }
    profile(cloud, "machine").await;
    cloud.minutes(1).await;
    let made = run(cloud, &[("IamInstanceProfile.Name", "machine")], &machine_group).await;
    let machine = made.one("instanceId");
    Made { machine_group, endpoint_group, endpoints, machine }
}

/// What Systems Manager says of a machine: the agent's word, and whether sessions come through.
pub(crate) async fn standing(cloud: &Cloud, machine: &str) -> String {
    let filter = json!({"Filters": [{"Key": "InstanceIds", "Values": [machine]}]});
    let found = ssm(&cloud.sandbox, "DescribeInstanceInformation", &filter).await.unwrap();
    let ping = found["InstanceInformationList"][0]["PingStatus"].as_str().unwrap_or("unknown").to_owned();
    let status = ssm(&cloud.sandbox, "GetConnectionStatus", &json!({"Target": machine})).await.unwrap();
    format!("{ping} {}", status["Status"].as_str().unwrap())
}
