//! Engines, versions and classes that the sandbox knows; a believable part of RDS's catalogue, written by hand.

use crate::sandbox::world::groups::{default_option_group, family, major_version};

/// A version of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version<'a> {
    pub(crate) engine: &'a str,
    pub(crate) number: &'a str,
    pub(crate) standing: Standing,
}

/// Whether a version can still be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Deprecated,
    Available,
    /// Available, and what an omitted version stands for.
    Usual,
}

use Standing::{Available, Deprecated, Usual};

const fn version(engine: &'static str, number: &'static str, standing: Standing) -> Version<'static> {
    Version { engine, number, standing }
}

/// All versions, oldest first within an engine.
pub(crate) const VERSIONS: [Version<'static>; 50] = [
    version("postgres", "9.4.26", Deprecated),
    version("postgres", "9.5.25", Deprecated),
    version("postgres", "9.6.24", Deprecated),
    version("postgres", "10.23", Deprecated),
    version("postgres", "11.22", Available),
    version("postgres", "12.17", Deprecated),
    version("postgres", "12.22", Available),
    version("postgres", "13.20", Available),
    version("postgres", "14.12", Available),
    version("postgres", "14.17", Available),
    version("postgres", "15.7", Available),
    version("postgres", "15.12", Available),
    version("postgres", "16.8", Usual),
    version("postgres", "17.4", Available),
    version("mysql", "5.5.61", Deprecated),
    version("mysql", "5.6.51", Deprecated),
    version("mysql", "5.7.44", Available),
    version("mysql", "8.0.35", Deprecated),
    version("mysql", "8.0.36", Available),
    version("mysql", "8.0.41", Usual),
    version("mysql", "8.4.4", Available),
    version("mariadb", "10.3.39", Deprecated),
    version("mariadb", "10.4.34", Available),
    version("mariadb", "10.6.21", Available),
    version("mariadb", "10.11.11", Usual),
    version("mariadb", "11.4.5", Available),
    version("oracle-se2", "19.0.0.0.ru-2024-10.rur-2024-10.r1", Available),
    version("oracle-se2", "19.0.0.0.ru-2025-04.rur-2025-04.r1", Usual),
    version("oracle-ee", "12.1.0.2.v29", Deprecated),
    version("oracle-ee", "19.0.0.0.ru-2024-10.rur-2024-10.r1", Available),
    version("oracle-ee", "19.0.0.0.ru-2025-04.rur-2025-04.r1", Usual),
    version("oracle-se2-cdb", "19.0.0.0.ru-2025-04.rur-2025-04.r1", Usual),
    version("oracle-ee-cdb", "19.0.0.0.ru-2025-04.rur-2025-04.r1", Usual),
    version("sqlserver-ex", "15.00.4430.1.v1", Available),
    version("sqlserver-ex", "16.00.4185.3.v1", Usual),
    version("sqlserver-web", "15.00.4430.1.v1", Available),
    version("sqlserver-web", "16.00.4185.3.v1", Usual),
    version("sqlserver-se", "13.00.6455.2.v1", Deprecated),
    version("sqlserver-se", "15.00.4430.1.v1", Available),
    version("sqlserver-se", "16.00.4185.3.v1", Usual),
    version("sqlserver-ee", "15.00.4430.1.v1", Available),
    version("sqlserver-ee", "16.00.4185.3.v1", Usual),
    version("db2-ae", "11.5.9.0.sb00000000.r1", Usual),
    version("db2-se", "11.5.9.0.sb00000000.r1", Usual),
    version("aurora-postgresql", "14.15", Available),
    version("aurora-postgresql", "15.10", Available),
    version("aurora-postgresql", "16.6", Usual),
    version("aurora-mysql", "5.7.mysql_aurora.2.12.4", Available),
    version("aurora-mysql", "8.0.mysql_aurora.3.08.2", Available),
    version("aurora-mysql", "8.0.mysql_aurora.3.10.1", Usual),
];

/// Families of classes: name, the sizes, virtual processors and memory (GiB) of a large one, still orderable.
pub(crate) const CLASSES: [(&str, &[&str], bool); 22] = [
    ("db.m1", &["small", "medium", "large", "xlarge"], false),
    ("db.m2", &["xlarge", "2xlarge", "4xlarge"], false),
    ("db.m3", &["medium", "large", "xlarge", "2xlarge"], false),
    ("db.m4", &["large", "xlarge", "2xlarge", "4xlarge"], false),
    ("db.r3", &["large", "xlarge", "2xlarge"], false),
    ("db.r4", &["large", "xlarge", "2xlarge", "4xlarge"], false),
    ("db.t1", &["micro"], false),
    ("db.t2", &["micro", "small", "medium", "large"], false),
    ("db.t3", &["micro", "small", "medium", "large", "xlarge", "2xlarge"], true),
    ("db.t4g", &["micro", "small", "medium", "large", "xlarge", "2xlarge"], true),
    ("db.m5", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge"], true),
    ("db.m5d", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.m6g", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.m6i", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.m7g", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.m7i", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.r5", &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"], true),
    ("db.r6g", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.r6i", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.r7g", &["large", "xlarge", "2xlarge", "4xlarge"], true),
    ("db.x2g", &["large", "xlarge", "2xlarge"], true),
    ("db.r8g", &["large", "xlarge", "2xlarge"], true),
];

/// An engine's versions.
pub(crate) fn versions(engine: &str) -> impl Iterator<Item = &'static Version<'static>> {
    VERSIONS.iter().filter(move |version| version.engine == engine)
}

/// The version that a request means: exactly, by major version, or the usual one.
pub(crate) fn resolve(engine: &str, asked: Option<&str>) -> Option<&'static Version<'static>> {
    let Some(asked) = asked else {
        return versions(engine).find(|version| version.standing == Usual);
    };
    versions(engine).find(|version| version.number == asked).or_else(|| {
        versions(engine)
            .filter(|version| version.standing != Deprecated && major_version(engine, version.number) == asked)
            .last()
    })
}

/// Newer versions that can be ordered: to which this one can be upgraded.
pub(crate) fn upgrades(from: &Version<'_>) -> impl Iterator<Item = &'static Version<'static>> {
    let newer = move |version: &&Version<'static>| order(from.number).lt(order(version.number));
    versions(from.engine).filter(|version| version.standing != Deprecated).filter(newer)
}

/// The numbers in a version's number: newer versions have greater ones.
pub(crate) fn order(number: &str) -> impl Iterator<Item = u64> {
    number.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok())
}

/// How a version stands that isn't in the catalogue, by its neighbours there: deprecated where all of its major version
/// are, or where its major version is older than all others (`R-CAT-11`).
pub(crate) fn standing_of(engine: &str, number: &str) -> Standing {
    let major = major_version(engine, number);
    let mut same = versions(engine).filter(|version| major_version(engine, version.number) == major).peekable();
    let old = if same.peek().is_some() {
        same.all(|version| version.standing == Deprecated)
    } else {
        versions(engine).next().is_some_and(|oldest| order(number).lt(order(oldest.number)))
    };
    if old { Deprecated } else { Available }
}

/// True for the name of a class, orderable or not.
pub(crate) fn is_class(class: &str) -> bool {
    class == "db.serverless" || standing(class).is_some()
}

/// Whether a class can still be ordered; nothing for a name that isn't one.
pub(crate) fn standing(class: &str) -> Option<bool> {
    let (name, size) = class.rsplit_once('.')?;
    CLASSES.iter().find(|(known, sizes, _)| *known == name && sizes.contains(&size)).map(|(_, _, orderable)| *orderable)
}

/// True for the family of a version that the sandbox knows.
pub(crate) fn is_family(name: &str) -> bool {
    VERSIONS.iter().any(|version| family(version.engine, version.number) == name)
}

/// The engine and major version of a default option group.
pub(crate) fn default_option_group_of(name: &str) -> Option<(String, String)> {
    let found = VERSIONS.iter().find(|version| default_option_group(version.engine, version.number) == name)?;
    Some((found.engine.to_owned(), major_version(found.engine, found.number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_one_usual_version() {
        for engine in ["postgres", "mysql", "mariadb", "oracle-ee", "sqlserver-se", "aurora-mysql"] {
            assert_eq!(versions(engine).filter(|version| version.standing == Usual).count(), 1, "{engine}");
            assert!(resolve(engine, None).is_some());
        }
        assert_eq!(resolve("postgres", Some("15")).unwrap().number, "15.12");
        assert_eq!(resolve("postgres", Some("15.99")), None);
        let table = [
            ("mysql", "5.5.41", Deprecated),
            ("mysql", "5.1.73", Deprecated),
            ("mysql", "8.0.28", Available),
            ("mysql", "9.1.0", Available),
            ("postgres", "15.99", Available),
            ("db2-se", "11.5.9.0", Available),
        ];
        for (engine, number, standing) in table {
            assert_eq!(standing_of(engine, number), standing, "{engine} {number}");
        }
        assert!(is_family("mysql8.0") && !is_family("mysql9.9"));
        assert!(is_class("db.m5.large") && !is_class("db.m5.huge"));
    }
}
