//! What the audit reads of a way to a database.

use crate::{
    model::PREFERENCES,
    policy::permission::{Given, Permission, Resource},
};

/// What shows a database's surroundings.
pub(super) const AROUND: &[&str] = &[
    "rds:DescribeDBSubnetGroups",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ssm:DescribeInstanceInformation",
];

/// `access audit`: but for the database itself, what can't be read costs only the checks that rest on it.
pub(super) const NETWORK: &[Permission] = &[
    Permission {
        sid: "LookAtDatabase",
        actions: &["rds:DescribeDBInstances"],
        on: &[Resource::Everything],
        given: Given::Nothing,
        when: None,
    },
    Permission {
        sid: "OptionalNetwork",
        actions: AROUND,
        on: &[Resource::Everything],
        given: Given::Nothing,
        when: None,
    },
];

/// What a setup's last audit reads beyond what the setup has looked at.
pub(super) const REST: &[Permission] = &[
    Permission {
        sid: "OptionalPrefixLists",
        actions: &["ec2:DescribePrefixLists"],
        on: &[Resource::Everything],
        given: Given::Nothing,
        when: None,
    },
    Permission {
        sid: "OptionalPreferences",
        actions: &["ssm:GetDocument"],
        on: &[Resource::Document(PREFERENCES)],
        given: Given::Nothing,
        when: None,
    },
    // Of the caller, and of the caller's role; IAM's own managed policies are read by it without more.
    Permission {
        sid: "OptionalSimulation",
        actions: &["iam:GetRole", "iam:SimulatePrincipalPolicy"],
        on: &[Resource::AnyRole, Resource::AnyUser],
        given: Given::Nothing,
        when: None,
    },
    // The bastion's, whatever they are called.
    Permission {
        sid: "OptionalRole",
        actions: &[
            "iam:GetInstanceProfile",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ],
        on: &[Resource::AnyProfile, Resource::AnyRole, Resource::AnyPolicy],
        given: Given::Nothing,
        when: None,
    },
];
