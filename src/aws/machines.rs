//! EC2 and Systems Manager: the machines through which somebody could reach a database.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, Instance};
use aws_sdk_ssm::types::{ConnectionStatus, InstanceInformation, InstanceInformationStringFilter};

use super::{Aws, CallError, ReadError, read::timestamp};
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
        let filters = filters.iter().map(|(name, value)| Filter::builder().name(*name).values(*value).build());
        let mut pages = self.ec2.describe_instances().set_filters(Some(filters.collect())).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: MACHINES, error: CallError::of(&error) })?;
            let rows = page.reservations.unwrap_or_default().into_iter();
            found.extend(rows.flat_map(|reservation| reservation.instances.unwrap_or_default()).map(machine));
        }
        let ids: Vec<String> = found.iter().map(|machine| machine.id.clone()).collect();
        let mut agents = BTreeMap::new();
        for some in ids.chunks(AT_ONCE) {
            agents.extend(self.agents_on(some).await?);
        }
        for machine in &mut found {
            machine.agent = agents.remove(&machine.id);
        }
        Ok(found)
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
    let state = row.state().and_then(|state| state.name()).map(|name| name.as_str().to_owned());
    let groups = row.security_groups().iter().filter_map(|group| group.group_id.clone()).collect();
    Machine {
        id: row.instance_id.unwrap_or_default(),
        name: name.filter(|name| !name.is_empty()),
        state,
        vpc_id: row.vpc_id,
        address: row.private_ip_address,
        groups,
        subnet_id: row.subnet_id,
        public_addresses: row.public_ip_address.into_iter().collect(),
        key_name: row.key_name,
        ..Machine::default()
    }
}
