//! One operation on one Region of the world: the world catches up, the operation acts or refuses.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::misbehaviour::{How, Orders};
use super::respond::Call;
use super::scene::Scene;
use super::ssm::channel::Sessions;
use super::switches::Switches;
use super::wire::fault::Fault;
use super::wire::model::Service;
use super::wire::query::{Strictness, Unknown};
use super::world::{Region, World};
use super::{ACCOUNT, amiss, ec2, iam, kms, rds, ssm, sts};

/// The terms on which a call is answered.
pub(crate) struct Terms<'a> {
    pub(crate) now: Timestamp,
    pub(crate) switches: &'a Arc<Switches>,
    /// What is to go wrong with it.
    pub(crate) wrong: Option<&'a How>,
    /// RDS would be refused a grant on a key (`R-ENC-8`).
    pub(crate) grants_denied: bool,
    /// What else is to go wrong.
    pub(crate) orders: &'a Orders,
    /// Sessions under way in this process.
    pub(crate) sessions: &'a Sessions,
    /// World seconds in a real one.
    pub(crate) speed: f64,
}

/// Answers a call; a refusal leaves nothing behind.
pub(crate) fn answer(call: &Call, world: &mut World, terms: &Terms<'_>) -> Result<Value, Fault> {
    let world = world.of_account(&call.account);
    if call.service == Service::Iam {
        return of_the_account(call, world, terms).or_else(|fault| without_rule(fault, terms));
    }
    let name = call.region.as_str();
    let mut region = world.caught_up(name, terms.now, terms.switches);
    let result = if call.only_reads() {
        // A look changes nothing that a refusal would have to take back, so nothing is kept for that.
        match terms.wrong {
            Some(How::Hides { name: hidden }) => act(call, world, &mut amiss::without(&region, hidden), terms),
            _ => act(call, world, &mut region, terms),
        }
    } else {
        let before = region.clone();
        let mut result = act(call, world, &mut region, terms);
        match &mut result {
            Err(_) => region = before,
            Ok(answer) => {
                region = amiss::or_as_asked(call, region, before, answer, terms);
                if call.service == Service::Ec2 {
                    region.watch_agents(terms.now);
                }
            }
        }
        result
    };
    world.regions.insert(name.to_owned(), region);
    result.or_else(|fault| without_rule(fault, terms))
}

/// An operation of IAM: it is of no Region, and all see what comes of it (`R-IAM-1`).
fn of_the_account(call: &Call, world: &mut World, terms: &Terms<'_>) -> Result<Value, Fault> {
    let mut iam = world.iam();
    if let Some(How::Hides { name }) = terms.wrong.filter(|_| call.only_reads()) {
        iam.roles.retain(|role| role.name != *name);
        iam.profiles.retain(|profile| profile.name != *name);
    }
    let input = call.input(strictness(terms.switches))?;
    let (ids, now, switches, orders) = (&mut world.ids, terms.now, terms.switches.as_ref(), terms.orders);
    let answer = iam::answer(&mut iam::Desk { iam: &mut iam, ids, now, switches, orders, call }, input)?;
    if call.only_reads() || matches!(terms.wrong, Some(How::InVain { .. })) {
        return Ok(answer);
    }
    for region in world.regions.values_mut() {
        region.iam = iam.clone();
        region.switches = Arc::clone(terms.switches);
        region.watch_agents(now);
    }
    world.iam = Some(iam);
    Ok(answer)
}

/// How strictly requests are read (`R-WIRE-2`, `R-WIRE-3`, `R-ENC-5`).
fn strictness(switches: &Switches) -> Strictness {
    let strict = switches.unknown_parameters_refused && switches.enforces("R-WIRE-2") && switches.enforces("R-ENC-5");
    let unknown = if strict { Unknown::Refused } else { Unknown::Ignored };
    Strictness { unknown, typed: switches.enforces("R-WIRE-3") }
}

/// The operation itself on typed input (`R-WIRE-2`, `R-WIRE-3`, `R-ENC-5`, `R-PAGE-1`).
fn act(call: &Call, world: &mut World, region: &mut Region, terms: &Terms<'_>) -> Result<Value, Fault> {
    let switches = terms.switches;
    if !switches.enforces("R-ENC-5") && call.operation == "ModifyDBInstance" {
        rds::keys::in_place(region, call);
    }
    let mut input = call.input(strictness(switches))?;
    if !switches.enforces("R-PAGE-1")
        && let Some(most) = input.get_mut("MaxRecords")
    {
        *most = Value::from(most.as_i64().unwrap_or(100).clamp(20, 100));
    }
    if !call.only_reads() {
        // An answer shows what the call made of the row, not the row as the file had it.
        let name = input.get("DBInstanceIdentifier").and_then(Value::as_str);
        if let Some(instance) = name.and_then(|name| region.instance_mut(name)) {
            instance.frozen = None;
        }
    }
    let mut scene = Scene {
        name: &call.region,
        region,
        others: &mut world.regions,
        ids: &mut world.ids,
        now: terms.now,
        switches,
        grants_denied: terms.grants_denied,
    };
    match call.service {
        Service::Ec2 => ec2::answer(&mut scene, &call.operation, input),
        Service::Iam => Err(Fault::internal("IAM is of no Region")),
        Service::Rds => rds::answer(&mut scene, &call.operation, input),
        Service::Kms => kms::answer(&mut scene, &call.operation, input),
        Service::Sts => sts::answer(&scene, call, &input),
        Service::Ssm => ssm::answer(&mut scene, terms.sessions, terms.speed, call, input),
    }
}

/// The refusal as it is in a world without the rule that makes it (`R-WIRE-4`, `R-WIRE-6`).
fn without_rule(mut fault: Fault, terms: &Terms<'_>) -> Result<Value, Fault> {
    let switches = terms.switches;
    match fault.code.as_str() {
        "NotImplemented" if !switches.enforces("R-WIRE-6") => return Ok(rds::view::nothing()),
        "InvalidParameterCombination" if !switches.enforces("R-WIRE-4") => {
            "InvalidParameterValue".clone_into(&mut fault.code);
        }
        _ => {}
    }
    Err(fault)
}

/// The ARN of what a call is about, as refusals name it.
pub(crate) fn resource(call: &Call) -> Option<String> {
    let (region, account) = (call.region.as_str(), ACCOUNT);
    let arn = |service: &str, kind: &str, name: &str| {
        if name.starts_with("arn:") {
            name.to_owned()
        } else {
            format!("arn:aws:{service}:{region}:{account}:{kind}{name}")
        }
    };
    match call.service {
        Service::Rds => {
            let named = [
                ("ResourceName", ""),
                ("SourceDBSnapshotIdentifier", "snapshot:"),
                ("DBInstanceIdentifier", "db:"),
                ("DBSnapshotIdentifier", "snapshot:"),
            ];
            let named = named.iter().find_map(|(parameter, kind)| Some((kind, call.text(parameter)?)));
            let of_snapshots = call.operation.contains("Snapshot");
            let all = || arn("rds", if of_snapshots { "snapshot:" } else { "db:" }, "*");
            Some(named.map_or_else(all, |(kind, name)| arn("rds", kind, &name)))
        }
        Service::Kms => {
            let name = call.text("KeyId").unwrap_or_else(|| "*".to_owned());
            Some(arn("kms", if name.starts_with("alias/") { "" } else { "key/" }, &name))
        }
        Service::Ec2 => {
            let named = call.text("GroupId").map(|id| format!("security-group/{id}"));
            Some(format!("arn:aws:ec2:{region}:{account}:{}", named.unwrap_or_else(|| "*".to_owned())))
        }
        Service::Ssm => {
            let target = call.text("Target").map(|id| format!("arn:aws:ec2:{region}:{account}:instance/{id}"));
            let session = call.text("SessionId").map(|id| format!("arn:aws:ssm:{region}:{account}:session/{id}"));
            let document = || call.text("Name").filter(|_| call.operation.contains("Document"));
            let document = || document().map(|name| format!("arn:aws:ssm:{region}:{account}:document/{name}"));
            target.or(session).or_else(document).or_else(|| Some(format!("arn:aws:ssm:{region}:{account}:*")))
        }
        Service::Iam => {
            let named = [("InstanceProfileName", "instance-profile"), ("RoleName", "role")];
            let named = named.iter().find_map(|(parameter, kind)| Some((kind, call.text(parameter)?)));
            let policy = || call.text("PolicyArn").unwrap_or_else(|| "*".to_owned());
            Some(named.map_or_else(policy, |(kind, name)| format!("arn:aws:iam::{account}:{kind}/{name}")))
        }
        Service::Sts => None,
    }
}
