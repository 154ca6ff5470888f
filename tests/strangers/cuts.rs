//! A migration that is cut short again and again, and goes on.

use std::{collections::BTreeMap, fs, io::Write, time::Duration};

use super::{
    moto::{Moto, POSTGRES},
    outcome::Made,
    process::{pause, until},
    program::{Ended, Program, Running},
};

/// The moments of the kills follow from it; without it they are others each time.
const SEED: &str = "STRANGERS_SEED";

/// How many kills must land.
const PROMISED: usize = 20;

/// How many runs of one migration are killed at the most; the one after them is left alone.
const KILLS: usize = 7;

/// Enough migrations for all of the kills, even where many runs end before their time.
const MIGRATIONS: usize = 8;

/// A run is killed after fewer requests than this. A whole one takes about twenty.
const REQUESTS: usize = 11;

/// And up to so many milliseconds later, while the next request is on its way, answered or being thought about.
const LATER: u64 = 40;

/// Real waits, so that a signal finds the program waiting.
const UNHURRIED: &str = "1";

fn seed() -> u64 {
    std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..))
}

/// Says it at once, and not only when the test fails.
fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr");
}

/// The run that comes after a kill: `resume`, or `migrate` again where nothing was saved yet.
fn go_on(program: &Program, database: &str, key: &str) -> Running {
    if program.state_files().is_empty() {
        program.resume(None).expect(2);
        return program.start_migrate(database, key, &[], "100");
    }
    // By name: killed between its last write and its last word, a run leaves nothing unfinished.
    program.start_resume(Some(database))
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

/// Kills run after run at moments from `random`, until one ends by itself. How many kills landed, and that end.
fn cut_and_go_on(
    program: &Program,
    moto: &Moto,
    database: &str,
    most: usize,
    random: &mut fastrand::Rng,
) -> (usize, Ended) {
    let key = "alias/payments";
    let mut running = program.start_migrate(database, key, &[], "100");
    for kill in 0..most {
        let (requests, later) = (random.usize(0..REQUESTS), random.u64(0..LATER));
        if !outlives(&mut running, moto, requests, later) || !running.process.kill() {
            println!("{database}: ended by itself before kill {}", kill + 1);
            return (kill, running.end());
        }
        let at = last_asked(program).unwrap_or_else(|| "nothing asked".into());
        println!("{database}: kill {}, {requests} requests and {later} ms later: {at}", kill + 1);
        running = go_on(program, database, key);
    }
    (most, running.end())
}

/// The last call in the journal and what is known of it.
fn last_asked(program: &Program) -> Option<String> {
    let content: serde_json::Value = serde_json::from_slice(&fs::read(program.state_files().first()?).ok()?).ok()?;
    let last = content["journal"].as_array()?.last()?;
    Some(format!("{} {}", last["call"]["action"], last["outcome"]["outcome"]))
}

/// By the journal, too: no call that makes or reboots something was taken twice.
fn assert_nothing_asked_twice(program: &Program) {
    let [file] = program.state_files().try_into().expect("one state file");
    let content: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    for intent in content["journal"].as_array().expect("a journal") {
        if ["accepted", "found"].iter().any(|outcome| intent["outcome"]["outcome"] == *outcome) {
            *taken.entry(intent["call"]["action"].as_str().expect("an action")).or_default() += 1;
        }
    }
    taken.remove("ModifyDBInstance");
    assert!(taken.values().all(|times| *times == 1), "{taken:?} in {content:#}");
    let reboots = content["journal"].as_array().into_iter().flatten();
    let reboots = reboots.filter(|intent| intent["call"]["action"] == "RebootDBInstance").count();
    assert!(reboots <= 1, "{reboots} reboots asked for in {content:#}");
}

#[test]
fn a_migration_that_is_killed_at_any_moment_makes_nothing_twice() {
    let Some(moto) = Moto::start() else { return };
    let seed = seed();
    let venv = std::env::var("RDS_ENCRYPT_STRANGERS")
        .map_or_else(|_| String::new(), |venv| format!("RDS_ENCRYPT_STRANGERS={venv} "));
    say(&format!(
        "again with: {SEED}={seed} {venv}cargo test --release --test strangers killed_at_any_moment -- --nocapture"
    ));
    let mut random = fastrand::Rng::with_seed(seed);
    let key_arn = moto.aws.make_key("alias/payments");
    let mut landed = 0;
    for number in 1..=MIGRATIONS {
        if landed == PROMISED {
            break;
        }
        let database = format!("orders{number}");
        let source = moto.make_instance(&database, &POSTGRES, &UNLIKE_THE_DEFAULTS);
        let program = Program::new(&moto.url);
        let most = KILLS.min(PROMISED - landed);
        let (kills, ended) = cut_and_go_on(&program, &moto, &database, most, &mut random);
        ended.expect(0);
        landed += kills;
        Made::find_among_others(&moto.aws, &source).assert_right(&moto.aws, &source, &key_arn, None);
        assert_nothing_asked_twice(&program);
        program.assert_state_is_private();
    }
    say(&format!("{landed} runs were killed, of {PROMISED} promised; {SEED}={seed}"));
    assert_eq!(landed, PROMISED, "fewer kills landed than promised");
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
