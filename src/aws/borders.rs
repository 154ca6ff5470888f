//! EC2: what decides where traffic goes and what passes a subnet's border, read into the model.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    NetworkAcl as AclRow, NetworkAclEntry, Route as RouteRow, RouteTable as TableRow, RouteTableAssociation,
    RouteTableAssociationStateCode, RuleAction,
};

use super::{Aws, CallError, ReadError, network::tags, vpc::in_vpc};
use crate::model::{AclEntry, NetworkAcl, Route, RouteTable, SubnetAssociation};

const ROUTES: &str = "ec2:DescribeRouteTables";
const ACLS: &str = "ec2:DescribeNetworkAcls";
const LISTS: &str = "ec2:DescribePrefixLists";

impl Aws {
    /// Reads the route tables of a VPC.
    pub async fn route_tables_in(&self, vpc: &str) -> Result<Vec<RouteTable>, ReadError> {
        let mut pages = self.ec2.describe_route_tables().filters(in_vpc(vpc)).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: ROUTES, error: CallError::of(&error) })?;
            found.extend(page.route_tables.unwrap_or_default().into_iter().map(table));
        }
        Ok(found)
    }

    /// Reads the network ACLs of a VPC.
    pub async fn network_acls_in(&self, vpc: &str) -> Result<Vec<NetworkAcl>, ReadError> {
        let mut pages = self.ec2.describe_network_acls().filters(in_vpc(vpc)).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: ACLS, error: CallError::of(&error) })?;
            found.extend(page.network_acls.unwrap_or_default().into_iter().map(acl));
        }
        Ok(found)
    }

    /// Reads what AWS's own prefix lists stand for, by id.
    pub async fn prefix_lists(&self) -> Result<BTreeMap<String, Vec<String>>, ReadError> {
        let mut pages = self.ec2.describe_prefix_lists().into_paginator().send();
        let mut found = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: LISTS, error: CallError::of(&error) })?;
            let rows = page.prefix_lists.unwrap_or_default().into_iter();
            // One of a customer's own is shown without its addresses.
            found.extend(rows.filter_map(|row| Some((row.prefix_list_id?, row.cidrs?))));
        }
        Ok(found)
    }
}

fn table(row: TableRow) -> RouteTable {
    let live: Vec<&RouteTableAssociation> =
        row.associations().iter().filter(|association| is_live(association)).collect();
    RouteTable {
        main: live.iter().any(|association| association.main == Some(true)),
        associations: live.iter().filter_map(|association| followed(association)).collect(),
        gateways: live.iter().filter_map(|association| association.gateway_id.clone()).collect(),
        routes: row.routes().iter().filter_map(route).collect(),
        id: row.route_table_id.unwrap_or_default(),
        vpc_id: row.vpc_id,
        tags: tags(row.tags),
    }
}

fn is_live(association: &RouteTableAssociation) -> bool {
    use RouteTableAssociationStateCode::{Disassociated, Disassociating, Failed};
    let state = association.association_state().and_then(|state| state.state());
    !matches!(state, Some(Disassociated | Disassociating | Failed))
}

fn followed(association: &RouteTableAssociation) -> Option<SubnetAssociation> {
    Some(SubnetAssociation {
        id: association.route_table_association_id.clone().unwrap_or_default(),
        subnet_id: association.subnet_id.clone()?,
    })
}

fn route(row: &RouteRow) -> Option<Route> {
    let destination =
        row.destination_cidr_block().or(row.destination_ipv6_cidr_block()).or(row.destination_prefix_list_id())?;
    // One of these says where it leads; a machine has an interface as well.
    let targets = [
        row.gateway_id(),
        row.nat_gateway_id(),
        row.egress_only_internet_gateway_id(),
        row.transit_gateway_id(),
        row.vpc_peering_connection_id(),
        row.network_interface_id(),
        row.instance_id(),
        row.local_gateway_id(),
        row.carrier_gateway_id(),
        row.core_network_arn(),
        row.odb_network_arn(),
    ];
    Some(Route {
        destination: destination.to_owned(),
        target: targets.into_iter().flatten().next().map(str::to_owned),
        state: row.state().map(|state| state.as_str().to_owned()),
    })
}

fn acl(row: AclRow) -> NetworkAcl {
    NetworkAcl {
        subnets: row.associations().iter().filter_map(|association| association.subnet_id.clone()).collect(),
        entries: row.entries().iter().map(entry).collect(),
        id: row.network_acl_id.unwrap_or_default(),
        vpc_id: row.vpc_id,
    }
}

/// An entry is never left out: where it can't be read it has no addresses, and nothing can be said of its ACL.
fn entry(row: &NetworkAclEntry) -> AclEntry {
    let ports = row.port_range().map(|ports| ports.from.zip(ports.to));
    let is_whole = row.rule_number.is_some()
        && row.egress.is_some()
        && row.protocol.is_some()
        && row.rule_action.is_some()
        && ports != Some(None);
    let cidr = row.cidr_block().or(row.ipv6_cidr_block()).filter(|_| is_whole);
    AclEntry {
        number: row.rule_number.unwrap_or_default(),
        egress: row.egress.unwrap_or_default(),
        protocol: row.protocol.clone().unwrap_or_default(),
        allows: row.rule_action == Some(RuleAction::Allow),
        cidr: cidr.unwrap_or_default().to_owned(),
        ports: ports.flatten(),
    }
}
