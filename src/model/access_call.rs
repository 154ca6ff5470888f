//! The calls that change something of the way to a database: its subnets, borders, bastion and endpoints.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AclEntry, PREFERENCES, SecurityRule, Tags};

/// One mutating call of `access setup` or `access teardown`, complete: `aws/` adds nothing of its own to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action")]
pub enum AccessCall {
    /// `ModifyVpcAttribute`
    ModifyVpcAttribute {
        /// The VPC.
        vpc_id: String,
        /// Which of its attributes.
        attribute: DnsAttribute,
        /// What it becomes.
        value: bool,
    },
    /// `CreateSubnet`
    CreateSubnet {
        /// The VPC.
        vpc_id: String,
        /// Its IPv4 addresses.
        cidr: String,
        /// Its Availability Zone.
        zone: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteSubnet`: only what the setup made.
    DeleteSubnet {
        /// Its id.
        subnet_id: String,
    },
    /// `CreateRouteTable`, which begins with the route inside of the VPC alone.
    CreateRouteTable {
        /// The VPC.
        vpc_id: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteRouteTable`: only what the setup made.
    DeleteRouteTable {
        /// Its id.
        table_id: String,
    },
    /// `AssociateRouteTable`: both are of the setup.
    AssociateRouteTable {
        /// The table's id.
        table_id: String,
        /// The subnet's id.
        subnet_id: String,
    },
    /// `DisassociateRouteTable`
    DisassociateRouteTable {
        /// The association's id.
        association_id: String,
    },
    /// `CreateDBSubnetGroup`, of RDS.
    CreateDBSubnetGroup {
        /// Its name.
        name: String,
        /// Its subnets, by id.
        subnets: Vec<String>,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteDBSubnetGroup`, of RDS: only what the setup made.
    DeleteDBSubnetGroup {
        /// Its name.
        name: String,
    },
    /// `CreateSecurityGroup`
    CreateSecurityGroup {
        /// Its name, which is unique in its VPC.
        name: String,
        /// What EC2 shows people of it.
        description: String,
        /// The VPC.
        vpc_id: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteSecurityGroup`: only what the setup made.
    DeleteSecurityGroup {
        /// Its id.
        group_id: String,
    },
    /// `AuthorizeSecurityGroupIngress` or `AuthorizeSecurityGroupEgress`, of one rule.
    Authorize {
        /// The group's id.
        group_id: String,
        /// Whether it is for what leaves.
        egress: bool,
        /// The rule.
        rule: SecurityRule,
    },
    /// `RevokeSecurityGroupIngress` or `RevokeSecurityGroupEgress`, of one rule.
    Revoke {
        /// The group's id.
        group_id: String,
        /// Whether it is for what leaves.
        egress: bool,
        /// The rule.
        rule: SecurityRule,
    },
    /// `CreateNetworkAclEntry`
    CreateNetworkAclEntry {
        /// The network ACL's id.
        acl_id: String,
        /// The rule, with its number.
        entry: AclEntry,
    },
    /// `DeleteNetworkAclEntry`: only what the setup made.
    DeleteNetworkAclEntry {
        /// The network ACL's id.
        acl_id: String,
        /// The rule's number.
        number: i32,
        /// Whether it is for what leaves.
        egress: bool,
    },
    /// `CreateRole`, of IAM, which EC2 may take on.
    CreateRole {
        /// Its name, which is unique in the account.
        role: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteRole`, of IAM: only what the setup made.
    DeleteRole {
        /// Its name.
        role: String,
    },
    /// `AttachRolePolicy`, of IAM, on a role of the setup.
    AttachRolePolicy {
        /// The role's name.
        role: String,
        /// The managed policy.
        policy_arn: String,
    },
    /// `DetachRolePolicy`, of IAM, on a role of the setup.
    DetachRolePolicy {
        /// The role's name.
        role: String,
        /// The managed policy.
        policy_arn: String,
    },
    /// `PutRolePolicy`, of IAM, on a role of the setup: that it may write the logs of sessions.
    PutRolePolicy {
        /// The role's name.
        role: String,
        /// The inline policy's name.
        policy: String,
        /// Its text, in JSON.
        document: String,
    },
    /// `DeleteRolePolicy`, of IAM, on a role of the setup.
    DeleteRolePolicy {
        /// The role's name.
        role: String,
        /// The inline policy's name.
        policy: String,
    },
    /// `CreateDocument`, of Systems Manager: the account's preferences for sessions, where nobody has saved any.
    CreatePreferences {
        /// The log group that sessions are logged to.
        log_group: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteDocument`, of Systems Manager: only preferences that the setup made, and nobody has changed since.
    DeletePreferences,
    /// `CreateInstanceProfile`, of IAM.
    CreateInstanceProfile {
        /// Its name, which is unique in the account.
        profile: String,
        /// Its tags.
        tags: Tags,
    },
    /// `DeleteInstanceProfile`, of IAM: only what the setup made.
    DeleteInstanceProfile {
        /// Its name.
        profile: String,
    },
    /// `AddRoleToInstanceProfile`, of IAM: both are of the setup.
    AddRoleToInstanceProfile {
        /// The profile's name.
        profile: String,
        /// The role's name.
        role: String,
    },
    /// `RemoveRoleFromInstanceProfile`, of IAM: both are of the setup.
    RemoveRoleFromInstanceProfile {
        /// The profile's name.
        profile: String,
        /// The role's name.
        role: String,
    },
    /// `CreateVpcEndpoint`, an interface with private DNS.
    CreateVpcEndpoint {
        /// The VPC.
        vpc_id: String,
        /// The service: `com.amazonaws.eu-west-2.ssm`.
        service: String,
        /// Its subnets, by id.
        subnets: Vec<String>,
        /// Its security group, by id.
        group_id: String,
        /// Its tags.
        tags: Tags,
        /// `ClientToken`: the same call twice makes one.
        token: String,
    },
    /// `DeleteVpcEndpoints`, of one: only what the setup made.
    DeleteVpcEndpoint {
        /// Its id.
        endpoint_id: String,
    },
    /// `RunInstances`, of one, without key pair and public address, and with the second version of metadata alone.
    RunInstance {
        /// The AMI.
        image_id: String,
        /// The instance type.
        instance_type: String,
        /// The subnet.
        subnet_id: String,
        /// Its security group, by id.
        group_id: String,
        /// The name of its instance profile.
        profile: String,
        /// Its tags.
        tags: Tags,
        /// `ClientToken`: the same call twice makes one.
        token: String,
    },
    /// `TerminateInstances`, of one: only what the setup made.
    TerminateInstance {
        /// Its id.
        instance_id: String,
    },
}

/// One of a VPC's two attributes of DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsAttribute {
    /// `enableDnsSupport`
    Support,
    /// `enableDnsHostnames`
    Hostnames,
}

impl fmt::Display for DnsAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Support => "enableDnsSupport",
            Self::Hostnames => "enableDnsHostnames",
        })
    }
}

impl AccessCall {
    /// Whether something is there after it that wasn't before.
    #[must_use]
    pub fn makes(&self) -> bool {
        if let Self::ModifyVpcAttribute { value, .. } = self {
            return *value;
        }
        let name = self.action().rsplit(':').next().unwrap_or_default();
        ["Create", "Associate", "Authorize", "Attach", "Put", "Add", "Run"].iter().any(|it| name.starts_with(it))
    }

    /// Whether the other is the same call, or another attempt at it with a token of its own.
    #[must_use]
    pub fn is_again(&self, other: &Self) -> bool {
        let without_token = |call: &Self| {
            let mut call = call.clone();
            if let Self::CreateVpcEndpoint { token, .. } | Self::RunInstance { token, .. } = &mut call {
                token.clear();
            }
            call
        };
        without_token(self) == without_token(other)
    }

    /// AWS's name for it, after its service: its IAM action.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::ModifyVpcAttribute { .. } => "ec2:ModifyVpcAttribute",
            Self::CreateSubnet { .. } => "ec2:CreateSubnet",
            Self::DeleteSubnet { .. } => "ec2:DeleteSubnet",
            Self::CreateRouteTable { .. } => "ec2:CreateRouteTable",
            Self::DeleteRouteTable { .. } => "ec2:DeleteRouteTable",
            Self::AssociateRouteTable { .. } => "ec2:AssociateRouteTable",
            Self::DisassociateRouteTable { .. } => "ec2:DisassociateRouteTable",
            Self::CreateDBSubnetGroup { .. } => "rds:CreateDBSubnetGroup",
            Self::DeleteDBSubnetGroup { .. } => "rds:DeleteDBSubnetGroup",
            Self::CreateSecurityGroup { .. } => "ec2:CreateSecurityGroup",
            Self::DeleteSecurityGroup { .. } => "ec2:DeleteSecurityGroup",
            Self::Authorize { egress: false, .. } => "ec2:AuthorizeSecurityGroupIngress",
            Self::Authorize { egress: true, .. } => "ec2:AuthorizeSecurityGroupEgress",
            Self::Revoke { egress: false, .. } => "ec2:RevokeSecurityGroupIngress",
            Self::Revoke { egress: true, .. } => "ec2:RevokeSecurityGroupEgress",
            Self::CreateNetworkAclEntry { .. } => "ec2:CreateNetworkAclEntry",
            Self::DeleteNetworkAclEntry { .. } => "ec2:DeleteNetworkAclEntry",
            Self::CreateRole { .. } => "iam:CreateRole",
            Self::DeleteRole { .. } => "iam:DeleteRole",
            Self::AttachRolePolicy { .. } => "iam:AttachRolePolicy",
            Self::DetachRolePolicy { .. } => "iam:DetachRolePolicy",
            Self::PutRolePolicy { .. } => "iam:PutRolePolicy",
            Self::DeleteRolePolicy { .. } => "iam:DeleteRolePolicy",
            Self::CreatePreferences { .. } => "ssm:CreateDocument",
            Self::DeletePreferences => "ssm:DeleteDocument",
            Self::CreateInstanceProfile { .. } => "iam:CreateInstanceProfile",
            Self::DeleteInstanceProfile { .. } => "iam:DeleteInstanceProfile",
            Self::AddRoleToInstanceProfile { .. } => "iam:AddRoleToInstanceProfile",
            Self::RemoveRoleFromInstanceProfile { .. } => "iam:RemoveRoleFromInstanceProfile",
            Self::CreateVpcEndpoint { .. } => "ec2:CreateVpcEndpoint",
            Self::DeleteVpcEndpoint { .. } => "ec2:DeleteVpcEndpoints",
            Self::RunInstance { .. } => "ec2:RunInstances",
            Self::TerminateInstance { .. } => "ec2:TerminateInstances",
        }
    }

    /// What it makes or changes, by name or id.
    #[must_use]
    pub fn resource(&self) -> String {
        match self {
            Self::ModifyVpcAttribute { vpc_id, attribute, value } => format!("{vpc_id} ({attribute}={value})"),
            Self::CreateSubnet { cidr, .. } => cidr.clone(),
            Self::CreateRouteTable { vpc_id, .. } => vpc_id.clone(),
            Self::DeleteSubnet { subnet_id } => subnet_id.clone(),
            Self::DeleteRouteTable { table_id } => table_id.clone(),
            Self::AssociateRouteTable { table_id, subnet_id } => format!("{table_id} to {subnet_id}"),
            Self::DisassociateRouteTable { association_id } => association_id.clone(),
            Self::CreateDBSubnetGroup { name, .. }
            | Self::DeleteDBSubnetGroup { name }
            | Self::CreateSecurityGroup { name, .. } => name.clone(),
            Self::DeleteSecurityGroup { group_id } => group_id.clone(),
            Self::Authorize { group_id, rule, egress } | Self::Revoke { group_id, rule, egress } => {
                format!("{group_id} ({})", rule.in_words(*egress))
            }
            Self::CreateNetworkAclEntry { acl_id, entry } => format!("{acl_id} {}", entry.in_words()),
            Self::DeleteNetworkAclEntry { acl_id, number, .. } => format!("{acl_id} rule {number}"),
            Self::CreateRole { role, .. } | Self::DeleteRole { role } => role.clone(),
            Self::AttachRolePolicy { role, policy_arn } | Self::DetachRolePolicy { role, policy_arn } => {
                format!("{role} ({})", policy_arn.rsplit('/').next().unwrap_or_default())
            }
            Self::PutRolePolicy { role, policy, .. } | Self::DeleteRolePolicy { role, policy } => {
                format!("{role} ({policy})")
            }
            Self::CreatePreferences { .. } | Self::DeletePreferences => PREFERENCES.to_owned(),
            Self::CreateInstanceProfile { profile, .. }
            | Self::DeleteInstanceProfile { profile }
            | Self::AddRoleToInstanceProfile { profile, .. }
            | Self::RemoveRoleFromInstanceProfile { profile, .. } => profile.clone(),
            Self::CreateVpcEndpoint { service, .. } => service.clone(),
            Self::DeleteVpcEndpoint { endpoint_id } => endpoint_id.clone(),
            Self::RunInstance { instance_type, subnet_id, .. } => format!("{instance_type} in {subnet_id}"),
            Self::TerminateInstance { instance_id } => instance_id.clone(),
        }
    }
}

impl fmt::Display for AccessCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action().split_once(':').map_or(self.action(), |(_, action)| action);
        write!(f, "{action} {}", self.resource())
    }
}
