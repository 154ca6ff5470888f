//! Random sources over the whole space of settings, each migrated by the whole command: nothing is lost that the plan
//! didn't announce, and AWS refuses nothing on the way.
//!
//! What the copy should be is compared by AWS's members, not by the carry table. `PROPERTY_SEED` and `PROPERTY_RUNS`
//! choose what is tried; a failing source is printed with the command that tries it again.

mod engines;
mod source;

use std::collections::BTreeMap;

use aws_sdk_rds::types::DbInstance;
use serde_json::Value;
use source::source;

use crate::{
    end::{MIGRATE, instance, row, target_of},
    stage::Stage,
    sweep::{
        number,
        parallel::{in_time_of_its_own, on_each_core},
    },
};

/// So many sources, unless the environment says otherwise.
const RUNS: u64 = 12;

const SEED: u64 = 20_261_127;

/// Things go so many times faster than the command believes: what is looked at long isn't what this is about.
const HURRY: f64 = 20.0;

/// What a plan's setting is called in the comparison.
fn label(setting: &str) -> Option<&'static str> {
    Some(match setting {
        "PubliclyAccessible" => "public",
        "CACertificateIdentifier" => "certificate authority",
        "EngineLifecycleSupport" => "lifecycle",
        _ => return None,
    })
}

/// The tags but AWS's own, which nobody else may set, and ours.
fn peoples_tags(row: &DbInstance) -> BTreeMap<&str, &str> {
    let all = row.tag_list().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()));
    all.filter(|(key, _)| !key.starts_with("aws:") && !key.starts_with("rds-encrypt")).collect()
}

/// The source without what doesn't work there and is told instead; what should have been told.
fn that_works(mut source: DbInstance) -> (DbInstance, Vec<&'static str>) {
    let mut told = Vec::new();
    let roles = source.associated_roles.get_or_insert_default();
    if roles.iter().any(|role| role.status() == Some("INVALID")) {
        roles.retain(|role| role.status() != Some("INVALID"));
        told.push("is INVALID; the copy won't have it");
    }
    let domains = source.domain_memberships.get_or_insert_default();
    if domains.iter().any(|domain| domain.status() == Some("failed")) {
        domains.clear();
        told.push("couldn't join the directory");
    }
    (source, told)
}

/// What became of one source.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It can't be migrated: why.
    Announced(String),
    Same,
    Wrong(String),
}

async fn tried(seed: u64) -> Outcome {
    let stage = Stage::of(&[source(seed)]).hurried(HURRY);
    let planned = stage.run("plan orders --sandbox --output json").await;
    let Ok(plan) = serde_json::from_str::<Value>(&planned.stdout) else {
        return Outcome::Wrong(format!("plan said {planned}"));
    };
    let findings = plan["findings"].as_array().unwrap();
    let what = |finding: &Value| finding["what"].as_str().unwrap().to_owned();
    if plan["can_begin"] == false {
        let blockers: Vec<String> = findings.iter().filter(|it| it["severity"] == "blocker").map(what).collect();
        return match blockers.as_slice() {
            [] => Outcome::Wrong(format!("no blocker: {planned}")),
            blockers => Outcome::Announced(blockers.join("; ")),
        };
    }
    let heard = stage.run(MIGRATE).await;
    if heard.code != 0 {
        return Outcome::Wrong(format!("migrate said {heard}"));
    }
    let saved = stage.state("orders");
    let mut entries = saved["journal"].as_array().unwrap().iter();
    if let Some(refused) = entries.find(|entry| entry["outcome"]["outcome"] == "refused") {
        return Outcome::Wrong(format!("AWS refused {refused:#}"));
    }
    let (source, works) = that_works(instance(&stage, "orders").await);
    let copy = instance(&stage, &target_of(&stage, "orders")).await;
    if let Some(untold) = works.iter().find(|words| !findings.iter().any(|it| what(it).contains(**words))) {
        return Outcome::Wrong(format!("no finding says that something {untold}: {planned}"));
    }
    if peoples_tags(&source) != peoples_tags(&copy) {
        return Outcome::Wrong(format!("tags differ: {:?} and {:?}", peoples_tags(&source), peoples_tags(&copy)));
    }
    let differ = differences(&row(&source), &row(&copy), &told(&plan));
    if differ.is_empty() { Outcome::Same } else { Outcome::Wrong(format!("source and copy differ: {differ:#?}")) }
}

/// What the plan says that the copy will have otherwise.
fn told(plan: &Value) -> Vec<&'static str> {
    let settings = plan["settings"].as_array().unwrap().iter();
    let told = settings.filter(|it| !it["reason"].is_null() || it["how"] == "left-out");
    told.filter_map(|it| label(it["setting"].as_str().unwrap())).collect()
}

type Row = BTreeMap<&'static str, String>;

/// Source and copy, where they differ untold. Tags are compared by themselves.
fn differences(source: &Row, copy: &Row, told: &[&str]) -> Vec<String> {
    let members = source
        .iter()
        .filter(|(member, value)| **member != "tags" && copy[*member] != **value && !told.contains(*member));
    members.map(|(member, value)| format!("{member}: {value} → {}", copy[*member])).collect()
}

#[test]
fn nothing_is_lost_and_nothing_refused_that_was_not_announced() {
    let (first, runs) = (number("PROPERTY_SEED").unwrap_or(SEED), number("PROPERTY_RUNS").unwrap_or(RUNS));
    let results = on_each_core((first..first + runs).collect(), |seed| (seed, in_time_of_its_own(tried(seed))));
    let mut wrong = Vec::new();
    for (seed, outcome) in &results {
        match outcome {
            Outcome::Same => {}
            Outcome::Announced(why) => println!("{seed}: {why}"),
            Outcome::Wrong(why) => {
                println!("{:#}\n{why}", source(*seed));
                println!(
                    "PROPERTY_SEED={seed} PROPERTY_RUNS=1 cargo test --release --test flows property -- --nocapture\n"
                );
                wrong.push(seed);
            }
        }
    }
    let announced = results.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Announced(_))).count();
    println!(
        "{runs} sources from seed {first}: {announced} announced that they can't be migrated, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "seeds {wrong:?}");
    assert!(announced * 3 < results.len(), "{announced} of {runs} weren't migrated: this proves too little");
}
