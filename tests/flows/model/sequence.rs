//! What may happen to a migration, in random order.

use proptest::{collection::vec, prelude::*};
use rds_encrypt::sandbox::How;

/// One thing after another.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    /// A command runs; where nothing was begun it is `migrate` in any case.
    Run {
        /// Which.
        ask: Ask,
        /// What happens meanwhile.
        meanwhile: Vec<(When, What)>,
    },
    /// Others act while no command runs; five minutes pass after each.
    Others(Vec<Act>),
    /// So many minutes of AWS's pass.
    Pass(u64),
}

/// What a person asks for where something was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    GoOn,
    MigrateAgain,
    /// `resume --retry`
    Retry,
    /// `cleanup --abandon`
    Abandon,
    /// `cleanup --snapshots`
    DropSnapshots,
}

impl Ask {
    /// Whether “done” means that the database is migrated.
    pub(crate) fn is_for_the_whole(self) -> bool {
        matches!(self, Self::GoOn | Self::MigrateAgain | Self::Retry)
    }
}

/// When in a command's course. Counts begin at 0 for each command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// This mutating call is about to be sent.
    BeforeCall(usize),
    /// It was answered, or lost.
    AfterCall(usize),
    /// This look is about to begin: nothing of it was read yet.
    Look(usize),
    /// This request, of any kind.
    Request(usize),
    /// This line was printed.
    Line(usize),
}

/// What happens then.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// The process ends.
    Crash,
    /// Somebody presses Ctrl-C.
    Interrupt,
    /// From here on so many requests of this operation go wrong.
    Wrong(How, usize),
    /// Others act, before a look only: what happens between a look and a call nobody can see.
    Others(Act),
}

/// Which instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Source,
    Target,
}

/// Which snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Snapshot,
    Copy,
}

/// What others may do, through the official SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Stop(Which),
    Start(Which),
    Reboot(Which),
    RenameAway(Which),
    Unprotect(Which),
    Delete(Which),
    ChangeWindow(Which),
    /// A new, unencrypted instance of that name, where it is free.
    MakeAnother(Which),
    DeleteSnapshot(Of),
    /// A snapshot of the source under our name, where it is free.
    MakeAnotherSnapshot(Of),
    DisableKey,
    EnableKey,
}

pub(crate) fn sequences() -> impl Strategy<Value = Vec<Turn>> {
    let first = meanwhile().prop_map(|meanwhile| Turn::Run { ask: Ask::GoOn, meanwhile });
    (first, vec(turn(), 0..6)).prop_map(|(first, mut rest)| {
        rest.insert(0, first);
        rest
    })
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => (ask(), meanwhile()).prop_map(|(ask, meanwhile)| Turn::Run { ask, meanwhile }),
        3 => vec(act(), 1..4).prop_map(Turn::Others),
        1 => (1_u64..90).prop_map(Turn::Pass),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        10 => Just(Ask::GoOn),
        3 => Just(Ask::MigrateAgain),
        3 => Just(Ask::Retry),
        1 => Just(Ask::Abandon),
        1 => Just(Ask::DropSnapshots),
    ]
}

fn meanwhile() -> impl Strategy<Value = Vec<(When, What)>> {
    let others = ((0_usize..200).prop_map(When::Look), act().prop_map(What::Others));
    let crash = (when(), prop_oneof![6 => Just(What::Crash), 1 => Just(What::Interrupt)]);
    vec(prop_oneof![4 => crash, 4 => call_goes_wrong(), 3 => look_goes_wrong(), 2 => others], 0..7)
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        3 => (0_usize..9).prop_map(When::BeforeCall),
        3 => (0_usize..9).prop_map(When::AfterCall),
        1 => (0_usize..200).prop_map(When::Look),
        1 => (0_usize..400).prop_map(When::Request),
        1 => (0_usize..60).prop_map(When::Line),
    ]
}

fn call_goes_wrong() -> impl Strategy<Value = (When, What)> {
    let how = prop_oneof![
        3 => Just(How::DropAnswer),
        3 => Just(How::DropRequest),
        2 => Just(How::ErrAfterwards { status: 503 }),
        2 => Just(How::Stall { milliseconds: 90_000 }),
        1 => Just(How::Stall { milliseconds: 20_000 }),
        2 => Just(How::Throttle),
        1 => Just(How::Deny),
        2 => refusals(),
        1 => Just(How::InVain { event: "Unable to do it".into() }),
        1 => Just(How::Shows { status: "a-word-nobody-knows".into(), seconds: 900 }),
        1 => prop_oneof![Just(How::ComesOutPlain), Just(How::ComesOutUnder { key: "alias/aws/rds".into() })],
        1 => prop_oneof![Just("failed"), Just("incompatible-restore"), Just("storage-full")]
            .prop_map(|status| How::EndsAs { status: status.into() }),
    ];
    ((0_usize..9).prop_map(When::BeforeCall), how, 1_usize..3)
        .prop_map(|(when, how, times)| (when, What::Wrong(how, times)))
}

/// Refusals that a call may get.
const CODES: [&str; 9] = [
    "InvalidDBInstanceState",
    "InvalidDBSnapshotState",
    "SnapshotQuotaExceeded",
    "InstanceQuotaExceeded",
    "StorageQuotaExceeded",
    "InsufficientDBInstanceCapacity",
    "KMSKeyNotAccessibleFault",
    "ExpiredToken",
    "SomethingNobodyKnows",
];

fn refusals() -> impl Strategy<Value = How> {
    proptest::sample::select(&CODES[..]).prop_map(|code| How::Refuse {
        code: code.into(),
        message: "this is how it is".into(),
        status: 400,
    })
}

/// Stand for the names, which a sequence doesn't know.
pub(crate) const HIDDEN_TARGET: &str = "the target";
pub(crate) const HIDDEN_SNAPSHOT: &str = "the snapshot";
pub(crate) const HIDDEN_COPY: &str = "the copy";

fn look_goes_wrong() -> impl Strategy<Value = (When, What)> {
    let how = prop_oneof![
        6 => Just(How::Stale),
        2 => proptest::sample::select(&[HIDDEN_TARGET, HIDDEN_SNAPSHOT, HIDDEN_COPY][..])
            .prop_map(|name| How::Hides { name: name.into() }),
        1 => Just(How::Throttle),
        1 => Just(How::DropRequest),
        1 => Just(How::DropAnswer),
        1 => Just(How::ErrAfterwards { status: 500 }),
        1 => Just(How::Stall { milliseconds: 90_000 }),
        1 => Just(How::Deny),
    ];
    let when = prop_oneof![
        1 => (0_usize..8).prop_map(When::Look),
        2 => (0_usize..200).prop_map(When::Look),
        2 => (0_usize..400).prop_map(When::Request),
    ];
    (when, how, 1_usize..12).prop_map(|(when, how, times)| (when, What::Wrong(how, times)))
}

fn act() -> impl Strategy<Value = Act> {
    let which = || prop_oneof![Just(Which::Source), Just(Which::Target)];
    let of = || prop_oneof![Just(Of::Snapshot), Just(Of::Copy)];
    prop_oneof![
        1 => which().prop_map(Act::Stop),
        1 => which().prop_map(Act::Start),
        1 => which().prop_map(Act::Reboot),
        1 => which().prop_map(Act::RenameAway),
        1 => which().prop_map(Act::Unprotect),
        2 => which().prop_map(Act::Delete),
        1 => which().prop_map(Act::ChangeWindow),
        2 => which().prop_map(Act::MakeAnother),
        2 => of().prop_map(Act::DeleteSnapshot),
        1 => of().prop_map(Act::MakeAnotherSnapshot),
        1 => Just(Act::DisableKey),
        1 => Just(Act::EnableKey),
    ]
}

/// Whether nothing in it needs a person in the end: the migration must come to its end as if nothing had happened.
pub(crate) fn passes_by_itself(sequence: &[Turn]) -> bool {
    sequence.iter().all(|turn| match turn {
        Turn::Run { ask: Ask::Retry | Ask::Abandon | Ask::DropSnapshots, .. } => false,
        Turn::Run { meanwhile, .. } => meanwhile.iter().all(|(_, what)| match what {
            What::Others(_)
            | What::Wrong(
                How::EndsAs { .. } | How::InVain { .. } | How::ComesOutPlain | How::ComesOutUnder { .. },
                _,
            ) => false,
            What::Crash | What::Interrupt | What::Wrong(..) => true,
        }),
        Turn::Others(_) => false,
        Turn::Pass(_) => true,
    })
}
