//! `DescribeDBEngineVersions` and `DescribeDBMajorEngineVersions`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::{self, Standing, Version};
use super::create::CERTIFICATE;
use super::input::Filter;
use super::page;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{family, major_version};

/// `DescribeDBEngineVersions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Versions {
    engine: Option<String>,
    engine_version: Option<String>,
    #[serde(rename = "DBParameterGroupFamily")]
    family: Option<String>,
    #[serde(default)]
    default_only: bool,
    #[serde(default)]
    include_all: bool,
    #[serde(rename = "ListSupportedCharacterSets")]
    _character_sets: Option<bool>,
    #[serde(rename = "ListSupportedTimezones")]
    _timezones: Option<bool>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBMajorEngineVersions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Majors {
    engine: Option<String>,
    major_engine_version: Option<String>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBEngineVersions`: deprecated versions only when all are asked for (`R-CAT-1`).
pub(crate) fn versions(scene: &Scene<'_>, input: &Versions) -> Result<Value, Fault> {
    let wanted = |version: &Version<'_>| {
        let engine = version.engine;
        input.engine.as_ref().is_none_or(|asked| asked == engine)
            && input
                .engine_version
                .as_ref()
                .is_none_or(|asked| asked == version.number || *asked == major_version(engine, version.number))
            && input.family.as_ref().is_none_or(|asked| *asked == family(engine, version.number))
            && (!input.default_only || version.standing == Standing::Usual)
            && (input.include_all || !scene.enforces("R-CAT-1") || version.standing != Standing::Deprecated)
    };
    // The order of the catalogue, oldest first, is kept by numbering the rows.
    let rows = scene.region.versions().into_iter().enumerate().filter(|(_, version)| wanted(version));
    let rows = rows.map(|(number, version)| (format!("{number:04}"), row(&version)));
    page::cut("DBEngineVersions", rows.collect(), input.max_records, input.marker.as_deref())
}

fn row(version: &Version<'_>) -> Value {
    let Version { engine, number, standing } = *version;
    let name = description(engine);
    let targets: Vec<Value> = catalogue::upgrades(version)
        .map(|target| {
            let major = major_version(engine, target.number) != major_version(engine, number);
            json!({
                "Engine": engine, "EngineVersion": target.number, "Description": format!("{name} {}", target.number),
                "AutoUpgrade": false, "IsMajorVersionUpgrade": major})
        })
        .collect();
    let status = if standing == Standing::Deprecated { "deprecated" } else { "available" };
    json!({
        "Engine": engine,
        "EngineVersion": number,
        "MajorEngineVersion": major_version(engine, number),
        "DBParameterGroupFamily": family(engine, number),
        "DBEngineDescription": name,
        "DBEngineVersionDescription": format!("{name} {number}"),
        "ValidUpgradeTarget": targets,
        "ExportableLogTypes": logs(engine),
        "SupportsLogExportsToCloudwatchLogs": !logs(engine).is_empty(),
        "SupportsReadReplica": true,
        "SupportedFeatureNames": super::features::features(engine, number),
        "Status": status,
        "SupportsParallelQuery": false,
        "SupportsGlobalDatabases": engine.starts_with("aurora"),
        "SupportsBabelfish": false,
        "SupportsCertificateRotationWithoutRestart": engine == "postgres",
        "SupportedCACertificateIdentifiers": [CERTIFICATE, "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"],
    })
}

fn description(engine: &str) -> &'static str {
    match engine {
        "postgres" => "PostgreSQL",
        "mysql" => "MySQL Community Edition",
        "mariadb" => "MariaDB Community Edition",
        "aurora-postgresql" => "Aurora PostgreSQL",
        "aurora-mysql" => "Aurora MySQL",
        "oracle-se2" | "oracle-se2-cdb" => "Oracle Database Standard Edition Two",
        "oracle-ee" | "oracle-ee-cdb" => "Oracle Database Enterprise Edition",
        "db2-ae" | "db2-se" => "IBM Db2",
        _ => "Microsoft SQL Server",
    }
}

/// The logs that an engine can export.
pub(crate) fn logs(engine: &str) -> &'static [&'static str] {
    match engine {
        "postgres" => &["postgresql", "upgrade", "iam-db-auth-error"],
        "aurora-postgresql" => &["postgresql", "instance"],
        "mysql" | "mariadb" | "aurora-mysql" => &["audit", "error", "general", "slowquery"],
        _ if engine.starts_with("oracle") => &["alert", "audit", "listener", "trace"],
        _ if engine.starts_with("db2") => &["diag.log", "notify.log"],
        _ => &["agent", "error"],
    }
}

/// Support dates of the majors that have Extended Support: standard until, extended until.
const SUPPORT: [(&str, &str, &str, &str, &str); 10] = [
    ("mysql", "5.7", "2016-02-22", "2024-02-29", "2027-02-28"),
    ("mysql", "8.0", "2018-10-23", "2026-07-31", "2029-07-31"),
    ("mysql", "8.4", "2024-11-21", "2029-07-31", "2032-07-31"),
    ("postgres", "11", "2019-03-13", "2024-02-29", "2027-03-31"),
    ("postgres", "12", "2020-03-31", "2025-02-28", "2028-02-29"),
    ("postgres", "13", "2021-02-24", "2026-02-28", "2029-02-28"),
    ("postgres", "14", "2022-02-03", "2027-02-28", "2030-02-28"),
    ("postgres", "15", "2023-02-27", "2028-02-29", "2031-02-28"),
    ("postgres", "16", "2024-02-29", "2029-02-28", "2032-02-29"),
    ("postgres", "17", "2025-02-20", "2030-02-28", "2033-02-28"),
];

/// Whether standard support of a version's major has ended by this time.
pub(crate) fn standard_support_ended(engine: &str, version: &str, now: Timestamp) -> bool {
    let major = major_version(engine, version);
    let row = SUPPORT.iter().find(|(known, number, ..)| *known == engine && *number == major);
    let end = row.and_then(|(_, _, _, standard, _)| format!("{standard}T23:59:59Z").parse::<Timestamp>().ok());
    end.is_some_and(|end| end < now)
}

/// The first newer version whose major is in standard support.
pub(crate) fn next_supported(scene: &Scene<'_>, engine: &str, version: &str) -> Option<&'static str> {
    let from = scene.region.version(engine, version)?;
    let mut newer = catalogue::upgrades(&from).map(|known| known.number);
    newer.find(|number| !standard_support_ended(engine, number, scene.now))
}

/// `DescribeDBMajorEngineVersions` (`R-CAT-2`).
pub(crate) fn majors(scene: &Scene<'_>, input: &Majors) -> Result<Value, Fault> {
    let wanted = |engine: &str, major: &str| {
        input.engine.as_ref().is_none_or(|asked| asked == engine)
            && input.major_engine_version.as_ref().is_none_or(|asked| asked == major)
    };
    let rows = SUPPORT.iter().filter(|(engine, major, ..)| wanted(engine, major) && scene.enforces("R-CAT-2"));
    let rows = rows.map(|(engine, major, start, standard, extended)| {
        let life = |name: &str, start: &str, end: &str| {
            json!({
                "LifecycleSupportName": name, "LifecycleSupportStartDate": format!("{start}T00:00:00Z"),
                "LifecycleSupportEndDate": format!("{end}T23:59:59.999Z")})
        };
        let lives = [
            life("open-source-rds-standard-support", start, standard),
            life("open-source-rds-extended-support", standard, extended),
        ];
        let row = json!({"Engine": engine, "MajorEngineVersion": major, "SupportedEngineLifecycles": lives});
        (format!("{engine} {major:0>4}"), row)
    });
    page::cut("DBMajorEngineVersions", rows.collect(), input.max_records, input.marker.as_deref())
}
