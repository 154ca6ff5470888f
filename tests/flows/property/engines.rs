//! The engines that RDS instances have, as far as the sandbox's catalogue knows them: what each can be like.

/// An engine, and what its instances can have.
pub(super) struct Engine {
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static str],
    pub(super) port: i32,
    pub(super) licenses: &'static [&'static str],
    pub(super) logs: &'static [&'static str],
    /// Features for which it takes roles, from version 12 on where it is `PostgreSQL`.
    pub(super) features: &'static [&'static str],
    /// Classes with features of the processor that can be chosen: class and cores.
    pub(super) processors: &'static [(&'static str, u32)],
    pub(super) character_sets: &'static [&'static str],
    pub(super) zones: &'static [&'static str],
    pub(super) can_mirror: bool,
}

const ORACLE_CORES: &[(&str, u32)] = &[("db.m5.xlarge", 2), ("db.r5.2xlarge", 4), ("db.r6i.4xlarge", 8)];
const SQL_SERVER_CORES: &[(&str, u32)] = &[("db.m7i.xlarge", 2), ("db.m7i.4xlarge", 8)];
const ORACLE_LOGS: &[&str] = &["alert", "audit", "listener", "trace"];
const ORACLE_SETS: &[&str] = &["AL32UTF8", "WE8ISO8859P15"];
const ORACLE_FEATURES: &[&str] = &["EFS_INTEGRATION", "S3_INTEGRATION"];
const ORACLE_NEW: &str = "19.0.0.0.ru-2025-04.rur-2025-04.r1";
const ORACLE_OLD: &str = "19.0.0.0.ru-2024-10.rur-2024-10.r1";
const COLLATIONS: &[&str] = &["SQL_Latin1_General_CP1_CI_AS", "Latin1_General_BIN"];
const WINDOWS_ZONES: &[&str] = &["GMT Standard Time", "Central European Standard Time"];
const SQL_SERVER: &[&str] = &["15.00.4430.1.v1", "16.00.4185.3.v1"];
const SUM_OF_LICENSES: &[&str] = &["license-included", "bring-your-own-license"];

/// An engine of which anybody has the source.
const fn open(
    name: &'static str,
    port: i32,
    license: &'static [&'static str],
    versions: &'static [&'static str],
    logs: &'static [&'static str],
) -> Engine {
    Engine {
        name,
        versions,
        port,
        licenses: license,
        logs,
        features: &[],
        processors: &[],
        character_sets: &[],
        zones: &[],
        can_mirror: true,
    }
}

const fn oracle(name: &'static str, licenses: &'static [&'static str], versions: &'static [&'static str]) -> Engine {
    Engine {
        features: ORACLE_FEATURES,
        processors: ORACLE_CORES,
        character_sets: ORACLE_SETS,
        ..open(name, 1521, licenses, versions, ORACLE_LOGS)
    }
}

const fn sql_server(name: &'static str, can_mirror: bool) -> Engine {
    Engine {
        features: &["S3_INTEGRATION"],
        processors: SQL_SERVER_CORES,
        character_sets: COLLATIONS,
        zones: WINDOWS_ZONES,
        can_mirror,
        ..open(name, 1433, &["license-included"], SQL_SERVER, &["agent", "error"])
    }
}

const fn db2(name: &'static str) -> Engine {
    Engine {
        character_sets: &["UTF-8"],
        zones: &["UTC", "Europe/Berlin"],
        ..open(
            name,
            50000,
            &["bring-your-own-license", "marketplace-license"],
            &["11.5.9.0.sb00000000.r1"],
            &["diag.log", "notify.log"],
        )
    }
}

/// All of them. What is drawn twice as often stands here twice.
pub(super) const ENGINES: [Engine; 14] = [
    Engine {
        features: &["Lambda", "s3Export", "s3Import"],
        ..open(
            "postgres",
            5432,
            &["postgresql-license"],
            &["9.6.24", "11.22", "12.17", "12.22", "13.20", "14.12", "14.17", "15.7", "15.12", "16.8", "16.8", "17.4"],
            &["postgresql", "upgrade", "iam-db-auth-error"],
        )
    },
    open(
        "mysql",
        3306,
        &["general-public-license"],
        &["5.6.51", "5.7.44", "8.0.35", "8.0.36", "8.0.41", "8.4.4"],
        &["audit", "error", "general", "slowquery"],
    ),
    open(
        "mariadb",
        3306,
        &["general-public-license"],
        &["10.3.39", "10.4.34", "10.6.21", "10.11.11", "11.4.5"],
        &["audit", "error", "general", "slowquery"],
    ),
    oracle("oracle-ee", &["bring-your-own-license"], &[ORACLE_OLD, ORACLE_NEW]),
    oracle("oracle-ee-cdb", &["bring-your-own-license"], &[ORACLE_NEW]),
    oracle("oracle-se2", SUM_OF_LICENSES, &[ORACLE_OLD, ORACLE_NEW]),
    oracle("oracle-se2-cdb", SUM_OF_LICENSES, &[ORACLE_NEW]),
    sql_server("sqlserver-ee", true),
    sql_server("sqlserver-se", true),
    sql_server("sqlserver-se", true),
    sql_server("sqlserver-ex", false),
    sql_server("sqlserver-web", false),
    db2("db2-ae"),
    db2("db2-se"),
];

impl Engine {
    pub(super) fn is(&self, family: &str) -> bool {
        self.name.starts_with(family)
    }

    /// The major version, by which option groups are named.
    fn major(&self, version: &str) -> String {
        let parts: Vec<&str> = version.split('.').collect();
        let modern = self.is("oracle") || self.is("postgres") && parts[0].len() > 1;
        if modern { parts[0].to_owned() } else { format!("{}.{}", parts[0], parts[1]) }
    }

    /// The default parameter group of a version.
    pub(super) fn parameters(&self, version: &str) -> String {
        let major = self.major(version);
        match self.name {
            _ if self.is("oracle") || self.is("db2") => format!("default.{}-{major}", self.name),
            _ if self.is("sqlserver") => format!("default.{}-{}", self.name, major.replace(".00", ".0")),
            name => format!("default.{name}{major}"),
        }
    }

    /// The default option group of a version.
    pub(super) fn options(&self, version: &str) -> String {
        format!("default:{}-{}", self.name, self.major(version).replace('.', "-"))
    }
}
