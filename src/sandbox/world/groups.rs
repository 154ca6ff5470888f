//! Parameter, option and subnet groups.

use serde::{Deserialize, Serialize};

use super::{Region, Tag};

/// A DB parameter group and the parameters that a person has set in it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct ParameterGroup {
    pub(crate) name: String,
    pub(crate) family: String,
    pub(crate) description: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) tags: Vec<Tag>,
}

/// A parameter that a person has set.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) apply_method: String,
}

/// An option group.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct OptionGroup {
    pub(crate) name: String,
    pub(crate) engine: String,
    pub(crate) major_version: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<Tag>,
    /// The names of its options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<String>,
}

/// A DB subnet group.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct SubnetGroup {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) vpc: String,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) tags: Vec<Tag>,
}

/// A subnet of a group, with its zone.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) zone: String,
    /// True where the subnet has IPv6 addresses too (`R-NET-1`).
    #[serde(default)]
    pub(crate) both: bool,
}

impl SubnetGroup {
    /// True where each subnet has IPv4 and IPv6 addresses (`R-NET-1`).
    pub(crate) fn has_both(&self) -> bool {
        !self.subnets.is_empty() && self.subnets.iter().all(|subnet| subnet.both)
    }
}

/// The major version by which families and option groups are named: `15` of 15.4, `9.6` of 9.6.24, `8.0` of 8.0.39.
pub(crate) fn major_version(engine: &str, version: &str) -> String {
    let mut parts = version.split('.');
    let first = parts.next().unwrap_or_default();
    let second = parts.next().unwrap_or("0");
    let number: u32 = first.parse().unwrap_or(0);
    match engine {
        "postgres" | "aurora-postgresql" if number >= 10 => first.to_owned(),
        "sqlserver-ex" | "sqlserver-web" | "sqlserver-se" | "sqlserver-ee" => format!("{first}.00"),
        _ if engine.starts_with("oracle") && number >= 18 => first.to_owned(),
        _ => format!("{first}.{second}"),
    }
}

/// The parameter group family of an engine version (`R-GRP-2`).
pub(crate) fn family(engine: &str, version: &str) -> String {
    let major = major_version(engine, version);
    if engine.starts_with("sqlserver") {
        let short = major.trim_end_matches(".00");
        return format!("{engine}-{short}.0");
    }
    match engine {
        "aurora-postgresql" | "aurora-mysql" => format!("{engine}{major}"),
        _ if engine.starts_with("oracle") || engine.starts_with("db2") => format!("{engine}-{major}"),
        _ => format!("{engine}{major}"),
    }
}

/// The name of an engine version's default option group.
pub(crate) fn default_option_group(engine: &str, version: &str) -> String {
    format!("default:{engine}-{}", major_version(engine, version).replace('.', "-"))
}

impl Region {
    /// A parameter group, default ones of every family included.
    pub(crate) fn parameter_group(&self, name: &str) -> Option<ParameterGroup> {
        let own = self.parameter_groups.iter().find(|group| group.name.eq_ignore_ascii_case(name));
        own.cloned().or_else(|| {
            let family = name.strip_prefix("default.").filter(|_| self.enforces("R-GRP-2"))?;
            self.is_family(family).then(|| ParameterGroup {
                name: name.to_owned(),
                family: family.to_owned(),
                description: format!("Default parameter group for {family}"),
                parameters: Vec::new(),
                tags: Vec::new(),
            })
        })
    }

    /// An option group, default ones of every engine included.
    pub(crate) fn option_group(&self, name: &str) -> Option<OptionGroup> {
        let own = self.option_groups.iter().find(|group| group.name.eq_ignore_ascii_case(name));
        own.cloned().or_else(|| {
            let (engine, major) = self.default_option_group_of(name)?;
            Some(OptionGroup {
                name: name.to_owned(),
                description: format!("Default option group for {engine} {major}"),
                engine,
                major_version: major,
                tags: Vec::new(),
                options: Vec::new(),
            })
        })
    }

    pub(crate) fn subnet_group(&self, name: &str) -> Option<&SubnetGroup> {
        self.subnet_groups.iter().find(|group| group.name.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_named_as_aws_names_them() {
        let table = [
            ("postgres", "9.5.4", "postgres9.5", "default:postgres-9-5"),
            ("postgres", "15.4", "postgres15", "default:postgres-15"),
            ("mysql", "8.0.39", "mysql8.0", "default:mysql-8-0"),
            ("mariadb", "10.6.14", "mariadb10.6", "default:mariadb-10-6"),
            ("oracle-ee", "19.0.0.0.ru-2024-01.rur-2024-01.r1", "oracle-ee-19", "default:oracle-ee-19"),
            ("sqlserver-se", "15.00.4316.3.v1", "sqlserver-se-15.0", "default:sqlserver-se-15-00"),
        ];
        for (engine, version, family_name, option_group) in table {
            assert_eq!(family(engine, version), family_name);
            assert_eq!(default_option_group(engine, version), option_group);
        }
    }
}
