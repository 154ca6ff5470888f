//! The command line.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    access::arguments::AccessCommand, batch::BatchArguments, choices::ChoiceArguments, policy::Policy,
    sandbox::arguments::SandboxCommand, scan::Scan, tunnel::arguments::Tunnel,
};
use crate::{
    aws::Transcript,
    model::{DatabaseReference, KeyReference, ReferenceError, name::instance_name_fault},
    plan::cost::Named,
    ui::Volume,
};

/// Takes an unencrypted Amazon RDS database to an encrypted one, and proves it.
#[derive(Debug, Parser)]
#[command(name = "rds-encrypt", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// Profile of AWS's configuration files
    #[arg(long, global = true)]
    pub(super) profile: Option<String>,
    /// AWS Region, such as eu-west-2
    #[arg(long, global = true)]
    pub(super) region: Option<String>,
    /// Reach AWS at another address
    #[arg(long, global = true, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
    /// Where migrations are remembered [default: $XDG_STATE_HOME/rds-encrypt, else ~/.local/state/rds-encrypt]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,
    /// Work in the embedded sandbox: an AWS of your own, without account or network
    #[arg(long, global = true)]
    pub(super) sandbox: bool,
    /// Begin without asking
    #[arg(long, global = true)]
    pub(super) yes: bool,
    /// What stdout carries: texts, or JSON for machines (one event a line while a migration runs)
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub(super) output: Format,
    /// Keep a log in this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// Write each call to AWS and its answer to this new file, without secrets, account numbers and people's names
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// The same, once it is open.
    #[arg(skip)]
    pub(super) transcript: Option<Transcript>,
    /// Say more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// Say nothing but the result and problems
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

impl Global {
    pub(super) fn volume(&self) -> Volume {
        match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (_, true) => Volume::Verbose,
            _ => Volume::Normal,
        }
    }
}

/// What stdout carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    /// Of `scan` alone.
    #[value(skip)]
    Csv,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List every database, how it is encrypted, and whether it could be migrated
    ///
    /// It only reads: all RDS instances and clusters, Aurora among them, of one or several Regions and accounts. A
    /// cluster counts as one database, whatever its members. A look that fails costs only itself, and is told.
    Scan(Scan),
    /// Show what a migration would do, and what is in its way
    ///
    /// It only reads. Steps and names, every setting and how it gets onto the copy, findings with their remedies, and
    /// what couldn't be checked. Exit code 0 where a migration could begin, else the one with which it would be refused.
    Plan(PlanOne),
    /// Take one database to an encrypted copy
    ///
    /// Snapshot, encrypted copy of it, restore, settings, and everything read back. The source serves on and is
    /// never changed. It goes on after any interruption: rds-encrypt resume DB.
    Migrate(Migrate),
    /// Take every unencrypted database of an account and Region to an encrypted copy
    ///
    /// Within the account's limits: a canary first, then the longest, as many at a time as AWS takes. One failure never
    /// stops the others. It goes on after any interruption: rds-encrypt resume --all. Exit code 0 where all of them are
    /// encrypted and verified, 9 where some are.
    Batch(BatchArguments),
    /// Go on with a migration that was interrupted, or with a whole batch
    Resume(Resume),
    /// Show where migrations and batches stand
    ///
    /// By the state files of this machine, without asking AWS: what waits, what is done, what failed and what to do about
    /// it. Without an argument all of them; with a database's name that one, with a batch's (as the list names it) that
    /// one. For people who weren't there, --html writes a page.
    Status(Status),
    /// Compare a finished copy with its plan again
    ///
    /// It only reads: encryption, key and every setting. Exit code 0 where all is as planned, 7 where settings differ,
    /// 4 where it isn't the copy that was made any more.
    Verify(VerifyOne),
    /// Remove what a migration made and nobody needs any more
    ///
    /// Only what is proven to be this migration's own, by name, lineage and tags, and never the source.
    Cleanup(Cleanup),
    /// Open a port on this machine that reaches a database in a private subnet
    ///
    /// Through Session Manager and an EC2 instance that reaches the database, without the AWS CLI or its plugin. It ends
    /// with Ctrl-C, and ends its sessions. Exit code 0 then, 3 where it can't be opened, 8 without permission.
    Tunnel(Tunnel),
    /// Check that a database is private and reachable as it should be; make what is missing, and remove it again
    Access {
        #[command(subcommand)]
        command: AccessCommand,
    },
    /// Print the least IAM policy with which a command runs
    ///
    /// As JSON, scoped to names, key, account and Region as far as they are given. It asks AWS for nothing.
    Policy(Policy),
    /// An imitation of AWS to try things on
    Sandbox {
        #[command(subcommand)]
        command: SandboxCommand,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt migrate orders --kms-key alias/orders")]
pub(super) struct Migrate {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB", required_unless_present = "plan")]
    pub(super) database: Option<DatabaseReference>,
    /// Carry out this plan, which plan --out wrote, exactly as it is; refuse if anything has changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["database", "kms_key", "target", "choices"])]
    pub(super) plan: Option<PathBuf>,
    /// The KMS key: its id, ARN or alias/NAME. It can never be changed afterwards
    #[arg(long, value_name = "KEY")]
    pub(super) kms_key: Option<KeyReference>,
    /// Name of the encrypted instance
    #[arg(long, value_name = "NAME", value_parser = target_name)]
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) choices: ChoiceArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt plan orders --kms-key alias/orders")]
pub(super) struct PlanOne {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
    /// The KMS key: its id, ARN or alias/NAME. Without it, the plan leaves the key open
    #[arg(long, value_name = "KEY")]
    pub(super) kms_key: Option<KeyReference>,
    /// Name of the encrypted instance
    #[arg(long, value_name = "NAME", value_parser = target_name)]
    pub(super) target: Option<String>,
    /// Write the plan to this file, for approval and for migrate --plan
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Exit with 3 also where something couldn't be checked
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) choices: ChoiceArguments,
    #[command(flatten)]
    pub(super) prices: PriceArguments,
}

const NAMES_OF_PRICES: &str = "One price, over those of the file: instance_hour.db.m5.large=0.17, storage_gib_month.gp2=0.115, \
                               iops_month.io1=0.1, snapshot_gib_month=0.095, kms_key_month=1, endpoint_hour=0.011";

/// What things cost; without it a plan shows quantities only.
#[derive(Clone, Debug, Args)]
pub(super) struct PriceArguments {
    /// What things cost in your Region, in JSON, to see what the copy costs
    #[arg(long, value_name = "FILE")]
    pub(super) prices: Option<PathBuf>,
    /// One price, over those of the file
    #[arg(long, value_name = "NAME=VALUE", help = NAMES_OF_PRICES)]
    pub(super) price: Vec<Named>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt resume orders")]
pub(super) struct Resume {
    /// The database; without it, the only migration that isn't finished
    #[arg(value_name = "DB")]
    pub(super) database: Option<DatabaseReference>,
    /// Go on with the last batch, with its limits and in its order
    #[arg(long, conflicts_with_all = ["database", "kms_key"])]
    pub(super) all: bool,
    /// Where something that this migration made has failed, begin afresh under the next generation's names
    #[arg(long)]
    pub(super) retry: bool,
    /// The KMS key, to rebuild a lost state file where AWS doesn't show it yet
    #[arg(long, value_name = "KEY")]
    pub(super) kms_key: Option<KeyReference>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rds-encrypt status orders --log\n  rds-encrypt status 20261125T060344Z\n  \
                        rds-encrypt status --html report.html")]
pub(super) struct Status {
    /// A database, or a batch by its name, such as 20261125T060344Z; without it, all
    #[arg(value_name = "DB|BATCH")]
    pub(super) of: Option<StatusOf>,
    /// Show the journal: every call that was asked of AWS, and what became of it
    #[arg(long, requires = "of")]
    pub(super) log: bool,
    /// Ask AWS what exists of it now, and is billed; of one database
    #[arg(long, requires = "of")]
    pub(super) refresh: bool,
    /// Write the same as a page for a browser, to be kept, printed and sent on: what serves what, a timeline, encryption
    /// before and after, settings, findings, and every call that changed something. It loads nothing from anywhere.
    /// Readable by you only; replaces an earlier report, and nothing else. - is stdout
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

/// What `status` is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StatusOf {
    /// One database.
    Database(DatabaseReference),
    /// The batches of this name.
    Batch(String),
}

impl FromStr for StatusOf {
    type Err = String;

    /// No database's name begins with a digit, and every batch's does.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let is_name = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
            return if is_name {
                Ok(Self::Batch(text.to_owned()))
            } else {
                Err(format!("`{text}` is the name neither of a database nor of a batch"))
            };
        }
        text.parse().map(Self::Database).map_err(|error: ReferenceError| error.to_string())
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt verify orders")]
pub(super) struct VerifyOne {
    /// The database whose migration it is: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt cleanup orders --snapshots")]
pub(super) struct Cleanup {
    /// The database whose migration it is: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
    #[command(flatten)]
    pub(super) what: CleanupWhat,
    /// Instead of the question: the database's name once more. --yes is not enough to delete anything
    #[arg(long, value_name = "NAME")]
    pub(super) confirm: Option<String>,
}

/// What is removed: one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct CleanupWhat {
    /// Give the migration up: remove its encrypted instance, its encrypted copy and its snapshot
    #[arg(long)]
    pub(super) abandon: bool,
    /// Remove the plain snapshot, which is itself not encrypted; only after everything was verified
    #[arg(long)]
    pub(super) snapshots: bool,
}

pub(super) fn target_name(text: &str) -> Result<String, String> {
    match instance_name_fault(text) {
        Some(fault) => Err(format!("it can't be the name of a DB instance: {fault}")),
        None => Ok(text.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn each_command_in_the_readme_is_one_of_ours() {
        let readme = include_str!("../../README.md");
        let commands: Vec<&str> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter_map(|line| {
                line.strip_prefix("rds-encrypt ").or_else(|| line.strip_prefix("cargo run --release -- "))
            })
            .collect();
        assert!(commands.len() >= 5, "{commands:?}");
        for command in commands {
            let words = std::iter::once("rds-encrypt").chain(command.split_whitespace());
            let parsed = Arguments::try_parse_from(words);
            assert!(parsed.is_ok(), "{command}: {}", parsed.err().map(|error| error.to_string()).unwrap_or_default());
        }
    }

    #[test]
    fn what_is_no_key_or_name_is_a_usage_error() {
        for wrong in [
            ["migrate", "orders", "--kms-key", ""],
            ["migrate", "orders", "--kms-key", "  "],
            ["migrate", "orders", "--kms-key", "<your-key-id>"],
            ["migrate", "orders", "--kms-key", "None"],
            ["migrate", "orders", "--target", "a--b"],
            ["migrate", "or ders", "--kms-key", "alias/a"],
        ] {
            let words = std::iter::once("rds-encrypt").chain(wrong);
            assert!(Arguments::try_parse_from(words).is_err_and(|error| error.exit_code() == 2), "{wrong:?}");
        }
    }
}
