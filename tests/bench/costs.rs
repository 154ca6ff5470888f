//! What the program costs: its start, a whole run in the sandbox, and a page of instances. `cargo bench --bench costs`
//!
//! Nothing is asserted: the figures are for people, and the ratios for comparing machines.

use std::{
    error::Error,
    fs,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_rds::types::Tag;
use rds_encrypt::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rds-encrypt");
const REGION: &str = "eu-west-2";
/// Ticks of /proc's clock in a second: Linux shows 100 to programs, whatever it uses itself.
const TICKS: f64 = 100.0;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut out = io::stdout();
    start_up(&mut out)?;
    page(&mut out).await?;
    whole_run(&mut out)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// `--help` against a program that does nothing, run side by side.
fn start_up(out: &mut impl Write) -> Outcome<()> {
    let timed = |program: &str, argument: &str| -> io::Result<Duration> {
        let began = Instant::now();
        Command::new(program).arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        Ok(began.elapsed())
    };
    let (mut nothing, mut help) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        nothing.push(timed("/bin/true", "--")?);
        help.push(timed(PROGRAM, "--help")?);
    }
    let (nothing, help) = (median(nothing), median(help));
    writeln!(
        out,
        "start-up: --help {:.2} ms, /bin/true {:.2} ms, ratio {:.2} (medians of 300, side by side)",
        milliseconds(help),
        milliseconds(nothing),
        help.div_duration_f64(nothing)
    )?;
    Ok(())
}

/// A migration in the sandbox, from the first command on: what it takes of the processor and of memory.
fn whole_run(out: &mut impl Write) -> Outcome<()> {
    let state = tempfile::tempdir()?;
    let began = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(["migrate", "orders", "--sandbox", "--yes", "--state-dir"])
        .arg(state.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let folder = format!("/proc/{}", child.id());
    let mut peak = 0;
    let stderr = child.stderr.take().ok_or("no stderr")?;
    // It says a line now and then, the last one at its end: a good time to look.
    for line in BufReader::new(stderr).lines() {
        line?;
        peak = kibibytes(Path::new(&folder)).unwrap_or(peak);
    }
    let (user, system) = processor(Path::new(&folder)).unwrap_or_default();
    let status = child.wait()?;
    let took = began.elapsed().as_secs_f64();
    writeln!(
        out,
        "whole sandbox run: user {user:.2} s, system {system:.2} s, peak {:.1} MiB; {took:.1} s of waiting and working, \
         ratio of the processor's time to it {:.3} ({status})",
        f64::from(peak) / 1024.0,
        (user + system) / took
    )?;
    Ok(())
}

/// The most memory that a process has had.
fn kibibytes(process: &Path) -> Option<u32> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}

/// Seconds that a process has spent itself, and the system for it; known until it is waited for.
fn processor(process: &Path) -> Option<(f64, f64)> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut seconds = || Some(fields.next()?.parse::<f64>().ok()? / TICKS);
    Some((seconds()?, seconds()?))
}

fn row(number: usize) -> Value {
    let name = format!("database-{number:03}");
    let group = |member: &str, name: &str, status: &str, word: &str| json!([{member: name, status: word}]);
    json!({
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.m5.large", "Engine": "postgres", "EngineVersion": "15.7",
        "DBInstanceStatus": "available", "MasterUsername": "keeper", "DBName": "data", "AllocatedStorage": 100,
        "InstanceCreateTime": "2019-04-11T06:52:18.403Z", "PreferredBackupWindow": "03:10-03:40",
        "PreferredMaintenanceWindow": "sun:04:30-sun:05:00", "BackupRetentionPeriod": 7, "StorageType": "gp3",
        "Iops": 3000, "StorageThroughput": 125, "LicenseModel": "postgresql-license", "StorageEncrypted": false,
        "DbiResourceId": format!("db-{number:026}"), "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "VpcSecurityGroups": group("VpcSecurityGroupId", "sg-04c66e73f5c33e3e0", "Status", "active"),
        "DBParameterGroups": group("DBParameterGroupName", "own", "ParameterApplyStatus", "in-sync"),
        "OptionGroupMemberships": group("OptionGroupName", "default:postgres-15", "Status", "in-sync"),
        "TagList": [{"Key": "team", "Value": "commerce"}, {"Key": "environment", "Value": "production"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "private", "VpcId": "vpc-1", "Subnets": [
            {"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": {"Name": "eu-west-2a"}},
            {"SubnetIdentifier": "subnet-2", "SubnetAvailabilityZone": {"Name": "eu-west-2b"}}]}})
}

/// A page of 100 instances through the SDK and the sandbox, against an answer that shows one.
async fn page(out: &mut impl Write) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let seed = folder.path().join("seed.json");
    fs::write(&seed, json!({"DBInstances": (0..100).map(row).collect::<Vec<_>>()}).to_string())?;
    let sandbox = Sandbox::open(Options { seed: Some(seed), region: REGION.to_owned(), ..Options::default() })?;
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(sandbox.http_client())
        .region(aws_config::Region::new(REGION))
        .credentials_provider(aws_credential_types::Credentials::from_keys("AKIDSANDBOX", "secret", None))
        .load()
        .await;
    let rds = aws_sdk_rds::Client::new(&config);
    for number in 0..100 {
        // Rows of a file are shown as they are until they are acted on: this page is to be made afresh.
        let arn = format!("arn:aws:rds:{REGION}:{}:db:database-{number:03}", rds_encrypt::sandbox::ACCOUNT);
        let tag = Tag::builder().key("bench").value("costs").build();
        rds.add_tags_to_resource().resource_name(arn).tags(tag).send().await?;
    }
    let (mut pages, mut ones) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let began = Instant::now();
        let shown = rds.describe_db_instances().max_records(100).send().await?.db_instances().len();
        pages.push(began.elapsed());
        if shown != 100 {
            return Err(format!("a page of {shown}").into());
        }
        let began = Instant::now();
        rds.describe_db_instances().db_instance_identifier("database-050").send().await?;
        ones.push(began.elapsed());
    }
    let (page, one) = (median(pages), median(ones));
    writeln!(
        out,
        "a page of 100 instances through SDK and sandbox: {:.2} ms, an answer that shows one: {:.2} ms, ratio {:.1} \
         (medians of 200)",
        milliseconds(page),
        milliseconds(one),
        page.div_duration_f64(one)
    )?;
    Ok(())
}
