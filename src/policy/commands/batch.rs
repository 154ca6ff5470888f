//! What a batch does with copies that are verified.

use super::migration::REMOVE_TENANTS;
use crate::{
    model::OWNER_TAG,
    policy::{
        option::With,
        permission::{Given, Permission, Resource},
    },
};

/// A batch may be told to stop or delete them, and to delete the plain snapshots.
pub(super) const AFTERWARDS: &[Permission] = &[
    Permission {
        sid: "StopOrDeleteTheCopy",
        actions: &["rds:StopDBInstance"],
        on: &[Resource::Copy],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Stop),
    },
    Permission {
        sid: "StopOrDeleteTheCopy",
        // Protection is lifted first, as any setting is set: see SetUpTheCopy.
        actions: &["rds:DeleteDBInstance"],
        on: &[Resource::Copy],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Delete),
    },
    Permission {
        sid: "DropPlainSnapshots",
        actions: &["rds:DeleteDBSnapshot"],
        on: &[Resource::OwnSnapshots],
        given: Given::HasTag(OWNER_TAG),
        when: Some(With::Drop),
    },
    REMOVE_TENANTS,
];
