//! What `sandbox` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::sandbox::Reach;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SandboxCommand {
    /// Serve the sandbox on 127.0.0.1, for the aws command and others
    Serve(Serve),
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt sandbox serve --port 4566 --speed 600")]
pub(in crate::cli) struct Serve {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(in crate::cli) port: u16,
    /// How many of its seconds pass in one of ours
    #[arg(long, default_value_t = 600.0, value_parser = speed)]
    pub(in crate::cli) speed: f64,
    /// Begin a new world with these instances instead of the usual ones, in the Region that --region names: what `aws
    /// rds describe-db-instances` prints, or a recording of such answers; or a folder of such files
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) seed: Option<PathBuf>,
    /// Begin a new world with one more database, bare, in a private VPC that has no bastion and no endpoints: to try access
    /// setup on
    #[arg(long, conflicts_with = "seed")]
    pub(in crate::cli) bare_vpc: bool,
    /// Where sessions of Session Manager get that ask for HOST:PORT (either may be *), e.g. db.internal:5432=127.0.0.1:5432;
    /// instead of an address of this machine also refused, unknown or hang
    #[arg(long, value_name = "HOST:PORT=ADDRESS", value_parser = destination)]
    pub(in crate::cli) destination: Vec<(String, Reach)>,
    /// Refuse to begin where PostgreSQL isn't installed. Where it is, PostgreSQL instances are real servers anyway, each
    /// made when a session first connects to it: snapshots and copies of them hold real rows
    #[arg(long)]
    pub(in crate::cli) postgres: bool,
    /// Let sessions run real shells and commands here: whoever reaches the port gets one as you
    #[arg(long)]
    pub(in crate::cli) shells: bool,
}

fn destination(text: &str) -> Result<(String, Reach), String> {
    let (asked, to) = text.split_once('=').ok_or("HOST:PORT=ADDRESS")?;
    let port = asked.rsplit_once(':').map(|(_, port)| port);
    if !port.is_some_and(|port| port == "*" || port.parse::<u16>().is_ok()) {
        return Err(format!("{asked} is no HOST:PORT"));
    }
    Ok((asked.to_owned(), to.parse()?))
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && (0.001..=1e6).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.001 to 1000000".into()),
    }
}
