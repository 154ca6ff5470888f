//! Remove: takes away what a migration made, and only that.
//!
//! A deletion needs more proof than anything else (rule 7): name and lineage, the run's own tag, the same identity
//! in two looks, protection seen off, a source that is still there; and a person's yes, which was asked for before.

use super::{
    Decision, Evidence, Goal, Situation, Stop, Wait, ask,
    lineage::{self, Ours, TAGS_LAG},
    told::{self, Told, decided},
};
use crate::model::{
    Call, DbInstance, DbSnapshot, InstanceState, RUN_TAG, ResourceKind, Setting, SettingValues, SnapshotState, Tags,
    Value, Verdict,
};

/// Decides the next move toward no target.
pub(super) fn target(situation: &Situation<'_>) -> Decision {
    let name = &situation.names().target;
    let Some(target) = &situation.seen.target else {
        return absent(situation, ResourceKind::Instance, name);
    };
    let ours = match lineage::of_target(situation, target) {
        Ours::Yes => confirmed(situation, ResourceKind::Instance, name, target.tags.as_ref()),
        other => other,
    };
    if let Some(decision) = unless_ours(ours, ResourceKind::Instance, name, target.status_word()) {
        return decision;
    }
    if target.state() == InstanceState::Deleting {
        return Wait::on(target.status_word(), None);
    }
    decided(when_nothing_is_lost(situation, ResourceKind::Instance, |situation| delete_instance(situation, target)))
}

/// Decides the next move toward no encrypted copy.
pub(super) fn copy(situation: &Situation<'_>) -> Decision {
    let name = &situation.names().copy;
    let Some(copy) = &situation.seen.copy else { return absent(situation, ResourceKind::EncryptedCopy, name) };
    let ours = lineage::of_copy(situation, copy);
    decided(one_snapshot(situation, copy, ResourceKind::EncryptedCopy, ours))
}

/// Decides the next move toward no plain snapshot.
pub(super) fn snapshot(situation: &Situation<'_>, goal: Goal) -> Decision {
    let name = &situation.names().snapshot;
    let Some(snapshot) = &situation.seen.snapshot else { return absent(situation, ResourceKind::Snapshot, name) };
    if goal == Goal::DropSnapshots
        && let Some(stop) = without_its_copy(situation, name)
    {
        return stop;
    }
    let ours = lineage::of_snapshot(situation, snapshot, "CreateDBSnapshot");
    decided(one_snapshot(situation, snapshot, ResourceKind::Snapshot, ours))
}

/// Decides the next move toward no security group of the copy's own. No data hangs on it.
pub(super) fn security_group(situation: &Situation<'_>) -> Decision {
    let kind = ResourceKind::SecurityGroup;
    let name = &situation.names().security_group;
    let Some(group) = &situation.seen.security_group else { return absent(situation, kind, name) };
    let ours = match lineage::of_security_group(situation, group) {
        Ours::Yes => confirmed(situation, kind, name, Some(&group.tags)),
        other => other,
    };
    if let Some(decision) = unless_ours(ours, kind, name, "there") {
        return decision;
    }
    if situation.steady_for.of(kind) < ask::SECOND_LOOK {
        return Wait::because("looking once more before anything is removed");
    }
    ask::for_change(situation, Call::DeleteSecurityGroup { name: name.clone(), group_id: group.id.clone() }, true)
}

fn one_snapshot(situation: &Situation<'_>, shown: &DbSnapshot, kind: ResourceKind, ours: Ours) -> Told<Decision> {
    let name = &shown.identifier;
    let ours = if ours == Ours::Yes { confirmed(situation, kind, name, shown.tags.as_ref()) } else { ours };
    if let Some(decision) = unless_ours(ours, kind, name, shown.status_word()) {
        return Ok(decision);
    }
    match (shown.state(), shown.status_word()) {
        (_, word @ ("deleting" | "deleted")) => return Ok(Wait::in_status(word, "until AWS shows it no more")),
        // A copy under way is given up by being deleted (R-SNAP-5); a snapshot has to be there first.
        (SnapshotState::Passing, word) if kind == ResourceKind::Snapshot => {
            return Ok(Wait::on(word, shown.percent_progress));
        }
        _ => {}
    }
    when_nothing_is_lost(situation, kind, |situation| {
        let created = shown.original_snapshot_create_time.or(shown.snapshot_create_time);
        ask::for_change(situation, Call::DeleteDBSnapshot { snapshot: name.clone(), created }, true)
    })
}

/// The tag must say that this run made it: what lacks it is left as it is.
fn confirmed(situation: &Situation<'_>, kind: ResourceKind, name: &str, tags: Option<&Tags>) -> Ours {
    let age = situation.asked_to_make(kind, name).last().map(|asked| asked.age).unwrap_or_default();
    match tags.and_then(|tags| tags.get(RUN_TAG)) {
        Some(run) if run == situation.run => Ours::Yes,
        Some(run) => Ours::No(format!("its tag {RUN_TAG} names another run, {run}")),
        None if age < TAGS_LAG => Ours::NotYet("until AWS shows its tags, which prove that it is ours"),
        None => Ours::No(format!("it has no tag {RUN_TAG}")),
    }
}

/// What isn't proven ours is waited for or left.
fn unless_ours(ours: Ours, kind: ResourceKind, name: &str, word: &str) -> Option<Decision> {
    match ours {
        Ours::Yes => None,
        Ours::NotYet(why) => Some(Wait::in_status(word, why)),
        Ours::No(why) => Some(Decision::Done(Evidence::Left { kind, name: name.to_owned(), why })),
    }
}

/// AWS shows nothing of that name: it is gone, unless it was asked for a moment ago and may still appear.
fn absent(situation: &Situation<'_>, kind: ResourceKind, name: &str) -> Decision {
    let gone = || Decision::Done(Evidence::Gone { kind, name: name.to_owned() });
    let made = situation.asked_to_make(kind, name).filter(|asked| asked.intent.outcome.may_have_acted()).last();
    let Some(made) = made else { return gone() };
    let deleted = situation.asked(kind.deletion(), name).any(|asked| asked.intent.outcome.may_have_acted());
    if !deleted && made.age < ask::UNSEEN {
        return Wait::because(format!("{name} was asked for a moment ago and may still appear"));
    }
    if situation.steady_for.of(kind) < ask::SECOND_LOOK {
        return Wait::because(format!("AWS doesn't show {name} any more; looking once more"));
    }
    gone()
}

/// Deletes nothing while the source can't be seen: what this migration made may be all that is left of its data.
fn when_nothing_is_lost(
    situation: &Situation<'_>,
    kind: ResourceKind,
    act: impl FnOnce(&Situation<'_>) -> Decision,
) -> Told<Decision> {
    let source = &situation.plan.source;
    let stays = |instance: &DbInstance| instance.state() != InstanceState::Deleting;
    let same = |instance: &DbInstance| instance.resource_id.as_deref() == Some(source.resource_id.as_str());
    if !situation.seen.source.as_ref().is_some_and(|instance| same(instance) && stays(instance)) {
        let unless = match told::instance(situation, &source.resource_id)? {
            Ok(Some(instance)) if stays(instance) => None,
            Ok(Some(instance)) => Some(format!("{} is {}", instance.identifier, instance.status_word())),
            Ok(None) => Some(format!("AWS shows no instance {}", source.resource_id)),
            Err(why) => Some(format!("it couldn't be looked up ({why})")),
        };
        if let Some(why) = unless {
            return Ok(Stop::for_person(
                format!("the source {} isn't there to stay: {why}", source.identifier),
                "what this migration made may be all that is left of its data, so nothing is removed. Remove it by hand if \
                 you are sure",
            ));
        }
    }
    if situation.steady_for.of(kind) < ask::SECOND_LOOK {
        return Ok(Wait::because("looking once more before anything is removed"));
    }
    Ok(act(situation))
}

fn delete_instance(situation: &Situation<'_>, target: &DbInstance) -> Decision {
    let (instance, resource_id) = (target.identifier.clone(), target.resource_id.clone().unwrap_or_default());
    if target.deletion_protection == Some(true) {
        if matches!(target.state(), InstanceState::Stopped | InstanceState::NeedsPerson) {
            return under_protection(situation, target);
        }
        let settings = SettingValues::from([(Setting::DeletionProtection, Value::Flag(false))]);
        return ask::for_change(situation, Call::ModifyDBInstance { instance, resource_id, settings }, true);
    }
    ask::for_change(situation, Call::DeleteDBInstance { instance, resource_id }, true)
}

/// A protected instance that takes no changes can't be freed by us.
fn under_protection(situation: &Situation<'_>, target: &DbInstance) -> Decision {
    let (name, word) = (&target.identifier, target.status_word());
    let advice = match target.state() {
        InstanceState::Stopped => format!("start it (aws rds start-db-instance --db-instance-identifier {name})"),
        _ => "bring it back to available, or ask AWS's support to remove it".into(),
    };
    Stop::for_person(
        format!("the instance {name} is {word}, and protected from deletion: AWS takes no change of it in this status"),
        format!("{}; {advice}, then run the same again", situation.what_is_safe()),
    )
}

/// The plain snapshot goes only while its encrypted copy is there.
fn without_its_copy(situation: &Situation<'_>, name: &str) -> Option<Decision> {
    let copy = situation.seen.copy.as_ref().filter(|copy| {
        lineage::of_copy(situation, copy) == Ours::Yes
            && copy.state() == SnapshotState::Available
            && matches!(copy.encryption.verdict(), Verdict::UnderKey(arn) if arn == situation.plan.key_arn)
    });
    copy.is_none().then(|| {
        Stop::for_person(
            format!("the encrypted copy {} isn't there any more", situation.names().copy),
            format!("the snapshot {name} is kept: it is the only one of its moment. Remove it by hand if you are sure"),
        )
    })
}
