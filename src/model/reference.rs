//! `DB` on the command line: a name, an ARN, a resource id, or `cluster:NAME`.

use std::{fmt, str::FromStr};

use super::name::instance_name_fault;

/// How a person named a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseReference {
    /// By name, in lower case as RDS keeps it.
    Name(String),
    /// By ARN: its Region, account and name.
    Arn {
        /// As given.
        arn: String,
        /// The Region in it.
        region: String,
        /// The account in it.
        account: String,
        /// The name in it.
        name: String,
    },
    /// By `DbiResourceId`.
    ResourceId(String),
    /// A cluster, by name.
    Cluster(String),
}

/// Why something names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// A name that RDS can't have.
    #[error("`{name}` can't be the name of a DB instance: {fault}")]
    Name {
        /// As given.
        name: String,
        /// What is wrong.
        fault: &'static str,
    },
    /// An ARN of something else.
    #[error("`{0}` is not the ARN of a DB instance (arn:aws:rds:REGION:ACCOUNT:db:NAME)")]
    Arn(String),
}

impl DatabaseReference {
    /// Whether it means the instance of this account and Region, with this name and `DbiResourceId`.
    #[must_use]
    pub fn means(&self, account: &str, region: &str, name: &str, resource_id: &str) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Arn { region: its, account: of, name: own, .. } => own == name && its == region && of == account,
            Self::ResourceId(id) => id == resource_id,
            Self::Cluster(_) => false,
        }
    }
}

impl FromStr for DatabaseReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.starts_with("arn:") {
            return from_arn(text);
        }
        if let Some(name) = text.strip_prefix("cluster:") {
            return named(name).map(Self::Cluster);
        }
        // Resource ids are upper case, names never are (RDS lowers them).
        if text.strip_prefix("db-").is_some_and(|rest| {
            rest.len() >= 20 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }) {
            return Ok(Self::ResourceId(text.to_owned()));
        }
        named(text).map(Self::Name)
    }
}

fn named(name: &str) -> Result<String, ReferenceError> {
    match instance_name_fault(name) {
        Some(fault) => Err(ReferenceError::Name { name: name.to_owned(), fault }),
        None => Ok(name.to_ascii_lowercase()),
    }
}

fn from_arn(arn: &str) -> Result<DatabaseReference, ReferenceError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "rds", region, account, "db", name] => Ok(DatabaseReference::Arn {
            arn: arn.to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            name: named(name)?,
        }),
        ["arn", _, "rds", _, _, "cluster", name] => named(name).map(DatabaseReference::Cluster),
        _ => Err(ReferenceError::Arn(arn.to_owned())),
    }
}

impl fmt::Display for DatabaseReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Arn { arn, .. } => f.write_str(arn),
            Self::ResourceId(id) => f.write_str(id),
            Self::Cluster(name) => write!(f, "cluster:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_name_a_database_is_read() {
        assert_eq!("Orders".parse(), Ok(DatabaseReference::Name("orders".into())));
        assert_eq!(
            "db-HJC7IKBO2ACTLNNZCM7EX66IHE".parse(),
            Ok(DatabaseReference::ResourceId("db-HJC7IKBO2ACTLNNZCM7EX66IHE".into()))
        );
        assert_eq!("db-orders".parse(), Ok(DatabaseReference::Name("db-orders".into())));
        assert_eq!("cluster:sales".parse(), Ok(DatabaseReference::Cluster("sales".into())));
        assert!(matches!(
            "arn:aws:rds:eu-west-2:000000000000:db:orders".parse(),
            Ok(DatabaseReference::Arn { region, name, .. }) if region == "eu-west-2" && name == "orders"
        ));
        for wrong in ["", "or ders", "arn:aws:s3:::bucket", "a--b", "orders;drop"] {
            assert!(wrong.parse::<DatabaseReference>().is_err(), "{wrong}");
        }
    }
}
