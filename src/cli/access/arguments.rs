//! The arguments of `access`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{
    cli::arguments::PriceArguments,
    model::{AwsTime, DatabaseReference},
};

/// What is read, as a person would save it.
const SAVED: &str = "\
Saved answers for --from, each into a file:
  aws rds  describe-db-instances, describe-db-subnet-groups
  aws ec2  describe-subnets, describe-route-tables, describe-network-acls,
           describe-security-groups, describe-prefix-lists, describe-instances,
           describe-vpcs, describe-vpc-endpoints, and describe-vpc-attribute
           for enableDnsSupport and for enableDnsHostnames
  aws ssm  describe-instance-information, and get-document --name
           SSM-SessionManagerRunShell, or where there is none list-documents
  aws iam  list-instance-profiles, and get-account-authorization-details; or in
           its place list-attached-role-policies and list-role-policies, in
           files whose names end with the role's, and get-role-policy;
           simulate-principal-policy for what rds-encrypt policy tunnel prints

Examples: rds-encrypt access audit orders
          rds-encrypt access audit orders --from answers";

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Judge each part of the way to a private database: subnets, groups, network ACLs, bastion, endpoints
    ///
    /// Private subnets, a bastion that lets nothing in, VPC endpoints for Session Manager. Each check names the rule or
    /// route that decided, and the command that mends it. Exit code 0 where all passed, 7 where something failed, 9 where
    /// nothing failed but something wasn't checked.
    Audit(Audit),
    /// Make what is missing: a bastion without a way in, endpoints for Session Manager, rules; on request private subnets
    ///
    /// Shows first what it makes, what it changes of what is there, and what is billed; then asks. Goes on after any
    /// interruption when it is run again. The database itself isn't touched, but for a rule of its security group that
    /// lets the bastion in.
    Setup(Setup),
    /// Remove exactly what setup made, and put back what it changed
    Teardown(Teardown),
    /// Open a shell on a bastion, or run one command there, through Session Manager
    ///
    /// Nothing listens on the bastion, no key is needed, and neither AWS's CLI nor its plugin. Keys go to the other end as
    /// they are, Ctrl-C among them; `exit` or Ctrl-D ends the shell. Where the account encrypts sessions with a KMS key,
    /// this one is encrypted, or isn't opened.
    Shell(Shell),
    /// Show who has, and had, sessions of Session Manager, or end one
    Sessions(Sessions),
}

#[derive(Debug, Args)]
#[command(after_help = SAVED)]
pub(crate) struct Audit {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
    /// Judge what is in this folder instead of what AWS shows now: files ending with .json, of any name, each with what an
    /// `aws … --output json` printed. It needs no account. What no file holds isn't checked
    #[arg(long, value_name = "DIR", conflicts_with_all = ["sandbox", "endpoint_url", "profile", "region"])]
    pub(super) from: Option<PathBuf>,
    /// The EC2 instance that is the bastion, instead of the likeliest one of the VPC
    #[arg(long, value_name = "ID")]
    pub(super) bastion: Option<String>,
    /// A security group that may reach the database beside the bastion's; may be given several times. Without it, every
    /// group that the database's own lets in is taken for meant
    #[arg(long, value_name = "ID")]
    pub(super) group: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rds-encrypt access setup orders --dry-run\n  rds-encrypt access setup orders --subnet-cidr 10.0.8.0/24 \
                        --subnet-cidr 10.0.9.0/24"
)]
pub(crate) struct Setup {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
    /// Show what would be made, changed and billed, and end
    #[arg(long)]
    pub(super) dry_run: bool,
    /// A new private subnet with these IPv4 addresses; given twice, for two Availability Zones and a DB subnet group
    #[arg(long, value_name = "CIDR", num_args = 1)]
    pub(super) subnet_cidr: Vec<String>,
    /// An EC2 instance that is to be the bastion, instead of a new one
    #[arg(long, value_name = "ID")]
    pub(super) bastion: Option<String>,
    /// The new bastion's type
    #[arg(long, value_name = "TYPE", default_value = "t4g.nano")]
    pub(super) instance_type: String,
    /// The new bastion's AMI, instead of the newest Amazon Linux 2023; it needs Amazon's agent
    #[arg(long, value_name = "AMI")]
    pub(super) image_id: Option<String>,
    /// Leave network ACLs as they are
    #[arg(long)]
    pub(super) keep_network_acls: bool,
    /// Make the role and its instance profile in IAM without asking for it; with --yes nothing else allows it
    #[arg(long)]
    pub(super) allow_iam: bool,
    #[command(flatten)]
    pub(super) prices: PriceArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt access teardown orders")]
pub(crate) struct Teardown {
    /// The database: its name, ARN or resource id
    #[arg(value_name = "DB")]
    pub(super) database: DatabaseReference,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rds-encrypt access shell\n  rds-encrypt access shell --for orders\n  rds-encrypt access shell \
                  role=bastion -- 'df -h | tail -1'\n\nWhere input comes from a pipe it is typed into the shell, and its end is \
                  Ctrl-D."
)]
pub(crate) struct Shell {
    /// The machine: its instance id, a tag as KEY=VALUE, or its name [default: the only one that is online]
    #[arg(value_name = "BASTION")]
    pub(super) bastion: Option<String>,
    /// Run this in place of a shell, without a terminal
    ///
    /// One word is a line for the machine's shell; several are quoted, so that they arrive as they are. The document is
    /// AWS-StartNonInteractiveCommand. AWS tells the command's exit code only where the document gives one; otherwise
    /// it is 0 as soon as the session has ended cleanly.
    #[arg(value_name = "COMMAND", last = true, num_args = 1..)]
    pub(super) command: Vec<String>,
    /// The machine through which this database is reached
    #[arg(long = "for", value_name = "DB", conflicts_with = "bastion")]
    pub(super) database: Option<DatabaseReference>,
    /// Begin the session with this document; a command is its parameter `command`
    #[arg(long, value_name = "NAME")]
    pub(super) document: Option<String>,
    /// Why, for the account's records of sessions
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rds-encrypt access sessions --active\n  rds-encrypt access sessions --since 2026-11-20 --target \
                  i-0123456789abcdef0\n  rds-encrypt access sessions --terminate alice-0a1b2c3d4e5f60718"
)]
pub(crate) struct Sessions {
    /// Only those under way, without those that have ended in the past 30 days
    #[arg(long)]
    pub(super) active: bool,
    /// Only those on this machine
    #[arg(long, value_name = "ID")]
    pub(super) target: Option<String>,
    /// Only those of this caller
    #[arg(long, value_name = "ARN")]
    pub(super) owner: Option<String>,
    /// Only those begun since: a day such as 2026-11-20, or a moment such as 2026-11-20T08:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub(super) since: Option<AwsTime>,
    /// So many of each kind at the most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) limit: u16,
    /// End this session, whoever began it; asks before it does, unless --yes is given
    #[arg(long, value_name = "SESSION", conflicts_with_all = ["active", "target", "owner", "since"])]
    pub(super) terminate: Option<String>,
}

fn since(text: &str) -> Result<AwsTime, String> {
    let moment = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    moment.parse().map_err(|_| "a day such as 2026-11-20, or a moment such as 2026-11-20T08:00:00Z".to_owned())
}
