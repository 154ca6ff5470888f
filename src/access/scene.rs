//! The facts as the checks ask for them: which machine is the bastion, which table a subnet follows.

use std::collections::BTreeMap;

use super::{
    checks::reaches_others,
    facts::{Facts, Read, Unknown},
    range::Range,
    security_rule::{End, ingress, through},
};
use crate::model::{Agent, Machine, NetworkAcl, RouteTable, SecurityGroup, Subnet, SubnetAssociation};

/// The facts, and the machine that was chosen among them.
pub(super) struct Scene<'a> {
    pub(super) facts: &'a Facts,
    bastion: Result<Option<&'a Machine>, Unknown>,
}

impl<'a> Scene<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut scene = Self { facts, bastion: Ok(None) };
        scene.bastion = scene.choose();
        scene
    }

    /// The one that was named, else of those that run in the database's VPC the one that is most of a bastion: its
    /// agent is online, the database lets it in, and it is called so.
    fn choose(&self) -> Result<Option<&'a Machine>, Unknown> {
        let machines = self.facts.machines.known()?;
        if let Some(named) = &self.facts.bastion {
            let found = machines.iter().find(|machine| machine.id == *named);
            return found.map(Some).ok_or_else(|| Unknown(format!("{named} isn't among the machines that were read")));
        }
        let vpc = self.vpc()?;
        let here = |machine: &&Machine| {
            machine.vpc_id.as_deref() == Some(vpc)
                && !matches!(machine.state.as_deref(), Some("terminated" | "shutting-down"))
        };
        Ok(machines.iter().filter(here).max_by(|one, other| {
            let by_rank = self.rank(one).cmp(&self.rank(other));
            by_rank.then_with(|| other.id.cmp(&one.id))
        }))
    }

    fn rank(&self, machine: &Machine) -> (bool, bool, bool, bool, bool) {
        let agent = self.agent(machine).ok().flatten();
        let let_in = || {
            let groups = self.groups(&self.database_groups().ok()?).ok()?;
            through(ingress(&groups), self.port().ok()?, &End::of(machine), &self.facts.prefix_lists).ok()
        };
        let called = machine.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        (
            agent.is_some_and(|agent| agent.ping == "Online"),
            let_in().is_some_and(|rules| !rules.is_empty()),
            agent.is_some_and(|agent| reaches_others(&agent.version)),
            called.contains("bastion") || called.contains("jump"),
            machine.state.as_deref() == Some("running"),
        )
    }

    /// The machine that is judged, if there is one.
    pub(super) fn chosen(&self) -> Option<&'a Machine> {
        self.bastion.as_ref().ok().copied().flatten()
    }

    /// Whether there is one.
    pub(super) fn bastion_if_any(&self) -> Result<Option<&'a Machine>, Unknown> {
        self.bastion.clone()
    }

    pub(super) fn bastion(&self) -> Result<&'a Machine, Unknown> {
        self.bastion.clone()?.ok_or_else(|| Unknown("there is no bastion to judge".into()))
    }

    pub(super) fn agent(&self, machine: &'a Machine) -> Result<Option<&'a Agent>, Unknown> {
        match &machine.agent {
            Some(agent) => Ok(Some(agent)),
            None => Ok(self.facts.agents.known()?.get(&machine.id)),
        }
    }

    pub(super) fn vpc(&self) -> Result<&'a str, Unknown> {
        let group = self.facts.database.subnet_group.as_ref();
        let vpc = group.and_then(|group| group.vpc_id.as_deref());
        vpc.ok_or_else(|| Unknown("AWS shows no VPC of the database".into()))
    }

    pub(super) fn port(&self) -> Result<i32, Unknown> {
        let port = self.facts.database.endpoint_port.filter(|port| *port > 0);
        port.ok_or_else(|| Unknown("AWS shows no port of the database yet".into()))
    }

    pub(super) fn database_groups(&self) -> Result<Vec<String>, Unknown> {
        let groups = self.facts.database.security_groups.as_ref();
        let groups = groups.ok_or_else(|| Unknown("AWS shows no security groups of the database".into()))?;
        Ok(groups.iter().map(|group| group.name.clone()).collect())
    }

    /// These security groups, each of which must have been read.
    pub(super) fn groups(&self, ids: &[String]) -> Result<Vec<&'a SecurityGroup>, Unknown> {
        let all = self.facts.security_groups.known()?;
        let find = |id: &String| all.iter().find(|group| group.id == *id).ok_or_else(|| unread("security group", id));
        ids.iter().map(find).collect()
    }

    /// The ids of the database's subnets.
    pub(super) fn database_subnets(&self) -> Result<Vec<&'a str>, Unknown> {
        let subnets = self.facts.group_subnets.known()?;
        if subnets.is_empty() {
            return Err(Unknown("AWS shows no subnet of the database's subnet group".into()));
        }
        Ok(subnets.iter().map(|subnet| subnet.id.as_str()).collect())
    }

    pub(super) fn subnet(&self, id: &str) -> Result<&'a Subnet, Unknown> {
        let found = self.facts.subnets.known()?.iter().find(|subnet| subnet.id == id);
        found.ok_or_else(|| unread("subnet", id))
    }

    /// The IPv4 addresses of a subnet.
    pub(super) fn ranges(&self, id: &str) -> Result<Vec<Range>, Unknown> {
        let read = |text: &String| Range::read(text);
        let ranges: Vec<Range> =
            self.subnet(id)?.cidrs.iter().filter_map(read).filter(|range| !range.is_v6()).collect();
        if ranges.is_empty() { Err(Unknown(format!("AWS shows no IPv4 addresses of {id}"))) } else { Ok(ranges) }
    }

    /// The table that a subnet follows, with its association: its own, else the VPC's main one.
    pub(super) fn table(&self, subnet: &str) -> Result<(&'a RouteTable, Option<&'a SubnetAssociation>), Unknown> {
        let tables = self.facts.route_tables.known()?;
        let own = tables.iter().find_map(|table| {
            let association = table.associations.iter().find(|association| association.subnet_id == subnet)?;
            Some((table, Some(association)))
        });
        if let Some(own) = own {
            return Ok(own);
        }
        let vpc = self.vpc_of(subnet)?;
        let main = tables.iter().find(|table| table.main && table.vpc_id.as_deref() == Some(vpc));
        main.map(|table| (table, None)).ok_or_else(|| unread("route table of subnet", subnet))
    }

    fn vpc_of(&self, subnet: &str) -> Result<&'a str, Unknown> {
        let known = self.facts.subnets.known().ok().and_then(|all| all.iter().find(|one| one.id == subnet));
        match known.and_then(|subnet| subnet.vpc_id.as_deref()) {
            Some(vpc) => Ok(vpc),
            None => self.vpc(),
        }
    }

    /// The network ACL that guards a subnet.
    pub(super) fn acl(&self, subnet: &str) -> Result<&'a NetworkAcl, Unknown> {
        let acls = self.facts.network_acls.known()?;
        let found = acls.iter().find(|acl| acl.subnets.iter().any(|guarded| guarded == subnet));
        found.ok_or_else(|| unread("network ACL of subnet", subnet))
    }

    /// The VPC's own addresses, as far as they are known. Those of IPv6 are no private ones.
    pub(super) fn inside(&self) -> Vec<Range> {
        let vpcs = self.facts.vpcs.known().ok().zip(self.vpc().ok());
        let own = vpcs.and_then(|(vpcs, id)| vpcs.iter().find(|vpc| vpc.id == id));
        own.iter().flat_map(|vpc| &vpc.cidrs).filter_map(|text| Range::read(text)).collect()
    }

    /// What prefix lists stand for, as far as that is known.
    pub(super) fn lists(&self) -> BTreeMap<String, Vec<String>> {
        match &self.facts.prefix_lists {
            Read::Known(lists) => lists.clone(),
            Read::NotRead(_) => BTreeMap::new(),
        }
    }
}

pub(super) fn unread(what: &str, id: &str) -> Unknown {
    Unknown(format!("the {what} {id} isn't among what was read"))
}
