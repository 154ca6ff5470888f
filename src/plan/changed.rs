//! What has changed since a plan was made.

use super::{Plan, PlannedSetting};

/// Something that isn't as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What.
    pub what: String,
    /// How it was when the plan was made.
    pub planned: String,
    /// How it is.
    pub now: String,
}

/// Everything in which a plan made now would be another. Nothing found: it is the same plan, word by word.
#[must_use]
pub fn changes(planned: &Plan, now: &Plan) -> Vec<Changed> {
    let mut found: Vec<Changed> = [
        ("the database's name", &planned.source.identifier, &now.source.identifier),
        ("the database's resource id", &planned.source.resource_id, &now.source.resource_id),
        ("the engine", &planned.source.engine, &now.source.engine),
        ("the key", &planned.key_arn, &now.key_arn),
    ]
    .into_iter()
    .filter(|(_, planned, now)| planned != now)
    .map(|(what, planned, now)| Changed { what: what.into(), planned: planned.clone(), now: now.clone() })
    .collect();
    for setting in planned.settings.iter().chain(&now.settings).map(|planned| planned.setting) {
        let name = setting.to_string();
        if found.iter().any(|changed| changed.what == name) {
            continue;
        }
        let of = |plan: &Plan| plan.settings.iter().find(|planned| planned.setting == setting).cloned();
        let (planned, now) = (of(planned), of(now));
        if planned != now {
            found.push(differing(name, planned.as_ref(), now.as_ref()));
        }
    }
    if found.is_empty() && planned != now {
        let digest = |plan: &Plan| plan.digest();
        found.push(Changed { what: "the plan's digest".into(), planned: digest(planned), now: digest(now) });
    }
    found
}

/// The source's value, or, where that is the same, what the copy would get of it, and how.
fn differing(what: String, planned: Option<&PlannedSetting>, now: Option<&PlannedSetting>) -> Changed {
    let nothing = || "nothing".to_owned();
    let value = |planned: Option<&PlannedSetting>| planned.map_or_else(nothing, |planned| planned.source.to_string());
    let carried = |planned: &PlannedSetting| format!("{} ({:?})", planned.wanted, planned.way());
    let way = |planned: Option<&PlannedSetting>| planned.map_or_else(nothing, carried);
    let (before, after) = (value(planned), value(now));
    if before == after {
        Changed { what, planned: way(planned), now: way(now) }
    } else {
        Changed { what, planned: before, now: after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{DbInstance, KeyReference},
        plan::Origin,
    };

    fn source() -> DbInstance {
        DbInstance {
            identifier: "orders".into(),
            resource_id: Some("db-ORDERS".into()),
            engine: Some("postgres".into()),
            class: Some("db.m5.large".into()),
            backup_retention_period: Some(7),
            ca_certificate_identifier: Some("rds-ca-2019".into()),
            ..DbInstance::default()
        }
    }

    fn plan(source: &DbInstance, certificates: &[String], key: &str) -> Plan {
        let origin = Origin { source, certificates: Some(certificates), major_in_standard_support: None };
        Plan::new(&origin, &KeyReference::Alias("alias/orders".into()), key.into(), None).expect("a plan")
    }

    #[test]
    fn each_change_is_named_and_nothing_else() {
        let offered = ["rds-ca-2019".to_owned()];
        let was = plan(&source(), &offered, "arn:key");
        assert_eq!(changes(&was, &was.clone()), []);
        let same = |change: fn(&mut DbInstance)| {
            let mut source = source();
            change(&mut source);
            plan(&source, &offered, "arn:key")
        };
        let table = [
            ("a value", same(|db| db.class = Some("db.m5.xlarge".into())), "DBInstanceClass", "db.m5.xlarge"),
            ("a new one", same(|db| db.deletion_protection = Some(true)), "DeletionProtection", "yes"),
            ("one less", same(|db| db.backup_retention_period = None), "BackupRetentionPeriod", "nothing"),
            ("its name", same(|db| db.identifier = "orders-old".into()), "the database's name", "orders-old"),
            ("itself", same(|db| db.resource_id = Some("db-NEW".into())), "the database's resource id", "db-NEW"),
            ("another key", plan(&source(), &offered, "arn:other"), "the key", "arn:other"),
            ("a way", plan(&source(), &[], "arn:key"), "CACertificateIdentifier", "nothing"),
            ("something else", same(|db| db.multi_az = Some(true)), "MultiAZ", "yes"),
            (
                "when it was made",
                same(|db| db.instance_create_time = "2026-11-25T00:00:00Z".parse().ok()),
                "the plan's digest",
                "",
            ),
        ];
        for (case, now, what, shown) in table {
            let found = changes(&was, &now);
            assert_eq!(found.len(), 1, "{case}: {found:?}");
            assert_eq!(found[0].what, what, "{case}");
            assert!(found[0].now.contains(shown), "{case}: {found:?}");
        }
    }
}
