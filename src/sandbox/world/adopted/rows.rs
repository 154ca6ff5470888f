//! The rows of a file of instances: what the `aws` command prints, or a recording of such answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::sandbox::wire::model::Service;
use crate::sandbox::wire::xml;
use crate::sandbox::world::dependents::Dependents;

/// The rows of a Region, each list by its name.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) instances: Vec<Value>,
    pub(super) snapshots: Vec<Value>,
    pub(super) clusters: Vec<Value>,
    pub(super) cluster_snapshots: Vec<Value>,
    /// What is around them, as far as the files have it.
    pub(super) dependents: Dependents,
    /// Where each row is, by its list and its name in small letters.
    places: HashMap<(&'static str, String), usize>,
}

/// The rows of files, before it is known which Region each belongs to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each with its list, its name, and its Region where it is told.
    rows: Vec<(&'static str, String, Option<String>, Value)>,
    /// What is around them, by Region.
    dependents: BTreeMap<Option<String>, Dependents>,
    any: bool,
    /// Something was a recording, which is of the one Region that it is played in.
    recorded: bool,
}

/// A list, the member that names its rows, and the operation that answers it.
const LISTS: [(&str, &str, &str); 4] = [
    ("DBInstances", "DBInstanceIdentifier", "DescribeDBInstances"),
    ("DBSnapshots", "DBSnapshotIdentifier", "DescribeDBSnapshots"),
    ("DBClusters", "DBClusterIdentifier", "DescribeDBClusters"),
    ("DBClusterSnapshots", "DBClusterSnapshotIdentifier", "DescribeDBClusterSnapshots"),
];

impl Found {
    /// Reads a file's text: what `aws` printed, a list of such answers, or a recording.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(), String> {
        let content: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        self.add(&content)
    }

    /// The same, read already.
    pub(super) fn add(&mut self, content: &Value) -> Result<(), String> {
        match content {
            Value::Array(answers) => {
                for answer in answers {
                    let played = answer.get("answer");
                    self.recorded |= played.is_some();
                    self.answer(played.unwrap_or(answer))?;
                }
                Ok(())
            }
            printed => self.answer(printed),
        }
    }

    fn answer(&mut self, answer: &Value) -> Result<(), String> {
        self.around(answer)?;
        for (list, identifier, operation) in LISTS {
            let Some(shown) = answer.get(list) else { continue };
            self.any = true;
            let shown = shown.as_array().ok_or_else(|| format!("{list} is no list"))?;
            has_the_shape(operation, list, shown)?;
            for row in shown {
                let named = row.get(identifier).and_then(Value::as_str).filter(|name| !name.is_empty());
                let named = named.ok_or_else(|| format!("a row of {list} has no {identifier}"))?;
                self.rows.push((list, named.to_ascii_lowercase(), region_of(row), row.clone()));
            }
        }
        Ok(())
    }

    /// What is around the instances: the same lists as AWS answers, and the targets of each proxy by its name.
    fn around(&mut self, answer: &Value) -> Result<(), String> {
        let mut rows = Dependents::default();
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
        if rows != Dependents::default() {
            // Answers are of one Region; whatever in them has an ARN tells which.
            let region = answer
                .as_object()
                .into_iter()
                .flat_map(|lists| lists.values())
                .find_map(|list| list.as_array()?.iter().find_map(region_of));
            self.dependents.insert(region, rows);
        }
        Ok(())
    }

    /// The rows of each Region. Rows of one Region are the home Region's, wherever they were; rows of several go to each
    /// its own (`R-WORLD-3`). Of what is there several times, the last row counts.
    pub(super) fn by_region(self, home: &str, spread: bool) -> Result<BTreeMap<String, Rows>, String> {
        if !self.any {
            return Err(format!("it holds none of {}", LISTS.map(|(list, _, _)| list).join(", ")));
        }
        let told: BTreeSet<&String> = self.rows.iter().filter_map(|(_, _, region, _)| region.as_ref()).collect();
        let spread = spread && told.len() > 1 && !self.recorded;
        let place = |region: Option<String>| region.filter(|_| spread).unwrap_or_else(|| home.to_owned());
        let mut regions = BTreeMap::from([(home.to_owned(), Rows::default())]);
        for (region, dependents) in self.dependents {
            regions.entry(place(region)).or_default().dependents = dependents;
        }
        for (list, name, region, row) in self.rows {
            regions.entry(place(region)).or_default().put(list, name, row);
        }
        Ok(regions)
    }
}

/// The Region that a row's own ARN tells.
fn region_of(row: &Value) -> Option<String> {
    let arns = ["DBInstanceArn", "DBSnapshotArn", "DBClusterArn", "DBClusterSnapshotArn", "DBProxyArn"];
    let arn = arns.iter().find_map(|member| row.get(member)?.as_str())?;
    arn.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned)
}

impl Rows {
    fn put(&mut self, list: &'static str, name: String, row: Value) {
        let rows = match list {
            "DBInstances" => &mut self.instances,
            "DBSnapshots" => &mut self.snapshots,
            "DBClusters" => &mut self.clusters,
            _ => &mut self.cluster_snapshots,
        };
        let place = *self.places.entry((list, name)).or_insert(rows.len());
        match rows.get_mut(place) {
            Some(known) => *known = row,
            None => rows.push(row),
        }
    }
}

/// Rows that AWS's own shape can't hold would only be found at the first look.
fn has_the_shape(operation: &str, list: &str, rows: &[Value]) -> Result<(), String> {
    let model = Service::Rds.model()?;
    xml::encode(model, operation, &json!({list: rows}), None).map(drop).map_err(|fault| fault.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Rows, String> {
        let mut found = Found::default();
        found.read(text)?;
        Ok(found.by_region("here", true)?.remove("here").unwrap_or_default())
    }

    #[test]
    fn rows_of_several_regions_go_to_each_its_own_and_rows_of_one_come_home() {
        let row = |region: &str| json!({"DBInstanceIdentifier": "a", "DBInstanceArn": format!("arn:aws:rds:{region}:1:db:a")});
        let answer = |region: &str| json!({"DBInstances": [row(region)]});
        let places = |content: Value| {
            let mut found = Found::default();
            found.add(&content).unwrap();
            let regions = found.by_region("here", true).unwrap();
            regions.into_iter().map(|(name, rows)| format!("{name} {}", rows.instances.len())).collect::<Vec<_>>()
        };
        assert_eq!(places(json!({"DBInstances": [row("x"), row("y")]})), ["here 0", "x 1", "y 1"]);
        assert_eq!(places(json!([answer("x"), answer("here")])), ["here 1", "x 1"]);
        assert_eq!(places(answer("x")), ["here 1"]);
        assert_eq!(places(json!([{"answer": answer("x")}, {"answer": answer("y")}])), ["here 1"]);
    }

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
