//! What a restore orders of AWS.

use crate::{
    model::{Setting, Value},
    plan::{
        Origin,
        carry::{PlannedSetting, plan_settings},
    },
};

/// What a restore orders: of the copy as it is wanted, which need not be as the source is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Its engine.
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// Its class.
    pub class: String,
    /// The licence, where one is asked for: most engines have but one.
    pub license: Option<String>,
    /// The type of storage.
    pub storage_type: Option<String>,
    /// Its size, in GiB.
    pub storage: Option<i64>,
    /// The IOPS, where they are a setting of their own.
    pub iops: Option<i64>,
    /// Whether it gets a standby.
    pub multi_az: bool,
}

impl Order {
    /// What a restore from this origin orders. Nothing where AWS doesn't show enough of the source to say.
    #[must_use]
    pub fn of(origin: &Origin<'_>) -> Option<Self> {
        let settings = plan_settings(origin);
        let planned = |setting| settings.iter().find(|planned| planned.setting == setting);
        let text = |setting| planned(setting).and_then(|planned| word(&planned.wanted));
        let number = |setting| match planned(setting).map(|planned| &planned.wanted) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let is_asked = |planned: &&PlannedSetting| planned.at_restore.is_some();
        Some(Self {
            engine: origin.source.engine.clone()?,
            version: text(Setting::EngineVersion)?,
            class: text(Setting::DBInstanceClass)?,
            license: planned(Setting::LicenseModel).filter(is_asked).and_then(|planned| word(&planned.wanted)),
            storage_type: text(Setting::StorageType),
            storage: number(Setting::AllocatedStorage),
            iops: number(Setting::Iops),
            multi_az: planned(Setting::MultiAZ).is_some_and(|planned| planned.wanted == Value::Flag(true)),
        })
    }
}

fn word(value: &Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text.clone()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DbInstance;

    fn source(engine: &str) -> DbInstance {
        let text = |word: &str| Some(word.to_owned());
        DbInstance {
            engine: text(engine),
            engine_version: text("1"),
            class: text("db.m5.large"),
            license_model: text("license-included"),
            storage_type: text("io1"),
            allocated_storage: Some(100),
            iops: Some(1000),
            multi_az: Some(true),
            ..DbInstance::default()
        }
    }

    fn order(source: &DbInstance) -> Option<Order> {
        Order::of(&Origin::of(source))
    }

    #[test]
    fn the_licence_is_ordered_only_where_there_is_a_choice() {
        for (engine, license) in [
            ("postgres", None),
            ("mariadb", None),
            ("oracle-se2", Some("license-included")),
            ("db2-se", Some("license-included")),
        ] {
            let order = order(&source(engine)).expect("an order");
            assert_eq!(order.license.as_deref(), license, "{engine}");
            assert_eq!((order.storage, order.iops, order.multi_az), (Some(100), Some(1000), true), "{engine}");
        }
    }

    #[test]
    fn what_aws_does_not_show_is_not_ordered() {
        assert_eq!(order(&DbInstance { class: None, ..source("mysql") }), None);
        assert_eq!(order(&DbInstance { engine_version: None, ..source("mysql") }), None);
        let small = DbInstance { storage_type: Some("gp3".into()), multi_az: None, ..source("mysql") };
        let order = order(&small).expect("an order");
        assert_eq!((order.iops, order.multi_az), (None, false), "the baseline is no setting");
    }
}
