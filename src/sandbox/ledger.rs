//! The rules that the sandbox enforces, each with where it is from. The code cites a rule's id where it enforces it.
//!
//! A source is a member of AWS's API (its documentation is the word), a page of AWS's guides, or an answer of AWS that
//! was seen. What nobody has shown is `unproven`, and then, where both answers matter, a switch of
//! [`Switches`](super::Switches) makes the other world.

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, which the code cites.
    pub id: &'static str,
    /// The rule in our own words.
    pub rule: &'static str,
    /// AWS's page or API member, or `unproven` with its switch.
    pub source: &'static str,
}

const fn rule(id: &'static str, rule: &'static str, source: &'static str) -> Rule {
    Rule { id, rule, source }
}

const ENCRYPTION: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html";
const STATUSES: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html";
const RENAMING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html";
const COPYING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html";
const BACKUPS: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html";
const TAGGING: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/general/latest/gr/rds-service.html";
const SEEN: &str = "answers of AWS recorded by other tools' test suites";
const MODEL: &str = "AWS's service models as botocore ships them";

/// All rules.
pub const RULES: &[Rule] = &[
    // The wire
    rule(
        "R-WIRE-1",
        "The query protocol wraps results and names each request; JSON 1.1 names its operation in a header",
        MODEL,
    ),
    rule("R-WIRE-2", "A parameter that the operation lacks is refused", "unproven: switch unknown_parameters_refused"),
    rule("R-WIRE-3", "A missing or ill-typed parameter is refused with HTTP 400", MODEL),
    rule(
        "R-WIRE-4",
        "What is wrong in itself is InvalidParameterValue, what doesn't go together InvalidParameterCombination",
        "API common errors of Amazon RDS",
    ),
    rule("R-WIRE-5", "An answer holds no member that AWS's shape lacks; otherwise it is our fault, HTTP 500", MODEL),
    rule(
        "R-WIRE-6",
        "An operation or parameter that isn't imitated is refused with HTTP 501, never passed over",
        "the sandbox's own rule",
    ),
    rule(
        "R-WIRE-7",
        "A request without credentials is MissingAuthenticationToken, HTTP 403; any signature is taken",
        "API common errors of Amazon RDS; any signature: the sandbox's own rule",
    ),
    rule(
        "R-WIRE-8",
        "Too many requests are refused by Throttling, ThrottlingException or RequestLimitExceeded; nothing happened",
        "API common errors of Amazon RDS; kms common errors",
    ),
    // Time and the world
    rule(
        "R-TIME-1",
        "What is due happens in the order of its time before a request is answered",
        "the sandbox's own rule",
    ),
    rule("R-TIME-2", "Work takes believable time by kind and size", "unproven: AWS publishes no durations"),
    rule(
        "R-TIME-3",
        "A gap between two looks at a file world counts for 24 hours of world time at most",
        "the sandbox's own rule",
    ),
    rule(
        "R-TIME-4",
        "Date is the host's; world time and speed are headers of their own",
        "the sandbox's own rule: SDKs correct their clocks by Date",
    ),
    rule("R-WORLD-1", "The home Region is seeded; every other one is born empty", "the sandbox's own rule"),
    rule(
        "R-WORLD-2",
        "Rows from a file are shown as they are until they are acted on, and keep their ARNs and keys",
        "the sandbox's own rule",
    ),
    // Names
    rule(
        "R-NAME-1",
        "Identifiers: a letter first, letters, digits, hyphens, none doubled or last; 63 for instances, 255 for snapshots; stored in lower case",
        "CreateDBInstance.DBInstanceIdentifier, CreateDBSnapshot.DBSnapshotIdentifier",
    ),
    rule(
        "R-NAME-2",
        "Where a name is asked for, the ARN in this Region will do",
        "DescribeDBInstances.DBInstanceIdentifier, CopyDBSnapshot.SourceDBSnapshotIdentifier",
    ),
    rule(
        "R-NAME-3",
        "A taken name is refused: DBInstanceAlreadyExists, DBSnapshotAlreadyExists",
        "errors of CreateDBInstance, CreateDBSnapshot, CopyDBSnapshot",
    ),
    rule("R-NAME-4", "A rename restarts the instance; the old name goes, the new one comes up minutes later", RENAMING),
    rule("R-NAME-5", "Snapshots and replicas stay with the renamed instance", RENAMING),
    // Instances
    rule(
        "R-INST-1",
        "CreateDBInstance answers creating, without endpoint, and checks what restores and changes check too",
        SEEN,
    ),
    rule("R-INST-2", "DbiResourceId is unique in the Region and never changes", "DBInstance.DbiResourceId"),
    rule("R-INST-3", "A name that doesn't exist is DBInstanceNotFound, HTTP 404", "errors of DescribeDBInstances"),
    rule("R-INST-4", "A password is shown as stars while it is pending, and never else", SEEN),
    rule(
        "R-INST-5",
        "Changes, restarts and snapshots need an instance that is available or storage-optimization",
        "CreateDBSnapshot.DBInstanceIdentifier; errors InvalidDBInstanceState",
    ),
    rule("R-INST-6", "A port is between 1150 and 65535", "CreateDBInstance.Port"),
    rule("R-INST-7", "Backups are kept 0 to 35 days", "ModifyDBInstance.BackupRetentionPeriod"),
    rule(
        "R-INST-8",
        "A class has to exist; retired ones can't be made any more, only kept",
        "DescribeOrderableDBInstanceOptions; retirement notices of db.m3, db.m4, db.r4, db.t2",
    ),
    rule("R-INST-9", "Only the engine's own logs are exported", "CreateDBInstance.EnableCloudwatchLogsExports"),
    rule(
        "R-STAT-1",
        "Some statuses pass only by a person: failed, storage-full, restore-error, insufficient-capacity, inaccessible-encryption-credentials, incompatible-…",
        STATUSES,
    ),
    rule(
        "R-STAT-2",
        "A status is any word: AWS adds new ones, and those pass by themselves as far as anybody knows",
        "API DBInstance.DBInstanceStatus, DBSnapshot.Status: untyped strings",
    ),
    rule(
        "R-ENG-1",
        "Describe calls return Neptune, DocumentDB and RDS Custom too: what can be migrated is a list of engines",
        "API DescribeDBInstances; API CopyDBSnapshot for RDS Custom",
    ),
    rule(
        "R-ENG-2",
        "An instance with a DBClusterIdentifier belongs to its cluster, which is snapshotted and restored as a whole",
        "API DBInstance.DBClusterIdentifier; API CreateDBSnapshot",
    ),
    // Storage
    rule(
        "R-STOR-1",
        "gp3 below 400 GiB (Oracle 200) takes neither Iops nor StorageThroughput",
        "refusals reported by users of CloudFormation and Terraform, against the API's text",
    ),
    rule("R-STOR-2", "io1 and io2 need Iops; gp2 and standard take none", "CreateDBInstance.Iops, StorageType"),
    rule("R-STOR-3", "Storage grows by a tenth at least and never shrinks", "ModifyDBInstance.AllocatedStorage"),
    rule(
        "R-STOR-4",
        "While storage is being optimized it can't be changed again",
        "ModifyDBInstance.AllocatedStorage, Iops",
    ),
    rule(
        "R-STOR-5",
        "gp3 shows its baseline: 3000 IOPS and 125 MiB/s, four times as much of IOPS and throughput from the threshold on",
        "CreateDBInstance.Iops, StorageThroughput; seen in recorded answers",
    ),
    rule(
        "R-STOR-6",
        "A restore of SQL Server takes no storage parameters; what differs is modified afterwards",
        "AWS's own CloudFormation handler for AWS::RDS::DBInstance",
    ),
    // Encryption
    rule("R-ENC-1", "db.t2.micro, db.m1 and db.m2 have no encryption at rest", ENCRYPTION),
    rule("R-ENC-2", "A snapshot has its instance's encryption and key; nothing is encrypted in place", ENCRYPTION),
    rule(
        "R-ENC-3",
        "A key that is missing, disabled, being deleted, of another Region or asymmetric is KMSKeyNotAccessibleFault; a usable one is shown by its ARN",
        "CopyDBSnapshot.KmsKeyId; errors KMSKeyNotAccessibleFault",
    ),
    rule(
        "R-ENC-4",
        "StorageEncryptionType says none, sse-kms or sse-rds; StorageEncrypted was seen to be false with sse-rds, so the type decides",
        "API DBInstance.StorageEncryptionType; answers of AWS recorded by other tools' test suites",
    ),
    rule("R-ENC-5", "Neither encryption nor the key of an instance or snapshot can be changed afterwards", ENCRYPTION),
    // Snapshots
    rule("R-SNAP-1", "A snapshot starts creating at 0 percent, without times; the instance shows backing-up", SEEN),
    rule(
        "R-SNAP-2",
        "Tags of the instance come along only with CopyTagsToSnapshot and without tags of one's own",
        "CreateDBInstance.CopyTagsToSnapshot",
    ),
    rule(
        "R-SNAP-3",
        "PercentProgress grows with the work and is 100 when the snapshot is available",
        "DBSnapshot.PercentProgress",
    ),
    rule(
        "R-SNAP-4",
        "OriginalSnapshotCreateTime stays in copies, SnapshotCreateTime doesn't",
        "DBSnapshot.OriginalSnapshotCreateTime, SnapshotCreateTime",
    ),
    rule(
        "R-SNAP-5",
        "Only an available manual snapshot can be deleted; the answer says deleted",
        "DeleteDBSnapshot; seen in recorded answers",
    ),
    rule(
        "R-SNAP-6",
        "Automated snapshots are named rds:, are kept as long as the retention says, and go with their instance",
        BACKUPS,
    ),
    rule(
        "R-SNAP-7",
        "Sharing is the attribute restore; not with the account's own RDS key, and encrypted ones never with all",
        "ModifyDBSnapshotAttribute",
    ),
    rule(
        "R-SNAP-8",
        "Automated backups run daily in their window, but not while a snapshot of the instance is copied",
        "the guide's page on automated backups; off unless the switch daily_backups is on",
    ),
    rule(
        "R-SNAP-9",
        "DescribeDBSnapshots: by name, instance, resource id, type and five filters",
        "DescribeDBSnapshots",
    ),
    rule(
        "R-SNAP-10",
        "A manual, unshared snapshot of MySQL, MariaDB, PostgreSQL or Oracle can be upgraded",
        "ModifyDBSnapshot.EngineVersion",
    ),
    // Copies
    rule(
        "R-COPY-1",
        "CopyDBSnapshot needs an available source and a free name; inside a Region the copy names no source",
        "CopyDBSnapshot; DBSnapshot.SourceDBSnapshotIdentifier",
    ),
    rule("R-COPY-2", "With a key the copy of an unencrypted snapshot is encrypted", "CopyDBSnapshot.KmsKeyId"),
    rule(
        "R-COPY-3",
        "Without a key the copy of an encrypted snapshot keeps its key; across Regions one must be given",
        "CopyDBSnapshot.KmsKeyId",
    ),
    rule(
        "R-COPY-4",
        "A copy is pending at 0 percent, then creating, then available",
        "seen in recorded answers; the word copying: switch copies_say_copying",
    ),
    rule("R-COPY-5", "Copies of one instance's snapshots run one after another", COPYING),
    rule(
        "R-COPY-6",
        "A copy under another key moves every block, each time",
        "unproven for a second copy: switch second_encrypting_copy_is_cheap",
    ),
    rule(
        "R-COPY-7",
        "20 copies from other Regions may be in flight; inside a Region there is no known limit: SnapshotQuotaExceeded",
        "the guide's page on copying; inside a Region unproven: switch copies_in_region",
    ),
    // Restore
    rule(
        "R-REST-1",
        "A restore is a new instance with a new resource id; its data's own settings come from the snapshot",
        "RestoreDBInstanceFromDBSnapshot",
    ),
    rule(
        "R-REST-2",
        "Its answer is lean: creating, no endpoint, no time, no zone, port 0, option group pending-apply",
        SEEN,
    ),
    rule(
        "R-REST-3",
        "Without security groups it gets the VPC's default one; without a subnet group the default one",
        "RestoreDBInstanceFromDBSnapshot.VpcSecurityGroupIds, DBSubnetGroupName",
    ),
    rule(
        "R-REST-4",
        "Windows are chosen at random; only the backup window can be given",
        "RestoreDBInstanceFromDBSnapshot.PreferredBackupWindow",
    ),
    rule(
        "R-REST-5",
        "Without a storage type it is io1 if Iops is given, else gp3, whatever it was before",
        "RestoreDBInstanceFromDBSnapshot.StorageType",
    ),
    rule(
        "R-REST-6",
        "Without groups it gets the engine's default parameter and option group",
        "RestoreDBInstanceFromDBSnapshot.DBParameterGroupName; option group contradictory: switch restore_keeps_option_group",
    ),
    rule(
        "R-REST-7",
        "A parameter group given at restore waits for a reboot",
        "unproven: switch restored_parameters_await_reboot",
    ),
    rule(
        "R-REST-8",
        "With retention above 0 a full backup follows: available, backing-up, available; so too when retention rises from 0",
        "AWS Support as quoted in hashicorp/terraform-provider-aws#44104; switch baseline_backup",
    ),
    rule(
        "R-REST-9",
        "Tags are inherited unless others are given; then there are only those",
        "RestoreDBInstanceFromDBSnapshot.Tags",
    ),
    rule(
        "R-REST-10",
        "A snapshot of a deprecated version is restored, refused or upgraded",
        "contradictory: switch deprecated_version",
    ),
    rule(
        "R-REST-11",
        "Who says nothing about it is enrolled in Extended Support",
        "RestoreDBInstanceFromDBSnapshot.EngineLifecycleSupport",
    ),
    rule(
        "R-REST-12",
        "SQL Server gets its standby only once backups are kept",
        "AWS's answer: Mirroring cannot be applied to instances with backup retention set to zero",
    ),
    // Changes
    rule("R-MOD-1", "ModifyDBInstance is asynchronous: its answer shows the instance as it was, and available", SEEN),
    rule(
        "R-MOD-2",
        "A change shows some time after it is accepted; only new storage is pending in the answer itself",
        "seen in recorded answers; switch modify_answer_shows_pending",
    ),
    rule(
        "R-MOD-3",
        "Without ApplyImmediately changes wait for the maintenance window; a later immediate change takes all along",
        "ModifyDBInstance.ApplyImmediately; https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
    ),
    rule(
        "R-MOD-4",
        "What PendingModifiedValues can't show is never queued; passwords and log exports never wait either",
        "PendingModifiedValues; ModifyDBInstance",
    ),
    rule("R-MOD-5", "During backing-up a change is refused", "unproven: switch modify_waits_for_backup"),
    rule(
        "R-MOD-6",
        "Backup and maintenance windows are half an hour at least and don't overlap",
        "ModifyDBInstance.PreferredBackupWindow, PreferredMaintenanceWindow",
    ),
    rule(
        "R-MOD-7",
        "Security groups change at once: adding, removing, then active",
        "ModifyDBInstance.VpcSecurityGroupIds",
    ),
    rule("R-MOD-8", "A major upgrade needs AllowMajorVersionUpgrade", "ModifyDBInstance.AllowMajorVersionUpgrade"),
    rule(
        "R-MOD-9",
        "A managed master password has a secret that is creating, then active",
        "ModifyDBInstance.ManageMasterUserPassword",
    ),
    // Reboot, stop, delete
    rule("R-REBOOT-1", "A reboot answers rebooting and reads the parameter groups anew", SEEN),
    rule("R-REBOOT-2", "A failover can be forced only with Multi-AZ", "RebootDBInstance.ForceFailover"),
    rule("R-STOP-1", "An available instance without replicas can be stopped", "StopDBInstance"),
    rule(
        "R-STOP-2",
        "Only a stopped instance can be started",
        "StartDBInstance; statuses: the guide's page on monitoring",
    ),
    rule("R-STOP-3", "After seven days RDS starts a stopped instance", STATUSES),
    rule("R-DEL-1", "A protected instance can't be deleted", "DBInstance.DeletionProtection"),
    rule(
        "R-DEL-2",
        "Either a last snapshot is named or skipped, not both, not neither",
        "DeleteDBInstance.SkipFinalSnapshot, FinalDBSnapshotIdentifier",
    ),
    rule("R-DEL-3", "An instance with replicas stays", "unproven: API text speaks of replicas only"),
    rule("R-DEL-4", "A last snapshot needs an instance that is up", "DeleteDBInstance.SkipFinalSnapshot"),
    rule(
        "R-DEL-5",
        "Automated backups go along unless DeleteAutomatedBackups is false; manual snapshots stay",
        "DeleteDBInstance.DeleteAutomatedBackups",
    ),
    // Replicas
    rule(
        "R-REPL-1",
        "A source of replicas keeps backups",
        "CreateDBInstanceReadReplica; errors InvalidDBInstanceState",
    ),
    rule(
        "R-REPL-2",
        "No encrypted replica of an unencrypted source; without a key the replica has its source's",
        "CreateDBInstanceReadReplica.KmsKeyId",
    ),
    rule(
        "R-REPL-3",
        "A promoted replica stands alone and keeps backups, one day unless more are asked for",
        "PromoteReadReplica.BackupRetentionPeriod",
    ),
    // Tags
    rule("R-TAG-1", "At most 50 tags; keys to 128, values to 256 characters; keys not with aws: or rds:", TAGGING),
    rule("R-TAG-2", "Letters, digits, white-space and _ . : / = + - @ only", "Tag.Key, Tag.Value"),
    rule("R-TAG-3", "An ARN of another Region names nothing here", "unproven: which of two refusals"),
    rule("R-TAG-4", "Tags given at creation may show later", "the guide's page on tagging; switch tags_show_after"),
    // Groups
    rule(
        "R-GRP-1",
        "Every Region has a default VPC with a default subnet group and security group",
        "the VPC guide on default VPCs",
    ),
    rule("R-GRP-2", "Families and default groups are named after engine and major version", SEEN),
    rule("R-GRP-3", "A parameter group must be of the version's family", "ModifyDBInstance.DBParameterGroupName"),
    rule("R-GRP-4", "An option group must be of the engine and major version", "CreateOptionGroup"),
    rule(
        "R-GRP-5",
        "A subnet group covers two zones at least and stays while it is used",
        "CreateDBSubnetGroup, DeleteDBSubnetGroup",
    ),
    rule(
        "R-GRP-6",
        "A parameter group that is used or a default one stays; only parameters set by a person have source user",
        "DeleteDBParameterGroup, DescribeDBParameters.Source",
    ),
    rule("R-GRP-7", "An option group that is used or a default one stays", "DeleteOptionGroup"),
    rule("R-ROLE-1", "A role is PENDING, then ACTIVE; five at most", "AddRoleToDBInstance; DBInstanceRole.Status"),
    // Quotas, pages, events, catalogue
    rule("R-QUOTA-1", "40 instances, 100 manual snapshots, 100,000 GiB of storage in a Region", QUOTAS),
    rule("R-PAGE-1", "Pages hold 20 to 100 rows", "MaxRecords of all Describe operations"),
    rule(
        "R-PAGE-2",
        "A filter that finds nothing gives an empty list; an unknown filter is refused",
        "DescribeDBInstances.Filters",
    ),
    rule(
        "R-EVT-1",
        "Events are kept two weeks; the last hour is shown unless another time is asked for",
        "DescribeEvents",
    ),
    rule("R-EVT-2", "A source identifier needs a source type", "DescribeEvents.SourceIdentifier"),
    rule("R-CAT-1", "Deprecated versions are listed only with IncludeAll", "DescribeDBEngineVersions.IncludeAll"),
    rule("R-CAT-2", "Majors of MySQL and PostgreSQL have support dates", "DescribeDBMajorEngineVersions"),
    rule(
        "R-CAT-3",
        "Retired classes and deprecated versions are not orderable: an empty list, no error",
        "DescribeOrderableDBInstanceOptions",
    ),
    rule(
        "R-CAT-4",
        "An instance with retention has an automated backup with a window",
        "DescribeDBInstanceAutomatedBackups",
    ),
    rule("R-CAT-5", "Old instances have an operating-system update waiting", SEEN),
    rule(
        "R-CAT-6",
        "A certificate that isn't there is CertificateNotFound",
        "errors of DescribeCertificates, CreateDBInstance, ModifyDBInstance",
    ),
    rule("R-CAT-7", "Storage can stay or grow by a tenth", "DescribeValidDBInstanceModifications"),
    rule("R-CAT-8", "A cluster's members name it; the cluster lists its members", "DescribeDBClusters"),
    rule("R-CAT-9", "What nobody made is an empty list", "the Describe operations"),
    // Keys
    rule(
        "R-KMS-1",
        "A key has four names: id, ARN, alias, alias ARN; an unknown one is NotFoundException, HTTP 400",
        "kms DescribeKey.KeyId",
    ),
    rule("R-KMS-2", "A new key is enabled, symmetric, for encryption, the customer's own", "kms CreateKey"),
    rule(
        "R-KMS-3",
        "Describing or using a predefined alias makes its key; before, ListAliases shows none",
        "kms DescribeKey; ListAliases",
    ),
    rule(
        "R-KMS-4",
        "A key being deleted can't be enabled or disabled; AWS's own can't be changed",
        "kms EnableKey, DisableKey",
    ),
    rule(
        "R-KMS-5",
        "Deletion waits 7 to 30 days; a cancelled one leaves the key disabled",
        "kms ScheduleKeyDeletion, CancelKeyDeletion",
    ),
    rule(
        "R-KMS-6",
        "A grant that would be allowed answers a dry run by DryRunOperationException",
        "kms CreateGrant.DryRun",
    ),
    rule("R-KMS-7", "An alias is taken once, and alias/aws/ is AWS's", "kms CreateAlias.AliasName"),
    rule(
        "R-KMS-8",
        "Key material outside of KMS can expire or go out of reach, and then what it encrypts can't be read",
        "kms KeyMetadata.Origin, KeyMetadata.ValidTo",
    ),
    rule(
        "R-KMS-9",
        "AWS's own key for RDS has a policy that can't be changed, and snapshots under it can't be shared",
        ENCRYPTION,
    ),
    rule(
        "R-STS-1",
        "Any credentials are an operator of account 000000000000",
        "sts GetCallerIdentity; the account: the sandbox's own rule",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// All text of the sandbox's source but this file's.
    fn source(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                source(&path, text);
            } else if !path.ends_with("ledger.rs") {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn each_rule_is_cited_and_each_citation_is_a_rule() {
        let mut text = String::new();
        source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let cited: BTreeSet<&str> = text
            .split(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'))
            .filter(|word| word.starts_with("R-") && word.ends_with(|last: char| last.is_ascii_digit()))
            .collect();
        let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(known.len(), RULES.len(), "an id is there twice");
        assert_eq!(cited.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "cited, but no rule");
        assert_eq!(known.difference(&cited).collect::<Vec<_>>(), Vec::<&&str>::new(), "a rule, but not cited");
    }

    #[test]
    fn each_switch_is_named_by_a_rule() {
        let sources: String = RULES.iter().map(|rule| rule.source).collect();
        let switches = format!("{:?}", crate::sandbox::Switches::default());
        for field in switches.split(&['{', ','][..]).skip(1).filter_map(|part| part.split(':').next()) {
            assert!(sources.contains(field.trim()), "{field}");
        }
    }
}
