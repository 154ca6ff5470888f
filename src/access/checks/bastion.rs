//! Is there a bastion, and is the agent's call the only way in and out of it?

use super::{
    database_group::revoke,
    endpoints::{HTTPS, required},
    subnets,
};
use crate::access::{
    check::{Judged, Judgement, Remedy, all, aws},
    facts::Unknown,
    scene::{Scene, unread},
    security_rule::{Deciding, End, in_words, ingress, through},
};

pub(super) fn exists(scene: &Scene<'_>) -> Judgement {
    let Some(bastion) = scene.bastion_if_any()? else {
        return Ok(Judged::wrong(
            "no EC2 instance in the database's VPC",
            Remedy::words(
                "launch a small one in a private subnet, without key pair and public address, with an instance profile that \
                 carries AmazonSSMManagedInstanceCore",
            ),
        ));
    };
    let state = bastion.state.as_deref();
    let seen = format!("{} is {}", bastion.in_words(), state.unwrap_or("in a state that AWS doesn't show"));
    match state {
        Some("running") => Ok(Judged::fine(seen)),
        None => Err(Unknown(seen)),
        Some(state) => Ok(Judged::wrong(seen, awake(&bastion.id, state))),
    }
}

/// EC2 starts what is stopped, and nothing else.
fn awake(id: &str, state: &str) -> Remedy {
    match state {
        "stopped" => Remedy::new("starts it", &["ec2", "start-instances", "--instance-ids", id]),
        "pending" => Remedy::words("wait until it runs"),
        "stopping" => Remedy::words("wait until it is stopped, then start it"),
        _ => Remedy::words("it doesn't come back: name another machine with --bastion, or launch one anew"),
    }
}

pub(super) fn private(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    let subnet = bastion.subnet_id.as_deref().ok_or_else(|| unread("subnet of", &bastion.id))?;
    // Another interface can be in another VPC, of whose tables nothing was read.
    let others = bastion.other_subnets.iter().map(|other| subnets::one(scene, &scene.subnet(other)?.id));
    all([subnets::one(scene, subnet)].into_iter().chain(others))
}

pub(super) fn no_public_address(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    if bastion.public_addresses.is_empty() {
        let mut seen = vec![format!("{} shows no public address", bastion.id)];
        if !bastion.ipv6_addresses.is_empty() {
            let all = bastion.ipv6_addresses.join(", ");
            seen.push(format!(
                "its IPv6 addresses ({all}) are reached as the routes of its subnet say: bastion-private"
            ));
        }
        return Ok(Judged::Fine(seen));
    }
    all(bastion.public_addresses.iter().map(|address| {
        let words = "an Elastic IP is taken off; an address that EC2 gave at launch goes only with a new machine, launched with \
                     --no-associate-public-ip-address";
        let remedy = Remedy { words: words.into(), commands: vec![taken_off(address)] };
        Ok(Judged::wrong(format!("{} has the public address {address}", bastion.id), remedy))
    }))
}

/// EC2 asks for the association, and no longer for the address.
fn taken_off(address: &str) -> String {
    let query = "Addresses[0].AssociationId";
    let found = aws(&["ec2", "describe-addresses", "--public-ips", address, "--query", query, "--output", "text"]);
    format!("aws ec2 disassociate-address --association-id \"$({found})\"")
}

pub(super) fn no_key_pair(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    Ok(match &bastion.key_name {
        None => Judged::fine(format!("{} has none", bastion.id)),
        Some(key) => Judged::wrong(
            format!("{} was launched with the key pair {key}", bastion.id),
            Remedy::words(
                "AWS can't take it off: launch the bastion anew without --key-name; until then, as long as no port is let in, \
                 the key opens nothing",
            ),
        ),
    })
}

pub(super) fn no_ingress(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    all(bastion.groups.iter().chain(&bastion.other_groups).map(|id| lets_nothing_in(scene, id)))
}

fn lets_nothing_in(scene: &Scene<'_>, id: &str) -> Judgement {
    let groups = scene.groups(&[id.to_owned()])?;
    let rules = ingress(&groups);
    if rules.is_empty() {
        return Ok(Judged::fine(format!("{id}: no rule lets anything in")));
    }
    all(rules.into_iter().map(|deciding| {
        let remedy = match rests_on(scene, deciding) {
            Some(words) => Remedy::words(words),
            None => Remedy {
                words: "revokes it; other machines in the group lose it, too".into(),
                commands: vec![revoke(deciding)],
            },
        };
        Ok(Judged::wrong(in_words(deciding, "in"), remedy))
    }))
}

/// The way itself rests on a rule where endpoints or the database are in the bastion's group: what to do first.
fn rests_on(scene: &Scene<'_>, (group, rule): Deciding<'_>) -> Option<String> {
    let end = End::of(scene.chosen()?);
    let lets_in =
        |port| !through([(group, rule)], port, &end, &scene.facts.prefix_lists).is_ok_and(|ways| ways.is_empty());
    let first =
        |whose: &str, port: i32| format!("{whose} a group that lets {port} in from the bastion, then revoke the rule");
    let is_at_endpoints =
        required(scene).is_ok_and(|all| all.iter().any(|endpoint| endpoint.groups.iter().any(|id| id == group)));
    if is_at_endpoints && lets_in(HTTPS) {
        return Some(first("the endpoints are in this group, too: give them", HTTPS));
    }
    let port = scene.port().ok()?;
    let is_at_database = scene.database_groups().is_ok_and(|groups| groups.iter().any(|id| id == group));
    (is_at_database && lets_in(port)).then(|| first("the database is in this group, too: give it", port))
}

pub(super) fn imdsv2(scene: &Scene<'_>) -> Judgement {
    let bastion = scene.bastion()?;
    let id = &bastion.id;
    if bastion.http_endpoint.as_deref() == Some("disabled") {
        return Ok(Judged::fine(format!("{id} answers no metadata at all (HttpEndpoint disabled)")));
    }
    match bastion.http_tokens.as_deref() {
        Some("required") => Ok(Judged::fine(format!("{id}: HttpTokens is required"))),
        Some(other) => Ok(Judged::wrong(
            format!("{id}: HttpTokens is {other}"),
            Remedy::new(
                "what on the machine still asks in the old way fails from then on",
                &["ec2", "modify-instance-metadata-options", "--instance-id", id, "--http-tokens", "required"],
            ),
        )),
        None => Err(Unknown(format!("AWS shows no metadata options of {id}"))),
    }
}
