//! The services that VPC endpoints lead to.

use serde::Deserialize;
use serde_json::{Value, json};

use super::look;
use super::rows::zone_id;
use crate::sandbox::rds::input::Filter;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::id_of;

/// Services with gateway endpoints.
pub(super) const GATEWAYS: [&str; 2] = ["dynamodb", "s3"];
/// Services with interface endpoints, as far as a way to a database wants them.
const INTERFACES: [&str; 14] = [
    "dynamodb",
    "ec2",
    "ec2messages",
    "kms",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "s3",
    "secretsmanager",
    "ssm",
    "ssm-contacts",
    "ssmmessages",
    "sts",
];

/// `DescribeVpcEndpointServices`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Look {
    #[serde(default)]
    service_names: Vec<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(rename = "MaxResults")]
    _most: Option<i64>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// A refusal of a service that isn't there.
pub(super) fn not_found(name: &str) -> Fault {
    Fault::new("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}

/// Whether there is a service of this whole name with endpoints of this kind (`R-VPCE-7`).
pub(super) fn exists(scene: &Scene<'_>, name: &str, kind: &str) -> bool {
    let short = name.strip_prefix("com.amazonaws.").and_then(|tail| tail.strip_prefix(scene.name)?.strip_prefix('.'));
    let known: &[&str] = if kind == "Gateway" { &GATEWAYS } else { &INTERFACES };
    short.is_some_and(|short| known.contains(&short))
}

/// The public name of a service, which private DNS leads to an endpoint.
pub(super) fn private_name(region: &str, short: &str) -> String {
    format!("{short}.{region}.amazonaws.com")
}

/// `DescribeVpcEndpointServices`.
pub(super) fn describe(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let zones = look::zone_names(scene);
    let mut details = Vec::new();
    for (short, kind) in
        INTERFACES.map(|short| (short, "Interface")).into_iter().chain(GATEWAYS.map(|short| (short, "Gateway")))
    {
        let name = format!("com.amazonaws.{}.{short}", scene.name);
        let private = private_name(scene.name, short);
        let interface = kind == "Interface" && !GATEWAYS.contains(&short);
        let row = json!({
            "ServiceName": name, "ServiceId": id_of("vpce-svc", &format!("{name}/{kind}")),
            "ServiceType": [{"ServiceType": kind}], "ServiceRegion": scene.name,
            "AvailabilityZones": zones,
            "AvailabilityZoneIds": zones.iter().map(|zone| zone_id(scene.name, zone)).collect::<Vec<_>>(),
            "Owner": "amazon", "BaseEndpointDnsNames": [format!("{short}.{}.vpce.amazonaws.com", scene.name)],
            "PrivateDnsName": interface.then(|| private.clone()),
            "PrivateDnsNames": if interface { json!([{"PrivateDnsName": private}]) } else { Value::Null },
            "VpcEndpointPolicySupported": true, "AcceptanceRequired": false, "ManagesVpcEndpoints": false,
            "Tags": [], "SupportedIpAddressTypes": ["ipv4"]});
        let asked = input.service_names.is_empty() || input.service_names.contains(&name);
        let mut fits = true;
        for filter in &input.filters {
            fits &= match filter.name.as_str() {
                "service-name" => filter.values.contains(&name),
                "service-type" => filter.values.iter().any(|value| value == kind),
                "owner" => filter.values.iter().any(|value| value == "amazon"),
                other => return Err(Fault::value(format!("The filter '{other}' is invalid"))),
            };
        }
        if asked && fits {
            details.push(row);
        }
    }
    let name = |row: &Value| row.get("ServiceName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut names: Vec<String> = details.iter().map(name).collect();
    if let Some(strange) = input.service_names.iter().find(|asked| input.filters.is_empty() && !names.contains(asked)) {
        return Err(not_found(strange));
    }
    names.sort();
    names.dedup();
    Ok(json!({"ServiceNames": names, "ServiceDetails": details}))
}
