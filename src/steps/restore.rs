//! Restore: a new instance from the encrypted copy.

use super::{
    Decision, Evidence, Situation, Stop, StopKind, Wait, ask, isolate, lineage,
    lineage::Ours,
    snapshot,
    told::{self, Told, decided},
};
use crate::model::{Call, DbInstance, EventSource, InstanceState, Setting, SettingValues, Tags, Value, Verdict};

/// Decides the next move toward the encrypted instance.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(target) = &situation.seen.target else {
        // What it is restored into has to be there, as it is to be.
        return match isolate::decide(situation) {
            Decision::Done(_) => ask::for_create(situation, call(situation)),
            unready => unready,
        };
    };
    match lineage::of_target(situation, target) {
        Ours::Yes => judge(situation, target),
        Ours::NotYet(why) => Wait::in_status(target.status_word(), why),
        Ours::No(why) => snapshot::not_ours("instance", &target.identifier, &why, target.tags.as_ref()),
    }
}

fn call(situation: &Situation<'_>) -> Call {
    let mut settings: SettingValues = situation
        .plan
        .settings
        .iter()
        .filter_map(|planned| Some((planned.setting, situation.at_restore(planned)?)))
        .collect();
    settings.insert(Setting::Tags, Value::Tags(tags(situation)));
    Call::RestoreDBInstanceFromDBSnapshot {
        snapshot: situation.names().copy.clone(),
        target: situation.names().target.clone(),
        settings,
    }
}

/// The source's tags and ours. Without any, a restore would inherit the source's alone (R-REST-9).
fn tags(situation: &Situation<'_>) -> Tags {
    let mut tags = situation.own_tags();
    for planned in &situation.plan.settings {
        if let (Setting::Tags, Value::Tags(own)) = (planned.setting, &planned.wanted) {
            tags.extend(own.clone());
        }
    }
    tags
}

fn judge(situation: &Situation<'_>, target: &DbInstance) -> Decision {
    let word = target.status_word();
    let name = &target.identifier;
    let broke = matches!(target.state(), InstanceState::NeedsPerson | InstanceState::Stopped | InstanceState::Deleting);
    match target.encryption.verdict() {
        Verdict::UnderKey(arn) if arn == situation.plan.key_arn => {}
        // Nothing said is neither yes nor no: while it is being made AWS may show the key later.
        Verdict::Unknown | Verdict::WithoutNamedKey if broke => {}
        Verdict::Unknown | Verdict::WithoutNamedKey if target.state() == InstanceState::Passing => {
            return Wait::in_status(word, "AWS doesn't show its key yet");
        }
        _ => return not_as_asked(situation, target),
    }
    match target.state() {
        _ if broke => decided(broken(situation, target)),
        _ if let Some(stop) = upgraded_by_itself(situation, target) => stop,
        InstanceState::Passing if word == "creating" || target.endpoint_address.is_none() => Wait::on(word, None),
        _ => Decision::Done(Evidence::Restored {
            name: name.clone(),
            resource_id: target.resource_id.clone().unwrap_or_default(),
        }),
    }
}

/// AWS may upgrade what is restored by itself, at once or in a window (R-REST-10, R-LIFE-2). A person who resumes has
/// read it: then it goes on, and Verify names the difference.
fn upgraded_by_itself(situation: &Situation<'_>, target: &DbInstance) -> Option<Decision> {
    let planned = situation.plan.settings.iter().find(|planned| planned.setting == Setting::EngineVersion)?;
    let (wanted, shown) = (planned.wanted.to_string(), target.engine_version.as_ref()?);
    let upgrading = target.status_word() == "upgrading";
    let told_before = !situation.asked("RestoreDBInstanceFromDBSnapshot", &target.identifier).any(|it| it.this_run);
    if told_before || (wanted == *shown && !upgrading) {
        return None;
    }
    let what = if upgrading { format!("is being upgraded from {shown}") } else { format!("is of version {shown}") };
    Some(Stop::for_person(
        format!("{} {what}, and its snapshot is of {wanted}: AWS upgrades it by itself", target.identifier),
        format!(
            "{}. Find out whether your applications can live with that version: then resume, and it goes on. If not, \
             abandon this migration (rds-encrypt cleanup --abandon), and upgrade the source or its copy on purpose \
             (--upgrade-snapshot)",
            situation.what_is_safe()
        ),
    ))
}

fn not_as_asked(situation: &Situation<'_>, target: &DbInstance) -> Decision {
    Stop::failed(
        format!(
            "the restored instance {} is {}; asked was {}",
            target.identifier,
            target.encryption.in_words(),
            situation.plan.key_arn
        ),
        format!(
            "don't use it: it is not what was asked for. The source {} was not changed",
            situation.plan.source.identifier
        ),
    )
}

/// It needs a person, or is of no use any more.
pub(super) fn broken(situation: &Situation<'_>, target: &DbInstance) -> Told<Decision> {
    let (name, word) = (&target.identifier, target.status_word());
    let since = situation.asked_first(name);
    let events = told::in_its_events(situation, EventSource::Instance(name.clone()), since)?;
    let (kind, advice) = match word {
        "stopped" | "stopping" => (
            StopKind::NeedsPerson,
            format!("start it (aws rds start-db-instance --db-instance-identifier {name}), then resume"),
        ),
        "storage-full" => (StopKind::NeedsPerson, "give it more storage, then resume".into()),
        word if word.starts_with("inaccessible-encryption-credentials") => (
            StopKind::NeedsPerson,
            format!(
                "enable its key {} again, start the instance within seven days, then resume: after that it is lost for good",
                situation.plan.key_arn
            ),
        ),
        _ => (StopKind::Failed { gone: None }, "mend what AWS names and resume, or begin afresh".into()),
    };
    Ok(Stop::of(
        kind,
        format!("the restored instance {name} is {word}, which does not pass by itself{events}"),
        format!("{}; {advice}", situation.what_is_safe()),
    ))
}
