//! Routes out of subnets, and the gateways that they lead to.

use serde::{Deserialize, Serialize};

use super::{Network, id_of};
use crate::sandbox::world::Tag;

/// A route table. The local route of its VPC is in each, and isn't kept.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct RouteTable {
    pub(crate) id: String,
    pub(crate) vpc: String,
    /// The one of all subnets that have no other (`R-RTB-1`).
    #[serde(default)]
    pub(crate) main: bool,
    #[serde(default)]
    pub(crate) routes: Vec<Route>,
    #[serde(default)]
    pub(crate) associations: Vec<Association>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// The token that it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// A subnet that has a table of its own.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Association {
    pub(crate) id: String,
    pub(crate) subnet: String,
}

/// A route: a range, IPv4 or IPv6, and where it leads.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Route {
    pub(crate) destination: String,
    /// EC2's member for this kind of target, e.g. `GatewayId`.
    pub(crate) member: String,
    pub(crate) target: String,
}

/// A gateway to the internet, or one that translates addresses.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Gateway {
    pub(crate) id: String,
    /// The VPC that it is attached to, or the subnet that a NAT gateway is in.
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

impl Network {
    /// The same, without touching networks that are furnished already: they are shared between copies of a world.
    pub(crate) fn is_bare(&self) -> bool {
        self.vpcs.iter().any(|vpc| !self.route_tables.iter().any(|table| table.main && table.vpc == vpc.id))
    }

    /// What every VPC has, of those that don't have it yet: a main route table (`R-RTB-1`), a network ACL (`R-ACL-1`),
    /// and the default VPC a gateway to the internet.
    pub(crate) fn furnish(&mut self) {
        let bare: Vec<String> = self
            .vpcs
            .iter()
            .filter(|vpc| !self.route_tables.iter().any(|table| table.main && table.vpc == vpc.id))
            .map(|vpc| vpc.id.clone())
            .collect();
        for vpc in bare {
            let mut routes = Vec::new();
            if vpc == self.vpc {
                let gateway = id_of("igw", &vpc);
                routes.push(Route {
                    destination: "0.0.0.0/0".to_owned(),
                    member: "GatewayId".to_owned(),
                    target: gateway.clone(),
                });
                self.internet_gateways.push(Gateway { id: gateway, place: vpc.clone(), tags: Vec::new() });
            }
            self.route_tables.push(RouteTable {
                id: id_of("rtb", &vpc),
                main: true,
                routes,
                associations: Vec::new(),
                tags: Vec::new(),
                token: None,
                vpc: vpc.clone(),
            });
            self.default_acl(&vpc);
        }
    }

    /// The table that a subnet's traffic goes by: its own, else its VPC's main one (`R-RTB-1`).
    pub(crate) fn table_of(&self, subnet: &str) -> Option<&RouteTable> {
        let own = |table: &&RouteTable| table.associations.iter().any(|association| association.subnet == subnet);
        let vpc = self.subnet(subnet).map(|subnet| subnet.vpc.as_str());
        let main = |table: &&RouteTable| table.main && Some(table.vpc.as_str()) == vpc;
        self.route_tables.iter().find(own).or_else(|| self.route_tables.iter().find(main))
    }
}
