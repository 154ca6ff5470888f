//! What hangs on a DB instance beside its settings, as `DescribeDBInstances` showed it.

/// What a restored copy of an instance doesn't have by itself. A list that AWS left out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// `AssociatedRoles`: IAM roles that the database itself takes.
    pub roles: Vec<AttachedRole>,
    /// `MasterUserSecret`: AWS keeps the master password in Secrets Manager.
    pub master_user_secret: Option<MasterUserSecret>,
    /// `DomainMemberships`: Active Directory.
    pub domains: Vec<DomainMembership>,
    /// `ActivityStreamStatus` and what belongs to it.
    pub activity_stream: Option<ActivityStream>,
    /// `DBInstanceAutomatedBackupsReplications`: the ARN of each copy of its backups in another Region.
    pub backup_replications: Vec<String>,
    /// `TdeCredentialArn`: a key store of a person's own, in which the data's own encryption has its key.
    pub tde_credential_arn: Option<String>,
    /// `AdditionalStorageVolumes`: their names.
    pub storage_volumes: Vec<String>,
    /// `BackupTarget`: `region`, `outposts` or `local`.
    pub backup_target: Option<String>,
    /// `CustomerOwnedIpEnabled`, on Outposts.
    pub customer_owned_ip: Option<bool>,
    /// `DBCapacityReservationIdentifier`
    pub capacity_reservation: Option<String>,
    /// `AwsBackupRecoveryPointArn`: AWS Backup keeps its backups.
    pub recovery_point_arn: Option<String>,
    /// `DBSecurityGroups`: groups from before VPCs.
    pub classic_security_groups: Vec<String>,
    /// `ReadReplicaDBClusterIdentifiers`: Aurora clusters that follow it.
    pub cluster_replicas: Vec<String>,
    /// `UpgradeRolloutOrder`: `first`, `second` or `last`.
    pub upgrade_rollout_order: Option<String>,
}

/// An IAM role that a database takes for one of its features.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachedRole {
    /// `RoleArn`
    pub arn: String,
    /// `FeatureName`, such as `s3Import`.
    pub feature: String,
    /// `Status`: `PENDING`, `ACTIVE` or `INVALID`.
    pub status: Option<String>,
}

/// Where AWS keeps a master password. Never the password itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MasterUserSecret {
    /// `SecretArn`
    pub arn: Option<String>,
    /// `KmsKeyId`: the key that the secret is encrypted under.
    pub kms_key_id: Option<String>,
    /// `SecretStatus`: `creating`, `active`, `rotating` or `impaired`.
    pub status: Option<String>,
}

/// A membership of an Active Directory: one that AWS runs, or a person's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainMembership {
    /// `Domain`: the directory's id; a person's own has none.
    pub domain: Option<String>,
    /// `FQDN`
    pub fqdn: Option<String>,
    /// `IAMRoleName`
    pub role_name: Option<String>,
    /// `OU`
    pub organizational_unit: Option<String>,
    /// `AuthSecretArn`
    pub auth_secret_arn: Option<String>,
    /// `DnsIps`
    pub dns_ips: Vec<String>,
    /// `Status`: `joined`, `kerberos-enabled`, and words of change and failure.
    pub status: Option<String>,
}

/// A stream of all that happens in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityStream {
    /// `ActivityStreamStatus`: `stopped`, `starting`, `started` or `stopping`.
    pub status: String,
    /// `ActivityStreamMode`: `sync` or `async`.
    pub mode: Option<String>,
    /// `ActivityStreamKmsKeyId`
    pub kms_key_id: Option<String>,
    /// `ActivityStreamEngineNativeAuditFieldsIncluded`
    pub native_audit_fields: Option<bool>,
}
