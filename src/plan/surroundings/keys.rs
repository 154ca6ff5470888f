//! Whether RDS may use the key on this caller's behalf, and whether the other keys can be used.

use super::{Case, SettingKey, Surroundings, block, warn};
use crate::{
    model::{GrantCheck, Setting},
    plan::{
        checks::{Check, Judgement},
        facts::{Checked, KeyLookup},
        finding::Finding,
    },
};

const GRANT: &str = "kms:CreateGrant";

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, surroundings: &Surroundings) {
    match &surroundings.grant {
        None => {}
        Some(GrantCheck::Allowed) => judgement.enter("grant on the key", vec![]),
        Some(GrantCheck::Denied(why)) => judgement.enter("grant on the key", vec![denied(case, why)]),
        Some(GrantCheck::NotChecked(why)) => {
            judgement.checks.push(("grant on the key", Check::Open(format!("{GRANT}: {why}"), None)));
        }
    }
    if surroundings.keys.is_empty() {
        return;
    }
    let mut found = Vec::new();
    let mut open = None;
    for key in &surroundings.keys {
        match &key.lookup {
            Checked::Known(lookup) => found.extend(unusable(key, lookup)),
            Checked::NotChecked { why, permission } => open = Some((why.clone(), permission.clone())),
        }
    }
    match open {
        None => judgement.enter("keys of settings", found),
        Some((why, permission)) => {
            judgement.findings.extend(found);
            judgement.checks.push(("keys of settings", Check::Open(why, permission)));
        }
    }
}

/// A ban holds whoever asks. Where a permission is only lacking, one that is tied to RDS (`kms:ViaService`,
/// `kms:GrantIsForAWSResource`: so in the console's own policy for users of a key) lacks in the dry run, too, and RDS
/// would be allowed all the same (R-KMS-6).
fn denied(case: Case<'_>, why: &str) -> Finding {
    let key = case.facts.key_asked.as_ref().map_or_else(|| "the key".to_owned(), ToString::to_string);
    let region = &case.facts.region;
    if why.contains("explicit deny") {
        return block(
            format!("this caller is forbidden {GRANT} on {key}, without which RDS can't use it ({why})"),
            "have the policy that forbids it changed, run this as somebody else (--profile), or choose another key",
            "R-ENC-8",
        );
    }
    warn(
        format!("{GRANT} on {key} is denied to this caller, at least where it is asked for directly ({why})"),
        &format!(
            "unless it is allowed by way of RDS (kms:ViaService rds.{region}.amazonaws.com), the encrypted copy will be \
             refused: grant {GRANT} on that key to whoever runs this"
        ),
        "R-ENC-8",
    )
}

fn unusable(key: &SettingKey, lookup: &KeyLookup) -> Option<Finding> {
    let SettingKey { setting, key, .. } = key;
    let state = match lookup {
        KeyLookup::Found(found) => match found.state.as_deref() {
            Some("Enabled") | None => return None,
            Some(state) => format!("is {state}"),
        },
        KeyLookup::NotFound(_) => "doesn't exist here".to_owned(),
    };
    let what = match setting {
        Setting::PerformanceInsightsKMSKeyId => "Performance Insights",
        _ => "the secret of the master password",
    };
    Some(warn(
        format!("the key for {what}, {key}, {state}: the copy will be refused it"),
        "enable it (`aws kms enable-key --key-id …`) before the copy is set up, or give the source another one; all else \
         is carried on with",
        "R-ENC-3",
    ))
}
