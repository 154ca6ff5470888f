//! What `batch` takes.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use crate::{
    cli::{
        Failure,
        arguments::PriceArguments,
        choices::{ChoiceArguments, WhenTags, WhichNetwork, security_group, tag},
        scan,
    },
    engine::batch::After,
    model::KeyReference,
    plan::inventory::{DateBound, Selection},
    steps::schedule::{AfterVerify, Hours, Limits},
};

/// What a batch takes where nothing else is said: what was made before AWS encrypted by default in most consoles.
const BEFORE: &str = "2023-01-01";

const NAMES_OF_QUOTAS: &str = "A quota of the rehearsal, over the account's or AWS's default, such as ManualSnapshots=500, \
                               DBInstances=200 or AllocatedStorage=100000 (GiB); repeatable";

#[derive(Clone, Debug, Args)]
#[command(after_help = "Example: rds-encrypt batch --kms-key alias/databases --name 'shop-*' --window 22:00-05:00")]
pub(in crate::cli) struct BatchArguments {
    /// The KMS key of all copies: its id, ARN or alias/NAME. It can never be changed afterwards
    #[arg(long, value_name = "KEY")]
    pub(super) kms_key: Option<KeyReference>,
    /// Play it first: the same batch on a sandbox filled with the account's inventory, in a moment instead of a night.
    /// The account is only read
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Rehearse with what `aws rds describe-db-instances` or rds-encrypt scan --output json printed, without any account;
    /// repeatable
    #[arg(long, value_name = "FILE", requires = "rehearse", conflicts_with_all = ["sandbox", "endpoint_url", "profile"])]
    pub(super) from: Vec<PathBuf>,
    /// A quota of the rehearsal, over the account's or AWS's default; repeatable
    #[arg(long, value_name = "NAME=NUMBER", requires = "rehearse", value_parser = quota, help = NAMES_OF_QUOTAS)]
    pub(super) quota: Vec<(String, i64)>,
    #[command(flatten)]
    pub(super) prices: PriceArguments,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) how: How,
    #[command(flatten)]
    copies: Copies,
}

/// Which databases are meant.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Which databases")]
struct Which {
    /// Only of this engine, such as postgres or oracle-ee; repeatable
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<String>,
    /// Only those made before midnight UTC of this day, or at any time. A restore or a promotion makes an old database
    /// look new
    #[arg(long, value_name = "DATE|any", default_value = BEFORE)]
    created_before: DateBound,
    /// Only those with this tag; repeatable
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = scan::tag)]
    tags: Vec<(String, String)>,
    /// Only those of this name, in which * stands for anything and ? for one character
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
}

/// How many at a time, and when.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "How many, and when")]
pub(super) struct How {
    /// So many go first and alone, the smallest; the others follow only if they succeed
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    canary: usize,
    /// At most so many between the beginning of their snapshot and the end of their copy; fewer where AWS refuses
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = at_least_one)]
    concurrency: usize,
    /// After so many failures nothing new begins
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = at_least_one)]
    max_failures: usize,
    /// At most so many encrypted copies at a time, those that are done among them
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    max_open: Option<usize>,
    /// When new ones may begin, UTC: 22:00-06:00, or sat:20:00-mon:05:00. What has begun goes on at any time
    #[arg(long, value_name = "HOURS")]
    window: Option<Hours>,
    /// For how many minutes of nothing else to do it waits for room in the account's quotas
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    wait_for_room: u64,
    /// Remove each plain snapshot once its copy is verified: the plain snapshot is itself not encrypted, and without it
    /// a batch needs half the snapshots
    #[arg(long)]
    pub(super) drop_plain_snapshots: bool,
    /// What becomes of each encrypted instance once it is verified: it runs on, is stopped (AWS starts it again after 7
    /// days), or is deleted, while its encrypted copy stays
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Then::Keep)]
    after_verify: Then,
    /// Instead of the question, for --after-verify delete: the word delete. --yes is not enough to delete anything
    #[arg(long, value_name = "WORD")]
    pub(super) confirm: Option<String>,
    /// Run this command when a person is needed; what happened is in its environment, as `RDS_ENCRYPT_MESSAGE`
    #[arg(long, value_name = "COMMAND")]
    pub(super) notify: Option<String>,
}

/// What becomes of an encrypted instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Then {
    Keep,
    Stop,
    Delete,
}

impl How {
    pub(super) fn after_verify(&self) -> AfterVerify {
        match self.after_verify {
            Then::Keep => AfterVerify::Keep,
            Then::Stop => AfterVerify::Stop,
            Then::Delete => AfterVerify::Delete,
        }
    }

    pub(super) fn after(&self) -> After {
        After { drop_plain_snapshots: self.drop_plain_snapshots, then: self.after_verify() }
    }
}

/// What the copies get instead of what their sources have.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The copies, where they are to be others than the sources")]
struct Copies {
    /// Begin from the newest automated snapshots instead of taking any: no pause in any source's I/O
    #[arg(long)]
    from_latest_automated: bool,
    /// Whether the copies get the sources' tags: schedulers, backup plans and janitors go by them
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = WhenTags::Now, hide_default_value = true)]
    copy_tags: WhenTags,
    /// A tag for everything that is made; repeatable
    #[arg(long = "new-tag", value_name = "KEY=VALUE", value_parser = tag)]
    new_tags: Vec<(String, String)>,
    /// quarantine: each copy gets a security group of its own that lets nothing out
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = WhichNetwork::Source, hide_default_value = true)]
    network: WhichNetwork,
    /// The security group that reaches the copies in quarantine
    #[arg(long, value_name = "SG", value_parser = security_group)]
    bastion_group: Option<String>,
}

fn quota(text: &str) -> Result<(String, i64), String> {
    let names = ["ManualSnapshots", "DBInstances", "AllocatedStorage"];
    match text.split_once('=').map(|(name, number)| (name, number.parse::<i64>())) {
        Some((name, Ok(number @ 0..))) if names.contains(&name) => Ok((name.to_owned(), number)),
        _ => Err(format!("NAME=NUMBER, of {}", names.join(", "))),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("a number from 1".into()),
    }
}

impl BatchArguments {
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        let tags = scan::tags(&self.which.tags)?;
        Ok(Selection {
            engines: self.which.engine.clone(),
            created_before: self.which.created_before.0,
            tags,
            name: self.which.name.clone(),
            unencrypted_only: true,
        })
    }

    pub(super) fn limits(&self) -> Limits {
        let How { canary, concurrency, max_failures, max_open, ref window, wait_for_room, .. } = self.how;
        let wait_for_room = Duration::from_mins(wait_for_room);
        Limits { canary, concurrency, max_failures, max_open, hours: window.clone(), wait_for_room }
    }

    /// The same choices as of one migration.
    pub(super) fn choices(&self) -> Result<ChoiceArguments, Failure> {
        let Copies { from_latest_automated, copy_tags, new_tags, network, bastion_group } = &self.copies;
        let choices = ChoiceArguments {
            from: from_latest_automated.then(|| "latest-automated".to_owned()),
            copy_tags: *copy_tags,
            tags: new_tags.clone(),
            network: *network,
            bastion_group: bastion_group.clone(),
            ..ChoiceArguments::default()
        };
        choices.check()?;
        Ok(choices)
    }
}
