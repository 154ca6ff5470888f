//! What stands around a database and goes by its name, its identity or its place.

use super::{AwsTime, Tags};

/// A blue/green deployment that begins at the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// `BlueGreenDeploymentName`, or else its identifier.
    pub name: String,
    /// `Status`, in AWS's word: `AVAILABLE`, `SWITCHOVER_IN_PROGRESS`, `SWITCHOVER_COMPLETED` and others.
    pub status: Option<String>,
}

/// A snapshot that others may restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSnapshot {
    /// Its name.
    pub name: String,
    /// The accounts; `all` is everybody.
    pub with: Vec<String>,
}

impl SharedSnapshot {
    /// Whether everybody may restore it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.with.iter().any(|account| account == "all")
    }
}

/// What AWS wants to do to the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingMaintenance {
    /// `Action`: `system-update`, `db-upgrade`, `hardware-maintenance` and others.
    pub action: String,
    /// `Description`, in AWS's words.
    pub description: Option<String>,
    /// The earliest of `ForcedApplyDate`, `AutoAppliedAfterDate` and `CurrentApplyDate`.
    pub due: Option<AwsTime>,
}

/// A parameter that somebody set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `ParameterName`
    pub name: String,
    /// `ParameterValue`
    pub value: String,
}

/// A subnet of a DB subnet group, as RDS shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSubnet {
    /// `SubnetIdentifier`
    pub id: String,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// `SubnetStatus`: `Active` where it can be used.
    pub status: Option<String>,
}

/// A subnet as EC2 shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnet {
    /// `SubnetId`
    pub id: String,
    /// `AvailabilityZone`
    pub zone: Option<String>,
    /// `State`: `available` where it can be used.
    pub state: Option<String>,
    /// `AvailableIpAddressCount`
    pub free: Option<i32>,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// `CidrBlock`, and those of `Ipv6CidrBlockAssociationSet` that are associated.
    pub cidrs: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What was found among many of which only so many were looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounded<T> {
    /// What was found.
    pub found: Vec<T>,
    /// How many were looked at, where there are more.
    pub only: Option<usize>,
}
