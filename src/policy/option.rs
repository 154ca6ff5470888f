//! What only some runs of a command need.

use std::{fmt, str::FromStr};

/// A choice, or something that only some databases have, with permissions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum With {
    /// `scan --snapshots`
    Snapshots,
    /// `scan --all-regions`
    AllRegions,
    /// `scan --assume-role`
    AssumeRole,
    /// `--from`: a snapshot that is there
    From,
    /// `--network quarantine`
    Quarantine,
    /// `--parameter-group`, `--option-group`, `--subnet-group`
    Groups,
    /// `--upgrade-snapshot`
    Upgrade,
    /// Enhanced monitoring
    Monitoring,
    /// Keys of Performance Insights
    Insights,
    /// IAM roles for features
    Roles,
    /// Membership of a directory
    Domain,
    /// A master password that AWS keeps
    Password,
    /// Oracle with tenant databases
    Tenants,
    /// `--after-verify stop`
    Stop,
    /// `--after-verify delete`
    Delete,
    /// `--drop-plain-snapshots`
    Drop,
    /// `cleanup --abandon`
    Abandon,
    /// `cluster:NAME` in place of an instance
    Cluster,
    /// A port of the bastion itself
    Itself,
    /// `--iam-auth`
    IamAuth,
    /// `--secret`
    Secret,
    /// Role and instance profile of the bastion
    Iam,
    /// `--subnet-cidr`
    Subnets,
    /// Sessions that KMS encrypts
    Kms,
    /// `access sessions --terminate`
    End,
}

/// Each, its word, and what it is for.
const ALL: [(With, &str, &str); 25] = [
    (With::Snapshots, "snapshots", "scan --snapshots"),
    (With::AllRegions, "all-regions", "scan --all-regions"),
    (With::AssumeRole, "assume-role", "scan --assume-role"),
    (With::From, "from", "--from: begin from a snapshot that is there"),
    (With::Quarantine, "quarantine", "--network quarantine, and the removal of its security group"),
    (With::Groups, "groups", "--subnet-group, --parameter-group, --option-group and --security-group"),
    (With::Upgrade, "upgrade", "--upgrade-snapshot"),
    (With::Monitoring, "monitoring", "a source with enhanced monitoring, whose role is passed on"),
    (With::Insights, "insights", "a source whose Performance Insights have a key of your own"),
    (With::Roles, "roles", "a source with IAM roles for its features"),
    (With::Domain, "domain", "a source in a directory"),
    (With::Password, "password", "a source whose master password AWS keeps"),
    (With::Tenants, "tenants", "a source of Oracle in the multi-tenant configuration"),
    (With::Stop, "stop", "--after-verify stop"),
    (With::Delete, "delete", "--after-verify delete"),
    (With::Drop, "drop-plain-snapshots", "--drop-plain-snapshots"),
    (With::Abandon, "abandon", "cleanup --abandon"),
    (With::Cluster, "cluster", "cluster:NAME in place of an instance"),
    (With::Itself, "localhost", "a port of the bastion itself"),
    (With::IamAuth, "iam-auth", "tunnel --iam-auth"),
    (With::Secret, "secret", "tunnel --secret"),
    (With::Iam, "iam", "a bastion's role and instance profile"),
    (With::Subnets, "subnets", "--subnet-cidr: subnets, a route table and a DB subnet group"),
    (With::Kms, "kms", "shells that are encrypted under a KMS key"),
    (With::End, "terminate", "access sessions --terminate"),
];

impl With {
    /// All of them, in their order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ALL.iter().map(|(with, ..)| *with).collect()
    }

    fn row(self) -> (&'static str, &'static str) {
        let row = ALL.iter().find(|(with, ..)| *with == self);
        row.map_or(("", ""), |(_, word, meaning)| (word, meaning))
    }

    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// What it is for.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.row().1
    }
}

impl fmt::Display for With {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for With {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = ALL.iter().find(|(_, word, _)| *word == text);
        found.map(|(with, ..)| *with).ok_or_else(|| format!("`{text}` is nothing that a permission is for"))
    }
}
