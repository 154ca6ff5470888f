//! VPC endpoints: made, changed and deleted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{Look, TagSpecification};
use super::{groups, look, routes, services, subnets, vpcs};
use crate::sandbox::ACCOUNT;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::endpoints::{Endpoint, Token};
use crate::sandbox::world::network::id_of;
use crate::sandbox::world::network::turns::{ENDPOINT_COMES, ENDPOINT_GOES, Turn};
use crate::sandbox::world::pace::after;

/// The policy of an endpoint that was given none.
const EVERYTHING: &str = r#"{
  "Statement": [
    {
      "Action": "*",
      "Effect": "Allow",
      "Principal": "*",
      "Resource": "*"
    }
  ]
}"#;

const ENDPOINTS: look::Kind = look::Kind {
    list: "VpcEndpoints",
    id: "VpcEndpointId",
    missing: ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id"),
    filters: &[
        ("vpc-endpoint-id", "VpcEndpointId"),
        ("vpc-id", "VpcId"),
        ("service-name", "ServiceName"),
        ("vpc-endpoint-state", "State"),
        ("vpc-endpoint-type", "VpcEndpointType"),
        ("ip-address-type", "IpAddressType"),
    ],
};

/// `CreateVpcEndpoint`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    vpc_id: String,
    service_name: Option<String>,
    vpc_endpoint_type: Option<String>,
    policy_document: Option<String>,
    #[serde(default)]
    route_table_ids: Vec<String>,
    #[serde(default)]
    subnet_ids: Vec<String>,
    #[serde(default)]
    security_group_ids: Vec<String>,
    private_dns_enabled: Option<bool>,
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "IpAddressType")]
    _addresses: Option<String>,
    #[serde(rename = "DnsOptions")]
    _dns: Option<Value>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `ModifyVpcEndpoint`'s input.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
#[derive(Default)]
pub(super) struct Modify {
    vpc_endpoint_id: String,
    reset_policy: bool,
    policy_document: Option<String>,
    add_route_table_ids: Vec<String>,
    remove_route_table_ids: Vec<String>,
    add_subnet_ids: Vec<String>,
    remove_subnet_ids: Vec<String>,
    add_security_group_ids: Vec<String>,
    remove_security_group_ids: Vec<String>,
    private_dns_enabled: Option<bool>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `DeleteVpcEndpoints`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Delete {
    vpc_endpoint_ids: Vec<String>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `DescribeVpcEndpoints`.
pub(super) fn describe(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let endpoints = scene.region.network.endpoints.iter();
    let shown = endpoints.filter(|endpoint| look::shows_already(scene, endpoint.created));
    let rows = shown.map(|endpoint| row(scene, endpoint)).collect();
    look::answer(scene, &ENDPOINTS, rows, input)
}

fn row(scene: &Scene<'_>, endpoint: &Endpoint) -> Value {
    let network = &scene.region.network;
    let named = |id: &String| json!({"GroupId": id, "GroupName": network.security_group(id).map(|group| &group.name)});
    let interfaces: Vec<&String> = network.interfaces_of(&endpoint.id).map(|interface| &interface.id).collect();
    let gateway = endpoint.kind == "Gateway";
    let region = scene.name;
    let mark = endpoint.id.get(endpoint.id.len().saturating_sub(8)..).unwrap_or_default();
    let own = format!("{}-{mark}.{}.{region}.vpce.amazonaws.com", endpoint.id, endpoint.short());
    let mut entries = vec![json!({"DnsName": own, "HostedZoneId": "Z7K1066E3PUKB"})];
    if endpoint.private_dns {
        let name = services::private_name(region, endpoint.short());
        entries.push(json!({"DnsName": name, "HostedZoneId": id_of("Z", &endpoint.id)}));
    }
    json!({
        "VpcEndpointId": endpoint.id, "VpcEndpointType": endpoint.kind, "VpcId": endpoint.vpc,
        "ServiceName": endpoint.service, "State": endpoint.state, "PolicyDocument": endpoint.policy,
        "RouteTableIds": endpoint.route_tables, "SubnetIds": endpoint.subnets,
        "Groups": endpoint.groups.iter().map(named).collect::<Vec<_>>(),
        "IpAddressType": if gateway { Value::Null } else { json!("ipv4") },
        "DnsOptions": if gateway { Value::Null } else { json!({"DnsRecordIpType": "ipv4"}) },
        "PrivateDnsEnabled": endpoint.private_dns, "RequesterManaged": false, "NetworkInterfaceIds": interfaces,
        "DnsEntries": if gateway { json!([]) } else { json!(entries) }, "CreationTimestamp": endpoint.created,
        "OwnerId": ACCOUNT, "ServiceRegion": region, "Tags": endpoint.tags})
}

fn bad(message: String) -> Fault {
    Fault::new("InvalidParameter", message)
}

/// `CreateVpcEndpoint`: of a service that there is (`R-VPCE-7`); a token makes it once (`R-VPCE-1`); an interface endpoint has an interface in each subnet, and is
/// `pending` for some minutes (`R-VPCE-2`).
pub(super) fn create(scene: &mut Scene<'_>, input: &Create) -> Result<Value, Fault> {
    let token = input.client_token.as_ref().map(|text| Token { text: text.clone(), asked: asked(input) });
    if let Some(token) = token.as_ref().filter(|_| scene.enforces("R-VPCE-1")) {
        let endpoints = &scene.region.network.endpoints;
        let same = |own: &&Endpoint| own.token.as_ref().is_some_and(|own| own.text == token.text);
        if let Some(known) = endpoints.iter().find(same) {
            if known.token.as_ref() != Some(token) {
                return Err(mismatch());
            }
            return Ok(json!({"VpcEndpoint": row(scene, known), "ClientToken": token.text}));
        }
    }
    scene.region.network.vpc(&input.vpc_id).ok_or_else(|| vpcs::not_found(&input.vpc_id))?;
    let kind = input.vpc_endpoint_type.clone().unwrap_or_else(|| "Gateway".to_owned());
    let service = input.service_name.clone().unwrap_or_default();
    if !services::exists(scene, &service, &kind) && scene.enforces("R-VPCE-7") {
        return Err(services::not_found(&service));
    }
    let tags = groups::specified(scene, &input.tag_specifications, "vpc-endpoint")?;
    let interface = kind == "Interface";
    let mut endpoint = Endpoint {
        id: scene.ids.network("vpce"),
        vpc: input.vpc_id.clone(),
        service,
        kind,
        state: if interface { "pending" } else { "available" }.to_owned(),
        subnets: input.subnet_ids.clone(),
        groups: input.security_group_ids.clone(),
        route_tables: input.route_table_ids.clone(),
        private_dns: interface && input.private_dns_enabled.unwrap_or(true),
        policy: input.policy_document.clone().unwrap_or_else(|| EVERYTHING.to_owned()),
        created: scene.now,
        token,
        tags,
    };
    if interface && endpoint.groups.is_empty() {
        endpoint.groups.extend(scene.region.network.default_group_of(&endpoint.vpc).map(str::to_owned));
    }
    checked(scene, &endpoint)?;
    let answer_token = endpoint.token.as_ref().map(|token| token.text.clone());
    let (id, at) = (endpoint.id.clone(), after(scene.now, ENDPOINT_COMES));
    let subnets = endpoint.subnets.clone();
    for subnet in &subnets {
        let interface = scene.ids.network("eni");
        scene.region.network.add_interface(interface, &id, subnet, &endpoint.groups);
    }
    if interface && !scene.enforces("R-VPCE-2") {
        "available".clone_into(&mut endpoint.state);
    }
    let shown = json!({"VpcEndpoint": row(scene, &endpoint), "ClientToken": answer_token});
    scene.region.network.endpoints.push(endpoint);
    scene.region.plan_turn(&id, at, Turn::Available);
    Ok(shown)
}

/// A token came back with other parameters.
pub(super) fn mismatch() -> Fault {
    let message = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
    Fault::new("IdempotentParameterMismatch", message)
}

/// What was asked for, so that the same token with anything else is told from the same call.
fn asked(input: &Create) -> String {
    let Create { vpc_id, service_name, vpc_endpoint_type, policy_document, private_dns_enabled, .. } = input;
    let lists = [&input.route_table_ids, &input.subnet_ids, &input.security_group_ids];
    id_of(
        "asked",
        &format!(
            "{vpc_id} {service_name:?} {vpc_endpoint_type:?} {policy_document:?} {private_dns_enabled:?} {lists:?}"
        ),
    )
}

/// Everything that an endpoint names is there and in its VPC; one subnet in a zone (`R-VPCE-8`); private DNS as the VPC and
/// its other endpoints allow it (`R-VPCE-3`, `R-VPCE-4`).
fn checked(scene: &Scene<'_>, endpoint: &Endpoint) -> Result<(), Fault> {
    let network = &scene.region.network;
    let mut zones = Vec::new();
    for id in &endpoint.subnets {
        let subnet = network.subnet(id).ok_or_else(|| subnets::not_found(id))?;
        if subnet.vpc != endpoint.vpc {
            return Err(bad(format!("Subnet {id} does not belong to the VPC {}", endpoint.vpc)));
        }
        if zones.contains(&&subnet.zone) && scene.enforces("R-VPCE-8") {
            return Err(Fault::new(
                "DuplicateSubnetsInSameZone",
                format!(
                    "Found another VPC endpoint subnet in the availability zone of {id}. VPC endpoint subnets should be in \
                     different availability zones supported by the VPC endpoint service."
                ),
            ));
        }
        zones.push(&subnet.zone);
    }
    for id in &endpoint.groups {
        let group = network.security_group(id).ok_or_else(|| groups::not_found(id))?;
        if group.vpc != endpoint.vpc {
            return Err(bad(format!("The security group {id} does not belong to the VPC {}", endpoint.vpc)));
        }
    }
    for id in &endpoint.route_tables {
        routes::exists(scene, id)?;
    }
    if !endpoint.private_dns {
        return Ok(());
    }
    let able = network.vpc(&endpoint.vpc).is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames);
    if !able && scene.enforces("R-VPCE-3") {
        return Err(bad(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {}",
            endpoint.vpc
        )));
    }
    let named = network.endpoints.iter().any(|other| {
        let same = (&other.vpc, &other.service) == (&endpoint.vpc, &endpoint.service);
        same && other.id != endpoint.id && other.private_dns
    });
    if named && scene.enforces("R-VPCE-4") {
        return Err(bad(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {} in the VPC {}",
            services::private_name(scene.name, endpoint.short()),
            endpoint.vpc
        )));
    }
    Ok(())
}

/// `ModifyVpcEndpoint`: interfaces come and go with subnets, and have the endpoint's groups.
pub(super) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let id = input.vpc_endpoint_id.as_str();
    let missing = || {
        let message = format!("The Vpc Endpoint Id '{id}' does not exist");
        Fault::new("InvalidVpcEndpointId.NotFound", message)
    };
    let mut endpoint = scene.region.network.endpoint(id).ok_or_else(missing)?.clone();
    if endpoint.state == "deleting" {
        let message = format!("The VPC endpoint {id} is being deleted");
        return Err(Fault::new("IncorrectState", message));
    }
    changed(&mut endpoint.route_tables, &input.add_route_table_ids, &input.remove_route_table_ids);
    changed(&mut endpoint.subnets, &input.add_subnet_ids, &input.remove_subnet_ids);
    changed(&mut endpoint.groups, &input.add_security_group_ids, &input.remove_security_group_ids);
    endpoint.private_dns = input.private_dns_enabled.unwrap_or(endpoint.private_dns);
    if let Some(policy) = &input.policy_document {
        endpoint.policy.clone_from(policy);
    }
    if input.reset_policy {
        EVERYTHING.clone_into(&mut endpoint.policy);
    }
    checked(scene, &endpoint)?;
    for interface in scene.region.network.interfaces.iter_mut().filter(|own| own.endpoint == id && !own.left) {
        interface.left = !endpoint.subnets.contains(&interface.subnet);
        interface.groups.clone_from(&endpoint.groups);
    }
    for subnet in &endpoint.subnets {
        if scene.region.network.interfaces_of(id).all(|interface| interface.subnet != *subnet) {
            let new = scene.ids.network("eni");
            scene.region.network.add_interface(new, id, subnet, &endpoint.groups);
        }
    }
    if scene.region.network.interfaces.iter().any(|own| own.endpoint == id && own.left) {
        let goes = after(scene.now, scene.switches.interfaces_linger);
        scene.region.plan_turn(id, goes, Turn::InterfacesGo);
    }
    if let Some(own) = scene.region.network.endpoint_mut(id) {
        *own = endpoint;
    }
    Ok(json!({"Return": true}))
}

fn changed(list: &mut Vec<String>, add: &[String], remove: &[String]) {
    list.retain(|id| !remove.contains(id));
    let new: Vec<String> = add.iter().filter(|id| !list.contains(id)).cloned().collect();
    list.extend(new);
}

/// `DeleteVpcEndpoints`: those that aren't there are listed in the answer (`R-VPCE-6`); the others are `deleting` for some
/// minutes, and their interfaces linger (`R-VPCE-5`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let mut unsuccessful = Vec::new();
    for id in &input.vpc_endpoint_ids {
        let now = scene.now;
        let Some(endpoint) = scene.region.network.endpoint_mut(id) else {
            let code = "InvalidVpcEndpoint.NotFound";
            let message = format!("The VpcEndpoint Id '{id}' does not exist");
            if !scene.enforces("R-VPCE-6") {
                return Err(Fault::new(code, message));
            }
            unsuccessful.push(json!({"ResourceId": id, "Error": {"Code": code, "Message": message}}));
            continue;
        };
        let gateway = endpoint.kind == "Gateway";
        let deleting = endpoint.state == "deleting";
        "deleting".clone_into(&mut endpoint.state);
        if !deleting {
            let at = after(now, if gateway { 0 } else { ENDPOINT_GOES });
            scene.region.plan_turn(id, at, Turn::Gone);
        }
    }
    Ok(json!({"Unsuccessful": unsuccessful}))
}
