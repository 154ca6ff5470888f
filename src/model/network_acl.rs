//! Network ACLs: what may pass the border of a subnet, in order of their rules' numbers.

use serde::{Deserialize, Serialize};

/// The number that EC2 gives to the rule that denies what no other rule matched.
pub const LAST_RULE: i32 = 32767;

/// A network ACL, observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkAcl {
    /// `NetworkAclId`
    pub id: String,
    /// `VpcId`
    pub vpc_id: Option<String>,
    /// The ids of the subnets that it guards.
    pub subnets: Vec<String>,
    /// Its rules, in any order.
    pub entries: Vec<AclEntry>,
}

/// One rule of a network ACL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// `RuleNumber`
    pub number: i32,
    /// `Egress`: whether it is for what leaves the subnet.
    pub egress: bool,
    /// `Protocol`: a number, 6 for TCP, or -1 for all.
    pub protocol: String,
    /// `RuleAction`: whether it is `allow`.
    pub allows: bool,
    /// `CidrBlock` or `Ipv6CidrBlock`.
    pub cidr: String,
    /// `PortRange`; nothing where it is for all ports.
    pub ports: Option<(i32, i32)>,
}

impl AclEntry {
    /// `rule 100 (allow tcp 443 from 0.0.0.0/0)`
    #[must_use]
    pub fn in_words(&self) -> String {
        let action = if self.allows { "allow" } else { "deny" };
        let protocol = match self.protocol.as_str() {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmpv6",
            "-1" => "all",
            other => other,
        };
        let ports = match self.ports {
            Some((first, last)) if first == last => format!(" {first}"),
            Some((first, last)) => format!(" {first}-{last}"),
            None => String::new(),
        };
        let way = if self.egress { "to" } else { "from" };
        let number = if self.number == LAST_RULE { "rule *".to_owned() } else { format!("rule {}", self.number) };
        format!("{number} ({action} {protocol}{ports} {way} {})", self.cidr)
    }
}
