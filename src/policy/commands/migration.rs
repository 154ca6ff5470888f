//! What a migration makes, changes and removes.

use crate::{
    model::OWNER_TAG,
    policy::{
        option::With,
        permission::{Given, Permission, Resource},
    },
};

const SECURITY_GROUP: Resource = Resource::Ec2("security-group");

/// A role that a service takes on: which service AWS checks (`iam:PassedToService`) has no source, so it stays open.
const fn passes(when: With) -> Permission {
    Permission {
        sid: "PassRoles",
        actions: &["iam:PassRole"],
        on: &[Resource::AnyRole],
        given: Given::Nothing,
        when: Some(when),
    }
}

/// RDS encrypts something of a setting's in the caller's name.
const fn encrypts(when: With) -> Permission {
    Permission {
        sid: "KeysOfSettings",
        actions: &["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        on: &[Resource::AnyKey],
        given: Given::Nothing,
        when: Some(when),
    }
}

/// RDS makes a grant on the key of a setting.
const fn grants(when: With) -> Permission {
    Permission {
        sid: "LetRdsUseKeysOfSettings",
        actions: &["kms:CreateGrant"],
        on: &[Resource::AnyKey],
        given: Given::ForAws,
        when: Some(when),
    }
}

/// From the snapshot to the copy's last setting.
pub(super) const ALL: &[Permission] = &[
    Permission {
        sid: "TakeSnapshot",
        actions: &["rds:CreateDBSnapshot"],
        on: &[Resource::Source, Resource::OwnSnapshots],
        given: Given::SetsTag(OWNER_TAG),
        when: None,
    },
    Permission {
        sid: "CopyEncrypted",
        actions: &["rds:CopyDBSnapshot"],
        on: &[Resource::OwnSnapshots],
        given: Given::SetsTag(OWNER_TAG),
        when: None,
    },
    Permission {
        sid: "Restore",
        actions: &["rds:RestoreDBInstanceFromDBSnapshot"],
        on: &[
            Resource::Copy,
            Resource::OwnSnapshots,
            Resource::Rds("og"),
            Resource::Rds("pg"),
            Resource::Rds("subgrp"),
        ],
        given: Given::SetsTag(OWNER_TAG),
        when: None,
    },
    // AWS asks for it where a create carries tags. No condition on rds:TagsFromRequest: tags that are inherited from the
    // source make it false.
    Permission {
        sid: "TagWhatIsMade",
        actions: &["rds:AddTagsToResource"],
        on: &[Resource::Copy, Resource::OwnSnapshots],
        given: Given::Nothing,
        when: None,
    },
    // By name alone: AWS may show the copy's tags later than the first change is due.
    Permission {
        sid: "SetUpTheCopy",
        actions: &["rds:ModifyDBInstance", "rds:RebootDBInstance"],
        on: &[Resource::Copy],
        given: Given::Nothing,
        when: None,
    },
    // RDS makes a grant for each resource that it encrypts, in the caller's name.
    Permission {
        sid: "LetRdsUseTheKey",
        actions: &["kms:CreateGrant"],
        on: &[Resource::Key],
        given: Given::ForAws,
        when: None,
    },
    passes(With::Monitoring),
    passes(With::Roles),
    passes(With::Domain),
    Permission {
        sid: "AddFeatureRoles",
        actions: &["rds:AddRoleToDBInstance"],
        on: &[Resource::Copy],
        given: Given::Nothing,
        when: Some(With::Roles),
    },
    // ModifyDBInstance asks for these in the caller's name. RotateSecret, which AWS names as well, belongs to a rotation
    // that isn't asked for here.
    Permission {
        sid: "KeepTheMasterPassword",
        actions: &["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
        on: &[Resource::RdsSecrets],
        given: Given::Nothing,
        when: Some(With::Password),
    },
    encrypts(With::Password),
    grants(With::Password),
    // Unverified: AWS's pages name these for who looks at Performance Insights, and ModifyDBInstance's dependent actions
    // name them without saying for what.
    encrypts(With::Insights),
    grants(With::Insights),
    // AWS names it among the restore's dependent actions; unverified for which instances it is asked for.
    Permission {
        sid: "TenantDatabases",
        actions: &["rds:CreateTenantDatabase"],
        on: &[Resource::Copy, Resource::Rds("tenant-database")],
        given: Given::Nothing,
        when: Some(With::Tenants),
    },
    Permission {
        sid: "MakeQuarantine",
        actions: &["ec2:CreateSecurityGroup"],
        on: &[SECURITY_GROUP],
        given: Given::SetsTag(OWNER_TAG),
        when: Some(With::Quarantine),
    },
    // The VPC is a resource of the call as well, and knows nothing of the request's tags.
    Permission {
        sid: "MakeQuarantineInVpc",
        actions: &["ec2:CreateSecurityGroup"],
        on: &[Resource::Ec2("vpc")],
        given: Given::Nothing,
        when: Some(With::Quarantine),
    },
    Permission {
        sid: "TagQuarantine",
        actions: &["ec2:CreateTags"],
        on: &[SECURITY_GROUP],
        given: Given::MadeBy(&["CreateSecurityGroup"]),
        when: Some(With::Quarantine),
    },
    Permission {
        sid: "CloseQuarantine",
        actions: &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
        ],
        on: &[SECURITY_GROUP],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Quarantine),
    },
];

/// What only single migrations can be told.
pub(super) const OF_ONE: &[Permission] = &[
    Permission {
        sid: "CopyAnySnapshot",
        actions: &["rds:CopyDBSnapshot"],
        on: &[Resource::Rds("snapshot")],
        given: Given::SetsTag(OWNER_TAG),
        when: Some(With::From),
    },
    Permission {
        sid: "UpgradeTheCopy",
        actions: &["rds:ModifyDBSnapshot"],
        on: &[Resource::OwnSnapshots],
        given: Given::Nothing,
        when: Some(With::Upgrade),
    },
];

/// What `cleanup` removes. It waits for the tags itself before it takes something for its own.
pub(super) const REMOVAL: &[Permission] = &[
    REMOVE_SNAPSHOTS,
    Permission {
        sid: "RemoveTheCopy",
        // Protection is lifted first.
        actions: &["rds:DeleteDBInstance", "rds:ModifyDBInstance"],
        on: &[Resource::Copy],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Abandon),
    },
    REMOVE_TENANTS,
    Permission {
        sid: "RemoveQuarantine",
        actions: &["ec2:DeleteSecurityGroup"],
        on: &[SECURITY_GROUP],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Quarantine),
    },
];

/// Deletes what has both our name and our tag.
const REMOVE_SNAPSHOTS: Permission = Permission {
    sid: "RemoveSnapshots",
    actions: &["rds:DeleteDBSnapshot"],
    on: &[Resource::OwnSnapshots],
    given: Given::HasTag(OWNER_TAG),
    when: None,
};

/// The same of the deletion.
pub(super) const REMOVE_TENANTS: Permission = Permission {
    sid: "TenantDatabases",
    actions: &["rds:DeleteTenantDatabase"],
    on: &[Resource::Copy, Resource::Rds("tenant-database")],
    given: Given::Nothing,
    when: Some(With::Tenants),
};
