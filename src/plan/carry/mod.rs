//! The carry table: how each setting of the source gets onto the copy.
//!
//! A restore forgets most settings and takes AWS's defaults instead (R-REST-3 to R-REST-6). So each is passed to the
//! restore call, set afterwards by `ModifyDBInstance`, or known to come along; and all are read back.
//! What Modify can mend isn't passed at restore where passing could make the restore fail.

mod losses;
mod members;
mod table;
mod values;
mod ways;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use members::{Known, Loss, MEMBERS, Member, Way, lost};
pub use table::TABLE;

use super::Finding;
use crate::model::{DbInstance, Setting, Value};

/// A setting of the source, and how it gets onto the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSetting {
    /// Which.
    pub setting: Setting,
    /// What the source has.
    pub source: Value,
    /// What the copy must show at the end.
    pub wanted: Value,
    /// What the restore call passes; nothing where it passes nothing.
    pub at_restore: Option<Value>,
    /// The Modify that sets or mends it; nothing where none does.
    pub settle: Option<SettleGroup>,
}

/// The Modify calls of Settle, in their order. Members that AWS checks together share one; what can fail
/// apart goes apart (rule 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SettleGroup {
    /// The security groups.
    SecurityGroups,
    /// Both windows: AWS refuses them where they overlap.
    Windows,
    /// SQL Server's standby, which needs backups first.
    Standby,
    /// Enhanced monitoring: AWS wants interval and role together.
    Monitoring,
    /// Performance and Database Insights: mode, key and retention depend on each other.
    Insights,
    /// Which logs go to CloudWatch.
    LogExports,
    /// Logging in by IAM.
    IamAuthentication,
    /// Storage type and its throughput, for SQL Server.
    Storage,
    /// How far storage may grow by itself.
    StorageAutoscaling,
    /// Enrolment in Extended Support.
    ExtendedSupport,
    /// Minor version upgrades.
    MinorVersionUpgrades,
    /// Deletion protection, late: a wreck under protection can't be removed.
    DeletionProtection,
    /// Backups, alone and last: AWS takes a first one at once and refuses all else meanwhile.
    BackupRetention,
}

impl SettleGroup {
    /// All of them, in order.
    pub const ORDER: [Self; 13] = [
        Self::SecurityGroups,
        Self::Windows,
        Self::Standby,
        Self::Monitoring,
        Self::Insights,
        Self::LogExports,
        Self::IamAuthentication,
        Self::Storage,
        Self::StorageAutoscaling,
        Self::ExtendedSupport,
        Self::MinorVersionUpgrades,
        Self::DeletionProtection,
        Self::BackupRetention,
    ];
}

impl PlannedSetting {
    /// How it gets onto this copy.
    #[must_use]
    pub fn way(&self) -> Way {
        match self.settle {
            _ if self.at_restore.as_ref() == Some(&self.wanted) => Way::AtRestore,
            Some(group) => Way::Afterwards(group),
            None => Way::WithTheData,
        }
    }
}

/// The name that a setting has in what AWS shows of an instance.
#[must_use]
pub fn member_of(setting: Setting) -> Option<&'static str> {
    MEMBERS.iter().find(|member| member.known == Known::Compared(setting)).map(|member| member.name)
}

/// One row: how a setting is read from AWS's answer, and how it is carried from this source.
pub struct Row {
    /// Which.
    pub setting: Setting,
    /// Reads it. Nothing where AWS showed nothing.
    pub read: fn(&DbInstance) -> Option<Value>,
    carry: fn(&Origin<'_>, Value) -> Carried,
}

/// Where a setting comes from, and what its way depends on.
pub struct Origin<'a> {
    /// The source.
    pub source: &'a DbInstance,
    /// The certificate authorities that the Region offers; nothing where they couldn't be read.
    pub certificates: Option<&'a [String]>,
    /// Whether the version's major is in standard support; nothing where AWS doesn't say.
    pub major_in_standard_support: Option<bool>,
}

/// How a value is carried.
struct Carried {
    /// Nothing where it is neither carried nor compared.
    wanted: Option<Value>,
    at_restore: Option<Value>,
    settle: Option<SettleGroup>,
}

/// Plans each setting that the source shows, and that is carried or compared.
#[must_use]
pub fn plan_settings(origin: &Origin<'_>) -> Vec<PlannedSetting> {
    looked_through(origin).filter_map(Result::ok).collect()
}

/// The settings that the source shows and that are neither carried nor compared, with their values there.
#[must_use]
pub fn left_out(origin: &Origin<'_>) -> Vec<(Setting, Value)> {
    looked_through(origin).filter_map(Result::err).collect()
}

fn looked_through(origin: &Origin<'_>) -> impl Iterator<Item = Result<PlannedSetting, (Setting, Value)>> {
    TABLE.iter().filter_map(|row| {
        let source = (row.read)(origin.source)?;
        let Carried { wanted, at_restore, settle } = (row.carry)(origin, source.clone());
        Some(match wanted {
            Some(wanted) => Ok(PlannedSetting { setting: row.setting, source, wanted, at_restore, settle }),
            None => Err((row.setting, source)),
        })
    })
}

/// Reads one setting from what AWS shows.
#[must_use]
pub fn read(setting: Setting, instance: &DbInstance) -> Option<Value> {
    TABLE.iter().find(|row| row.setting == setting).and_then(|row| (row.read)(instance))
}

/// Whether AWS shows what is wanted. More tags than wanted are no loss: many accounts tag by themselves.
#[must_use]
pub fn holds(setting: Setting, wanted: &Value, instance: &DbInstance) -> bool {
    match (wanted, read(setting, instance)) {
        (Value::Tags(wanted), Some(Value::Tags(shown))) => {
            wanted.iter().all(|(key, value)| shown.get(key) == Some(value))
        }
        (wanted, shown) => shown.as_ref() == Some(wanted),
    }
}
