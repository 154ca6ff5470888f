//! The two attributes of a VPC that names in it depend on.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::rds::view;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// `DescribeVpcAttribute`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Look {
    attribute: String,
    vpc_id: String,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Switch {
    value: Option<bool>,
}

/// `ModifyVpcAttribute`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Modify {
    vpc_id: String,
    enable_dns_support: Option<Switch>,
    enable_dns_hostnames: Option<Switch>,
}

pub(super) fn not_found(id: &str) -> Fault {
    Fault::new("InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist"))
}

/// `DescribeVpcAttribute`: one at a time.
pub(super) fn describe(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let id = &input.vpc_id;
    let vpc = scene.region.network.vpc(id).ok_or_else(|| not_found(id))?;
    match input.attribute.as_str() {
        "enableDnsSupport" => Ok(json!({"VpcId": id, "EnableDnsSupport": {"Value": vpc.dns_support}})),
        "enableDnsHostnames" => Ok(json!({"VpcId": id, "EnableDnsHostnames": {"Value": vpc.dns_hostnames}})),
        "enableNetworkAddressUsageMetrics" => {
            Ok(json!({"VpcId": id, "EnableNetworkAddressUsageMetrics": {"Value": false}}))
        }
        other => Err(Fault::value(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute."))),
    }
}

/// `ModifyVpcAttribute`: one at a time, and host names only where AWS's resolver answers (`R-VPC-1`).
pub(super) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let strict = scene.enforces("R-VPC-1");
    let id = &input.vpc_id;
    let value = |switch: &Option<Switch>| switch.as_ref().and_then(|switch| switch.value);
    let (support, names) = (value(&input.enable_dns_support), value(&input.enable_dns_hostnames));
    if strict && support.is_some() && names.is_some() {
        return Err(Fault::combination(
            "Fields for multiple attribute types specified: enableDnsSupport, enableDnsHostnames",
        ));
    }
    let vpc = scene.region.network.vpcs.iter_mut().find(|vpc| vpc.id == *id).ok_or_else(|| not_found(id))?;
    if strict && names == Some(true) && !vpc.dns_support {
        return Err(Fault::value("Cannot enable DNS hostnames for a VPC that has DNS support disabled"));
    }
    vpc.dns_support = support.unwrap_or(vpc.dns_support);
    vpc.dns_hostnames = names.unwrap_or(vpc.dns_hostnames);
    Ok(view::nothing())
}
