//! EC2: a VPC, its subnets and its endpoints, read into the model.

use aws_sdk_ec2::types::{
    Filter, Subnet as SubnetRow, SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation, Vpc as VpcRow,
    VpcAttributeName, VpcCidrBlockState, VpcCidrBlockStateCode, VpcEndpoint as EndpointRow,
};

use super::{Aws, CallError, ReadError, network::tags};
use crate::model::{Subnet, Vpc, VpcEndpoint, holds_block};

const VPCS: &str = "ec2:DescribeVpcs";
const ATTRIBUTE: &str = "ec2:DescribeVpcAttribute";
const SUBNETS: &str = "ec2:DescribeSubnets";
const ENDPOINTS: &str = "ec2:DescribeVpcEndpoints";

/// What is in one VPC.
pub(super) fn in_vpc(vpc: &str) -> Filter {
    Filter::builder().name("vpc-id").values(vpc).build()
}

impl Aws {
    /// Reads a VPC with its two DNS attributes; one that may not be read is left open.
    pub async fn vpc(&self, id: &str) -> Result<Option<Vpc>, ReadError> {
        let answer = self.ec2.describe_vpcs().filters(in_vpc(id)).send().await;
        let answer = answer.map_err(|error| ReadError { action: VPCS, error: CallError::of(&error) })?;
        let Some(mut vpc) = answer.vpcs.unwrap_or_default().into_iter().next().map(vpc) else { return Ok(None) };
        vpc.dns_support = self.vpc_attribute(id, VpcAttributeName::EnableDnsSupport).await?;
        vpc.dns_hostnames = self.vpc_attribute(id, VpcAttributeName::EnableDnsHostnames).await?;
        Ok(Some(vpc))
    }

    async fn vpc_attribute(&self, id: &str, attribute: VpcAttributeName) -> Result<Option<bool>, ReadError> {
        let is_support = attribute == VpcAttributeName::EnableDnsSupport;
        match self.ec2.describe_vpc_attribute().vpc_id(id).attribute(attribute).send().await {
            Ok(answer) => {
                let held = if is_support { answer.enable_dns_support } else { answer.enable_dns_hostnames };
                Ok(held.and_then(|held| held.value))
            }
            Err(error) => match CallError::of(&error) {
                error if error.is_denied() => Ok(None),
                error => Err(ReadError { action: ATTRIBUTE, error }),
            },
        }
    }

    /// Reads the subnets of a VPC.
    pub async fn subnets_in(&self, vpc: &str) -> Result<Vec<Subnet>, ReadError> {
        let mut pages = self.ec2.describe_subnets().filters(in_vpc(vpc)).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: SUBNETS, error: CallError::of(&error) })?;
            found.extend(page.subnets.unwrap_or_default().into_iter().filter_map(subnet));
        }
        Ok(found)
    }

    /// Reads the endpoints of a VPC.
    pub async fn endpoints_in(&self, vpc: &str) -> Result<Vec<VpcEndpoint>, ReadError> {
        let mut pages = self.ec2.describe_vpc_endpoints().filters(in_vpc(vpc)).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: ENDPOINTS, error: CallError::of(&error) })?;
            found.extend(page.vpc_endpoints.unwrap_or_default().into_iter().map(endpoint));
        }
        Ok(found)
    }
}

fn vpc(row: VpcRow) -> Vpc {
    let v4 = row.cidr_block_association_set().iter().filter(|block| is_held(block.cidr_block_state()));
    let v6 = row.ipv6_cidr_block_association_set().iter().filter(|block| is_held(block.ipv6_cidr_block_state()));
    let mut cidrs: Vec<String> = v4.filter_map(|block| block.cidr_block.clone()).collect();
    if row.cidr_block_association_set().is_empty() {
        cidrs.extend(row.cidr_block.clone());
    }
    cidrs.extend(v6.filter_map(|block| block.ipv6_cidr_block.clone()));
    Vpc { id: row.vpc_id.unwrap_or_default(), cidrs, dns_support: None, dns_hostnames: None }
}

fn is_held(state: Option<&VpcCidrBlockState>) -> bool {
    holds_block(state.and_then(VpcCidrBlockState::state).map(VpcCidrBlockStateCode::as_str))
}

/// One subnet's row, with its blocks of both kinds.
pub(super) fn subnet(row: SubnetRow) -> Option<Subnet> {
    let v6: Vec<String> = row.ipv6_cidr_block_association_set().iter().filter_map(associated).collect();
    Some(Subnet {
        id: row.subnet_id?,
        zone: row.availability_zone,
        state: row.state.map(|state| state.as_str().to_owned()),
        free: row.available_ip_address_count,
        vpc_id: row.vpc_id,
        cidrs: row.cidr_block.into_iter().chain(v6).collect(),
        tags: tags(row.tags),
    })
}

fn associated(block: &SubnetIpv6CidrBlockAssociation) -> Option<String> {
    let state = block.ipv6_cidr_block_state().and_then(|state| state.state());
    block.ipv6_cidr_block.clone().filter(|_| holds_block(state.map(SubnetCidrBlockStateCode::as_str)))
}

fn endpoint(row: EndpointRow) -> VpcEndpoint {
    VpcEndpoint {
        groups: row.groups().iter().filter_map(|group| group.group_id.clone()).collect(),
        id: row.vpc_endpoint_id.unwrap_or_default(),
        vpc_id: row.vpc_id,
        kind: row.vpc_endpoint_type.map(|kind| kind.as_str().to_owned()),
        service: row.service_name.unwrap_or_default(),
        state: row.state.map(|state| state.as_str().to_owned()),
        private_dns: row.private_dns_enabled,
        subnets: row.subnet_ids.unwrap_or_default(),
        route_tables: row.route_table_ids.unwrap_or_default(),
        tags: tags(row.tags),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{VpcCidrBlockAssociation, VpcIpv6CidrBlockAssociation};

    use super::*;

    #[test]
    fn blocks_that_a_vpc_has_given_up_are_none_of_it() {
        let state = |code: &str| VpcCidrBlockState::builder().state(code.into()).build();
        let v4 = |cidr: &str, code| {
            VpcCidrBlockAssociation::builder().cidr_block(cidr).cidr_block_state(state(code)).build()
        };
        let v6 = |cidr: &str, code| {
            let row = VpcIpv6CidrBlockAssociation::builder().ipv6_cidr_block(cidr);
            row.ipv6_cidr_block_state(state(code)).build()
        };
        let row = VpcRow::builder().cidr_block("10.0.0.0/16");
        let row = row.cidr_block_association_set(v4("10.0.0.0/16", "associated"));
        let row = row.cidr_block_association_set(v4("100.64.0.0/16", "disassociated"));
        let row = row.ipv6_cidr_block_association_set(v6("2001:db8:1::/56", "disassociating"));
        let row = row.ipv6_cidr_block_association_set(v6("2001:db8:2::/56", "failed"));
        let row = row.ipv6_cidr_block_association_set(v6("2001:db8:3::/56", "associated"));
        assert_eq!(vpc(row.build()).cidrs, ["10.0.0.0/16", "2001:db8:3::/56"]);
    }
}
