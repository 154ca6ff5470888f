//! Network ACLs: rules at the edge of a subnet, without memory of connections.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{Network, Subnet, id_of, range};
use crate::sandbox::world::Tag;

/// A network ACL. The last rule, which denies the rest, is in each, and isn't kept.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Acl {
    pub(crate) id: String,
    pub(crate) vpc: String,
    /// The one of all subnets that have no other (`R-ACL-1`).
    #[serde(default)]
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) entries: Vec<Entry>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// The token that it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// One rule of a network ACL.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Entry {
    pub(crate) number: i64,
    pub(crate) egress: bool,
    /// A number, or `-1` for all.
    pub(crate) protocol: String,
    pub(crate) allow: bool,
    /// An IPv4 or an IPv6 range.
    pub(crate) range: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ports: Option<(i64, i64)>,
    /// Type and code of ICMP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) icmp: Option<(i64, i64)>,
}

/// The ACL that a subnet was given.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct AclAssociation {
    pub(crate) id: String,
    pub(crate) subnet: String,
    pub(crate) acl: String,
}

impl Entry {
    fn all(number: i64, egress: bool, allow: bool, range: &str) -> Self {
        let (protocol, range) = ("-1".to_owned(), range.to_owned());
        Self { number, egress, protocol, allow, range, ports: None, icmp: None }
    }

    pub(crate) fn is_v6(&self) -> bool {
        self.range.contains(':')
    }

    /// Whether a packet of TCP between these ports and this address is what it speaks of.
    fn speaks_of(&self, address: Ipv4Addr, ports: (i64, i64)) -> bool {
        let within = range(&self.range).is_some_and(|(first, size)| {
            let address = u32::from(address);
            size == u32::MAX || (address >= first && address - first < size)
        });
        let tcp = self.protocol == "6" && self.ports.is_none_or(|(from, to)| from <= ports.0 && ports.1 <= to);
        within && (self.protocol == "-1" || tcp)
    }
}

/// Ports that the machines' own system picks for what they begin: Linux', as Amazon Linux has them.
const EPHEMERAL: (i64, i64) = (32_768, 60_999);

impl Acl {
    /// All rules in their order, those included that no one can take away; of a VPC with IPv6 there are two of them.
    pub(crate) fn rules(&self, v6: bool) -> Vec<Entry> {
        let mut rules = self.entries.clone();
        for egress in [true, false] {
            rules.push(Entry::all(32_767, egress, false, "0.0.0.0/0"));
            if v6 {
                rules.push(Entry::all(32_768, egress, false, "::/0"));
            }
        }
        rules.sort_by_key(|entry| (!entry.egress, entry.number));
        rules
    }

    /// Whether it lets TCP through: the rule with the lowest number that speaks of it decides (`R-ACL-5`). Of a range of
    /// ports all must be let through.
    fn lets(&self, egress: bool, address: Ipv4Addr, ports: (i64, i64)) -> bool {
        let mut entries: Vec<&Entry> = self.entries.iter().filter(|entry| entry.egress == egress).collect();
        entries.sort_by_key(|entry| entry.number);
        entries.into_iter().find(|entry| entry.speaks_of(address, ports)).is_some_and(|entry| entry.allow)
    }
}

impl Network {
    /// A VPC's own network ACL, which lets everything through.
    pub(super) fn default_acl(&mut self, vpc: &str) {
        if self.acls.iter().any(|acl| acl.default && acl.vpc == vpc) {
            return;
        }
        let mut entries = vec![Entry::all(100, true, true, "0.0.0.0/0"), Entry::all(100, false, true, "0.0.0.0/0")];
        if self.has_v6(vpc) {
            entries.extend([Entry::all(101, true, true, "::/0"), Entry::all(101, false, true, "::/0")]);
        }
        let (id, vpc) = (id_of("acl", vpc), vpc.to_owned());
        self.acls.push(Acl { id, vpc, default: true, entries, tags: Vec::new(), token: None });
    }

    /// Whether a VPC has IPv6 addresses.
    pub(crate) fn has_v6(&self, vpc: &str) -> bool {
        self.subnets.iter().any(|subnet| subnet.vpc == vpc && subnet.both)
    }

    pub(crate) fn acl(&self, id: &str) -> Option<&Acl> {
        self.acls.iter().find(|acl| acl.id == id)
    }

    /// The ACL of a subnet, and the id of that being so: the VPC's own unless it was given another (`R-ACL-1`).
    pub(crate) fn acl_of(&self, subnet: &Subnet) -> Option<(String, &Acl)> {
        let given = self.acl_associations.iter().find(|association| association.subnet == subnet.id);
        if let Some(given) = given {
            return Some((given.id.clone(), self.acl(&given.acl)?));
        }
        let own = self.acls.iter().find(|acl| acl.default && acl.vpc == subnet.vpc)?;
        Some((id_of("aclassoc", &subnet.id), own))
    }

    /// Whether the ACLs of two subnets let a connection to a port through, and its answers back (`R-ACL-5`). Inside one
    /// subnet nothing passes an ACL.
    pub(crate) fn acls_let(&self, from: (&Subnet, Ipv4Addr), to: (&Subnet, Ipv4Addr), port: u16) -> bool {
        if from.0.id == to.0.id {
            return true;
        }
        self.lets_out(from.0, to.1, port) && self.lets_in(to.0, from.1, port)
    }

    /// Whether a subnet lets a connection out, and its answers in.
    pub(crate) fn lets_out(&self, subnet: &Subnet, to: Ipv4Addr, port: u16) -> bool {
        let port = (i64::from(port), i64::from(port));
        self.acl_of(subnet).is_none_or(|(_, acl)| acl.lets(true, to, port) && acl.lets(false, to, EPHEMERAL))
    }

    /// Whether a subnet lets a connection in, and its answers out.
    fn lets_in(&self, subnet: &Subnet, from: Ipv4Addr, port: u16) -> bool {
        let port = (i64::from(port), i64::from(port));
        self.acl_of(subnet).is_none_or(|(_, acl)| acl.lets(false, from, port) && acl.lets(true, from, EPHEMERAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_number_that_speaks_of_it_decides() {
        let entry = |number, allow, ports, range: &str| {
            let (protocol, range) = ("6".to_owned(), range.to_owned());
            Entry { number, egress: false, protocol, allow, range, ports: Some(ports), icmp: None }
        };
        let entries = vec![
            entry(200, true, (1024, 65_535), "0.0.0.0/0"),
            entry(90, false, (3389, 3389), "0.0.0.0/0"),
            entry(100, true, (443, 443), "10.0.0.0/16"),
        ];
        let acl = Acl { id: String::new(), vpc: String::new(), default: false, entries, tags: Vec::new(), token: None };
        let inside = Ipv4Addr::new(10, 0, 3, 4);
        assert!(acl.lets(false, inside, (443, 443)));
        assert!(!acl.lets(false, Ipv4Addr::new(10, 1, 3, 4), (443, 443)));
        assert!(!acl.lets(false, inside, (3389, 3389)));
        assert!(acl.lets(false, inside, EPHEMERAL));
        assert!(!acl.lets(true, inside, (443, 443)));
        assert_eq!(acl.rules(true).len(), 3 + 4);
    }
}
