//! `DescribeInstances`: the machines through which somebody could reach a database.

use serde_json::{Value, json};

use super::input::Look;
use super::look;
use super::rows::zone_id;
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
    ],
};

/// Each machine in a reservation of its own (`R-EC2-12`).
pub(super) fn instances(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.machines.iter().map(|machine| row(scene, machine)).collect();
    let mut page = look::answer(scene, &MACHINES, rows, input)?;
    let token = page.get("NextToken").cloned();
    let rows = page.get_mut("Instances").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let reservations: Vec<Value> = if scene.enforces("R-EC2-12") {
        rows.into_iter().map(|row| reservation(&[row])).collect()
    } else {
        vec![reservation(&rows)]
    };
    Ok(json!({"Reservations": reservations, "NextToken": token}))
}

fn reservation(rows: &[Value]) -> Value {
    let first = rows.first().and_then(|row| row.get("InstanceId")).and_then(Value::as_str).unwrap_or_default();
    json!({"ReservationId": id_of("r", first), "OwnerId": ACCOUNT, "Groups": [], "Instances": rows})
}

fn row(scene: &Scene<'_>, machine: &Machine) -> Value {
    let network = &scene.region.network;
    let subnet = network.subnet(&machine.subnet);
    let zone = subnet.map(|subnet| subnet.zone.clone()).unwrap_or_default();
    let groups: Vec<Value> = machine
        .groups
        .iter()
        .map(|id| json!({"GroupId": id, "GroupName": network.security_group(id).map(|group| &group.name)}))
        .collect();
    let profile = machine.profile.as_ref().map(
        |name| json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/{name}"), "Id": "AIPASANDBOX0PROFILE00"}),
    );
    let code = if machine.state == "running" { 16 } else { 80 };
    let ip = machine.address.to_string();
    let name = format!("ip-{}.{}.compute.internal", ip.replace('.', "-"), scene.name);
    json!({
        "InstanceId": machine.id, "InstanceType": machine.class, "State": {"Code": code, "Name": machine.state},
        "ImageId": id_of("ami", &machine.class), "LaunchTime": machine.launched, "SubnetId": machine.subnet,
        "VpcId": subnet.map(|subnet| &subnet.vpc), "PrivateIpAddress": ip, "PrivateDnsName": name,
        "PublicDnsName": "", "Placement": {
            "AvailabilityZone": zone, "AvailabilityZoneId": zone_id(scene.name, &zone), "GroupName": "",
            "Tenancy": "default"},
        "SecurityGroups": groups, "IamInstanceProfile": profile, "Tags": machine.tags, "Architecture": "x86_64",
        "Monitoring": {"State": "disabled"}, "EbsOptimized": false, "Hypervisor": "xen",
        "VirtualizationType": "hvm", "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda",
        "SourceDestCheck": true, "AmiLaunchIndex": 0, "PlatformDetails": "Linux/UNIX"})
}
