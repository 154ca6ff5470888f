//! Saved answers of AWS: what `aws … --output json` printed, read into facts.
//!
//! An answer is known by its members, so a file may have any name, hold one answer or several, or be a recording
//! (`[{"answer": …}]`). What no file holds wasn't read. Of two rows with one id the later one counts.

mod answers;
mod ec2;
mod iam;
mod rds;
mod row;
mod ssm;

use crate::{
    access::{Facts, Read},
    model::DatabaseReference,
};
use answers::Answers;

/// Why files can't be judged.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// One isn't JSON.
    #[error("{file} isn't JSON ({why}); aws prints it with --output json")]
    NotJson {
        /// The file's name.
        file: String,
        /// What the reader said.
        why: String,
    },
    /// None holds databases.
    #[error("no file holds DBInstances: give what `aws rds describe-db-instances --output json` printed as well")]
    NoDatabases,
    /// None holds the one that is meant.
    #[error("{asked} isn't among the databases in the files ({known})")]
    NotThere {
        /// As a person named it.
        asked: String,
        /// Those that are there.
        known: String,
    },
}

/// Reads what files hold, each a name and a text, as the surroundings of one database.
///
/// # Errors
/// Where a file isn't JSON, or none holds the database.
pub fn facts<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    database: &DatabaseReference,
) -> Result<Facts, SavedError> {
    let answers = Answers::of(files)?;
    let rds::Meant { database, members, group_subnets } = rds::database(&answers, database)?;
    let group = database.subnet_group.as_ref().and_then(|group| group.name.as_deref());
    let group_subnets = rds::group(&answers, group).or(group_subnets);
    Ok(Facts {
        group_subnets: group_subnets.map_or_else(
            || Read::NotRead("no file holds the subnets of its subnet group: aws rds describe-db-subnet-groups".into()),
            Read::Known,
        ),
        database,
        members,
        subnets: answers.rows("Subnets", "ec2 describe-subnets", ec2::subnet),
        route_tables: answers.rows("RouteTables", "ec2 describe-route-tables", ec2::route_table),
        network_acls: answers.rows("NetworkAcls", "ec2 describe-network-acls", ec2::network_acl),
        security_groups: answers.rows("SecurityGroups", "ec2 describe-security-groups", ec2::security_group),
        prefix_lists: ec2::prefix_lists(&answers),
        vpcs: ec2::vpcs(&answers),
        endpoints: answers.rows("VpcEndpoints", "ec2 describe-vpc-endpoints", ec2::endpoint),
        machines: ec2::machines(&answers),
        agents: ssm::agents(&answers),
        profiles: iam::profiles(&answers),
        roles: iam::roles(&answers),
        preferences: ssm::preferences(&answers),
        permitted: iam::permitted(&answers),
        denied: Vec::new(),
        bastion: None,
        named_groups: Vec::new(),
    })
}
