//! Features of an engine for which an instance may be given a role.

use crate::sandbox::world::groups::major_version;

/// The features of an engine version, as `SupportedFeatureNames` shows them (`R-ROLE-4`).
pub(crate) fn features(engine: &str, version: &str) -> &'static [&'static str] {
    let number = major_version(engine, version).split('.').next().and_then(|first| first.parse::<u32>().ok());
    match engine {
        "postgres" if number.is_some_and(|number| number >= 12) => &["Lambda", "s3Export", "s3Import"],
        "postgres" if number == Some(11) => &["s3Export", "s3Import"],
        _ if engine.starts_with("oracle") => &["EFS_INTEGRATION", "S3_INTEGRATION"],
        _ if engine.starts_with("sqlserver") => &["S3_INTEGRATION"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_go_by_engine_and_version() {
        let table = [
            ("postgres", "13.4", 3),
            ("postgres", "11.22", 2),
            ("postgres", "9.6.24", 0),
            ("mysql", "8.0.36", 0),
            ("mariadb", "10.6.21", 0),
            ("oracle-se2", "19.0.0.0.ru-2024-10.rur-2024-10.r1", 2),
            ("sqlserver-se", "15.00.4430.1.v1", 1),
        ];
        for (engine, version, count) in table {
            assert_eq!(features(engine, version).len(), count, "{engine} {version}");
        }
    }
}
