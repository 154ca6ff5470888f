//! One row a database, member or snapshot, for spreadsheets.

use std::collections::BTreeMap;

use ::csv::{Error, Writer};

use super::{Scanned, words};
use crate::plan::{
    cost::Cost,
    inventory::{Found, FoundSnapshot, Kind, Standing},
};

const HEADER: [&str; 28] = [
    "account",
    "region",
    "kind",
    "name",
    "arn",
    "engine",
    "engine_version",
    "status",
    "created",
    "age_days",
    "size_gib",
    "storage_type",
    "class",
    "multi_az",
    "encryption",
    "kms_key",
    "publicly_accessible",
    "cluster",
    "members",
    "replica_of",
    "replicas",
    "tags",
    "other_service",
    "standing",
    "why",
    "month_least",
    "month_most",
    "currency",
];

/// The table, with a header. What AWS didn't say is an empty cell.
pub fn csv(scanned: &Scanned<'_>) -> Result<String, Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(HEADER)?;
    for found in &scanned.survey.found {
        write(&mut table, &database(scanned, found))?;
    }
    for found in &scanned.survey.snapshots {
        write(&mut table, &snapshot(scanned, found))?;
    }
    let bytes = table.into_inner().map_err(|error| Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The cells that hold something, by column.
type Cells = BTreeMap<&'static str, String>;

fn write(table: &mut Writer<Vec<u8>>, cells: &Cells) -> Result<(), Error> {
    table.write_record(HEADER.map(|column| cells.get(column).map(String::as_str).unwrap_or_default()))
}

fn database(scanned: &Scanned<'_>, found: &Found) -> Cells {
    let relations = &found.relations;
    let cost = scanned.cost(found);
    let month = cost.as_ref().and_then(Cost::month);
    let kind = match found.kind {
        Kind::Instance => "instance",
        Kind::Cluster => "cluster",
        Kind::Member => "member",
    };
    let standing = match &found.standing {
        Standing::Eligible => "eligible",
        Standing::Encrypted => "encrypted",
        Standing::NotYet { .. } => "not-yet",
        Standing::Not { .. } => "not",
    };
    // As JSON: a cell that begins as a formula would be taken for one.
    let tags = (!found.tags.is_empty()).then(|| serde_json::json!(found.tags).to_string());
    let cells = [
        ("account", Some(found.account.clone())),
        ("region", Some(found.region.clone())),
        ("kind", Some(kind.to_owned())),
        ("name", Some(found.identifier.clone())),
        ("arn", found.arn.clone()),
        ("engine", found.engine.clone()),
        ("engine_version", found.engine_version.clone()),
        ("status", found.status.clone()),
        ("created", found.created.map(|created| created.to_string())),
        ("age_days", scanned.age(found.created).map(|days| days.to_string())),
        ("size_gib", found.storage.map(|size| size.to_string())),
        ("storage_type", found.storage_type.clone()),
        ("class", found.class.clone()),
        ("multi_az", found.multi_az.map(|flag| flag.to_string())),
        ("encryption", Some(words::encryption(&found.encryption).to_owned())),
        ("kms_key", words::key(&found.encryption)),
        ("publicly_accessible", found.publicly_accessible.map(|flag| flag.to_string())),
        ("cluster", relations.cluster.clone()),
        ("members", Some(relations.members.join(" "))),
        ("replica_of", relations.replica_of.clone()),
        ("replicas", Some(relations.replicas.join(" "))),
        ("tags", tags),
        ("other_service", found.other_service.map(str::to_owned)),
        ("standing", Some(standing.to_owned())),
        ("why", found.standing.why().map(str::to_owned)),
        ("month_least", month.map(|month| format!("{:.2}", month.least))),
        ("month_most", month.map(|month| format!("{:.2}", month.most))),
        ("currency", cost.and_then(|cost| cost.currency)),
    ];
    cells.into_iter().filter_map(|(column, cell)| Some((column, cell?))).collect()
}

fn snapshot(scanned: &Scanned<'_>, found: &FoundSnapshot) -> Cells {
    let kind = if found.of_cluster { "cluster-snapshot" } else { "snapshot" };
    let of = if found.of_cluster { "cluster" } else { "members" };
    let cells = [
        ("account", Some(found.account.clone())),
        ("region", Some(found.region.clone())),
        ("kind", Some(kind.to_owned())),
        ("name", Some(found.identifier.clone())),
        ("arn", found.arn.clone()),
        ("engine", found.engine.clone()),
        ("engine_version", found.engine_version.clone()),
        ("status", found.status.clone()),
        ("created", found.created.map(|created| created.to_string())),
        ("age_days", scanned.age(found.created).map(|days| days.to_string())),
        ("size_gib", found.storage.map(|size| size.to_string())),
        ("encryption", Some("none".to_owned())),
        (of, found.of.clone()),
    ];
    cells.into_iter().filter_map(|(column, cell)| Some((column, cell?))).collect()
}
