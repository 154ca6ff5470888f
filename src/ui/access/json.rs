//! The audit for machines.

use serde_json::{Value, json};

use crate::{
    access::{Check, Report, Verdict},
    ui::json::FORMAT,
};

/// One document.
#[must_use]
pub fn json(report: &Report, exit_code: u8) -> Value {
    let (passed, failed, not_checked) = report.counts();
    json!({
        "format": FORMAT, "event": "audited", "exit_code": exit_code, "database": report.database, "vpc": report.vpc,
        "bastion": report.bastion,
        "counts": {"passed": passed, "failed": failed, "not_checked": not_checked},
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn check(check: &Check) -> Value {
    let (verdict, remedy, not_checked) = match &check.verdict {
        Verdict::Pass => ("pass", None, None),
        Verdict::Fail(remedy) => ("fail", Some(json!({"words": remedy.words, "commands": remedy.commands})), None),
        Verdict::NotChecked(why) => ("not-checked", None, Some(why)),
    };
    json!({
        "id": check.id, "title": check.title, "verdict": verdict, "seen": check.seen, "why": check.why,
        "remedy": remedy, "not_checked": not_checked, "answers": check.answers,
    })
}
