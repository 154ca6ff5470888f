//! `DescribeInstances`: the machines through which somebody could reach a database.

use serde_json::{Value, json};

use super::input::Look;
use super::rows::zone_id;
use super::{images, look};
use crate::sandbox::ACCOUNT;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::id_of;
use crate::sandbox::world::network::machines::Machine;

const MACHINES: look::Kind = look::Kind {
    list: "Instances",
    id: "InstanceId",
    missing: ("InvalidInstanceID.NotFound", "The instance ID"),
    filters: &[
        ("instance-id", "InstanceId"),
        ("instance-state-name", "State/Name"),
        ("instance-state-code", "State/Code"),
        ("instance-type", "InstanceType"),
        ("image-id", "ImageId"),
        ("client-token", "ClientToken"),
        ("vpc-id", "VpcId"),
        ("subnet-id", "SubnetId"),
        ("availability-zone", "Placement/AvailabilityZone"),
        ("instance.group-id", "SecurityGroups/GroupId"),
        ("instance.group-name", "SecurityGroups/GroupName"),
        ("network-interface.group-id", "SecurityGroups/GroupId"),
        ("private-ip-address", "PrivateIpAddress"),
        ("private-dns-name", "PrivateDnsName"),
        ("iam-instance-profile.arn", "IamInstanceProfile/Arn"),
        ("architecture", "Architecture"),
        ("metadata-options.http-tokens", "MetadataOptions/HttpTokens"),
    ],
};

/// Each machine in a reservation of its own (`R-EC2-12`).
pub(super) fn instances(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let machines = scene.region.network.machines.iter();
    let shown = machines.filter(|machine| machine.launch.is_none() || look::shows_already(scene, machine.launched));
    let rows = shown.map(|machine| row(scene, machine)).collect();
    let mut page = look::answer(scene, &MACHINES, rows, input)?;
    let token = page.get("NextToken").cloned();
    let rows = page.get_mut("Instances").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let reservations: Vec<Value> = if scene.enforces("R-EC2-12") {
        rows.into_iter().map(|row| reservation(scene, &[row])).collect()
    } else {
        vec![reservation(scene, &rows)]
    };
    Ok(json!({"Reservations": reservations, "NextToken": token}))
}

/// The reservation that machines were started in together.
pub(super) fn reservation_of(scene: &Scene<'_>, machines: &[&Machine]) -> Value {
    let rows: Vec<Value> = machines.iter().map(|machine| row(scene, machine)).collect();
    reservation(scene, &rows)
}

fn reservation(scene: &Scene<'_>, rows: &[Value]) -> Value {
    let first = rows.first().and_then(|row| row.get("InstanceId")).and_then(Value::as_str).unwrap_or_default();
    let launch = scene.region.network.machine(first).and_then(|machine| machine.launch.as_ref());
    let id = launch.map_or_else(|| id_of("r", first), |launch| launch.reservation.clone());
    json!({"ReservationId": id, "OwnerId": ACCOUNT, "Groups": [], "Instances": rows})
}

/// A state in EC2's words.
pub(super) fn state(name: &str) -> Value {
    let code = match name {
        "pending" => 0,
        "running" => 16,
        "shutting-down" => 32,
        "terminated" => 48,
        "stopping" => 64,
        _ => 80,
    };
    json!({"Code": code, "Name": name})
}

fn named(scene: &Scene<'_>, groups: &[String]) -> Vec<Value> {
    let name = |id: &String| scene.region.network.security_group(id).map(|group| group.name.clone());
    groups.iter().map(|id| json!({"GroupId": id, "GroupName": name(id)})).collect()
}

/// A host's name inside the VPC.
fn dns(scene: &Scene<'_>, ip: &str) -> String {
    format!("ip-{}.{}.compute.internal", ip.replace('.', "-"), scene.name)
}

/// What asks the metadata service for: of machines that nobody started here, by how old they are.
fn metadata(machine: &Machine) -> Value {
    let old = machine.launched.to_string().as_str() < "2023-09-01";
    let usual = if old { ("optional", 1, "enabled") } else { ("required", 2, "enabled") };
    let (tokens, hops, endpoint) = machine
        .launch
        .as_ref()
        .map_or(usual, |launch| (launch.metadata_tokens.as_str(), launch.metadata_hops, launch.metadata.as_str()));
    json!({
        "State": "applied", "HttpTokens": tokens, "HttpPutResponseHopLimit": hops, "HttpEndpoint": endpoint,
        "HttpProtocolIpv6": "disabled", "InstanceMetadataTags": "disabled"})
}

fn row(scene: &Scene<'_>, machine: &Machine) -> Value {
    let network = &scene.region.network;
    let subnet = network.subnet(&machine.subnet);
    let zone = subnet.map(|subnet| subnet.zone.clone()).unwrap_or_default();
    let launch = machine.launch.as_ref();
    let groups = named(scene, &machine.groups);
    let profile = machine.profile.as_ref().map(|name| {
        let known = scene.region.iam.profile(name).filter(|_| launch.is_some());
        let id = known.map_or("AIPASANDBOX0PROFILE00", |profile| &profile.id);
        json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/{name}"), "Id": id})
    });
    let ip = machine.address.to_string();
    let gone = !machine.is_there();
    let there = |value: Value| if gone { Value::Null } else { value };
    let public = launch.and_then(|launch| launch.public);
    let monitoring = if launch.is_some_and(|launch| launch.monitoring) { "enabled" } else { "disabled" };
    let reason = matches!(machine.state.as_str(), "shutting-down" | "terminated").then(|| {
        json!({
            "Code": "Client.UserInitiatedShutdown",
            "Message": "Client.UserInitiatedShutdown: User initiated shutdown"})
    });
    let interface = there(json!([attached(scene, machine)]));
    json!({
        "InstanceId": machine.id, "InstanceType": machine.class, "State": state(&machine.state),
        "ImageId": launch.map_or_else(|| id_of("ami", &machine.class), |launch| launch.image.clone()),
        "LaunchTime": machine.launched, "SubnetId": there(json!(machine.subnet)),
        "VpcId": there(json!(subnet.map(|subnet| &subnet.vpc))), "PrivateIpAddress": there(json!(ip)),
        "PrivateDnsName": if gone { String::new() } else { dns(scene, &ip) }, "PublicDnsName": "",
        "PublicIpAddress": there(json!(public)), "Placement": {
            "AvailabilityZone": zone, "AvailabilityZoneId": zone_id(scene.name, &zone), "GroupName": "",
            "Tenancy": "default"},
        "SecurityGroups": if gone { json!([]) } else { json!(groups) }, "IamInstanceProfile": profile,
        "Tags": machine.tags, "KeyName": launch.and_then(|launch| launch.key.clone()),
        "Architecture": launch.map_or_else(
            || images::architecture(&machine.class).unwrap_or("x86_64").to_owned(), |launch| launch.architecture.clone()),
        "ClientToken": launch.and_then(|launch| launch.token.as_ref()).map(|token| &token.text),
        "NetworkInterfaces": interface, "MetadataOptions": metadata(machine), "StateReason": reason,
        "Monitoring": {"State": monitoring}, "EbsOptimized": false, "Hypervisor": "xen",
        "VirtualizationType": "hvm", "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda",
        "SourceDestCheck": true, "AmiLaunchIndex": 0, "PlatformDetails": "Linux/UNIX"})
}

/// A machine's network interface, as the machine's own row has it.
fn attached(scene: &Scene<'_>, machine: &Machine) -> Value {
    let mut row = interface(scene, machine);
    if let Some(members) = row.as_object_mut() {
        for member in ["AvailabilityZone", "RequesterManaged", "TagSet"] {
            members.remove(member);
        }
        if let Some(Value::Object(attachment)) = members.get_mut("Attachment") {
            attachment.remove("InstanceId");
            attachment.remove("InstanceOwnerId");
        }
    }
    row
}

/// A machine's network interface.
pub(super) fn interface(scene: &Scene<'_>, machine: &Machine) -> Value {
    let subnet = scene.region.network.subnet(&machine.subnet);
    let ip = machine.address.to_string();
    let name = dns(scene, &ip);
    json!({
        "NetworkInterfaceId": id_of("eni", &machine.id), "Description": "", "InterfaceType": "interface",
        "RequesterManaged": false, "Status": "in-use", "OwnerId": ACCOUNT, "SubnetId": machine.subnet,
        "VpcId": subnet.map(|subnet| &subnet.vpc), "AvailabilityZone": subnet.map(|subnet| &subnet.zone),
        "Groups": named(scene, &machine.groups), "PrivateIpAddress": ip, "PrivateDnsName": name,
        "SourceDestCheck": true, "TagSet": [],
        "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": ip, "PrivateDnsName": name}],
        "Attachment": {
            "AttachmentId": id_of("eni-attach", &machine.id), "DeleteOnTermination": true, "DeviceIndex": 0,
            "InstanceId": machine.id, "InstanceOwnerId": ACCOUNT, "Status": "attached"}})
}

/// The interfaces of endpoints, also of those that are gone (`R-VPCE-5`).
pub(super) fn endpoint_interfaces(scene: &Scene<'_>) -> Vec<Value> {
    let network = &scene.region.network;
    let row = |interface: &crate::sandbox::world::network::endpoints::Interface| {
        let subnet = network.subnet(&interface.subnet);
        let ip = interface.address.to_string();
        let name = dns(scene, &ip);
        json!({
            "NetworkInterfaceId": interface.id, "InterfaceType": "vpc_endpoint", "RequesterManaged": true,
            "Description": format!("VPC Endpoint Interface {}", interface.endpoint), "RequesterId": "727180483921",
            "Status": "in-use", "OwnerId": ACCOUNT, "SubnetId": interface.subnet,
            "VpcId": subnet.map(|subnet| &subnet.vpc), "AvailabilityZone": subnet.map(|subnet| &subnet.zone),
            "Groups": named(scene, &interface.groups), "PrivateIpAddress": ip, "PrivateDnsName": name,
            "SourceDestCheck": true, "TagSet": [],
            "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": ip, "PrivateDnsName": name}],
            "Attachment": {
                "AttachmentId": id_of("eni-attach", &interface.id), "DeleteOnTermination": false, "DeviceIndex": 1,
                "InstanceOwnerId": "amazon-aws", "Status": "attached"}})
    };
    network.interfaces.iter().map(row).collect()
}
