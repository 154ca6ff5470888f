//! Status words and what each allows. Both sets are open: a word that we don't know is waited on (R-STAT-2).

/// What a DB instance's status allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// `available`, `storage-initialization`, `storage-optimization`: takes SQL and changes.
    Usable,
    /// `backing-up`: takes SQL, but no Modify, Reboot or CreateDBSnapshot (R-MOD-5).
    BackingUp,
    /// Passes by itself; every word that we don't know is taken for one.
    Passing,
    /// `stopped`, `stopping`: a person stopped it.
    Stopped,
    /// `deleting`, `delete-precheck`.
    Deleting,
    /// A failure, or something that only a person can change.
    NeedsPerson,
}

impl InstanceState {
    /// Sorts AWS's word. No word at all passes, too.
    #[must_use]
    pub fn of(status: Option<&str>) -> Self {
        match status.unwrap_or_default() {
            "available" | "storage-initialization" | "storage-optimization" => Self::Usable,
            "backing-up" => Self::BackingUp,
            "stopped" | "stopping" => Self::Stopped,
            "deleting" | "delete-precheck" | "deleted" => Self::Deleting,
            "failed"
            | "inaccessible-encryption-credentials"
            | "inaccessible-encryption-credentials-recoverable"
            | "insufficient-capacity"
            | "restore-error"
            | "restore-failed"
            | "storage-full"
            | "upgrade_failed"
            | "upgrade-failed"
            | "modify-failed"
            | "migration-failed"
            | "cloning-failed" => Self::NeedsPerson,
            word if word.starts_with("incompatible-") => Self::NeedsPerson,
            _ => Self::Passing,
        }
    }
}

/// What a DB snapshot's status allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotState {
    /// `available`
    Available,
    /// `pending`, `creating`, `copying`, `upgrading` and every word that we don't know.
    Passing,
    /// `failed`, `deleting`, `deleted`
    Lost,
}

impl SnapshotState {
    /// Sorts AWS's word.
    #[must_use]
    pub fn of(status: Option<&str>) -> Self {
        match status.unwrap_or_default() {
            "available" => Self::Available,
            "failed" | "deleting" | "deleted" | "incompatible-restore" | "incompatible-parameters" => Self::Lost,
            _ => Self::Passing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_failures_need_a_person() {
        let table = [
            ("available", InstanceState::Usable),
            ("storage-optimization", InstanceState::Usable),
            ("backing-up", InstanceState::BackingUp),
            ("stopped", InstanceState::Stopped),
            ("deleting", InstanceState::Deleting),
            ("storage-full", InstanceState::NeedsPerson),
            ("incompatible-anything-new", InstanceState::NeedsPerson),
            ("upgrade_failed", InstanceState::NeedsPerson),
            ("configuring-enhanced-monitoring", InstanceState::Passing),
            ("polishing", InstanceState::Passing),
        ];
        for (word, expected) in table {
            assert_eq!(InstanceState::of(Some(word)), expected, "{word}");
        }
        assert_eq!(InstanceState::of(None), InstanceState::Passing);
        assert_eq!(SnapshotState::of(Some("pending")), SnapshotState::Passing);
        assert_eq!(SnapshotState::of(Some("failed")), SnapshotState::Lost);
    }
}
