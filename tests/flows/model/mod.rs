//! The model check: random sequences of crashes, faults, stale looks and acts of others, against whole commands.
//!
//! After each moment it holds: no second snapshot, copy or instance; no second reboot; no mutating call on what isn't
//! ours; each call on disk before it is sent; and never “done” unless AWS shows the target encrypted under the key.
//! Each command ends, with an exit code that the README knows; and where all that was wrong passes by itself, the
//! migration comes to the same end as without.
//!
//! A sequence follows from its seed. One that fails is shrunk, told, and printed with the command that replays it.
//! The long run:
//!
//! ```text
//! TMPDIR=/dev/shm MODEL_RUNS=10000 cargo test --release --test flows model::sequences -- --nocapture
//! ```
//!
//! `MODEL_SEED` is the first sequence's seed; the others' follow it. Each state file is synced at each write: in memory,
//! as above, that costs nothing.

mod found;
mod ledger;
mod others;
mod play;
mod sequence;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::sweep::{number, parallel::on_each_core};
use play::{Played, has_stale, play};
use sequence::{Turn, passes_by_itself, sequences};

/// The first sequence's seed.
const SEED: u64 = 1;

/// So many sequences, unless `MODEL_RUNS` says otherwise.
const RUNS: u64 = 150;

/// A failing sequence is made smaller at most so often.
const SHRINKS: usize = 300;

/// What is known to break and isn't mended yet: part of the words, and what it is about. Counted, and shown.
const KNOWN: [(&str, &str); 0] = [];

fn is_known(broken: &str) -> bool {
    KNOWN.iter().any(|(words, _)| broken.contains(words))
}

fn fails(played: &Played) -> bool {
    played.broken.iter().any(|broken| !is_known(broken))
}

#[test]
fn sequences_keep_what_must_hold() {
    let first = number("MODEL_SEED").unwrap_or(SEED);
    let runs = number("MODEL_RUNS").unwrap_or(RUNS);
    let begun = std::time::Instant::now();
    let done = AtomicU64::new(0);
    let results = on_each_core((first..first + runs).collect(), |seed: u64| {
        let played = try_seed(seed);
        if let Some(failure) = &played.failure {
            println!("{failure}");
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(500) {
            println!("{done} of {runs}");
        }
        played
    });
    let took = begun.elapsed().as_secs_f64();
    println!("{}", summary(first, &results));
    #[expect(clippy::cast_precision_loss, reason = "shown to people only")]
    let rate = runs as f64 / took;
    println!("{rate:.1} sequences a second");
    let failed: Vec<u64> = results.iter().filter(|result| result.failure.is_some()).map(|result| result.seed).collect();
    assert!(failed.is_empty(), "{} of {runs} sequences failed: seeds {failed:?}", failed.len());
}

/// What came of one seed.
struct Tried {
    seed: u64,
    passes: bool,
    stale: bool,
    codes: Vec<Option<u8>>,
    known: Vec<String>,
    failure: Option<String>,
}

fn try_seed(seed: u64) -> Tried {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let mut tree = sequences().new_tree(&mut runner).expect("a sequence");
    let sequence = tree.current();
    let played = play(&sequence);
    let failure = fails(&played).then(|| {
        let (smallest, played) = shrink(&mut tree, (sequence.clone(), played.clone()));
        told(seed, &smallest, &played)
    });
    Tried {
        seed,
        passes: passes_by_itself(&sequence),
        stale: has_stale(&sequence),
        codes: played.codes,
        known: played.broken.into_iter().filter(|broken| is_known(broken)).collect(),
        failure,
    }
}

/// The smallest sequence that is found to fail.
fn shrink(tree: &mut impl ValueTree<Value = Vec<Turn>>, mut smallest: (Vec<Turn>, Played)) -> (Vec<Turn>, Played) {
    let mut smaller = tree.simplify();
    for _ in 0..SHRINKS {
        if !smaller {
            break;
        }
        let sequence = tree.current();
        let played = play(&sequence);
        smaller = if fails(&played) {
            smallest = (sequence, played);
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    smallest
}

fn told(seed: u64, sequence: &[Turn], played: &Played) -> String {
    let turns: Vec<String> = sequence.iter().map(|turn| format!("  {turn:?}")).collect();
    format!(
        "\nseed {seed} fails: {}\nthe smallest such sequence:\n{}\nwhat happened:\n{}\nreplay it: MODEL_SEED={seed} \
         MODEL_RUNS=1 cargo test --release --test flows model::sequences -- --nocapture\n",
        played.broken.join("; "),
        turns.join("\n"),
        played.story.join("\n")
    )
}

fn summary(first: u64, results: &[Tried]) -> String {
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for code in results.iter().flat_map(|result| &result.codes) {
        *codes.entry(code.map_or_else(|| "ended".to_owned(), |code| format!("exit {code}"))).or_default() += 1;
    }
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for broken in results.iter().flat_map(|result| &result.known) {
        let about = KNOWN.iter().find(|(words, _)| broken.contains(words)).map_or("", |(_, about)| about);
        *known.entry(about).or_default() += 1;
    }
    let last = results.last().map_or(first, |result| result.seed);
    let passing = results.iter().filter(|result| result.passes).count();
    let stale = results.iter().filter(|result| result.stale).count();
    let finished = results.iter().filter(|result| result.codes.contains(&Some(0))).count();
    format!(
        "{} sequences, seeds {first} to {last}: {passing} in which all passes by itself, {stale} with stale looks; \
         {finished} came to “done”\ncommands: {codes:?}\nknown to break: {known:?}",
        results.len()
    )
}
