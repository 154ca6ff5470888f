//! One row of a command's table.

use super::option::With;

/// Actions that go with the same resources, on the same condition, for the same purpose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permission {
    /// What it is for, as the statement's Sid: letters and digits. Reads that a command can do without begin with `Optional`:
    /// each that is denied costs only its own check.
    pub(super) sid: &'static str,
    /// `service:Action`
    pub(super) actions: &'static [&'static str],
    /// What they are on.
    pub(super) on: &'static [Resource],
    /// On which condition.
    pub(super) given: Given,
    /// What it is only needed with; nothing where each run needs it.
    pub(super) when: Option<With>,
}

/// What an action is on. Names that aren't known are `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// `*`: lists, and what AWS scopes by nothing.
    Everything,
    /// The database that is migrated.
    Source,
    /// Its encrypted copy, by our names and by the name that was asked for.
    Copy,
    /// Our snapshots, plain and encrypted.
    OwnSnapshots,
    /// Anything of RDS of this kind, in the ARN's word: `pg`.
    Rds(&'static str),
    /// The DB subnet group of a setup.
    OwnSubnetGroup,
    /// The key.
    Key,
    /// Keys that aren't named.
    AnyKey,
    /// Roles that aren't named.
    AnyRole,
    /// Instance profiles that aren't named.
    AnyProfile,
    /// Users that aren't named.
    AnyUser,
    /// Managed policies.
    AnyPolicy,
    /// The role of a setup's bastion.
    OwnRole,
    /// The instance profile of a setup's bastion.
    OwnProfile,
    /// Anything of EC2 of this kind: `subnet`.
    Ec2(&'static str),
    /// AMIs, which belong to no account of ours.
    Images,
    /// The machine that sessions go through.
    Bastion,
    /// A document of Session Manager.
    Document(&'static str),
    /// The document that shells are started with.
    ShellDocument,
    /// Sessions.
    Sessions,
    /// Public parameters of AWS's.
    PublicParameters,
    /// Users of databases, for tokens of IAM.
    DatabaseUsers,
    /// Secrets that aren't named.
    Secrets,
    /// Secrets that RDS keeps for itself.
    RdsSecrets,
    /// Hosted zones of Route 53.
    HostedZones,
}

/// On which condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// On none.
    Nothing,
    /// The request sets this tag.
    SetsTag(&'static str),
    /// The resource carries this tag.
    HasTag(&'static str),
    /// The tag is set while the resource is made by one of these.
    MadeBy(&'static [&'static str]),
    /// It is asked for by a service of AWS, for a resource of its own.
    ForAws,
    /// The grant is for the account itself.
    ToOwnAccount,
    /// The document is checked as well.
    DocumentIsChecked,
    /// The session is the caller's own.
    OwnSession,
    /// The policy is the one for agents.
    AgentsPolicy,
}
