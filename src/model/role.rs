//! Roles of IAM, as far as a machine carries one.

use std::collections::BTreeSet;

/// An instance profile, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceProfile {
    /// `InstanceProfileName`
    pub name: String,
    /// `Arn`, which a machine names.
    pub arn: Option<String>,
    /// The name of its role; a profile can have none.
    pub role: Option<String>,
}

/// What a role may do, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// The ARNs of the managed policies that are attached to it; nothing where they weren't read.
    pub attached: Option<BTreeSet<String>>,
    /// The actions that its own and its attached policies allow on every resource, as written: `ssm:*` stays `ssm:*`.
    pub allowed: BTreeSet<String>,
    /// Those that they deny, on whatever resource.
    pub denied: BTreeSet<String>,
    /// Its policies whose text wasn't read, by name or ARN: what they allow isn't known.
    pub unread: BTreeSet<String>,
}
