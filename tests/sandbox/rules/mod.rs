//! Each rule of the ledger, seen from outside: a small scenario comes out one way where the rule holds, and another way
//! in a world without it. Nothing else is compared, so a rule that no answer depends on can't pass.

mod access;
mod accounts;
mod changes;
mod copies;
mod documents;
mod identities;
mod instances;
mod lookups;
mod networks;
mod sessions;
mod settings;
mod shells;
mod simulations;
mod wire;

use std::collections::BTreeMap;
use std::pin::Pin;

use rds_encrypt::sandbox::Options;
use rds_encrypt::sandbox::ledger::{self, UNENFORCEABLE};

use crate::help::{Cloud, with};

/// What a scenario shows, of one rule.
pub(crate) struct Scenario {
    rule: &'static str,
    name: &'static str,
    world: fn() -> Options,
    play: fn(Cloud) -> Pin<Box<dyn Future<Output = String>>>,
}

/// A list of scenarios: the rule, the function, and the world that it needs where that isn't the usual one.
macro_rules! scenarios {
    ($($rule:literal $name:ident $(in $world:ident)?),* $(,)?) => {
        &[$(Scenario {
            rule: $rule,
            name: stringify!($name),
            world: scenarios!(@world $($world)?),
            play: |cloud| Box::pin($name(cloud)),
        }),*]
    };
    (@world) => { rds_encrypt::sandbox::Options::default };
    (@world $world:ident) => { $world };
}
use scenarios;

fn all() -> impl Iterator<Item = &'static Scenario> {
    let rest = [copies::ALL, lookups::ALL, networks::ALL, settings::ALL, accounts::ALL, sessions::ALL, shells::ALL];
    let access = [access::ALL, identities::ALL, simulations::ALL, documents::ALL];
    [wire::ALL, instances::ALL, changes::ALL].into_iter().chain(rest).chain(access).flatten()
}

#[test]
fn every_rule_has_the_scenario_that_the_ledger_names() {
    let mut known: BTreeMap<&str, &str> = all().map(|scenario| (scenario.rule, scenario.name)).collect();
    assert_eq!(known.len(), all().count(), "a rule has two scenarios");
    for rule in ledger::rules() {
        let reason = UNENFORCEABLE.iter().find(|(id, _)| *id == rule.id).map(|(_, reason)| *reason);
        match known.remove(rule.id) {
            Some(name) => assert_eq!((rule.scenario, reason), (name, None), "{}", rule.id),
            None => assert!(reason.is_some(), "{} has neither a scenario nor a reason why", rule.id),
        }
    }
    assert!(known.is_empty(), "scenarios of no rule: {known:?}");
}

/// Plays each scenario with its rule and without.
async fn assert_that_rules_matter(scenarios: &[Scenario]) {
    let mut same = Vec::new();
    for scenario in scenarios {
        let with_rule = (scenario.play)(with((scenario.world)()).await).await;
        let mut options = (scenario.world)();
        options.switches.without.insert(scenario.rule.to_owned());
        let without = (scenario.play)(with(options).await).await;
        if with_rule == without {
            same.push(format!("{} {}: {without}", scenario.rule, scenario.name));
        }
    }
    assert!(same.is_empty(), "the rule makes no difference:\n{}", same.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn rules_of_the_wire_matter() {
    assert_that_rules_matter(wire::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_instances_matter() {
    assert_that_rules_matter(instances::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_changes_matter() {
    assert_that_rules_matter(changes::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_copies_matter() {
    assert_that_rules_matter(copies::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_lookups_matter() {
    assert_that_rules_matter(lookups::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_networks_matter() {
    assert_that_rules_matter(networks::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_sessions_matter() {
    assert_that_rules_matter(sessions::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_shells_matter() {
    assert_that_rules_matter(shells::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_settings_matter() {
    assert_that_rules_matter(settings::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_accounts_matter() {
    assert_that_rules_matter(accounts::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_access_matter() {
    assert_that_rules_matter(access::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_identities_matter() {
    assert_that_rules_matter(identities::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_simulations_matter() {
    assert_that_rules_matter(simulations::ALL).await;
}

#[tokio::test(start_paused = true)]
async fn rules_of_documents_matter() {
    assert_that_rules_matter(documents::ALL).await;
}
