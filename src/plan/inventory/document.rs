//! Inventories as JSON: what AWS's own command printed, and what `scan` wrote.
//!
//! A file may hold one answer or several, one behind the other, in a list, or as a recording has them
//! (`[{"answer": …}]`); also bare rows, as `--query` leaves them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    CLUSTERS, INSTANCES, Inventory, Missing,
    rows::{
        Row, cluster_of, cluster_row, cluster_snapshot_of, cluster_snapshot_row, instance_of, instance_row,
        snapshot_of, snapshot_row,
    },
};

/// Why a text is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It isn't JSON.
    #[error("it isn't JSON ({0}); aws prints it with --output json")]
    NotJson(#[from] serde_json::Error),
    /// It is JSON of something else.
    #[error("it holds neither DBInstances nor DBClusters: give what `aws rds describe-db-instances` printed")]
    NotAnInventory,
}

/// What texts hold, by account and Region.
#[derive(Default)]
struct Collected {
    places: BTreeMap<(String, String), Inventory>,
    /// Whether a list of instances was there, even an empty one.
    instances: bool,
    /// Whether anything was.
    anything: bool,
}

/// Where rows are that don't say so themselves.
#[derive(Clone, Default)]
struct Place {
    account: String,
    region: String,
}

/// The lists of rows, each with how one of its rows is called and what its ARN is.
const LISTS: [(&str, &str, &str); 4] = [
    ("DBInstances", "DBInstanceIdentifier", "DBInstanceArn"),
    ("DBClusters", "DBClusterIdentifier", "DBClusterArn"),
    ("DBSnapshots", "DBSnapshotIdentifier", "DBSnapshotArn"),
    ("DBClusterSnapshots", "DBClusterSnapshotIdentifier", "DBClusterSnapshotArn"),
];

/// Reads what several files hold, each a text; together they are one look. An error comes with the text's number.
pub fn inventories_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Inventory>, (usize, FileError)> {
    let mut all = Collected::default();
    for (number, text) in texts.into_iter().enumerate() {
        let before = std::mem::take(&mut all.anything);
        let documents = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>();
        for document in documents {
            all.walk(&document.map_err(|error| (number, error.into()))?, &Place::default());
        }
        if !all.anything {
            return Err((number, FileError::NotAnInventory));
        }
        all.anything |= before;
    }
    Ok(all.finish())
}

/// Inventories as `scan` writes them: AWS's rows by account and Region, to be read again.
#[must_use]
pub fn written(inventories: &[Inventory]) -> Value {
    let one = |it: &Inventory| {
        let mut row = json!({
            "account": it.account,
            "region": it.region,
            "DBInstances": it.instances.iter().map(instance_row).collect::<Vec<_>>(),
            "DBClusters": it.clusters.iter().map(cluster_row).collect::<Vec<_>>(),
        });
        if let Some(members) = row.as_object_mut() {
            let mut add = |name: &str, rows: Vec<Value>| {
                if !rows.is_empty() {
                    members.insert(name.to_owned(), Value::Array(rows));
                }
            };
            add("DBSnapshots", it.snapshots.iter().map(snapshot_row).collect());
            add("DBClusterSnapshots", it.cluster_snapshots.iter().map(cluster_snapshot_row).collect());
            add("incomplete", it.incomplete.iter().map(|missing| json!(missing)).collect());
        }
        row
    };
    inventories.iter().map(one).collect()
}

impl Collected {
    fn walk(&mut self, value: &Value, place: &Place) {
        match value {
            Value::Array(elements) => {
                for element in elements {
                    self.walk(element, place);
                }
                // An empty list of rows is an answer, too.
                self.anything |= elements.is_empty();
            }
            Value::Object(members) => self.object(value, members, place),
            _ => {}
        }
    }

    fn object(&mut self, value: &Value, members: &Map<String, Value>, place: &Place) {
        if let Some(inner) = members.get("inventories").or_else(|| members.get("answer")) {
            return self.walk(inner, place);
        }
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let lists = LISTS.iter().filter(|(list, ..)| members.contains_key(*list)).count();
        if lists == 0 {
            // A bare row: snapshots name their databases as well, so they come first.
            if let Some((list, ..)) = LISTS.iter().rev().find(|(_, name, _)| is_row(members, name)) {
                self.anything = true;
                self.row(list, value, place);
            }
            return;
        }
        self.anything = true;
        let place = Place {
            account: text("account").unwrap_or_else(|| place.account.clone()),
            region: text("region").unwrap_or_else(|| place.region.clone()),
        };
        for (list, ..) in LISTS {
            let rows = members.get(list).and_then(Value::as_array);
            self.instances |= list == "DBInstances" && rows.is_some();
            for row in rows.into_iter().flatten() {
                self.row(list, row, &place);
            }
        }
        if !place.region.is_empty() {
            // A place without any row was looked at as well.
            self.at(&place);
        }
        self.gaps(members, &place);
    }

    /// What the text itself says is missing: its own list, and that AWS had more pages.
    fn gaps(&mut self, members: &Map<String, Value>, place: &Place) {
        let listed = members.get("incomplete").and_then(Value::as_array).into_iter().flatten();
        let missing: Vec<Missing> = listed.filter_map(|one| serde_json::from_value(one.clone()).ok()).collect();
        let is_token = |name: &&str| members.get(*name).and_then(Value::as_str).is_some_and(|token| !token.is_empty());
        let token = ["NextToken", "Marker"].into_iter().find(is_token);
        let more =
            token.map(|token| Missing::new("further pages", format!("the file ends with a {token}: AWS had more")));
        if !missing.is_empty() || more.is_some() {
            self.at(place).incomplete.extend(missing.into_iter().chain(more));
        }
    }

    fn row(&mut self, list: &'static str, value: &Value, place: &Place) {
        let Some((_, name, arn)) = LISTS.iter().find(|(known, ..)| *known == list) else { return };
        let text = |member: &str| value.get(member).and_then(Value::as_str);
        let place = text(arn).and_then(Place::of).unwrap_or_else(|| place.clone());
        let called = text(name).unwrap_or("(without a name)").to_owned();
        let mut row = Row::new(value);
        let inventory = self.at(&place);
        match list {
            "DBInstances" => inventory.instances.push(instance_of(&mut row)),
            "DBClusters" => inventory.clusters.push(cluster_of(&mut row)),
            "DBSnapshots" => inventory.snapshots.push(snapshot_of(&mut row)),
            _ => inventory.cluster_snapshots.push(cluster_snapshot_of(&mut row)),
        }
        let strange = row.strange.into_iter();
        inventory.incomplete.extend(strange.map(|member| {
            Missing::new(&format!("{member} of {called}"), "it isn't in the form that AWS gives it".into())
        }));
    }

    fn at(&mut self, place: &Place) -> &mut Inventory {
        let key = (place.account.clone(), place.region.clone());
        self.places.entry(key).or_insert_with(|| Inventory {
            account: place.account.clone(),
            region: place.region.clone(),
            ..Inventory::default()
        })
    }

    fn finish(mut self) -> Vec<Inventory> {
        if !self.instances && self.places.values().all(|place| place.instances.is_empty()) {
            let why = "no file holds them: give what `aws rds describe-db-instances` printed as well";
            let place = self.places.keys().next().cloned().unwrap_or_default();
            let place = Place { account: place.0, region: place.1 };
            self.at(&place).incomplete.push(Missing::new(INSTANCES, why.into()));
        }
        for inventory in self.places.values_mut() {
            let known: Vec<&str> = inventory.clusters.iter().map(|cluster| cluster.identifier.as_str()).collect();
            let named = inventory.instances.iter().filter_map(|instance| instance.cluster_identifier.as_deref());
            let mut unseen: Vec<&str> = named.filter(|name| !known.contains(name)).collect();
            unseen.sort_unstable();
            unseen.dedup();
            if !unseen.is_empty() && !inventory.incomplete.iter().any(|missing| missing.what == CLUSTERS) {
                let why = format!(
                    "{} known by members only: give what `aws rds describe-db-clusters` printed as well",
                    unseen.join(", ")
                );
                inventory.incomplete.push(Missing::new(CLUSTERS, why));
            }
        }
        self.places.into_values().collect()
    }
}

impl Place {
    /// Where an ARN says that its resource is.
    fn of(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':').skip(3);
        let (region, account) = (parts.next()?, parts.next()?);
        Some(Self { account: account.to_owned(), region: region.to_owned() })
    }
}

fn is_row(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_some_and(Value::is_string)
}
