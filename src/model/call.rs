//! The calls of a migration that change something in AWS. Nothing else does, but for [`AccessCall`](super::AccessCall).

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{AwsTime, SecurityRule, SettingValues, Tags};

/// One mutating call, complete: `aws/` adds nothing of its own to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action")]
pub enum Call {
    /// `CreateDBSnapshot`
    CreateDBSnapshot {
        /// Name of the source, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the source.
        resource_id: String,
        /// Name of the snapshot to make.
        snapshot: String,
        /// Its tags.
        tags: Tags,
    },
    /// `CopyDBSnapshot` with a key, which encrypts the copy.
    CopyDBSnapshot {
        /// Name of the snapshot to copy.
        source: String,
        /// Name of the copy to make.
        target: String,
        /// ARN of the key.
        kms_key_id: String,
        /// Its tags.
        tags: Tags,
    },
    /// `RestoreDBInstanceFromDBSnapshot`
    RestoreDBInstanceFromDBSnapshot {
        /// Name of the snapshot to restore.
        snapshot: String,
        /// Name of the instance to make.
        target: String,
        /// Its settings, tags among them.
        settings: SettingValues,
    },
    /// `ModifyDBInstance`, at once.
    ModifyDBInstance {
        /// Name of the instance, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the instance.
        resource_id: String,
        /// The settings to change, absolute.
        settings: SettingValues,
    },
    /// `RebootDBInstance`, without failover.
    RebootDBInstance {
        /// Name of the instance, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the instance.
        resource_id: String,
    },
    /// `StopDBInstance`: only what this migration made.
    StopDBInstance {
        /// Name of the instance, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the instance.
        resource_id: String,
    },
    /// `AddRoleToDBInstance`: the database itself takes the role for one of its features.
    AddRoleToDBInstance {
        /// Name of the instance, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the instance.
        resource_id: String,
        /// ARN of the role.
        role_arn: String,
        /// The feature that it is for.
        feature: String,
    },
    /// `ModifyDBSnapshot`: upgrades the engine version of a snapshot of ours.
    ModifyDBSnapshot {
        /// Name of the snapshot.
        snapshot: String,
        /// The version to upgrade it to.
        engine_version: String,
    },
    /// `CreateSecurityGroup`, of EC2: a group of the copy's own.
    CreateSecurityGroup {
        /// Its name, which is unique in its VPC.
        name: String,
        /// The VPC that it is made in.
        vpc_id: String,
        /// Its tags.
        tags: Tags,
    },
    /// `AuthorizeSecurityGroupIngress`, of EC2, on a group of ours.
    AuthorizeSecurityGroupIngress {
        /// Name of the group.
        name: String,
        /// Its identity.
        group_id: String,
        /// What is let in.
        rules: BTreeSet<SecurityRule>,
    },
    /// `AuthorizeSecurityGroupEgress`, of EC2, on a group of ours.
    AuthorizeSecurityGroupEgress {
        /// Name of the group.
        name: String,
        /// Its identity.
        group_id: String,
        /// What is let out.
        rules: BTreeSet<SecurityRule>,
    },
    /// `RevokeSecurityGroupEgress`, of EC2, on a group of ours: a new one lets everything out.
    RevokeSecurityGroupEgress {
        /// Name of the group.
        name: String,
        /// Its identity.
        group_id: String,
        /// What is let out no more.
        rules: BTreeSet<SecurityRule>,
    },
    /// `DeleteSecurityGroup`, of EC2: only what this migration made.
    DeleteSecurityGroup {
        /// Name of the group.
        name: String,
        /// Its identity.
        group_id: String,
    },
    /// `DeleteDBInstance`, without a last snapshot and with its automated backups: only what this migration made.
    DeleteDBInstance {
        /// Name of the instance, checked against `resource_id` in the same turn.
        instance: String,
        /// Identity of the instance.
        resource_id: String,
    },
    /// `DeleteDBSnapshot`: only what this migration made.
    DeleteDBSnapshot {
        /// Name of the snapshot. It has no id of its own: when it was made is checked in the same turn.
        snapshot: String,
        /// When it was made; nothing where AWS never showed it.
        created: Option<AwsTime>,
    },
}

/// The kinds of things that a migration makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// The plain snapshot.
    Snapshot,
    /// Its encrypted copy.
    EncryptedCopy,
    /// The encrypted instance.
    Instance,
    /// A security group of the copy's own.
    SecurityGroup,
}

impl ResourceKind {
    /// Whether the same call deletes both.
    #[must_use]
    pub fn is_deleted_like(self, other: Self) -> bool {
        self.deletion() == other.deletion()
    }

    /// The call that deletes one, in AWS's word.
    #[must_use]
    pub fn deletion(self) -> &'static str {
        match self {
            Self::Snapshot | Self::EncryptedCopy => "DeleteDBSnapshot",
            Self::Instance => "DeleteDBInstance",
            Self::SecurityGroup => "DeleteSecurityGroup",
        }
    }
}

impl Call {
    /// What kind of thing it makes, if it makes one.
    #[must_use]
    pub fn makes(&self) -> Option<ResourceKind> {
        match self {
            Self::CreateDBSnapshot { .. } => Some(ResourceKind::Snapshot),
            Self::CopyDBSnapshot { .. } => Some(ResourceKind::EncryptedCopy),
            Self::RestoreDBInstanceFromDBSnapshot { .. } => Some(ResourceKind::Instance),
            Self::CreateSecurityGroup { .. } => Some(ResourceKind::SecurityGroup),
            _ => None,
        }
    }

    /// The service that it asks, which is the prefix of its IAM action.
    #[must_use]
    pub fn service(&self) -> &'static str {
        match self {
            Self::CreateSecurityGroup { .. }
            | Self::AuthorizeSecurityGroupIngress { .. }
            | Self::AuthorizeSecurityGroupEgress { .. }
            | Self::RevokeSecurityGroupEgress { .. }
            | Self::DeleteSecurityGroup { .. } => "ec2",
            _ => "rds",
        }
    }

    /// AWS's name for it, which is also its IAM action's after [`service`](Self::service).
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::CreateDBSnapshot { .. } => "CreateDBSnapshot",
            Self::CopyDBSnapshot { .. } => "CopyDBSnapshot",
            Self::RestoreDBInstanceFromDBSnapshot { .. } => "RestoreDBInstanceFromDBSnapshot",
            Self::ModifyDBInstance { .. } => "ModifyDBInstance",
            Self::RebootDBInstance { .. } => "RebootDBInstance",
            Self::StopDBInstance { .. } => "StopDBInstance",
            Self::AddRoleToDBInstance { .. } => "AddRoleToDBInstance",
            Self::ModifyDBSnapshot { .. } => "ModifyDBSnapshot",
            Self::CreateSecurityGroup { .. } => "CreateSecurityGroup",
            Self::AuthorizeSecurityGroupIngress { .. } => "AuthorizeSecurityGroupIngress",
            Self::AuthorizeSecurityGroupEgress { .. } => "AuthorizeSecurityGroupEgress",
            Self::RevokeSecurityGroupEgress { .. } => "RevokeSecurityGroupEgress",
            Self::DeleteSecurityGroup { .. } => "DeleteSecurityGroup",
            Self::DeleteDBInstance { .. } => "DeleteDBInstance",
            Self::DeleteDBSnapshot { .. } => "DeleteDBSnapshot",
        }
    }

    /// The name of the resource that it makes or changes.
    #[must_use]
    pub fn resource(&self) -> &str {
        match self {
            Self::CreateDBSnapshot { snapshot, .. }
            | Self::ModifyDBSnapshot { snapshot, .. }
            | Self::DeleteDBSnapshot { snapshot, .. } => snapshot,
            Self::CopyDBSnapshot { target, .. } | Self::RestoreDBInstanceFromDBSnapshot { target, .. } => target,
            Self::ModifyDBInstance { instance, .. }
            | Self::RebootDBInstance { instance, .. }
            | Self::StopDBInstance { instance, .. }
            | Self::AddRoleToDBInstance { instance, .. }
            | Self::DeleteDBInstance { instance, .. } => instance,
            Self::CreateSecurityGroup { name, .. }
            | Self::AuthorizeSecurityGroupIngress { name, .. }
            | Self::AuthorizeSecurityGroupEgress { name, .. }
            | Self::RevokeSecurityGroupEgress { name, .. }
            | Self::DeleteSecurityGroup { name, .. } => name,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action(), self.resource())?;
        match self {
            Self::ModifyDBInstance { settings, .. } => {
                let changes: Vec<String> =
                    settings.iter().map(|(setting, value)| format!("{setting}={value}")).collect();
                write!(f, " ({})", changes.join(", "))
            }
            Self::AddRoleToDBInstance { role_arn, feature, .. } => write!(f, " ({feature}={role_arn})"),
            Self::ModifyDBSnapshot { engine_version, .. } => write!(f, " (EngineVersion={engine_version})"),
            _ => Ok(()),
        }
    }
}
