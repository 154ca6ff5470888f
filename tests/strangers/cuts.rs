//! A migration that is cut short again and again, and goes on.

use std::time::Duration;

use super::{
    moto::{Moto, POSTGRES},
    outcome::Made,
    process::{pause, until},
    program::{Ended, Program, Running},
};

/// The moments of the kills follow from it; `STRANGERS_SEED` sets another.
const SEED: u64 = 20_261_125;

/// How many migrations are cut.
const SERIES: usize = 4;

/// How many runs of a series are killed; the one after them is left alone.
const KILLS: usize = 8;

/// A run is killed after fewer requests than this. A whole one takes about twenty.
const REQUESTS: usize = 11;

/// And up to so many milliseconds later, while the next request is on its way, answered or being thought about.
const LATER: u64 = 40;

/// Real waits, so that a signal finds the program waiting.
const UNHURRIED: &str = "1";

fn seed() -> u64 {
    std::env::var("STRANGERS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED)
}

/// The run that comes after a kill: `resume`, or `migrate` again where nothing was saved yet.
fn go_on(program: &Program, key: &str) -> Running {
    if program.state_files().is_empty() {
        program.resume(None).expect(2);
        return program.start_migrate("orders", key, &[], "100");
    }
    // By name: killed between its last write and its last word, a run leaves nothing unfinished.
    program.start_resume(Some("orders"))
}

/// Lets a run go on until moto has answered so many requests more, and then a little. Whether it still runs.
fn outlives(running: &mut Running, moto: &Moto, requests: usize, later: u64) -> bool {
    let goal = moto.requests() + requests;
    until("moto's requests", || {
        let ended = running.process.ended().is_some();
        (ended || moto.requests() >= goal).then_some(())
    });
    running.process.end_within(Duration::from_millis(later)).is_none()
}

/// Kills run after run at moments from `random`, until one ends by itself.
fn cut_and_go_on(program: &Program, moto: &Moto, key: &str, random: &mut fastrand::Rng) -> Ended {
    let mut running = program.start_migrate("orders", key, &[], "100");
    for kill in 1..=KILLS {
        let (requests, later) = (random.usize(0..REQUESTS), random.u64(0..LATER));
        if !outlives(&mut running, moto, requests, later) {
            println!("ended by itself before kill {kill}");
            return running.end();
        }
        running.process.kill();
        println!("kill {kill}: {requests} requests and {later} ms later");
        running = go_on(program, key);
    }
    running.end()
}

#[test]
fn a_migration_that_is_killed_at_any_moment_makes_nothing_twice() {
    let seed = seed();
    println!("STRANGERS_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for series in 1..=SERIES {
        let Some(moto) = Moto::start() else { return };
        let key_arn = moto.aws.make_key("alias/payments");
        let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
        let program = Program::new(&moto.url);
        println!("series {series}");
        cut_and_go_on(&program, &moto, "alias/payments", &mut random).expect(0);
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

/// Starts a run that waits as long as it would with AWS, and lets it come into the middle of its work.
fn start_and_settle_in(program: &Program) -> Running {
    let mut running = program.start_migrate("orders", "alias/payments", &[], UNHURRIED);
    until("a state file", || {
        assert!(running.process.ended().is_none(), "it ended before it could be interrupted");
        (!program.state_files().is_empty()).then_some(())
    });
    pause(300);
    running
}

fn stops_politely(signal: &str) {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
    let program = Program::new(&moto.url);

    let running = start_and_settle_in(&program);
    running.process.signal(signal);
    let ended = running.end().expect(5);
    assert!(ended.stderr.contains("rds-encrypt resume"), "it says how to go on: {}", ended.stderr);

    program.resume(None).expect(0);
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

#[test]
fn a_second_run_keeps_out_and_says_who_is_in() {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
    let program = Program::new(&moto.url);

    let running = start_and_settle_in(&program);
    let owner = running.process.0.id().to_string();
    let second = program.migrate("orders", "alias/payments", &[]).expect(6);
    assert!(second.stderr.contains(&owner), "{}", second.stderr);
    let third = program.resume(None).expect(6);
    assert!(third.stderr.contains(&owner), "{}", third.stderr);

    running.end().expect(0);
    Made::find(&moto.aws, &source).assert_right(&moto.aws, &source, &key_arn, None);
}

#[test]
fn a_run_on_another_machine_keeps_out() {
    let Some(moto) = Moto::start() else { return };
    let key_arn = moto.aws.make_key("alias/payments");
    let source = moto.make_instance("orders", &POSTGRES, &UNLIKE_THE_DEFAULTS);
    let (here, elsewhere) = (Program::new(&moto.url), Program::new(&moto.url));

    let running = start_and_settle_in(&here);
    elsewhere.migrate("orders", "alias/payments", &[]).expect(6);
    assert!(elsewhere.state_files().is_empty());

    running.end().expect(0);
    Made::find(&moto.aws, &source).assert_right(&moto.aws, &source, &key_arn, None);
}
