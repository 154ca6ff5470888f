//! The schedule by table.

use super::*;

fn at(text: &str) -> AwsTime {
    text.parse().expect("a time")
}

fn limits() -> Limits {
    Limits {
        canary: 0,
        concurrency: 20,
        max_failures: 3,
        max_open: None,
        hours: None,
        wait_for_room: Duration::from_hours(1),
    }
}

fn candidate(index: usize, gibibytes: i32) -> Candidate {
    Candidate { index, name: format!("db-{index}"), gibibytes, single_az: false, step: None, not_before: None }
}

/// A queue of two that nothing holds.
struct Case {
    waiting: Vec<Candidate>,
    active: Vec<Active>,
    limits: Limits,
    canaries: (usize, usize, usize),
    failed: usize,
    open: usize,
    slots: usize,
    room: Option<Room>,
    last_single_az: Option<&'static str>,
    pace: Pace,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            waiting: vec![candidate(0, 100), candidate(1, 20)],
            active: Vec::new(),
            limits: limits(),
            canaries: (0, 0, 0),
            failed: 0,
            open: 0,
            slots: 20,
            room: None,
            last_single_az: None,
            pace: Pace::default(),
        }
    }
}

impl Case {
    fn next(&self) -> Next {
        let (canaries_left, canaries_active, canaries_failed) = self.canaries;
        next(&Queue {
            waiting: &self.waiting,
            active: &self.active,
            canaries_left,
            canaries_active,
            canaries_failed,
            failed: self.failed,
            open: self.open,
            limits: &self.limits,
            slots: self.slots,
            room: self.room.as_ref(),
            last_single_az: self.last_single_az.map(at),
            pace: &self.pace,
            now: at(NOW),
        })
    }
}

const NOW: &str = "2026-11-25T22:00:00Z";

fn under_way(step: Option<Step>) -> Active {
    let copying = step == Some(Step::EncryptCopy);
    Active { step, uncounted: step, gibibytes: 50, copying, since: at(NOW), ends: None }
}

fn quota(used: i64, max: i64) -> Quota {
    Quota { used, max }
}

#[test]
fn what_holds_and_what_begins() {
    let room = |snapshots: Option<Quota>, instances: Option<Quota>, gibibytes: Option<Quota>| {
        Some(Room { snapshots, instances, gibibytes })
    };
    let short = |name: &str, used, max| Next::Hold(Hold::Room(Shortage { quota: name.into(), used, max }));
    let night = |text: &str| Limits { hours: Some(text.parse().expect("hours")), ..limits() };
    let single = vec![Candidate { single_az: true, ..candidate(0, 100) }, candidate(1, 20)];
    let both =
        vec![Candidate { single_az: true, ..candidate(0, 100) }, Candidate { single_az: true, ..candidate(1, 20) }];
    let taking = under_way(Some(Step::TakeSnapshot));
    let table: Vec<(&str, Case, Next)> = vec![
        ("the first", Case::default(), Next::Begin(0)),
        ("none", Case { waiting: vec![], ..Case::default() }, Next::Nothing),
        ("three failures", Case { failed: 3, ..Case::default() }, Next::Hold(Hold::Failures(3))),
        ("two failures", Case { failed: 2, ..Case::default() }, Next::Begin(0)),
        ("a canary to begin", Case { canaries: (1, 0, 0), ..Case::default() }, Next::Begin(0)),
        ("a canary under way", Case { canaries: (1, 1, 0), ..Case::default() }, Next::Hold(Hold::Canaries)),
        ("the second of two", Case { canaries: (2, 1, 0), ..Case::default() }, Next::Begin(0)),
        ("a canary failed", Case { canaries: (0, 0, 1), ..Case::default() }, Next::Hold(Hold::CanaryFailed)),
        ("within its hours", Case { limits: night("22:00-06:00"), ..Case::default() }, Next::Begin(0)),
        ("outside", Case { limits: night("02:00-06:00"), ..Case::default() }, Next::Hold(Hold::Hours)),
        ("a weekend", Case { limits: night("sat:20:00-mon:05:00"), ..Case::default() }, Next::Hold(Hold::Hours)),
        ("no slot", Case { slots: 1, active: vec![taking], ..Case::default() }, Next::Hold(Hold::Slots)),
        ("looked into", Case { slots: 1, active: vec![under_way(None)], ..Case::default() }, Next::Hold(Hold::Slots)),
        (
            "restored: its slot is free",
            Case { slots: 1, active: vec![under_way(Some(Step::Restore))], ..Case::default() },
            Next::Begin(0),
        ),
        (
            "as many open as may be",
            Case {
                limits: Limits { max_open: Some(3), ..limits() },
                open: 2,
                active: vec![under_way(Some(Step::Settle))],
                ..Case::default()
            },
            Next::Hold(Hold::Open),
        ),
        ("room for two", Case { room: room(Some(quota(98, 100)), None, None), ..Case::default() }, Next::Begin(0)),
        (
            "room for one snapshot",
            Case { room: room(Some(quota(99, 100)), None, None), ..Case::default() },
            short("ManualSnapshots", 99, 100),
        ),
        (
            "promised to one that is taking its snapshot",
            Case { room: room(Some(quota(97, 100)), None, None), active: vec![taking], ..Case::default() },
            short("ManualSnapshots", 97, 100),
        ),
        (
            "both of it are there already",
            Case {
                room: room(Some(quota(98, 100)), None, None),
                active: vec![under_way(Some(Step::Restore))],
                ..Case::default()
            },
            Next::Begin(0),
        ),
        (
            "no instance",
            Case { room: room(None, Some(quota(40, 40)), None), ..Case::default() },
            short("DBInstances", 40, 40),
        ),
        (
            "storage for the small one only",
            Case { room: room(None, None, Some(quota(950, 1000))), ..Case::default() },
            Next::Begin(1),
        ),
        (
            "another Single-AZ a moment ago: a Multi-AZ one goes ahead",
            Case { waiting: single.clone(), last_single_az: Some("2026-11-25T21:59:55Z"), ..Case::default() },
            Next::Begin(1),
        ),
        (
            "only Single-AZ ones",
            Case { waiting: both, last_single_az: Some("2026-11-25T21:59:55Z"), ..Case::default() },
            Next::Hold(Hold::Spread),
        ),
        (
            "ten seconds later",
            Case { waiting: single, last_single_az: Some("2026-11-25T21:59:50Z"), ..Case::default() },
            Next::Begin(0),
        ),
    ];
    for (name, case, expected) in table {
        assert_eq!(case.next(), expected, "{name}");
    }
}

/// Between AWS's yes and the next step, what was made isn't counted twice.
#[test]
fn what_aws_counts_already_is_not_promised_once_more() {
    let mut active = under_way(None);
    let mut needs = Vec::new();
    for (made, step) in [
        (false, Step::TakeSnapshot),
        (true, Step::TakeSnapshot),
        (false, Step::EncryptCopy),
        (true, Step::EncryptCopy),
        (true, Step::Restore),
        (false, Step::Settle),
    ] {
        if made {
            active.made(step);
        } else {
            active.enter(step, at(NOW));
        }
        let Need { snapshots, instances, .. } = Need::from(active.uncounted, active.gibibytes);
        needs.push((snapshots, instances));
    }
    assert_eq!(needs, [(2, 1), (1, 1), (1, 1), (0, 1), (0, 0), (0, 0)]);
}

#[test]
fn canaries_are_the_smallest_and_then_the_longest_comes_first() {
    let all = [300, 20, 1000, 50, 20].into_iter().enumerate().map(|(index, size)| candidate(index, size));
    let ordered = |canaries| in_order(all.clone().collect(), canaries).iter().map(|it| it.index).collect::<Vec<_>>();
    assert_eq!(ordered(1), [1, 2, 0, 3, 4]);
    assert_eq!(ordered(0), [2, 0, 3, 1, 4]);
    assert_eq!(ordered(9), [1, 4, 3, 0, 2]);
}

#[test]
fn slots_halve_on_a_refusal_and_grow_one_by_one() {
    let mut slots = Slots::new(20);
    let mut counts = Vec::new();
    for (refused, under_way) in [(true, 20), (true, 9), (false, 0), (false, 0), (true, 1), (true, 1), (false, 0)] {
        if refused {
            slots.refused(under_way);
        } else {
            slots.done();
        }
        counts.push(slots.count());
    }
    assert_eq!(counts, [10, 4, 5, 6, 1, 1, 2]);
    (0..50).for_each(|_| slots.done());
    assert_eq!(slots.count(), 20);
}

/// Snapshots take a minute a gibibyte, copies ten.
fn measured() -> Pace {
    let mut pace = Pace::default();
    for gibibytes in [10, 20] {
        let minutes = |each: u64| Duration::from_mins(each * u64::try_from(gibibytes).expect("a size"));
        pace.snapshots.learn(gibibytes, minutes(1));
        pace.copies.learn(gibibytes, minutes(10));
    }
    pace
}

/// Who begins while one slot is there and it is taken, or will be.
#[test]
fn a_snapshot_is_taken_when_its_copy_will_find_a_slot() {
    let copying = |ends: &str| Active { ends: Some(at(ends)), ..under_way(Some(Step::EncryptCopy)) };
    // Its copy begins at 22:50, and ends at 07:10.
    let taking = under_way(Some(Step::TakeSnapshot));
    let waiting = Active { copying: false, ..under_way(Some(Step::EncryptCopy)) };
    let table = [
        ("a copy that ends as the snapshot does", vec![copying("2026-11-25T23:00:00Z")], 60, true),
        ("a copy that ends a minute later", vec![copying("2026-11-25T23:01:00Z")], 60, false),
        ("a copy of which nothing is known", vec![under_way(Some(Step::EncryptCopy))], 60, false),
        ("a short one before the long one's copy begins", vec![taking], 4, true),
        ("one that would be in its way", vec![taking], 5, false),
        ("one after it", vec![taking], 600, true),
        ("one whose copy waits for its turn", vec![waiting], 60, false),
        ("one that is restored", vec![under_way(Some(Step::Restore))], 60, true),
    ];
    for (name, active, gibibytes, begins) in table {
        let case =
            Case { waiting: vec![candidate(0, gibibytes)], active, slots: 1, pace: measured(), ..Case::default() };
        let expected = if begins { Next::Begin(0) } else { Next::Hold(Hold::Slots) };
        assert_eq!(case.next(), expected, "{name}");
    }
    // The longest one that fits begins; one whose snapshot is there needs its slot at once.
    let case = Case {
        waiting: vec![
            Candidate { step: Some(Step::EncryptCopy), ..candidate(0, 60) },
            candidate(1, 60),
            candidate(2, 4),
        ],
        active: vec![copying("2026-11-25T22:04:00Z")],
        slots: 1,
        pace: measured(),
        ..Case::default()
    };
    assert_eq!(case.next(), Next::Begin(1));
}

#[test]
fn whoever_begins_afresh_gives_its_slot_back() {
    let mut active = under_way(Some(Step::EncryptCopy));
    active.enter(Step::EncryptCopy, at(NOW));
    assert!(active.copying);
    active.enter(Step::TakeSnapshot, at(NOW));
    assert!(!active.copying);
}

#[test]
fn a_percentage_tells_when_all_of_it_is_there() {
    let table = [(3, None), (25, Some("2026-11-26T02:00:00Z")), (100, Some("2026-11-25T23:00:00Z"))];
    for (percent, expected) in table {
        let mut active = under_way(Some(Step::EncryptCopy));
        active.progress(percent, at("2026-11-25T23:00:00Z"));
        assert_eq!(active.ends, expected.map(at), "{percent} %");
    }
}

#[test]
fn hours_that_make_no_sense_are_refused() {
    for text in ["22:00", "24:00-06:00", "22:00-06:60", "sat:20:00-06:00", "06:00-06:00", "rubbish", ""] {
        assert!(text.parse::<Hours>().is_err(), "{text}");
    }
    for text in ["22:00-06:00", "SAT:20:00-mon:05:00"] {
        assert!(text.parse::<Hours>().is_ok(), "{text}");
    }
}
