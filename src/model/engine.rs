//! Which engines are RDS databases that can be taken to encryption by snapshot.

/// The families of engines that we migrate, by the names that AWS gives them.
///
/// RDS's describe calls also return Aurora members, Neptune and DocumentDB, and engines of RDS
/// Custom; so this is a list of what is allowed, never of what is not (R-ENG-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineFamily {
    /// `mysql`
    MySql,
    /// `mariadb`
    MariaDb,
    /// `postgres`
    Postgres,
    /// `oracle-…`
    Oracle,
    /// `sqlserver-…`
    SqlServer,
    /// `db2-…`
    Db2,
}

impl EngineFamily {
    /// The family of an engine's name, or nothing when it is not on the list.
    #[must_use]
    pub fn of(engine: &str) -> Option<Self> {
        match engine {
            "mysql" => Some(Self::MySql),
            "mariadb" => Some(Self::MariaDb),
            "postgres" => Some(Self::Postgres),
            _ if engine.starts_with("oracle-") => Some(Self::Oracle),
            _ if engine.starts_with("sqlserver-") => Some(Self::SqlServer),
            _ if engine.starts_with("db2-") => Some(Self::Db2),
            _ => None,
        }
    }
}
