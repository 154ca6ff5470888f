//! The arguments of `tunnel`.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use clap::Args;

use crate::model::DatabaseReference;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rds-encrypt tunnel orders\n  rds-encrypt tunnel orders --copy -- psql -c 'select count(*) \
                        from orders'\n  rds-encrypt tunnel db.internal:5432 --bastion i-0123456789abcdef0"
)]
pub(crate) struct Tunnel {
    /// A database by its name, ARN or resource id, or cluster:NAME; or a host and port that the bastion reaches
    #[arg(value_name = "DB|HOST:PORT")]
    pub(super) to: To,
    /// Run this command in the tunnel, and end the tunnel with it; the exit code is the command's
    ///
    /// psql and other clients of libpq find everything in their environment (PGHOST and more), mysql too (MYSQL_HOST,
    /// MYSQL_TCP_PORT). For others, these are replaced in the command's words: {host} and {port}, where to connect on
    /// this machine; {endpoint}, the database's real name; {ca}, the file of RDS's certificates; {user}.
    #[arg(value_name = "COMMAND", last = true, num_args = 1..)]
    pub(super) command: Vec<String>,
    /// The source of this database's migration
    #[arg(long)]
    pub(super) source: bool,
    /// The encrypted copy that this database's migration made
    #[arg(long, conflicts_with = "source")]
    pub(super) copy: bool,
    /// Both of them, each at a port of its own
    #[arg(long, conflicts_with_all = ["source", "copy", "local_port", "command", "plugin"])]
    pub(super) both: bool,
    /// Port on this machine [default: a free one]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) local_port: Option<u16>,
    /// Listen at this address instead of loopback only
    #[arg(long, value_name = "ADDRESS")]
    pub(super) bind: Option<IpAddr>,
    /// Go through this EC2 instance, instead of one that is searched for
    #[arg(long, value_name = "ID")]
    pub(super) bastion: Option<String>,
    /// Search among EC2 instances with this tag only
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "bastion", value_parser = tag)]
    pub(super) bastion_tag: Option<(String, String)>,
    /// Spread connections over so many sessions, each of which carries about 1 MB/s from the database [default: one, and
    /// more while connections are busy]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(super) sessions: Option<u8>,
    /// RDS's certificates, as a PEM file [default: fetched from AWS once, and kept with the migrations]
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
    /// Log the command in with a token of IAM, in place of a password
    #[arg(long, requires = "command")]
    pub(super) iam_auth: bool,
    /// Log the command in with this secret of Secrets Manager: its ARN or name
    #[arg(long, value_name = "ARN", requires = "command", conflicts_with = "iam_auth")]
    pub(super) secret: Option<String>,
    /// The user who logs in [default: the secret's, else the database's master user]
    #[arg(long, value_name = "NAME", requires = "command")]
    pub(super) user: Option<String>,
    /// Print the command of AWS's own tools that opens the same tunnel, and open none
    #[arg(long, conflicts_with_all = ["command", "plugin"])]
    pub(super) print_command: bool,
    /// Carry the bytes with AWS's own Session Manager plugin, which must be installed
    #[arg(long, conflicts_with_all = ["command", "sessions", "bind"])]
    pub(super) plugin: bool,
}

/// Where a tunnel leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    Database(DatabaseReference),
    Host(String, u16),
}

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((host, port)) = text.rsplit_once(':')
            && !text.starts_with("arn:")
            && host != "cluster"
        {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            return match port.parse() {
                Ok(port) if port > 0 && !host.is_empty() => Ok(Self::Host(host.to_owned(), port)),
                _ => Err(format!("`{text}` is no HOST:PORT")),
            };
        }
        text.parse().map(Self::Database).map_err(|error: crate::model::ReferenceError| error.to_string())
    }
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("KEY=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_database_or_a_host() {
        let host = |host: &str, port| Ok(To::Host(host.into(), port));
        for (text, expected) in [
            ("orders", Ok(To::Database(DatabaseReference::Name("orders".into())))),
            ("cluster:orders", Ok(To::Database(DatabaseReference::Cluster("orders".into())))),
            ("db.internal:5432", host("db.internal", 5432)),
            ("[::1]:5432", host("::1", 5432)),
            ("localhost:22", host("localhost", 22)),
        ] {
            assert_eq!(text.parse::<To>(), expected, "{text}");
        }
        for wrong in ["", "db.internal:", "db.internal:0", "db.internal:65536", ":5432", "cluster:-orders", "a--b"] {
            assert!(wrong.parse::<To>().is_err(), "{wrong}");
        }
    }
}
