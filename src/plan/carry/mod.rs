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
pub use ways::is_default_group;

use super::{Choices, Finding};
use crate::model::{DbInstance, DbSnapshot, Setting, Value};

/// A setting of the source, and how it gets onto the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSetting {
    /// Which.
    pub setting: Setting,
    /// What the source has; nothing where it shows nothing.
    pub source: Option<Value>,
    /// What the copy must show at the end.
    pub wanted: Value,
    /// What the restore call passes; nothing where it passes nothing.
    pub at_restore: Option<Value>,
    /// The Modify that sets or mends it; nothing where none does.
    pub settle: Option<SettleGroup>,
    /// Why the copy gets something else than the source has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why a copy gets something else than its source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It was asked for.
    Asked,
    /// It follows from something that was asked for.
    Follows,
    /// Never a second public endpoint, unless asked for.
    Private,
    /// A copy that leaves Extended Support may be upgraded by AWS.
    Enrolled,
    /// It was asked to be held back.
    HeldBack,
    /// A security group of its own, whose id is known once it is made.
    Quarantined,
    /// As it was when the snapshot was taken.
    OfTheSnapshot,
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
    /// The directory that it belongs to.
    Domain,
    /// The roles that it takes; each by a call of its own.
    Roles,
    /// The master password, kept by AWS: a new one.
    MasterUserPassword,
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
    pub const ORDER: [Self; 16] = [
        Self::SecurityGroups,
        Self::Windows,
        Self::Standby,
        Self::Monitoring,
        Self::Insights,
        Self::LogExports,
        Self::IamAuthentication,
        Self::Domain,
        Self::Roles,
        Self::MasterUserPassword,
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
    let member = MEMBERS.iter().find(|member| member.known == Known::Compared(setting)).map(|member| member.name);
    member.or(match setting {
        Setting::MasterUserSecretKmsKeyId => Some("MasterUserSecret"),
        Setting::DomainIAMRoleName
        | Setting::DomainFqdn
        | Setting::DomainOu
        | Setting::DomainAuthSecretArn
        | Setting::DomainDnsIps => Some("DomainMemberships"),
        _ => None,
    })
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
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The source.
    pub source: &'a DbInstance,
    /// The certificate authorities that the Region offers; nothing where they couldn't be read.
    pub certificates: Option<&'a [String]>,
    /// Whether the version's major is in standard support; nothing where AWS doesn't say.
    pub major_in_standard_support: Option<bool>,
    /// Whether AWS may raise the version of what is restored by itself, as a finding tells.
    pub version_may_rise: bool,
    /// What was chosen for the copy.
    pub choices: &'a Choices,
    /// The snapshot that it is made from, where that was there before.
    pub snapshot: Option<&'a DbSnapshot>,
}

static NOTHING_CHOSEN: Choices = Choices::NONE;

impl<'a> Origin<'a> {
    /// A source of which nothing else is known, and for which nothing was chosen.
    #[must_use]
    pub fn of(source: &'a DbInstance) -> Self {
        Self {
            source,
            certificates: None,
            major_in_standard_support: None,
            version_may_rise: false,
            choices: &NOTHING_CHOSEN,
            snapshot: None,
        }
    }
}

/// How a value is carried.
struct Carried {
    /// Nothing where it is neither carried nor compared.
    wanted: Option<Value>,
    at_restore: Option<Value>,
    settle: Option<SettleGroup>,
    reason: Option<Reason>,
}

/// Plans each setting that the source shows, and that is carried or compared.
#[must_use]
pub fn plan_settings(origin: &Origin<'_>) -> Vec<PlannedSetting> {
    looked_through(origin).into_iter().filter_map(Result::ok).collect()
}

/// The settings that the source shows and that are neither carried nor compared, with their values there.
#[must_use]
pub fn left_out(origin: &Origin<'_>) -> Vec<(Setting, Value)> {
    looked_through(origin).into_iter().filter_map(Result::err).collect()
}

/// Each row's way is decided by what the copy is to be; the source's own value stands beside it.
fn looked_through(origin: &Origin<'_>) -> Vec<Result<PlannedSetting, (Setting, Value)>> {
    let desired = origin.choices.desired(origin.source, origin.snapshot);
    let desired = Origin { source: &desired, ..*origin };
    let look = |row: &Row| {
        let source = (row.read)(origin.source);
        let Some(value) = (row.read)(desired.source) else {
            return source.map(|source| Err((row.setting, source)));
        };
        let differs = source.as_ref() != Some(&value);
        let Carried { wanted, at_restore, settle, reason } = (row.carry)(&desired, value);
        let reason = reason.or_else(|| differs.then(|| why(origin, row.setting)));
        match (wanted, source) {
            (Some(wanted), source) => {
                let reason = reason.filter(|_| source.as_ref() != Some(&wanted));
                Some(Ok(PlannedSetting { setting: row.setting, source, wanted, at_restore, settle, reason }))
            }
            (None, Some(source)) => Some(Err((row.setting, source))),
            (None, None) => None,
        }
    };
    TABLE.iter().filter_map(look).collect()
}

/// Why the copy is to be another than the source in this.
fn why(origin: &Origin<'_>, setting: Setting) -> Reason {
    let of_snapshot = matches!(setting, Setting::EngineVersion | Setting::AllocatedStorage);
    match origin {
        _ if origin.choices.overrides.contains_key(&setting) => Reason::Asked,
        Origin { choices: Choices { upgrade: Some(_), .. }, .. } if setting == Setting::EngineVersion => Reason::Asked,
        Origin { snapshot: Some(_), .. } if of_snapshot => Reason::OfTheSnapshot,
        _ => Reason::Follows,
    }
}

/// Reads one setting from what AWS shows.
#[must_use]
pub fn read(setting: Setting, instance: &DbInstance) -> Option<Value> {
    TABLE.iter().find(|row| row.setting == setting).and_then(|row| (row.read)(instance))
}

/// Whether AWS shows what is wanted, and that it works. More tags or roles than wanted are no loss: many accounts tag
/// by themselves.
#[must_use]
pub fn holds(setting: Setting, wanted: &Value, instance: &DbInstance) -> bool {
    is_set(setting, wanted, instance) && fault(setting, instance).is_none()
}

/// Whether AWS shows what is wanted, be it at work or not: asking once more would change nothing.
#[must_use]
pub fn is_set(setting: Setting, wanted: &Value, instance: &DbInstance) -> bool {
    match (setting, wanted) {
        (Setting::AssociatedRoles, Value::Tags(wanted)) => {
            let shown = &instance.attached.roles;
            wanted.iter().all(|(feature, arn)| shown.iter().any(|role| role.feature == *feature && role.arn == *arn))
        }
        (_, Value::Tags(wanted)) => {
            let Some(Value::Tags(shown)) = read(setting, instance) else { return wanted.is_empty() };
            wanted.iter().all(|(key, value)| shown.get(key) == Some(value))
        }
        (_, wanted) => read(setting, instance).as_ref() == Some(wanted),
    }
}

/// What AWS says of a setting that is there and doesn't work.
#[must_use]
pub fn fault(setting: Setting, instance: &DbInstance) -> Option<String> {
    let attached = &instance.attached;
    match setting {
        Setting::AssociatedRoles => {
            let role = attached.roles.iter().find(|role| role.status.as_deref() == Some("INVALID"))?;
            Some(format!("the role {} for {} is INVALID", role.arn, role.feature))
        }
        Setting::ManageMasterUserPassword => {
            let secret = attached.master_user_secret.as_ref()?;
            (secret.status.as_deref() == Some("impaired")).then(|| "its secret is impaired".to_owned())
        }
        Setting::Domain | Setting::DomainFqdn => {
            let status = attached.domains.first()?.status.as_deref()?;
            (status == "failed").then(|| "joining it failed".to_owned())
        }
        _ => None,
    }
}

/// What AWS is still about to do with what hangs on an instance.
#[must_use]
pub fn under_way(instance: &DbInstance) -> Option<String> {
    let attached = &instance.attached;
    let role = attached.roles.iter().find(|role| role.status.as_deref() == Some("PENDING"));
    if let Some(role) = role {
        return Some(format!("the role {} is PENDING", role.arn));
    }
    let word = |status: &Option<String>| status.as_deref().map(str::to_owned);
    if let Some(word) = attached.master_user_secret.as_ref().and_then(|secret| word(&secret.status))
        && matches!(word.as_str(), "creating" | "rotating")
    {
        return Some(format!("its master password's secret is {word}"));
    }
    let word = attached.domains.first().and_then(|domain| word(&domain.status))?;
    (!matches!(word.as_str(), "joined" | "kerberos-enabled" | "failed"))
        .then(|| format!("its membership of the directory is {word}"))
}
