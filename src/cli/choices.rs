//! What is chosen for the copy: the flags, and what of AWS they rest on.

use std::collections::BTreeSet;

use clap::{Args, Parser, ValueEnum};

use super::Failure;
use crate::{
    aws::{Aws, ReadError, checked},
    model::{
        DbInstance, DbSnapshot, OWNER_TAG, RUN_TAG, Setting, SettingValues, Tags, Value, is_reserved, quoted, unquoted,
    },
    plan::{self, Checked, Choices, ChosenGroups, CopyTags, ExistingSnapshot, Network, NoRoute, Route, Upgrade},
};

/// What the copy gets instead of what the source has.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The copy, where it is to be another than the source")]
#[group(id = "choices", multiple = true)]
pub(super) struct ChoiceArguments {
    /// Begin from this snapshot, or from the newest automated one, instead of taking one: no pause in the source's I/O,
    /// and nothing written since is in the copy
    #[arg(long, value_name = "SNAPSHOT|latest-automated")]
    pub(super) from: Option<String>,
    /// Whether the copy gets the source's tags: schedulers, backup plans and janitors go by them
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = WhenTags::Now, hide_default_value = true)]
    pub(super) copy_tags: WhenTags,
    /// A tag for everything that is made; repeatable
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    pub(super) tags: Vec<(String, String)>,
    /// Let the copy of a public source be public, too
    #[arg(long)]
    pub(super) public: bool,
    /// quarantine: a security group of the copy's own that lets nothing out, so that jobs inside it reach nothing
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = WhichNetwork::Source, hide_default_value = true)]
    pub(super) network: WhichNetwork,
    /// The security group that reaches the copy in quarantine, on the database's port
    #[arg(long, value_name = "SG", value_parser = security_group)]
    pub(super) bastion_group: Option<String>,
    /// DB subnet group, perhaps in another VPC
    #[arg(long, value_name = "NAME")]
    pub(super) subnet_group: Option<String>,
    /// Security group; repeatable
    #[arg(long = "security-group", value_name = "SG", value_parser = security_group)]
    pub(super) security_groups: Vec<String>,
    /// Storage type: gp2, gp3, io1, io2 or standard
    #[arg(long, value_name = "TYPE", value_parser = ["gp2", "gp3", "io1", "io2", "standard"])]
    pub(super) storage_type: Option<String>,
    /// Provisioned IOPS, for io1, io2 and large gp3
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) iops: Option<u32>,
    /// Instance class
    #[arg(long, value_name = "CLASS", value_parser = class)]
    pub(super) instance_class: Option<String>,
    /// A standby in another zone, or none
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = ["yes", "no"])]
    pub(super) multi_az: Option<String>,
    /// DB parameter group
    #[arg(long, value_name = "NAME")]
    pub(super) parameter_group: Option<String>,
    /// Option group
    #[arg(long, value_name = "NAME")]
    pub(super) option_group: Option<String>,
    /// Upgrade the encrypted copy of the snapshot to this engine version before it is restored
    #[arg(long, value_name = "VERSION")]
    pub(super) upgrade_snapshot: Option<String>,
}

/// Whether the copy gets the source's tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum WhenTags {
    /// With the restore
    #[default]
    Now,
    /// Once it takes the source's place
    AtCutover,
    /// Not at all
    Never,
}

/// Who may reach the copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum WhichNetwork {
    /// As the source
    #[default]
    Source,
    /// Nobody but the bastion, and nothing from it
    Quarantine,
}

pub(super) fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE is wanted")?;
    let allowed = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/=+-@".contains(letter);
    match key {
        _ if key.is_empty() || key.chars().count() > 128 => Err("a key has 1 to 128 characters".into()),
        _ if value.chars().count() > 256 => Err("a value has at most 256 characters".into()),
        _ if is_reserved(key) => Err(format!("only AWS may set {key}")),
        OWNER_TAG | RUN_TAG => Err(format!("{key} is set by this command itself")),
        _ if !text.chars().all(allowed) => Err("letters, digits, spaces and _ . : / = + - @ are allowed".into()),
        _ => Ok((key.to_owned(), value.to_owned())),
    }
}

pub(super) fn security_group(text: &str) -> Result<String, String> {
    let id = text.strip_prefix("sg-").unwrap_or_default();
    let good = !id.is_empty() && id.chars().all(|letter| letter.is_ascii_alphanumeric());
    if good { Ok(text.to_owned()) } else { Err("the id of a security group is wanted, such as sg-0a1b2c3d".into()) }
}

fn class(text: &str) -> Result<String, String> {
    if text.starts_with("db.") && text.len() > 3 { Ok(text.to_owned()) } else { Err("such as db.m6g.large".into()) }
}

/// A command line of nothing else.
#[derive(Debug, Parser)]
struct OnlyChoices {
    #[command(flatten)]
    choices: ChoiceArguments,
}

/// What was chosen, with what of AWS it rests on.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) choices: Choices,
    pub(super) from: Option<Checked<Option<DbSnapshot>>>,
    pub(super) groups: ChosenGroups,
    pub(super) route: Option<Checked<Result<Route, NoRoute>>>,
}

impl ChoiceArguments {
    /// The flags that don't go together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let wrong = |text: &str| Err(Failure::Usage(text.to_owned()));
        let keys: BTreeSet<&String> = self.tags.iter().map(|(key, _)| key).collect();
        let quarantine = self.network == WhichNetwork::Quarantine;
        match self {
            _ if keys.len() < self.tags.len() => wrong("the same key is given by --tag twice"),
            Self { bastion_group: Some(_), .. } if !quarantine => {
                wrong("--bastion-group goes with --network quarantine")
            }
            _ if quarantine && !self.security_groups.is_empty() => {
                wrong("--security-group and --network quarantine both choose the security groups: leave one out")
            }
            _ if quarantine && self.public => wrong("--public and --network quarantine contradict each other"),
            _ => Ok(()),
        }
    }

    /// The choices that these flags make, as [`flags`](Self::flags) wrote them.
    pub(super) fn of_flags(flags: &str) -> Result<Self, String> {
        let words = std::iter::once("rds-encrypt".to_owned()).chain(unquoted(flags)?);
        OnlyChoices::try_parse_from(words).map(|only| only.choices).map_err(|error| error.to_string())
    }

    /// Whether they are those of a migration that exists; none given agree with any.
    pub(super) fn agree_with(&self, begun: &Choices) -> bool {
        let from = match (self.from.as_deref(), &begun.from) {
            (None, None) => true,
            (Some("latest-automated"), Some(begun)) => begun.identifier.starts_with("rds:"),
            (Some(name), Some(begun)) => begun.identifier == name,
            _ => false,
        };
        let group = match &begun.network {
            Network::Source => None,
            Network::Quarantine { bastion_group, .. } => bastion_group.clone(),
        };
        let same = Choices {
            copy_tags: self.when(),
            tags: self.tags.iter().cloned().collect(),
            public: begun.public,
            network: begun.network.clone(),
            from: begun.from.clone(),
            overrides: self.overrides(),
            upgrade: begun.upgrade.clone(),
        };
        let network = (self.network == WhichNetwork::Quarantine) == begun.network.is_quarantine();
        let version = begun.upgrade.as_ref().and_then(|upgrade| upgrade.hops.last());
        let network = network && self.upgrade_snapshot.as_ref() == version;
        self.flags().is_empty() || (same == *begun && from && network && self.bastion_group == group)
    }

    fn when(&self) -> CopyTags {
        match self.copy_tags {
            WhenTags::Now => CopyTags::Now,
            WhenTags::AtCutover => CopyTags::AtCutover,
            WhenTags::Never => CopyTags::Never,
        }
    }

    /// The flags, to be pasted again.
    pub(super) fn flags(&self) -> String {
        let word = |flag: &str, value: &Option<String>| Some(format!(" {flag} {}", quoted(value.as_deref()?)));
        let tags = self.tags.iter().map(|(key, value)| format!(" --tag {}", quoted(&format!("{key}={value}"))));
        let groups = self.security_groups.iter().map(|group| format!(" --security-group {group}"));
        let when = match self.copy_tags {
            WhenTags::Now => None,
            WhenTags::AtCutover => Some(" --copy-tags at-cutover".to_owned()),
            WhenTags::Never => Some(" --copy-tags never".to_owned()),
        };
        let quarantine = (self.network == WhichNetwork::Quarantine).then(|| " --network quarantine".to_owned());
        [
            word("--from", &self.from),
            when,
            self.public.then(|| " --public".to_owned()),
            quarantine,
            word("--bastion-group", &self.bastion_group),
            word("--subnet-group", &self.subnet_group),
            word("--storage-type", &self.storage_type),
            self.iops.map(|number| format!(" --iops {number}")),
            word("--instance-class", &self.instance_class),
            self.multi_az.as_ref().map(|word| format!(" --multi-az={word}")),
            word("--parameter-group", &self.parameter_group),
            word("--option-group", &self.option_group),
            word("--upgrade-snapshot", &self.upgrade_snapshot),
        ]
        .into_iter()
        .flatten()
        .chain(tags)
        .chain(groups)
        .collect()
    }

    /// The settings that are chosen by name.
    fn overrides(&self) -> SettingValues {
        let text = |setting, value: &Option<String>| Some((setting, Value::Text(value.clone()?)));
        let groups: BTreeSet<String> = self.security_groups.iter().cloned().collect();
        let groups =
            (!groups.is_empty()).then(|| (Setting::VpcSecurityGroupIds, Value::List(groups.into_iter().collect())));
        [
            text(Setting::DBSubnetGroupName, &self.subnet_group),
            text(Setting::StorageType, &self.storage_type),
            text(Setting::DBInstanceClass, &self.instance_class),
            text(Setting::DBParameterGroupName, &self.parameter_group),
            text(Setting::OptionGroupName, &self.option_group),
            self.iops.map(|number| (Setting::Iops, Value::Number(number.into()))),
            self.multi_az.as_ref().map(|word| (Setting::MultiAZ, Value::Flag(word == "yes"))),
            groups,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Reads what the choices rest on, and settles them for this source.
    pub(super) async fn settle(&self, aws: &Aws, source: &DbInstance) -> Result<Chosen, ReadError> {
        let mut choices = Choices {
            copy_tags: self.when(),
            tags: self.tags.iter().cloned().collect::<Tags>(),
            public: self.public && source.publicly_accessible == Some(true),
            overrides: self.overrides(),
            ..Choices::default()
        };
        let from = self.snapshot(aws, source).await?;
        if let Some(Checked::Known(Some(snapshot))) = &from {
            choices.from = existing(snapshot);
        }
        let route = self.route(aws, source, &choices).await?;
        choices.upgrade = upgrade(route.as_ref());
        let groups = groups(aws, source, &choices).await?;
        if self.network == WhichNetwork::Quarantine {
            choices.network = self.quarantine(aws, source, &groups).await?;
        }
        Ok(Chosen { choices, from, groups, route })
    }

    /// The way to the version that the snapshot is to be upgraded to.
    async fn route(
        &self,
        aws: &Aws,
        source: &DbInstance,
        choices: &Choices,
    ) -> Result<Option<Checked<Result<Route, NoRoute>>>, ReadError> {
        let held = choices.from.as_ref().and_then(|from| from.engine_version.as_ref());
        let version = held.or(source.engine_version.as_ref());
        let (Some(to), Some(engine), Some(from)) = (&self.upgrade_snapshot, &source.engine, version) else {
            return Ok(None);
        };
        Ok(Some(route(aws, engine, from, to).await?))
    }

    async fn snapshot(&self, aws: &Aws, source: &DbInstance) -> Result<Option<Checked<Option<DbSnapshot>>>, ReadError> {
        let found = match (self.from.as_deref(), source.resource_id.as_deref()) {
            (None, _) | (_, None) => return Ok(None),
            (Some("latest-automated"), Some(id)) => aws.latest_automated_snapshot(id).await,
            (Some(name), Some(_)) => aws.snapshots(&[name]).await.map(|found| found.into_iter().next()),
        };
        Ok(Some(checked(found)?))
    }

    async fn quarantine(&self, aws: &Aws, source: &DbInstance, groups: &ChosenGroups) -> Result<Network, ReadError> {
        let egress = if source.attached.domains.is_empty() {
            BTreeSet::new()
        } else {
            let ids: Vec<String> = source.security_groups.iter().flatten().map(|group| group.name.clone()).collect();
            aws.security_groups_by_id(&ids).await?.into_iter().flat_map(|group| group.egress).collect()
        };
        Ok(Network::Quarantine {
            bastion_group: self.bastion_group.clone(),
            vpc_id: groups.vpc_of_copy(source).unwrap_or_default(),
            port: source.endpoint_port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
            egress,
        })
    }
}

/// What a plan that was approved chose, with what of AWS it rests on now. What has changed is found by comparing plans.
pub(super) async fn approved(aws: &Aws, source: &DbInstance, approved: &Choices) -> Result<Chosen, ReadError> {
    let mut choices = approved.clone();
    let mut from = None;
    if let Some(planned) = &approved.from {
        let found = aws.snapshots(&[&planned.identifier]).await.map(|found| found.into_iter().next());
        let found = checked(found)?;
        if let Checked::Known(Some(snapshot)) = &found {
            choices.from = existing(snapshot);
        }
        from = Some(found);
    }
    let mut asked = None;
    if let (Some(planned), Some(engine)) = (&approved.upgrade, &source.engine) {
        let held = choices.from.as_ref().and_then(|from| from.engine_version.as_ref());
        let version = held.or(source.engine_version.as_ref());
        if let (Some(from), Some(to)) = (version, planned.hops.last()) {
            let found = route(aws, engine, from, to).await?;
            choices.upgrade = upgrade(Some(&found));
            asked = Some(found);
        }
    }
    let groups = groups(aws, source, &choices).await?;
    Ok(Chosen { choices, from, groups, route: asked })
}

async fn route(aws: &Aws, engine: &str, from: &str, to: &str) -> Result<Checked<Result<Route, NoRoute>>, ReadError> {
    Ok(match checked(aws.versions_between(engine, from, to).await)? {
        Checked::Known(versions) => Checked::Known(plan::route(&versions, from, to)),
        Checked::NotChecked { why, permission } => Checked::NotChecked { why, permission },
    })
}

/// What is planned of a way that was found.
fn upgrade(route: Option<&Checked<Result<Route, NoRoute>>>) -> Option<Upgrade> {
    match route? {
        Checked::Known(Ok(Route { hops, .. })) if !hops.is_empty() => Some(Upgrade {
            hops: hops.iter().map(|hop| hop.to.clone()).collect(),
            major: hops.iter().any(|hop| hop.is_major),
        }),
        _ => None,
    }
}

fn existing(snapshot: &DbSnapshot) -> Option<ExistingSnapshot> {
    Some(ExistingSnapshot {
        identifier: snapshot.identifier.clone(),
        taken: snapshot.original_snapshot_create_time.or(snapshot.snapshot_create_time)?,
        engine_version: snapshot.engine_version.clone(),
    })
}

/// The groups that were chosen by name: are they there, and for what are they?
async fn groups(aws: &Aws, source: &DbInstance, choices: &Choices) -> Result<ChosenGroups, ReadError> {
    let name = |setting| match choices.overrides.get(&setting) {
        Some(Value::Text(name)) => Some(name.as_str()),
        _ => None,
    };
    let own_option_group = source.option_groups.iter().flatten().next().map(|group| group.name.as_str());
    let own_parameter_group = source.parameter_groups.iter().flatten().next().map(|group| group.name.as_str());
    let mut found = ChosenGroups::default();
    if let Some(name) = name(Setting::DBSubnetGroupName) {
        found.subnet_group = Some(checked(aws.subnet_group(name).await)?);
        if let Some(own) = own_option_group {
            found.own_option_group = Some(checked(aws.option_group(own).await)?);
        }
    }
    if let Some(name) = name(Setting::DBParameterGroupName) {
        found.parameter_group = Some(checked(aws.parameter_group_family(name).await)?);
        if let Some(own) = own_parameter_group {
            found.own_family = Some(checked(aws.parameter_group_family(own).await)?);
        }
    }
    if let Some(name) = name(Setting::OptionGroupName) {
        found.option_group = Some(checked(aws.option_group(name).await)?);
    }
    Ok(found)
}
