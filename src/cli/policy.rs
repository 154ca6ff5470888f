//! `rds-encrypt policy`

use clap::{Args, builder::PossibleValuesParser};

use super::{
    Failure, Surroundings,
    arguments::{Global, target_name},
};
use crate::{
    model::{KeyReference, name::instance_name_fault},
    policy::{self, Command, Scope, With, is_account},
};

/// A managed policy has at most so many characters, white space aside.
const LARGEST: usize = 6144;
/// In place of all of them.
const ALL: &str = "all";

#[derive(Debug, Args)]
#[command(
    after_long_help = options(),
    after_help = "Example: rds-encrypt policy migrate --database orders --kms-key alias/orders > policy.json"
)]
pub(super) struct Policy {
    /// The command: scan, plan, migrate, batch, resume, status, verify, cleanup, tunnel, or access and one of audit, setup,
    /// teardown, shell, sessions
    #[arg(value_name = "COMMAND", num_args = 1..=2, required = true)]
    command: Vec<String>,
    /// Add what only some runs need; repeatable, or with commas between
    #[arg(long, value_name = "WHAT", num_args = 1, value_delimiter = ',', value_parser = words())]
    with: Vec<String>,
    /// Only for the database of this name and what is made of it
    #[arg(long, value_name = "NAME", value_parser = database)]
    database: Option<String>,
    /// The copy's name, where migrate is given it, too
    #[arg(long, value_name = "NAME", value_parser = target_name)]
    target: Option<String>,
    /// Only for this KMS key: its id, ARN or alias/NAME
    #[arg(long, value_name = "KEY")]
    kms_key: Option<KeyReference>,
    /// Only for this account
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// Only for sessions through this EC2 instance
    #[arg(long, value_name = "ID", value_parser = machine)]
    bastion: Option<String>,
    /// The document that access shell is given
    #[arg(long, value_name = "NAME", value_parser = document)]
    document: Option<String>,
}

/// Prints the least policy. Asks AWS for nothing.
pub(super) fn run(global: &Global, asked: &Policy, around: &mut Surroundings) -> Result<u8, Failure> {
    let command: Command = asked.command.join(" ").parse().map_err(Failure::Usage)?;
    let with = asked.with(command)?;
    let scope = Scope {
        region: global.region.clone(),
        account: asked.account.clone(),
        database: asked.database.clone(),
        target: asked.target.clone(),
        key: asked.kms_key.clone(),
        bastion: asked.bastion.clone(),
        document: asked.document.clone(),
    };
    let document = policy::policy(command, &with, &scope);
    around.result(&format!("{}\n", document.text()))?;
    let left: Vec<&str> =
        command.options().iter().filter(|each| !with.contains(each)).map(|each| each.word()).collect();
    if command == Command::Status {
        around.output.say("status asks AWS only with --refresh\n");
    }
    let size = document.size();
    if size > LARGEST {
        around.output.say(&format!(
            "it has {size} characters, and a managed policy {LARGEST}: make two, each with some of the --with\n"
        ));
    }
    if !left.is_empty() {
        around.output.say(&format!(
            "left out, each for --with, or all of them for --with {ALL}: {} (rds-encrypt policy --help)\n",
            left.join(", ")
        ));
    }
    Ok(0)
}

impl Policy {
    fn with(&self, command: Command) -> Result<Vec<With>, Failure> {
        let known = command.options();
        if self.with.iter().any(|word| word == ALL) {
            return Ok(known);
        }
        let with: Vec<With> =
            self.with.iter().map(|word| word.parse()).collect::<Result<_, _>>().map_err(Failure::Usage)?;
        match with.iter().find(|each| !known.contains(each)) {
            None => Ok(with),
            Some(other) => Err(Failure::Usage(match &known[..] {
                [] => format!("{command} has no runs that need more: leave --with {other} out"),
                known => {
                    let known: Vec<&str> = known.iter().map(|each| each.word()).collect();
                    format!("{command} knows no --with {other}; it knows {}", known.join(", "))
                }
            })),
        }
    }
}

fn words() -> PossibleValuesParser {
    With::all().into_iter().map(With::word).chain([ALL]).collect::<Vec<_>>().into()
}

/// What each `--with` is for, and of which commands.
fn options() -> String {
    let rows = With::all().into_iter().map(|with| {
        let commands: Vec<&str> = Command::all()
            .into_iter()
            .filter(|command| command.options().contains(&with))
            .map(Command::words)
            .collect();
        format!("  {:<21} {}\n  {:<21} {}\n", with.word(), with.meaning(), "", commands.join(", "))
    });
    format!(
        "What --with adds, and to which commands:\n{}\nIt asks AWS for nothing and needs no credentials. What is left out of \
         database, account, key and Region is *; Sids that begin with Optional are reads that the command can do without.\n\n\
         Examples:\n  rds-encrypt policy migrate --database orders --kms-key alias/orders > policy.json\n  aws iam \
         put-role-policy --role-name migrator --policy-name rds-encrypt --policy-document file://policy.json\n  rds-encrypt \
         policy access setup --with iam,subnets --account 111122223333 --region eu-west-2",
        rows.collect::<String>()
    )
}

fn database(text: &str) -> Result<String, String> {
    match instance_name_fault(text) {
        Some(fault) => Err(format!("it can't be the name of a DB instance: {fault}")),
        None => Ok(text.to_ascii_lowercase()),
    }
}

fn account(text: &str) -> Result<String, String> {
    if is_account(text) { Ok(text.to_owned()) } else { Err("an account has twelve digits".into()) }
}

fn machine(text: &str) -> Result<String, String> {
    let good = |id: &str| !id.is_empty() && id.bytes().all(|letter| letter.is_ascii_alphanumeric());
    if text.strip_prefix("i-").is_some_and(good) {
        Ok(text.to_owned())
    } else {
        Err("the id of an EC2 instance is wanted, such as i-0123456789abcdef0".into())
    }
}

fn document(text: &str) -> Result<String, String> {
    let good = |letter: u8| letter.is_ascii_alphanumeric() || b"_.-".contains(&letter);
    if (3..=128).contains(&text.len()) && text.bytes().all(good) {
        Ok(text.to_owned())
    } else {
        Err("a document's name has 3 to 128 letters, digits and _ . -".into())
    }
}
