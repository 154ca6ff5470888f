//! `rds-encrypt sandbox serve`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tokio::net::TcpListener;

use super::{Failure, Surroundings, arguments::Global, place};
use crate::sandbox::{ACCOUNT, PASSWORD, Reach, serve};

#[derive(Debug, Subcommand)]
pub(super) enum SandboxCommand {
    /// Serve the sandbox on 127.0.0.1, for the aws command and others
    Serve(Serve),
}

#[derive(Debug, Args)]
#[command(after_help = "Example: rds-encrypt sandbox serve --port 4566 --speed 600")]
pub(super) struct Serve {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// How many of its seconds pass in one of ours
    #[arg(long, default_value_t = 600.0, value_parser = speed)]
    pub(super) speed: f64,
    /// Begin a new world with these instances instead of the usual ones, in the Region that --region names: what `aws
    /// rds describe-db-instances` prints, or a recording of such answers; or a folder of such files
    #[arg(long, value_name = "FILE")]
    pub(super) seed: Option<PathBuf>,
    /// Where sessions of Session Manager get that ask for HOST:PORT (either may be *), e.g. db.internal:5432=127.0.0.1:5432;
    /// instead of an address of this machine also refused, unknown or hang
    #[arg(long, value_name = "HOST:PORT=ADDRESS", value_parser = destination)]
    pub(super) destination: Vec<(String, Reach)>,
    /// Refuse to begin where PostgreSQL isn't installed. Where it is, PostgreSQL instances are real servers anyway, each
    /// made when a session first connects to it: snapshots and copies of them hold real rows
    #[arg(long)]
    pub(super) postgres: bool,
    /// Let sessions run real shells and commands here: whoever reaches the port gets one as you
    #[arg(long)]
    pub(super) shells: bool,
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

pub(super) async fn run(global: &Global, asked: &Serve, around: &mut Surroundings) -> Result<u8, Failure> {
    let sandbox = place::open(global, Some(asked), around)?;
    let busy = |error| Failure::Refused(format!("can't listen on 127.0.0.1:{}: {error}", asked.port));
    let listener = TcpListener::bind(("127.0.0.1", asked.port)).await.map_err(busy)?;
    let address = listener.local_addr().map_err(busy)?;
    let region = &sandbox.options().region;
    around.result(&format!("http://{address}\n"))?;
    around.output.say(&format!(
        "an AWS of your own: account {ACCOUNT}, Region {region}, any credentials, time runs ×{}\n\
         try: aws --endpoint-url http://{address} --region {region} rds describe-db-instances\n\
         end it with Ctrl-C\n",
        asked.speed
    ));
    let authority = if asked.postgres { sandbox.authority() } else { Ok(None) };
    if let Some(authority) = authority.map_err(|error| Failure::Refused(error.to_string()))? {
        around.output.say(&format!(
            "PostgreSQL instances are real servers: reach them with rds-encrypt tunnel; their master users' password is \
             {PASSWORD}, their certificates are signed by {}\n",
            authority.display()
        ));
    }
    let mut interrupt = around.interrupt.clone();
    serve(sandbox, listener, async move { interrupt.asked().await })
        .await
        .map_err(|error| Failure::Ours(format!("the sandbox broke off: {error}")))?;
    Ok(0)
}
