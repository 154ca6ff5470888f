//! Gateways, which are only looked at; and what this account has none of.

use serde_json::{Value, json};

use super::input::Look;
use super::look::{self, Kind};
use super::routes::prefix_list;
use super::services::GATEWAYS;
use crate::sandbox::ACCOUNT;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::id_of;

const INTERNET: Kind = Kind {
    list: "InternetGateways",
    id: "InternetGatewayId",
    missing: ("InvalidInternetGatewayID.NotFound", "The internetGateway ID"),
    filters: &[
        ("internet-gateway-id", "InternetGatewayId"),
        ("attachment.vpc-id", "Attachments/VpcId"),
        ("attachment.state", "Attachments/State"),
        ("owner-id", "OwnerId"),
    ],
};

const NAT: Kind = Kind {
    list: "NatGateways",
    id: "NatGatewayId",
    missing: ("NatGatewayNotFound", "The Nat Gateway"),
    filters: &[("nat-gateway-id", "NatGatewayId"), ("vpc-id", "VpcId"), ("subnet-id", "SubnetId"), ("state", "State")],
};

const PREFIXES: Kind = Kind {
    list: "PrefixLists",
    id: "PrefixListId",
    missing: ("InvalidPrefixListId.NotFound", "The prefix list ID"),
    filters: &[("prefix-list-id", "PrefixListId"), ("prefix-list-name", "PrefixListName"), ("owner-id", "OwnerId")],
};

/// `DescribeInternetGateways`.
pub(super) fn internet(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.internet_gateways.iter().map(|gateway| {
        json!({
            "InternetGatewayId": gateway.id, "OwnerId": ACCOUNT, "Tags": gateway.tags,
            "Attachments": [{"State": "available", "VpcId": gateway.place}]})
    });
    look::answer(scene, &INTERNET, rows.collect(), input)
}

/// `DescribeNatGateways`.
pub(super) fn nat(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let network = &scene.region.network;
    let rows = network.nat_gateways.iter().map(|gateway| {
        json!({
            "NatGatewayId": gateway.id, "SubnetId": gateway.place, "State": "available", "ConnectivityType": "public",
            "VpcId": network.subnet(&gateway.place).map(|subnet| &subnet.vpc), "Tags": gateway.tags,
            "NatGatewayAddresses": [{
                "AllocationId": id_of("eipalloc", &gateway.id), "NetworkInterfaceId": id_of("eni", &gateway.id),
                "IsPrimary": true, "Status": "succeeded"}]})
    });
    look::answer(scene, &NAT, rows.collect(), input)
}

/// `DescribePrefixLists`, and `DescribeManagedPrefixLists`, which has other members.
pub(super) fn prefix_lists(scene: &Scene<'_>, input: &Look, managed: bool) -> Result<Value, Fault> {
    let region = scene.name;
    let rows = GATEWAYS.iter().map(|service| {
        let name = format!("com.amazonaws.{region}.{service}");
        let id = prefix_list(&name);
        if managed {
            json!({
                "PrefixListId": id, "PrefixListName": name, "AddressFamily": "IPv4", "State": "create-complete",
                "PrefixListArn": format!("arn:aws:ec2:{region}:aws:prefix-list/{id}"), "OwnerId": "AWS"})
        } else {
            json!({"PrefixListId": id, "PrefixListName": name, "Cidrs": ["52.94.48.0/20"]})
        }
    });
    look::answer(scene, &PREFIXES, rows.collect(), input)
}

/// Things of which there are none here: any id is unknown, and every list empty.
pub(super) fn none(scene: &Scene<'_>, list: &'static str, input: &Look) -> Result<Value, Fault> {
    let (code, sentence) = match list {
        "VpcPeeringConnections" => ("InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID"),
        "TransitGatewayVpcAttachments" => {
            ("InvalidTransitGatewayAttachmentID.NotFound", "The transit gateway attachment ID")
        }
        _ => ("InvalidGatewayID.NotFound", "The gateway ID"),
    };
    if let Some(id) = input.ids.first().filter(|_| scene.enforces("R-EC2-1")) {
        return Err(Fault::new(code, format!("{sentence} '{id}' does not exist")));
    }
    Ok(json!({list: []}))
}
