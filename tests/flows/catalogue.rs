//! What AWS's catalogue left behind, found before anything is made; and what a plan says of time and cost.

use std::{collections::BTreeSet, fs};

use rds_encrypt::{
    aws::{Aws, Connection},
    plan::route,
    sandbox::{How, Switches},
};
use serde_json::{Value, json};

use crate::{
    attached::with,
    end::{MIGRATE, end},
    stage::{Heard, Stage},
};

/// The row of `orders` with another version and the default groups that belong to it.
fn at_version(engine: &str, version: &str, major: &str) -> Value {
    json!({
        "Engine": engine, "EngineVersion": version,
        "DBParameterGroups": [
            {"DBParameterGroupName": format!("default.{engine}{major}"), "ParameterApplyStatus": "in-sync"},
        ],
        "OptionGroupMemberships": [
            {"OptionGroupName": format!("default:{engine}-{}", major.replace('.', "-")), "Status": "in-sync"},
        ],
    })
}

/// What the checks found, and what they couldn't look at.
fn checks(heard: &Heard) -> String {
    let from = heard.stdout.find("Found by the checks").or_else(|| heard.stdout.find("Not checked"));
    let until = heard.stdout.find("\nSteps").unwrap_or(heard.stdout.len());
    from.and_then(|from| heard.stdout.get(from..until)).unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_aws_left_behind_is_found() {
    let mysql = json!({"LicenseModel": "general-public-license"});
    let express = json!({
        "LicenseModel": "license-included", "MultiAZ": true, "AllocatedStorage": 20,
        "DBParameterGroups": [{"DBParameterGroupName": "default.sqlserver-ex-15.0", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:sqlserver-ex-15-00", "Status": "in-sync"}],
    });
    let left = json!({"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"});
    for (name, row, code) in [
        ("available", json!({}), 0),
        ("deprecated_minor", at_version("postgres", "12.17", "12"), 0),
        ("deprecated_major", with(at_version("mysql", "5.6.51", "5.6"), &mysql), 3),
        ("unlisted", json!({"EngineVersion": "15.99"}), 0),
        ("class", json!({"DBInstanceClass": "db.r4.xlarge"}), 3),
        (
            "class_and_deprecated",
            with(at_version("postgres", "12.17", "12"), &json!({"DBInstanceClass": "db.m4.large"})),
            3,
        ),
        ("no_standby", with(at_version("sqlserver-ex", "15.00.4430.1.v1", "15.0"), &express), 3),
        ("too_large", json!({"StorageType": "standard", "AllocatedStorage": 4000}), 0),
        ("extended_support", at_version("postgres", "12.22", "12"), 0),
        ("extended_support_left", with(at_version("postgres", "12.22", "12"), &left), 0),
    ] {
        // Both words for "nothing of that version": an empty list, and a refusal.
        let mut both = Vec::new();
        for strange_versions_refused in [false, true] {
            // AWS has the versions of its instances listed, but for those that it lists no more.
            let without = if name == "unlisted" { BTreeSet::from(["R-CAT-11".to_owned()]) } else { BTreeSet::new() };
            let switches = Switches { strange_versions_refused, without, ..Switches::default() };
            let stage = Stage::of_with(std::slice::from_ref(&row), switches);
            let heard = stage.run("plan orders --sandbox").await;
            assert_eq!(heard.code, code, "{name}: {heard}");
            both.push(checks(&heard));
        }
        assert_eq!(both[0], both[1], "{name}");
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!(name, both[0]) });
    }
}

/// It is found before the snapshot, not hours after it.
#[tokio::test(start_paused = true)]
async fn and_nothing_is_made() {
    let stage = Stage::new();
    let before = end(&stage, "legacy-crm").await;
    let heard = stage.run("migrate legacy-crm --sandbox --yes").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.unbroken().contains("all of postgres 9.6 is deprecated"), "{heard}");
    assert_eq!(end(&stage, "legacy-crm").await, before);
    assert!(stage.state_file("legacy-crm").is_none());
}

/// A question that isn't answered forbids nothing, and is named with the permission that is missing.
#[tokio::test(start_paused = true)]
async fn what_is_not_answered_is_not_checked() {
    let actions = ["DescribeDBEngineVersions", "DescribeDBMajorEngineVersions", "DescribeOrderableDBInstanceOptions"];
    let row = with(at_version("postgres", "12.17", "12"), &json!({"DBInstanceClass": "db.m4.large"}));
    for action in actions {
        let stage = Stage::small();
        stage.order(action, 0, 99, How::Deny);
        let heard = stage.run("plan orders --sandbox").await;
        assert_eq!(heard.code, 0, "{action}: {heard}");
        let said = heard.unbroken();
        assert!(said.contains(&format!("to have it checked, grant rds:{action} to whoever runs this")), "{said}");
        let heard = stage.run("plan orders --sandbox --strict").await;
        assert_eq!(heard.code, 3, "{action}, strictly: {heard}");
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{action}: {heard}");
    }
    // Denied from the second question on: what the first one said stands.
    for (action, passed, code) in [
        ("DescribeDBEngineVersions", 1, 3),
        ("DescribeOrderableDBInstanceOptions", 1, 0),
        ("DescribeOrderableDBInstanceOptions", 3, 0),
    ] {
        let stage = Stage::of(std::slice::from_ref(&row));
        stage.order(action, passed, 99, How::Deny);
        let heard = stage.run("plan orders --sandbox").await;
        assert_eq!(heard.code, code, "{action} after {passed}: {heard}");
        assert!(heard.stdout.contains("postgres 12.17 is deprecated"), "{action} after {passed}: {heard}");
    }
    let stage = Stage::of(&[row]);
    for action in actions {
        stage.order(action, 0, 99, How::Deny);
    }
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 4, "nobody could look, and AWS refuses the class hours later: {heard}");
}

/// The way from one version to another is asked for as lazily as it can be.
#[tokio::test(start_paused = true)]
async fn a_way_between_versions() {
    let stage = Stage::new();
    let in_process = Some(stage.sandbox.http_client());
    let connection = Connection { region: Some("eu-west-2".into()), in_process, ..Connection::default() };
    let aws = Aws::connect(&connection).await.unwrap();
    for (from, to, rows, hops) in [
        ("12.17", "12.22", 2, Some(1)),
        ("9.6.24", "16.8", 2, Some(1)),
        ("12.22", "12.22", 2, Some(0)),
        ("16.8", "12.22", 14, None),
        ("9.6.24", "99.1", 14, None),
    ] {
        let versions = aws.versions_between("postgres", from, to).await.unwrap();
        assert_eq!(versions.len(), rows, "{from} {to}");
        let found = route(&versions, from, to);
        assert_eq!(found.as_ref().ok().map(|route| route.hops.len()), hops, "{from} {to}: {found:?}");
        let family = found.ok().and_then(|route| route.family);
        let major = to.split('.').next().unwrap();
        assert_eq!(family, hops.map(|_| format!("postgres{major}")), "{from} {to}");
    }
}

#[tokio::test(start_paused = true)]
async fn costs_are_shown_by_prices_alone() {
    let stage = Stage::new();
    let path = stage.folder().join("prices.json");
    let prices = json!({
        "currency": "USD", "instance_hour": {"db.r5.large": 0.25}, "storage_gib_month": {"gp2": 0.115},
        "snapshot_gib_month": 0.095,
    });
    fs::write(&path, prices.to_string()).unwrap();
    let file = format!("--prices {}", path.display());
    for (name, words) in [
        ("cost_partial", format!("billing {file}")),
        ("cost", format!("billing {file} --price kms_key_month=1 --price instance_hour.db.r5.large=0.2")),
        ("cost_without_prices", "shop".to_owned()),
    ] {
        let heard = stage.run(&format!("plan {words} --sandbox")).await;
        assert_eq!(heard.code, 0, "{name}: {heard}");
        let from = heard.stdout.find("Billed for as long").unwrap();
        let until = heard.stdout.find("\nEncrypted under this key").unwrap();
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!(name, &heard.stdout[from..until]) });
    }
    let heard = stage.run(&format!("plan billing {file} --sandbox --output json")).await;
    let document: Value = serde_json::from_str(&heard.stdout).unwrap();
    let cost = &document["cost"];
    assert_eq!((&cost["currency"], &cost["partial"]), (&json!("USD"), &json!(true)));
    // Twice, having a standby.
    assert_eq!(cost["lines"][0]["month"], json!({"least": 365.0, "most": 365.0}));
    assert_eq!(cost["lines"][0]["hour"], json!({"least": 0.5, "most": 0.5}));
    assert_eq!(cost["month"], json!({"least": 422.5, "most": 470.0}));
    for (words, why) in [
        ("--prices /nowhere/prices.json", "prices of /nowhere/prices.json: No such file"),
        ("--price instance_hour=1", "instance_hour=1 is no NAME=VALUE"),
        ("--price kms_key_month=-1", "-1 is no price"),
    ] {
        let heard = stage.run(&format!("plan orders --sandbox {words}")).await;
        assert_eq!(heard.code, 2, "{words}: {heard}");
        assert!(heard.unbroken().contains(why), "{words}: {heard}");
    }
    for (text, why) in [
        ("{", "EOF while parsing"),
        ("{\"instance_hours\": {}}", "unknown field `instance_hours`"),
        ("{\"kms_key_month\": -1}", "-1 is no price"),
    ] {
        fs::write(&path, text).unwrap();
        let heard = stage.run(&format!("plan orders --sandbox {file}")).await;
        assert_eq!(heard.code, 2, "{text}: {heard}");
        assert!(heard.unbroken().contains(why), "{text}: {heard}");
    }
}

/// A size that AWS shows outranks the allocated one; where snapshots can't be read, it is that.
#[tokio::test(start_paused = true)]
async fn times_rest_on_what_aws_shows() {
    let stage = Stage::new();
    let mebibytes = async |words: &str| {
        let heard = stage.run(&format!("plan {words} --sandbox --output json")).await;
        let document: Value = serde_json::from_str(&heard.stdout).unwrap();
        document["time"]["rests_on"]["mebibytes"].as_u64()
    };
    assert_eq!(mebibytes("orders").await, Some(70 * 1024), "a snapshot's size");
    assert_eq!(mebibytes("ledger").await, None, "nothing to do");
    // The names are looked up first.
    stage.order("DescribeDBSnapshots", 1, 99, How::Deny);
    assert_eq!(mebibytes("orders").await, Some(100 * 1024), "what is allocated");
}
