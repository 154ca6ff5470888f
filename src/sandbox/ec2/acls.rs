//! Network ACLs: their rules, and which subnets have them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::input::{CreateInVpc, Look};
use super::{groups, look, vpcs};
use crate::sandbox::ACCOUNT;
use crate::sandbox::rds::view;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::acls::{Acl, AclAssociation, Entry};
use crate::sandbox::world::network::range;

/// How many rules an ACL may have in one direction.
const MOST: usize = 20;

const ACLS: look::Kind = look::Kind {
    list: "NetworkAcls",
    id: "NetworkAclId",
    missing: ("InvalidNetworkAclID.NotFound", "The networkAcl ID"),
    filters: &[
        ("network-acl-id", "NetworkAclId"),
        ("vpc-id", "VpcId"),
        ("owner-id", "OwnerId"),
        ("default", "IsDefault"),
        ("association.subnet-id", "Associations/SubnetId"),
        ("association.association-id", "Associations/NetworkAclAssociationId"),
        ("association.network-acl-id", "Associations/NetworkAclId"),
        ("entry.cidr", "Entries/CidrBlock"),
        ("entry.ipv6-cidr", "Entries/Ipv6CidrBlock"),
        ("entry.egress", "Entries/Egress"),
        ("entry.protocol", "Entries/Protocol"),
        ("entry.rule-action", "Entries/RuleAction"),
        ("entry.rule-number", "Entries/RuleNumber"),
        ("entry.port-range.from", "Entries/PortRange/From"),
        ("entry.port-range.to", "Entries/PortRange/To"),
    ],
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ports {
    from: Option<i64>,
    to: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Icmp {
    code: Option<i64>,
    r#type: Option<i64>,
}

/// What makes a rule, replaces it and deletes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Given {
    network_acl_id: String,
    rule_number: i64,
    egress: bool,
    protocol: Option<String>,
    rule_action: Option<String>,
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
    port_range: Option<Ports>,
    icmp_type_code: Option<Icmp>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// Input that names an ACL and an association.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    network_acl_id: String,
    #[serde(default)]
    association_id: String,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

fn not_found(id: &str) -> Fault {
    Fault::new("InvalidNetworkAclID.NotFound", format!("The networkAcl ID '{id}' does not exist"))
}

fn acl<'a>(scene: &'a mut Scene<'_>, id: &str) -> Result<&'a mut Acl, Fault> {
    scene.region.network.acls.iter_mut().find(|acl| acl.id == id).ok_or_else(|| not_found(id))
}

/// `DescribeNetworkAcls`: each subnet is in one row, its own ACL's or the VPC's (`R-ACL-1`).
pub(super) fn describe(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.acls.iter().map(|acl| row(scene, acl)).collect();
    look::answer(scene, &ACLS, rows, input)
}

fn row(scene: &Scene<'_>, acl: &Acl) -> Value {
    let network = &scene.region.network;
    let subnets = network.subnets.iter().filter(|subnet| subnet.vpc == acl.vpc);
    let own = subnets.filter_map(|subnet| {
        let (id, of) = network.acl_of(subnet)?;
        let given = network.acl_associations.iter().any(|association| association.id == id);
        let shown = of.id == acl.id && (given || scene.enforces("R-ACL-1"));
        shown.then(|| json!({"NetworkAclAssociationId": id, "NetworkAclId": acl.id, "SubnetId": subnet.id}))
    });
    let rules = acl.rules(network.has_v6(&acl.vpc));
    json!({
        "NetworkAclId": acl.id, "VpcId": acl.vpc, "IsDefault": acl.default, "OwnerId": ACCOUNT,
        "Associations": own.collect::<Vec<_>>(), "Entries": rules.iter().map(entry).collect::<Vec<_>>(),
        "Tags": acl.tags})
}

fn entry(entry: &Entry) -> Value {
    let mut row = Map::new();
    let member = if entry.is_v6() { "Ipv6CidrBlock" } else { "CidrBlock" };
    row.insert(member.to_owned(), json!(entry.range));
    row.insert("Egress".to_owned(), json!(entry.egress));
    if let Some((kind, code)) = entry.icmp {
        row.insert("IcmpTypeCode".to_owned(), json!({"Type": kind, "Code": code}));
    }
    if let Some((from, to)) = entry.ports {
        row.insert("PortRange".to_owned(), json!({"From": from, "To": to}));
    }
    row.insert("Protocol".to_owned(), json!(entry.protocol));
    row.insert("RuleAction".to_owned(), json!(if entry.allow { "allow" } else { "deny" }));
    row.insert("RuleNumber".to_owned(), json!(entry.number));
    Value::Object(row)
}

/// `CreateNetworkAcl`: it lets nothing through (`R-ACL-1`).
pub(super) fn create(scene: &mut Scene<'_>, input: &CreateInVpc) -> Result<Value, Fault> {
    scene.region.network.vpc(&input.vpc_id).ok_or_else(|| vpcs::not_found(&input.vpc_id))?;
    let tags = groups::specified(scene, &input.tag_specifications, "network-acl")?;
    let acls = &scene.region.network.acls;
    if let Some(same) = acls.iter().find(|acl| input.client_token.is_some() && acl.token == input.client_token) {
        return Ok(json!({"NetworkAcl": row(scene, same), "ClientToken": input.client_token}));
    }
    let (id, vpc, token) = (scene.ids.network("acl"), input.vpc_id.clone(), input.client_token.clone());
    let acl = Acl { id, vpc, default: false, entries: Vec::new(), tags, token };
    let answer = json!({"NetworkAcl": row(scene, &acl), "ClientToken": acl.token});
    scene.region.network.acls.push(acl);
    Ok(answer)
}

/// `CreateNetworkAclEntry`: a number is there once in a direction (`R-ACL-2`), and an ACL has only so many (`R-ACL-4`).
pub(super) fn add(scene: &mut Scene<'_>, input: &Given) -> Result<Value, Fault> {
    let made = rule(scene, input)?;
    let (once, few) = (scene.enforces("R-ACL-2"), scene.enforces("R-ACL-4"));
    let acl = acl(scene, &input.network_acl_id)?;
    let number = made.number;
    if once && acl.entries.iter().any(|own| (own.number, own.egress) == (number, made.egress)) {
        let message = format!("The network acl entry identified by {number} already exists.");
        return Err(Fault::new("NetworkAclEntryAlreadyExists", message));
    }
    if few && acl.entries.iter().filter(|own| own.egress == made.egress).count() >= MOST {
        let message = "The maximum number of network acl entries has been reached.";
        return Err(Fault::new("NetworkAclEntryLimitExceeded", message));
    }
    acl.entries.push(made);
    Ok(view::nothing())
}

/// `ReplaceNetworkAclEntry`: only one that is there (`R-ACL-6`).
pub(super) fn replace(scene: &mut Scene<'_>, input: &Given) -> Result<Value, Fault> {
    let made = rule(scene, input)?;
    remove(scene, input)?;
    acl(scene, &input.network_acl_id)?.entries.push(made);
    Ok(view::nothing())
}

/// `DeleteNetworkAclEntry`: only one that is there (`R-ACL-6`).
pub(super) fn remove(scene: &mut Scene<'_>, input: &Given) -> Result<Value, Fault> {
    let strict = scene.enforces("R-ACL-6");
    let acl = acl(scene, &input.network_acl_id)?;
    let before = acl.entries.len();
    acl.entries.retain(|own| (own.number, own.egress) != (input.rule_number, input.egress));
    if acl.entries.len() == before && strict {
        let message = format!("The network acl entry identified by {} does not exist", input.rule_number);
        return Err(Fault::new("InvalidNetworkAclEntry.NotFound", message));
    }
    Ok(view::nothing())
}

/// The rule that a call describes: its number is a person's (`R-ACL-3`), and TCP and UDP have ports.
fn rule(scene: &Scene<'_>, input: &Given) -> Result<Entry, Fault> {
    let bad = |value: &str, name: &str, why: &str| {
        Fault::value(format!("Value ({value}) for parameter {name} is invalid. {why}"))
    };
    let number = input.rule_number;
    if !(1..=32_766).contains(&number) && scene.enforces("R-ACL-3") {
        return Err(bad(&number.to_string(), "ruleNumber", "Must be between 1 and 32766."));
    }
    let protocol = match input.protocol.as_deref().unwrap_or_default() {
        "" => return Err(Fault::new("MissingParameter", "The request must contain the parameter protocol")),
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "all" => "-1",
        other if other == "-1" || other.parse::<u8>().is_ok() => other,
        other => return Err(bad(other, "protocol", "Invalid protocol.")),
    };
    let allow = match input.rule_action.as_deref() {
        Some("allow") => true,
        Some("deny") => false,
        other => return Err(bad(other.unwrap_or_default(), "ruleAction", "It is allow or deny.")),
    };
    let asked = input.cidr_block.clone().or_else(|| input.ipv6_cidr_block.clone());
    let asked =
        asked.ok_or_else(|| Fault::new("MissingParameter", "The request must contain the parameter cidrBlock"))?;
    if input.cidr_block.is_some() && range(&asked).is_none() {
        return Err(bad(&asked, "cidrBlock", "This is not a valid CIDR block."));
    }
    let ports = input.port_range.as_ref().and_then(|ports| Some((ports.from?, ports.to?)));
    if matches!(protocol, "6" | "17") && ports.is_none_or(|(from, to)| from < 0 || to > 65_535 || from > to) {
        return Err(bad("", "portRange", "TCP and UDP need a range of ports."));
    }
    let icmp = input.icmp_type_code.as_ref().and_then(|icmp| Some((icmp.r#type?, icmp.code?)));
    Ok(Entry {
        number,
        egress: input.egress,
        allow,
        range: asked,
        ports: ports.filter(|_| matches!(protocol, "6" | "17")),
        icmp: icmp.filter(|_| matches!(protocol, "1" | "58")),
        protocol: protocol.to_owned(),
    })
}

/// `ReplaceNetworkAclAssociation`: the subnet gets another ACL of its VPC, and that a new id (`R-ACL-7`).
pub(super) fn associate(scene: &mut Scene<'_>, input: &Named) -> Result<Value, Fault> {
    let id = &input.association_id;
    let wanted = acl(scene, &input.network_acl_id)?.clone();
    let network = &scene.region.network;
    let subnet = network.subnets.iter().find(|subnet| network.acl_of(subnet).is_some_and(|(own, _)| own == *id));
    let missing = || Fault::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"));
    let subnet = subnet.ok_or_else(missing)?.clone();
    if subnet.vpc != wanted.vpc {
        let message = format!("Network acl {} and subnet {} belong to different networks", wanted.id, subnet.id);
        return Err(Fault::value(message));
    }
    let new = if scene.enforces("R-ACL-7") { scene.ids.network("aclassoc") } else { id.clone() };
    let associations = &mut scene.region.network.acl_associations;
    associations.retain(|association| association.subnet != subnet.id);
    associations.push(AclAssociation { id: new.clone(), subnet: subnet.id, acl: wanted.id });
    Ok(json!({"NewAssociationId": new}))
}

/// `DeleteNetworkAcl`: neither a VPC's own nor one that a subnet has (`R-ACL-8`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Named) -> Result<Value, Fault> {
    let id = input.network_acl_id.as_str();
    let strict = scene.enforces("R-ACL-8");
    if acl(scene, id)?.default && strict {
        return Err(Fault::value(format!("cannot delete default network ACL {id}")));
    }
    let network = &mut scene.region.network;
    if network.acl_associations.iter().any(|association| association.acl == id) && strict {
        let message = format!("The networkAcl '{id}' has dependencies and cannot be deleted.");
        return Err(Fault::new("DependencyViolation", message));
    }
    network.acls.retain(|acl| acl.id != id);
    network.acl_associations.retain(|association| association.acl != id);
    Ok(view::nothing())
}
