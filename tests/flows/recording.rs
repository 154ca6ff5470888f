//! `--record`: a transcript of all that was asked of AWS, which can be given away.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use rds_encrypt::sandbox::How;
use serde_json::Value;

use crate::stage::Stage;

/// The account of the sandbox.
const ACCOUNT: &str = "000000000000";

/// The first line, and the calls.
fn read(path: &Path) -> (Value, Vec<Value>) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "whole lines only");
    let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.next().unwrap(), lines.collect())
}

fn counted(calls: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    // The sandbox has no CloudWatch, and doesn't count what it doesn't know.
    for call in calls.iter().filter(|call| call["service"] != "monitoring") {
        *counts.entry(call["operation"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// How often the sandbox was asked.
fn asked(stage: &Stage) -> BTreeMap<String, u64> {
    let calls = stage.sandbox.calls().into_iter();
    calls.map(|(operation, calls)| (operation, calls.answered + calls.refused + calls.throttled)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_call_of_a_migration_is_in_it_and_the_account_is_not() {
    let stage = Stage::new();
    let path = stage.folder().join("transcript");
    let words = format!("migrate orders --sandbox --yes --record {}", path.display());
    let heard = stage.run(&words).await;
    assert_eq!(heard.code, 0, "{heard}");
    let (first, calls) = read(&path);
    assert_eq!((first["format"].as_u64(), first["sandbox"].as_bool()), (Some(1), Some(true)));
    assert_eq!((first["region"].as_str(), first["command"][1].as_str()), (Some("eu-west-2"), Some("orders")));
    assert_eq!(counted(&calls), asked(&stage));
    for (call, sequence) in calls.iter().zip(1..) {
        assert_eq!(call["sequence"].as_u64(), Some(sequence));
        assert!(call["time"].as_str().unwrap().starts_with("20"), "{call}");
        assert!(call["service"].is_string() && call["status"].is_u64() && !call["answer"].is_null(), "{call}");
    }
    let restore = calls.iter().find(|call| call["operation"] == "RestoreDBInstanceFromDBSnapshot").unwrap();
    assert_eq!(restore["parameters"]["BackupRetentionPeriod"], "0", "{restore}");
    let alarms = calls.iter().find(|call| call["service"] == "monitoring").unwrap();
    assert_eq!(alarms["operation"], "DescribeAlarms");
    assert!(alarms["parameters"]["unreadable_bytes"].is_u64(), "bytes that nobody could mask: {alarms}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(ACCOUNT) && text.contains("111111111111"));
    assert!(!text.contains("c1x2k3q4w5e6"), "the hash of endpoints");
    assert!(!text.contains("AWS4-HMAC") && !text.to_lowercase().contains("authorization"), "no header");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    stage.sandbox.forget_calls();
    let again = stage.run(&words).await;
    assert_eq!(again.code, 2, "{again}");
    assert!(again.stderr.contains("never writes over anything"), "{again}");
    assert!(asked(&stage).is_empty(), "nothing was asked");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test(start_paused = true)]
async fn without_the_flag_there_is_no_file_and_the_run_is_the_same() {
    let (with, without) = (Stage::small(), Stage::small());
    let path = with.folder().join("transcript");
    assert_eq!(with.run(&format!("migrate orders --sandbox --yes --record {}", path.display())).await.code, 0);
    assert_eq!(without.run("migrate orders --sandbox --yes").await.code, 0);
    assert_eq!(asked(&with), asked(&without));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_leaves_whole_lines() {
    let stage = Stage::new();
    for (number, seconds) in [(0, 0), (1, 1), (2, 3)] {
        let path = stage.folder().join(format!("transcript-{number}"));
        let words = format!("migrate orders --sandbox --yes --record {}", path.display());
        stage.kill_after(&words, Duration::from_secs(seconds)).await;
        let (head, _) = read(&path);
        assert_eq!(head["format"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn refused_and_lost_calls_are_told_with_each_attempt() {
    let stage = Stage::small();
    stage.order("DescribeDBInstances", 0, 1, How::Throttle);
    stage.order("CreateDBSnapshot", 0, 1, How::DropAnswer);
    let path = stage.folder().join("transcript");
    let heard = stage.run(&format!("migrate orders --sandbox --yes --record {}", path.display())).await;
    assert_eq!(heard.code, 0, "{heard}");
    let (_, calls) = read(&path);
    let of = |operation: &'static str| calls.iter().filter(move |call| call["operation"] == operation);
    let attempts: Vec<u64> = of("DescribeDBInstances").take(2).map(|call| call["attempt"].as_u64().unwrap()).collect();
    assert_eq!(attempts, [1, 2]);
    let throttled = of("DescribeDBInstances").next().unwrap();
    assert!(throttled["answer"].as_str().unwrap().contains("Throttling"), "{throttled}");
    let lost = of("CreateDBSnapshot").next().unwrap();
    assert!(lost["status"].is_null() && lost["error"].as_str().unwrap().contains("without an answer"), "{lost}");
    assert_eq!(counted(&calls), asked(&stage));
}

#[tokio::test(start_paused = true)]
async fn other_commands_are_recorded_as_well() {
    let stage = Stage::new();
    let commands = ["scan --sandbox", "plan orders --sandbox", "tunnel orders --sandbox --print-command"];
    for (number, words) in commands.into_iter().enumerate() {
        stage.sandbox.forget_calls();
        let path = stage.folder().join(format!("transcript-{number}"));
        let heard = stage.run(&format!("{words} --record {}", path.display())).await;
        assert_eq!(heard.code, 0, "{heard}");
        let (_, calls) = read(&path);
        assert_eq!(counted(&calls), asked(&stage), "{words}");
        assert!(!calls.is_empty(), "{words}");
    }
}
