//! A migration that is cut short again and again, and goes on.

use std::time::Duration;

use super::{
    moto::{Moto, POSTGRES},
    outcome::Made,
    process::{pause, until},
    program::{Ended, Program, Running},
};

/// Delays before the kills follow from it; `STRANGERS_SEED` sets another.
const SEED: u64 = 20_261_125;

/// How many runs may be killed; the one after them is left alone.
const KILLS: usize = 8;

/// The longest delay before a kill. A whole run on moto takes a little more.
const LONGEST: u64 = 1_500;

/// Real waits, so that a signal finds the program waiting.
const UNHURRIED: &str = "1";

fn seed() -> u64 {
    std::env::var("STRANGERS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED)
}

/// The run that comes after a kill: `resume`, or `migrate` again where nothing was saved yet.
fn go_on(program: &Program, key: &str) -> Running {
    if program.state_files().is_empty() {
        program.resume().expect(2);
        return program.start_migrate("orders", key, &[], "100");
    }
    program.start_resume()
}

/// Kills run after run, each after a delay from `random`, until one ends by itself.
fn cut_and_go_on(program: &Program, key: &str, random: &mut fastrand::Rng) -> Ended {
    let mut running = program.start_migrate("orders", key, &[], "100");
    for kill in 1..=KILLS {
        let delay = Duration::from_millis(random.u64(0..LONGEST));
        if running.process.end_within(delay).is_some() {
            println!("ended by itself before kill {kill}");
            return running.end();
        }
        running.process.kill();
        println!("kill {kill} after {delay:?}: {} state files", program.state_files().len());
        running = go_on(program, key);
    }
    running.end()
}

#[test]
fn a_migration_that_is_killed_at_any_moment_makes_nothing_twice() {
    let seed = seed();
    println!("STRANGERS_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for series in 1..=3 {
        let Some(moto) = Moto::start() else { return };
        let key_arn = moto.aws.make_key("alias/payments");
        let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
        let program = Program::new(&moto.url);
        println!("series {series}");
        cut_and_go_on(&program, "alias/payments", &mut random).expect(0);
        Made::find(&moto.aws, &source).assert_right(&moto.aws, &source, &key_arn, None);
        program.assert_state_is_private();
    }
}

const UNLIKE_THE_DEFAULTS: [&str; 6] = [
    "--backup-retention-period",
    "5",
    "--copy-tags-to-snapshot",
    "--no-auto-minor-version-upgrade",
    "--tags",
    "Key=team,Value=payments",
];

fn stops_politely(signal: &str) {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
    let program = Program::new(&moto.url);

    let mut running = program.start_migrate("orders", "alias/payments", &[], UNHURRIED);
    until("a state file", || {
        assert!(running.process.ended().is_none(), "it ended before it could be interrupted");
        (!program.state_files().is_empty()).then_some(())
    });
    // Into the middle of its work, not its first moment.
    pause(300);
    running.process.signal(signal);
    let ended = running.end().expect(5);
    assert!(ended.stderr.contains("rds-encrypt resume"), "it says how to go on: {}", ended.stderr);

    program.resume().expect(0);
    Made::find(&moto.aws, &source).assert_right(&moto.aws, &source, &key_arn, None);
}

#[test]
fn sigterm_stops_it_and_it_says_how_to_go_on() {
    stops_politely("TERM");
}

#[test]
fn sigint_stops_it_and_it_says_how_to_go_on() {
    stops_politely("INT");
}
