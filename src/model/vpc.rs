//! A VPC, and the endpoints in it.

use super::Tags;

/// A VPC, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vpc {
    /// `VpcId`
    pub id: String,
    /// `CidrBlockAssociationSet` and `Ipv6CidrBlockAssociationSet`, or else `CidrBlock`.
    pub cidrs: Vec<String>,
    /// The attribute `EnableDnsSupport`, which only `DescribeVpcAttribute` shows.
    pub dns_support: Option<bool>,
    /// The attribute `EnableDnsHostnames`, which only `DescribeVpcAttribute` shows.
    pub dns_hostnames: Option<bool>,
}

/// Whether a block of addresses in this state (`CidrBlockState.State`, `Ipv6CidrBlockState.State`) belongs to its VPC or
/// subnet: one that was given up, or never came, is shown on for a while.
#[must_use]
pub fn holds_block(state: Option<&str>) -> bool {
    !matches!(state, Some("disassociating" | "disassociated" | "failing" | "failed"))
}

/// An endpoint of a VPC, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VpcEndpoint {
    /// `VpcEndpointId`
    pub id: String,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// `VpcEndpointType`: `Interface`, `Gateway` and others.
    pub kind: Option<String>,
    /// `ServiceName`: `com.amazonaws.eu-west-2.ssm`.
    pub service: String,
    /// `State`: `available` where it can be used.
    pub state: Option<String>,
    /// `PrivateDnsEnabled`
    pub private_dns: Option<bool>,
    /// `SubnetIds`, of an interface.
    pub subnets: Vec<String>,
    /// `Groups`, by id, of an interface.
    pub groups: Vec<String>,
    /// `RouteTableIds`, of a gateway.
    pub route_tables: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

impl VpcEndpoint {
    /// The last word of the service's name: `ssm`.
    #[must_use]
    pub fn service_word(&self) -> &str {
        self.service.rsplit('.').next().unwrap_or_default()
    }
}
