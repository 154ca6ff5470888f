//! The settings of a DB instance, under the names that AWS's calls give them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Tags;

/// One setting of a DB instance. The variants are AWS's own member names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant is AWS's member of that name; the carry table says what it does")]
pub enum Setting {
    Engine,
    EngineVersion,
    MasterUsername,
    LicenseModel,
    AllocatedStorage,
    DBInstanceClass,
    Port,
    DBSubnetGroupName,
    VpcSecurityGroupIds,
    PubliclyAccessible,
    StorageType,
    Iops,
    StorageThroughput,
    MultiAZ,
    DBParameterGroupName,
    OptionGroupName,
    CopyTagsToSnapshot,
    Tags,
    CACertificateIdentifier,
    MonitoringInterval,
    MonitoringRoleArn,
    DatabaseInsightsMode,
    EnablePerformanceInsights,
    PerformanceInsightsKMSKeyId,
    PerformanceInsightsRetentionPeriod,
    EnableCloudwatchLogsExports,
    EnableIAMDatabaseAuthentication,
    MaxAllocatedStorage,
    PreferredBackupWindow,
    PreferredMaintenanceWindow,
    AutoMinorVersionUpgrade,
    DeletionProtection,
    BackupRetentionPeriod,
    DBName,
    CharacterSetName,
    Timezone,
    NetworkType,
    DedicatedLogVolume,
    ProcessorFeatures,
    EngineLifecycleSupport,
    NcharCharacterSetName,
    DBSystemId,
    MultiTenant,
    AssociatedRoles,
    ManageMasterUserPassword,
    MasterUserSecretKmsKeyId,
    Domain,
    DomainIAMRoleName,
    DomainFqdn,
    DomainOu,
    DomainAuthSecretArn,
    DomainDnsIps,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A switch.
    Flag(bool),
    /// A number, in AWS's unit.
    Number(i64),
    /// A word.
    Text(String),
    /// Words whose order means nothing; kept sorted.
    List(Vec<String>),
    /// Tags, or other words by name: an IAM role by its feature.
    Tags(Tags),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(on) => f.write_str(if *on { "yes" } else { "no" }),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::List(words) if words.is_empty() => f.write_str("none"),
            Self::List(words) => f.write_str(&words.join(", ")),
            Self::Tags(tags) if tags.is_empty() => f.write_str("none"),
            Self::Tags(tags) => {
                let pairs: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                f.write_str(&pairs.join(", "))
            }
        }
    }
}

/// Settings and their values, as one call carries them.
pub type SettingValues = BTreeMap<Setting, Value>;
