//! Each rule of the carry table dropped or altered in turn: the copy then isn't what it should be, and something says so.
//!
//! A migration is begun and stopped before its first call; one setting of its saved plan is made another; it goes on.
//! Killed is a mutant where Verify names the setting, or where AWS's answer about the copy is another than without it.
//! What survives must be on the list of equivalents, with the reason, and what is listed must survive.

mod course;
mod equivalent;
mod order;
mod worlds;

use std::collections::BTreeMap;

use equivalent::EQUIVALENT;
use rds_encrypt::{plan::Plan, sandbox::How};
use serde_json::Value;
use worlds::{WORLDS, World};

use crate::{
    end::{MIGRATE, instance, row, target_of},
    stage::Stage,
    sweep::parallel::{in_time_of_its_own, on_each_core},
};

/// What is done to one planned setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// The rule isn't there.
    Drop,
    /// The restore call passes nothing.
    NotAtRestore,
    /// No Modify sets it.
    NotAfterwards,
    /// The Modify of this group sets it.
    In(&'static str),
    /// All of a group goes where another goes, and the other way round.
    Swapped(&'static str),
    /// All of a group goes with another.
    With(&'static str),
}

/// Things go so many times faster than the command believes: what is looked at long isn't what this is about.
const HURRY: f64 = 40.0;

/// A migration that was begun, and nothing asked of AWS yet.
async fn begun(world: &World) -> Stage {
    let stage = Stage::of(&[(world.row)()]).hurried(HURRY);
    stage.order("CreateDBSnapshot", 0, 1, How::Deny);
    let heard = stage.run(&format!("{MIGRATE} {}", world.flags)).await;
    assert_eq!(heard.code, 8, "{}: {heard}", world.name);
    stage
}

/// How a migration went on.
struct Gone {
    /// What its copy looks like; nothing where there is none.
    shown: BTreeMap<&'static str, String>,
    /// What Verify said, and anything else that isn't as it should be on the way.
    said: String,
}

async fn went_on(stage: &Stage) -> Gone {
    let heard = stage.run("resume orders --sandbox").await;
    let words = heard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = match heard.code {
        0 | 7 => row(&instance(stage, &target_of(stage, "orders")).await),
        _ => BTreeMap::new(),
    };
    let said = match heard.code {
        0 => course::amiss(&stage.state("orders")).unwrap_or_default(),
        code => format!("exit {code}: {words}"),
    };
    Gone { shown, said }
}

/// Makes one setting of the saved plan another, and its digest right again.
fn mutate(stage: &Stage, setting: &str, change: Change) {
    let path = stage.state_file("orders").unwrap();
    let mut saved = stage.state("orders");
    let settings = saved["plan"]["settings"].as_array_mut().unwrap();
    let place = settings.iter().position(|planned| planned["setting"] == setting).unwrap_or_default();
    match change {
        Change::Swapped(other) => order::regroup(settings, &[(setting, other), (other, setting)]),
        Change::With(other) => order::regroup(settings, &[(setting, other)]),
        Change::In(group) => settings[place]["settle"] = group.into(),
        Change::Drop => drop(settings.remove(place)),
        Change::NotAtRestore => settings[place]["at_restore"] = Value::Null,
        Change::NotAfterwards => settings[place]["settle"] = Value::Null,
    }
    let plan: Plan = serde_json::from_value(saved["plan"].clone()).unwrap();
    saved["plan_digest"] = plan.digest().into();
    std::fs::write(path, serde_json::to_vec(&saved).unwrap()).unwrap();
}

/// The mutants of a world: each rule that asks AWS for something.
async fn mutants(world: &World) -> Vec<(String, Change)> {
    let stage = begun(world).await;
    let saved = stage.state("orders");
    let mut found = Vec::new();
    for planned in saved["plan"]["settings"].as_array().unwrap() {
        let setting = planned["setting"].as_str().unwrap().to_owned();
        let (restored, settled) = (!planned["at_restore"].is_null(), !planned["settle"].is_null());
        if !(restored || settled) || !(world.of.is_empty() || world.of.contains(&setting.as_str())) {
            continue;
        }
        found.push((setting.clone(), Change::Drop));
        found.extend(restored.then(|| (setting.clone(), Change::NotAtRestore)));
        found.extend(settled.then_some((setting, Change::NotAfterwards)));
    }
    if world.of.is_empty() {
        found.extend(order::mutants(saved["plan"]["settings"].as_array().unwrap()));
    }
    found
}

/// What killed a mutant; nothing where it survived.
fn killer(setting: &str, usual: &Gone, gone: &Gone) -> Option<String> {
    let (shown, said) = (&gone.shown, &gone.said);
    let differs = usual.shown.iter().find(|(member, value)| shown.get(*member).is_some_and(|shown| shown != *value));
    match differs {
        _ if said.starts_with("exit 7") && said.contains(setting) => Some("verify names it".to_owned()),
        Some((member, value)) => Some(format!("the copy's {member}: {value} → {}", shown[member])),
        None if said.is_empty() => None,
        None => Some(said.chars().take(90).collect()),
    }
}

#[test]
fn each_rule_that_is_dropped_or_altered_is_missed() {
    let usual = on_each_core(WORLDS.iter().collect(), |world: &World| {
        in_time_of_its_own(async {
            let gone = went_on(&begun(world).await).await;
            assert_eq!(gone.said, "", "{}", world.name);
            (gone, mutants(world).await)
        })
    });
    let tries = usual.iter().enumerate().flat_map(|(world, (_, mutants))| {
        mutants.iter().map(move |(setting, change)| (world, setting.clone(), *change))
    });
    let results = on_each_core(tries.collect(), |(world, setting, change)| {
        let killer = in_time_of_its_own(async {
            let stage = begun(&WORLDS[world]).await;
            mutate(&stage, &setting, change);
            killer(&setting, &usual[world].0, &went_on(&stage).await)
        });
        (WORLDS[world].name, setting, change, killer)
    });
    let mut wrong = Vec::new();
    for (world, setting, change, killer) in &results {
        let listed = EQUIVALENT.iter().find(|it| (it.0, it.1, it.2) == (*world, setting.as_str(), *change));
        let words = match (killer, listed) {
            (Some(killer), _) => killer.clone(),
            (None, Some((.., why))) => format!("(equivalent: {why})"),
            (None, None) => "SURVIVED".to_owned(),
        };
        println!("{world:<10} {setting:<36} {:<24} {words}", format!("{change:?}"));
        if killer.is_some() == listed.is_some() {
            wrong.push(format!("{world} {setting} {change:?}: {words}"));
        }
    }
    println!("{} mutants, {} of them equivalent", results.len(), EQUIVALENT.len());
    assert!(wrong.is_empty(), "survived, or listed as equivalent and killed: {wrong:#?}");
    assert!(results.len() >= 150, "only {} mutants", results.len());
}
