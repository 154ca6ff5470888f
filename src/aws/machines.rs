//! EC2 and Systems Manager: the machines through which somebody could reach a database.

use aws_sdk_ec2::types::{Filter, Instance};
use aws_sdk_ssm::types::InstanceInformationStringFilter;

use super::{Aws, CallError, ReadError};
use crate::model::{Agent, Machine};

const MACHINES: &str = "ec2:DescribeInstances";
const AGENTS: &str = "ssm:DescribeInstanceInformation";

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
        for machine in &mut found {
            machine.agent = self.agent_on(&machine.id).await?;
        }
        Ok(found)
    }

    async fn agent_on(&self, id: &str) -> Result<Option<Agent>, ReadError> {
        let about = |error: CallError| ReadError { action: AGENTS, error };
        let filter = InstanceInformationStringFilter::builder().key("InstanceIds").values(id).build();
        let filter = filter.map_err(|error| about(CallError::NotSent { why: error.to_string() }))?;
        let answer = self.ssm.describe_instance_information().filters(filter).send().await;
        let answer = answer.map_err(|error| about(CallError::of(&error)))?;
        let row = answer.instance_information_list.unwrap_or_default().into_iter().next();
        Ok(row.map(|row| Agent {
            version: row.agent_version.unwrap_or_default(),
            ping: row.ping_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        }))
    }
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
        agent: None,
    }
}
