//! How long things take, in world seconds. AWS publishes no such numbers; these are believable ones (`R-TIME-2`).

use jiff::{SignedDuration, Timestamp};

/// A time so many seconds later.
pub(crate) fn after(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

/// Between an accepted change and the first sign of it (`R-MOD-2`).
pub(crate) const SEEN_AFTER: i64 = 20;
/// Security groups are swapped.
pub(crate) const SECURITY_GROUPS: i64 = 60;
/// A role is associated, or no longer.
pub(crate) const ROLE: i64 = 60;
/// An activity stream starts, or stops.
pub(crate) const STREAM: i64 = 300;
/// A directory is joined.
pub(crate) const JOIN: i64 = 300;
/// A parameter group is being applied.
pub(crate) const PARAMETERS: i64 = 60;
/// A restart.
pub(crate) const REBOOT: i64 = 150;
/// A final halt, and a start.
pub(crate) const STOP: i64 = 300;
pub(crate) const START: i64 = 360;
/// Removal of an instance.
pub(crate) const DELETE: i64 = 300;
/// The old name shows `renaming` this long, the new one after it.
pub(crate) const RENAME_OLD: i64 = 150;
pub(crate) const RENAME_NEW: i64 = 240;
/// A snapshot's engine version is upgraded.
pub(crate) const UPGRADE: i64 = 900;
/// A queued copy waits at least this long.
pub(crate) const COPY_QUEUE: i64 = 60;

/// A new and empty instance.
pub(crate) fn create(gibibytes: i64) -> i64 {
    420 + gibibytes
}

/// A manual or automated snapshot.
pub(crate) fn snapshot(gibibytes: i64) -> i64 {
    120 + 18 * gibibytes
}

/// A copy that re-encrypts reads and writes every block.
pub(crate) fn full_copy(gibibytes: i64) -> i64 {
    180 + 72 * gibibytes
}

/// A copy without a change of key moves next to nothing.
pub(crate) fn cheap_copy() -> i64 {
    75
}

/// A restore until the instance can be reached; its blocks follow when they are read.
pub(crate) fn restore(gibibytes: i64) -> i64 {
    540 + 6 * gibibytes
}

/// The blocks of a restored volume have all been fetched.
pub(crate) fn initialize(gibibytes: i64) -> i64 {
    600 + 120 * gibibytes
}

/// The first full backup of a new instance, or after backups were turned on.
pub(crate) fn baseline(gibibytes: i64) -> i64 {
    180 + 12 * gibibytes
}

/// A storage change's optimization.
pub(crate) fn optimize(gibibytes: i64) -> i64 {
    3600 + 120 * gibibytes
}
