//! A way to a private database is made and taken away again, in the order that AWS allows.

use std::time::Duration;

use rds_encrypt::sandbox::{How, Options, Sandbox, Store, Switches};
use serde_json::{Value, json};

use super::recipe::{DATABASE_GROUP, Made, SUBNET, VPC, bare, endpoint, group, made, names, run, standing};
use super::wire::{Answer, ask, code, ec2, iam, ssm, told};
use crate::help::{Cloud, with};
use crate::sessions::client::{BASTION, Client, ORDERS, to, words};
use crate::sessions::servers::echoes;

const OF_THE_VPC: [(&str, &str); 2] = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", VPC)];

/// Everything that can be looked up, as text.
async fn everything(cloud: &Cloud) -> String {
    let mut seen = String::new();
    for operation in [
        "DescribeSubnets",
        "DescribeSecurityGroups",
        "DescribeVpcEndpoints",
        "DescribeNetworkInterfaces",
        "DescribeRouteTables",
        "DescribeNetworkAcls",
    ] {
        let answer = ec2(&cloud.sandbox, operation, &OF_THE_VPC).await;
        seen += &format!("{answer:?}").replace(&answer.one("requestId"), "");
    }
    let profiles = iam(&cloud.sandbox, "ListInstanceProfiles", &[]).await.all("InstanceProfileName");
    seen.push_str(&profiles.join(" "));
    seen
}

async fn refused(cloud: &Cloud, operation: &str, form: &[(&str, &str)]) -> String {
    told(&cloud.sandbox, "ec2", operation, form).await.err().map_or_else(String::new, |why| why.one("Message"))
}

async fn deleted(cloud: &Cloud, group: &str) -> String {
    code(&cloud.sandbox, "ec2", "DeleteSecurityGroup", &[("GroupId", group)]).await
}

#[tokio::test(start_paused = true)]
async fn a_way_is_made_used_and_taken_away() {
    let cloud = with(bare()).await;
    names(&cloud).await;
    let before = everything(&cloud).await;
    let Made { machine_group, endpoint_group, endpoints, machine } = made(&cloud, &["ssm", "ssmmessages"]).await;
    assert_eq!(standing(&cloud, &machine).await, "unknown notconnected");
    cloud.minutes(10).await;
    assert_eq!(standing(&cloud, &machine).await, "Online connected");
    let found = ec2(&cloud.sandbox, "DescribeVpcEndpoints", &OF_THE_VPC).await;
    assert_eq!(found.all("state"), ["available", "available"]);
    let host = "bare.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com";
    let session = to(&machine, host, 5432);
    ssm(&cloud.sandbox, "StartSession", &session).await.unwrap();

    for group in [&machine_group, &endpoint_group] {
        assert_eq!(deleted(&cloud, group).await, "DependencyViolation");
    }
    assert!(refused(&cloud, "DeleteSubnet", &[("SubnetId", SUBNET)]).await.contains("has dependencies"));
    let end = [("InstanceId.1", machine.as_str())];
    let states = ec2(&cloud.sandbox, "TerminateInstances", &end).await;
    assert_eq!(states.one("currentState"), "<code>32</code><name>shutting-down</name>");
    let form = [("VpcEndpointId.1", endpoints[0].as_str()), ("VpcEndpointId.2", &endpoints[1])];
    assert!(ec2(&cloud.sandbox, "DeleteVpcEndpoints", &form).await.all("code").is_empty());
    cloud.minutes(3).await;
    assert_eq!(standing(&cloud, &machine).await, "ConnectionLost notconnected");
    // The endpoints are gone, and their interfaces aren't.
    assert!(ec2(&cloud.sandbox, "DescribeVpcEndpoints", &OF_THE_VPC).await.all("vpcEndpointId").is_empty());
    assert_eq!(deleted(&cloud, &endpoint_group).await, "DependencyViolation");
    cloud.minutes(5).await;
    assert_eq!(deleted(&cloud, &machine_group).await, "DependencyViolation", "rules speak of it");
    let rules = ec2(
        &cloud.sandbox,
        "DescribeSecurityGroupRules",
        &[("Filter.1.Name", "group-id"), ("Filter.1.Value.1", DATABASE_GROUP)],
    )
    .await;
    let own = rules.part("item", "groupId", &machine_group).one("securityGroupRuleId");
    let revoke = [("GroupId", DATABASE_GROUP), ("SecurityGroupRuleId.1", own.as_str())];
    ec2(&cloud.sandbox, "RevokeSecurityGroupIngress", &revoke).await;
    for group in [&endpoint_group, &machine_group] {
        assert_eq!(deleted(&cloud, group).await, "accepted");
    }
    for (operation, form) in [
        ("RemoveRoleFromInstanceProfile", vec![("InstanceProfileName", "machine"), ("RoleName", "machine")]),
        ("DeleteInstanceProfile", vec![("InstanceProfileName", "machine")]),
        ("DetachRolePolicy", vec![("RoleName", "machine"), ("PolicyArn", super::recipe::CORE)]),
        ("DeleteRole", vec![("RoleName", "machine")]),
    ] {
        iam(&cloud.sandbox, operation, &form).await;
    }
    // A terminated machine is still there to be looked at, with no place.
    let row = ec2(&cloud.sandbox, "DescribeInstances", &end).await;
    assert!(row.all("subnetId").is_empty() && row.all("groupId").is_empty());
    assert_eq!(everything(&cloud).await, before);
}

#[tokio::test(start_paused = true)]
async fn agents_are_missed_when_their_way_breaks() {
    let cloud = with(bare()).await;
    let made = made(&cloud, &["ssm", "ssmmessages"]).await;
    cloud.minutes(10).await;
    // Sessions stop at once, the agent is missed later.
    let groups = [
        ("GroupId", made.endpoint_group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.Groups.1.GroupId", &made.machine_group),
    ];
    ec2(&cloud.sandbox, "RevokeSecurityGroupIngress", &groups).await;
    assert_eq!(standing(&cloud, &made.machine).await, "Online notconnected");
    cloud.minutes(5).await;
    assert_eq!(standing(&cloud, &made.machine).await, "ConnectionLost notconnected");
    ec2(&cloud.sandbox, "AuthorizeSecurityGroupIngress", &groups).await;
    cloud.minutes(5).await;
    assert_eq!(standing(&cloud, &made.machine).await, "Online connected");
    // Without names of the VPC the endpoints' private names lead nowhere, and there is no other way.
    ec2(&cloud.sandbox, "ModifyVpcAttribute", &[("VpcId", VPC), ("EnableDnsSupport.Value", "false")]).await;
    cloud.minutes(5).await;
    assert_eq!(standing(&cloud, &made.machine).await, "ConnectionLost notconnected");
}

/// The words in which calls are refused.
#[tokio::test(start_paused = true)]
async fn refusals_have_awss_words() {
    let cloud = with(bare()).await;
    let other = "subnet-0123456789abcdef0";
    let missing = refused(&cloud, "DeleteSubnet", &[("SubnetId", other)]).await;
    assert_eq!(missing, "The subnet ID 'subnet-0123456789abcdef0' does not exist");
    let taken = [("VpcId", VPC), ("CidrBlock", "10.60.0.0/24")];
    assert_eq!(refused(&cloud, "CreateSubnet", &taken).await, "The CIDR '10.60.0.0/24' conflicts with another subnet");
    let group = group(&cloud, "endpoint").await;
    let service = "com.amazonaws.eu-west-2.ssm";
    let why = refused(&cloud, "CreateVpcEndpoint", &endpoint(service, &group)).await;
    assert!(why.starts_with("Enabling private DNS requires both"), "{why}");
    names(&cloud).await;
    ec2(&cloud.sandbox, "CreateVpcEndpoint", &endpoint(service, &group)).await;
    let why = refused(&cloud, "CreateVpcEndpoint", &endpoint(service, &group)).await;
    assert!(why.contains("conflicting DNS domain for ssm.eu-west-2.amazonaws.com in the VPC"), "{why}");
    let image = super::recipe::image(&cloud, "arm64").await;
    let mut form = super::recipe::machine(&image, &group);
    form.push(("IamInstanceProfile.Name", "nobody"));
    assert_eq!(
        refused(&cloud, "RunInstances", &form).await,
        "Value (nobody) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
    );
    let role = told(&cloud.sandbox, "iam", "GetRole", &[("RoleName", "test")]).await.unwrap_err();
    assert_eq!(role.one("Message"), "The role with name test cannot be found.");
    assert_eq!(role.one("Type"), "Sender");
    let preferences = json!({"Name": "SSM-SessionManagerRunShell"});
    assert_eq!(ssm(&cloud.sandbox, "GetDocument", &preferences).await.unwrap_err(), "InvalidDocument");
}

/// What AWS leaves open is open here, too.
#[tokio::test(start_paused = true)]
async fn what_aws_leaves_open_can_be_either() {
    let usual = bare().switches;
    let slow = Switches { terminated_keep_groups: 600, interfaces_linger: 0, profiles_show_after: 0, ..usual };
    let cloud = with(Options { switches: slow, ..Options::default() }).await;
    let Made { machine_group, endpoint_group, endpoints, machine } = made(&cloud, &["ssm"]).await;
    super::recipe::profile(&cloud, "other").await;
    run(&cloud, &[("IamInstanceProfile.Name", "other")], &endpoint_group).await;
    ec2(&cloud.sandbox, "TerminateInstances", &[("InstanceId.1", &machine)]).await;
    ec2(&cloud.sandbox, "DeleteVpcEndpoints", &[("VpcEndpointId.1", &endpoints[0])]).await;
    cloud.minutes(3).await;
    let interfaces = ec2(&cloud.sandbox, "DescribeNetworkInterfaces", &OF_THE_VPC).await;
    assert!(!interfaces.all("interfaceType").contains(&"vpc_endpoint".to_owned()));
    let form = [
        ("GroupId", DATABASE_GROUP),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "5432"),
        ("IpPermissions.1.ToPort", "5432"),
        ("IpPermissions.1.Groups.1.GroupId", &machine_group),
    ];
    ec2(&cloud.sandbox, "RevokeSecurityGroupIngress", &form).await;
    let form = [
        ("GroupId", endpoint_group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.Groups.1.GroupId", &machine_group),
    ];
    ec2(&cloud.sandbox, "RevokeSecurityGroupIngress", &form).await;
    assert_eq!(deleted(&cloud, &machine_group).await, "DependencyViolation");
    cloud.minutes(10).await;
    assert_eq!(deleted(&cloud, &machine_group).await, "accepted");
}

/// A lost answer leaves what was made, and the token finds it.
#[tokio::test(start_paused = true)]
async fn tokens_find_what_a_lost_answer_made() {
    let cloud = with(bare()).await;
    let group = group(&cloud, "machine").await;
    cloud.sandbox.misbehave(rds_encrypt::sandbox::Misbehaviour {
        operation: Some("RunInstances".to_owned()),
        after: 0,
        times: 1,
        how: How::ErrAfterwards { status: 500 },
    });
    let image = super::recipe::image(&cloud, "arm64").await;
    let mut form = super::recipe::machine(&image, &group);
    form.push(("ClientToken", "one"));
    assert!(ask(&cloud.sandbox, "ec2", "RunInstances", &form).await.is_err());
    let again: Answer = ec2(&cloud.sandbox, "RunInstances", &form).await;
    let found = ec2(&cloud.sandbox, "DescribeInstances", &OF_THE_VPC).await;
    assert_eq!(found.all("instanceId").first(), Some(&again.one("instanceId")));
    assert_eq!(found.all("reservationId").len(), 1);
    for (how, wanted) in [(How::Throttle, "Throttling"), (How::Deny, "AccessDenied"), (How::Expired, "ExpiredToken")] {
        let operation = Some("CreateRole".to_owned());
        cloud.sandbox.misbehave(rds_encrypt::sandbox::Misbehaviour { operation, after: 0, times: 1, how });
        let form = [("RoleName", "a"), ("AssumeRolePolicyDocument", super::recipe::TRUST)];
        assert_eq!(code(&cloud.sandbox, "iam", "CreateRole", &form).await, wanted);
    }
    assert_eq!(code(&cloud.sandbox, "iam", "GetRole", &[("RoleName", "a")]).await, "NoSuchEntity");
}

/// A world's file from before there were routes and roles gets what every account has.
#[tokio::test]
async fn older_worlds_are_furnished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let open = || Sandbox::open(Options { store: Store::File(path.clone()), ..Options::default() }).unwrap();
    ec2(&open(), "DescribeVpcs", &[]).await;
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    file["world"].as_object_mut().unwrap().remove("iam").unwrap();
    let network = file["world"]["regions"]["eu-west-2"]["network"].as_object_mut().unwrap();
    for member in ["route_tables", "internet_gateways", "acls", "endpoints", "interfaces"] {
        network.remove(member).unwrap();
    }
    for vpc in network["vpcs"].as_array_mut().unwrap() {
        vpc.as_object_mut().unwrap().remove("dns_support").unwrap();
    }
    std::fs::write(&path, file.to_string()).unwrap();
    let sandbox = open();
    let tables = ec2(&sandbox, "DescribeRouteTables", &[]).await;
    assert_eq!(tables.all("main"), ["true", "true"]);
    let acls = ec2(&sandbox, "DescribeNetworkAcls", &[]).await;
    assert_eq!(acls.all("default"), ["true", "true"]);
    let profile = iam(&sandbox, "GetInstanceProfile", &[("InstanceProfileName", "bastion")]).await;
    assert_eq!(profile.one("RoleName"), "bastion");
}

/// A rule of a network ACL ahead of the wide one swallows what a session sends on to a database.
#[tokio::test(start_paused = true)]
async fn acls_decide_who_is_reached() {
    let cloud = with(Options::default()).await;
    echoes(&cloud.sandbox);
    let said = async || {
        let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
        client.say(3, b"orders?").await;
        words(&client.gather(Duration::from_secs(30)).await)
    };
    let open = said().await;
    let of_default = [("Filter.1.Name", "default"), ("Filter.1.Value.1", "true")];
    let acls = ec2(&cloud.sandbox, "DescribeNetworkAcls", &of_default).await;
    let acl = acls.part("item", "subnetId", "subnet-06e340b9cffb37a98").one("networkAclId");
    let mut entry =
        vec![("NetworkAclId", acl.as_str()), ("RuleNumber", "90"), ("Protocol", "6"), ("RuleAction", "deny")];
    entry.extend([
        ("Egress", "false"),
        ("CidrBlock", "172.31.0.0/16"),
        ("PortRange.From", "5432"),
        ("PortRange.To", "5432"),
    ]);
    ec2(&cloud.sandbox, "CreateNetworkAclEntry", &entry).await;
    assert_ne!(said().await, open);
    let entry = [("NetworkAclId", acl.as_str()), ("RuleNumber", "90"), ("Egress", "false")];
    ec2(&cloud.sandbox, "DeleteNetworkAclEntry", &entry).await;
    assert_eq!(said().await, open);
}
