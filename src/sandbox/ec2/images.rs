//! Images and kinds of machines, as far as a bastion wants them.

use serde_json::{Value, json};

use super::input::Look;
use super::look::{self, Kind};
use crate::sandbox::rds::input::Filter;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::id_of;

/// Amazon Linux 2023, by architecture: the name of its public parameter ends with the architecture.
pub(crate) const LINUX: [&str; 2] = ["x86_64", "arm64"];
/// Whose images these are.
const AMAZON: &str = "137112412989";

const IMAGES: Kind = Kind {
    list: "Images",
    id: "ImageId",
    missing: ("InvalidAMIID.NotFound", "The image id"),
    filters: &[
        ("image-id", "ImageId"),
        ("architecture", "Architecture"),
        ("name", "Name"),
        ("state", "State"),
        ("owner-id", "OwnerId"),
        ("owner-alias", "ImageOwnerAlias"),
        ("image-type", "ImageType"),
        ("root-device-type", "RootDeviceType"),
        ("virtualization-type", "VirtualizationType"),
        ("is-public", "Public"),
    ],
};

/// Classes: name, architecture, processors, MiB.
const CLASSES: [(&str, &str, i64, i64); 12] = [
    ("t4g.nano", "arm64", 2, 512),
    ("t4g.micro", "arm64", 2, 1024),
    ("t4g.small", "arm64", 2, 2048),
    ("t4g.medium", "arm64", 2, 4096),
    ("t3.nano", "x86_64", 2, 512),
    ("t3.micro", "x86_64", 2, 1024),
    ("t3.small", "x86_64", 2, 2048),
    ("t3a.nano", "x86_64", 2, 512),
    ("t2.micro", "x86_64", 1, 1024),
    ("m5.large", "x86_64", 2, 8192),
    ("c5.large", "x86_64", 2, 4096),
    ("m7g.medium", "arm64", 1, 4096),
];

const TYPES: Kind = Kind {
    list: "InstanceTypes",
    id: "InstanceType",
    missing: ("InvalidInstanceType", "The instance type"),
    filters: &[
        ("instance-type", "InstanceType"),
        ("current-generation", "CurrentGeneration"),
        ("processor-info.supported-architecture", "ProcessorInfo/SupportedArchitectures"),
        ("bare-metal", "BareMetal"),
        ("free-tier-eligible", "FreeTierEligible"),
        ("burstable-performance-supported", "BurstablePerformanceSupported"),
        ("hypervisor", "Hypervisor"),
        ("memory-info.size-in-mib", "MemoryInfo/SizeInMiB"),
        ("vcpu-info.default-vcpus", "VCpuInfo/DefaultVCpus"),
    ],
};

/// The id of Amazon Linux for an architecture: each Region has its own.
pub(crate) fn linux(region: &str, architecture: &str) -> String {
    id_of("ami", &format!("al2023/{region}/{architecture}"))
}

/// The architecture of an image, if there is such an image (`R-RUN-4`).
pub(super) fn architecture_of(scene: &Scene<'_>, image: &str) -> Option<&'static str> {
    LINUX.into_iter().find(|architecture| linux(scene.name, architecture) == image)
}

/// The architecture of a class.
pub(super) fn architecture(class: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(name, ..)| *name == class).map(|(_, architecture, ..)| *architecture)
}

/// `DescribeImages`.
pub(super) fn images(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let owned = |owner: &str| matches!(owner, "amazon" | AMAZON);
    let wanted = input.owners.is_empty() || input.owners.iter().any(|owner| owned(owner));
    let rows = LINUX.iter().filter(|_| wanted).map(|architecture| {
        let name = format!("al2023-ami-2023.8.20260901.0-kernel-6.1-{architecture}");
        json!({
            "ImageId": linux(scene.name, architecture), "Name": name, "Architecture": architecture,
            "ImageLocation": format!("amazon/{name}"), "ImageOwnerAlias": "amazon", "OwnerId": AMAZON,
            "Description": format!("Amazon Linux 2023 AMI 2023.8.20260901.0 {architecture} HVM kernel-6.1"),
            "State": "available", "Public": true, "ImageType": "machine", "CreationDate": "2026-09-01T18:20:11.000Z",
            "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs", "VirtualizationType": "hvm", "Hypervisor": "xen",
            "EnaSupport": true, "SriovNetSupport": "simple", "BootMode": "uefi-preferred", "ImdsSupport": "v2.0",
            "PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances",
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
                "DeleteOnTermination": true, "Encrypted": false, "VolumeSize": 8, "VolumeType": "gp3",
                "SnapshotId": id_of("snap", &name)}}]})
    });
    look::answer(scene, &IMAGES, rows.collect(), input).map_err(in_brackets)
}

/// Of images EC2 writes the id in brackets.
pub(super) fn in_brackets(mut fault: Fault) -> Fault {
    if fault.code == "InvalidAMIID.NotFound" {
        fault.message = fault.message.replacen('\'', "'[", 1).replacen("' does", "]' does", 1);
    }
    fault
}

/// `DescribeInstanceTypes`.
pub(super) fn types(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = CLASSES.iter().map(|(name, architecture, processors, memory)| {
        json!({
            "InstanceType": name, "CurrentGeneration": *name != "t2.micro", "FreeTierEligible": *name == "t3.micro",
            "SupportedUsageClasses": ["on-demand", "spot"], "SupportedRootDeviceTypes": ["ebs"],
            "SupportedVirtualizationTypes": ["hvm"], "BareMetal": false, "Hypervisor": "nitro",
            "ProcessorInfo": {"SupportedArchitectures": [architecture]},
            "VCpuInfo": {"DefaultVCpus": processors}, "MemoryInfo": {"SizeInMiB": memory},
            "InstanceStorageSupported": false, "BurstablePerformanceSupported": name.starts_with('t')})
    });
    look::answer(scene, &TYPES, rows.collect(), input)
}

/// `DescribeInstanceTypeOfferings`: each class in each zone.
pub(super) fn offerings(scene: &Scene<'_>, input: &Look, by: &str) -> Value {
    let places = if by == "availability-zone" { look::zone_names(scene) } else { vec![scene.name.to_owned()] };
    let wanted = |name: &str, own: &str| {
        let filters = input.filters.iter().filter(|filter: &&Filter| filter.name == name);
        filters.into_iter().all(|filter| super::rows::fits(filter, &[own.to_owned()]))
    };
    let mut rows = Vec::new();
    for place in &places {
        for (class, ..) in CLASSES.iter().filter(|(class, ..)| wanted("instance-type", class)) {
            if wanted("location", place) {
                rows.push(json!({"InstanceType": class, "LocationType": by, "Location": place}));
            }
        }
    }
    json!({"InstanceTypeOfferings": rows})
}
