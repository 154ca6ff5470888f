//! What is looked at: lists, which AWS scopes by nothing that helps (a filter is no name), and keys.

use crate::policy::{
    option::With,
    permission::{Given, Permission, Resource},
};

/// A row of reads on everything.
const fn reads(sid: &'static str, actions: &'static [&'static str], when: Option<With>) -> Permission {
    Permission { sid, actions, on: &[Resource::Everything], given: Given::Nothing, when }
}

/// Each is missed alone, and forbids nothing.
const OPTIONAL: &str = "OptionalReads";

/// Whether the key of a setting can be used; not known, it forbids nothing.
const fn key_of_a_setting(when: With) -> Permission {
    Permission {
        sid: "KeysOfSettings",
        actions: &["kms:DescribeKey"],
        on: &[Resource::AnyKey],
        given: Given::Nothing,
        when: Some(when),
    }
}

/// `scan`: each look that fails costs only itself.
pub(super) const SCAN: &[Permission] = &[
    reads("OptionalInventory", &["rds:DescribeDBInstances", "rds:DescribeDBClusters"], None),
    reads(
        "OptionalInventoryOfSnapshots",
        &["rds:DescribeDBSnapshots", "rds:DescribeDBClusterSnapshots"],
        Some(With::Snapshots),
    ),
    reads("ListOfRegions", &["ec2:DescribeRegions"], Some(With::AllRegions)),
    Permission {
        sid: "OtherAccounts",
        actions: &["sts:AssumeRole"],
        on: &[Resource::AnyRole],
        given: Given::Nothing,
        when: Some(With::AssumeRole),
    },
];

/// What every command of a migration looks at, again and again.
pub(super) const DATABASE: &[Permission] =
    &[reads("LookAtDatabaseAndCopies", &["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"], None)];

/// The key.
pub(super) const KEY: &[Permission] = &[Permission {
    sid: "LookAtTheKey",
    actions: &["kms:DescribeKey"],
    on: &[Resource::Key],
    given: Given::Nothing,
    when: None,
}];

/// The keys of settings, and whether RDS would be allowed to use the key.
pub(super) const KEYS: &[Permission] = &[
    key_of_a_setting(With::Insights),
    key_of_a_setting(With::Password),
    // A dry run, which grants nothing (R-KMS-6); asked for the account itself, so that nobody else could be granted
    // anything by it.
    Permission {
        sid: "OptionalDryRunOfAGrant",
        actions: &["kms:CreateGrant"],
        on: &[Resource::Key],
        given: Given::ToOwnAccount,
        when: None,
    },
];

/// What is in the way, found before anything is made.
pub(super) const BEFORE: &[Permission] = &[
    reads(
        OPTIONAL,
        &[
            "rds:DescribeCertificates",
            "rds:DescribeDBEngineVersions",
            "rds:DescribeDBMajorEngineVersions",
            "rds:DescribeOrderableDBInstanceOptions",
        ],
        None,
    ),
    reads(
        OPTIONAL,
        &[
            "rds:DescribeAccountAttributes",
            "rds:DescribeBlueGreenDeployments",
            "rds:DescribeDBParameters",
            "rds:DescribeDBProxies",
            "rds:DescribeDBProxyTargets",
            "rds:DescribeDBSnapshotAttributes",
            "rds:DescribeDBSubnetGroups",
            "rds:DescribeEventSubscriptions",
            "rds:DescribeIntegrations",
            "rds:DescribePendingMaintenanceActions",
            "cloudwatch:DescribeAlarms",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
        ],
        None,
    ),
];

/// What chosen groups rest on.
pub(super) const GROUPS: &[Permission] = &[reads(
    OPTIONAL,
    &[
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBSubnetGroups",
        "rds:DescribeOptionGroups",
        "ec2:DescribeSecurityGroups",
    ],
    Some(With::Groups),
)];

/// A security group of the copy's own.
pub(super) const QUARANTINE: &[Permission] =
    &[reads("LookAtQuarantine", &["ec2:DescribeSecurityGroups"], Some(With::Quarantine))];

/// Why something failed.
pub(super) const TROUBLE: &[Permission] =
    &[reads(OPTIONAL, &["rds:DescribeAccountAttributes", "rds:DescribeEvents"], None)];

/// The whole account.
pub(super) const ACCOUNT: &[Permission] = &[reads("Inventory", &["rds:DescribeDBClusters"], None)];

/// Which keys there are, where a migration isn't told one.
pub(super) const LIST_OF_KEYS: &[Permission] = &[reads("ListOfKeys", &["kms:ListAliases"], None)];

/// What a lost state file is made again from, beside what is looked at anyway.
pub(super) const REBUILD: &[Permission] = &[reads(OPTIONAL, &["rds:DescribeCertificates"], None)];
