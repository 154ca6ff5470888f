//! What batches cost: how near their order comes to the best, how often they ask, and what a large one takes.
//! `cargo bench --bench batches`
//!
//! Nothing is asserted: the figures are for people. `BATCHES=small` leaves the large ones out.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
    sync::mpsc,
    time::{Duration, Instant},
};

use fastrand::Rng;
use rds_encrypt::{
    cli::{self, Surroundings},
    engine::Interrupter,
    sandbox::{Options, Sandbox, Switches},
    ui::{Output, Page, Volume},
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rds-encrypt");
const SEED: u64 = 20_261_127;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut out = io::stdout();
    let small = std::env::var("BATCHES").is_ok_and(|text| text == "small");
    calls(&mut out)?;
    orders(&mut out, if small { &[50, 500] } else { &[50, 500, 5000] })?;
    large(&mut out, if small { 1000 } else { 10_000 })
}

/// A database as AWS shows it. Sizes are heavy-tailed: most are small, and a few are most of the data; a terabyte is the most, so
/// that the order matters and not the largest alone.
fn row(number: usize, rng: &mut Rng) -> Value {
    let size = (20.0 / (1.0 - rng.f64()).powf(0.8)).min(1000.0);
    #[expect(clippy::cast_possible_truncation, reason = "between 20 and 1000")]
    let size = size as i64;
    let name = format!("app-{number:05}");
    json!({
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.m5.large", "Engine": "postgres", "EngineVersion": "15.7",
        "DBInstanceStatus": "available", "MasterUsername": "admin", "AllocatedStorage": size,
        "InstanceCreateTime": "2019-06-12T12:40:58.216Z", "StorageType": "gp2", "StorageEncrypted": false,
        "LicenseModel": "postgresql-license", "MultiAZ": true, "PreferredBackupWindow": "02:00-02:30",
        "PreferredMaintenanceWindow": "sun:03:30-sun:04:00", "BackupRetentionPeriod": 7,
        "AutoMinorVersionUpgrade": true, "DeletionProtection": true, "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CopyTagsToSnapshot": true, "PubliclyAccessible": false,
        "DbiResourceId": format!("db-ABCDEFGHIJKLMNOPQRSTU{number:05}"),
        "DBInstanceArn": format!("arn:aws:rds:eu-west-2:111122223333:db:{name}"),
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-00000000000000001", "Status": "active"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "private", "VpcId": "vpc-00000000000000001", "Subnets": [
            {"SubnetIdentifier": "subnet-000000000000000a1", "SubnetAvailabilityZone": {"Name": "eu-west-2a"}},
            {"SubnetIdentifier": "subnet-000000000000000b1", "SubnetAvailabilityZone": {"Name": "eu-west-2b"}}]},
        "Endpoint": {"Address": format!("{name}.example.eu-west-2.rds.amazonaws.com"), "Port": 5432},
        "TagList": [{"Key": "team", "Value": "commerce"}],
    })
}

fn inventory(count: usize) -> Value {
    let mut rng = Rng::with_seed(SEED);
    json!({"DBInstances": (0..count).map(|number| row(number, &mut rng)).collect::<Vec<_>>()})
}

/// A rehearsal of so many: its JSON, and how long the process took.
fn rehearsed(folder: &Path, count: usize, slots: usize, canary: usize) -> Outcome<(Value, Duration, u64)> {
    let file = folder.join(format!("{count}.json"));
    if !file.exists() {
        fs::write(&file, serde_json::to_vec(&inventory(count))?)?;
    }
    let room = (4 * count).to_string();
    let printed = folder.join("printed.json");
    let began = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(["batch", "--rehearse", "--output", "json", "--quiet", "--from"])
        .arg(&file)
        .args(["--concurrency", &slots.to_string(), "--canary", &canary.to_string()])
        .args(["--quota", &format!("ManualSnapshots={room}"), "--quota", &format!("DBInstances={room}")])
        .args(["--quota", "AllocatedStorage=1000000000"])
        .stdout(fs::File::create(&printed)?)
        .spawn()?;
    let (process, mut peak) = (child.id(), 0);
    let (ended, is_over) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait()));
    while is_over.recv_timeout(Duration::from_millis(20)).is_err() {
        peak = peak.max(memory(process).unwrap_or_default());
    }
    let took = began.elapsed();
    let text = fs::read_to_string(&printed)?;
    let last = text.lines().last().ok_or("the rehearsal printed nothing")?;
    Ok((serde_json::from_str(last)?, took, peak))
}

fn number(found: &Value, member: &str) -> f64 {
    found.get(member).and_then(Value::as_f64).unwrap_or_default()
}

/// The most memory that a process had, in KiB.
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Makespan ÷ lower bound: the longest alone, or all copies' time by the slots.
fn orders(out: &mut impl Write, counts: &[usize]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    writeln!(out, "order: makespan ÷ lower bound (longest migration; all copy work ÷ slots)")?;
    for count in counts {
        for (name, slots) in [("5", 5), ("20", 20), ("unlimited", *count)] {
            let (found, took, _) = rehearsed(folder.path(), *count, slots, 0)?;
            let (with_canary, ..) = rehearsed(folder.path(), *count, slots, 1)?;
            let ratio = |found: &Value| number(found, "seconds") / number(found, "lower_bound_seconds");
            let number = |member: &str| number(&found, member);
            writeln!(
                out,
                "  {count:>5} databases, {name:>9} slots: {:.3}, after a canary {:.3}   ({} done, {:.0} h against {:.0} h, \
                 played in {:.1} s)",
                ratio(&found),
                ratio(&with_canary),
                number("done"),
                number("seconds") / 3600.0,
                number("lower_bound_seconds") / 3600.0,
                took.as_secs_f64(),
            )?;
        }
    }
    Ok(())
}

/// So many databases: what it takes to play them.
fn large(out: &mut impl Write, count: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (found, took, peak) = rehearsed(folder.path(), count, 20, 1)?;
    let number = |member: &str| number(&found, member);
    writeln!(
        out,
        "large: {count} databases, {} done: {:.1} s, {} MiB at the most, {:.0} bytes of state a change ({} changes)",
        number("done"),
        took.as_secs_f64(),
        peak / 1024,
        number("state_bytes") / number("state_writes").max(1.0),
        number("state_writes"),
    )?;
    Ok(())
}

/// How often AWS is asked: each migration by itself, and the same ones together.
fn calls(out: &mut impl Write) -> Outcome<()> {
    const COUNT: usize = 200;
    const SLOTS: usize = 50;
    let alone =
        counted(COUNT, &(0..COUNT).map(|number| format!("migrate app-{number:05} --sandbox")).collect::<Vec<_>>())?;
    let words = format!("batch --sandbox --canary 0 --concurrency {SLOTS}");
    let together = counted(COUNT, &[words])?;
    let each = |calls: &Calls| (per(calls.all, COUNT), per(calls.looks, COUNT));
    let ((alone_all, alone_looks), (all, looks)) = (each(&alone), each(&together));
    writeln!(
        out,
        "calls a migration, {COUNT} of them over {SLOTS} slots: alone {alone_all:.0}, in a batch {all:.0}, ratio {:.2}; looks alone {alone_looks:.0}, in \
         a batch {looks:.1}, ratio {:.3}",
        all / alone_all,
        looks / alone_looks,
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn per(calls: u64, count: usize) -> f64 {
    calls as f64 / count as f64
}

/// How often AWS was asked anything, and how often for instances and snapshots.
struct Calls {
    all: u64,
    looks: u64,
}

/// Runs commands one after the other on a world of so many, in virtual time.
fn counted(count: usize, commands: &[String]) -> Outcome<Calls> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let switches = Switches {
            most_manual_snapshots: 4 * count,
            most_instances: 4 * count,
            most_storage: i64::MAX / 4,
            // All of them are in one subnet group.
            without: ["R-NET-4", "R-NET-7"].map(str::to_owned).into(),
            ..Switches::default()
        };
        let sandbox = Sandbox::open(Options { rows: Some(inventory(count)), switches, ..Options::default() })?;
        let folder = tempfile::tempdir()?;
        for command in commands {
            let around = Surroundings {
                output: Output {
                    stdout: Box::new(io::sink()),
                    stderr: Box::new(io::sink()),
                    stdout_page: Page::default(),
                    stderr_page: Page::default(),
                    volume: Volume::Quiet,
                },
                bars: None,
                ask: None,
                attended: false,
                pace: None,
                json: false,
                sandbox: Some(sandbox.clone()),
                interrupt: Interrupter::new().1,
            };
            let words = std::iter::once("rds-encrypt").chain(command.split_whitespace()).map(Into::into);
            let state = ["--state-dir".into(), folder.path().as_os_str().to_owned()];
            let code = cli::run(words.chain(state).collect(), around).await;
            if code != 0 {
                return Err(format!("{command}: exit code {code}").into());
            }
        }
        let calls = sandbox.calls();
        let sum = |wanted: &dyn Fn(&str) -> bool| {
            calls.iter().filter(|(name, _)| wanted(name)).map(|(_, it)| it.answered + it.refused + it.throttled).sum()
        };
        let looks = |name: &str| name == "DescribeDBInstances" || name == "DescribeDBSnapshots";
        Ok(Calls { all: sum(&|_| true), looks: sum(&looks) })
    })
}
