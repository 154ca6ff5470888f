//! What depends on instances and can be looked at: proxies, event subscriptions, blue/green deployments, integrations.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Filter;
use super::page;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// `DescribeDBProxies`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Proxies {
    #[serde(rename = "DBProxyName")]
    name: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// The input of `DescribeDBProxyTargets` and `DescribeDBProxyTargetGroups`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Targets {
    #[serde(rename = "DBProxyName")]
    name: String,
    target_group_name: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeEventSubscriptions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Subscriptions {
    subscription_name: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeBlueGreenDeployments`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Deployments {
    #[serde(rename = "BlueGreenDeploymentIdentifier")]
    id: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// The one group that a proxy has.
const GROUP: &str = "default";

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The rows that an optional name means: all without one, and never none with one (`R-DEP-1`).
fn named<'a>(
    scene: &Scene<'_>,
    rows: &'a [Value],
    member: &str,
    name: Option<&String>,
    missing: impl FnOnce(&str) -> Fault,
) -> Result<Vec<(String, &'a Value)>, Fault> {
    let wanted = |row: &&Value| name.is_none_or(|name| text(row, member).eq_ignore_ascii_case(name));
    let found: Vec<(String, &Value)> =
        rows.iter().filter(wanted).map(|row| (text(row, member).to_owned(), row)).collect();
    match name.filter(|_| found.is_empty() && scene.enforces("R-DEP-1")) {
        Some(name) => Err(missing(name)),
        None => Ok(found),
    }
}

fn copies(rows: Vec<(String, &Value)>) -> Vec<(String, Value)> {
    rows.into_iter().map(|(name, row)| (name, row.clone())).collect()
}

fn no_proxy(name: &str) -> Fault {
    Fault::new("DBProxyNotFoundFault", format!("DB proxy {name} not found."))
}

/// `DescribeDBProxies` (`R-DEP-1`).
pub(crate) fn proxies(scene: &mut Scene<'_>, input: &Proxies) -> Result<Value, Fault> {
    let rows = named(scene, &scene.region.dependents.proxies, "DBProxyName", input.name.as_ref(), no_proxy)?;
    page::cut("DBProxies", copies(rows), input.max_records, input.marker.as_deref())
}

/// The proxy is there, and so is its group (`R-DEP-2`).
fn group(scene: &Scene<'_>, input: &Targets) -> Result<(), Fault> {
    if !scene.enforces("R-DEP-2") {
        return Ok(());
    }
    named(scene, &scene.region.dependents.proxies, "DBProxyName", Some(&input.name), no_proxy)?;
    match input.target_group_name.as_deref().filter(|name| *name != GROUP) {
        Some(name) => {
            Err(Fault::new("DBProxyTargetGroupNotFoundFault", format!("DB proxy target group {name} not found.")))
        }
        None => Ok(()),
    }
}

/// `DescribeDBProxyTargets` (`R-DEP-2`).
pub(crate) fn targets(scene: &mut Scene<'_>, input: &Targets) -> Result<Value, Fault> {
    group(scene, input)?;
    let all = &scene.region.dependents.targets;
    let own = all.iter().find(|(proxy, _)| proxy.eq_ignore_ascii_case(&input.name)).map(|(_, rows)| rows);
    let rows = own.into_iter().flatten().map(|row| (text(row, "RdsResourceId").to_owned(), row.clone()));
    page::cut("Targets", rows.collect(), input.max_records, input.marker.as_deref())
}

/// `DescribeDBProxyTargetGroups`: each proxy has one, called default (`R-DEP-2`).
pub(crate) fn groups(scene: &mut Scene<'_>, input: &Targets) -> Result<Value, Fault> {
    group(scene, input)?;
    let proxies = &scene.region.dependents.proxies;
    let row = proxies.iter().find(|row| text(row, "DBProxyName").eq_ignore_ascii_case(&input.name)).map(|row| {
        json!({
            "DBProxyName": text(row, "DBProxyName"), "TargetGroupName": GROUP, "IsDefault": true,
            "TargetGroupArn": text(row, "DBProxyArn").replace(":db-proxy:prx-", ":target-group:prx-tg-"),
            "Status": "available"})
    });
    let rows = row.into_iter().map(|row| (GROUP.to_owned(), row)).collect();
    page::cut("TargetGroups", rows, input.max_records, input.marker.as_deref())
}

/// `DescribeEventSubscriptions` (`R-DEP-1`).
pub(crate) fn subscriptions(scene: &mut Scene<'_>, input: &Subscriptions) -> Result<Value, Fault> {
    let rows = &scene.region.dependents.subscriptions;
    let missing = |name: &str| Fault::new("SubscriptionNotFound", format!("Subscription {name} not found."));
    let rows = named(scene, rows, "CustSubscriptionId", input.subscription_name.as_ref(), missing)?;
    page::cut("EventSubscriptionsList", copies(rows), input.max_records, input.marker.as_deref())
}

/// `DescribeBlueGreenDeployments` (`R-DEP-1`), filtered by what they are about (`R-DEP-3`).
pub(crate) fn deployments(scene: &mut Scene<'_>, input: &Deployments) -> Result<Value, Fault> {
    let rows = &scene.region.dependents.deployments;
    let missing = |id: &str| Fault::new("BlueGreenDeploymentNotFoundFault", format!("Deployment {id} not found."));
    let mut rows = named(scene, rows, "BlueGreenDeploymentIdentifier", input.id.as_ref(), missing)?;
    for filter in input.filters.iter().filter(|_| scene.enforces("R-DEP-3")) {
        let member = match filter.name.as_str() {
            "blue-green-deployment-identifier" => "BlueGreenDeploymentIdentifier",
            "blue-green-deployment-name" => "BlueGreenDeploymentName",
            "source" => "Source",
            "target" => "Target",
            other => return Err(Fault::value(format!("Unrecognized filter name: {other}"))),
        };
        rows.retain(|(_, row)| filter.values.iter().any(|value| text(row, member) == value));
    }
    page::cut("BlueGreenDeployments", copies(rows), input.max_records, input.marker.as_deref())
}

/// `DescribeIntegrations`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Integrations {
    #[serde(rename = "IntegrationIdentifier")]
    id: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeIntegrations`: by ARN, and by what they take their rows from (`R-DEP-4`).
pub(crate) fn integrations(scene: &mut Scene<'_>, input: &Integrations) -> Result<Value, Fault> {
    let rows = &scene.region.dependents.integrations;
    let missing = |id: &str| Fault::new("IntegrationNotFoundFault", format!("Integration {id} not found."));
    let mut rows = named(scene, rows, "IntegrationArn", input.id.as_ref(), missing)?;
    for filter in input.filters.iter().filter(|_| scene.enforces("R-DEP-4")) {
        let member = match filter.name.as_str() {
            "integration-arn" => "IntegrationArn",
            "integration-name" => "IntegrationName",
            "source-arn" => "SourceArn",
            "status" => "Status",
            other => return Err(Fault::value(format!("Unrecognized filter name: {other}"))),
        };
        rows.retain(|(_, row)| filter.values.iter().any(|value| text(row, member) == value));
    }
    page::cut("Integrations", copies(rows), input.max_records, input.marker.as_deref())
}
