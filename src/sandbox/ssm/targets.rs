//! The machines that Systems Manager reaches.

use serde::Deserialize;
use serde_json::{Value, json};

use super::channel::{Habits, Sessions};
use super::paged;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::machines::{Agent, Machine};

/// `DescribeInstanceInformation`'s input.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
#[derive(Default)]
pub(super) struct Look {
    filters: Vec<Filter>,
    instance_information_filter_list: Vec<OldFilter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Filter {
    key: String,
    values: Vec<String>,
}

/// The same in its older form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OldFilter {
    key: String,
    value_set: Vec<String>,
}

/// `GetConnectionStatus`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Status {
    target: String,
}

/// What the agent on a machine looks like just now: its version and whether it is heard of.
pub(super) fn seen(machine: &Machine, habits: &Habits) -> Option<Agent> {
    let mut agent = machine.agent.clone()?;
    if let Some(version) = &habits.agent_version {
        agent.version.clone_from(version);
    }
    let away = habits.offline.contains(&machine.id) || machine.state != "running";
    if away && agent.ping == "Online" {
        "ConnectionLost".clone_into(&mut agent.ping);
    }
    Some(agent)
}

/// The machine behind a target, if Session Manager reaches it.
pub(super) fn reached<'a>(scene: &'a Scene<'_>, target: &str, habits: &Habits) -> Option<(&'a Machine, Agent)> {
    let machine = scene.region.network.machine(target)?;
    let agent = seen(machine, habits).filter(|agent| agent.ping == "Online")?;
    if machine.launch.is_some() && !scene.region.sessions_reach(machine) {
        return None;
    }
    Some((machine, agent))
}

/// `GetConnectionStatus`: nobody is missing, it is only not connected.
pub(super) fn status(scene: &Scene<'_>, sessions: &Sessions, input: &Status) -> Value {
    let reached = reached(scene, &input.target, &sessions.habits()).is_some();
    json!({"Target": input.target, "Status": if reached { "connected" } else { "notconnected" }})
}

/// `DescribeInstanceInformation`: machines whose agents have registered, and no others (`R-SSM-8`).
pub(super) fn describe(scene: &Scene<'_>, sessions: &Sessions, input: Look) -> Result<Value, Fault> {
    let habits = sessions.habits();
    let old = input.instance_information_filter_list.into_iter();
    let filters: Vec<Filter> =
        input.filters.into_iter().chain(old.map(|old| Filter { key: old.key, values: old.value_set })).collect();
    let mut rows = Vec::new();
    for machine in &scene.region.network.machines {
        let agent = seen(machine, &habits).or_else(|| (!scene.enforces("R-SSM-8")).then(nobody));
        let Some(agent) = agent else { continue };
        let row = row(scene, machine, &agent);
        let mut fits = true;
        for filter in &filters {
            fits &= fitting(&row, filter)?;
        }
        if fits {
            rows.push(row);
        }
    }
    let (page, next) = paged(rows, input.next_token.as_deref(), input.max_results.unwrap_or(10))?;
    Ok(json!({"InstanceInformationList": page, "NextToken": next}))
}

fn nobody() -> Agent {
    Agent {
        version: String::new(),
        ping: "Inactive".to_owned(),
        heard: None,
        latest: false,
        platform: String::new(),
        platform_version: String::new(),
    }
}

fn row(scene: &Scene<'_>, machine: &Machine, agent: &Agent) -> Value {
    let name = format!("ip-{}.{}.compute.internal", machine.address.to_string().replace('.', "-"), scene.name);
    let online = agent.ping == "Online";
    json!({
        "InstanceId": machine.id, "PingStatus": agent.ping, "AgentVersion": agent.version,
        "LastPingDateTime": if online { scene.now } else { agent.heard.unwrap_or(scene.now) },
        "IsLatestVersion": agent.latest, "PlatformType": "Linux", "PlatformName": agent.platform,
        "PlatformVersion": agent.platform_version, "ResourceType": "EC2Instance",
        "IPAddress": machine.address.to_string(), "ComputerName": name,
        "SourceId": machine.id, "SourceType": "AWS::EC2::Instance"})
}

fn fitting(row: &Value, filter: &Filter) -> Result<bool, Fault> {
    let member = match filter.key.as_str() {
        "InstanceIds" => "InstanceId",
        "PlatformTypes" => "PlatformType",
        known @ ("AgentVersion" | "PingStatus" | "ResourceType") => known,
        other => return Err(Fault::not_imitated(&format!("the filter {other} of DescribeInstanceInformation"))),
    };
    let own = row.get(member).and_then(Value::as_str).unwrap_or_default();
    Ok(filter.values.iter().any(|value| value == own))
}
