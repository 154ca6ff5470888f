//! The parts, and what each rests on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Recipe;
use crate::model::{AclEntry, DnsAttribute, PREFERENCES, partition};

/// The managed policy with which an agent may work, by the end of its ARN.
const POLICY: &str = "iam::aws:policy/AmazonSSMManagedInstanceCore";

impl Recipe {
    /// The ARN of the managed policy with which an agent may work.
    pub(super) fn agents_policy(&self) -> String {
        format!("arn:{}:{POLICY}", partition(&self.region))
    }
}

/// The port of AWS's services.
pub(super) const HTTPS: i32 = 443;

/// The end of the name of the role's own policy.
pub(super) const LOGS: &str = "logs";

/// One thing that is missing, and is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "kebab-case")]
pub enum Part {
    /// An attribute of the VPC that is switched on. It was off.
    DnsAttribute {
        /// Which.
        attribute: DnsAttribute,
    },
    /// A subnet.
    Subnet {
        /// Its IPv4 addresses.
        cidr: String,
        /// Its Availability Zone.
        zone: String,
    },
    /// A route table without a way out, for the subnets.
    RouteTable,
    /// That a subnet of ours follows our table.
    Association {
        /// The subnet's addresses.
        cidr: String,
    },
    /// A DB subnet group of our subnets.
    SubnetGroup {
        /// The subnets' addresses.
        cidrs: Vec<String>,
    },
    /// A security group.
    Group {
        /// Whose.
        group: OwnGroup,
    },
    /// That a group of ours lets nothing out but what its other rules say: a new one lets out everything.
    NoEgress {
        /// Which.
        group: OwnGroup,
    },
    /// A rule of a security group, for one TCP port.
    Rule {
        /// The group that it is a rule of.
        group: GroupReference,
        /// Whether it is for what leaves.
        egress: bool,
        /// The port.
        port: i32,
        /// The group at the other end.
        peer: GroupReference,
    },
    /// That addresses of the VPC are let in at our endpoints: their services' names lead there for everybody in the VPC.
    Door {
        /// The addresses.
        cidr: String,
    },
    /// A rule of a network ACL that was there before.
    AclEntry {
        /// The ACL's id.
        acl_id: String,
        /// The rule, with its number.
        entry: AclEntry,
    },
    /// The bastion's role, in IAM.
    Role,
    /// That the role carries the policy for agents.
    RolePolicy,
    /// That the role may write the logs of sessions.
    LogPolicy {
        /// The log group.
        log_group: String,
    },
    /// The account's preferences for sessions, where there are none: that they are logged.
    Preferences {
        /// The log group.
        log_group: String,
    },
    /// The instance profile that holds the role.
    Profile,
    /// That the profile holds it.
    ProfileRole,
    /// An endpoint of the VPC.
    Endpoint {
        /// The last word of the service's name: `ssm`.
        service: String,
        /// Where its interface is.
        subnet: SubnetReference,
    },
    /// The bastion.
    Bastion {
        /// Its AMI.
        image_id: String,
        /// Its type.
        instance_type: String,
        /// Where it is.
        subnet: SubnetReference,
    },
    /// That Session Manager hears the bastion's agent. Nobody asks for that: it comes.
    Agent,
}

/// A security group that the setup makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnGroup {
    /// The bastion's.
    Bastion,
    /// The endpoints'.
    Endpoints,
}

impl OwnGroup {
    /// The end of its name.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Bastion => "bastion",
            Self::Endpoints => "endpoints",
        }
    }
}

/// A security group: one of ours, or one that was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupReference {
    /// Made here.
    Own(OwnGroup),
    /// There before, by its id.
    There(String),
}

/// A subnet: one of ours, or one that was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubnetReference {
    /// Made here, by its addresses.
    Own(String),
    /// There before, by its id.
    There(String),
}

impl Part {
    /// Whether it can be only once the other is, and must be gone before that can go.
    #[must_use]
    pub fn needs(&self, other: &Self) -> bool {
        let is_subnet = |reference: &SubnetReference| match (reference, other) {
            (SubnetReference::Own(own), Self::Subnet { cidr, .. } | Self::Association { cidr }) => own == cidr,
            _ => false,
        };
        let is_group = |reference: &GroupReference| match (reference, other) {
            (GroupReference::Own(own), Self::Group { group }) => own == group,
            _ => false,
        };
        match self {
            Self::DnsAttribute { .. }
            | Self::Subnet { .. }
            | Self::RouteTable
            | Self::Group { .. }
            | Self::AclEntry { .. }
            | Self::Role
            | Self::Profile => false,
            Self::Association { cidr } => {
                matches!(other, Self::RouteTable) || matches!(other, Self::Subnet { cidr: of, .. } if of == cidr)
            }
            Self::SubnetGroup { cidrs } => matches!(other, Self::Subnet { cidr, .. } if cidrs.contains(cidr)),
            Self::NoEgress { group } => is_group(&GroupReference::Own(*group)),
            Self::Door { .. } => is_group(&GroupReference::Own(OwnGroup::Endpoints)),
            Self::Rule { group, peer, .. } => is_group(group) || is_group(peer),
            Self::RolePolicy | Self::LogPolicy { .. } => matches!(other, Self::Role),
            Self::ProfileRole => matches!(other, Self::Role | Self::Profile),
            Self::Endpoint { subnet, .. } => {
                matches!(other, Self::DnsAttribute { .. } | Self::Door { .. })
                    || is_subnet(subnet)
                    || is_group(&GroupReference::Own(OwnGroup::Endpoints))
            }
            Self::Bastion { subnet, .. } => {
                matches!(other, Self::RolePolicy | Self::ProfileRole)
                    || is_subnet(subnet)
                    || is_group(&GroupReference::Own(OwnGroup::Bastion))
            }
            Self::Agent => matches!(other, Self::Bastion { .. }),
            Self::Preferences { .. } => {
                matches!(other, Self::LogPolicy { .. } | Self::Endpoint { .. } | Self::Bastion { .. })
            }
        }
    }

    /// Whether it changes something that was there before.
    #[must_use]
    pub fn changes_theirs(&self) -> bool {
        match self {
            Self::DnsAttribute { .. } | Self::AclEntry { .. } | Self::Preferences { .. } => true,
            Self::Rule { group, .. } => matches!(group, GroupReference::There(_)),
            _ => false,
        }
    }

    /// Whether it is made in IAM.
    #[must_use]
    pub fn is_of_iam(&self) -> bool {
        matches!(self, Self::Role | Self::RolePolicy | Self::LogPolicy { .. } | Self::Profile | Self::ProfileRole)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsAttribute { attribute } => write!(f, "{attribute} of the VPC"),
            Self::Subnet { cidr, zone } => write!(f, "subnet {cidr} in {zone}"),
            Self::RouteTable => f.write_str("route table without a way out"),
            Self::Association { cidr } => write!(f, "that {cidr} follows that table"),
            Self::SubnetGroup { cidrs } => write!(f, "DB subnet group of {}", cidrs.join(" and ")),
            Self::Group { group } => write!(f, "security group of the {}", group.kind()),
            Self::NoEgress { group } => write!(f, "that the group of the {} lets nothing else out", group.kind()),
            Self::Rule { group, egress, port, peer } => {
                let way = if *egress { "out to" } else { "in from" };
                write!(f, "rule of {group}: tcp {port} {way} {peer}")
            }
            Self::Door { cidr } => write!(f, "rule of the group of the endpoints: tcp {HTTPS} in from {cidr}"),
            Self::AclEntry { acl_id, entry } => write!(f, "{acl_id}: {}", entry.in_words()),
            Self::Role => f.write_str("role of the bastion"),
            Self::RolePolicy => f.write_str("AmazonSSMManagedInstanceCore on that role"),
            Self::LogPolicy { log_group } => write!(f, "that this role may log sessions to {log_group}"),
            Self::Preferences { log_group } => {
                write!(f, "{PREFERENCES}: all shells of this account and Region are logged to {log_group}")
            }
            Self::Profile => f.write_str("instance profile of the bastion"),
            Self::ProfileRole => f.write_str("that role in that profile"),
            Self::Endpoint { service, .. } => write!(f, "endpoint for {service}"),
            Self::Bastion { instance_type, image_id, .. } => write!(f, "bastion {instance_type} of {image_id}"),
            Self::Agent => f.write_str("that its agent is online"),
        }
    }
}

impl fmt::Display for GroupReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(own) => write!(f, "the group of the {}", own.kind()),
            Self::There(id) => f.write_str(id),
        }
    }
}
