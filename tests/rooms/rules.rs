//! Which room may name what.

use std::path::Path;

use super::paths::{Named, paths};

/// Our rooms, and the rooms that each may name beside itself. `cli` may name all.
const ROOMS: [(&str, &[&str]); 12] = [
    ("model", &[]),
    ("plan", &["model"]),
    ("steps", &["model", "plan"]),
    ("state", &["model", "plan", "steps", "access"]),
    ("aws", &["model", "plan", "tunnel"]),
    ("engine", &["model", "plan", "steps", "state", "aws", "access"]),
    ("access", &["model", "policy"]),
    ("policy", &["model"]),
    ("ui", &["model", "plan", "steps", "state", "engine", "tunnel", "access"]),
    ("tunnel", &["model"]),
    ("sandbox", &[]),
    ("cli", &["model", "plan", "steps", "state", "aws", "engine", "ui", "tunnel", "access", "policy", "sandbox"]),
];

/// Rooms that decide: they get their facts as arguments, and their time too.
const PURE: [&str; 5] = ["model", "plan", "steps", "access", "policy"];

/// What reads a clock, sleeps or reaches outside.
const IMPURE: [&str; 12] = [
    "tokio",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "Timestamp::now",
    "Zoned::now",
];

/// Says what a file names that it may not.
pub(super) fn faults(file: &Path, source: &str) -> Vec<String> {
    let parts: Vec<&str> = file.iter().map(|part| part.to_str().expect("a plain name")).collect();
    let [room, .., last] = parts.as_slice() else { return Vec::new() };
    let Some((room, allowed)) = ROOMS.iter().find(|(name, _)| name == room) else {
        return vec![format!("{}: no rule says what the room `{room}` may name", file.display())];
    };
    let mut module = parts.clone();
    let stem = last.trim_end_matches(".rs");
    module.pop();
    if stem != "mod" {
        module.push(stem);
    }
    // Tests can fill a file or a folder of their own.
    let all_tests = module.iter().any(|part| *part == "tests" || part.ends_with("_tests"));
    paths(&module, source)
        .iter()
        .filter_map(|path| {
            let fault = fault(room, allowed, path, path.in_tests || all_tests)?;
            Some(format!("{}:{}: {fault}", file.display(), path.line))
        })
        .collect()
}

fn fault(room: &str, allowed: &[&str], path: &Named, in_tests: bool) -> Option<String> {
    let whole = path.segments.join("::");
    if let [first, other, ..] = path.segments.as_slice()
        && first == "crate"
    {
        let is_room = ROOMS.iter().any(|(name, _)| name == other);
        let is_test_help = other == "sandbox" && in_tests && room != "sandbox";
        let is_fine = other == room || allowed.contains(&other.as_str()) || is_test_help;
        return match (is_fine, is_room) {
            (true, _) => None,
            (false, true) => Some(format!("`{room}` may not name `{other}` ({whole})")),
            (false, false) => Some(format!("`{other}` is no room ({whole})")),
        };
    }
    let begins = |front: &str| whole == front || whole.starts_with(&format!("{front}::"));
    let is_sdk = whole.starts_with("aws_sdk_") || begins("aws_config");
    if is_sdk && room != "aws" && !(room == "sandbox" && in_tests) {
        return Some(format!("only `aws` speaks through the SDK ({whole})"));
    }
    if PURE.contains(&room) && !in_tests && IMPURE.iter().any(|front| begins(front)) {
        return Some(format!("`{room}` is pure: no clock, no waiting, no world ({whole})"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_arrows_are_found() {
        let table = [
            ("model/tags.rs", "use crate::plan::Plan;", "model/tags.rs:1: `model` may not name `plan`"),
            ("model/mod.rs", "use super::aws::Aws;", "`model` may not name `aws`"),
            (
                "plan/carry.rs",
                "\nuse crate::{model::Tags, steps::Step};",
                "plan/carry.rs:2: `plan` may not name `steps`",
            ),
            ("plan/carry.rs", "use super::super::state;", "`plan` may not name `state`"),
            ("steps/copy.rs", "fn f() { crate::engine::go() }", "`steps` may not name `engine`"),
            ("state/file.rs", "use rds_encrypt::aws::Aws;", "`state` may not name `aws`"),
            ("aws/read.rs", "use crate::steps::Step;", "`aws` may not name `steps`"),
            ("engine/run.rs", "use crate::{steps::{Step}, ui::{bars::Bars}};", "`engine` may not name `ui`"),
            ("engine/run.rs", "use crate::sandbox::World;", "`engine` may not name `sandbox`"),
            ("ui/bars.rs", "use crate::aws;", "`ui` may not name `aws`"),
            ("tunnel/session/task.rs", "use crate::aws::Aws;", "`tunnel` may not name `aws`"),
            ("tunnel/service.rs", "use aws_sdk_ssm::Client;", "only `aws` speaks through the SDK"),
            ("sandbox/world.rs", "use crate::tunnel::message;", "`sandbox` may not name `tunnel`"),
            ("sandbox/world.rs", "use crate::model::Tags;", "`sandbox` may not name `model`"),
            (
                "sandbox/world.rs",
                "#[cfg(test)] mod tests { use crate::model::Tags; }",
                "`sandbox` may not name `model`",
            ),
            ("engine/run.rs", "use crate::Everything;", "`Everything` is no room"),
            ("kitchen/run.rs", "", "no rule says what the room `kitchen` may name"),
            ("engine/run.rs", "use aws_sdk_rds::Client;", "only `aws` speaks through the SDK"),
            ("cli/session.rs", "fn f(c: &aws_config::SdkConfig) {}", "only `aws` speaks through the SDK"),
            ("sandbox/wire.rs", "use aws_sdk_kms as kms;", "only `aws` speaks through the SDK"),
            ("plan/window.rs", "use std::{fmt, time::{Duration, SystemTime}};", "`plan` is pure"),
            ("steps/ask.rs", "async fn f() { tokio::time::sleep(x).await }", "`steps` is pure"),
            ("model/mod.rs", "fn f() -> Timestamp { Timestamp::now() }", "`model` is pure"),
            ("access/scene.rs", "use crate::plan::Plan;", "`access` may not name `plan`"),
            ("policy/scope.rs", "use crate::access::Facts;", "`policy` may not name `access`"),
            ("access/range.rs", "use std::net::IpAddr;", "`access` is pure"),
            ("plan/facts.rs", "use std::fs;", "`plan` is pure"),
        ];
        for (file, source, expected) in table {
            let found = faults(Path::new(file), source);
            assert_eq!(found.len(), 1, "{file} {source}: {found:?}");
            assert!(found[0].contains(expected), "{file} {source}: {found:?}");
        }
    }

    #[test]
    fn right_arrows_pass() {
        let table = [
            ("lib.rs", "pub mod aws; use crate::sandbox::X;"),
            ("main.rs", "use rds_encrypt::cli::run;"),
            ("model/tags.rs", "use std::collections::BTreeMap; use super::name; use std::time::Duration;"),
            ("model/tags.rs", "//! Not for crate::aws.\n/// [`crate::plan::Plan`]\npub struct X;"),
            ("model/tags.rs", "const X: &str = \"crate::aws\"; pub(crate) fn f() {}"),
            ("plan/mod.rs", "use crate::model::{Tags, self}; mod tests { use super::super::model; }"),
            ("aws/read.rs", "use aws_sdk_rds::Client; use crate::{model::X, plan::Facts};"),
            ("engine/run.rs", "use crate::{aws, model, plan, state, steps}; use tokio::time::sleep;"),
            ("engine/run.rs", "#[cfg(test)] mod tests { use crate::sandbox::World; }"),
            ("engine/tests.rs", "use crate::sandbox::World;"),
            ("ui/bars.rs", "use crate::{engine::Event, state::Phase};"),
            ("policy/scope.rs", "use crate::model::KeyReference;"),
            ("ui/access/text.rs", "use crate::{access::Report, model::quoted};"),
            ("access/range.rs", "use core::net::IpAddr; use crate::model::Subnet;"),
            ("tunnel/session/task.rs", "use crate::{model::X, tunnel::channel::Channel}; use tokio::time::Sleep;"),
            ("cli/run.rs", "use crate::{sandbox::World, ui, engine, aws, tunnel};"),
            ("sandbox/wire.rs", "#[cfg(test)] mod tests { use aws_sdk_rds::Client; use super::super::world; }"),
        ];
        for (file, source) in table {
            assert_eq!(faults(Path::new(file), source), Vec::<String>::new(), "{file} {source}");
        }
    }
}
