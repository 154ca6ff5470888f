//! EC2 and Systems Manager: the machines through which somebody could reach a database.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, Instance, InstanceNetworkInterface};
use aws_sdk_ssm::types::{ConnectionStatus, InstanceInformation, InstanceInformationStringFilter};

use super::{Aws, CallError, ReadError, network::tags, read::timestamp};
use crate::model::{Agent, Machine};

const MACHINES: &str = "ec2:DescribeInstances";
const AGENTS: &str = "ssm:DescribeInstanceInformation";
const CONNECTION: &str = "ssm:GetConnectionStatus";

/// A filter takes 100 values.
const AT_ONCE: usize = 100;

impl Aws {
    /// Reads the machine with this id, with its agent, if there is one.
    pub async fn machine(&self, id: &str) -> Result<Option<Machine>, ReadError> {
        Ok(self.machines(&[("instance-id", id)]).await?.into_iter().find(|machine| machine.id == id))
    }

    /// Reads the machines that all of these filters let through, each with its agent.
    pub async fn machines(&self, filters: &[(&str, &str)]) -> Result<Vec<Machine>, ReadError> {
        let mut found = self.bare_machines(filters).await?;
        let ids: Vec<String> = found.iter().map(|machine| machine.id.clone()).collect();
        let mut agents = self.agents(&ids).await?;
        for machine in &mut found {
            machine.agent = agents.remove(&machine.id);
        }
        Ok(found)
    }

    /// Reads the machines that all of these filters let through, without their agents.
    pub async fn bare_machines(&self, filters: &[(&str, &str)]) -> Result<Vec<Machine>, ReadError> {
        let filters = filters.iter().map(|(name, value)| Filter::builder().name(*name).values(*value).build());
        let mut pages = self.ec2.describe_instances().set_filters(Some(filters.collect())).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: MACHINES, error: CallError::of(&error) })?;
            let rows = page.reservations.unwrap_or_default().into_iter();
            found.extend(rows.flat_map(|reservation| reservation.instances.unwrap_or_default()).map(machine));
        }
        Ok(found)
    }

    /// Reads the agents on these machines, by the machine's id; one that never registered has no row.
    pub async fn agents(&self, ids: &[String]) -> Result<BTreeMap<String, Agent>, ReadError> {
        let mut agents = BTreeMap::new();
        for some in ids.chunks(AT_ONCE) {
            agents.extend(self.agents_on(some).await?);
        }
        Ok(agents)
    }

    /// What Systems Manager knows of the agents on these machines; one that never registered has no row.
    async fn agents_on(&self, ids: &[String]) -> Result<BTreeMap<String, Agent>, ReadError> {
        let about = |error: CallError| ReadError { action: AGENTS, error };
        let filter = InstanceInformationStringFilter::builder().key("InstanceIds").set_values(Some(ids.to_vec()));
        let filter = filter.build().map_err(|error| about(CallError::NotSent { why: error.to_string() }))?;
        let mut pages = self.ssm.describe_instance_information().filters(filter).into_paginator().send();
        let mut found = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| about(CallError::of(&error)))?;
            found.extend(page.instance_information_list.unwrap_or_default().into_iter().filter_map(agent));
        }
        Ok(found)
    }

    /// Whether Session Manager has a connection to the agent on a machine, right now.
    pub async fn is_connected(&self, id: &str) -> Result<bool, ReadError> {
        let answer = self.ssm.get_connection_status().target(id).send().await;
        let answer = answer.map_err(|error| ReadError { action: CONNECTION, error: CallError::of(&error) })?;
        Ok(answer.status == Some(ConnectionStatus::Connected))
    }
}

fn agent(row: InstanceInformation) -> Option<(String, Agent)> {
    let agent = Agent {
        version: row.agent_version.unwrap_or_default(),
        ping: row.ping_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        last_ping: row.last_ping_date_time.and_then(timestamp),
    };
    Some((row.instance_id?, agent))
}

fn machine(row: Instance) -> Machine {
    let name = row.tags().iter().find(|tag| tag.key() == Some("Name")).and_then(|tag| tag.value.clone());
    let metadata = row.metadata_options();
    Machine {
        name: name.filter(|name| !name.is_empty()),
        state: row.state().and_then(|state| state.name()).map(|name| name.as_str().to_owned()),
        other_groups: other_groups(&row),
        other_subnets: other_subnets(&row),
        groups: groups(&row),
        public_addresses: public_addresses(&row),
        ipv6_addresses: row
            .network_interfaces()
            .iter()
            .flat_map(InstanceNetworkInterface::ipv6_addresses)
            .filter_map(|address| address.ipv6_address.clone())
            .collect(),
        http_tokens: metadata.and_then(|it| it.http_tokens()).map(|tokens| tokens.as_str().to_owned()),
        http_endpoint: metadata.and_then(|it| it.http_endpoint()).map(|state| state.as_str().to_owned()),
        profile_arn: row.iam_instance_profile().and_then(|profile| profile.arn.clone()),
        id: row.instance_id.unwrap_or_default(),
        vpc_id: row.vpc_id,
        address: row.private_ip_address,
        subnet_id: row.subnet_id,
        key_name: row.key_name,
        tags: tags(row.tags),
        agent: None,
    }
}

/// Those of its first interface, which AWS shows as its own; else those of all interfaces.
fn groups(row: &Instance) -> Vec<String> {
    let own: Vec<String> = row.security_groups().iter().filter_map(|group| group.group_id.clone()).collect();
    if !own.is_empty() {
        return own;
    }
    let all = row.network_interfaces().iter().flat_map(InstanceNetworkInterface::groups);
    let all: BTreeSet<String> = all.filter_map(|group| group.group_id.clone()).collect();
    all.into_iter().collect()
}

fn other_groups(row: &Instance) -> Vec<String> {
    let own = groups(row);
    let all = row.network_interfaces().iter().flat_map(InstanceNetworkInterface::groups);
    let all: BTreeSet<String> = all.filter_map(|group| group.group_id.clone()).collect();
    all.into_iter().filter(|id| !own.contains(id)).collect()
}

fn other_subnets(row: &Instance) -> Vec<String> {
    let all: BTreeSet<&str> = row.network_interfaces().iter().filter_map(InstanceNetworkInterface::subnet_id).collect();
    all.into_iter().filter(|id| row.subnet_id() != Some(*id)).map(str::to_owned).collect()
}

/// Its own, and those of all of its interfaces.
fn public_addresses(row: &Instance) -> Vec<String> {
    let interfaces = row.network_interfaces();
    let first = interfaces.iter().filter_map(|interface| interface.association()?.public_ip.clone());
    let others = interfaces.iter().flat_map(InstanceNetworkInterface::private_ip_addresses);
    let others = others.filter_map(|address| address.association()?.public_ip.clone());
    let all: BTreeSet<String> = row.public_ip_address.iter().cloned().chain(first).chain(others).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::GroupIdentifier;

    use super::*;

    #[test]
    fn groups_and_subnets_of_other_interfaces_are_read() {
        let group = |id: &str| GroupIdentifier::builder().group_id(id).build();
        let interface = |subnet: &str, id: &str| {
            InstanceNetworkInterface::builder().subnet_id(subnet).groups(group("sg-1")).groups(group(id)).build()
        };
        let row = Instance::builder().instance_id("i-1").subnet_id("subnet-1").security_groups(group("sg-1"));
        let row =
            row.network_interfaces(interface("subnet-1", "sg-1")).network_interfaces(interface("subnet-2", "sg-2"));
        let machine = machine(row.build());
        assert_eq!((machine.groups, machine.other_groups), (vec!["sg-1".to_owned()], vec!["sg-2".to_owned()]));
        assert_eq!(machine.other_subnets, ["subnet-2"]);
    }
}
