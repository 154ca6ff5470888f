//! What must hold on the way, whatever comes out in the end.

use serde_json::Value;

/// What comes last, in this order, and after what nothing else may come.
const LAST: [(&str, &str); 3] = [
    ("AutoMinorVersionUpgrade", "upgrades may start"),
    ("DeletionProtection", "a wreck couldn't be removed"),
    ("BackupRetentionPeriod", "AWS takes a first backup"),
];

/// What AWS checks together. Whatever else can fail apart goes apart: where one is refused, the others are set.
const TOGETHER: [&[&str]; 6] = [
    &["PreferredBackupWindow", "PreferredMaintenanceWindow"],
    &["MonitoringInterval", "MonitoringRoleArn"],
    &[
        "DatabaseInsightsMode",
        "EnablePerformanceInsights",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
    ],
    &["Domain", "DomainIAMRoleName"],
    &["ManageMasterUserPassword", "MasterUserSecretKmsKeyId"],
    &["StorageType", "Iops", "StorageThroughput"],
];

/// What was amiss: a refusal, settings in one call that can fail apart, or anything that comes after what comes last.
pub(super) fn amiss(state: &Value) -> Option<String> {
    let mut last = None;
    for entry in state["journal"].as_array().unwrap() {
        let (call, outcome) = (&entry["call"], &entry["outcome"]);
        let action = call["action"].as_str().unwrap();
        // The first call was denied on purpose.
        if outcome["outcome"] == "refused" && action != "CreateDBSnapshot" {
            return Some(format!("AWS refused {action}: {}", outcome["message"].as_str().unwrap()));
        }
        let settings = call["settings"].as_object().filter(|_| action == "ModifyDBInstance");
        let asked: Vec<&str> = settings.into_iter().flatten().map(|(setting, _)| setting.as_str()).collect();
        let place = LAST.iter().position(|(setting, _)| asked.contains(setting));
        let together = |group: &[&str]| asked.iter().all(|setting| group.contains(setting));
        if asked.len() > 1 && !TOGETHER.iter().any(|group| together(group)) {
            return Some(format!("in one call, and can fail apart: {}", asked.join(" ")));
        }
        if last > place {
            let (setting, why) = LAST[last.unwrap()];
            let what = if asked.is_empty() { action.to_owned() } else { asked.join(" ") };
            return Some(format!("{what} after {setting}: {why}"));
        }
        last = place;
    }
    None
}
