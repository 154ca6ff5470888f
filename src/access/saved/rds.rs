//! The database, as far as who reaches it.

use serde_json::Value;

use super::{
    SavedError,
    answers::{Answers, latest},
    row::{each, flag, list, number, text},
};
use crate::model::{DatabaseReference, DbInstance, GroupMembership, GroupSubnet, SubnetGroup};

/// The database that is meant.
pub(super) struct Meant {
    pub(super) database: DbInstance,
    /// Of a cluster the other members.
    pub(super) members: Vec<DbInstance>,
    /// The subnets of its group, where its own row shows them.
    pub(super) group_subnets: Option<Vec<GroupSubnet>>,
}

/// Finds the database that is meant.
pub(super) fn database(answers: &Answers, asked: &DatabaseReference) -> Result<Meant, SavedError> {
    let mut rows = answers.with("DBInstances").flat_map(|answer| list(answer, "DBInstances")).peekable();
    if rows.peek().is_none() {
        return Err(SavedError::NoDatabases);
    }
    let rows: Vec<&Value> = rows.collect();
    let member = |row: &Value, member: &str| text(row, member).unwrap_or_default();
    let is_meant = |row: &&&Value| match asked {
        DatabaseReference::Name(name) => member(row, "DBInstanceIdentifier") == *name,
        DatabaseReference::Arn { arn, .. } => member(row, "DBInstanceArn") == *arn,
        DatabaseReference::ResourceId(id) => member(row, "DbiResourceId") == *id,
        DatabaseReference::Cluster(name) => member(row, "DBClusterIdentifier") == *name,
    };
    let found = rows.iter().rev().find(is_meant).ok_or_else(|| {
        let mut known: Vec<String> = rows.iter().filter_map(|row| text(row, "DBInstanceIdentifier")).collect();
        known.sort();
        known.dedup();
        SavedError::NotThere { asked: asked.to_string(), known: known.join(", ") }
    })?;
    let group = found.get("DBSubnetGroup").filter(|group| group.get("Subnets").is_some());
    let database = instance(found);
    let others = rows.iter().filter(is_meant).map(|row| instance(row)).map(|row| (row.identifier.clone(), row));
    let mut members = latest(others);
    // One of another name is another member only where a cluster is meant: after a rename an identity has two.
    members.retain(|row| row.identifier != database.identifier && matches!(asked, DatabaseReference::Cluster(_)));
    Ok(Meant { database, members, group_subnets: group.map(subnets) })
}

/// The subnets of this group, as `describe-db-subnet-groups` shows them.
pub(super) fn group(answers: &Answers, name: Option<&str>) -> Option<Vec<GroupSubnet>> {
    let rows = answers.with("DBSubnetGroups").flat_map(|answer| list(answer, "DBSubnetGroups"));
    rows.filter(|row| text(row, "DBSubnetGroupName").as_deref() == name && name.is_some()).last().map(subnets)
}

fn subnets(group: &Value) -> Vec<GroupSubnet> {
    list(group, "Subnets")
        .filter_map(|row| {
            Some(GroupSubnet {
                id: text(row, "SubnetIdentifier")?,
                zone: text(row, "SubnetAvailabilityZone.Name"),
                status: text(row, "SubnetStatus"),
            })
        })
        .collect()
}

fn instance(row: &Value) -> DbInstance {
    let groups = row.get("VpcSecurityGroups").is_some().then(|| each(row, "VpcSecurityGroups", "VpcSecurityGroupId"));
    let group = row.get("DBSubnetGroup");
    DbInstance {
        identifier: text(row, "DBInstanceIdentifier").unwrap_or_default(),
        resource_id: text(row, "DbiResourceId"),
        arn: text(row, "DBInstanceArn"),
        status: text(row, "DBInstanceStatus"),
        engine: text(row, "Engine"),
        endpoint_address: text(row, "Endpoint.Address"),
        endpoint_port: number(row, "Endpoint.Port"),
        publicly_accessible: flag(row, "PubliclyAccessible"),
        subnet_group: group
            .map(|group| SubnetGroup { name: text(group, "DBSubnetGroupName"), vpc_id: text(group, "VpcId") }),
        security_groups: groups.map(|ids| ids.into_iter().map(|name| GroupMembership { name, status: None }).collect()),
        ..DbInstance::default()
    }
}
