//! `DescribeRegions`: which Regions there are, and which the account can use (`R-REG-1`).

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::rds::input::Filter;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// Regions that each account has.
const ALWAYS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
/// Regions that an account has to opt in to.
const ON_REQUEST: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// `DescribeRegions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Regions {
    #[serde(default)]
    region_names: Vec<String>,
    #[serde(rename = "AllRegions", default)]
    all: bool,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// The Regions that the account can use; all of them if they are asked for, or if they are named (`R-REG-1`).
pub(super) fn regions(scene: &Scene<'_>, input: &Regions) -> Result<Value, Fault> {
    let opted_in = |name: &str| scene.switches.opted_in.contains(name);
    let known = ALWAYS.iter().map(|name| (*name, "opt-in-not-required"));
    let on_request = ON_REQUEST.iter().map(|name| (*name, if opted_in(name) { "opted-in" } else { "not-opted-in" }));
    let all: Vec<(&str, &str)> = known.chain(on_request).collect();
    if let Some(strange) = input.region_names.iter().find(|name| all.iter().all(|(known, _)| known != name)) {
        return Err(Fault::value(format!("Invalid region name: {strange}")));
    }
    let every = input.all || !input.region_names.is_empty() || !scene.enforces("R-REG-1");
    let named = |name: &str| input.region_names.is_empty() || input.region_names.iter().any(|asked| asked == name);
    let mut rows = Vec::new();
    for (name, standing) in
        all.into_iter().filter(|(name, standing)| named(name) && (every || *standing != "not-opted-in"))
    {
        let endpoint = format!("ec2.{name}.amazonaws.com");
        let mut fits = true;
        for filter in &input.filters {
            let own = match filter.name.as_str() {
                "endpoint" => endpoint.as_str(),
                "opt-in-status" => standing,
                "region-name" => name,
                other => return Err(Fault::value(format!("The filter '{other}' is invalid"))),
            };
            fits &= filter.values.iter().any(|value| value == own);
        }
        if fits {
            rows.push(json!({"RegionName": name, "Endpoint": endpoint, "OptInStatus": standing}));
        }
    }
    Ok(json!({"Regions": rows}))
}
