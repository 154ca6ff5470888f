//! The rules of a security group: who may reach what.

use serde::{Deserialize, Serialize};

use super::SecurityGroup;
use crate::sandbox::world::Tag;

/// One rule: a protocol, ports and one peer.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub(crate) protocol: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<i64>,
    #[serde(flatten)]
    pub(crate) peer: Peer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

/// The other end.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Peer {
    /// An IPv4 range.
    Cidr(String),
    /// An IPv6 range.
    Cidr6(String),
    /// A prefix list.
    Prefixes(String),
    /// Whatever is in a security group.
    Group(String),
}

impl Peer {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Cidr(text) | Self::Cidr6(text) | Self::Prefixes(text) | Self::Group(text) => text,
        }
    }
}

impl Rule {
    /// Everything, from or to everywhere.
    pub(crate) fn everything() -> Self {
        Self::of("-1", None, Peer::Cidr("0.0.0.0/0".to_owned()))
    }

    pub(crate) fn of(protocol: &str, port: Option<i64>, peer: Peer) -> Self {
        Self { protocol: protocol.to_owned(), from: port, to: port, peer, description: None, tags: Vec::new() }
    }

    /// Whether another rule says the same; a description doesn't count.
    pub(crate) fn same(&self, other: &Self) -> bool {
        (&self.protocol, self.from, self.to, &self.peer) == (&other.protocol, other.from, other.to, &other.peer)
    }

    /// Its id, which follows from its group and what it says.
    pub(crate) fn id(&self, group: &str, egress: bool) -> String {
        let Self { protocol, from, to, peer, .. } = self;
        super::id_of("sgr", &format!("{group}/{egress}/{protocol}/{from:?}/{to:?}/{peer:?}"))
    }
}

impl SecurityGroup {
    /// The rules of one direction.
    pub(crate) fn rules(&self, egress: bool) -> &[Rule] {
        if egress { &self.egress } else { &self.ingress }
    }

    pub(crate) fn rules_mut(&mut self, egress: bool) -> &mut Vec<Rule> {
        if egress { &mut self.egress } else { &mut self.ingress }
    }

    /// The rule with this id.
    pub(crate) fn rule_mut(&mut self, id: &str) -> Option<&mut Rule> {
        let own = self.id.clone();
        let ingress = self.ingress.iter_mut().map(|rule| (rule, false));
        let egress = self.egress.iter_mut().map(|rule| (rule, true));
        ingress.chain(egress).find(|(rule, egress)| rule.id(&own, *egress) == id).map(|(rule, _)| rule)
    }

    /// Whether a rule speaks of another group.
    pub(crate) fn speaks_of(&self, other: &str) -> bool {
        self.ingress.iter().chain(&self.egress).any(|rule| rule.peer == Peer::Group(other.to_owned()))
    }
}
