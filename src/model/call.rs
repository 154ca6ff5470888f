//! The calls that change something in AWS. Nothing else does.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AwsTime, SettingValues, Tags};

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
}

impl ResourceKind {
    /// Whether the same call deletes both.
    #[must_use]
    pub fn is_deleted_like(self, other: Self) -> bool {
        (self == Self::Instance) == (other == Self::Instance)
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
            Self::ModifyDBInstance { .. }
            | Self::RebootDBInstance { .. }
            | Self::DeleteDBInstance { .. }
            | Self::DeleteDBSnapshot { .. } => None,
        }
    }

    /// AWS's name for it, which is also its IAM action's after `rds:`.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::CreateDBSnapshot { .. } => "CreateDBSnapshot",
            Self::CopyDBSnapshot { .. } => "CopyDBSnapshot",
            Self::RestoreDBInstanceFromDBSnapshot { .. } => "RestoreDBInstanceFromDBSnapshot",
            Self::ModifyDBInstance { .. } => "ModifyDBInstance",
            Self::RebootDBInstance { .. } => "RebootDBInstance",
            Self::DeleteDBInstance { .. } => "DeleteDBInstance",
            Self::DeleteDBSnapshot { .. } => "DeleteDBSnapshot",
        }
    }

    /// The name of the resource that it makes or changes.
    #[must_use]
    pub fn resource(&self) -> &str {
        match self {
            Self::CreateDBSnapshot { snapshot, .. } | Self::DeleteDBSnapshot { snapshot, .. } => snapshot,
            Self::CopyDBSnapshot { target, .. } | Self::RestoreDBInstanceFromDBSnapshot { target, .. } => target,
            Self::ModifyDBInstance { instance, .. }
            | Self::RebootDBInstance { instance, .. }
            | Self::DeleteDBInstance { instance, .. } => instance,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action(), self.resource())?;
        if let Self::ModifyDBInstance { settings, .. } = self {
            let changes: Vec<String> = settings.iter().map(|(setting, value)| format!("{setting}={value}")).collect();
            write!(f, " ({})", changes.join(", "))?;
        }
        Ok(())
    }
}
