//! Does the agent find AWS without the internet?

use super::{
    agent,
    database_group::{authorize, authorize_out},
    path,
};
use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all},
        facts::Unknown,
        scene::Scene,
        security_rule::{End, egress, in_words, ingress, through},
    },
    model::{Peer, SecurityRule, VpcEndpoint},
};

/// Without these there is no session.
const REQUIRED: [&str; 2] = ["ssm", "ssmmessages"];
/// The first agent that does without `ec2messages`.
const WITHOUT_EC2MESSAGES: agent::Version = [3, 3, 40, 0];
/// The port at which endpoints listen.
pub(super) const HTTPS: i32 = 443;

pub(super) fn ssm(scene: &Scene<'_>) -> Judgement {
    is_there(scene, "ssm")
}

pub(super) fn ssmmessages(scene: &Scene<'_>) -> Judgement {
    is_there(scene, "ssmmessages")
}

/// What else is needed hangs on the agent and on what Session Manager was told.
pub(super) fn others(scene: &Scene<'_>) -> Judgement {
    let mut parts = Vec::new();
    match old_agent(scene) {
        Ok(true) => parts.push(is_there(scene, "ec2messages")),
        Ok(false) => {}
        Err(unknown) => parts.push(Err(unknown)),
    }
    match asked_for(scene) {
        Ok(services) => parts.extend(services.into_iter().map(|service| is_there(scene, service))),
        Err(unknown) => parts.push(Err(unknown)),
    }
    if parts.is_empty() {
        return Ok(Judged::fine("nothing else is needed, by the agent's version and the preferences for sessions"));
    }
    all(parts)
}

fn old_agent(scene: &Scene<'_>) -> Result<bool, Unknown> {
    let Some(agent) = scene.bastion_if_any()?.map(|bastion| scene.agent(bastion)).transpose()?.flatten() else {
        return Ok(false);
    };
    let version = agent::read(&agent.version);
    Ok(version.ok_or_else(|| Unknown(format!("`{}` is no version that is understood", agent.version)))?
        < WITHOUT_EC2MESSAGES)
}

/// The words of the services without which sessions don't work here: those of every agent, and those that the
/// preferences for sessions ask for.
pub(in crate::access) fn needed(scene: &Scene<'_>) -> Result<Vec<&'static str>, Unknown> {
    let mut services = REQUIRED.to_vec();
    if old_agent(scene)? {
        services.push("ec2messages");
    }
    services.extend(asked_for(scene)?);
    Ok(services)
}

/// What Session Manager was told makes these necessary.
fn asked_for(scene: &Scene<'_>) -> Result<Vec<&'static str>, Unknown> {
    let told = scene.facts.preferences.known()?.clone().unwrap_or_default();
    let all = [("kms", told.key), ("logs", told.log_group), ("s3", told.bucket)];
    Ok(all.into_iter().filter(|(_, why)| why.is_some()).map(|(service, _)| service).collect())
}

/// The endpoint for a service that can be used, if there is one.
pub(in crate::access) fn usable<'a>(scene: &Scene<'a>, service: &str) -> Result<Option<&'a VpcEndpoint>, Unknown> {
    Ok(served(scene, service)?.into_iter().next())
}

/// The endpoints for a service that can be used. Where one has private DNS, the service's name leads to it, and others
/// (another team's) do neither good nor harm: AWS lets one in a VPC have it.
fn served<'a>(scene: &Scene<'a>, service: &str) -> Result<Vec<&'a VpcEndpoint>, Unknown> {
    let mut found = of(scene, service)?;
    let is_usable = |endpoint: &&VpcEndpoint| {
        endpoint.state.as_deref().is_some_and(is_available) && lacking(scene, endpoint).is_none()
    };
    found.retain(is_usable);
    let has_names = |endpoint: &&VpcEndpoint| endpoint.private_dns == Some(true);
    if found.iter().any(has_names) {
        found.retain(has_names);
    }
    Ok(found)
}

fn is_there(scene: &Scene<'_>, service: &str) -> Judgement {
    let vpc = vpc(scene)?;
    let found = of(scene, service)?;
    if let Some(endpoint) = usable(scene, service)? {
        return Ok(Judged::fine(format!("{} is for {}", endpoint.id, endpoint.service)));
    }
    let mut available = found.iter().filter(|endpoint| endpoint.state.as_deref().is_some_and(is_available));
    if let Some((seen, remedy)) = available.find_map(|endpoint| lacking(scene, endpoint)) {
        return Ok(Judged::wrong(seen, remedy));
    }
    if let Some(endpoint) = found.iter().find(|endpoint| endpoint.state.as_deref().is_some_and(is_pending)) {
        let seen = format!("{} for {service} is pending", endpoint.id);
        return Ok(Judged::wrong(seen, Remedy::words("wait until it is available")));
    }
    let seen = match found.first() {
        Some(endpoint) => {
            format!("{} for {service} is {}", endpoint.id, endpoint.state.as_deref().unwrap_or("unknown"))
        }
        None => format!("no endpoint for {service} in {vpc}"),
    };
    Ok(Judged::wrong(seen, make(scene, service, vpc)))
}

/// What an endpoint lacks to be reached by the bastion: an interface any subnet, a gateway the route table that the
/// bastion's subnet follows, where that is known.
fn lacking(scene: &Scene<'_>, endpoint: &VpcEndpoint) -> Option<(String, Remedy)> {
    let (id, service) = (endpoint.id.as_str(), endpoint.service_word());
    let subnet = scene.chosen().and_then(|bastion| bastion.subnet_id.as_deref());
    let change = |words: &str, option: &str, what: &str| {
        Remedy::new(words, &["ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", id, option, what])
    };
    match endpoint.kind.as_deref() {
        Some("Gateway") => {
            let table = &scene.table(subnet?).ok()?.0.id;
            let is_there = endpoint.route_tables.contains(table);
            let seen = format!("{id} for {service} isn't in {table}, which the bastion's subnet follows");
            (!is_there).then(|| (seen, change("adds the table to it", "--add-route-table-ids", table)))
        }
        Some("Interface") if endpoint.subnets.is_empty() => {
            let words = "gives it an address in the bastion's subnet";
            let remedy = subnet.map(|subnet| change(words, "--add-subnet-ids", subnet));
            let remedy = remedy.unwrap_or_else(|| Remedy::words("add a subnet to it"));
            Some((format!("{id} for {service} is in no subnet"), remedy))
        }
        _ => None,
    }
}

/// AWS writes the word in both cases.
fn is_available(state: &str) -> bool {
    state.eq_ignore_ascii_case("available")
}

fn is_pending(state: &str) -> bool {
    state.eq_ignore_ascii_case("pending")
}

/// The endpoints of a service in the bastion's VPC. An endpoint of EC2 Instance Connect is another thing, and counts
/// for nothing here.
fn of<'a>(scene: &Scene<'a>, service: &str) -> Result<Vec<&'a VpcEndpoint>, Unknown> {
    let vpc = vpc(scene)?;
    let fits = |endpoint: &&VpcEndpoint| {
        endpoint.vpc_id.as_deref() == Some(vpc)
            && endpoint.service_word() == service
            && endpoint.service.contains("com.amazonaws.")
            && (endpoint.kind.as_deref() == Some("Interface") || service == "s3")
    };
    Ok(scene.facts.endpoints.known()?.iter().filter(fits).collect())
}

/// Those that can be used of the services without which there is no session, as far as they are known. Of S3 sessions use
/// the gateway, which has neither a name nor a security group of its own.
pub(super) fn required<'a>(scene: &Scene<'a>) -> Result<Vec<&'a VpcEndpoint>, Unknown> {
    let mut services = REQUIRED.to_vec();
    services.extend(old_agent(scene).is_ok_and(|is_old| is_old).then_some("ec2messages"));
    services.extend(asked_for(scene).unwrap_or_default().into_iter().filter(|service| *service != "s3"));
    let mut found = Vec::new();
    for service in services {
        found.extend(served(scene, service)?);
    }
    if found.is_empty() { Err(Unknown("there is no endpoint for Session Manager to judge".into())) } else { Ok(found) }
}

/// Where the agent is, else where the database is.
pub(super) fn vpc<'a>(scene: &Scene<'a>) -> Result<&'a str, Unknown> {
    match scene.chosen().and_then(|bastion| bastion.vpc_id.as_deref()) {
        Some(vpc) => Ok(vpc),
        None => scene.vpc(),
    }
}

fn make(scene: &Scene<'_>, service: &str, vpc: &str) -> Remedy {
    let region = scene.facts.database.arn.as_deref().and_then(|arn| arn.split(':').nth(3)).filter(|it| !it.is_empty());
    let bastion = scene.chosen();
    let subnet = bastion.and_then(|bastion| bastion.subnet_id.as_deref());
    let (Some(region), Some(subnet)) = (region, subnet) else {
        return Remedy::words(format!("create an endpoint for {service} in the bastion's subnet, with private DNS"));
    };
    let name = format!("com.amazonaws.{region}.{service}");
    let table = scene.table(subnet).ok().map(|(table, _)| table.id.as_str());
    let mut command = vec!["ec2", "create-vpc-endpoint", "--vpc-id", vpc, "--service-name", &name];
    if let ("s3", Some(table)) = (service, table) {
        command.extend(["--vpc-endpoint-type", "Gateway", "--route-table-ids", table]);
        return Remedy::new("a gateway, which costs nothing", &command);
    }
    command.extend(["--vpc-endpoint-type", "Interface", "--private-dns-enabled", "--subnet-ids", subnet]);
    // The group that already serves another endpoint; without one, EC2 takes the VPC's default group.
    let groups = required(scene).ok().and_then(|found| Some(found.first()?.groups.clone())).unwrap_or_default();
    if !groups.is_empty() {
        command.push("--security-group-ids");
        command.extend(groups.iter().map(String::as_str));
    }
    Remedy::new("it is billed by the hour; its security group must let 443 in from the bastion", &command)
}

pub(super) fn let_in(scene: &Scene<'_>) -> Judgement {
    let (bastion, endpoints) = (scene.bastion()?, required(scene)?);
    let mut subnets: Vec<&str> = endpoints.iter().flat_map(|it| &it.subnets).map(String::as_str).collect();
    subnets.sort_unstable();
    subnets.dedup();
    let borders = path::between(scene, bastion, &subnets, HTTPS);
    all(endpoints.into_iter().map(|endpoint| groups(scene, endpoint)).chain([borders]))
}

/// Both sides' security groups.
fn groups(scene: &Scene<'_>, endpoint: &VpcEndpoint) -> Judgement {
    let bastion = scene.bastion()?;
    let lists = &scene.facts.prefix_lists;
    let own = scene.groups(&endpoint.groups)?;
    let ways_in = through(ingress(&own), HTTPS, &End::of(bastion), lists);
    let mut ranges = Vec::new();
    for subnet in &endpoint.subnets {
        ranges.extend(scene.ranges(subnet)?);
    }
    let end = End { groups: endpoint.groups.clone(), ranges };
    let machine = scene.groups(&bastion.groups)?;
    let ways_out = through(egress(&machine), HTTPS, &end, lists);
    let rule = |peer: &str| SecurityRule {
        protocol: "tcp".into(),
        ports: Some((HTTPS, HTTPS)),
        peer: Peer::Group(peer.to_owned()),
    };
    let pair = endpoint.groups.first().zip(bastion.groups.first());
    let inwards = pair.map(|(theirs, ours)| authorize(theirs, &rule(ours)));
    let outwards = pair.map(|(theirs, ours)| authorize_out(ours, &rule(theirs)));
    let judged = |ways: Result<Vec<_>, Unknown>, way: &str, wrong: String, command: Option<String>| {
        let ways = ways?;
        if ways.is_empty() {
            let remedy = Remedy { words: "lets 443 through".into(), commands: command.into_iter().collect() };
            return Ok(Judged::wrong(wrong, remedy));
        }
        Ok(Judged::Fine(ways.into_iter().map(|deciding| in_words(deciding, way)).collect()))
    };
    let theirs = format!(
        "{} ({}): its groups {} don't let 443 in from {}",
        endpoint.id,
        endpoint.service_word(),
        endpoint.groups.join(", "),
        bastion.id
    );
    let ours = format!("{}: its groups {} don't let 443 out to {}", bastion.id, bastion.groups.join(", "), endpoint.id);
    all([judged(ways_in, "in", theirs, inwards), judged(ways_out, "out", ours, outwards)])
}
