//! What was read of a database's surroundings.

use std::collections::BTreeMap;

use crate::model::{
    Agent, DbInstance, GroupSubnet, InstanceProfile, Machine, NetworkAcl, RolePolicies, RouteTable, SecurityGroup,
    SessionPreferences, Simulated, Subnet, Vpc, VpcEndpoint,
};

/// A fact, or why it wasn't read. What wasn't read is never taken for fine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// As AWS showed it.
    Known(T),
    /// Nobody looked, or AWS didn't answer; why.
    NotRead(String),
}

/// Why something couldn't be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

impl<T> Read<T> {
    /// The fact itself.
    ///
    /// # Errors
    /// Where it wasn't read.
    pub fn known(&self) -> Result<&T, Unknown> {
        match self {
            Self::Known(fact) => Ok(fact),
            Self::NotRead(why) => Err(Unknown(why.clone())),
        }
    }
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self::NotRead("it wasn't read".into())
    }
}

/// All that the audit judges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The database.
    pub database: DbInstance,
    /// Where a cluster is meant, its other members: only some things are each member's own.
    pub members: Vec<DbInstance>,
    /// The subnets of its DB subnet group, as RDS shows them.
    pub group_subnets: Read<Vec<GroupSubnet>>,
    /// Subnets of its VPC: its own, the bastion's and the endpoints'.
    pub subnets: Read<Vec<Subnet>>,
    /// Route tables of its VPC.
    pub route_tables: Read<Vec<RouteTable>>,
    /// Network ACLs of its VPC.
    pub network_acls: Read<Vec<NetworkAcl>>,
    /// Security groups: its own, the bastion's and the endpoints'.
    pub security_groups: Read<Vec<SecurityGroup>>,
    /// What prefix lists stand for, by id.
    pub prefix_lists: Read<BTreeMap<String, Vec<String>>>,
    /// VPCs, with their DNS attributes where those were read.
    pub vpcs: Read<Vec<Vpc>>,
    /// VPC endpoints.
    pub endpoints: Read<Vec<VpcEndpoint>>,
    /// Machines that could be the bastion.
    pub machines: Read<Vec<Machine>>,
    /// The agents that Systems Manager knows, by the machine's id.
    pub agents: Read<BTreeMap<String, Agent>>,
    /// Instance profiles.
    pub profiles: Read<Vec<InstanceProfile>>,
    /// What roles may do, by the role's name.
    pub roles: Read<BTreeMap<String, RolePolicies>>,
    /// What Session Manager was told of all sessions; nothing where it was told nothing.
    pub preferences: Read<Option<SessionPreferences>>,
    /// What IAM says that the caller may do of what a tunnel asks for.
    pub permitted: Read<Vec<Simulated>>,
    /// Of the reasons why something wasn't read those with which AWS denied it.
    pub denied: Vec<String>,
    /// The machine that a person named as the bastion.
    pub bastion: Option<String>,
    /// The security groups that a person named beside the bastion's; without any, each group that is let in is taken for
    /// named.
    pub named_groups: Vec<String>,
}
