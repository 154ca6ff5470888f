//! A run as JSON, one event a line: for machines.
//!
//! Each line is an object with `format` (1; it rises when a member changes its meaning or goes), `event`, and
//! what belongs to that event. Durations are seconds of AWS's time. New events and members may come at any
//! time: skip what you don't know. The last line of a run is `finished`, `removed`, `stopped`,
//! `interrupted`, `refused`, `nothing_to_do` or `failed`.

use std::{io::Write, path::Path};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    explained,
    removal::Removed,
    report::Report,
    result::{Made, SourceNow},
};
use crate::{
    engine::event::{Begun, Event, Progress, Reporter},
    model::Encryption,
    plan::{Check, Finding, Judgement, Severity},
    state::{AccessEntry, Entry, Owner, Record, StateError},
    steps::{CheckUp, Difference, Evidence, Item, Stop, StopKind},
};

/// The format of these lines.
pub const FORMAT: u32 = 1;

/// Writes each event as a line.
pub struct Json<W> {
    to: W,
}

impl<W: Write> Json<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { to }
    }
}

impl<W: Write> Reporter for Json<W> {
    fn report(&mut self, event: &Event) {
        let Some(value) = of_event(event) else { return };
        // A migration must not end because nobody reads any more.
        let _ = self.to.write_all(line(&value).as_bytes());
        let _ = self.to.flush();
    }
}

/// A line of its own.
#[must_use]
pub fn line(value: &Value) -> String {
    format!("{value}\n")
}

/// The only line of a later look at a finished copy.
#[must_use]
pub fn checked_up(record: &Record, found: &CheckUp, exit_code: u8) -> Value {
    let (compared, differences, why) = match found {
        CheckUp::Same(compared, _) => (Some(*compared), Vec::new(), None),
        CheckUp::Differs(found) => (Some(record.plan.settings.len()), found.iter().map(of_difference).collect(), None),
        CheckUp::Unfit(why) => (None, Vec::new(), Some(why)),
    };
    json!({
        "format": FORMAT, "event": "verified", "database": record.migration.name, "exit_code": exit_code,
        "target": record.generation().map(|generation| &generation.names.target), "kms_key_arn": record.plan.key_arn,
        "compared": compared, "differences": differences, "why": why,
        "raised_by_aws": match found {
            CheckUp::Same(_, raised) => raised.iter().map(of_difference).collect(),
            CheckUp::Differs(_) | CheckUp::Unfit(_) => Vec::new(),
        },
    })
}

/// An event, or nothing for those that only move a screen or are told by the last line.
pub(super) fn of_event(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Begun(Begun { goal, database, target, key_arn, resumed, pace, .. }) => json!({
            "format": FORMAT, "event": "begun", "database": database, "target": target, "kms_key_arn": key_arn,
            "goal": goal, "resumed": resumed, "sandbox_speed": (*pace > 1).then_some(pace),
        }),
        Event::StepStarted { step } => json!({"format": FORMAT, "event": "step_started", "step": step}),
        Event::Asking { step, call, attempt } => {
            json!({"format": FORMAT, "event": "asking", "step": step, "call": call, "attempt": attempt})
        }
        Event::Asked { step, call, outcome, accepted } => json!({
            "format": FORMAT, "event": "asked", "step": step, "call": call, "accepted": accepted, "outcome": outcome,
        }),
        Event::Progress(Progress { step, status, percent, why, elapsed, now, .. }) => json!({
            "format": FORMAT, "event": "progress", "step": step, "time": now, "elapsed": elapsed.as_secs(),
            "status": status, "percent": percent, "why": (!why.is_empty()).then_some(why),
        }),
        Event::StepDone { step, evidence, took } => json!({
            "format": FORMAT, "event": "step_done", "step": step, "took": took.map(|took| took.as_secs()),
            "evidence": of_evidence(evidence),
        }),
        Event::LookFailed { kind, why } => {
            json!({"format": FORMAT, "event": "look_failed", "kind": kind, "why": why})
        }
        Event::Tick { .. } | Event::Interrupted | Event::Stopped(_) | Event::Finished => return None,
    })
}

fn of_evidence(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::Nothing | Evidence::Settled => Value::Null,
        Evidence::Snapshot { name } => json!({"snapshot": name}),
        Evidence::EncryptedCopy { name } => json!({"encrypted_copy": name}),
        Evidence::Restored { name, resource_id } => json!({"instance": name, "resource_id": resource_id}),
        Evidence::Isolated { name, id } => json!({"security_group": name, "id": id}),
        Evidence::Upgraded { name, version } => json!({"encrypted_copy": name, "engine_version": version}),
        Evidence::Verified { compared } => json!({"compared": compared}),
        Evidence::Stopped { name } => json!({"stopped": name}),
        Evidence::Gone { kind, name } => json!({"gone": name, "kind": kind}),
        Evidence::Left { kind, name, why } => json!({"left": name, "kind": kind, "why": why}),
    }
}

/// The last line of a run whose every goal holds.
#[must_use]
pub fn finished(made: &Made<'_>, changed: &[Difference]) -> Value {
    let record = made.record;
    let names = record.generation().map(|generation| &generation.names);
    json!({
        "format": FORMAT, "event": "finished", "database": record.migration.name,
        "target": names.map(|names| &names.target), "endpoint": made.endpoint,
        "master_user_secret_arn": made.secret_arn,
        "on_purpose": explained::differences(&record.plan),
        "raised_by_aws": made.raised.iter().map(of_difference).collect::<Vec<_>>(),
        "encrypted_copy": names.map(|names| &names.copy), "snapshot": names.map(|names| &names.snapshot),
        "kms_key_arn": record.plan.key_arn, "data_as_of": made.snapshot_time, "compared": made.compared,
        "changed_since": changed.iter().map(of_difference).collect::<Vec<_>>(),
        "source": match made.source { SourceNow::There(_) => "there", SourceNow::Gone => "gone" },
        "source_changed": match made.source {
            SourceNow::There(changed) => changed.iter().map(of_difference).collect(),
            SourceNow::Gone => Vec::new(),
        },
    })
}

/// The last line of a run that needs a person.
#[must_use]
pub fn stopped(record: &Record, stop: &Stop, exit_code: u8, next: &str) -> Value {
    let differences = match &stop.kind {
        StopKind::Difference(found) => found.iter().map(of_difference).collect(),
        _ => Vec::new(),
    };
    json!({
        "format": FORMAT, "event": "stopped", "database": record.migration.name, "exit_code": exit_code,
        "reason": stop.reason, "remedy": stop.remedy, "differences": differences, "next": next,
        "retry": (stop.kind.is_failed()).then(|| record.command("resume --retry")),
    })
}

/// The last line of a run that was asked to end.
#[must_use]
pub fn interrupted(record: &Record, next: &str) -> Value {
    json!({
        "format": FORMAT, "event": "interrupted", "database": record.migration.name, "exit_code": 5,
        "next": next,
    })
}

/// The last line of a clean-up that reached its end.
#[must_use]
pub fn removed(removed: &Removed<'_>) -> Value {
    let gone = removed.evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Gone { kind, name } => Some(json!({"kind": kind, "name": name})),
        _ => None,
    });
    let left = removed.evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Left { kind, name, why } => Some(json!({"kind": kind, "name": name, "why": why})),
        _ => None,
    });
    json!({
        "format": FORMAT, "event": "removed", "database": removed.record.migration.name, "goal": removed.goal,
        "gone": gone.collect::<Vec<_>>(), "left": left.collect::<Vec<_>>(),
    })
}

/// The only line of a run that wasn't begun.
#[must_use]
pub fn refused(database: &str, judgement: &Judgement, exit_code: u8) -> Value {
    json!({
        "format": FORMAT, "event": if exit_code == 0 { "nothing_to_do" } else { "refused" }, "database": database,
        "exit_code": exit_code, "why": judgement.nothing_to_do, "owned_elsewhere": judgement.owned_elsewhere,
        "findings": judgement.findings.iter().map(of_finding).collect::<Vec<_>>(),
        "checks": judgement.checks.iter().map(of_check).collect::<Vec<_>>(),
    })
}

/// The last line of a command that broke off: bad arguments, an unusable state file, an AWS that can't be read.
#[must_use]
pub fn failed(message: &str, hint: Option<&str>, exit_code: u8) -> Value {
    json!({"format": FORMAT, "event": "failed", "exit_code": exit_code, "message": message, "hint": hint})
}

pub(super) fn of_check((name, check): &(&'static str, Check)) -> Value {
    match check {
        Check::Ok => json!({"check": name, "result": "ok"}),
        Check::Found => json!({"check": name, "result": "finding"}),
        Check::NotChecked(why, permission) | Check::Open(why, permission) => json!({
            "check": name, "result": "not_checked", "forbids": matches!(check, Check::NotChecked(..)), "why": why,
            "missing_permission": permission,
        }),
    }
}

pub(super) fn of_finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Blocker => "blocker",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({"severity": severity, "what": finding.what, "remedy": finding.remedy, "rule": finding.rule})
}

fn of_item(item: &Item) -> Value {
    json!({
        "kind": item.kind, "name": item.name, "status": item.status, "allocated_storage": item.allocated_storage,
        "encryption": item.encryption.as_ref().map(Encryption::in_words), "ours": item.not_ours.is_none(), "why_not_ours": item.not_ours,
    })
}

fn of_difference(difference: &Difference) -> Value {
    json!({"setting": difference.setting, "wanted": difference.wanted, "shown": difference.shown})
}

/// The document of `status`: all migrations and setups, each with its file; what AWS shows of one, where it was asked; and
/// the content of the page that `--html` writes.
#[must_use]
pub fn status(entries: &[Entry], setups: &[AccessEntry], looked: Option<&[Item]>, report: &Report) -> Value {
    let migrations = entries.iter().map(|it| of_file(&it.path, it.holder.as_ref(), it.record.as_ref()));
    let setups = setups.iter().map(|it| of_file(&it.path, it.holder.as_ref(), it.record.as_ref()));
    let exists = looked.map(|items| items.iter().map(of_item).collect::<Vec<_>>());
    json!({
        "format": FORMAT, "migrations": migrations.collect::<Vec<_>>(), "setups": setups.collect::<Vec<_>>(),
        "exists": exists, "report": report,
    })
}

/// A file of state, readable or not.
fn of_file(path: &Path, holder: Option<&Owner>, record: Result<&impl Serialize, &StateError>) -> Value {
    let running = holder.map(ToString::to_string);
    match record {
        Ok(record) => json!({"file": path, "running": running, "state": record}),
        Err(error) => json!({"file": path, "running": running, "error": error.to_string(), "hint": error.hint()}),
    }
}
