//! The worlds of the mutants.

use serde_json::{Value, json};

use crate::attached::{KEY, attached, with};

/// A world whose source differs from AWS's defaults wherever it can.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) row: fn() -> Value,
    /// What is chosen for the copy.
    pub(super) flags: &'static str,
    /// The settings whose rules are tried here; empty: all.
    pub(super) of: &'static [&'static str],
}

/// All of them; in the first the order of Settle is tried, too.
pub(super) const WORLDS: [World; 6] = [
    World { name: "postgres", row: postgres, flags: "", of: &[] },
    World { name: "io1", row: io1, flags: "", of: &["StorageType", "Iops", "DedicatedLogVolume"] },
    World {
        name: "chosen",
        row: || json!({"StorageType": "gp2", "AutoMinorVersionUpgrade": true, "PubliclyAccessible": true}),
        flags: "--instance-class db.m5.xlarge --multi-az --public --copy-tags never --tag cost=7",
        of: &["DBInstanceClass", "MultiAZ", "PubliclyAccessible", "Tags", "AutoMinorVersionUpgrade"],
    },
    World {
        name: "quarantine",
        row: || json!({"StorageType": "gp2"}),
        flags: "--network quarantine",
        of: &["StorageType", "VpcSecurityGroupIds"],
    },
    World { name: "oracle", row: oracle, flags: "", of: &["LicenseModel", "ProcessorFeatures", "OptionGroupName"] },
    World { name: "sql server", row: sql_server, flags: "", of: &["StorageType", "MultiAZ", "BackupRetentionPeriod"] },
];

fn io1() -> Value {
    json!({"StorageType": "io1", "Iops": 1500, "AllocatedStorage": 100, "DedicatedLogVolume": true})
}

fn postgres() -> Value {
    let more = json!({
        "PubliclyAccessible": true, "NetworkType": "DUAL", "MaxAllocatedStorage": 500,
        "IAMDatabaseAuthenticationEnabled": true,
        "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"], "MonitoringInterval": 60,
        "MonitoringRoleArn": "arn:aws:iam::000000000000:role/monitoring", "DatabaseInsightsMode": "advanced",
        "PerformanceInsightsEnabled": true, "PerformanceInsightsRetentionPeriod": 465,
        "PerformanceInsightsKMSKeyId": KEY, "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "CACertificateIdentifier": "rds-ca-ecc384-g1", "AutoMinorVersionUpgrade": true,
        "DBSubnetGroup": {"DBSubnetGroupName": "dual-stack", "VpcId": "vpc-038faba71b3a6cfc9", "Subnets": []},
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 6432},
    });
    with(attached(), &more)
}

fn oracle() -> Value {
    json!({
        "Engine": "oracle-ee", "EngineVersion": "19.0.0.0.ru-2024-10.rur-2024-10.r1", "AllocatedStorage": 20,
        "LicenseModel": "bring-your-own-license", "CharacterSetName": "AL32UTF8",
        "ProcessorFeatures": [{"Name": "coreCount", "Value": "1"}, {"Name": "threadsPerCore", "Value": "1"}],
        "DBParameterGroups": [{"DBParameterGroupName": "default.oracle-ee-19", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "orders-options", "Status": "in-sync"}],
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 1521},
    })
}

fn sql_server() -> Value {
    json!({
        "Engine": "sqlserver-se", "EngineVersion": "15.00.4430.1.v1", "LicenseModel": "license-included",
        "MultiAZ": true, "AllocatedStorage": 20, "StorageType": "gp2",
        "DBParameterGroups": [{"DBParameterGroupName": "default.sqlserver-se-15.0", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:sqlserver-se-15-00", "Status": "in-sync"}],
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 1433},
    })
}
