//! Options that option groups can hold; a part of what RDS has, written by hand.

use crate::sandbox::world::groups::OptionGroup;

/// An option of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// How the engines that have it begin.
    engines: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Stays in its group while instances have the group.
    pub(crate) persistent: bool,
    /// Stays in its group, and the group with its instances, for good.
    pub(crate) permanent: bool,
}

const fn kind(
    engines: &'static str,
    name: &'static str,
    description: &'static str,
    persistent: bool,
    permanent: bool,
) -> Kind {
    Kind { engines, name, description, persistent, permanent }
}

const KINDS: [Kind; 12] = [
    kind("mysql", "MARIADB_AUDIT_PLUGIN", "MariaDB audit plugin", false, false),
    kind("mariadb", "MARIADB_AUDIT_PLUGIN", "MariaDB audit plugin", false, false),
    kind("oracle", "NATIVE_NETWORK_ENCRYPTION", "Encryption between client and server", false, false),
    kind("oracle", "S3_INTEGRATION", "Files in S3", false, false),
    kind("oracle", "STATSPACK", "Performance statistics", false, false),
    kind("oracle", "Timezone", "The database's time zone", true, true),
    kind("oracle-ee", "TDE", "Transparent Data Encryption", true, true),
    kind("sqlserver", "SQLSERVER_AUDIT", "Audit files in S3", false, false),
    kind("sqlserver", "SQLSERVER_BACKUP_RESTORE", "Native backup and restore", false, false),
    kind("sqlserver-ee", "TDE", "Transparent Data Encryption", true, false),
    kind("sqlserver-se", "TDE", "Transparent Data Encryption", true, false),
    kind("sqlserver", "SSRS", "Reporting services", false, false),
];

/// The options of an engine.
pub(crate) fn of_engine(engine: &str) -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(move |kind| engine.starts_with(kind.engines))
}

/// The options that a group holds.
pub(crate) fn of_group(group: &OptionGroup) -> impl Iterator<Item = &'static Kind> {
    of_engine(&group.engine).filter(|kind| group.options.iter().any(|name| name == kind.name))
}

/// The names of those options of a group that don't go away just like that.
pub(crate) fn lasting(group: &OptionGroup) -> Vec<&'static str> {
    of_group(group).filter(|kind| kind.persistent || kind.permanent).map(|kind| kind.name).collect()
}
