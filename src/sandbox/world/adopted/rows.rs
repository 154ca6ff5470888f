//! The rows of a file of instances: what the `aws` command prints, or a recording of such answers.

use serde_json::{Value, json};

use crate::sandbox::wire::model::Service;
use crate::sandbox::wire::xml;
use crate::sandbox::world::dependents::Dependents;

/// The rows of a file, each list by its name.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) instances: Vec<Value>,
    pub(super) snapshots: Vec<Value>,
    pub(super) clusters: Vec<Value>,
    pub(super) cluster_snapshots: Vec<Value>,
    /// What is around them, as far as the file has it.
    pub(super) dependents: Dependents,
}

/// A list, the member that names its rows, and the operation that answers it.
const LISTS: [(&str, &str, &str); 4] = [
    ("DBInstances", "DBInstanceIdentifier", "DescribeDBInstances"),
    ("DBSnapshots", "DBSnapshotIdentifier", "DescribeDBSnapshots"),
    ("DBClusters", "DBClusterIdentifier", "DescribeDBClusters"),
    ("DBClusterSnapshots", "DBClusterSnapshotIdentifier", "DescribeDBClusterSnapshots"),
];

/// Reads a file's text; of what it shows several times, the last row counts.
pub(super) fn read(text: &[u8]) -> Result<Rows, String> {
    let content: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let answers: Vec<&Value> = match &content {
        Value::Array(recorded) => recorded.iter().filter_map(|call| call.get("answer")).collect(),
        printed => vec![printed],
    };
    let mut rows = Rows::default();
    let mut found = false;
    for answer in answers {
        dependents(answer, &mut rows.dependents)?;
        for (list, identifier, operation) in LISTS {
            let Some(shown) = answer.get(list) else { continue };
            found = true;
            let shown = shown.as_array().ok_or_else(|| format!("{list} is no list"))?;
            has_the_shape(operation, list, shown)?;
            for row in shown {
                rows.put(list, identifier, row)?;
            }
        }
    }
    if found { Ok(rows) } else { Err(format!("it holds none of {}", LISTS.map(|(list, _, _)| list).join(", "))) }
}

impl Rows {
    fn put(&mut self, list: &str, identifier: &str, row: &Value) -> Result<(), String> {
        let name = |row: &Value| row.get(identifier).and_then(Value::as_str).map(str::to_owned);
        let named = name(row).filter(|name| !name.is_empty());
        let named = named.ok_or_else(|| format!("a row of {list} has no {identifier}"))?;
        let rows = match list {
            "DBInstances" => &mut self.instances,
            "DBSnapshots" => &mut self.snapshots,
            "DBClusters" => &mut self.clusters,
            _ => &mut self.cluster_snapshots,
        };
        rows.retain(|other| name(other).is_none_or(|other| !other.eq_ignore_ascii_case(&named)));
        rows.push(row.clone());
        Ok(())
    }
}

/// What is around the instances: the same lists as AWS answers, and the targets of each proxy by its name.
fn dependents(answer: &Value, rows: &mut Dependents) -> Result<(), String> {
    for (list, operation, place) in [
        ("DBProxies", "DescribeDBProxies", &mut rows.proxies),
        ("EventSubscriptionsList", "DescribeEventSubscriptions", &mut rows.subscriptions),
        ("BlueGreenDeployments", "DescribeBlueGreenDeployments", &mut rows.deployments),
        ("Integrations", "DescribeIntegrations", &mut rows.integrations),
    ] {
        let Some(shown) = answer.get(list) else { continue };
        let shown = shown.as_array().ok_or_else(|| format!("{list} is no list"))?;
        has_the_shape(operation, list, shown)?;
        place.clone_from(shown);
    }
    let targets = answer.get("DBProxyTargets").and_then(Value::as_object);
    for (proxy, shown) in targets.into_iter().flatten() {
        let shown = shown.as_array().ok_or_else(|| format!("DBProxyTargets of {proxy} is no list"))?;
        has_the_shape("DescribeDBProxyTargets", "Targets", shown)?;
        rows.targets.insert(proxy.clone(), shown.clone());
    }
    Ok(())
}

/// Rows that AWS's own shape can't hold would only be found at the first look.
fn has_the_shape(operation: &str, list: &str, rows: &[Value]) -> Result<(), String> {
    let model = Service::Rds.model()?;
    xml::encode(model, operation, &json!({list: rows}), None).map(drop).map_err(|fault| fault.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_and_what_is_recorded_is_read() {
        let printed = br#"{"DBInstances": [{"DBInstanceIdentifier": "a"}, {"DBInstanceIdentifier": "b"}]}"#;
        assert_eq!(read(printed).unwrap().instances.len(), 2);
        let recorded = br#"[
            {"answer": {"DBInstances": [{"DBInstanceIdentifier": "a", "AllocatedStorage": 5}]}},
            {"answer": {"Error": {"Code": "DBInstanceNotFound"}}},
            {"answer": {"DBInstances": [{"DBInstanceIdentifier": "A", "AllocatedStorage": 6}]}},
            {"answer": {"DBSnapshots": []}}]"#;
        let rows = read(recorded).unwrap();
        assert_eq!(rows.instances, [json!({"DBInstanceIdentifier": "A", "AllocatedStorage": 6})]);
    }

    #[test]
    fn anything_else_is_explained() {
        let table = [
            ("", "EOF"),
            ("[]", "it holds none of DBInstances"),
            ("{}", "it holds none of DBInstances"),
            ("7", "it holds none of DBInstances"),
            (r#"{"DBInstances": {}}"#, "DBInstances is no list"),
            (r#"{"DBInstances": [{}]}"#, "a row of DBInstances has no DBInstanceIdentifier"),
            (r#"{"DBInstances": [7]}"#, "7 is no structure"),
            (r#"{"DBInstances": [{"DBInstanceIdentifier": "a", "Colour": "red"}]}"#, "Colour"),
            (r#"{"DBInstances": [{"DBInstanceIdentifier": "a", "MultiAZ": "yes"}]}"#, "is no boolean"),
        ];
        for (text, wanted) in table {
            let why = read(text.as_bytes()).unwrap_err();
            assert!(why.contains(wanted), "{text}: {why}");
        }
    }
}
