//! Route tables: where traffic that leaves a subnet goes.

use super::Tags;

/// A route table, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteTable {
    /// `RouteTableId`
    pub id: String,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// Whether it is the VPC's main one, which subnets follow that are associated with none.
    pub main: bool,
    /// The subnets that are associated with it.
    pub associations: Vec<SubnetAssociation>,
    /// The internet gateways and virtual private gateways that are associated with it: what they let in follows it.
    pub gateways: Vec<String>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its tags.
    pub tags: Tags,
}

/// That a subnet follows a route table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubnetAssociation {
    /// `RouteTableAssociationId`
    pub id: String,
    /// `SubnetId`
    pub subnet_id: String,
}

/// One route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// `DestinationCidrBlock`, `DestinationIpv6CidrBlock` or `DestinationPrefixListId`.
    pub destination: String,
    /// Where it leads, by AWS's id: `local`, `igw-…`, `nat-…`, `eigw-…`, `tgw-…`, `pcx-…`, `eni-…` and others. Nothing
    /// where the answer names nothing that we know.
    pub target: Option<String>,
    /// `State`: `active`, or `blackhole` where its target is gone.
    pub state: Option<String>,
}

impl Route {
    /// Whether it leads nowhere, as its target is gone.
    #[must_use]
    pub fn is_blackhole(&self) -> bool {
        self.state.as_deref() == Some("blackhole")
    }

    /// `0.0.0.0/0 to igw-1`
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("{} to {}", self.destination, self.target.as_deref().unwrap_or("(something unnamed)"))
    }
}
