//! Whether the account has room for what is made.

use super::{Case, block, note};
use crate::{
    model::AccountQuota,
    plan::{
        checks::{Check, Judgement},
        facts::Checked,
        finding::Finding,
    },
};

/// What is needed: AWS's name of the quota, its code in Service Quotas, how much, and of what.
fn needed(case: Case<'_>) -> [(&'static str, &'static str, i64, &'static str); 3] {
    let snapshots = if case.facts.from.is_some() { 1 } else { 2 };
    let storage = i64::from(case.desired.allocated_storage.unwrap_or_default());
    [
        ("DBInstances", "L-7B6409FD", 1, "DB instances"),
        ("ManualSnapshots", "L-272F1212", snapshots, "manual snapshots"),
        ("AllocatedStorage", "L-7ADDB58A", storage, "GiB of storage"),
    ]
}

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, quotas: &Checked<Vec<AccountQuota>>) {
    let rows = match quotas {
        Checked::Known(rows) => rows,
        Checked::NotChecked { why, permission } => {
            judgement.checks.push(("quotas", Check::Open(why.clone(), permission.clone())));
            return;
        }
    };
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for (name, code, more, what) in needed(case) {
        match rows.iter().find(|row| row.name == name) {
            Some(row) => found.extend(quota(case, row, code, more, what)),
            None => unknown.push(name),
        }
    }
    if unknown.is_empty() {
        judgement.enter("quotas", found);
    } else {
        judgement.findings.extend(found);
        let why = format!("AWS shows no quota {}", unknown.join(", "));
        judgement.checks.push(("quotas", Check::Open(why, None)));
    }
}

/// Full: AWS would refuse. Nearly full: what others make meanwhile may fill it.
fn quota(case: Case<'_>, row: &AccountQuota, code: &str, more: i64, what: &str) -> Option<Finding> {
    let AccountQuota { used, max, .. } = row;
    let then = used.saturating_add(more);
    let region = &case.facts.region;
    let raise = |by: i64| {
        format!(
            "`aws service-quotas request-service-quota-increase --region {region} --service-code rds --quota-code {code} \
             --desired-value {by}`"
        )
    };
    if then > *max {
        return Some(block(
            format!("no room for {more} more {what}: {used} of {max} are used (Service Quotas, rds {code})"),
            &format!("remove what nobody needs, or ask for more: {}", raise(then.saturating_add(max / 10))),
            "R-QUOTA-1",
        ));
    }
    (then.saturating_mul(100) > max.saturating_mul(95)).then(|| {
        note(
            format!("{what} will be nearly used up: {then} of {max} (Service Quotas, rds {code})"),
            &format!("what others make meanwhile may fill it; to ask for more: {}", raise(max.saturating_mul(2))),
            "R-QUOTA-1",
        )
    })
}
