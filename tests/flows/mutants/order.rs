//! Mutants of Settle's order: groups that change places, that go together, and that are torn apart.

use serde_json::Value;

use super::Change;

/// Settle's groups of the first world, in their order.
const ORDER: [&str; 14] = [
    "SecurityGroups",
    "Windows",
    "Monitoring",
    "Insights",
    "LogExports",
    "IamAuthentication",
    "Domain",
    "Roles",
    "MasterUserPassword",
    "StorageAutoscaling",
    "ExtendedSupport",
    "MinorVersionUpgrades",
    "DeletionProtection",
    "BackupRetention",
];

/// Groups that nothing of that world is in: one goes before all that has several settings, one after it.
const EMPTY: [&str; 2] = ["Standby", "Storage"];

/// Neighbours change places or go together, what comes last comes first, and each group of several is torn apart.
pub(super) fn mutants(settings: &[Value]) -> Vec<(String, Change)> {
    let mut found = Vec::new();
    for pair in ORDER.windows(2) {
        found.push((pair[0].to_owned(), Change::Swapped(pair[1])));
        found.push((pair[0].to_owned(), Change::With(pair[1])));
    }
    for late in ["MinorVersionUpgrades", "DeletionProtection", "BackupRetention"] {
        found.push((ORDER[0].to_owned(), Change::Swapped(late)));
    }
    for group in ORDER {
        let members = || settings.iter().filter(|planned| planned["settle"] == group);
        for planned in members().filter(|_| members().count() > 1) {
            let setting = planned["setting"].as_str().unwrap();
            found.extend(EMPTY.map(|empty| (setting.to_owned(), Change::In(empty))));
        }
    }
    found
}

/// Gives each setting the group that stands for its own.
pub(super) fn regroup(settings: &mut [Value], pairs: &[(&str, &str)]) {
    for planned in settings {
        let group = pairs.iter().find(|(from, _)| planned["settle"] == **from);
        if let Some((_, to)) = group {
            planned["settle"] = (*to).into();
        }
    }
}
