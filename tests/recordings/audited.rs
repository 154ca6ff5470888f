//! Every answer of EC2, IAM and Systems Manager that AWS was seen to give is audited: no crash, and no verdict without
//! what it rests on.

use std::{collections::BTreeMap, fs};

use rds_encrypt::access::{Verdict, audit, saved};
use serde_json::{Value, json};

use super::tape::{folder, recorded};

/// The recordings of everything but databases, each a file as `access audit --from` reads it.
fn surroundings() -> Vec<(String, String)> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let is_meant = ["ec2.", "iam.", "ssm."].iter().any(|front| name.starts_with(front))
                || name == "rds.DescribeDBSubnetGroups.json";
            (is_meant && path.extension().is_some_and(|end| end == "json"))
                .then(|| (name, fs::read_to_string(&path).expect("a file")))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_recorded_database_is_audited() {
    let files = surroundings();
    let mut verdicts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for call in recorded("DescribeDBInstances") {
        for row in call.answer["DBInstances"].as_array().into_iter().flatten() {
            let name = row["DBInstanceIdentifier"].as_str().expect("a name");
            let own = json!({"DBInstances": [row]}).to_string();
            let all =
                files.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain([("own.json", own.as_str())]);
            let facts = saved::facts(all, &name.parse().expect("a name")).expect("facts");
            let report = audit(&facts);
            for check in &report.checks {
                let word = match &check.verdict {
                    Verdict::Pass => "pass",
                    Verdict::Fail(remedy) => {
                        assert!(!remedy.words.is_empty(), "{}: {check:?}", call.from);
                        "fail"
                    }
                    Verdict::NotChecked(why) => {
                        assert!(!why.is_empty(), "{}: {check:?}", call.from);
                        "not checked"
                    }
                };
                assert_eq!(check.seen.is_empty(), word == "not checked", "{}: {check:?}", call.from);
                *verdicts.entry((check.id, word)).or_default() += 1;
            }
            let public = report.checks.iter().find(|check| check.id == "database-not-public").expect("a check");
            let is_public = row["PubliclyAccessible"].as_bool() == Some(true);
            assert_eq!(matches!(public.verdict, Verdict::Fail(_)), is_public, "{}", call.from);
        }
    }
    if !files.is_empty() {
        let told: Vec<String> = verdicts.iter().map(|((id, word), count)| format!("{id}: {word} {count}")).collect();
        insta::assert_snapshot!("audited", told.join("\n"));
    }
}

/// Each recorded network by itself: a database is put into it, on all of its subnets, behind its first group.
#[test]
fn a_database_in_each_recorded_vpc_is_audited() {
    let files = surroundings();
    let mut told = Vec::new();
    let of = |operation: &str, list: &str| -> Vec<Value> {
        let named = files.iter().find(|(name, _)| *name == format!("ec2.{operation}.json"));
        let calls: Vec<Value> = named.map(|(_, text)| serde_json::from_str(text).expect("calls")).unwrap_or_default();
        let rows = calls.iter().flat_map(|call| call["answer"][list].as_array().cloned().unwrap_or_default());
        rows.collect()
    };
    let subnets = of("DescribeSubnets", "Subnets");
    let mut vpcs: Vec<&str> = subnets.iter().filter_map(|row| row["VpcId"].as_str()).collect();
    vpcs.sort_unstable();
    vpcs.dedup();
    for vpc in vpcs {
        let own: Vec<Value> = subnets
            .iter()
            .filter(|row| row["VpcId"] == vpc)
            .map(|row| json!({"SubnetIdentifier": row["SubnetId"], "SubnetStatus": "Active", "SubnetAvailabilityZone": {"Name": row["AvailabilityZone"]}}))
            .collect();
        let groups = of("DescribeSecurityGroups", "SecurityGroups");
        let groups: Vec<Value> = groups
            .iter()
            .filter(|row| row["VpcId"] == vpc)
            .take(1)
            .map(|row| json!({"VpcSecurityGroupId": row["GroupId"], "Status": "active"}))
            .collect();
        let database = json!({"DBInstances": [{
            "DBInstanceIdentifier": "orders", "PubliclyAccessible": false, "Endpoint": {"Port": 5432},
            "VpcSecurityGroups": groups, "DBSubnetGroup": {"DBSubnetGroupName": "made-up", "VpcId": vpc, "Subnets": own},
        }]})
        .to_string();
        let all =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain([("own.json", database.as_str())]);
        let report = audit(&saved::facts(all, &"orders".parse().expect("a name")).expect("facts"));
        told.push(format!("{vpc}: {:?}", report.counts()));
        for check in report.checks {
            if !matches!(check.verdict, Verdict::NotChecked(_)) {
                let word = if check.verdict == Verdict::Pass { "pass" } else { "fail" };
                told.push(format!("  {} {word}: {}", check.id, check.seen.join(" | ")));
            }
        }
    }
    if !files.is_empty() {
        insta::assert_snapshot!("audited_vpcs", told.join("\n"));
    }
}
