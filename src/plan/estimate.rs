//! How long a migration may take, before anything is known of this database's pace.
//!
//! AWS publishes no rates of snapshots, copies or restores (R-TIME-2), so those below are assumptions, wide on purpose,
//! and are shown as such. What a run really takes is measured by the run.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Choices,
    carry::{PlannedSetting, Way},
};
use crate::model::{DbInstance, DbSnapshot, Setting};

/// The rates that are assumed, in MiB a second, and the times, in minutes: the least and the most.
pub mod assumed {
    /// A snapshot reads what is used, or only what has changed since an earlier one.
    pub const SNAPSHOT_RATE: (u64, u64) = (20, 300);
    /// An encrypting copy reads and writes all that is used.
    pub const COPY_RATE: (u64, u64) = (10, 150);
    /// Before a snapshot begins, and after it.
    pub const SNAPSHOT_MINUTES: (u64, u64) = (2, 10);
    /// A copy's queue, beginning and end.
    pub const COPY_MINUTES: (u64, u64) = (3, 20);
    /// A restore until the instance answers: its blocks come later, when they are touched.
    pub const RESTORE_MINUTES: (u64, u64) = (8, 60);
    /// One change, with its reading back.
    pub const CHANGE_MINUTES: (u64, u64) = (1, 5);
    /// A reboot for the parameter group.
    pub const REBOOT_MINUTES: (u64, u64) = (2, 10);
    /// One upgrade of the encrypted copy.
    pub const UPGRADE_MINUTES: (u64, u64) = (5, 90);
    /// Everything read back at the end.
    pub const VERIFY_MINUTES: (u64, u64) = (0, 1);
}

/// What the estimate rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The allocated storage, in GiB.
    pub allocated: u64,
    /// An earlier snapshot of the same database, and its full size in bytes, where AWS shows one.
    pub snapshot: Option<(String, u64)>,
    /// Whether automated backups are kept, after which a snapshot holds only what has changed.
    pub has_backups: bool,
    /// How many changes Settle asks for at the most.
    pub changes: u64,
    /// Whether the parameter group may need a reboot.
    pub reboot: bool,
    /// Whether the snapshot to begin from is there already.
    pub begun: bool,
    /// How many upgrades the encrypted copy goes through.
    pub hops: u64,
}

/// From how long to how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// At the least.
    pub least: Duration,
    /// At the most.
    pub most: Duration,
}

/// The time of each step. A later generation takes as long again: its copy is full, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The plain snapshot.
    pub snapshot: Span,
    /// The encrypted copy.
    pub copy: Span,
    /// Its upgrades; nothing where there are none.
    pub upgrade: Option<Span>,
    /// The restore.
    pub restore: Span,
    /// The settings.
    pub settle: Span,
    /// Reading everything back.
    pub verify: Span,
}

impl Basis {
    /// What AWS shows of the source and of its snapshots, and what is planned of its settings. Nothing where AWS shows
    /// no storage.
    #[must_use]
    pub fn of(
        source: &DbInstance,
        snapshots: &[DbSnapshot],
        settings: &[PlannedSetting],
        choices: &Choices,
    ) -> Option<Self> {
        let sized = snapshots.iter().filter_map(|snapshot| {
            let bytes = u64::try_from(snapshot.full_size?).ok().filter(|bytes| *bytes > 0)?;
            Some((snapshot.snapshot_create_time, snapshot.identifier.clone(), bytes))
        });
        let groups: BTreeSet<_> = settings
            .iter()
            .filter_map(|planned| if let Way::Afterwards(group) = planned.way() { Some(group) } else { None })
            .collect();
        let own_parameters =
            |planned: &PlannedSetting| planned.setting == Setting::DBParameterGroupName && planned.at_restore.is_some();
        Some(Self {
            allocated: u64::try_from(source.allocated_storage?).ok()?,
            snapshot: sized.max().map(|(_, name, bytes)| (name, bytes)),
            has_backups: source.backup_retention_period.is_some_and(|days| days > 0),
            changes: u64::try_from(groups.len()).unwrap_or_default(),
            reboot: settings.iter().any(own_parameters),
            begun: choices.from.is_some(),
            hops: choices.upgrade.as_ref().map_or(0, |upgrade| u64::try_from(upgrade.hops.len()).unwrap_or_default()),
        })
    }

    /// What is read and written, in MiB: the size of an earlier snapshot, else all that is allocated.
    #[must_use]
    pub fn mebibytes(&self) -> u64 {
        match &self.snapshot {
            Some((_, bytes)) => bytes.div_ceil(1 << 20),
            None => self.allocated.saturating_mul(1024),
        }
    }
}

impl Estimate {
    /// Estimates each step.
    #[must_use]
    pub fn of(basis: &Basis) -> Self {
        let size = basis.mebibytes();
        // What an earlier backup holds already isn't read again.
        let changed = if basis.has_backups || basis.snapshot.is_some() { 0 } else { size };
        let reboot = if basis.reboot { assumed::REBOOT_MINUTES } else { (0, 0) };
        let (quick, slow) = assumed::CHANGE_MINUTES;
        let settle = (
            basis.changes.saturating_mul(quick).saturating_add(reboot.0),
            basis.changes.saturating_mul(slow).saturating_add(reboot.1),
        );
        Self {
            snapshot: if basis.begun {
                Span::minutes((0, 0))
            } else {
                Span::of(assumed::SNAPSHOT_MINUTES, assumed::SNAPSHOT_RATE, (changed, size))
            },
            upgrade: (basis.hops > 0).then(|| {
                let (quick, slow) = assumed::UPGRADE_MINUTES;
                Span::minutes((basis.hops.saturating_mul(quick), basis.hops.saturating_mul(slow)))
            }),
            copy: Span::of(assumed::COPY_MINUTES, assumed::COPY_RATE, (size, size)),
            restore: Span::minutes(assumed::RESTORE_MINUTES),
            settle: Span::minutes(settle),
            verify: Span::minutes(assumed::VERIFY_MINUTES),
        }
    }

    /// All steps together; and how long a cutover keeps the source frozen, which makes a generation of its own.
    #[must_use]
    pub fn total(&self) -> Span {
        let all = [self.snapshot, self.copy, self.restore, self.settle, self.verify];
        let all = || all.iter().chain(&self.upgrade);
        let sum = |of: fn(&Span) -> Duration| all().map(of).fold(Duration::ZERO, Duration::saturating_add);
        Span { least: sum(|span| span.least), most: sum(|span| span.most) }
    }
}

impl Span {
    fn minutes((least, most): (u64, u64)) -> Self {
        let minutes = |count: u64| Duration::from_secs(count.saturating_mul(60));
        Self { least: minutes(least), most: minutes(most) }
    }

    /// Fixed minutes, and mebibytes at a rate of so many a second.
    fn of(minutes: (u64, u64), (slowest, fastest): (u64, u64), (least, most): (u64, u64)) -> Self {
        let fixed = Self::minutes(minutes);
        let moving = |size: u64, rate: u64| Duration::from_secs(size.div_ceil(rate.max(1)));
        Self {
            least: fixed.least.saturating_add(moving(least, fastest)),
            most: fixed.most.saturating_add(moving(most, slowest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basis() -> Basis {
        Basis { allocated: 100, snapshot: None, has_backups: false, changes: 9, reboot: true, begun: false, hops: 0 }
    }

    fn minutes(span: Span) -> (u64, u64) {
        (span.least.as_secs() / 60, span.most.as_secs() / 60)
    }

    #[test]
    fn each_step_has_its_own_time() {
        let full = Some(("orders-old".to_owned(), 70 << 30));
        // (the basis, snapshot, copy, settle, in all), in minutes.
        let table = [
            ("allocated storage alone", basis(), (7, 95), (14, 190), (11, 55), (41, 402)),
            ("with backups", Basis { has_backups: true, ..basis() }, (2, 95), (14, 190), (11, 55), (35, 402)),
            ("an earlier snapshot", Basis { snapshot: full, ..basis() }, (2, 69), (10, 139), (11, 55), (31, 325)),
            (
                "nothing to change",
                Basis { changes: 0, reboot: false, ..basis() },
                (7, 95),
                (14, 190),
                (0, 0),
                (30, 347),
            ),
            ("begun already", Basis { begun: true, ..basis() }, (0, 0), (14, 190), (11, 55), (33, 306)),
            ("upgraded twice", Basis { hops: 2, ..basis() }, (7, 95), (14, 190), (11, 55), (51, 582)),
            ("empty", Basis { allocated: 0, ..basis() }, (2, 10), (3, 20), (11, 55), (24, 146)),
        ];
        for (case, basis, snapshot, copy, settle, total) in table {
            let estimate = Estimate::of(&basis);
            let found = [estimate.snapshot, estimate.copy, estimate.settle, estimate.total()].map(minutes);
            assert_eq!(found, [snapshot, copy, settle, total], "{case}");
        }
    }

    #[test]
    fn it_rests_on_the_newest_snapshot_that_has_a_size() {
        let snapshot = |name: &str, day: &str, full_size: Option<i64>| DbSnapshot {
            identifier: name.into(),
            snapshot_create_time: format!("2026-09-{day}T00:00:00Z").parse().ok(),
            full_size,
            ..DbSnapshot::default()
        };
        let source =
            DbInstance { allocated_storage: Some(100), backup_retention_period: Some(0), ..DbInstance::default() };
        let all = [
            snapshot("old", "01", Some(1)),
            snapshot("new", "03", Some(2)),
            snapshot("newest", "04", None),
            snapshot("empty", "05", Some(0)),
        ];
        let basis = Basis::of(&source, &all, &[], &Choices::NONE).expect("a basis");
        assert_eq!((basis.snapshot, basis.has_backups), (Some(("new".to_owned(), 2)), false));
        assert_eq!(Basis::of(&source, &[], &[], &Choices::NONE).expect("a basis").snapshot, None);
        assert_eq!(Basis::of(&DbInstance::default(), &all, &[], &Choices::NONE), None, "no storage shown");
    }

    #[test]
    fn any_size_has_an_estimate() {
        let huge = Basis { allocated: u64::MAX, changes: u64::MAX / 100, ..basis() };
        let total = Estimate::of(&huge).total();
        assert!(total.least < total.most);
        let part = Basis { snapshot: Some((String::new(), 1)), ..basis() };
        assert_eq!(part.mebibytes(), 1, "a part of one counts as one");
    }
}
