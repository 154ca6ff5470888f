//! Which machine a tunnel goes through: a judgement over facts. Pure.

use std::net::Ipv4Addr;

use crate::{
    model::{Machine, Peer, SecurityGroup, SecurityRule},
    tunnel::agent_version::AgentVersion,
};

/// The database, as far as it decides who reaches it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Destination<'a> {
    pub(super) port: u16,
    /// The ids of its security groups.
    pub(super) groups: &'a [String],
}

/// Why a machine can't be the bastion, with the command that mends it; nothing where it can.
pub(in crate::cli) fn against(machine: &Machine, to_itself: bool) -> Option<String> {
    let id = &machine.id;
    let state = machine.state.as_deref().unwrap_or("in an unknown state");
    if state != "running" {
        return Some(format!("it is {state}: aws ec2 start-instances --instance-ids {id}"));
    }
    let Some(agent) = &machine.agent else {
        return Some(
            "it isn't registered with Systems Manager: it needs the SSM agent, an instance profile with \
             AmazonSSMManagedInstanceCore, and a way to the ssm and ssmmessages endpoints"
                .into(),
        );
    };
    if agent.ping != "Online" {
        let since = agent.last_ping.map(|time| format!(", last heard of at {time:.0}")).unwrap_or_default();
        return Some(format!(
            "its agent is not online ({}{since}): restart the agent, or the machine: aws ec2 reboot-instances \
             --instance-ids {id}",
            agent.ping
        ));
    }
    if !to_itself && AgentVersion::read(&agent.version) < AgentVersion::FIRST_WITH_REMOTE_HOSTS {
        return Some(format!(
            "its agent is {}, and only 3.1.1374.0 and later reach other hosts: aws ssm send-command --document-name \
             AWS-UpdateSSMAgent --instance-ids {id}",
            agent.version
        ));
    }
    None
}

/// What is known to go wrong with an agent of this version, and how it is mended; nothing where nothing is known.
pub(super) fn warning_of(machine: &Machine) -> Option<String> {
    let version = &machine.agent.as_ref()?.version;
    // https://github.com/aws/amazon-ssm-agent/issues/450
    let broken = AgentVersion::read("3.1.1446.0")..AgentVersion::read("3.1.1476.0");
    broken.contains(&AgentVersion::read(version)).then(|| {
        format!(
            "the agent on {} is {version}, in which sessions for ports are known to break; 3.1.1476.0 and later mended it: \
             aws ssm send-command --document-name AWS-UpdateSSMAgent --instance-ids {}",
            machine.in_words(),
            machine.id
        )
    })
}

/// The same, and why its security groups don't let it reach the database. `all` are the groups of both.
pub(super) fn against_reaching(machine: &Machine, to: Destination<'_>, all: &[SecurityGroup]) -> Option<String> {
    against(machine, false).or_else(|| {
        let address = machine.address.as_deref().and_then(|address| address.parse().ok());
        let of = |ids: &[String]| all.iter().filter(|group| ids.contains(&group.id)).collect::<Vec<_>>();
        let mut inwards = of(to.groups).into_iter().flat_map(|group| &group.ingress);
        if !inwards.any(|rule| lets(rule, to.port, address, &machine.groups)) {
            return Some(match (to.groups.first(), machine.groups.first()) {
                (Some(database), Some(own)) => format!(
                    "the database's security groups don't let it in at port {}: aws ec2 authorize-security-group-ingress \
                     --group-id {database} --protocol tcp --port {} --source-group {own}",
                    to.port, to.port
                ),
                _ => format!("the database's security groups don't let it in at port {}", to.port),
            });
        }
        let mut outwards = of(&machine.groups).into_iter().flat_map(|group| &group.egress);
        // The database's address isn't known: any rule for addresses may be meant for it.
        let out = |rule: &SecurityRule| match &rule.peer {
            Peer::Group(id) => is_for(rule, to.port) && to.groups.contains(id),
            _ => is_for(rule, to.port),
        };
        (!outwards.any(out)).then(|| format!("its own security groups let nothing out to port {}", to.port))
    })
}

fn lets(rule: &SecurityRule, port: u16, address: Option<Ipv4Addr>, groups: &[String]) -> bool {
    is_for(rule, port)
        && match &rule.peer {
            Peer::Group(id) => groups.contains(id),
            Peer::Ipv4(cidr) => address.is_some_and(|address| contains(cidr, address)),
            Peer::Ipv6(_) | Peer::PrefixList(_) => false,
        }
}

fn is_for(rule: &SecurityRule, port: u16) -> bool {
    let port = i32::from(port);
    match rule.protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => rule.ports.is_none_or(|(from, to)| from <= port && port <= to),
        _ => false,
    }
}

fn contains(cidr: &str, address: Ipv4Addr) -> bool {
    let Some((base, length)) = cidr.split_once('/') else { return false };
    let (Ok(base), Ok(length)) = (base.parse::<Ipv4Addr>(), length.parse::<u32>()) else { return false };
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
    length <= 32 && u32::from(base) & mask == u32::from(address) & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Agent;

    fn machine() -> Machine {
        Machine {
            id: "i-1".into(),
            state: Some("running".into()),
            address: Some("10.0.1.9".into()),
            groups: vec!["sg-bastion".into()],
            agent: Some(Agent { version: "3.3.987.0".into(), ping: "Online".into(), last_ping: None }),
            ..Machine::default()
        }
    }

    #[test]
    fn machines_are_judged() {
        let agent =
            |version: &str, ping: &str| Some(Agent { version: version.into(), ping: ping.into(), last_ping: None });
        let table = [
            (machine(), None),
            (Machine { state: Some("stopped".into()), ..machine() }, Some("it is stopped: aws ec2 start-instances")),
            (Machine { agent: None, ..machine() }, Some("it isn't registered")),
            (Machine { agent: agent("3.3.987.0", "ConnectionLost"), ..machine() }, Some("its agent is not online")),
            (Machine { agent: agent("3.1.1374.0", "Online"), ..machine() }, None),
            (Machine { agent: agent("3.1.1373.0", "Online"), ..machine() }, Some("its agent is 3.1.1373.0")),
            (Machine { agent: agent("", "Online"), ..machine() }, Some("its agent is ")),
        ];
        for (machine, expected) in table {
            let found = against(&machine, false);
            match expected {
                None => assert_eq!(found, None, "{machine:?}"),
                Some(front) => assert!(found.as_ref().is_some_and(|why| why.starts_with(front)), "{front}: {found:?}"),
            }
        }
        let old = Machine { agent: agent("3.0.1.0", "Online"), ..machine() };
        assert_eq!(against(&old, true), None, "it reaches itself");
    }

    #[test]
    fn versions_that_are_known_to_break_are_warned_about() {
        for (version, is_warned) in [
            ("3.1.1445.0", false),
            ("3.1.1446.0", true),
            ("3.1.1475.0", true),
            ("3.1.1476.0", false),
            ("3.3.987.0", false),
            ("odd", false),
        ] {
            let agent = Agent { version: version.into(), ..Agent::default() };
            let machine = Machine { agent: Some(agent), ..machine() };
            assert_eq!(warning_of(&machine).is_some(), is_warned, "{version}");
        }
    }

    #[test]
    fn security_groups_are_judged() {
        let rule = |protocol: &str, ports, peer| SecurityRule { protocol: protocol.into(), ports, peer };
        let own = || Peer::Group("sg-bastion".into());
        let net = |cidr: &str| Peer::Ipv4(cidr.into());
        let inwards = [
            (rule("tcp", Some((5432, 5432)), own()), true),
            (rule("tcp", Some((5000, 6000)), own()), true),
            (rule("-1", None, own()), true),
            (rule("udp", Some((5432, 5432)), own()), false),
            (rule("tcp", Some((3306, 3306)), own()), false),
            (rule("tcp", Some((5432, 5432)), Peer::Group("sg-other".into())), false),
            (rule("tcp", Some((5432, 5432)), net("10.0.0.0/16")), true),
            (rule("tcp", Some((5432, 5432)), net("0.0.0.0/0")), true),
            (rule("tcp", Some((5432, 5432)), net("10.0.1.9/32")), true),
            (rule("tcp", Some((5432, 5432)), net("10.0.1.8/32")), false),
            (rule("tcp", Some((5432, 5432)), net("10.0.1.8/99")), false),
            (rule("tcp", Some((5432, 5432)), net("nonsense")), false),
        ];
        let outwards = [
            (rule("-1", None, net("0.0.0.0/0")), true),
            (rule("tcp", Some((443, 443)), net("0.0.0.0/0")), false),
            (rule("tcp", Some((5432, 5432)), Peer::Group("sg-db".into())), true),
            (rule("tcp", Some((5432, 5432)), Peer::Group("sg-other".into())), false),
        ];
        let group = |id: &str, ingress: &[SecurityRule], egress: &[SecurityRule]| SecurityGroup {
            id: id.into(),
            ingress: ingress.iter().cloned().collect(),
            egress: egress.iter().cloned().collect(),
            ..SecurityGroup::default()
        };
        let groups = ["sg-db".to_owned()];
        for (way_in, lets_in) in &inwards {
            for (way_out, lets_out) in &outwards {
                let all = [
                    group("sg-db", std::slice::from_ref(way_in), &[]),
                    group("sg-bastion", &[], std::slice::from_ref(way_out)),
                ];
                let found = against_reaching(&machine(), Destination { port: 5432, groups: &groups }, &all);
                assert_eq!(found.is_none(), *lets_in && *lets_out, "{way_in:?} {way_out:?} {found:?}");
            }
        }
    }
}
