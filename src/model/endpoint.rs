//! Where clients reach a database, and what they need to know of it.

use super::DbInstance;

/// A database's endpoint: an instance's, or the one of a cluster that leads to its writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseEndpoint {
    /// The database's name.
    pub name: String,
    /// The host that clients name, and that the server's certificate is for.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `Engine`
    pub engine: Option<String>,
    /// `MasterUsername`
    pub master_username: Option<String>,
    /// `DBName`: the database that was made with the instance.
    pub database_name: Option<String>,
    /// Whether it takes login tokens of IAM.
    pub iam_authentication: Option<bool>,
    /// The VPC that it is in, if AWS shows it here.
    pub vpc_id: Option<String>,
    /// Its security groups, by id.
    pub groups: Vec<String>,
}

/// Which family of clients talks to an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// PostgreSQL's, Aurora's kind too.
    Postgres,
    /// MySQL's, which MariaDB and Aurora's kind speak too.
    MySql,
    /// Another one, or not known.
    Other,
}

impl DatabaseEndpoint {
    /// An instance's, once it has one: while it is made it has none.
    #[must_use]
    pub fn of(instance: &DbInstance) -> Option<Self> {
        Some(Self {
            name: instance.identifier.clone(),
            host: instance.endpoint_address.clone()?,
            port: u16::try_from(instance.endpoint_port?).ok()?,
            engine: instance.engine.clone(),
            master_username: instance.master_username.clone(),
            database_name: instance.db_name.clone(),
            iam_authentication: instance.iam_database_authentication_enabled,
            vpc_id: instance.subnet_group.as_ref().and_then(|group| group.vpc_id.clone()),
            groups: instance.security_groups.iter().flatten().map(|membership| membership.name.clone()).collect(),
        })
    }

    /// What its clients speak.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        let engine = self.engine.as_deref().unwrap_or_default();
        if engine.contains("postgres") {
            Protocol::Postgres
        } else if engine.contains("mysql") || engine.contains("mariadb") {
            Protocol::MySql
        } else {
            Protocol::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_speak_one_of_two_protocols_or_another() {
        for (engine, expected) in [
            (Some("postgres"), Protocol::Postgres),
            (Some("aurora-postgresql"), Protocol::Postgres),
            (Some("mysql"), Protocol::MySql),
            (Some("aurora-mysql"), Protocol::MySql),
            (Some("mariadb"), Protocol::MySql),
            (Some("sqlserver-ee"), Protocol::Other),
            (None, Protocol::Other),
        ] {
            let endpoint = DatabaseEndpoint { engine: engine.map(str::to_owned), ..DatabaseEndpoint::default() };
            assert_eq!(endpoint.protocol(), expected, "{engine:?}");
        }
    }

    #[test]
    fn an_instance_that_is_being_made_has_no_endpoint() {
        let mut instance = DbInstance { identifier: "orders".into(), ..DbInstance::default() };
        assert_eq!(DatabaseEndpoint::of(&instance), None);
        instance.endpoint_address = Some("orders.example".into());
        assert_eq!(DatabaseEndpoint::of(&instance), None);
        instance.endpoint_port = Some(5432);
        assert_eq!(DatabaseEndpoint::of(&instance).map(|endpoint| endpoint.port), Some(5432));
    }
}
