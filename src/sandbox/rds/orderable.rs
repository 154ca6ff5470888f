//! `DescribeOrderableDBInstanceOptions`: what can be ordered, one row a class, version and storage type.

use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::{self, Standing, Version};
use super::input::Filter;
use super::{page, processor, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// `DescribeOrderableDBInstanceOptions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Orderable {
    engine: String,
    engine_version: Option<String>,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    license_model: Option<String>,
    vpc: Option<bool>,
    #[serde(rename = "AvailabilityZoneGroup")]
    _zone_group: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeOrderableDBInstanceOptions`: retired classes and deprecated versions aren't in it (`R-CAT-3`).
pub(crate) fn orderable(scene: &mut Scene<'_>, input: &Orderable) -> Result<Value, Fault> {
    let mut versions = scene.region.versions();
    versions.retain(|version| version.engine == input.engine);
    if versions.is_empty() {
        return Err(Fault::value(format!("Unrecognized engine name: {}", input.engine)));
    }
    let known =
        |asked: &String| versions.iter().any(|version| version.number == *asked && is_orderable(scene, version));
    if let Some(asked) = input.engine_version.as_ref().filter(|asked| !known(asked)) {
        // Either way, nothing of it can be ordered (`R-CAT-10`).
        if scene.switches.strange_versions_refused && scene.enforces("R-CAT-10") {
            return Err(Fault::combination(format!("Cannot find version {asked} for {}", input.engine)));
        }
    }
    let mut rows = Vec::new();
    // Nothing is left outside a VPC.
    for version in versions.into_iter().filter(|_| input.vpc != Some(false)) {
        let asked = input.engine_version.as_ref().is_none_or(|asked| asked == version.number);
        if !asked || !is_orderable(scene, &version) {
            continue;
        }
        for class in classes(scene, input.class.as_deref()) {
            for license in licenses(&input.engine)
                .iter()
                .filter(|license| input.license_model.as_ref().is_none_or(|asked| asked == *license))
            {
                for storage in storage_types(&input.engine) {
                    let name = format!("{} {class} {license} {storage}", version.number);
                    rows.push((name, row(scene, &version, &class, license, storage)));
                }
            }
        }
    }
    page::cut("OrderableDBInstanceOptions", rows, input.max_records, input.marker.as_deref())
}

fn is_orderable(scene: &Scene<'_>, version: &Version<'_>) -> bool {
    version.standing != Standing::Deprecated || !scene.enforces("R-CAT-3")
}

fn classes(scene: &Scene<'_>, only: Option<&str>) -> Vec<String> {
    let orderable = catalogue::CLASSES.iter().filter(|(_, _, orderable)| *orderable);
    let all = orderable.flat_map(|(name, sizes, _)| sizes.iter().map(move |size| format!("{name}.{size}")));
    let all = all.chain(scene.region.own_classes().cloned());
    all.filter(|class| only.is_none_or(|only| only == class)).collect()
}

fn licenses(engine: &str) -> &'static [&'static str] {
    match engine {
        "oracle-se2" | "oracle-se2-cdb" => &["license-included", "bring-your-own-license"],
        "db2-ae" | "db2-se" => &["bring-your-own-license", "marketplace-license"],
        _ => match view::usual_license(engine) {
            "postgresql-license" => &["postgresql-license"],
            "bring-your-own-license" => &["bring-your-own-license"],
            "license-included" => &["license-included"],
            _ => &["general-public-license"],
        },
    }
}

fn storage_types(engine: &str) -> &'static [&'static str] {
    match engine {
        "db2-ae" | "db2-se" => &["gp3", "io1", "io2"],
        _ if engine.starts_with("aurora") => &["aurora", "aurora-iopt1"],
        _ => &["gp2", "gp3", "io1", "io2", "standard"],
    }
}

fn row(scene: &Scene<'_>, version: &Version<'_>, class: &str, license: &str, storage: &str) -> Value {
    let zones = scene.region.subnet_group("default").map(|group| &group.subnets);
    let zones: Vec<Value> = zones.into_iter().flatten().map(|subnet| json!({"Name": subnet.zone})).collect();
    let (iops, throughput) = (matches!(storage, "io1" | "io2" | "gp3"), storage == "gp3");
    let small = if version.engine.starts_with("sqlserver") { 20 } else { 5 };
    let mut row = json!({
        "Engine": version.engine,
        "EngineVersion": version.number,
        "DBInstanceClass": class,
        "LicenseModel": license,
        "AvailabilityZones": zones,
        "MultiAZCapable": !version.engine.starts_with("sqlserver-ex"),
        "ReadReplicaCapable": true,
        "Vpc": true,
        "SupportsStorageEncryption": true,
        "StorageType": storage,
        "SupportsIops": iops,
        "SupportsStorageThroughput": throughput,
        "SupportsEnhancedMonitoring": true,
        "SupportsIAMDatabaseAuthentication": matches!(version.engine, "postgres" | "mysql" | "mariadb"),
        "SupportsPerformanceInsights": true,
        "SupportsStorageAutoscaling": storage != "standard",
        "SupportsKerberosAuthentication": !matches!(version.engine, "mariadb") && !version.engine.starts_with("aurora"),
        "AvailableProcessorFeatures": processor::available(version.engine, class),
        "OutpostCapable": false,
        "SupportsGlobalDatabases": false,
        "SupportedNetworkTypes": ["IPV4", "DUAL"],
        "SupportsClusters": false,
        "SupportsDedicatedLogVolume": matches!(storage, "io1" | "io2"),
    });
    if !version.engine.starts_with("aurora") {
        let most = if storage == "standard" { 3072 } else { 65536 };
        merge(&mut row, json!({"MinStorageSize": small, "MaxStorageSize": most}));
    }
    if iops {
        let least = if throughput { 3000 } else { 1000 };
        merge(&mut row, json!({"MinIopsPerDbInstance": least, "MaxIopsPerDbInstance": 256_000}));
    }
    row
}

fn merge(row: &mut Value, more: Value) {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
}
