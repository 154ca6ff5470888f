//! The life of a session: connected, lost, resumed, and how it ends.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::SinkExt;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{
    line::Line,
    task::{Outcome, Task},
};
use crate::tunnel::{
    Moment,
    event::{Event, Warning},
    failure::{Ended, Failure},
    handshake::CLIENT_VERSION,
    message::MessageId,
    payload::Opening,
    service::{Entrance, Kind, Service, ServiceFailure},
    socket::WebSocket,
};

/// A connection that takes longer won't come.
const LONGEST_CONNECT: Duration = Duration::from_secs(20);
const FIRST_DELAY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A first connection that fails is tried so many times in all; its token is still unused.
const FIRST_CONNECTIONS: u32 = 3;
/// A web socket that has lasted for so long was of use, even though nothing was said on it: who is idle hears nothing.
const LASTING: Duration = Duration::from_mins(1);
/// A session that nobody spoke in yet is given up after so many web sockets: its tokens are refused, or expire before use.
const SILENT_SOCKETS: u32 = 6;
/// The agent has so long to acknowledge that the session ends.
const LONGEST_FAREWELL: Duration = Duration::from_secs(1);
/// The service has so long to end it.
const LONGEST_CALL: Duration = Duration::from_secs(10);

fn delay(attempts: u32) -> Duration {
    match attempts.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_DELAY.saturating_mul(1 << doublings.min(10)).min(LONGEST_DELAY),
    }
}

/// Someone wants the session to end meanwhile.
struct Interrupted;

impl<S: Service> Task<S> {
    /// From the first connection to the end.
    pub(super) async fn run(mut self, entrance: Entrance) -> Ended {
        let ended = self.live(entrance).await;
        self.deliveries.end_all(&ended);
        match self.usable.take() {
            Some(usable) => {
                let failure = match &ended {
                    Ended::Failed(failure) => (**failure).clone(),
                    other => Failure::Ended(other.clone()),
                };
                // Who started it has given up: it has ended all the same.
                let _ = usable.send(Err(failure));
            }
            None => self.tell(Event::SessionEnded { session: self.id.clone(), ended: ended.clone() }),
        }
        ended
    }

    async fn live(&mut self, entrance: Entrance) -> Ended {
        let mut line = match self.first_connection(entrance).await {
            Ok(line) => line,
            Err(ended) => return ended,
        };
        loop {
            let ended = match self.carry(&mut line).await {
                Outcome::Lost(why) => {
                    drop(line);
                    match self.resume(why).await {
                        Ok(resumed) => {
                            line = resumed;
                            continue;
                        }
                        Err(ended) => return ended,
                    }
                }
                Outcome::Terminate => return self.terminate(line).await,
                Outcome::Failed(failure) => {
                    self.terminate(line).await;
                    return Ended::Failed(Box::new(failure));
                }
                Outcome::Ended(ended @ Ended::Silent { .. }) => {
                    self.end_by_call().await;
                    ended
                }
                Outcome::Ended(ended) => ended,
            };
            self.deliveries.end_all(&ended);
            line.close().await;
            return ended;
        }
    }

    async fn first_connection(&mut self, entrance: Entrance) -> Result<Line, Ended> {
        let mut attempts = 0;
        loop {
            let attempt = connection(self.service.clone(), entrance.clone(), self.client, delay(attempts));
            attempts += 1;
            match self.meanwhile(attempt).await {
                Err(Interrupted) => return Err(Ended::Terminated { api: self.end_by_call().await }),
                Ok(Ok(socket)) => return Ok(self.attach(socket, &entrance)),
                Ok(Err(failure)) if failure.kind != Kind::Transient || attempts >= FIRST_CONNECTIONS => {
                    self.end_by_call().await;
                    let failure = Failure::Connect { host: entrance.host(), why: failure.text };
                    return Err(Ended::Failed(Box::new(failure)));
                }
                Ok(Err(_)) => {}
            }
        }
    }

    fn attach(&mut self, socket: WebSocket, entrance: &Entrance) -> Line {
        self.host = entrance.host();
        self.attached();
        Line::new(socket, self.now())
    }

    /// Comes back with a new web socket, for as long as the service keeps the session.
    async fn resume(&mut self, why: String) -> Result<Line, Ended> {
        let lost = self.now();
        if lost.saturating_sub(self.attached_at) >= LASTING {
            self.fruitful();
        }
        let lost_since = *self.lost_since.get_or_insert(lost);
        if self.usable.is_some() && self.fruitless + 1 >= SILENT_SOCKETS {
            self.end_by_call().await;
            let why = format!("{why}, on {SILENT_SOCKETS} web sockets in a row, before the agent said anything");
            return Err(Ended::Failed(Box::new(Failure::Connect { host: self.host.clone(), why })));
        }
        if self.is_tried_out(lost_since) {
            return Err(self.tried_out(why).await);
        }
        if self.fruitless > 0 {
            let again = delay(self.fruitless);
            self.tell(Event::Warning(Warning::NotYet { why, again }));
        } else {
            self.tell(Event::Warning(Warning::Lost { why }));
        }
        let mut attempts = self.fruitless;
        self.fruitless = self.fruitless.saturating_add(1);
        loop {
            let attempt = resumption(self.service.clone(), self.id.clone(), self.client, delay(attempts));
            attempts = attempts.saturating_add(1);
            let failure = match self.meanwhile(attempt).await {
                Err(Interrupted) => return Err(Ended::Terminated { api: self.end_by_call().await }),
                Ok(Ok(None)) => return Err(Ended::Gone),
                Ok(Ok(Some((socket, entrance)))) => {
                    let line = self.attach(socket, &entrance);
                    let after = self.now().saturating_sub(lost);
                    self.tell(Event::SessionResumed { session: self.id.clone(), after });
                    return Ok(line);
                }
                Ok(Err(failure)) => failure,
            };
            match failure.kind {
                Kind::Gone => return Err(Ended::Gone),
                Kind::Final => {
                    self.end_by_call().await;
                    return Err(Ended::Barred(failure.text));
                }
                Kind::Transient if self.is_tried_out(lost_since) => return Err(self.tried_out(failure.text).await),
                Kind::Transient => {
                    let again = delay(attempts);
                    self.tell(Event::Warning(Warning::NotYet { why: failure.text, again }));
                }
            }
        }
    }

    /// Whether the connection was lost for longer than an idle session lives, though web sockets may have come and gone.
    fn is_tried_out(&self, lost_since: Moment) -> bool {
        self.now().saturating_sub(lost_since) >= self.settings.idle
    }

    async fn tried_out(&self, why: String) -> Ended {
        self.end_by_call().await;
        Ended::Lost { minutes: self.settings.idle.as_secs() / 60, why }
    }

    /// Does `work` while clients come and the end may.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                command = self.commands.recv() => {
                    let now = self.now();
                    if self.obey(command, now) {
                        return Err(Interrupted);
                    }
                }
            }
        }
    }

    /// Ends the session on our word: the agent first, then the service, then the web socket.
    async fn terminate(&mut self, mut line: Line) -> Ended {
        self.deliveries.end_all(&Ended::Terminated { api: None });
        self.channel.terminate();
        // Where the agent doesn't acknowledge it, the service ends the session all the same.
        let _ = timeout(LONGEST_FAREWELL, poll_fn(|cx| self.poll_settled(&mut line, cx))).await;
        let api = self.end_by_call().await;
        line.close().await;
        Ended::Terminated { api }
    }

    fn poll_settled(&mut self, line: &mut Line, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.now();
        if self.exchange(line, cx, now).is_err() || self.channel.is_settled() {
            return Poll::Ready(());
        }
        self.arm(self.channel.deadline().unwrap_or(Moment::MAX), cx);
        Poll::Pending
    }

    /// Asks the service to end the session; says why it doesn't, if it doesn't.
    async fn end_by_call(&self) -> Option<String> {
        match timeout(LONGEST_CALL, self.service.terminate(&self.id)).await {
            Ok(Ok(())) => None,
            Ok(Err(failure)) if failure.kind == Kind::Gone => None,
            Ok(Err(failure)) => Some(failure.text),
            Err(_) => Some(format!("TerminateSession wasn't answered within {} seconds", LONGEST_CALL.as_secs())),
        }
    }
}

fn transient(text: impl Into<String>) -> ServiceFailure {
    ServiceFailure { text: text.into(), kind: Kind::Transient }
}

/// A way in, and through it.
async fn resumption<S: Service>(
    service: Arc<S>,
    id: String,
    client: MessageId,
    wait: Duration,
) -> Result<Option<(WebSocket, Entrance)>, ServiceFailure> {
    sleep(wait).await;
    let late = || transient(format!("ResumeSession wasn't answered within {} seconds", LONGEST_CALL.as_secs()));
    let Some(entrance) = timeout(LONGEST_CALL, service.resume(&id)).await.map_err(|_| late())?? else {
        return Ok(None);
    };
    let socket = connection(service, entrance.clone(), client, Duration::ZERO).await?;
    Ok(Some((socket, entrance)))
}

/// Opens a web socket and says who we are.
async fn connection<S: Service>(
    service: Arc<S>,
    entrance: Entrance,
    client: MessageId,
    wait: Duration,
) -> Result<WebSocket, ServiceFailure> {
    sleep(wait).await;
    let opening = Opening {
        message_schema_version: "1.0",
        request_id: MessageId::random().to_string(),
        token_value: entrance.token.reveal(),
        client_id: client.to_string(),
        client_version: CLIENT_VERSION,
    };
    let opening = serde_json::to_string(&opening).map_err(|error| transient(error.to_string()))?;
    let opened = async {
        let mut socket = service.connect(&entrance.stream_url).await?;
        socket.send(Message::text(opening)).await.map_err(|error| transient(error.to_string()))?;
        Ok(socket)
    };
    let late = || transient(format!("{} doesn't answer within {} seconds", entrance.host(), LONGEST_CONNECT.as_secs()));
    timeout(LONGEST_CONNECT, opened).await.map_err(|_| late())?
}
