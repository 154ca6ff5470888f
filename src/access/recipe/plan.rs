//! What is missing, from the facts that the audit judges.

use std::collections::BTreeSet;

use super::{
    GroupReference, OwnGroup, Part, Recipe, SubnetReference, borders, earlier::without, part::HTTPS, standing,
};
use crate::{
    access::{
        checks::{endpoint_stands, endpoints_needed, is_private, role_stands},
        facts::{Facts, Unknown},
        range::Range,
        scene::Scene,
        security_rule::{End, egress, ingress, through},
    },
    model::{DnsAttribute, Machine, PREFERENCES, quoted},
};

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Two new private subnets, by their IPv4 addresses; none without.
    pub subnet_cidrs: Vec<String>,
    /// The bastion's type.
    pub instance_type: String,
    /// The bastion's AMI.
    pub image_id: String,
    /// The log group of CloudWatch that shells are logged to from then on, where the account logs none yet.
    pub log_group: Option<String>,
    /// Network ACLs stay as they are.
    pub keep_network_acls: bool,
}

/// What a setup would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is made.
    pub recipe: Recipe,
    /// What the person is told of it beside, each a sentence.
    pub notes: Vec<String>,
}

/// Plans what is missing around a database.
///
/// # Errors
/// Where something wasn't read that it rests on, or nothing can be made as asked: in a sentence.
pub fn plan(facts: &Facts, region: &str, choices: &Choices) -> Result<Planned, String> {
    let database = &facts.database;
    let resource_id = database.resource_id.clone().ok_or("AWS shows no identity of the database")?;
    let vpc_id = Scene::of(facts).vpc().map_err(|unknown| unknown.0)?.to_owned();
    let recipe = Recipe {
        database: database.identifier.clone(),
        resource_id,
        vpc_id,
        region: region.to_owned(),
        parts: Vec::new(),
    };
    let (facts, own) = without(facts, &recipe);
    let mut work = Work { scene: Scene::of(&facts), choices, recipe, notes: Vec::new() };
    work.all().map_err(|why| why.0)?;
    if !own.is_empty() {
        work.notes.push(format!(
            "an earlier setup of {} has made {}, from here or another machine: what of the parts above stands already is \
             taken over, and removed with them. What it changed that carries no marks (rules of network ACLs, the VPC's \
             DNS attributes, Session Manager's preferences) stays until it is removed where it was begun",
            database.identifier,
            own.join(", ")
        ));
    }
    Ok(Planned { recipe: work.recipe, notes: work.notes })
}

struct Work<'a> {
    scene: Scene<'a>,
    choices: &'a Choices,
    recipe: Recipe,
    notes: Vec<String>,
}

/// The bastion that there is, or the place of one that is made.
struct Bastion {
    group: GroupReference,
    subnet: SubnetReference,
    end: End,
}

impl Work<'_> {
    fn add(&mut self, part: Part) {
        if !self.recipe.parts.contains(&part) {
            self.recipe.parts.push(part);
        }
    }

    fn all(&mut self) -> Result<(), Unknown> {
        self.names_in_the_vpc()?;
        self.subnets()?;
        let bastion = self.bastion()?;
        self.endpoints(&bastion)?;
        self.way_to_the_database(&bastion)?;
        if !self.choices.keep_network_acls {
            let (entries, notes) = borders::denials(&self.scene, &bastion.subnet)?;
            for part in entries {
                self.add(part);
            }
            self.notes.extend(notes);
        }
        self.machine(&bastion);
        self.logs()?;
        if matches!(bastion.group, GroupReference::Own(_)) {
            self.add(Part::Agent);
        }
        Ok(())
    }

    fn names_in_the_vpc(&mut self) -> Result<(), Unknown> {
        let (vpcs, id) = (self.scene.facts.vpcs.known()?, self.scene.vpc()?);
        let vpc = vpcs.iter().find(|vpc| vpc.id == id);
        let vpc = vpc.ok_or_else(|| Unknown(format!("AWS doesn't show {id}")))?;
        let attributes = [(DnsAttribute::Support, vpc.dns_support), (DnsAttribute::Hostnames, vpc.dns_hostnames)];
        for (attribute, is_on) in attributes {
            match is_on {
                Some(true) => {}
                Some(false) => self.add(Part::DnsAttribute { attribute }),
                None => return Err(Unknown(format!("{attribute} of {id} wasn't read (ec2:DescribeVpcAttribute)"))),
            }
        }
        Ok(())
    }

    /// New ones where they are asked for. A database is never moved into another group in place.
    fn subnets(&mut self) -> Result<(), Unknown> {
        let cidrs = self.choices.subnet_cidrs.clone();
        if cidrs.is_empty() {
            return Ok(());
        }
        // us-east-1-bos-1a is a Local Zone of us-east-1: neither RDS nor the endpoints are there as they are in us-east-1a.
        let region = format!("{}-", self.recipe.region);
        let is_plain = |zone: &String| !zone.starts_with(&region);
        let zones: BTreeSet<String> =
            self.scene.facts.subnets.known()?.iter().filter_map(|it| it.zone.clone()).filter(is_plain).collect();
        if zones.len() < cidrs.len() {
            return Err(Unknown(
                "the VPC has subnets in one Availability Zone only: make one in a second first".into(),
            ));
        }
        self.fit(&cidrs)?;
        for (cidr, zone) in cidrs.iter().zip(zones) {
            self.add(Part::Subnet { cidr: cidr.clone(), zone });
        }
        self.add(Part::RouteTable);
        for cidr in &cidrs {
            self.add(Part::Association { cidr: cidr.clone() });
        }
        self.add(Part::SubnetGroup { cidrs });
        self.notes.push(format!(
            "{} stays in its subnet group: a database isn't moved in place. Its encrypted copy is made in the new one \
             with rds-encrypt migrate {} --subnet-group {}",
            self.recipe.database,
            self.recipe.database,
            self.recipe.name("private")
        ));
        Ok(())
    }

    /// Inside of the VPC, apart from each other and from all that there is.
    fn fit(&self, cidrs: &[String]) -> Result<(), Unknown> {
        let read = |text: &String| {
            let range = Range::read(text).filter(|range| !range.is_v6() && (16..=28).contains(&range.length()));
            range.ok_or_else(|| Unknown(format!("{text} isn't the IPv4 addresses of a subnet (/16 to /28)")))
        };
        let asked: Vec<Range> = cidrs.iter().map(read).collect::<Result<_, _>>()?;
        let inside = self.scene.inside();
        let there: Vec<(String, Range)> = self
            .scene
            .facts
            .subnets
            .known()?
            .iter()
            .flat_map(|subnet| subnet.cidrs.iter().map(|cidr| (subnet.id.clone(), cidr)))
            .filter_map(|(id, cidr)| Some((id, Range::read(cidr)?)))
            .collect();
        for (index, range) in asked.iter().enumerate() {
            if !inside.iter().any(|own| own.covers(*range)) {
                return Err(Unknown(format!("{range} lies outside of the VPC's addresses")));
            }
            if let Some((id, taken)) = there.iter().find(|(_, taken)| taken.common(*range).is_some()) {
                return Err(Unknown(format!("{range} overlaps with {taken} of {id}")));
            }
            if asked.iter().take(index).any(|other| other.common(*range).is_some()) {
                return Err(Unknown(format!("{range} overlaps with the other one")));
            }
        }
        Ok(())
    }

    /// The one that works already; else where one is made.
    fn bastion(&mut self) -> Result<Bastion, Unknown> {
        if let Some(there) = self.working().cloned() {
            let group = there.groups.first().ok_or_else(|| Unknown(format!("{} has no security group", there.id)))?;
            let subnet = there.subnet_id.clone().unwrap_or_default();
            self.notes.push(format!("{} works already, and stays as it is", there.in_words()));
            return Ok(Bastion {
                group: GroupReference::There(group.clone()),
                subnet: SubnetReference::There(subnet),
                end: End::of(&there),
            });
        }
        let subnet = self.place()?;
        let ranges = match &subnet {
            SubnetReference::Own(cidr) => Range::read(cidr).into_iter().collect(),
            SubnetReference::There(id) => self.scene.ranges(id)?,
        };
        // Nothing lets in a group that doesn't exist yet.
        let end = End { groups: Vec::new(), ranges };
        self.add(Part::Group { group: OwnGroup::Bastion });
        self.add(Part::NoEgress { group: OwnGroup::Bastion });
        Ok(Bastion { group: GroupReference::Own(OwnGroup::Bastion), subnet, end })
    }

    /// The machine that a person named, or one whose agent is online and whose role is as it should be.
    fn working(&self) -> Option<&Machine> {
        let machine = self.scene.chosen().filter(|machine| machine.state.as_deref() == Some("running"))?;
        let is_named = self.scene.facts.bastion.as_ref() == Some(&machine.id);
        let online = self.scene.agent(machine).ok().flatten().is_some_and(|agent| agent.ping == "Online");
        (is_named || (online && role_stands(&self.scene))).then_some(machine)
    }

    /// A private subnet for the bastion and the endpoints.
    fn place(&self) -> Result<SubnetReference, Unknown> {
        if let Some(cidr) = self.choices.subnet_cidrs.first() {
            return Ok(SubnetReference::Own(cidr.clone()));
        }
        let own = self.scene.database_subnets()?;
        let private = own.iter().find(|id| is_private(&self.scene, id));
        private.map(|id| SubnetReference::There((*id).to_owned())).ok_or_else(|| {
            Unknown(
                "none of the database's subnets is private: give --subnet-cidr twice for new ones, from free addresses \
                 of the VPC"
                    .into(),
            )
        })
    }

    fn endpoints(&mut self, bastion: &Bastion) -> Result<(), Unknown> {
        let (mut own, mut theirs) = (Vec::new(), BTreeSet::new());
        let mut needed = endpoints_needed(&self.scene)?;
        if self.choices.log_group.is_some() && !needed.contains(&"logs") {
            needed.push("logs");
        }
        for service in needed {
            match endpoint_stands(&self.scene, service)? {
                Some(endpoint) if endpoint.private_dns == Some(false) && service != "s3" => {
                    return Err(Unknown(format!(
                        "{} for {service} has no private DNS, so agents don't find it: switch it on there, or remove it",
                        endpoint.id
                    )));
                }
                Some(endpoint) => theirs.extend(endpoint.groups.first().cloned()),
                None if service == "s3" => self.notes.push(
                    "logs of sessions go to S3, which takes a gateway endpoint in the bastion's route table: that is \
                     left to you"
                        .into(),
                ),
                None => own.push(service.to_owned()),
            }
        }
        if !own.is_empty() {
            let group = OwnGroup::Endpoints;
            self.add(Part::Group { group });
            self.add(Part::NoEgress { group });
            self.between(bastion, &GroupReference::Own(group), HTTPS)?;
            for range in self.scene.inside() {
                self.add(Part::Door { cidr: range.to_string() });
            }
            // https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
            self.notes.push(format!(
                "the names of {} lead to the new endpoints for everybody in {} from then on: all of its addresses are let \
                 in there. Who resolves names in it from outside (peering, VPN) isn't",
                own.join(", "),
                self.recipe.vpc_id
            ));
        }
        for id in theirs {
            self.between(bastion, &GroupReference::There(id), HTTPS)?;
        }
        for service in own {
            self.add(Part::Endpoint { service, subnet: bastion.subnet.clone() });
        }
        Ok(())
    }

    fn way_to_the_database(&mut self, bastion: &Bastion) -> Result<(), Unknown> {
        let groups = self.scene.database_groups()?;
        let first = groups.first().ok_or_else(|| Unknown("the database has no security group".into()))?.clone();
        let port = self.scene.port()?;
        let all = self.scene.groups(&groups)?;
        let lists = &self.scene.facts.prefix_lists;
        if through(ingress(&all), port, &bastion.end, lists)?.is_empty() {
            self.add(Part::Rule {
                group: GroupReference::There(first.clone()),
                egress: false,
                port,
                peer: bastion.group.clone(),
            });
        }
        self.out(bastion, &GroupReference::There(first), port)
    }

    /// That the bastion reaches a group's members, and is let in there.
    fn between(&mut self, bastion: &Bastion, to: &GroupReference, port: i32) -> Result<(), Unknown> {
        let is_let_in = match to {
            GroupReference::Own(_) => false,
            GroupReference::There(id) => {
                let group = self.scene.groups(std::slice::from_ref(id))?;
                !through(ingress(&group), port, &bastion.end, &self.scene.facts.prefix_lists)?.is_empty()
            }
        };
        if !is_let_in {
            self.add(Part::Rule { group: to.clone(), egress: false, port, peer: bastion.group.clone() });
        }
        self.out(bastion, to, port)
    }

    fn out(&mut self, bastion: &Bastion, to: &GroupReference, port: i32) -> Result<(), Unknown> {
        if let (GroupReference::There(own), GroupReference::There(other)) = (&bastion.group, to) {
            let own = self.scene.groups(std::slice::from_ref(own))?;
            let end = End { groups: vec![other.clone()], ranges: Vec::new() };
            if !through(egress(&own), port, &end, &self.scene.facts.prefix_lists)?.is_empty() {
                return Ok(());
            }
            // One that lets everything out says so by addresses.
            if own.iter().any(|group| standing::everything_to(group, standing::EVERYWHERE).is_some()) {
                return Ok(());
            }
        }
        self.add(Part::Rule { group: bastion.group.clone(), egress: true, port, peer: to.clone() });
        Ok(())
    }

    /// Where shells will be logged, by this setup's wish or the account's.
    fn logged_to(&self) -> Option<String> {
        let told = || self.scene.facts.preferences.known().ok()?.as_ref()?.log_group.clone();
        self.choices.log_group.clone().or_else(told)
    }

    fn machine(&mut self, bastion: &Bastion) {
        if !matches!(bastion.group, GroupReference::Own(_)) {
            return;
        }
        for part in [Part::Role, Part::RolePolicy] {
            self.add(part);
        }
        if let Some(log_group) = self.logged_to() {
            self.add(Part::LogPolicy { log_group });
        }
        for part in [Part::Profile, Part::ProfileRole] {
            self.add(part);
        }
        self.add(Part::Bastion {
            image_id: self.choices.image_id.clone(),
            instance_type: self.choices.instance_type.clone(),
            subnet: bastion.subnet.clone(),
        });
    }

    /// Logs of shells, where they are asked for: they are the whole account's, so nobody else's wishes are changed, and they
    /// come when a shell on the bastion can be logged.
    fn logs(&mut self) -> Result<(), Unknown> {
        let Some(log_group) = self.choices.log_group.clone() else { return Ok(()) };
        match self.scene.facts.preferences.known()? {
            None => {
                self.add(Part::Preferences { log_group: log_group.clone() });
                // aws/amazon-ssm-agent#246
                self.notes.push(
                    "shells on every machine of this account and Region are logged then: where a machine's role may not \
                     write to the log group, a shell on it can hang as it begins"
                        .into(),
                );
            }
            Some(told) if told.log_group.as_ref() == Some(&log_group) => {}
            Some(told) => {
                let now = told.log_group.as_ref().or(told.bucket.as_ref());
                let now = now.map_or_else(|| "log nothing".to_owned(), |to| format!("log to {to}"));
                return Err(Unknown(format!(
                    "the account has preferences for sessions ({PREFERENCES}), which {now}: they are not this setup's to \
                     change. Name the log group there (console: Session Manager, Preferences), and leave \
                     --session-log-group out"
                )));
            }
        }
        // aws/amazon-ssm-agent, agent/session/plugins/sessionplugin: the agent warns in its own log, and goes on.
        self.notes.push(format!(
            "the log group has to be there, or shells begin and nothing of them is logged: aws logs create-log-group \
             --log-group-name {}",
            quoted(&log_group)
        ));
        Ok(())
    }
}
