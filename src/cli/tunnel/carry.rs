//! Open tunnels: what they carry, what is heard of them, and how they end.

use std::{future::poll_fn, net::IpAddr, pin::pin, sync::Arc, task::Poll, time::Duration};

use futures_util::future::{join_all, pending};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    client::{Client, Reach, advice, is_set, variables, words},
    find::Way,
    screen::Screen,
};
use crate::{
    aws::{Login, SessionManager},
    cli::{Failure, Surroundings},
    engine::KeyboardLeft,
    tunnel::{self, Ended, Event, Forward},
    ui::tunnel::Authority,
};

/// How often the rate is counted that somebody watches.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// A tunnel whose port is open: where it is, and where it leads.
#[derive(Clone, Copy)]
pub(super) struct Tunnel<'a> {
    pub(super) way: &'a Way,
    pub(super) authority: &'a Authority,
    /// Where clients on this machine connect.
    pub(super) local: IpAddr,
    pub(super) port: u16,
}

/// The same, with what carries it.
pub(super) struct Bound<'a> {
    pub(super) tunnel: Tunnel<'a>,
    pub(super) forward: Forward,
    pub(super) service: Arc<SessionManager>,
}

/// What runs inside.
pub(super) struct Inside<'a> {
    pub(super) command: &'a [String],
    /// Who logs in, if somebody said.
    pub(super) user: Option<&'a str>,
    pub(super) login: Option<Login>,
}

impl Inside<'_> {
    fn reach<'b>(&'b self, tunnel: &Tunnel<'b>) -> Reach<'b> {
        let database = tunnel.way.to.database.as_ref();
        let of_login = self.login.as_ref().and_then(|login| login.user.as_deref());
        Reach {
            local: tunnel.local,
            port: tunnel.port,
            endpoint: &tunnel.way.to.host,
            database,
            authority: match tunnel.authority {
                Authority::File(path) => Some(path),
                Authority::Missing(_) => None,
            },
            login: self.login.as_ref(),
            user: self.user.or(of_login).or_else(|| database?.master_username.as_deref()),
        }
    }
}

/// Serves clients until somebody asks for an end, or the command inside ends. Then all sessions are ended, too.
pub(super) async fn carry(
    bound: Vec<Bound<'_>>,
    inside: Option<Inside<'_>>,
    around: &mut Surroundings,
) -> Result<u8, Failure> {
    let tunnels: Vec<Tunnel<'_>> = bound.iter().map(|bound| bound.tunnel).collect();
    let mut run = Run::new(&tunnels, inside.as_ref(), around)?;
    let (stop, stopped) = watch::channel(false);
    let (mut events, mut carried) = (Vec::new(), Vec::new());
    for Bound { forward, service, .. } in bound {
        let (sender, receiver) = mpsc::unbounded_channel();
        events.push(receiver);
        carried.push(carried_by(forward, service, sender, stopped.clone(), stop.clone()));
    }
    let mut carried = pin!(join_all(carried));
    let mut interrupt = run.screen.around.interrupt.clone();
    let mut every = interval(COUNT_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_asked = false;
    // Whatever happens here, the sessions are ended before it is told.
    let mut trouble = None;
    let ended = loop {
        tokio::select! {
            biased;
            (tunnel, event) = next(&mut events) => {
                if let Err(failure) = run.hear(tunnel, &event) {
                    trouble = trouble.or(Some(failure));
                    stop.send_replace(true);
                }
            }
            code = run.client_ended() => {
                match code {
                    Ok(code) => run.code = Some(code),
                    Err(failure) => trouble = Some(failure),
                }
                run.client = None;
                stop.send_replace(true);
            }
            ended = &mut carried => break ended,
            () = interrupt.asked(), if !is_asked => {
                is_asked = true;
                if !run.ask_client_to_end() {
                    stop.send_replace(true);
                }
            }
            _ = every.tick(), if run.screen.has_status() => run.count(),
        }
    };
    match trouble {
        Some(failure) => Err(failure),
        None => run.end(&mut events, ended).await,
    }
}

/// One that can't go on ends the others, too.
async fn carried_by(
    forward: Forward,
    service: Arc<SessionManager>,
    events: mpsc::UnboundedSender<Event>,
    mut stopped: watch::Receiver<bool>,
    stop: watch::Sender<bool>,
) -> Result<Vec<Ended>, Failure> {
    let asked = async move {
        // The sender is ours: it doesn't go before.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let ended = forward.run(service.clone(), events, asked).await;
    ended.map_err(|failure| {
        stop.send_replace(true);
        why(&service, &failure)
    })
}

/// The next event of any tunnel. Never, where all are over.
async fn next(events: &mut [mpsc::UnboundedReceiver<Event>]) -> (usize, Event) {
    poll_fn(|context| {
        let mut all = events.iter_mut().enumerate();
        let heard = all.find_map(|(tunnel, events)| match events.poll_recv(context) {
            Poll::Ready(Some(event)) => Some((tunnel, event)),
            _ => None,
        });
        heard.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// What is known while tunnels are open.
struct Run<'a> {
    tunnels: &'a [Tunnel<'a>],
    screen: Screen<'a>,
    /// The command's words, once placeholders are filled.
    words: Vec<String>,
    inside: Option<&'a Inside<'a>>,
    /// The command, while it runs.
    client: Option<(Client, KeyboardLeft)>,
    /// The command's exit code.
    code: Option<u8>,
    open: usize,
    counted: Instant,
}

impl<'a> Run<'a> {
    fn new(
        tunnels: &'a [Tunnel<'a>],
        inside: Option<&'a Inside<'a>>,
        around: &'a mut Surroundings,
    ) -> Result<Self, Failure> {
        let mut filled = Vec::new();
        if let (Some(inside), Some(tunnel)) = (inside, tunnels.first()) {
            let reach = inside.reach(tunnel);
            filled = words(inside.command, &reach)?;
            if let Some(advice) = advice(inside.command, &reach) {
                around.output.problem(&advice);
            }
        }
        let screen = Screen::new(around, tunnels.len(), inside.is_some());
        let counted = Instant::now();
        Ok(Self { tunnels, screen, words: filled, inside, client: None, code: None, open: 0, counted })
    }

    fn hear(&mut self, tunnel: usize, event: &Event) -> Result<(), Failure> {
        let Event::Listening { .. } = event else { return self.screen.tell(tunnel, event) };
        if let Some(tunnel) = self.tunnels.get(tunnel) {
            self.screen.opened(tunnel)?;
        }
        self.open += 1;
        if self.open == self.tunnels.len() {
            self.screen.all_opened();
            self.start_client()?;
        }
        Ok(())
    }

    fn start_client(&mut self) -> Result<(), Failure> {
        let (Some(inside), Some(tunnel)) = (self.inside, self.tunnels.first()) else { return Ok(()) };
        let variables = variables(&inside.reach(tunnel), is_set);
        let keyboard = self.screen.around.interrupt.leave_keyboard();
        self.client = Some((Client::start(&self.words, &variables)?, keyboard));
        Ok(())
    }

    async fn client_ended(&mut self) -> Result<u8, Failure> {
        match &mut self.client {
            Some((client, _)) => client.ended().await,
            None => pending().await,
        }
    }

    /// Whether there is one that can be asked.
    fn ask_client_to_end(&self) -> bool {
        self.client.as_ref().map(|(client, _)| client.terminate()).is_some()
    }

    fn count(&mut self) {
        let now = Instant::now();
        self.screen.count(now - self.counted);
        self.counted = now;
    }

    /// Tells the rest, and with which code it is over.
    async fn end(
        mut self,
        events: &mut [mpsc::UnboundedReceiver<Event>],
        ended: Vec<Result<Vec<Ended>, Failure>>,
    ) -> Result<u8, Failure> {
        for (tunnel, events) in events.iter_mut().enumerate() {
            while let Ok(event) = events.try_recv() {
                self.screen.tell(tunnel, &event)?;
            }
        }
        self.screen.end();
        let mut all = Vec::new();
        let mut broken = None;
        for ended in ended {
            match ended {
                Ok(ended) => all.extend(ended),
                Err(failure) => broken = broken.or(Some(failure)),
            }
        }
        if let Some(failure) = broken {
            return self.without_tunnel(failure).await;
        }
        let (output, sentence) = (&mut self.screen.around.output, sessions_ended(&all));
        if let Some(code) = self.code {
            output.detail(&sentence);
            return Ok(code);
        }
        output.say(&sentence);
        Ok(0)
    }

    /// A command that still runs finds no tunnel any more. It is told of, and waited for: what it has in hand is its own.
    async fn without_tunnel(&mut self, failure: Failure) -> Result<u8, Failure> {
        if let Some((client, _)) = &mut self.client {
            self.screen.around.output.problem(&format!("warning: the tunnel is gone: {failure}\n"));
            client.ended().await?;
        }
        Err(failure)
    }
}

/// What AWS refused is told as such; what the channel failed of needs a person.
pub(in crate::cli) fn why(service: &SessionManager, failure: &tunnel::Failure) -> Failure {
    match (failure, service.refused()) {
        (tunnel::Failure::Service(_) | tunnel::Failure::DataKey(_), Some(error)) => Failure::NoSession(error),
        (
            tunnel::Failure::Port { .. }
            | tunnel::Failure::AgentTooOld { .. }
            | tunnel::Failure::Encryption
            | tunnel::Failure::Unencrypted { .. }
            | tunnel::Failure::DataKey(_),
            _,
        ) => Failure::Refused(failure.to_string()),
        _ => Failure::NeedsPerson(format!("error: {failure}")),
    }
}

fn sessions_ended(ended: &[Ended]) -> String {
    let unheard = ended.iter().find_map(|ended| match ended {
        Ended::Terminated { api: Some(why) } => Some(why),
        _ => None,
    });
    match unheard {
        Some(why) => format!(
            "the tunnel is closed; TerminateSession failed ({why}): its session ends by itself when it is idle\n"
        ),
        None => "the tunnel is closed; its sessions are ended\n".into(),
    }
}
