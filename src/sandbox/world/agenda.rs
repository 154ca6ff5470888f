//! What is going to happen: one step is one effect on one thing at one time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::changes::Changes;
use super::timeline::Timed;

/// An effect that is due at a time.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    /// The resource id of an instance or the name of a snapshot. Names of instances change; ids don't.
    pub(crate) of: String,
    pub(crate) effect: Effect,
}

impl Timed for Step {
    fn at(&self) -> Timestamp {
        self.at
    }

    fn of(&self) -> String {
        self.of.clone()
    }
}

/// What a step does.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// The instance shows another status.
    Status(String),
    /// Changes become visible as pending.
    Pend(Box<Changes>),
    /// Changes are made, and no longer pending.
    Apply(Box<Changes>),
    /// A new instance has an address, a zone and a time of creation.
    Up,
    /// Security groups that were being added are active, those being removed are gone.
    SecurityGroupsSettle,
    /// Parameter groups are being applied.
    ParametersApplying,
    /// A parameter group that was being applied now waits for a reboot.
    ParametersAwaitReboot,
    /// A reboot has read the parameter groups.
    ParametersInSync,
    /// Option groups are in sync.
    OptionsInSync,
    /// A role shows what became of it.
    RoleSettles {
        /// The feature that it is for.
        feature: String,
        /// AWS's word.
        status: String,
    },
    /// Membership in a directory shows another word.
    Domain(String),
    /// Members of the row about an activity stream change; those without a value go.
    Stream(serde_json::Map<String, serde_json::Value>),
    /// The role of a feature is no longer there.
    RoleGone(String),
    /// Tags show.
    Tags(Vec<super::Tag>),
    /// A managed master password has its secret.
    SecretActive,
    /// The volume is being initialized or optimized, until the time given.
    StorageOperation {
        /// AWS's word: Initializing or Optimizing.
        status: String,
        /// When it ends.
        until: Timestamp,
    },
    /// The instance no longer exists; true: its automated backups stay.
    Gone(bool),
    /// A stopped instance is started by RDS itself.
    StartsItself,
    /// Others in the account make snapshots and instances (`R-QUOTA-2`).
    OthersTake {
        /// How the names of theirs begin.
        mark: String,
        /// So many manual snapshots.
        snapshots: usize,
        /// So many instances.
        instances: usize,
    },
    /// Others delete what they made.
    OthersGiveBack {
        /// How the names of theirs begin.
        mark: String,
    },
    /// An automated snapshot is taken, if the instance still keeps backups.
    Backup,
    /// A queued copy begins; true: it says `copying`.
    CopyBegins(bool),
    /// The snapshot is on another engine version.
    SnapshotUpgraded {
        /// That version.
        version: String,
        /// Its option group from now on.
        option_group: String,
    },
    /// The snapshot is complete.
    SnapshotDone,
    /// A stage of life without a key.
    WithoutKey(WithoutKey),
    /// A turn of a machine, an endpoint or an interface.
    Network(super::network::turns::Turn),
    /// An event is written down.
    Event {
        /// Its sentence.
        message: String,
        /// Its categories.
        categories: Vec<String>,
    },
}

/// The stages of a database whose key can't be used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WithoutKey {
    /// RDS says that it noticed.
    Noticed,
    /// The database is down, and can be had back.
    Recoverable,
    /// It can't be had back.
    Lost,
}
