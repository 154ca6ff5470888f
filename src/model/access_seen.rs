//! What AWS shows of the parts of a setup: one look.

use std::collections::BTreeMap;

use super::{
    Agent, InstanceProfile, Machine, NetworkAcl, PreferencesDocument, RouteTable, SecurityGroup, Subnet, Tags, Vpc,
    VpcEndpoint,
};

/// One look at a VPC, and at IAM and RDS under the names of a setup.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessSeen {
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Its route tables.
    pub route_tables: Vec<RouteTable>,
    /// Its network ACLs.
    pub network_acls: Vec<NetworkAcl>,
    /// Its security groups.
    pub groups: Vec<SecurityGroup>,
    /// Its endpoints.
    pub endpoints: Vec<VpcEndpoint>,
    /// Its machines, as far as they are marked as the setup's.
    pub machines: Vec<Machine>,
    /// The agents on those, by id; or why that can't be read.
    pub agents: Result<BTreeMap<String, Agent>, String>,
    /// The role of the setup's name.
    pub role: Option<OwnRole>,
    /// The instance profile of that name.
    pub profile: Option<InstanceProfile>,
    /// The tags of the DB subnet group of that name.
    pub subnet_group: Option<Tags>,
    /// The account's preferences for sessions, where somebody has saved any. Only looked at where the setup makes them.
    pub preferences: Option<PreferencesDocument>,
}

/// A role of IAM, as far as the setup makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnRole {
    /// Its tags.
    pub tags: Tags,
    /// The ARNs of the managed policies that it carries.
    pub attached: Vec<String>,
    /// The names of its inline policies.
    pub inline: Vec<String>,
}

impl Default for AccessSeen {
    /// Nothing is there.
    fn default() -> Self {
        Self {
            vpc: None,
            subnets: Vec::new(),
            route_tables: Vec::new(),
            network_acls: Vec::new(),
            groups: Vec::new(),
            endpoints: Vec::new(),
            machines: Vec::new(),
            agents: Ok(BTreeMap::new()),
            role: None,
            profile: None,
            subnet_group: None,
            preferences: None,
        }
    }
}
