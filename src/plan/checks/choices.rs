//! What was chosen for the copy: can it be so?

use super::{block, note};
use crate::{
    model::{AwsTime, DbInstance, EngineFamily, MAXIMUM_TAGS, Setting, SnapshotState, SubnetGroup, Value, Verdict},
    plan::{
        Checked, Choices, Facts, Finding,
        carry::{self, is_default_group},
    },
};

/// An option group, as `DescribeOptionGroups` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionGroup {
    /// `OptionGroupName`
    pub name: String,
    /// `EngineName`
    pub engine: Option<String>,
    /// `MajorEngineVersion`
    pub major_engine_version: Option<String>,
    /// `VpcId`: the only VPC that it works in, once an instance of that uses it.
    pub vpc_id: Option<String>,
}

/// The groups that were chosen by name. Nothing where none was; `Known(None)` where AWS has none such.
#[derive(Clone, Debug, Default)]
pub struct ChosenGroups {
    /// The subnet group.
    pub subnet_group: Option<Checked<Option<SubnetGroup>>>,
    /// The family that the parameter group is for.
    pub parameter_group: Option<Checked<Option<String>>>,
    /// The family that the source's own is for.
    pub own_family: Option<Checked<Option<String>>>,
    /// The option group.
    pub option_group: Option<Checked<Option<OptionGroup>>>,
    /// The source's own option group, where another subnet group is chosen.
    pub own_option_group: Option<Checked<Option<OptionGroup>>>,
}

fn known<T>(checked: Option<&Checked<Option<T>>>) -> Option<&T> {
    match checked {
        Some(Checked::Known(Some(found))) => Some(found),
        _ => None,
    }
}

fn is_absent<T>(checked: Option<&Checked<Option<T>>>) -> bool {
    matches!(checked, Some(Checked::Known(None)))
}

impl ChosenGroups {
    /// The VPC that the copy will be in, if AWS shows it.
    #[must_use]
    pub fn vpc_of_copy(&self, source: &DbInstance) -> Option<String> {
        match &self.subnet_group {
            Some(_) => known(self.subnet_group.as_ref())?.vpc_id.clone(),
            None => source.subnet_group.as_ref()?.vpc_id.clone(),
        }
    }

    /// Whether the copy will be in another VPC than the source.
    fn moves(&self, source: &DbInstance) -> bool {
        let chosen = known(self.subnet_group.as_ref()).and_then(|group| group.vpc_id.as_ref());
        let own = source.subnet_group.as_ref().and_then(|group| group.vpc_id.as_ref());
        chosen.is_some() && chosen != own
    }

    /// What couldn't be looked at: why, and the permission.
    pub(super) fn unseen(&self) -> Option<(String, Option<String>)> {
        fn why<T>(checked: Option<&Checked<T>>) -> Option<(String, Option<String>)> {
            match checked? {
                Checked::NotChecked { why, permission } => Some((why.clone(), permission.clone())),
                Checked::Known(_) => None,
            }
        }
        why(self.subnet_group.as_ref())
            .or_else(|| why(self.parameter_group.as_ref()))
            .or_else(|| why(self.option_group.as_ref()))
            .or_else(|| why(self.own_option_group.as_ref()))
    }
}

/// Judges what was chosen.
pub(super) fn judge(facts: &Facts, source: &DbInstance) -> Vec<Finding> {
    let choices = &facts.choices;
    let desired = choices.desired(source, facts.snapshot());
    let mut found = Vec::new();
    found.extend(network(facts, source, choices));
    found.extend(groups(facts, source));
    found.extend(upgrade(facts, source));
    found.extend(storage(choices, &desired));
    found.extend(tags(facts, source));
    found
}

fn network(facts: &Facts, source: &DbInstance, choices: &Choices) -> Vec<Finding> {
    let groups = &facts.groups;
    let mut found = Vec::new();
    if is_absent(groups.subnet_group.as_ref()) {
        found.push(block(
            "the DB subnet group that was chosen doesn't exist".into(),
            "`aws rds describe-db-subnet-groups` lists those that do",
            "R-GRP-5",
        ));
    }
    let group_chosen = choices.overrides.contains_key(&Setting::VpcSecurityGroupIds);
    if groups.moves(source) && !group_chosen && !choices.network.is_quarantine() {
        found.push(block(
            "the chosen subnet group is in another VPC, in which the source's security groups mean nothing".into(),
            "choose some of that VPC: --security-group SG (repeatable), or --network quarantine",
            "R-NET-5",
        ));
    }
    if groups.moves(source) && !choices.overrides.contains_key(&Setting::OptionGroupName) {
        let own = known(groups.own_option_group.as_ref());
        let bound = own.filter(|group| group.vpc_id.is_some() && !is_default_group(&group.name));
        found.extend(bound.map(|group| {
            block(
                format!("the option group {} is bound to the source's VPC", group.name),
                "make one like it for the other VPC, and choose it: --option-group NAME",
                "R-OPT-1",
            )
        }));
    }
    if choices.network.is_quarantine() && groups.vpc_of_copy(source).is_none() {
        found.push(block(
            format!(
                "AWS doesn't show which VPC {} is in, so that no security group can be made for its copy",
                source.identifier
            ),
            "leave out --network quarantine, and choose security groups by hand (--security-group)",
            "R-NET-5",
        ));
    }
    found
}

fn groups(facts: &Facts, source: &DbInstance) -> Vec<Finding> {
    let groups = &facts.groups;
    let mut found = Vec::new();
    if is_absent(groups.parameter_group.as_ref()) {
        found.push(block(
            "the DB parameter group that was chosen doesn't exist".into(),
            "`aws rds describe-db-parameter-groups` lists those that do",
            "R-GRP-3",
        ));
    }
    let same_major = facts.choices.upgrade.as_ref().is_none_or(|upgrade| !upgrade.major);
    if let (Some(chosen), Some(own), true) =
        (known(groups.parameter_group.as_ref()), known(groups.own_family.as_ref()), same_major)
        && chosen != own
    {
        found.push(block(
            format!("the chosen DB parameter group is for {chosen}, the database needs one for {own}"),
            "choose one of that family",
            "R-GRP-3",
        ));
    }
    if is_absent(groups.option_group.as_ref()) {
        found.push(block(
            "the option group that was chosen doesn't exist".into(),
            "`aws rds describe-option-groups` lists those that do",
            "R-GRP-4",
        ));
    }
    if let Some(chosen) = known(groups.option_group.as_ref()) {
        found.extend(option_group(facts, source, chosen));
    }
    found
}

/// An upgrade of the copy's snapshot: is there a way, and do the groups fit where it ends?
fn upgrade(facts: &Facts, source: &DbInstance) -> Vec<Finding> {
    let Some(Checked::Known(route)) = &facts.route else { return vec![] };
    let engine = source.engine.as_deref().unwrap_or_default();
    if matches!(source.family(), Some(EngineFamily::SqlServer | EngineFamily::Db2)) {
        return vec![block(
            format!("AWS upgrades no snapshots of {engine}"),
            "upgrade the instance itself, before or after: leave out --upgrade-snapshot",
            "R-SNAP-10",
        )];
    }
    let route = match route {
        Ok(route) => route,
        Err(why) => return vec![block(why.to_string(), "choose a version that can be reached", "R-SNAP-12")],
    };
    if route.hops.is_empty() {
        return vec![block(
            format!("{} is of that version already", source.identifier),
            "leave out --upgrade-snapshot",
            "R-SNAP-10",
        )];
    }
    if !route.hops.iter().any(|hop| hop.is_major) {
        return vec![];
    }
    let chosen = known(facts.groups.parameter_group.as_ref());
    let family = route.family.as_deref().unwrap_or("the new major version");
    let own = carry::read(Setting::DBParameterGroupName, source);
    let options = carry::read(Setting::OptionGroupName, source);
    let is_custom = |value: &Option<Value>| matches!(value, Some(Value::Text(name)) if !is_default_group(name));
    let asked = |setting| facts.choices.overrides.contains_key(&setting);
    let mut found = Vec::new();
    if is_custom(&own) && !asked(Setting::DBParameterGroupName) {
        found.push(block(
            format!("the source's DB parameter group can't be kept: the upgrade needs one for {family}"),
            "make one with the same parameters, and choose it: --parameter-group NAME (the engine's default: \
             --parameter-group default.FAMILY)",
            "R-GRP-3",
        ));
    }
    if is_custom(&options) && !asked(Setting::OptionGroupName) {
        found.push(block(
            "the source's option group can't be kept: it is for one major version".into(),
            "make one for the new major version, and choose it: --option-group NAME",
            "R-GRP-4",
        ));
    }
    if let (Some(chosen), Some(family)) = (chosen, &route.family)
        && chosen != family
    {
        found.push(block(
            format!("the chosen DB parameter group is for {chosen}, the upgraded copy needs one for {family}"),
            "choose one of that family",
            "R-GRP-3",
        ));
    }
    found
}

fn option_group(facts: &Facts, source: &DbInstance, chosen: &OptionGroup) -> Option<Finding> {
    let other_engine = chosen.engine.is_some() && chosen.engine != source.engine;
    let vpc = facts.groups.vpc_of_copy(source);
    let other_vpc = chosen.vpc_id.is_some() && vpc.is_some() && chosen.vpc_id != vpc;
    let why = match chosen {
        _ if other_engine => format!("is for {}", chosen.engine.as_deref().unwrap_or_default()),
        _ if other_vpc => format!("is bound to another VPC, {}", chosen.vpc_id.as_deref().unwrap_or_default()),
        _ => return None,
    };
    Some(block(format!("the option group {} {why}", chosen.name), "choose one that fits the copy", "R-GRP-4"))
}

/// io1 and io2 are nothing without IOPS (R-STOR-2).
fn storage(choices: &Choices, desired: &DbInstance) -> Option<Finding> {
    let provisioned = matches!(desired.storage_type.as_deref(), Some("io1" | "io2"));
    let chosen = choices.overrides.contains_key(&Setting::StorageType);
    (chosen && provisioned && desired.iops.is_none_or(|iops| iops == 0)).then(|| {
        block(
            format!("{} needs provisioned IOPS", desired.storage_type.as_deref().unwrap_or_default()),
            "say how many: --iops NUMBER",
            "R-STOR-2",
        )
    })
}

/// Ours count, too: one names the migration, the other the run.
fn tags(facts: &Facts, source: &DbInstance) -> Option<Finding> {
    let planned = carry::plan_settings(&facts.origin(source));
    let tags = planned.iter().find(|planned| planned.setting == Setting::Tags).map(|planned| &planned.wanted);
    let count = if let Some(Value::Tags(tags)) = tags { tags.len() } else { facts.choices.tags.len() };
    let ours = if facts.choices.is_default() { 2 } else { 3 };
    (count + ours > MAXIMUM_TAGS).then(|| {
        block(
            format!("the copy would have {count} tags and {ours} of ours: more than {MAXIMUM_TAGS}"),
            "remove one or two of the source's, or leave them out (--copy-tags never)",
            "R-TAG-1",
        )
    })
}

/// Judges the snapshot to begin from.
pub(super) fn judge_snapshot(facts: &Facts, source: &DbInstance, now: Option<AwsTime>) -> Vec<Finding> {
    let Some(Checked::Known(found)) = &facts.from else { return vec![] };
    let Some(snapshot) = found else {
        return vec![block(
            "the snapshot to begin from doesn't exist, or isn't available".into(),
            "`aws rds describe-db-snapshots` lists those that do; leave out --from to take a new one",
            "R-REST-1",
        )];
    };
    let name = &snapshot.identifier;
    let other = snapshot.resource_id.as_ref().filter(|id| source.resource_id.as_ref() != Some(*id));
    if let Some(other) = other {
        return vec![block(
            format!("the snapshot {name} is of another database ({other})"),
            "choose one of this database; a database that had this name before is another one, too",
            "R-REST-1",
        )];
    }
    if snapshot.state() != SnapshotState::Available {
        return vec![block(
            format!("the snapshot {name} is {}", snapshot.status_word()),
            "wait until it is available, or leave out --from",
            "R-REST-1",
        )];
    }
    if snapshot.encryption.verdict() != Verdict::NotEncrypted {
        return vec![block(
            format!("the snapshot {name} is {}", snapshot.encryption.in_words()),
            "begin from one that isn't encrypted; one that is can be restored as it is",
            "R-ENC-5",
        )];
    }
    let Some(taken) = snapshot.original_snapshot_create_time.or(snapshot.snapshot_create_time) else {
        return vec![block(
            format!("AWS doesn't show when the snapshot {name} was taken"),
            "try again later, or leave out --from",
            "R-REST-1",
        )];
    };
    let age = now.map(|now| now.duration_since(taken).as_hours()).filter(|hours| *hours > 0);
    let ago = age.map(|hours| format!(", {hours} h ago")).unwrap_or_default();
    vec![note(
        format!("the copy holds the data of {taken}{ago}: the snapshot {name} is from then"),
        "what was written since isn't in it; leave out --from to take a new snapshot",
        "R-REST-1",
    )]
}
