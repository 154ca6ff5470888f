//! What a person chose for the copy, beyond its key. A plan holds it, so that a resume goes by the same choices.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{
    AwsTime, DbInstance, DbSnapshot, GroupMembership, SecurityRule, Setting, SettingValues, SubnetGroup, Tags, Value,
    name::{GenerationNames, generation_names},
};

/// What a person chose for the copy; the default is as the source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Whether the copy gets the source's tags.
    #[serde(skip_serializing_if = "CopyTags::is_now")]
    pub copy_tags: CopyTags,
    /// Tags on everything that is made: some accounts refuse what lacks them.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Whether a public source's copy is public, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Who may reach the copy, and what it may reach.
    #[serde(skip_serializing_if = "Network::is_source")]
    pub network: Network,
    /// An existing snapshot to begin from; without one, a new one is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ExistingSnapshot>,
    /// Settings that the copy gets instead of the source's.
    #[serde(skip_serializing_if = "SettingValues::is_empty")]
    pub overrides: SettingValues,
    /// The engine version that the encrypted copy of the snapshot is upgraded to before it is restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Upgrade>,
}

/// Whether, and when, the copy gets the source's tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyTags {
    /// With the restore.
    #[default]
    Now,
    /// When it takes the source's place: until then nothing that selects by tag finds it.
    AtCutover,
    /// Never.
    Never,
}

impl CopyTags {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_now(&self) -> bool {
        *self == Self::Now
    }
}

/// Who may reach the copy, and what it may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// As the source: its security groups, or those that were asked for.
    #[default]
    Source,
    /// A security group of its own that lets nothing out, so that jobs inside the copy reach nothing.
    Quarantine {
        /// The only security group that is let in, on the database's port; without one nobody is.
        bastion_group: Option<String>,
        /// The VPC that the group is made in: the copy's.
        vpc_id: String,
        /// The port that is let in.
        port: u16,
        /// The ways out that it keeps, which are the source's: a member of a directory can't work without its servers.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        egress: BTreeSet<SecurityRule>,
    },
}

impl Network {
    fn is_source(&self) -> bool {
        *self == Self::Source
    }

    /// Whether the copy is kept apart.
    #[must_use]
    pub fn is_quarantine(&self) -> bool {
        !self.is_source()
    }
}

/// A snapshot that was there before, and isn't ours to remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExistingSnapshot {
    /// Its name; an automated one's begins with `rds:`.
    pub identifier: String,
    /// When its data was taken. Names come and go; this tells one from the next.
    pub taken: AwsTime,
    /// The engine version that it holds.
    pub engine_version: Option<String>,
}

/// An upgrade of the encrypted copy of the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// The versions to go through, the wanted one last: AWS upgrades only to what it lists for each.
    pub hops: Vec<String>,
    /// Whether the major version changes: default groups of the old one can't be kept then.
    pub major: bool,
}

impl Choices {
    /// As the source has it.
    pub const NONE: Self = Self {
        copy_tags: CopyTags::Now,
        tags: Tags::new(),
        public: false,
        network: Network::Source,
        from: None,
        overrides: SettingValues::new(),
        upgrade: None,
    };

    /// Whether nothing was chosen.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Which kinds of choices were made, in few words that a tag can hold.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = [
            (self.copy_tags != CopyTags::Now, "copy-tags"),
            (!self.tags.is_empty(), "tags"),
            (self.public, "public"),
            (self.network.is_quarantine(), "network"),
            (self.from.is_some(), "from"),
            (!self.overrides.is_empty(), "settings"),
            (self.upgrade.is_some(), "upgrade"),
        ];
        words.into_iter().filter(|(chosen, _)| *chosen).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    /// The names of what one generation makes, or begins from.
    #[must_use]
    pub fn names(&self, database: &str, resource_id: &str, generation: u32, target: Option<&str>) -> GenerationNames {
        let mut names = generation_names(database, resource_id, generation, target);
        if let Some(from) = &self.from {
            names.snapshot.clone_from(&from.identifier);
        }
        if !self.network.is_quarantine() {
            names.security_group.clear();
        }
        names
    }

    /// The source as the copy is to be: with what was asked for instead, as of the snapshot that it is made from.
    #[must_use]
    pub fn desired(&self, source: &DbInstance, snapshot: Option<&DbSnapshot>) -> DbInstance {
        let mut desired = source.clone();
        if let Some(snapshot) = snapshot {
            as_of_snapshot(&mut desired, snapshot);
        }
        if let Some(version) = self.upgrade.as_ref().and_then(|upgrade| upgrade.hops.last()) {
            desired.engine_version = Some(version.clone());
        }
        for (setting, value) in &self.overrides {
            set(&mut desired, *setting, value);
        }
        let asked = |setting: Setting| self.overrides.contains_key(&setting);
        if desired.class != source.class {
            // Cores and threads are those of a class.
            desired.processor_features.clear();
        }
        if asked(Setting::StorageType) && !matches!(desired.storage_type.as_deref(), Some("io1" | "io2")) {
            // Only these can have one.
            desired.dedicated_log_volume = source.dedicated_log_volume.map(|_| false);
        }
        if asked(Setting::StorageType) && desired.storage_type != source.storage_type {
            // Another type's numbers mean nothing on this one: AWS's baseline, unless some are asked for.
            let keeps_iops = matches!(
                (source.storage_type.as_deref(), desired.storage_type.as_deref()),
                (Some("io1"), Some("io2")) | (Some("io2"), Some("io1"))
            );
            if !keeps_iops && !asked(Setting::Iops) {
                desired.iops = None;
            }
            desired.storage_throughput = None;
        }
        desired
    }
}

/// What lies in a snapshot is as it was when the snapshot was taken.
fn as_of_snapshot(desired: &mut DbInstance, snapshot: &DbSnapshot) {
    if snapshot.engine_version.is_some() {
        desired.engine_version.clone_from(&snapshot.engine_version);
    }
    if snapshot.allocated_storage.is_some() {
        desired.allocated_storage = snapshot.allocated_storage;
    }
}

/// Puts a chosen value where an instance shows that setting.
fn set(desired: &mut DbInstance, setting: Setting, value: &Value) {
    let member = |name: &String| GroupMembership { name: name.clone(), status: None };
    match (setting, value) {
        (Setting::DBInstanceClass, Value::Text(class)) => desired.class = Some(class.clone()),
        (Setting::StorageType, Value::Text(kind)) => desired.storage_type = Some(kind.clone()),
        (Setting::Iops, Value::Number(number)) => desired.iops = i32::try_from(*number).ok(),
        (Setting::MultiAZ, Value::Flag(on)) => desired.multi_az = Some(*on),
        (Setting::DBSubnetGroupName, Value::Text(name)) => {
            desired.subnet_group = Some(SubnetGroup { name: Some(name.clone()), vpc_id: None });
        }
        (Setting::VpcSecurityGroupIds, Value::List(ids)) => {
            desired.security_groups = Some(ids.iter().map(member).collect());
        }
        (Setting::DBParameterGroupName, Value::Text(name)) => desired.parameter_groups = Some(vec![member(name)]),
        (Setting::OptionGroupName, Value::Text(name)) => desired.option_groups = Some(vec![member(name)]),
        _ => {}
    }
}
