//! A session: one task that owns a web socket and the state above it, and handles for those who use it.

mod deliveries;
mod life;
mod line;
mod task;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    event::Event,
    failure::{Ended, Failure, StreamEnd},
    handshake::Mode,
    pipe::{LocalEnd, Pipe},
    service::Service,
    shell::{Conversation, ShellSettings, Size},
};

pub use super::pipe::Received;

/// What a session does differently from another.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// Whether the destination is another host than the bastion: old agents would connect to themselves instead.
    pub reaches_other_host: bool,
    /// The host's time now, in Unix milliseconds: messages carry it, and nothing depends on it.
    pub unix_milliseconds: u64,
    /// So long after a loss the service has ended the session by itself.
    pub idle: Duration,
    /// So much may wait for one local client.
    pub largest_backlog: usize,
    /// So long after the web socket is open, the agent has said something.
    pub patience: Duration,
    /// A shell instead of a port.
    pub shell: Option<ShellSettings>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            reaches_other_host: true,
            unix_milliseconds: 1,
            idle: Duration::from_mins(20),
            largest_backlog: 16 << 20,
            patience: Duration::from_secs(20),
            shell: None,
        }
    }
}

/// Where events go. Nobody has to listen.
pub type Events = mpsc::UnboundedSender<Event>;

enum Command {
    Open(oneshot::Sender<Result<Stream, NoStream>>),
    Resize(Size),
    Terminate,
}

/// Why a session takes no further connection.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoStream {
    /// It has one, and more aren't possible.
    #[error(
        "the agent on the bastion carries one connection at a time, and there is one; agents above 3.0.196.0 carry many"
    )]
    Occupied,
    /// The session is over.
    #[error("{0}")]
    Ended(Ended),
}

/// A usable session. Where all handles are gone, the session is ended.
#[derive(Debug)]
pub struct Session {
    id: String,
    mode: Mode,
    commands: mpsc::UnboundedSender<Command>,
    ended: watch::Receiver<Option<Ended>>,
}

impl Session {
    /// Starts a session and waits until it is usable. `guard` is dropped when the session's work is done: where this
    /// future is dropped before, that is what tells when the half-open session is ended.
    pub async fn open<S: Service>(
        service: Arc<S>,
        settings: SessionSettings,
        events: Events,
        guard: impl Send + 'static,
    ) -> Result<Self, Failure> {
        Ok(Self::begin(service, settings, events, guard).await?.0)
    }

    /// The same for a shell or a command.
    pub async fn shell<S: Service>(
        service: Arc<S>,
        settings: SessionSettings,
        events: Events,
        guard: impl Send + 'static,
    ) -> Result<(Self, Conversation), Failure> {
        let (session, conversation) = Self::begin(service, settings, events, guard).await?;
        conversation
            .map(|conversation| (session, conversation))
            .ok_or_else(|| Failure::Protocol("it is no shell".into()))
    }

    async fn begin<S: Service>(
        service: Arc<S>,
        settings: SessionSettings,
        events: Events,
        guard: impl Send + 'static,
    ) -> Result<(Self, Option<Conversation>), Failure> {
        let started = service.start().await.map_err(|failure| Failure::Service(failure.text))?;
        let id = started.session_id.clone();
        let (commands, received) = mpsc::unbounded_channel();
        let (tell, ended) = watch::channel(None);
        let (ready, usable) = oneshot::channel();
        let mut task = task::Task::new(service, settings, events, id.clone(), received, ready);
        let conversation = task.conversation();
        tokio::spawn(async move {
            let how = task.run(started.entrance).await;
            tell.send_replace(Some(how));
            drop(guard);
        });
        match usable.await {
            Ok(Ok(mode)) => Ok((Self { id, mode, commands, ended }, conversation)),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Protocol("its task ended".into())),
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it carries bytes.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        self.ended.borrow().clone()
    }

    /// Begins a connection.
    pub async fn stream(&self) -> Result<Stream, NoStream> {
        let (answer, answered) = oneshot::channel();
        // What can't be sent comes back, with the sender of the answer in it: waiting for that would be for ever.
        if self.commands.send(Command::Open(answer)).is_ok()
            && let Ok(answer) = answered.await
        {
            return answer;
        }
        Err(NoStream::Ended(self.wait().await))
    }

    /// Tells a shell how large its terminal is now.
    pub fn resize(&self, size: Size) {
        // Where nobody listens, it has ended.
        let _ = self.commands.send(Command::Resize(size));
    }

    /// Asks for its end, and waits for nothing.
    pub fn ask_to_end(&self) {
        // Where nobody listens, it has ended.
        let _ = self.commands.send(Command::Terminate);
    }

    /// Ends the session: the agent is asked to, then the service is.
    pub async fn terminate(&self) -> Ended {
        // Where nobody listens, it has ended.
        let _ = self.commands.send(Command::Terminate);
        self.wait().await
    }

    /// Waits for its end.
    pub async fn wait(&self) -> Ended {
        let mut ended = self.ended.clone();
        let found = ended.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
        found.unwrap_or(Ended::Terminated { api: None })
    }
}

/// One connection in a session. Dropped, it is reset.
#[derive(Debug)]
pub struct Stream(Arc<Pipe>);

impl Stream {
    /// Hands over data, and waits where too much isn't taken yet. `false`: the connection has ended.
    pub async fn send(&self, data: Bytes) -> bool {
        self.0.send(data).await
    }

    /// No more data comes.
    pub fn finish(&self) {
        self.0.local(LocalEnd::Finished);
    }

    /// The client is gone: ends the connection at once.
    pub fn reset(&self) {
        self.0.local(LocalEnd::Reset);
    }

    /// Waits for bytes, or the end.
    pub async fn receive(&self) -> Received {
        self.0.receive().await
    }

    /// Waits until the connection is broken: for an end that isn't a clean one.
    pub async fn broken(&self) -> StreamEnd {
        self.0.broken().await
    }

    /// How the connection ended, if it did; bytes may still wait.
    #[must_use]
    pub fn ended(&self) -> Option<StreamEnd> {
        self.0.ended()
    }

    /// How many bytes came.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.0.received()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.local(LocalEnd::Reset);
    }
}
