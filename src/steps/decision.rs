//! What a step can decide.

use crate::model::{Call, Inquiry, ResourceKind, Setting, Value};

/// What the engine does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Carry out one mutating call; its intent is saved first.
    Act(Call),
    /// Look again later.
    Wait(Wait),
    /// The step's goal holds, by this evidence.
    Done(Evidence),
    /// Ask AWS this as well, then decide again: nothing is done or waited for meanwhile.
    Inquire(Inquiry),
    /// Only a person can help.
    Stop(Stop),
}

/// What is waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// Why, in a few words.
    pub why: String,
    /// AWS's status word of the resource that is waited for.
    pub status: Option<String>,
    /// AWS's own percentage.
    pub percent: Option<u8>,
    /// Whether it is for one of AWS's slots for copies.
    pub for_a_slot: bool,
}

impl Wait {
    /// Whether nothing else is waited for than that AWS changes the status.
    pub(crate) fn is_for_a_status(&self) -> bool {
        self.status.is_some() && self.why.is_empty()
    }

    /// Waits on a resource in a status.
    pub(super) fn on(status: &str, percent: Option<i32>) -> Decision {
        let percent = percent.and_then(|percent| u8::try_from(percent.clamp(0, 100)).ok());
        Decision::Wait(Self { status: Some(status.to_owned()), percent, ..Self::default() })
    }

    /// Waits for a reason that no status word tells.
    pub(super) fn because(why: impl Into<String>) -> Decision {
        Decision::Wait(Self { why: why.into(), ..Self::default() })
    }

    /// Waits in a status, and says for what.
    pub(super) fn in_status(status: &str, why: impl Into<String>) -> Decision {
        Decision::Wait(Self { why: why.into(), status: Some(status.to_owned()), ..Self::default() })
    }

    /// Waits for one of AWS's slots for copies.
    pub(super) fn for_a_slot(why: impl Into<String>) -> Decision {
        Decision::Wait(Self { why: why.into(), for_a_slot: true, ..Self::default() })
    }
}

/// Why a step's goal holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Nothing was asked.
    Nothing,
    /// The snapshot is available.
    Snapshot {
        /// Its name.
        name: String,
    },
    /// The copy is available and encrypted under the key.
    EncryptedCopy {
        /// Its name.
        name: String,
    },
    /// The target is there, ours, and encrypted under the key.
    Restored {
        /// Its name.
        name: String,
        /// Its identity.
        resource_id: String,
    },
    /// The copy's own security group lets through what it is to let through, and nothing else.
    Isolated {
        /// Its name.
        name: String,
        /// Its identity.
        id: String,
    },
    /// The encrypted copy is of the wanted engine version.
    Upgraded {
        /// Its name.
        name: String,
        /// The version.
        version: String,
    },
    /// Every wanted value was read back twice.
    Settled,
    /// Encryption, key and settings were read back.
    Verified {
        /// How many settings were compared.
        compared: usize,
    },
    /// It is stopped.
    Stopped {
        /// Its name.
        name: String,
    },
    /// AWS doesn't show it any more, or never did.
    Gone {
        /// Of which kind it was.
        kind: ResourceKind,
        /// Its name.
        name: String,
    },
    /// It has our name and isn't ours: it was left as it is.
    Left {
        /// Of which kind it is.
        kind: ResourceKind,
        /// Its name.
        name: String,
        /// Why it isn't ours.
        why: String,
    },
}

/// Why only a person can help.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// What kind of stop it is; decides the exit code.
    pub kind: StopKind,
    /// What happened, to which resource.
    pub reason: String,
    /// What it means for the data, and what to do next.
    pub remedy: String,
}

/// The kinds of stops.
#[derive(Clone, Debug, PartialEq)]
pub enum StopKind {
    /// Something that a person must mend; resumable.
    NeedsPerson,
    /// What this migration made failed, or is gone: `--retry` begins afresh under the next generation's names.
    Failed {
        /// The number of the call that made it, where AWS shows it no more.
        gone: Option<u32>,
    },
    /// Somebody else owns what has our name.
    Foreign,
    /// AWS denies a call.
    Denied,
    /// A quota of the account is used up: it goes on as soon as there is room.
    Quota {
        /// AWS's name of it, such as `ManualSnapshots`.
        name: String,
    },
    /// The copy is encrypted as asked, but settings differ.
    Difference(Vec<Difference>),
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which.
    pub setting: Setting,
    /// What the plan wants.
    pub wanted: Value,
    /// What AWS shows.
    pub shown: Option<Value>,
}

impl StopKind {
    /// Whether what was made is of no use, so that only the next generation helps.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

impl Stop {
    /// Stops for a person.
    pub(super) fn for_person(reason: impl Into<String>, remedy: impl Into<String>) -> Decision {
        Self::of(StopKind::NeedsPerson, reason, remedy)
    }

    /// Stops since what this migration made is of no use.
    pub(super) fn failed(reason: impl Into<String>, remedy: impl Into<String>) -> Decision {
        Self::of(StopKind::Failed { gone: None }, reason, remedy)
    }

    /// Stops before something of somebody else's.
    pub(super) fn foreign(reason: impl Into<String>, remedy: impl Into<String>) -> Decision {
        Self::of(StopKind::Foreign, reason, remedy)
    }

    pub(super) fn of(kind: StopKind, reason: impl Into<String>, remedy: impl Into<String>) -> Decision {
        Decision::Stop(Self { kind, reason: reason.into(), remedy: remedy.into() })
    }
}
