//! Mutants that live, with good reason.

use super::Change;

/// Mutants that change nothing that anybody could see in the end, and why.
pub(super) const EQUIVALENT: [(&str, &str, Change, &str); 54] = {
    use Change::{Drop, In, NotAfterwards, NotAtRestore, Swapped};
    // The original is as it was when its snapshot was taken; a change in between would tell.
    const ORIGINAL: &str = "without it AWS takes the original's";
    const MENDED: &str = "set afterwards; until then it isn't so";
    const EITHER: &str = "neither needs the other; what keeps strangers out goes first";
    const WINDOW: &str = "it doesn't overlap with the backup window that AWS drew here";
    const MODE: &str = "nothing is known of an order between the mode and the rest (unverified)";
    const FIRST: &str = "the others need it, and not the other way round";
    const SECOND: &str = "it needs the others, and they are there";
    const EARLY: &str = "it is to be with them; until then an upgrade could start";
    [
        ("postgres", "DBInstanceClass", Drop, ORIGINAL),
        ("postgres", "DBInstanceClass", NotAtRestore, ORIGINAL),
        ("postgres", "Port", Drop, ORIGINAL),
        ("postgres", "Port", NotAtRestore, ORIGINAL),
        ("postgres", "VpcSecurityGroupIds", NotAtRestore, MENDED),
        ("postgres", "VpcSecurityGroupIds", NotAfterwards, "passed to the restore; this is for what AWS ignores"),
        ("postgres", "StorageType", Drop, "gp3 is AWS's default"),
        ("postgres", "StorageType", NotAtRestore, "gp3 is AWS's default"),
        ("postgres", "MultiAZ", Drop, "no standby is AWS's default"),
        ("postgres", "MultiAZ", NotAtRestore, "no standby is AWS's default"),
        ("postgres", "CopyTagsToSnapshot", Drop, ORIGINAL),
        ("postgres", "CopyTagsToSnapshot", NotAtRestore, ORIGINAL),
        ("postgres", "Tags", NotAtRestore, "the call takes what is wanted, and our own"),
        ("postgres", "EngineLifecycleSupport", NotAtRestore, "AWS enrols by default"),
        ("postgres", "AutoMinorVersionUpgrade", Drop, ORIGINAL),
        ("postgres", "AutoMinorVersionUpgrade", NotAtRestore, EARLY),
        ("postgres", "BackupRetentionPeriod", Drop, "without it AWS takes the original's, and a first backup at once"),
        ("postgres", "BackupRetentionPeriod", NotAtRestore, "without it AWS takes the original's"),
        ("postgres", "SecurityGroups", Swapped("Windows"), EITHER),
        ("postgres", "Windows", Swapped("Monitoring"), EITHER),
        ("postgres", "Monitoring", Swapped("Insights"), EITHER),
        ("postgres", "Insights", Swapped("LogExports"), EITHER),
        ("postgres", "LogExports", Swapped("IamAuthentication"), EITHER),
        ("postgres", "IamAuthentication", Swapped("Domain"), EITHER),
        ("postgres", "MasterUserPassword", Swapped("StorageAutoscaling"), EITHER),
        ("postgres", "StorageAutoscaling", Swapped("ExtendedSupport"), EITHER),
        ("postgres", "PreferredMaintenanceWindow", In("Standby"), WINDOW),
        ("postgres", "PreferredMaintenanceWindow", In("Storage"), WINDOW),
        ("postgres", "MonitoringInterval", In("Storage"), SECOND),
        ("postgres", "MonitoringRoleArn", In("Standby"), FIRST),
        ("postgres", "DatabaseInsightsMode", In("Standby"), MODE),
        ("postgres", "DatabaseInsightsMode", In("Storage"), SECOND),
        ("postgres", "EnablePerformanceInsights", In("Standby"), FIRST),
        ("postgres", "PerformanceInsightsKMSKeyId", In("Storage"), SECOND),
        ("postgres", "PerformanceInsightsRetentionPeriod", In("Storage"), SECOND),
        ("io1", "StorageType", Drop, "with Iops alone AWS takes io1"),
        ("io1", "StorageType", NotAtRestore, "with Iops alone AWS takes io1"),
        ("io1", "DedicatedLogVolume", Drop, ORIGINAL),
        ("io1", "DedicatedLogVolume", NotAtRestore, ORIGINAL),
        ("chosen", "PubliclyAccessible", Drop, "public is AWS's default in such a subnet group"),
        ("chosen", "PubliclyAccessible", NotAtRestore, "public is AWS's default in such a subnet group"),
        ("chosen", "Tags", Drop, "with any tags given, AWS takes no others, and --tag is on everything"),
        ("chosen", "Tags", NotAtRestore, "the call takes what is wanted, and our own"),
        ("chosen", "AutoMinorVersionUpgrade", Drop, ORIGINAL),
        ("chosen", "AutoMinorVersionUpgrade", NotAtRestore, EARLY),
        ("quarantine", "VpcSecurityGroupIds", NotAtRestore, MENDED),
        ("quarantine", "VpcSecurityGroupIds", NotAfterwards, "passed to the restore; this is for what AWS ignores"),
        ("oracle", "LicenseModel", Drop, ORIGINAL),
        ("oracle", "LicenseModel", NotAtRestore, ORIGINAL),
        ("oracle", "ProcessorFeatures", Drop, ORIGINAL),
        ("oracle", "ProcessorFeatures", NotAtRestore, ORIGINAL),
        ("sql server", "BackupRetentionPeriod", Drop, ORIGINAL),
        ("sql server", "BackupRetentionPeriod", NotAtRestore, MENDED),
        ("sql server", "BackupRetentionPeriod", NotAfterwards, "passed to the restore, which its standby needs"),
    ]
};
