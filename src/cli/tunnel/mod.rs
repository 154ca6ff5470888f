//! `rds-encrypt tunnel DB`

pub(super) mod arguments;
mod bastion;
mod find;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Failure, Surroundings, arguments::Global, place::Place, unless_interrupted};
use crate::{
    aws::{Aws, SessionManager},
    tunnel::{self, Ended, Forward, Settings, forward::Sessions},
    ui::tunnel::{Opening, event_as_json, event_in_words, opening, opening_as_json},
};
use arguments::Tunnel;
use find::Found;

pub(super) async fn run(global: &Global, asked: &Tunnel, around: &mut Surroundings) -> Result<u8, Failure> {
    let place = Place::find(global)?;
    let record = find::record(place.states.entries(), asked)?;
    let aws = Aws::connect(&place.connection(global, record.as_ref(), around)?).await?;
    let found = unless_interrupted(around, find::destination(&aws, asked, record.as_ref())).await??;
    let bastion = unless_interrupted(around, find::bastion(&aws, asked, &found)).await??;
    // Before a session starts: where it fails, nothing has to be ended.
    let forward =
        Forward::bind(settings(asked, &found)).await.map_err(|failure| Failure::Refused(failure.to_string()))?;
    if let Some(address) = asked.bind.filter(|address| !address.is_loopback()) {
        around.output.problem(&format!(
            "warning: everybody who reaches {address} reaches the database's port through this tunnel\n"
        ));
    }
    let shown = Opening {
        host: &found.host,
        port: found.port,
        local_address: asked.bind,
        local_port: forward.port(),
        bastion: &bastion,
        database: found.database.as_ref(),
    };
    let service = Arc::new(SessionManager::new(aws, &bastion.id, &found.host, found.port));
    let ended = carry(forward, service.clone(), &shown, around).await?;
    let ended = ended.map_err(|failure| why(&service, &failure))?;
    around.output.say(&format!("the tunnel is closed; {}\n", sessions_ended(&ended)));
    Ok(0)
}

fn settings(asked: &Tunnel, found: &Found) -> Settings {
    let mut settings = Settings::to(&found.host, found.port);
    settings.local_port = asked.local_port;
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

/// Serves clients until somebody asks for an end, and tells what happens meanwhile.
async fn carry(
    forward: Forward,
    service: Arc<SessionManager>,
    shown: &Opening<'_>,
    around: &mut Surroundings,
) -> Result<Result<Vec<Ended>, tunnel::Failure>, Failure> {
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut interrupt = around.interrupt.clone();
    let mut carried = std::pin::pin!(forward.run(service, sender, async move { interrupt.asked().await }));
    let ended = loop {
        tokio::select! {
            biased;
            Some(event) = events.recv() => tell(&event, shown, around)?,
            ended = &mut carried => break ended,
        }
    };
    while let Ok(event) = events.try_recv() {
        tell(&event, shown, around)?;
    }
    Ok(ended)
}

fn tell(event: &tunnel::Event, shown: &Opening<'_>, around: &mut Surroundings) -> Result<(), Failure> {
    if let tunnel::Event::Listening { .. } = event {
        let text = if around.json { opening_as_json(shown) } else { opening(shown) };
        return around.result(&text);
    }
    if around.json {
        return around.result(&event_as_json(event));
    }
    match event {
        tunnel::Event::Warning(_) | tunnel::Event::ClientRefused { .. } => {
            around.output.problem(&event_in_words(event));
        }
        tunnel::Event::Traffic { .. } => around.output.detail(&event_in_words(event)),
        _ => around.output.say(&event_in_words(event)),
    }
    Ok(())
}

/// What AWS refused is told as such; what the channel failed of needs a person.
fn why(service: &SessionManager, failure: &tunnel::Failure) -> Failure {
    match (failure, service.refused()) {
        (tunnel::Failure::Service(_), Some(error)) => Failure::NoSession(error),
        (tunnel::Failure::Port { .. } | tunnel::Failure::AgentTooOld { .. }, _) => {
            Failure::Refused(failure.to_string())
        }
        _ => Failure::NeedsPerson(format!("error: {failure}")),
    }
}

fn sessions_ended(ended: &[Ended]) -> String {
    let unheard = ended.iter().find_map(|ended| match ended {
        Ended::Terminated { api: Some(why) } => Some(why),
        _ => None,
    });
    match unheard {
        Some(why) => format!("TerminateSession failed ({why}): its session ends by itself when it is idle"),
        None => "its sessions are ended".into(),
    }
}
