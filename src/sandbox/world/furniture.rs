//! What is around the databases of a new world: a private network with a way to Systems Manager, and, where somebody wants
//! it, a database in a VPC that has nothing else (`R-WORLD-4`).

use jiff::Timestamp;

use super::groups::{Subnet, SubnetGroup};
use super::network::endpoints::Endpoint;
use super::network::routes::{Association, RouteTable};
use super::network::rules::{Peer, Rule};
use super::network::{SecurityGroup, Vpc, id_of, made_up};
use super::{Region, World, birth};

/// The database of a bare VPC, in the seed's form.
const BARE: &str = include_str!("../../../fixtures/sandbox/bare.json");
const BARE_VPC: &str = "vpc-0a63f9d2e8b175c40";
const BARE_SUBNETS: [&str; 2] = ["subnet-0d3f81a6c2e97b540", "subnet-0e92c4b7f1a35d860"];
/// The seed's subnet groups whose subnets are private.
const PRIVATE: [&str; 2] = ["private-databases", "dual-stack"];

/// Services that the bastions of the seed reach without the internet.
const SERVICES: [&str; 3] = ["ssm", "ssmmessages", "ec2messages"];

impl Region {
    /// Routes and endpoints of the seed's default VPC.
    pub(super) fn furnish(&mut self, name: &str, time: Timestamp) {
        let vpc = self.network.vpc.clone();
        let groups = self.subnet_groups.iter().filter(|group| PRIVATE.contains(&group.name.as_str()));
        let subnets: Vec<String> =
            groups.flat_map(|group| group.subnets.iter().map(|subnet| subnet.id.clone())).collect();
        self.network.route_tables.push(RouteTable {
            id: id_of("rtb", "private"),
            vpc: vpc.clone(),
            main: false,
            routes: Vec::new(),
            associations: subnets
                .into_iter()
                .map(|subnet| Association { id: id_of("rtbassoc", &subnet), subnet })
                .collect(),
            tags: made_up::named("private"),
            token: None,
        });
        let group = id_of("sg", "endpoints");
        let cidr = self.network.vpc(&vpc).map(|vpc| vpc.cidr.clone()).unwrap_or_default();
        self.network.security_groups.push(SecurityGroup {
            id: group.clone(),
            name: "endpoints".to_owned(),
            description: "VPC endpoints: HTTPS from the VPC".to_owned(),
            vpc: vpc.clone(),
            ingress: vec![Rule::of("tcp", Some(443), Peer::Cidr(cidr))],
            egress: vec![Rule::everything()],
            tags: Vec::new(),
        });
        let subnets: Vec<String> = self
            .subnet_group("default")
            .map(|group| group.subnets.iter().map(|subnet| subnet.id.clone()).collect())
            .unwrap_or_default();
        for service in SERVICES {
            let id = id_of("vpce", service);
            let groups = vec![group.clone()];
            for subnet in &subnets {
                self.network.add_interface(id_of("eni", &format!("{service}/{subnet}")), &id, subnet, &groups);
            }
            self.network.endpoints.push(Endpoint {
                id,
                vpc: vpc.clone(),
                service: format!("com.amazonaws.{name}.{service}"),
                kind: "Interface".to_owned(),
                state: "available".to_owned(),
                subnets: subnets.clone(),
                groups,
                route_tables: Vec::new(),
                private_dns: true,
                policy: r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#.to_owned(),
                created: time,
                token: None,
                tags: made_up::named(service),
            });
        }
    }
}

impl World {
    /// Adds a database in a VPC of its own, with two private subnets, and neither endpoints nor machines (`R-WORLD-4`).
    pub(crate) fn add_bare(&mut self, home: &str) -> Result<(), String> {
        let time = self.time;
        let Some(region) = self.regions.get_mut(home) else { return Ok(()) };
        let (cidr, tags) = ("10.60.0.0/16".to_owned(), made_up::named("bare"));
        let vpc = Vpc { id: BARE_VPC.to_owned(), cidr, tags, dns_support: true, dns_hostnames: false };
        region.network.vpcs.push(vpc);
        let zoned = BARE_SUBNETS.iter().zip('a'..);
        let subnets =
            zoned.map(|(id, letter)| Subnet { id: (*id).to_owned(), zone: format!("{home}{letter}"), both: false });
        region.subnet_groups.push(SubnetGroup {
            name: "bare".to_owned(),
            description: "A VPC with nothing but a database".to_owned(),
            vpc: BARE_VPC.to_owned(),
            subnets: subnets.collect(),
            tags: Vec::new(),
        });
        let row = serde_json::from_str(BARE).map_err(|error| format!("the bare database can't be read: {error}"))?;
        let instance = birth::instance_of(row, home, region, time);
        region.instances.push(instance);
        made_up::complete(region);
        Ok(())
    }
}
