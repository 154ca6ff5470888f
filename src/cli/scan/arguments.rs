//! What `scan` takes.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        Failure,
        arguments::{Format, PriceArguments},
    },
    model::Tags,
    plan::inventory::{DateBound, Selection},
};

#[derive(Debug, Args)]
#[command(after_help = "Examples: rds-encrypt scan --all-regions --output csv
          aws rds describe-db-instances | rds-encrypt scan --from -
          rds-encrypt scan --fail-if-unencrypted -q")]
pub(in crate::cli) struct Scan {
    /// Look in this Region; may be given several times
    #[arg(id = "region", long = "region", value_name = "REGION", conflicts_with_all = ["all_regions", "from"])]
    pub(super) regions: Vec<String>,
    /// Look in every Region that the account has switched on
    #[arg(long, conflicts_with = "from")]
    pub(super) all_regions: bool,
    /// Look into the account of this role instead of the caller's own; may be given several times
    #[arg(long, value_name = "ARN", value_parser = role, conflicts_with = "from")]
    pub(super) assume_role: Vec<String>,
    /// Instead of asking AWS, read what `aws rds describe-db-instances`, `describe-db-clusters` or a scan with --output
    /// json printed (- reads stdin); may be given several times. It needs no account
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sandbox", "endpoint_url", "profile"])]
    pub(super) from: Vec<PathBuf>,
    /// Exit with 7 where an unencrypted one is among what is shown; else with 9 where a look failed, or AWS doesn't say
    /// of one whether it is encrypted or how old it is
    #[arg(long)]
    pub(super) fail_if_unencrypted: bool,
    /// What stdout carries: text, which is a table; json, which --from reads again; or csv
    #[arg(id = "output", long = "output", value_name = "FORMAT", value_parser = format, default_value = "text")]
    #[arg(hide_possible_values = true)]
    pub(super) output: Format,
    #[command(flatten)]
    pub(super) prices: PriceArguments,
    #[command(flatten)]
    pub(super) which: Which,
}

/// Which databases are meant.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which databases")]
pub(in crate::cli) struct Which {
    /// Only of this engine, such as postgres, aurora or oracle-ee; may be given several times
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<String>,
    /// Only those made before midnight UTC of this day, such as 2023-01-01, or at any time
    #[arg(long, value_name = "DATE|any", default_value = "any")]
    created_before: DateBound,
    /// Only those with this tag; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    tag: Vec<(String, String)>,
    /// Only those of this name, in which * stands for anything and ? for one character
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
    /// Not those that are encrypted: this is the default
    #[arg(long, conflicts_with = "all")]
    unencrypted: bool,
    /// Those that are encrypted as well
    #[arg(long)]
    all: bool,
    /// Unencrypted snapshots as well
    #[arg(long)]
    pub(super) snapshots: bool,
}

impl Which {
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        let tags = tags(&self.tag)?;
        Ok(Selection {
            engines: self.engine.clone(),
            created_before: self.created_before.0,
            tags,
            name: self.name.clone(),
            unencrypted_only: !self.all,
        })
    }
}

/// The tags that a database is to have.
pub(in crate::cli) fn tags(asked: &[(String, String)]) -> Result<Tags, Failure> {
    let tags: Tags = asked.iter().cloned().collect();
    if tags.len() < asked.len() {
        return Err(Failure::Usage("--tag names the same key twice: a database has one value of it".into()));
    }
    Ok(tags)
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "csv" => Ok(Format::Csv),
        _ => Err("one of text, json and csv".into()),
    }
}

fn role(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, resource] if account.len() == 12 && resource.starts_with("role/") => {
            Ok(text.to_owned())
        }
        _ => Err("the ARN of a role, such as arn:aws:iam::111122223333:role/audit".into()),
    }
}

pub(in crate::cli) fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a tag as KEY=VALUE".into()),
    }
}
