//! The words for steps, evidence and places, the same on every screen.

use crate::{
    engine::event::Trouble,
    model::{AwsTime, ResourceKind},
    state::{Owner, Phase, Summary},
    steps::{Evidence, Step},
};

/// A step, in a person's words.
#[must_use]
pub fn step(step: Step) -> &'static str {
    match step {
        Step::Isolate | Step::RemoveSecurityGroup => "security group",
        Step::Upgrade => "upgrade",
        Step::TakeSnapshot => "snapshot",
        Step::EncryptCopy => "encrypted copy",
        Step::Restore => "restore",
        Step::Settle => "settle",
        Step::Verify => "verify",
        Step::StopTarget => "stop",
        Step::RemoveTarget => "instance",
        Step::RemoveCopy => "encrypted copy",
        Step::RemoveSnapshot => "snapshot",
    }
}

/// What a step that hasn't begun will do.
pub(super) fn promise(step: Step) -> &'static str {
    match step {
        Step::Isolate => "of its own, that lets nothing out",
        Step::Upgrade => "of the copy's engine version",
        Step::TakeSnapshot => "of the source, while it serves",
        Step::EncryptCopy => "of the snapshot, under the key",
        Step::Restore => "a new instance from the copy",
        Step::Settle => "settings that a restore forgets",
        Step::Verify => "key and settings, read back",
        Step::StopTarget => "until somebody needs it",
        Step::RemoveTarget | Step::RemoveCopy | Step::RemoveSnapshot | Step::RemoveSecurityGroup => "to be removed",
    }
}

/// What a step's end rests on. Empty where there is nothing to say.
pub(super) fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Nothing => String::new(),
        Evidence::Snapshot { name } | Evidence::EncryptedCopy { name } | Evidence::Restored { name, .. } => {
            name.clone()
        }
        Evidence::Stopped { name } => format!("{name} is stopped; AWS starts it again after 7 days"),
        Evidence::Gone { kind, name } => format!("the {} {name} is gone", resource(*kind)),
        Evidence::Left { kind, name, why } => format!("the {} {name} is left: {why}", resource(*kind)),
        Evidence::Isolated { name, id } => format!("{name} ({id})"),
        Evidence::Upgraded { name, version } => format!("{name} is of version {version}"),
        Evidence::Settled => "every value read back twice".into(),
        Evidence::Verified { compared } => format!("encrypted, {compared} settings compared"),
    }
}

/// What kind of thing it is.
pub(super) fn resource(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Snapshot => "snapshot",
        ResourceKind::EncryptedCopy => "encrypted copy",
        ResourceKind::Instance => "instance",
        ResourceKind::SecurityGroup => "security group",
    }
}

/// Where a migration stands, by its file and by who holds it.
pub(super) fn standing(summary: &Summary, holder: Option<&Owner>) -> String {
    let at = summary.step.map(|at| format!(" at {}", step(at))).unwrap_or_default();
    match (summary.phase, holder) {
        (Phase::Finished, _) => "finished: encrypted and verified".into(),
        (Phase::Abandoned, _) => "abandoned, and what it made removed".into(),
        (Phase::Abandoning, Some(_)) => "being abandoned".into(),
        (Phase::Abandoning, None) => "given up; what it made is not all removed".into(),
        (Phase::Underway | Phase::Stopped | Phase::Different, Some(_)) => format!("running{at}"),
        (Phase::Underway, None) => format!("interrupted{at}"),
        (Phase::Stopped, None) => format!("stopped{at}"),
        (Phase::Different, None) => "encrypted, but a setting differs".into(),
    }
}

/// What keeps us from looking, and what becomes of it.
pub(super) fn trouble(kind: Trouble, why: &str) -> String {
    match kind {
        Trouble::Unreachable => format!("no answer from AWS: {why}; trying again"),
        Trouble::Throttled => format!("AWS asks for fewer calls ({why}); looking less often"),
        Trouble::Credentials => format!(
            "the credentials don't hold any more: {why}. Renew them in another window (aws sso login): this run goes on by \
             itself, and what AWS has begun goes on meanwhile"
        ),
    }
}

/// One look at AWS: `copying 40 %`, `modifying, until the target takes changes`. Empty where there is nothing.
pub(super) fn look(status: Option<&str>, percent: Option<u8>, why: &str) -> String {
    let percent = percent.map(|percent| format!("{percent} %")).unwrap_or_default();
    let seen = joined([status.unwrap_or_default(), &percent], " ");
    joined([&seen, why], ", ")
}

fn joined(words: [&str; 2], by: &str) -> String {
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(by)
}

/// A key, short: its alias, or the end of its id.
pub(super) fn key(arn: &str) -> String {
    if let Some((_, alias)) = arn.split_once(":alias/") {
        return format!("alias/{alias}");
    }
    let length = arn.chars().count();
    let tail: String = arn.chars().skip(length.saturating_sub(8)).collect();
    format!("…{tail}")
}

/// How long something has gone on, by two of AWS's times.
pub(super) fn between(earlier: AwsTime, later: AwsTime) -> std::time::Duration {
    std::time::Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}
