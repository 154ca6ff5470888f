//! Verify: encryption, key and every setting, read back. It only reads.

use super::{
    Decision, Difference, Evidence, Situation, Stop, StopKind, Wait,
    isolate::Walls,
    lineage::{self, Ours},
    situation::wanted,
};
use crate::{
    model::{DbInstance, InstanceState, SecurityGroup, Setting, Value, Verdict},
    plan::{Plan, PlannedSetting, Reason, carry},
};

/// Decides whether the target is what was asked for.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(target) = &situation.seen.target else { return Wait::because("the target isn't shown") };
    let plan = situation.plan;
    match target.encryption.verdict() {
        Verdict::UnderKey(arn) if arn == plan.key_arn => {}
        _ => {
            return Stop::failed(
                format!("{} is {}; asked was {}", target.identifier, target.encryption.in_words(), plan.key_arn),
                format!("don't use it. The source {} was not changed", plan.source.identifier),
            );
        }
    }
    let found = differences(plan, target, situation.seen.security_group.as_ref());
    if found.is_empty() {
        return Decision::Done(Evidence::Verified { compared: plan.settings.len() });
    }
    let listed: Vec<String> = found.iter().map(in_words).collect();
    Stop::of(
        StopKind::Difference(found),
        format!("{} is encrypted under the key as asked, but differs: {}", target.identifier, listed.join("; ")),
        "set these by hand if they matter, then resume to verify again; the data is complete and the source untouched",
    )
}

/// What a later look says of a copy that was verified earlier.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckUp {
    /// It is what was made: so many settings were compared, and these AWS has changed since, as was told before.
    Same(usize, Vec<Difference>),
    /// It is encrypted as asked, but these settings differ.
    Differs(Vec<Difference>),
    /// It isn't what was made, or of no use: why.
    Unfit(String),
}

/// Looks at a copy again. Nothing is mended.
#[must_use]
pub fn check_up(situation: &Situation<'_>) -> CheckUp {
    let name = &situation.names().target;
    let Some(target) = &situation.seen.target else { return CheckUp::Unfit(format!("{name} isn't there")) };
    match lineage::of_target(situation, target) {
        Ours::Yes => {}
        Ours::NotYet(why) => return CheckUp::Unfit(format!("{name} can't be told for certain: {why}")),
        Ours::No(why) => return CheckUp::Unfit(format!("{name} is another instance: {why}")),
    }
    if target.encryption.verdict() != Verdict::UnderKey(situation.plan.key_arn.clone()) {
        let shown = target.encryption.in_words();
        return CheckUp::Unfit(format!("{name} is {shown}; asked was {}", situation.plan.key_arn));
    }
    if matches!(target.state(), InstanceState::NeedsPerson | InstanceState::Deleting) {
        return CheckUp::Unfit(format!("{name} is {}", target.status_word()));
    }
    let found = differences(situation.plan, target, situation.seen.security_group.as_ref());
    if found.is_empty() {
        CheckUp::Same(situation.plan.settings.len(), raised(situation.plan, target))
    } else {
        CheckUp::Differs(found)
    }
}

/// The settings in which the target isn't what the plan wants, but for what AWS did as the plan told.
#[must_use]
pub fn differences(plan: &Plan, target: &DbInstance, group: Option<&SecurityGroup>) -> Vec<Difference> {
    let breach = match (Walls::of(&plan.choices.network), group) {
        (None, _) => None,
        (Some(walls), Some(group)) => walls.breach(group),
        (Some(_), None) => Some("its own security group isn't shown".to_owned()),
    };
    plan.settings
        .iter()
        .filter_map(|planned| {
            let wanted = wanted(planned, &planned.wanted, group).unwrap_or_else(|| planned.wanted.clone());
            let breach = breach.clone().filter(|_| planned.reason == Some(Reason::Quarantined));
            let fault = carry::fault(planned.setting, target).or(breach);
            let holds = carry::holds(planned.setting, &wanted, target) || has_risen(plan, target, planned);
            let same = fault.is_none() && holds;
            let shown = fault.map(Value::Text).or_else(|| carry::read(planned.setting, target));
            (!same).then_some(Difference { setting: planned.setting, wanted, shown })
        })
        .collect()
}

/// What AWS has raised by itself, as the plan told that it may: the version, and the default groups that go by it.
#[must_use]
pub fn raised(plan: &Plan, target: &DbInstance) -> Vec<Difference> {
    let of = |planned: &PlannedSetting| Difference {
        setting: planned.setting,
        wanted: planned.wanted.clone(),
        shown: carry::read(planned.setting, target),
    };
    plan.settings.iter().filter(|planned| has_risen(plan, target, planned)).map(of).collect()
}

fn has_risen(plan: &Plan, target: &DbInstance, planned: &PlannedSetting) -> bool {
    let version = plan.settings.iter().find(|planned| planned.setting == Setting::EngineVersion);
    let (Some(version), Some(now)) = (version, &target.engine_version) else { return false };
    if !plan.version_may_rise || !is_newer(now, &version.wanted.to_string()) {
        return false;
    }
    let shown = carry::read(planned.setting, target).map(|value| value.to_string());
    let wanted = planned.wanted.to_string();
    match planned.setting {
        Setting::EngineVersion => true,
        Setting::DBParameterGroupName | Setting::OptionGroupName => shown
            .is_some_and(|shown| shown != wanted && [shown, wanted].iter().all(|name| carry::is_default_group(name))),
        _ => false,
    }
}

/// Whether a version is a later one, by its numbers.
fn is_newer(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    };
    numbers(version) > numbers(than)
}

/// The settings in which the source isn't what it was when the plan was made: others went on working on it.
#[must_use]
pub fn changed_source(plan: &Plan, source: &DbInstance) -> Vec<Difference> {
    plan.settings
        .iter()
        .filter_map(|planned| Some((planned.setting, planned.source.clone()?)))
        .filter(|(setting, value)| carry::read(*setting, source).as_ref() != Some(value))
        .map(|(setting, wanted)| Difference { setting, wanted, shown: carry::read(setting, source) })
        .collect()
}

fn in_words(difference: &Difference) -> String {
    let shown = difference.shown.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    format!("{} is {shown}, wanted is {}", difference.setting, difference.wanted)
}
