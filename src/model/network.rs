//! Security groups as EC2 shows them.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::Tags;

/// A security group, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `GroupId`: its identity.
    pub id: String,
    /// `GroupName`: unique in its VPC, and can't be changed.
    pub name: String,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// What is let in.
    pub ingress: BTreeSet<SecurityRule>,
    /// What is let out.
    pub egress: BTreeSet<SecurityRule>,
    /// Its tags.
    pub tags: Tags,
}

/// One way in or out. EC2 shows several peers in one permission; here each has its own rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecurityRule {
    /// `IpProtocol`: `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// `FromPort` and `ToPort`; nothing where the protocol has none.
    pub ports: Option<(i32, i32)>,
    /// Who is at the other end.
    pub peer: Peer,
}

/// Who is at the other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// Members of a security group, by its id.
    Group(String),
    /// IPv4 addresses.
    Ipv4(String),
    /// IPv6 addresses.
    Ipv6(String),
    /// A prefix list, by its id.
    PrefixList(String),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Group(text) | Self::Ipv4(text) | Self::Ipv6(text) | Self::PrefixList(text)) = self;
        f.write_str(text)
    }
}

impl SecurityRule {
    /// `lets in tcp 5432 from sg-2`
    #[must_use]
    pub fn in_words(&self, egress: bool) -> String {
        let ports = match (self.protocol.as_str(), self.ports) {
            ("-1", _) => "everything".to_owned(),
            (protocol, Some((first, last))) if first == last => format!("{protocol} {first}"),
            (protocol, Some((first, last))) => format!("{protocol} {first}-{last}"),
            (protocol, None) => protocol.to_owned(),
        };
        let (way, between) = if egress { ("out", "to") } else { ("in", "from") };
        format!("lets {way} {ports} {between} {}", self.peer)
    }

    /// Members of a group, on one TCP port.
    #[must_use]
    pub fn from_group(group: &str, port: u16) -> Self {
        let port = i32::from(port);
        Self { protocol: "tcp".into(), ports: Some((port, port)), peer: Peer::Group(group.to_owned()) }
    }
}
