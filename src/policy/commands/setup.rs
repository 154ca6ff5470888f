//! What `access setup` makes and `access teardown` removes.

use super::access::AROUND;
use crate::{
    model::ACCESS_TAG,
    policy::{
        option::With,
        permission::{Given, Permission, Resource},
    },
};

const fn row(
    sid: &'static str,
    actions: &'static [&'static str],
    on: &'static [Resource],
    given: Given,
    when: Option<With>,
) -> Permission {
    Permission { sid, actions, on, given, when }
}

/// The parts, before each move.
pub(super) const LOOK: &[Permission] = &[
    row("LookAtTheWay", &["rds:DescribeDBInstances"], &[Resource::Everything], Given::Nothing, None),
    row("LookAtTheWay", AROUND, &[Resource::Everything], Given::Nothing, None),
    row(
        "LookAtRoleAndProfile",
        &["iam:GetInstanceProfile", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
        &[Resource::OwnRole, Resource::OwnProfile],
        Given::Nothing,
        None,
    ),
    row(
        "LookAtSubnetGroup",
        &["rds:ListTagsForResource"],
        &[Resource::OwnSubnetGroup],
        Given::Nothing,
        Some(With::Subnets),
    ),
    row(
        "LookAtPreferences",
        &["ssm:GetDocument", "ssm:ListTagsForResource"],
        &[PREFERENCES],
        Given::Nothing,
        Some(With::Logs),
    ),
];

const PREFERENCES: Resource = Resource::Document(crate::model::PREFERENCES);
const SECURITY_GROUP: Resource = Resource::Ec2("security-group");
const VPC: Resource = Resource::Ec2("vpc");
const SUBNET: Resource = Resource::Ec2("subnet");
const NETWORK_ACL: Resource = Resource::Ec2("network-acl");
const SETS: Given = Given::SetsTag(ACCESS_TAG);
const HAS: Given = Given::HasTag(ACCESS_TAG);

/// `access setup`. Rules go into security groups and network ACLs of others, too, and those can't be told by a tag.
pub(super) const MAKE: &[Permission] = &[
    row("FindAmi", &["ssm:GetParameters"], &[Resource::PublicParameters], Given::Nothing, None),
    row(
        "UseTheVpc",
        &["ec2:CreateSecurityGroup", "ec2:CreateVpcEndpoint", "ec2:ModifyVpcAttribute"],
        &[VPC],
        Given::Nothing,
        None,
    ),
    row(
        "UseWhatIsThere",
        &["ec2:CreateVpcEndpoint", "ec2:RunInstances"],
        &[Resource::Images, Resource::Ec2("network-interface"), SECURITY_GROUP, SUBNET],
        Given::Nothing,
        None,
    ),
    // What is new carries our tag from the first moment; a bastion's tags are those of machine and volume.
    row(
        "MakeTagged",
        &["ec2:CreateSecurityGroup", "ec2:CreateVpcEndpoint", "ec2:RunInstances"],
        &[Resource::Ec2("instance"), SECURITY_GROUP, Resource::Ec2("volume"), Resource::Ec2("vpc-endpoint")],
        SETS,
        None,
    ),
    row(
        "MakeRules",
        &["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"],
        &[SECURITY_GROUP],
        Given::Nothing,
        None,
    ),
    row("CloseOwnGroups", &["ec2:RevokeSecurityGroupEgress"], &[SECURITY_GROUP], HAS, None),
    row("MakeRulesOfAcls", &["ec2:CreateNetworkAclEntry"], &[NETWORK_ACL], Given::Nothing, None),
    // For private DNS.
    row("NameEndpoints", &["route53:AssociateVPCWithHostedZone"], &[Resource::HostedZones], Given::Nothing, None),
    // To EC2 with RunInstances, and with AddRoleToInstanceProfile; whether that one names a service has no source.
    row("GiveBastionItsRole", &["iam:PassRole"], &[Resource::OwnRole], Given::Nothing, None),
    row(
        "TagWhatIsMade",
        &["ec2:CreateTags"],
        &[
            Resource::Ec2("instance"),
            Resource::Ec2("route-table"),
            SECURITY_GROUP,
            SUBNET,
            Resource::Ec2("volume"),
            Resource::Ec2("vpc-endpoint"),
        ],
        Given::MadeBy(&[
            "CreateRouteTable",
            "CreateSecurityGroup",
            "CreateSubnet",
            "CreateVpcEndpoint",
            "RunInstances",
        ]),
        None,
    ),
    row("UseTheVpc", &["ec2:CreateRouteTable", "ec2:CreateSubnet"], &[VPC], Given::Nothing, Some(With::Subnets)),
    row(
        "MakeSubnets",
        &["ec2:CreateRouteTable", "ec2:CreateSubnet"],
        &[SUBNET, Resource::Ec2("route-table")],
        SETS,
        Some(With::Subnets),
    ),
    row(
        "JoinOwnSubnets",
        &["ec2:AssociateRouteTable"],
        &[SUBNET, Resource::Ec2("route-table")],
        HAS,
        Some(With::Subnets),
    ),
    row(
        "MakeSubnetGroup",
        &["rds:AddTagsToResource", "rds:CreateDBSubnetGroup"],
        &[Resource::OwnSubnetGroup],
        Given::Nothing,
        Some(With::Subnets),
    ),
    // IAM asks for the two of tags where a create carries tags.
    row(
        "MakeRoleAndProfile",
        &[
            "iam:AddRoleToInstanceProfile",
            "iam:CreateInstanceProfile",
            "iam:CreateRole",
            "iam:TagInstanceProfile",
            "iam:TagRole",
        ],
        &[Resource::OwnRole, Resource::OwnProfile],
        Given::Nothing,
        Some(With::Iam),
    ),
    row("LetBastionLog", &["iam:PutRolePolicy"], &[Resource::OwnRole], Given::Nothing, Some(With::Logs)),
    // AWS names iam:PassRole among what CreateDocument leads to: for automations, which these aren't.
    row(
        "SetPreferences",
        &["ssm:AddTagsToResource", "ssm:CreateDocument"],
        &[PREFERENCES],
        Given::Nothing,
        Some(With::Logs),
    ),
    row("AttachAgentsPolicy", &["iam:AttachRolePolicy"], &[Resource::OwnRole], Given::AgentsPolicy, Some(With::Iam)),
];

/// `access teardown`
pub(super) const REMOVE: &[Permission] = &[
    row("SwitchDnsBack", &["ec2:ModifyVpcAttribute"], &[VPC], Given::Nothing, None),
    row(
        "RemoveRules",
        &["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
        &[SECURITY_GROUP],
        Given::Nothing,
        None,
    ),
    row("RemoveRulesOfAcls", &["ec2:DeleteNetworkAclEntry"], &[NETWORK_ACL], Given::Nothing, None),
    row(
        "RemoveOwn",
        &["ec2:DeleteSecurityGroup", "ec2:DeleteVpcEndpoints", "ec2:TerminateInstances"],
        &[Resource::Ec2("instance"), SECURITY_GROUP, Resource::Ec2("vpc-endpoint")],
        HAS,
        None,
    ),
    row(
        "RemoveOwnSubnets",
        &["ec2:DeleteRouteTable", "ec2:DeleteSubnet", "ec2:DisassociateRouteTable"],
        &[Resource::Ec2("route-table"), SUBNET],
        HAS,
        Some(With::Subnets),
    ),
    row(
        "RemoveSubnetGroup",
        &["rds:DeleteDBSubnetGroup"],
        &[Resource::OwnSubnetGroup],
        Given::HasTag(ACCESS_TAG),
        Some(With::Subnets),
    ),
    row(
        "RemoveRoleAndProfile",
        &["iam:DeleteInstanceProfile", "iam:DeleteRole", "iam:RemoveRoleFromInstanceProfile"],
        &[Resource::OwnRole, Resource::OwnProfile],
        Given::Nothing,
        Some(With::Iam),
    ),
    row("RemoveLogsOfBastion", &["iam:DeleteRolePolicy"], &[Resource::OwnRole], Given::Nothing, Some(With::Logs)),
    row("RemovePreferences", &["ssm:DeleteDocument"], &[PREFERENCES], Given::HasTag(ACCESS_TAG), Some(With::Logs)),
    row("DetachAgentsPolicy", &["iam:DetachRolePolicy"], &[Resource::OwnRole], Given::AgentsPolicy, Some(With::Iam)),
];
