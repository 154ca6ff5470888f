//! Every member of what AWS shows of a DB instance, and how it gets onto the copy: the place to look up what a
//! migration does with any of them. How a setting's value is read and planned is in [`super::TABLE`].

use Way::{Afterwards, AtRestore, Never, Observed, OwnCall, WithTheData};

use super::{SettleGroup, losses};
use crate::{
    model::{DbInstance, Setting},
    plan::Finding,
};

/// How a member gets onto the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Passed to the restore call.
    AtRestore,
    /// Set afterwards, by the Modify of this group.
    Afterwards(SettleGroup),
    /// Comes with the data.
    WithTheData,
    /// By a call of its own, which is a person's to make: this version doesn't.
    OwnCall(&'static str),
    /// Not onto another instance: no call sets it there, or this version can't prove that it would hold.
    Never,
    /// Shows what is; nothing that is set.
    Observed,
}

/// What becomes known of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Verify compares it, as this setting.
    Compared(Setting),
    /// Proven by the steps themselves, beside the settings.
    Proven,
    /// A finding tells before anything is made, where the source has it.
    Told,
    /// A check of its own tells or forbids.
    Checked,
    /// Nothing is lost with it.
    Nothing,
}

/// What isn't carried, from where to where.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'a> {
    /// The source.
    pub source: &'a DbInstance,
    /// The name of the copy.
    pub target: &'a str,
}

/// One member of AWS's answer.
pub struct Member {
    /// AWS's name of it.
    pub name: &'static str,
    /// How it gets onto the copy.
    pub way: Way,
    /// What becomes known of it.
    pub known: Known,
    /// When, or what it is; by engine where that matters.
    pub note: &'static str,
    pub(super) tell: Option<Tell>,
}

/// Tells of what is lost with a member, if this source has it.
pub(super) type Tell = fn(&Loss<'_>) -> Vec<Finding>;

/// Everything that is told of what isn't carried from this source.
#[must_use]
pub fn lost(loss: &Loss<'_>) -> Vec<Finding> {
    MEMBERS.iter().filter_map(|member| member.tell).flat_map(|tell| tell(loss)).collect()
}

const fn compared(name: &'static str, setting: Setting, way: Way, note: &'static str) -> Member {
    Member { name, way, known: Known::Compared(setting), note, tell: None }
}

const fn told(name: &'static str, way: Way, tell: Tell, note: &'static str) -> Member {
    Member { name, way, known: Known::Told, note, tell: Some(tell) }
}

const fn proven(name: &'static str, way: Way, note: &'static str) -> Member {
    Member { name, way, known: Known::Proven, note, tell: None }
}

const fn checked(name: &'static str, way: Way, note: &'static str) -> Member {
    Member { name, way, known: Known::Checked, note, tell: None }
}

const fn seen(name: &'static str, way: Way, note: &'static str) -> Member {
    Member { name, way, known: Known::Nothing, note, tell: None }
}

/// All members of AWS's `DBInstance`, in the order of what becomes of them.
#[rustfmt::skip] // One member, one line: it is read by its columns.
pub const MEMBERS: [Member; 96] = [
    // Passed to the restore call.
    compared("DBInstanceClass", Setting::DBInstanceClass, AtRestore, ""),
    compared("Endpoint", Setting::Port, AtRestore, "its port, from 1150 on; AWS gives the address"),
    compared("DBSubnetGroup", Setting::DBSubnetGroupName, AtRestore, ""),
    compared("VpcSecurityGroups", Setting::VpcSecurityGroupIds, AtRestore, "mended afterwards where AWS took others"),
    compared("PubliclyAccessible", Setting::PubliclyAccessible, AtRestore, "no, unless --public asks for it: never a second public endpoint unawares"),
    compared("StorageType", Setting::StorageType, AtRestore, "SQL Server: afterwards, where it differs"),
    compared("Iops", Setting::Iops, AtRestore, "io1, io2, gp3 from 400 GiB (Oracle 200); SQL Server: afterwards"),
    compared("StorageThroughput", Setting::StorageThroughput, AtRestore, "as Iops"),
    compared("MultiAZ", Setting::MultiAZ, AtRestore, "SQL Server: afterwards, once backups are on"),
    compared("DBParameterGroups", Setting::DBParameterGroupName, AtRestore, "but the engine's default one"),
    compared("OptionGroupMemberships", Setting::OptionGroupName, AtRestore, "but the engine's default one"),
    compared("CopyTagsToSnapshot", Setting::CopyTagsToSnapshot, AtRestore, ""),
    compared("TagList", Setting::Tags, AtRestore, "but AWS's own; ours and --tag are added; --copy-tags holds them back"),
    compared("CACertificateIdentifier", Setting::CACertificateIdentifier, AtRestore, "where the Region still offers it"),
    compared("LicenseModel", Setting::LicenseModel, AtRestore, "Oracle, SQL Server, Db2; the others have but one"),
    compared("NetworkType", Setting::NetworkType, AtRestore, "where it is DUAL"),
    compared("DedicatedLogVolume", Setting::DedicatedLogVolume, AtRestore, "where it has one"),
    compared("ProcessorFeatures", Setting::ProcessorFeatures, AtRestore, "Oracle, SQL Server, where not the class's own"),
    compared("EngineLifecycleSupport", Setting::EngineLifecycleSupport, AtRestore, "MySQL, PostgreSQL: always enrolled; left again afterwards where the source has and standard support goes on, else told"),
    // Set afterwards.
    compared("PreferredBackupWindow", Setting::PreferredBackupWindow, Afterwards(SettleGroup::Windows), ""),
    compared("PreferredMaintenanceWindow", Setting::PreferredMaintenanceWindow, Afterwards(SettleGroup::Windows), ""),
    compared("MonitoringInterval", Setting::MonitoringInterval, Afterwards(SettleGroup::Monitoring), ""),
    compared("MonitoringRoleArn", Setting::MonitoringRoleArn, Afterwards(SettleGroup::Monitoring), ""),
    compared("DatabaseInsightsMode", Setting::DatabaseInsightsMode, Afterwards(SettleGroup::Insights), ""),
    compared("PerformanceInsightsEnabled", Setting::EnablePerformanceInsights, Afterwards(SettleGroup::Insights), ""),
    compared("PerformanceInsightsKMSKeyId", Setting::PerformanceInsightsKMSKeyId, Afterwards(SettleGroup::Insights), "while it is on"),
    compared("PerformanceInsightsRetentionPeriod", Setting::PerformanceInsightsRetentionPeriod, Afterwards(SettleGroup::Insights), "while it is on"),
    compared("EnabledCloudwatchLogsExports", Setting::EnableCloudwatchLogsExports, Afterwards(SettleGroup::LogExports), ""),
    compared("IAMDatabaseAuthenticationEnabled", Setting::EnableIAMDatabaseAuthentication, Afterwards(SettleGroup::IamAuthentication), ""),
    Member { tell: Some(losses::domains), ..compared("DomainMemberships", Setting::Domain, Afterwards(SettleGroup::Domain), "AWS's directory or one's own; told where the source isn't in it") },
    Member { tell: Some(losses::roles), ..compared("AssociatedRoles", Setting::AssociatedRoles, Afterwards(SettleGroup::Roles), "one AddRoleToDBInstance each; told where it is INVALID at the source") },
    Member { tell: Some(losses::master_user_secret), ..compared("MasterUserSecret", Setting::ManageMasterUserPassword, Afterwards(SettleGroup::MasterUserPassword), "a new password under the same key; Oracle: at restore") },
    compared("MaxAllocatedStorage", Setting::MaxAllocatedStorage, Afterwards(SettleGroup::StorageAutoscaling), ""),
    compared("AutoMinorVersionUpgrade", Setting::AutoMinorVersionUpgrade, Afterwards(SettleGroup::MinorVersionUpgrades), "restored without"),
    compared("DeletionProtection", Setting::DeletionProtection, Afterwards(SettleGroup::DeletionProtection), "restored without"),
    compared("BackupRetentionPeriod", Setting::BackupRetentionPeriod, Afterwards(SettleGroup::BackupRetention), "restored with 0, last of all; SQL Server with a standby: at restore"),
    // Comes with the data.
    compared("EngineVersion", Setting::EngineVersion, WithTheData, ""),
    compared("MasterUsername", Setting::MasterUsername, WithTheData, "and its password"),
    compared("AllocatedStorage", Setting::AllocatedStorage, WithTheData, ""),
    compared("DBName", Setting::DBName, WithTheData, "never passed: it would rename"),
    compared("CharacterSetName", Setting::CharacterSetName, WithTheData, "Oracle, SQL Server, Db2"),
    compared("Timezone", Setting::Timezone, WithTheData, "SQL Server, Db2"),
    proven("Engine", WithTheData, "never passed; the copy's is looked at before it is taken for ours"),
    compared("NcharCharacterSetName", Setting::NcharCharacterSetName, WithTheData, "Oracle"),
    compared("DBSystemId", Setting::DBSystemId, WithTheData, "Oracle"),
    compared("MultiTenant", Setting::MultiTenant, WithTheData, "Oracle"),
    // What the migration is about.
    proven("StorageEncryptionType", AtRestore, "from the encrypted copy; outranks StorageEncrypted"),
    proven("StorageEncrypted", AtRestore, "from the encrypted copy"),
    proven("KmsKeyId", AtRestore, "from the encrypted copy; read back there, at the instance, and at the end"),
    // By calls of their own.
    told("ActivityStreamStatus", OwnCall("StartActivityStream"), losses::activity_stream, "Oracle, SQL Server"),
    seen("ActivityStreamMode", OwnCall("StartActivityStream"), "told with ActivityStreamStatus"),
    seen("ActivityStreamKmsKeyId", OwnCall("StartActivityStream"), "told with ActivityStreamStatus"),
    seen("ActivityStreamEngineNativeAuditFieldsIncluded", OwnCall("StartActivityStream"), "told with ActivityStreamStatus"),
    told("DBInstanceAutomatedBackupsReplications", OwnCall("StartDBInstanceAutomatedBackupsReplication"), losses::backup_replications, ""),
    told("CustomerOwnedIpEnabled", OwnCall("ModifyDBInstance"), losses::customer_owned_ip, "Outposts"),
    told("DBCapacityReservationIdentifier", OwnCall("ModifyDBInstance"), losses::capacity_reservation, ""),
    checked("ReadReplicaDBInstanceIdentifiers", OwnCall("CreateDBInstanceReadReplica"), "told; they stay with the source"),
    told("ReadReplicaDBClusterIdentifiers", OwnCall("CreateDBCluster"), losses::cluster_replicas, "MySQL, PostgreSQL"),
    // Not onto another instance.
    told("TdeCredentialArn", Never, losses::tde_credential, "Oracle; its password can't be read"),
    told("AdditionalStorageVolumes", Never, losses::storage_volumes, "Oracle, SQL Server; nothing proves that they come along"),
    told("BackupTarget", Never, losses::backup_target, "other than the Region"),
    told("AvailabilityZone", Never, losses::zone, "AWS chooses: asking for one can fail for want of capacity"),
    told("DBSecurityGroups", Never, losses::classic_security_groups, "from before VPCs"),
    told("AwsBackupRecoveryPointArn", Never, losses::recovery_point, "AWS Backup"),
    told("UpgradeRolloutOrder", Never, losses::upgrade_order, "no call takes it; a policy of the organization sets it"),
    checked("PendingModifiedValues", Never, "told; the copy gets what the source has now"),
    checked("DBClusterIdentifier", Never, "a member of a cluster is refused"),
    checked("ReadReplicaSourceDBInstanceIdentifier", Never, "a replica is refused"),
    checked("ReadReplicaSourceDBClusterIdentifier", Never, "a replica is refused"),
    checked("ReplicaMode", Never, "only replicas have it, and they are refused"),
    checked("PromotionTier", Never, "means something in Aurora only, which is refused"),
    checked("AutomationMode", Never, "RDS Custom, which is refused"),
    checked("ResumeFullAutomationModeTime", Never, "RDS Custom, which is refused"),
    checked("CustomIamInstanceProfile", Never, "RDS Custom, which is refused"),
    seen("LatestRestorableTime", Never, "the copy's own begins with its first backup; the source keeps its own"),
    seen("CertificateDetails", Never, "the copy gets a certificate of its own"),
    // Shows what is.
    proven("DBInstanceIdentifier", Observed, "the copy has a name of its own"),
    proven("DbiResourceId", Observed, "what an instance is known by"),
    proven("DBInstanceArn", Observed, "follows from the name"),
    proven("DBInstanceStatus", Observed, "waited for"),
    proven("InstanceCreateTime", Observed, ""),
    proven("StorageOperationStatus", Observed, "shown while it works"),
    proven("StorageOperationPercentProgress", Observed, "shown while it works"),
    seen("PercentProgress", Observed, "how far storage is optimized"),
    seen("DbInstancePort", Observed, "0; the port is in Endpoint"),
    seen("PrimaryEndpoint", Observed, "follows the instance"),
    seen("ListenerEndpoint", Observed, "SQL Server: follows the standby"),
    seen("SecondaryAvailabilityZone", Observed, "where AWS put the standby"),
    seen("EnhancedMonitoringResourceArn", Observed, "follows from monitoring"),
    seen("ActivityStreamKinesisStreamName", Observed, "follows from the activity stream"),
    seen("ActivityStreamPolicyStatus", Observed, "SQL Server: follows from the activity stream"),
    seen("StatusInfos", Observed, "of a replica"),
    seen("StorageVolumeStatus", Observed, "which volume is full"),
    seen("IsStorageConfigUpgradeAvailable", Observed, "of the source's file system"),
    seen("AutomaticRestartTime", Observed, "while it is stopped"),
    seen("VPCNetworkingEnabled", Observed, "Aurora"),
];
