//! What people have made around instances, as AWS shows it: nothing here acts on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rows of other things that name instances.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Dependents {
    #[serde(rename = "DBProxies", skip_serializing_if = "Vec::is_empty")]
    pub(crate) proxies: Vec<Value>,
    /// By the proxy's name: AWS's own rows don't say whose they are.
    #[serde(rename = "DBProxyTargets", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) targets: BTreeMap<String, Vec<Value>>,
    #[serde(rename = "EventSubscriptionsList", skip_serializing_if = "Vec::is_empty")]
    pub(crate) subscriptions: Vec<Value>,
    #[serde(rename = "BlueGreenDeployments", skip_serializing_if = "Vec::is_empty")]
    pub(crate) deployments: Vec<Value>,
    #[serde(rename = "Integrations", skip_serializing_if = "Vec::is_empty")]
    pub(crate) integrations: Vec<Value>,
}

/// A row with the names of its Region and account put in.
pub(crate) fn at_home(row: Value, region: &str) -> Value {
    match row {
        Value::String(text) => {
            Value::String(text.replace("{region}", region).replace("{account}", crate::sandbox::ACCOUNT))
        }
        Value::Array(rows) => rows.into_iter().map(|row| at_home(row, region)).collect(),
        Value::Object(members) => members.into_iter().map(|(member, value)| (member, at_home(value, region))).collect(),
        other => other,
    }
}
