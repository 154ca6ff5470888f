//! `rds-encrypt tunnel DB`
//!
//! | file | question it answers |
//! |---|---|
//! | `find`, `bastion` | where does it lead, and through which machine? |
//! | `authority`, `login` | what proves the database's name, and who logs in? |
//! | `carry`, `screen` | what happens while it is open, and what is shown of it? |
//! | `client` | how does a command run inside? |
//! | `plugin` | how does AWS's own plugin do it instead? |

pub(super) mod arguments;
mod authority;
pub(super) mod bastion;
pub(super) mod carry;
mod client;
pub(super) mod find;
mod login;
mod plugin;
mod screen;

use std::{net::IpAddr, sync::Arc};

use super::{
    Failure, Surroundings,
    arguments::Global,
    place::{self, Place},
    unless_interrupted,
};
use crate::{
    aws::{Aws, SessionManager},
    tunnel::{Forward, Settings, forward::Sessions},
    ui::tunnel::{Authority, official_command},
};
use arguments::Tunnel;
use find::{Found, Way};

pub(super) async fn run(global: &Global, asked: &Tunnel, around: &mut Surroundings) -> Result<u8, Failure> {
    if around.json && !asked.command.is_empty() {
        return Err(Failure::Usage("stdout is the command's own: leave --output json out".into()));
    }
    let place = Place::find(global)?;
    if place.is_sandbox() {
        // Opened once: its servers end with it.
        around.sandbox = Some(place::open(global, None, around)?);
    }
    let record = find::record(place.states.entries(), asked)?;
    let aws = Aws::connect(&place.connection(global, record.as_ref(), around)?).await?;
    let sandbox = around.sandbox.clone();
    if asked.print_command {
        let ways = Box::pin(unless_interrupted(around, find::ways(&aws, asked, record.as_ref()))).await??;
        return print(&aws, &ways, asked, global, around);
    }
    let looked_up = async {
        let ways = find::ways(&aws, asked, record.as_ref());
        let authority = authority::authority(asked.ca.as_deref(), global, &place, sandbox.as_ref(), aws.region());
        let (ways, authority) = tokio::join!(ways, authority);
        Ok::<_, Failure>((ways?, authority?))
    };
    let (ways, authority) = Box::pin(unless_interrupted(around, looked_up)).await??;
    for warning in ways.iter().filter_map(|way| bastion::warning_of(&way.bastion)) {
        around.output.problem(&format!("warning: {warning}\n"));
    }
    if asked.plugin {
        return plugin::run(&aws, &ways, asked, global, &authority, around).await;
    }
    Box::pin(open(aws, &ways, asked, &authority, around)).await
}

/// The line of AWS's own tools that does the same.
fn print(aws: &Aws, ways: &[Way], asked: &Tunnel, global: &Global, around: &mut Surroundings) -> Result<u8, Failure> {
    for way in ways {
        let (document, mut parameters) = service(aws, way).document();
        parameters.extend(asked.local_port.map(|port| ("localPortNumber", port.to_string())));
        let profile = global.profile.as_deref();
        around.result(&official_command(&way.bastion.id, document, &parameters, aws.region(), profile))?;
    }
    Ok(0)
}

/// Opens the ports, and carries what goes through them until somebody asks for an end, or the command inside ends.
async fn open(
    aws: Aws,
    ways: &[Way],
    asked: &Tunnel,
    authority: &Authority,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let login = login::login(&aws, asked, ways, around.sandbox.is_some());
    let login = Box::pin(unless_interrupted(around, login)).await??;
    let inside = inside(asked, login)?;
    let mut tunnels = Vec::new();
    for way in ways {
        // Before a session starts: where it fails, nothing has to be ended.
        let forward = Forward::bind(settings(asked, &way.to)).await;
        let forward = forward.map_err(|failure| Failure::Refused(failure.to_string()))?;
        let tunnel = carry::Tunnel { way, authority, local: local(asked.bind), port: forward.port() };
        tunnels.push(carry::Bound { tunnel, forward, service: Arc::new(service(&aws, way)) });
    }
    if let Some(address) = asked.bind.filter(|address| !address.is_loopback()) {
        around.output.problem(&format!(
            "warning: everybody who reaches {address} reaches the database's port through this tunnel\n"
        ));
    }
    carry::carry(tunnels, inside, around).await
}

/// What is to run inside, if anything.
fn inside(asked: &Tunnel, login: Option<crate::aws::Login>) -> Result<Option<carry::Inside<'_>>, Failure> {
    match asked.command.first() {
        None => Ok(None),
        Some(program) if program.is_empty() => Err(Failure::Usage("the command after -- is empty".into())),
        Some(_) => Ok(Some(carry::Inside { command: &asked.command, user: asked.user.as_deref(), login })),
    }
}

fn service(aws: &Aws, way: &Way) -> SessionManager {
    SessionManager::new(aws.clone(), &way.bastion.id, &way.to.host, way.to.port)
}

fn settings(asked: &Tunnel, found: &Found) -> Settings {
    let mut settings = Settings::to(&found.host, found.port);
    settings.local_port = asked.local_port.unwrap_or(0);
    settings.session.reaches_other_host = !SessionManager::is_to_itself(&found.host);
    settings.session.unix_milliseconds = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    if let Some(address) = asked.bind {
        settings.addresses = vec![address];
    }
    if let Some(sessions) = asked.sessions.map(usize::from) {
        settings.sessions = Sessions { wanted: sessions, most: sessions };
    }
    settings
}

/// Where clients on this machine connect.
fn local(bind: Option<IpAddr>) -> IpAddr {
    bind.filter(|address| !address.is_unspecified()).unwrap_or(std::net::Ipv4Addr::LOCALHOST.into())
}
