//! Does a connection get from the bastion to the database, and do its answers come back?

use std::collections::BTreeSet;

use super::{
    database_group::{authorize, authorize_out, door},
    network_acls::entry_command,
};
use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all},
        facts::Unknown,
        network_acl::{Way, denial},
        range::{Flow, Range},
        scene::{Scene, unread},
        security_rule::{End, egress, in_words, ingress, through},
    },
    model::{AclEntry, Machine, Peer, SecurityRule},
};

/// The ports from which Linux opens connections, by itself.
const EPHEMERAL: (i32, i32) = (32768, 60999);

pub(super) fn groups(scene: &Scene<'_>) -> Judgement {
    all([into_database(scene), out_of_bastion(scene)])
}

fn into_database(scene: &Scene<'_>) -> Judgement {
    let (bastion, (group, port)) = (scene.bastion()?, door(scene)?);
    let groups = scene.groups(&scene.database_groups()?)?;
    let ways = through(ingress(&groups), port, &End::of(bastion), &scene.facts.prefix_lists)?;
    if !ways.is_empty() {
        return Ok(Judged::Fine(ways.into_iter().map(|deciding| in_words(deciding, "in")).collect()));
    }
    let command = bastion.groups.first().map(|own| authorize(&group, &rule(own, port)));
    Ok(Judged::wrong(
        format!("no rule of the database's groups lets {} in at {port}", bastion.id),
        Remedy { words: "lets the bastion's group in".into(), commands: command.into_iter().collect() },
    ))
}

fn out_of_bastion(scene: &Scene<'_>) -> Judgement {
    let (bastion, (group, port)) = (scene.bastion()?, door(scene)?);
    let groups = scene.groups(&bastion.groups)?;
    let mut ranges = Vec::new();
    for subnet in scene.database_subnets()? {
        ranges.extend(scene.ranges(subnet)?);
    }
    let end = End { groups: scene.database_groups()?, ranges };
    let ways = through(egress(&groups), port, &end, &scene.facts.prefix_lists)?;
    if !ways.is_empty() {
        return Ok(Judged::Fine(ways.into_iter().map(|deciding| in_words(deciding, "out")).collect()));
    }
    let command = bastion.groups.first().map(|own| authorize_out(own, &rule(&group, port)));
    Ok(Judged::wrong(
        format!("no rule of {} lets {port} out to the database", bastion.groups.join(", ")),
        Remedy { words: "lets it out to the database's group".into(), commands: command.into_iter().collect() },
    ))
}

fn rule(group: &str, port: i32) -> SecurityRule {
    SecurityRule { protocol: "tcp".into(), ports: Some((port, port)), peer: Peer::Group(group.to_owned()) }
}

pub(super) fn acls(scene: &Scene<'_>) -> Judgement {
    between(scene, scene.bastion()?, &scene.database_subnets()?, scene.port()?)
}

/// The network ACLs on the way from a machine to any address of these subnets, and back.
pub(super) fn between(scene: &Scene<'_>, from: &Machine, to: &[&str], port: i32) -> Judgement {
    let own = from.subnet_id.as_deref().ok_or_else(|| unread("subnet of", &from.id))?;
    let address = from.address.as_deref().and_then(Range::read);
    let address = address.ok_or_else(|| Unknown(format!("AWS shows no private address of {}", from.id)))?;
    let others: Vec<&&str> = to.iter().filter(|subnet| **subnet != own).collect();
    if others.is_empty() {
        return Ok(Judged::fine(format!("all in {own}: network ACLs stand at the borders of subnets only")));
    }
    let (mut judged, mut numbers) = (Vec::new(), Numbers::new());
    for other in others {
        match scene.ranges(other) {
            Ok(ranges) => judged.extend(ranges.into_iter().flat_map(|range| {
                let crossings = crossings((own, address), (other, range), port);
                crossings.map(|(subnet, way, flow, what)| crossing(scene, subnet, way, flow, what, &mut numbers))
            })),
            Err(unknown) => judged.push(Err(unknown)),
        }
    }
    all(judged)
}

/// The numbers of rules that remedies have taken, by ACL and way.
type Numbers = BTreeSet<(String, bool, i32)>;

/// Two borders, each crossed twice.
fn crossings<'a>(from: (&'a str, Range), to: (&'a str, Range), port: i32) -> [(&'a str, Way, Flow, &'static str); 4] {
    let answers = |range| Flow { range, ports: EPHEMERAL };
    [
        (from.0, Way::Out, Flow::on(to.1, port), "requests"),
        (to.0, Way::In, Flow::on(from.1, port), "requests"),
        (to.0, Way::Out, answers(from.1), "answers"),
        (from.0, Way::In, answers(to.1), "answers"),
    ]
}

fn crossing(scene: &Scene<'_>, subnet: &str, way: Way, flow: Flow, what: &str, numbers: &mut Numbers) -> Judgement {
    let acl = scene.acl(subnet)?;
    let ports = match flow.ports {
        (first, last) if first == last => format!("port {first}"),
        (first, last) => format!("ports {first}-{last}"),
    };
    let (word, between) = match way {
        Way::In => ("into", "from"),
        Way::Out => ("out of", "to"),
    };
    let Some(denied) = denial(acl, way, flow)? else {
        return Ok(Judged::fine(format!("{} lets {what} {word} {subnet} at {ports} {between} {}", acl.id, flow.range)));
    };
    let seen = format!(
        "{} keeps {what} from going {word} {subnet} at {ports} {between} {}: {}",
        acl.id,
        flow.range,
        denied.in_words()
    );
    let egress = way == Way::Out;
    let taken = |number: &i32| {
        acl.entries.iter().any(|entry| entry.egress == egress && entry.number == *number)
            || numbers.contains(&(acl.id.clone(), egress, *number))
    };
    let before = denied.entry.map_or(crate::model::LAST_RULE, |entry| entry.number);
    let words = "lets it through before the rule that denies";
    let Some(number) = (1..before).rev().find(|number| !taken(number)) else {
        return Ok(Judged::wrong(seen, Remedy::words(format!("{words}, which needs a higher number first"))));
    };
    numbers.insert((acl.id.clone(), egress, number));
    let cidr = flow.range.to_string();
    let entry = AclEntry { number, egress, protocol: "tcp".into(), allows: true, cidr, ports: Some(flow.ports) };
    let commands = vec![entry_command(&acl.id, &entry)];
    Ok(Judged::wrong(seen, Remedy { words: words.into(), commands }))
}
