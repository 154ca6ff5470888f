//! What a session does while it has a web socket: everything in one place, by the batch, without handing single messages
//! from task to task.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, Sleep, sleep_until, timeout},
};

use super::{
    Command, Events, NoStream, SessionSettings, Stream,
    deliveries::Deliveries,
    line::{Frame, Line, Lost},
};
use crate::tunnel::{
    Moment,
    channel::{Channel, Notice},
    event::{Event, Warning},
    failure::{Ended, Failure, StreamEnd},
    handshake::Mode,
    message::MessageId,
    pipe::{LocalEnd, Pipe, Ready},
    service::Service,
    shell::{Conversation, DataKey, ERRORS, EXIT, KeyWanted, MAIN},
    smux::Sink,
};

/// So many messages are read before what they caused is written.
const BATCH: usize = 256;
/// So much of a client's data is taken ahead of what can be sent.
const AHEAD: usize = 128 << 10;
/// KMS gives a data key within this time, or none: the agent waits for little longer.
const LONGEST_KEY: Duration = Duration::from_secs(10);
/// An agent that takes nothing for so long is worth a word,
const WORTH_A_WORD: Duration = Duration::from_mins(1);
/// and after so long it won't come back.
const LONGEST_SILENCE: Duration = Duration::from_mins(5);

/// A session at work.
pub(super) struct Task<S> {
    pub(super) service: Arc<S>,
    pub(super) settings: SessionSettings,
    pub(super) events: Events,
    pub(super) id: String,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) channel: Channel,
    pub(super) deliveries: Deliveries,
    /// The same for all web sockets of the session.
    pub(super) client: MessageId,
    /// Web sockets in a row on which nothing came, and which were soon lost.
    pub(super) fruitless: u32,
    /// When the first of them was lost.
    pub(super) lost_since: Option<Moment>,
    /// When the last web socket was there.
    pub(super) attached_at: Moment,
    pub(super) host: String,
    pub(super) usable: Option<oneshot::Sender<Result<Mode, Failure>>>,
    /// Until when the handshake has to be done.
    pub(super) patience: Moment,
    began: Instant,
    ready: Arc<Ready>,
    /// Connections that have more than was taken.
    more: Vec<u32>,
    warned: bool,
    /// A data key that is being made.
    key: Option<MakesKey>,
    timer: Pin<Box<Sleep>>,
}

/// A data key, or why there is none.
type MakesKey = JoinHandle<Result<DataKey, String>>;

/// Why a session stops carrying.
pub(super) enum Outcome {
    /// The web socket is gone, for this reason.
    Lost(String),
    /// The session is.
    Ended(Ended),
    /// The session can't be used.
    Failed(Failure),
    /// We are to end it.
    Terminate,
}

impl From<Lost> for Outcome {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost.0)
    }
}

impl<S: Service> Task<S> {
    pub(super) fn new(
        service: Arc<S>,
        settings: SessionSettings,
        events: Events,
        id: String,
        commands: mpsc::UnboundedReceiver<Command>,
        usable: oneshot::Sender<Result<Mode, Failure>>,
    ) -> Self {
        let channel = match &settings.shell {
            Some(shell) => Channel::for_shell(settings.unix_milliseconds, shell),
            None => Channel::new(settings.unix_milliseconds, settings.reaches_other_host),
        };
        Self {
            channel,
            deliveries: Deliveries::new(settings.largest_backlog),
            service,
            events,
            id,
            commands,
            client: MessageId::random(),
            fruitless: 0,
            lost_since: None,
            attached_at: Moment::ZERO,
            host: String::new(),
            usable: Some(usable),
            patience: settings.patience,
            began: Instant::now(),
            ready: Arc::default(),
            more: Vec::new(),
            warned: false,
            key: None,
            settings,
            timer: Box::pin(sleep_until(Instant::now())),
        }
    }

    /// The terminal's side of a shell: there from the beginning, since a shell may speak first.
    pub(super) fn conversation(&mut self) -> Option<Conversation> {
        self.settings.shell.as_ref()?;
        let [main, errors, exit] = [MAIN, ERRORS, EXIT].map(|id| {
            let pipe = Arc::new(Pipe::new(id, self.ready.clone()));
            self.deliveries.add(id, pipe.clone());
            Stream(pipe)
        });
        Some(Conversation::new(main, errors, exit))
    }

    fn make_key(&mut self, cx: &mut Context<'_>) {
        if let Some(key) = &mut self.key
            && let Poll::Ready(key) = Pin::new(key).poll(cx)
        {
            self.key = None;
            self.channel.key(key.unwrap_or_else(|error| Err(error.to_string())));
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.began.elapsed()
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    /// A new web socket: what was under way goes again.
    pub(super) fn attached(&mut self) {
        let now = self.now();
        self.channel.attached(now);
        self.attached_at = now;
        self.patience = now.saturating_add(self.settings.patience);
    }

    /// Carries bytes until something ends that.
    pub(super) async fn carry(&mut self, line: &mut Line) -> Outcome {
        std::future::poll_fn(|cx| self.poll_carry(line, cx)).await
    }

    fn poll_carry(&mut self, line: &mut Line, cx: &mut Context<'_>) -> Poll<Outcome> {
        let now = self.now();
        while let Poll::Ready(command) = self.commands.poll_recv(cx) {
            if self.obey(command, now) {
                return Poll::Ready(Outcome::Terminate);
            }
        }
        self.make_key(cx);
        let found = self.exchange(line, cx, now);
        self.deliveries.wake();
        if let Some(outcome) = self.notices() {
            return Poll::Ready(outcome);
        }
        if let Err(lost) = found {
            return Poll::Ready(lost.into());
        }
        if let Some(outcome) = self.watch(now) {
            return Poll::Ready(outcome);
        }
        if self.channel.is_over() {
            return Poll::Ready(Outcome::Terminate);
        }
        let due = self.next_watch().chain([line.deadline()]).chain(self.channel.deadline()).min();
        self.arm(due.unwrap_or(Duration::MAX), cx);
        Poll::Pending
    }

    /// Says whether the session is to be ended.
    pub(super) fn obey(&mut self, command: Option<Command>, now: Moment) -> bool {
        let answer = match command {
            Some(Command::Open(answer)) => answer,
            Some(Command::Resize(size)) => {
                self.channel.resize(size);
                return false;
            }
            Some(Command::Terminate) | None => return true,
        };
        let opened = self.channel.port().and_then(|port| port.open(now, &mut self.deliveries));
        let opened = opened.map(|(id, greeting)| {
            let pipe = Arc::new(Pipe::new(id, self.ready.clone()));
            self.deliveries.add(id, pipe.clone());
            if !greeting.is_empty() {
                self.deliveries.data(id, &greeting);
            }
            Stream(pipe)
        });
        // Where nobody waits for it any more, it is dropped, which resets it.
        let _ = answer.send(opened.ok_or(NoStream::Occupied));
        false
    }

    /// Reads what is there, then writes what there is to write. Reading goes on while writing is blocked: an agent whose
    /// buffers are full writes before it reads.
    pub(super) fn exchange(&mut self, line: &mut Line, cx: &mut Context<'_>, now: Moment) -> Result<(), Lost> {
        let read = self.read(line, cx, now);
        for id in self.deliveries.end_too_slow() {
            if let Some(port) = self.channel.port() {
                port.reset(id);
            }
        }
        self.channel.expire(now, &mut self.deliveries);
        self.ready.register(cx.waker());
        for id in self.ready.take() {
            self.pull(id, now);
        }
        read?;
        line.watch(now)?;
        self.write(line, cx, now)
    }

    /// The web socket was of use.
    pub(super) fn fruitful(&mut self) {
        self.fruitless = 0;
        self.lost_since = None;
    }

    fn read(&mut self, line: &mut Line, cx: &mut Context<'_>, now: Moment) -> Result<(), Lost> {
        for _ in 0..BATCH {
            match line.poll_frame(cx, now) {
                Poll::Ready(Ok(Frame::Message(bytes))) => {
                    self.fruitful();
                    self.channel.receive(&bytes, now, &mut self.deliveries);
                }
                Poll::Ready(Ok(Frame::Sign)) => {}
                Poll::Ready(Err(lost)) => return Err(lost),
                Poll::Pending => return Ok(()),
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    fn write(&mut self, line: &mut Line, cx: &mut Context<'_>, now: Moment) -> Result<(), Lost> {
        loop {
            if line.poll_ready(cx)?.is_pending() {
                return Ok(());
            }
            if let Some(bytes) = self.channel.transmit(now) {
                line.put(bytes)?;
            } else if !self.pull_more(now) {
                break;
            }
        }
        // Where not everything can be written now, the waker is registered.
        let _ = line.poll_flush(cx)?;
        Ok(())
    }

    /// Takes more from the connections that have more; says whether there was any.
    fn pull_more(&mut self, now: Moment) -> bool {
        if self.more.is_empty() || !self.channel.sender().has_room() {
            return false;
        }
        let ids = std::mem::take(&mut self.more);
        let mut any = false;
        for id in ids {
            any |= self.pull(id, now);
        }
        any
    }

    /// Takes data and end of a connection's local side; says whether there was any.
    fn pull(&mut self, id: u32, now: Moment) -> bool {
        let (Some(pipe), Some(port)) = (self.deliveries.get(id).cloned(), self.channel.port()) else { return false };
        if pipe.local_end() == Some(LocalEnd::Reset) {
            port.end(id, StreamEnd::ByClient, &mut self.deliveries);
            return true;
        }
        let mut any = false;
        while port.queued(id) < AHEAD
            && let Some(chunk) = pipe.take_up()
        {
            port.push(id, chunk);
            any = true;
        }
        if pipe.local_end().is_some() {
            port.finish(id, now);
        } else if pipe.has_more() && !self.more.contains(&id) {
            self.more.push(id);
        }
        any
    }

    fn notices(&mut self) -> Option<Outcome> {
        while let Some(notice) = self.channel.notice() {
            match notice {
                Notice::Complete { agreement, message } => {
                    let mode = agreement.mode;
                    self.tell(Event::SessionOpened { session: self.id.clone(), mode, message });
                    if let Some(usable) = self.usable.take() {
                        // Where nobody waits for it, the commands are closed, which ends the session.
                        let _ = usable.send(Ok(mode));
                    }
                }
                Notice::KeyWanted(wanted) => {
                    self.key = Some(key(self.service.clone(), self.id.clone(), wanted));
                    self.ready.wake();
                }
                Notice::Unreachable => self.tell(Event::Warning(Warning::Unreachable)),
                Notice::Reachable => self.tell(Event::Warning(Warning::Reachable)),
                Notice::Closed { output } => return Some(Outcome::Ended(Ended::Closed { output })),
                Notice::Failed(failure) => return Some(Outcome::Failed(failure)),
            }
        }
        None
    }

    /// Looks whether someone waits for too long.
    fn watch(&mut self, now: Moment) -> Option<Outcome> {
        if !self.channel.is_complete() && self.patience <= now {
            let seconds = self.settings.patience.as_secs();
            return Some(Outcome::Failed(Failure::NoAnswer { host: self.host.clone(), seconds }));
        }
        let Some(since) = self.channel.sender().silent_since() else {
            self.warned = false;
            return None;
        };
        let silent = now.saturating_sub(since);
        if silent >= LONGEST_SILENCE {
            return Some(Outcome::Ended(Ended::Silent { minutes: LONGEST_SILENCE.as_secs() / 60 }));
        }
        if silent < WORTH_A_WORD {
            self.warned = false;
        } else if !std::mem::replace(&mut self.warned, true) {
            self.tell(Event::Warning(Warning::Silent { seconds: WORTH_A_WORD.as_secs() }));
        }
        None
    }

    fn next_watch(&self) -> impl Iterator<Item = Moment> + use<S> {
        let handshake = (!self.channel.is_complete()).then_some(self.patience);
        let limit = if self.warned { LONGEST_SILENCE } else { WORTH_A_WORD };
        let silence = self.channel.sender().silent_since().map(|since| since.saturating_add(limit));
        handshake.into_iter().chain(silence)
    }

    /// Sets the alarm for `due`. It rings early rather than being set back all the time, and never late.
    pub(super) fn arm(&mut self, due: Moment, cx: &mut Context<'_>) {
        let due = self.began.checked_add(due).unwrap_or_else(|| self.began + Duration::from_hours(24 * 365));
        if self.timer.is_elapsed() || due < self.timer.deadline() {
            self.timer.as_mut().reset(due);
        }
        if self.timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}

fn key<S: Service>(service: Arc<S>, session_id: String, wanted: KeyWanted) -> MakesKey {
    tokio::spawn(async move {
        match timeout(LONGEST_KEY, service.data_key(&session_id, &wanted)).await {
            Ok(made) => made.map_err(|failure| failure.text),
            Err(_) => Err(format!("KMS doesn't answer within {} seconds", LONGEST_KEY.as_secs())),
        }
    })
}
