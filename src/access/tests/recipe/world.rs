//! A small AWS of its own: it takes calls, and shows things a little later.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    access::{Facts, Read, tests::network::known},
    model::{
        AccessCall, AccessSeen, Agent, DnsAttribute, InstanceProfile, Machine, OwnRole, Peer, PreferencesDocument,
        RolePolicies, Route, RouteTable, SecurityGroup, SecurityRule, SessionPreferences, Subnet, SubnetAssociation,
        Tags, VpcEndpoint,
    },
};

/// What exists.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) seen: AccessSeen,
    /// Machines end as they begin.
    pub(super) machines_end: bool,
    /// The VPC has IPv6 addresses, so a new group lets everything out twice.
    pub(super) has_ipv6: bool,
    tokens: BTreeMap<String, String>,
    next: u32,
}

impl World {
    /// What the facts hold.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut facts = facts.clone();
        let seen = AccessSeen {
            vpc: known(&mut facts.vpcs).first().cloned(),
            subnets: known(&mut facts.subnets).clone(),
            route_tables: known(&mut facts.route_tables).clone(),
            network_acls: known(&mut facts.network_acls).clone(),
            groups: known(&mut facts.security_groups).clone(),
            endpoints: known(&mut facts.endpoints).clone(),
            machines: known(&mut facts.machines).clone(),
            preferences: known(&mut facts.preferences)
                .as_ref()
                .map(|told| PreferencesDocument::made(told.log_group.as_deref().unwrap_or_default(), Tags::default())),
            ..AccessSeen::default()
        };
        Self { seen, machines_end: false, has_ipv6: false, tokens: BTreeMap::new(), next: 0 }
    }

    /// The same as the audit reads it.
    pub(super) fn facts(&self, before: &Facts) -> Facts {
        let seen = self.seen.clone();
        let roles = seen.role.map(|role| {
            let policies = RolePolicies { attached: Some(role.attached.into_iter().collect()), ..Default::default() };
            (seen.profile.as_ref().and_then(|profile| profile.role.clone()).unwrap_or_default(), policies)
        });
        let bastion = seen.machines.iter().find(|machine| machine.state.as_deref() != Some("terminated"));
        Facts {
            vpcs: Read::Known(seen.vpc.into_iter().collect()),
            subnets: Read::Known(seen.subnets),
            route_tables: Read::Known(seen.route_tables),
            network_acls: Read::Known(seen.network_acls),
            security_groups: Read::Known(seen.groups),
            endpoints: Read::Known(seen.endpoints),
            bastion: bastion.map(|machine| machine.id.clone()),
            machines: Read::Known(seen.machines),
            agents: Read::Known(seen.agents.unwrap()),
            profiles: Read::Known(seen.profile.into_iter().collect()),
            roles: Read::Known(roles.into_iter().collect()),
            preferences: Read::Known(seen.preferences.and_then(|it| SessionPreferences::of(&it.content.to_string()))),
            ..before.clone()
        }
    }

    fn id(&mut self, front: &str) -> String {
        self.next += 1;
        format!("{front}-new{}", self.next)
    }

    /// Time passes: what is underway arrives.
    pub(super) fn tick(&mut self) {
        self.seen.endpoints.retain(|endpoint| endpoint.state.as_deref() != Some("deleting"));
        for endpoint in &mut self.seen.endpoints {
            endpoint.state = Some("available".into());
        }
        let mut agents = self.seen.agents.clone().unwrap();
        for machine in &mut self.seen.machines {
            let (state, agent) = match machine.state.as_deref() {
                Some("pending") => ("running", None),
                Some("running") => ("running", Some("Online")),
                _ => ("terminated", Some("ConnectionLost")),
            };
            machine.state = Some(state.into());
            if let Some(ping) = agent {
                let agent = Agent { version: "3.3.987.0".into(), ping: ping.into(), last_ping: None };
                agents.insert(machine.id.clone(), agent);
            }
        }
        self.seen.agents = Ok(agents);
    }

    fn group(&mut self, id: &str) -> &mut SecurityGroup {
        self.seen.groups.iter_mut().find(|group| group.id == id).unwrap()
    }

    /// Whether something that isn't gone is in the group or the subnet.
    fn is_used(&self, id: &str) -> bool {
        let of_machine = |it: &Machine| {
            it.state.as_deref() != Some("terminated")
                && (it.subnet_id.as_deref() == Some(id) || it.groups.iter().any(|group| group == id))
        };
        let of_endpoint = |it: &VpcEndpoint| it.subnets.iter().chain(&it.groups).any(|used| used == id);
        let of_rule = |group: &SecurityGroup| {
            group.id != id
                && group.ingress.iter().chain(&group.egress).any(|rule| rule.peer == Peer::Group(id.to_owned()))
        };
        self.seen.machines.iter().any(of_machine)
            || self.seen.endpoints.iter().any(of_endpoint)
            || self.seen.groups.iter().any(of_rule)
    }

    /// Takes a call, or refuses it with a code.
    #[expect(clippy::too_many_lines, reason = "an arm for each call")]
    pub(super) fn take(&mut self, call: &AccessCall) -> Result<(), &'static str> {
        match call.clone() {
            AccessCall::ModifyVpcAttribute { attribute, value, .. } => {
                let vpc = self.seen.vpc.as_mut().unwrap();
                match attribute {
                    DnsAttribute::Support => vpc.dns_support = Some(value),
                    DnsAttribute::Hostnames => vpc.dns_hostnames = Some(value),
                }
            }
            AccessCall::CreateSubnet { vpc_id, cidr, zone, tags } => {
                if self.seen.subnets.iter().any(|subnet| subnet.cidrs.contains(&cidr)) {
                    return Err("InvalidSubnet.Conflict");
                }
                let id = self.id("subnet");
                self.seen.network_acls[0].subnets.push(id.clone());
                self.seen.subnets.push(Subnet {
                    id,
                    zone: Some(zone),
                    state: Some("available".into()),
                    vpc_id: Some(vpc_id),
                    cidrs: vec![cidr],
                    tags,
                    free: None,
                });
            }
            AccessCall::DeleteSubnet { subnet_id } => {
                let followed = |table: &RouteTable| table.associations.iter().any(|it| it.subnet_id == subnet_id);
                if self.is_used(&subnet_id) || self.seen.route_tables.iter().any(followed) {
                    return Err("DependencyViolation");
                }
                self.seen.subnets.retain(|subnet| subnet.id != subnet_id);
                self.seen.network_acls[0].subnets.retain(|id| *id != subnet_id);
            }
            AccessCall::CreateRouteTable { vpc_id, tags } => {
                let local = Route {
                    destination: "10.0.0.0/16".into(),
                    target: Some("local".into()),
                    state: Some("active".into()),
                };
                let id = self.id("rtb");
                let table = RouteTable { id, vpc_id: Some(vpc_id), routes: vec![local], tags, ..Default::default() };
                self.seen.route_tables.push(table);
            }
            AccessCall::DeleteRouteTable { table_id } => {
                self.seen.route_tables.retain(|table| table.id != table_id);
            }
            AccessCall::AssociateRouteTable { table_id, subnet_id } => {
                let id = self.id("rtbassoc");
                let table = self.seen.route_tables.iter_mut().find(|table| table.id == table_id).unwrap();
                table.associations.push(SubnetAssociation { id, subnet_id });
            }
            AccessCall::DisassociateRouteTable { association_id } => {
                for table in &mut self.seen.route_tables {
                    table.associations.retain(|it| it.id != association_id);
                }
            }
            AccessCall::CreateDBSubnetGroup { tags, .. } => self.seen.subnet_group = Some(tags),
            AccessCall::DeleteDBSubnetGroup { .. } => self.seen.subnet_group = None,
            AccessCall::CreateSecurityGroup { name, vpc_id, tags, .. } => {
                if self.seen.groups.iter().any(|group| group.name == name) {
                    return Err("InvalidGroup.Duplicate");
                }
                let to = |peer| SecurityRule { protocol: "-1".into(), ports: None, peer };
                let mut egress = BTreeSet::from([to(Peer::Ipv4("0.0.0.0/0".into()))]);
                egress.extend(self.has_ipv6.then(|| to(Peer::Ipv6("::/0".into()))));
                let id = self.id("sg");
                let group = SecurityGroup { id, name, vpc_id: Some(vpc_id), egress, tags, ..Default::default() };
                self.seen.groups.push(group);
            }
            AccessCall::DeleteSecurityGroup { group_id } => {
                if self.is_used(&group_id) {
                    return Err("DependencyViolation");
                }
                self.seen.groups.retain(|group| group.id != group_id);
            }
            AccessCall::Authorize { group_id, egress, rule } => {
                let group = self.group(&group_id);
                let rules = if egress { &mut group.egress } else { &mut group.ingress };
                if !rules.insert(rule) {
                    return Err("InvalidPermission.Duplicate");
                }
            }
            AccessCall::Revoke { group_id, egress, rule } => {
                let group = self.group(&group_id);
                let rules = if egress { &mut group.egress } else { &mut group.ingress };
                if !rules.remove(&rule) {
                    return Err("InvalidPermission.NotFound");
                }
            }
            AccessCall::CreateNetworkAclEntry { acl_id, entry } => {
                let acl = self.seen.network_acls.iter_mut().find(|acl| acl.id == acl_id).unwrap();
                if acl.entries.iter().any(|it| it.number == entry.number && it.egress == entry.egress) {
                    return Err("NetworkAclEntryAlreadyExists");
                }
                acl.entries.push(entry);
            }
            AccessCall::DeleteNetworkAclEntry { acl_id, number, egress } => {
                let acl = self.seen.network_acls.iter_mut().find(|acl| acl.id == acl_id).unwrap();
                acl.entries.retain(|it| it.number != number || it.egress != egress);
            }
            AccessCall::CreateRole { tags, .. } => {
                if self.seen.role.is_some() {
                    return Err("EntityAlreadyExists");
                }
                self.seen.role = Some(OwnRole { tags, ..OwnRole::default() });
            }
            AccessCall::DeleteRole { .. } => {
                let role = self.seen.role.as_ref().ok_or("NoSuchEntity")?;
                if !role.attached.is_empty()
                    || !role.inline.is_empty()
                    || self.seen.profile.as_ref().is_some_and(|it| it.role.is_some())
                {
                    return Err("DeleteConflict");
                }
                self.seen.role = None;
            }
            AccessCall::AttachRolePolicy { policy_arn, .. } => {
                self.seen.role.as_mut().ok_or("NoSuchEntity")?.attached = vec![policy_arn];
            }
            AccessCall::DetachRolePolicy { policy_arn, .. } => {
                self.seen.role.as_mut().ok_or("NoSuchEntity")?.attached.retain(|it| *it != policy_arn);
            }
            AccessCall::PutRolePolicy { policy, .. } => {
                self.seen.role.as_mut().ok_or("NoSuchEntity")?.inline = vec![policy];
            }
            AccessCall::DeleteRolePolicy { policy, .. } => {
                self.seen.role.as_mut().ok_or("NoSuchEntity")?.inline.retain(|it| *it != policy);
            }
            AccessCall::CreatePreferences { log_group, tags } => {
                if self.seen.preferences.is_some() {
                    return Err("DocumentAlreadyExists");
                }
                self.seen.preferences = Some(PreferencesDocument::made(&log_group, tags));
            }
            AccessCall::DeletePreferences => self.seen.preferences = None,
            AccessCall::CreateInstanceProfile { profile, tags } => {
                if self.seen.profile.is_some() {
                    return Err("EntityAlreadyExists");
                }
                let arn = Some(format!("arn:aws:iam::111122223333:instance-profile/{profile}"));
                self.seen.profile = Some(InstanceProfile { name: profile, arn, role: None, tags });
            }
            AccessCall::DeleteInstanceProfile { .. } => {
                if self.seen.profile.as_ref().ok_or("NoSuchEntity")?.role.is_some() {
                    return Err("DeleteConflict");
                }
                self.seen.profile = None;
            }
            AccessCall::AddRoleToInstanceProfile { role, .. } => {
                self.seen.profile.as_mut().ok_or("NoSuchEntity")?.role = Some(role);
            }
            AccessCall::RemoveRoleFromInstanceProfile { .. } => {
                self.seen.profile.as_mut().ok_or("NoSuchEntity")?.role = None;
            }
            AccessCall::CreateVpcEndpoint { vpc_id, service, subnets, group_id, tags, token } => {
                if self.tokens.contains_key(&token) {
                    return Ok(());
                }
                let id = self.id("vpce");
                self.tokens.insert(token, id.clone());
                self.seen.endpoints.push(VpcEndpoint {
                    id,
                    vpc_id: Some(vpc_id),
                    kind: Some("Interface".into()),
                    service,
                    state: Some("pending".into()),
                    private_dns: Some(true),
                    subnets,
                    groups: vec![group_id],
                    route_tables: Vec::new(),
                    tags,
                });
            }
            AccessCall::DeleteVpcEndpoint { endpoint_id } => {
                let endpoint = self.seen.endpoints.iter_mut().find(|it| it.id == endpoint_id).unwrap();
                endpoint.state = Some("deleting".into());
            }
            AccessCall::RunInstance { subnet_id, group_id, profile, tags, token, .. } => {
                if self.tokens.contains_key(&token) {
                    return Ok(());
                }
                let id = self.id("i");
                self.tokens.insert(token, id.clone());
                self.seen.machines.push(Machine {
                    id,
                    state: Some(if self.machines_end { "terminated" } else { "pending" }.into()),
                    vpc_id: Some("vpc-1".into()),
                    address: Some("10.0.1.9".into()),
                    groups: vec![group_id],
                    subnet_id: Some(subnet_id),
                    http_tokens: Some("required".into()),
                    profile_arn: Some(format!("arn:aws:iam::111122223333:instance-profile/{profile}")),
                    tags,
                    ..Machine::default()
                });
            }
            AccessCall::TerminateInstance { instance_id } => {
                let machine = self.seen.machines.iter_mut().find(|it| it.id == instance_id).unwrap();
                machine.state = Some("shutting-down".into());
            }
        }
        Ok(())
    }
}
