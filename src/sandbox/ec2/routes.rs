//! Route tables, and the gateways that they lead to.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::input::{CreateInVpc, Look};
use super::{groups, look, subnets, vpcs};
use crate::sandbox::ACCOUNT;
use crate::sandbox::rds::view;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::id_of;
use crate::sandbox::world::network::routes::{Association, Route, RouteTable};

const TABLES: look::Kind = look::Kind {
    list: "RouteTables",
    id: "RouteTableId",
    missing: ("InvalidRouteTableID.NotFound", "The routeTable ID"),
    filters: &[
        ("route-table-id", "RouteTableId"),
        ("vpc-id", "VpcId"),
        ("owner-id", "OwnerId"),
        ("association.main", "Associations/Main"),
        ("association.subnet-id", "Associations/SubnetId"),
        ("association.route-table-id", "Associations/RouteTableId"),
        ("association.route-table-association-id", "Associations/RouteTableAssociationId"),
        ("route.destination-cidr-block", "Routes/DestinationCidrBlock"),
        ("route.destination-ipv6-cidr-block", "Routes/DestinationIpv6CidrBlock"),
        ("route.gateway-id", "Routes/GatewayId"),
        ("route.nat-gateway-id", "Routes/NatGatewayId"),
        ("route.state", "Routes/State"),
    ],
};

/// Input that names a route table, a subnet, an association.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    #[serde(default)]
    route_table_id: String,
    subnet_id: Option<String>,
    #[serde(default)]
    association_id: String,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

fn not_found(id: &str) -> Fault {
    Fault::new("InvalidRouteTableID.NotFound", format!("The routeTable ID '{id}' does not exist"))
}

fn table<'a>(scene: &'a mut Scene<'_>, id: &str) -> Result<&'a mut RouteTable, Fault> {
    let tables = &mut scene.region.network.route_tables;
    tables.iter_mut().find(|table| table.id == id).ok_or_else(|| not_found(id))
}

/// A route table has to exist.
pub(super) fn exists(scene: &Scene<'_>, id: &str) -> Result<(), Fault> {
    let known = scene.region.network.route_tables.iter().any(|table| table.id == id);
    if known { Ok(()) } else { Err(not_found(id)) }
}

/// `DescribeRouteTables`: subnets without a table of their own are in no row; the main one stands for them (`R-RTB-1`).
pub(super) fn tables(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.route_tables.iter().map(|table| row(scene, table)).collect();
    look::answer(scene, &TABLES, rows, input)
}

fn row(scene: &Scene<'_>, table: &RouteTable) -> Value {
    let network = &scene.region.network;
    let mut associations = Vec::new();
    if table.main {
        associations.push(json!({
            "Main": true, "RouteTableAssociationId": id_of("rtbassoc", &table.id), "RouteTableId": table.id,
            "AssociationState": {"State": "associated"}}));
    }
    if table.main && !scene.enforces("R-RTB-1") {
        let subnets = network.subnets.iter().filter(|subnet| subnet.vpc == table.vpc);
        let without = subnets.filter(|subnet| network.table_of(&subnet.id).is_some_and(|own| own.id == table.id));
        associations.extend(without.map(|subnet| {
            json!({
            "Main": false, "RouteTableAssociationId": id_of("rtbassoc", &subnet.id), "RouteTableId": table.id,
            "SubnetId": subnet.id, "AssociationState": {"State": "associated"}})
        }));
    }
    associations.extend(table.associations.iter().map(|association| {
        json!({
        "Main": false, "RouteTableAssociationId": association.id, "RouteTableId": table.id,
        "SubnetId": association.subnet, "AssociationState": {"State": "associated"}})
    }));
    let local = network.vpc(&table.vpc).map(|vpc| vpc.cidr.clone());
    let mut routes = vec![json!({
        "DestinationCidrBlock": local, "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"})];
    routes.extend(table.routes.iter().map(|route| shown(scene, route)));
    let endpoints = network.endpoints.iter().filter(|endpoint| endpoint.route_tables.contains(&table.id));
    routes.extend(endpoints.map(|endpoint| {
        json!({
        "DestinationPrefixListId": prefix_list(&endpoint.service), "GatewayId": endpoint.id, "Origin": "CreateRoute",
        "State": "active"})
    }));
    json!({
        "RouteTableId": table.id, "VpcId": table.vpc, "OwnerId": ACCOUNT, "Associations": associations,
        "PropagatingVgws": [], "Routes": routes, "Tags": table.tags})
}

fn shown(scene: &Scene<'_>, route: &Route) -> Value {
    let network = &scene.region.network;
    let there = match route.member.as_str() {
        "NatGatewayId" => network.nat_gateways.iter().any(|gateway| gateway.id == route.target),
        "GatewayId" => network.internet_gateways.iter().any(|gateway| gateway.id == route.target),
        _ => true,
    };
    let v6 = route.destination.contains(':');
    let mut row = Map::new();
    let member = if v6 { "DestinationIpv6CidrBlock" } else { "DestinationCidrBlock" };
    row.insert(member.to_owned(), json!(route.destination));
    row.insert(route.member.clone(), json!(route.target));
    row.insert("Origin".to_owned(), json!("CreateRoute"));
    row.insert("State".to_owned(), json!(if there { "active" } else { "blackhole" }));
    Value::Object(row)
}

/// A service's prefix list.
pub(super) fn prefix_list(service: &str) -> String {
    id_of("pl", service).chars().take(11).collect()
}

/// `CreateRouteTable`.
pub(super) fn create(scene: &mut Scene<'_>, input: &CreateInVpc) -> Result<Value, Fault> {
    scene.region.network.vpc(&input.vpc_id).ok_or_else(|| vpcs::not_found(&input.vpc_id))?;
    let tags = groups::specified(scene, &input.tag_specifications, "route-table")?;
    let tables = &scene.region.network.route_tables;
    let same = tables.iter().find(|table| input.client_token.is_some() && table.token == input.client_token);
    if let Some(same) = same {
        return Ok(json!({"RouteTable": row(scene, same), "ClientToken": input.client_token}));
    }
    let table = RouteTable {
        id: scene.ids.network("rtb"),
        vpc: input.vpc_id.clone(),
        main: false,
        routes: Vec::new(),
        associations: Vec::new(),
        tags,
        token: input.client_token.clone(),
    };
    let answer = json!({"RouteTable": row(scene, &table), "ClientToken": table.token});
    scene.region.network.route_tables.push(table);
    Ok(answer)
}

/// What kinds of targets there are, by EC2's members.
const TARGETS: [&str; 7] = [
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
];

/// `CreateRoute`: a destination is there once (`R-RTB-2`); gateways have to exist.
pub(super) fn add(scene: &mut Scene<'_>, input: &Value) -> Result<Value, Fault> {
    let text = |member: &str| input.get(member).and_then(Value::as_str).map(str::to_owned);
    let id = text("RouteTableId").unwrap_or_default();
    let destination = text("DestinationCidrBlock").or_else(|| text("DestinationIpv6CidrBlock"));
    let destination =
        destination.ok_or_else(|| Fault::new("MissingParameter", "The request must contain a destination"))?;
    let target = TARGETS.iter().find_map(|member| Some((*member, text(member)?)));
    let (member, target) = target.ok_or_else(|| Fault::new("MissingParameter", "The request must contain a target"))?;
    let network = &scene.region.network;
    let missing = match member {
        "GatewayId" if !network.internet_gateways.iter().any(|gateway| gateway.id == target) => {
            Some(("InvalidGatewayID.NotFound", "gateway"))
        }
        "NatGatewayId" if !network.nat_gateways.iter().any(|gateway| gateway.id == target) => {
            Some(("InvalidNatGatewayID.NotFound", "natGateway"))
        }
        _ => None,
    };
    if let Some((code, word)) = missing {
        return Err(Fault::new(code, format!("The {word} ID '{target}' does not exist")));
    }
    let twice = scene.enforces("R-RTB-2");
    let table = table(scene, &id)?;
    if table.routes.iter().any(|route| route.destination == destination) && twice {
        let message = format!("The route identified by {destination} already exists.");
        return Err(Fault::new("RouteAlreadyExists", message));
    }
    table.routes.push(Route { destination, member: member.to_owned(), target });
    Ok(json!({"Return": true}))
}

/// `DeleteRoute`.
pub(super) fn remove(scene: &mut Scene<'_>, input: &Value) -> Result<Value, Fault> {
    let text = |member: &str| input.get(member).and_then(Value::as_str).unwrap_or_default();
    let destination = [text("DestinationCidrBlock"), text("DestinationIpv6CidrBlock")].concat();
    let table = table(scene, text("RouteTableId"))?;
    let before = table.routes.len();
    table.routes.retain(|route| route.destination != destination);
    if table.routes.len() == before {
        let message = format!("no route with destination-cidr-block {destination} in route table {}", table.id);
        return Err(Fault::new("InvalidRoute.NotFound", message));
    }
    Ok(view::nothing())
}

/// `AssociateRouteTable`: a subnet has one table of its own at most (`R-RTB-3`).
pub(super) fn associate(scene: &mut Scene<'_>, input: &Named) -> Result<Value, Fault> {
    let subnet = input.subnet_id.as_deref().unwrap_or_default();
    let network = &scene.region.network;
    let vpc = network.subnet(subnet).ok_or_else(|| subnets::not_found(subnet))?.vpc.clone();
    let of_subnet = |table: &RouteTable| table.associations.iter().any(|own| own.subnet == subnet);
    let taken = network.route_tables.iter().any(of_subnet);
    if taken && scene.enforces("R-RTB-3") {
        let id = &input.route_table_id;
        let message = format!("the specified association for route table {id} conflicts with an existing association");
        return Err(Fault::new("Resource.AlreadyAssociated", message));
    }
    let id = scene.ids.network("rtbassoc");
    let table = table(scene, &input.route_table_id)?;
    if table.vpc != vpc {
        let message = format!("Route table {} and subnet {subnet} belong to different networks", table.id);
        return Err(Fault::value(message));
    }
    table.associations.push(Association { id: id.clone(), subnet: subnet.to_owned() });
    Ok(json!({"AssociationId": id, "AssociationState": {"State": "associated"}}))
}

/// `DisassociateRouteTable`.
pub(super) fn disassociate(scene: &mut Scene<'_>, input: &Named) -> Result<Value, Fault> {
    let id = &input.association_id;
    let tables = &mut scene.region.network.route_tables;
    if tables.iter().any(|table| table.main && id_of("rtbassoc", &table.id) == *id) {
        return Err(Fault::value(format!("cannot disassociate the main route table association {id}")));
    }
    let own = |table: &RouteTable| table.associations.iter().any(|association| association.id == *id);
    let missing = || Fault::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"));
    let table = tables.iter_mut().find(|table| own(table)).ok_or_else(missing)?;
    table.associations.retain(|association| association.id != *id);
    Ok(view::nothing())
}

/// `DeleteRouteTable`: neither the main one nor one that a subnet has (`R-RTB-4`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Named) -> Result<Value, Fault> {
    let strict = scene.enforces("R-RTB-4");
    let table = table(scene, &input.route_table_id)?;
    if (table.main || !table.associations.is_empty()) && strict {
        let message = format!("The routeTable '{}' has dependencies and cannot be deleted.", table.id);
        return Err(Fault::new("DependencyViolation", message));
    }
    scene.region.network.route_tables.retain(|table| table.id != input.route_table_id);
    Ok(view::nothing())
}
