//! The account's room, and what a migration needs of it (R-QUOTA-1).

use std::{fmt, iter::Sum};

use serde::{Deserialize, Serialize};

use super::super::Step;
use crate::model::AccountQuota;

/// What a migration still takes of the account's quotas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Manual snapshots.
    pub snapshots: i64,
    /// Instances.
    pub instances: i64,
    /// Gibibytes of storage.
    pub gibibytes: i64,
}

impl Need {
    /// What one migration takes from this step on: two manual snapshots, an instance, and its storage once more.
    #[must_use]
    pub fn from(step: Option<Step>, gibibytes: i32) -> Self {
        let copied = Self { snapshots: 0, instances: 1, gibibytes: gibibytes.into() };
        match step {
            None | Some(Step::Isolate | Step::TakeSnapshot) => Self { snapshots: 2, ..copied },
            Some(Step::EncryptCopy) => Self { snapshots: 1, ..copied },
            Some(Step::Upgrade | Step::Restore) => copied,
            Some(_) => Self::default(),
        }
    }
}

impl Sum for Need {
    fn sum<I: Iterator<Item = Self>>(needs: I) -> Self {
        needs.fold(Self::default(), |sum, need| Self {
            snapshots: sum.snapshots + need.snapshots,
            instances: sum.instances + need.instances,
            gibibytes: sum.gibibytes + need.gibibytes,
        })
    }
}

/// What the account has left. A quota that AWS doesn't tell of is no limit here; AWS itself refuses then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Room {
    /// Manual snapshots.
    pub snapshots: Option<Quota>,
    /// Instances.
    pub instances: Option<Quota>,
    /// Gibibytes of storage.
    pub gibibytes: Option<Quota>,
}

/// One quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// How much is used.
    pub used: i64,
    /// How much there is.
    pub max: i64,
}

/// The addresses that copies take in the subnets of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// The DB subnet group.
    pub group: String,
    /// How many they take, all of them together.
    pub need: i64,
    /// How many are free; nothing where AWS doesn't tell.
    pub free: Option<i64>,
}

impl Addresses {
    /// Whether there are too few.
    #[must_use]
    pub fn are_short(&self) -> bool {
        self.free.is_some_and(|free| free < self.need)
    }
}

/// A quota that has too little left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortage {
    /// AWS's name of the quota.
    pub quota: String,
    /// How much is used.
    pub used: i64,
    /// How much there is.
    pub max: i64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} of {} used)", self.quota, self.used, self.max)
    }
}

const SNAPSHOTS: &str = "ManualSnapshots";
const INSTANCES: &str = "DBInstances";
const STORAGE: &str = "AllocatedStorage";

impl Room {
    /// The room that AWS's quotas leave.
    #[must_use]
    pub fn of(quotas: &[AccountQuota]) -> Self {
        let named = |name: &str| {
            let quota = quotas.iter().find(|quota| quota.name == name);
            quota.map(|quota| Quota { used: quota.used, max: quota.max })
        };
        Self { snapshots: named(SNAPSHOTS), instances: named(INSTANCES), gibibytes: named(STORAGE) }
    }

    /// The first quota that hasn't enough for `more` besides what is `promised` already.
    #[must_use]
    pub fn lacks(&self, promised: Need, more: Need) -> Option<Shortage> {
        let rows = [
            (SNAPSHOTS, self.snapshots, promised.snapshots, more.snapshots),
            (INSTANCES, self.instances, promised.instances, more.instances),
            (STORAGE, self.gibibytes, promised.gibibytes, more.gibibytes),
        ];
        rows.into_iter().find_map(|(name, quota, promised, more)| {
            let Quota { used, max } = quota?;
            (used + promised + more > max).then(|| Shortage { quota: name.to_owned(), used, max })
        })
    }
}
