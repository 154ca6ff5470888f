//! An open shell: keys go, bytes come, and whatever happens ends it in order.

use std::{
    collections::VecDeque,
    io::{self, Write},
    pin::pin,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    task::spawn_blocking,
    time::sleep,
};

use super::{keyboard, terminal};
use crate::{
    cli::{Failure, Surroundings},
    tunnel::{
        Ended, Event, StreamEnd, Warning,
        handshake::Mode,
        session::Session,
        shell::{Conversation, Said, ShellKind},
    },
};

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
/// So long what was printed before the end may take to be read.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How a shell ended.
pub(super) struct End {
    pub(super) ended: Ended,
    /// What the other end said of the command's end.
    pub(super) exit_code: Option<i64>,
    /// Why we ended it, if we did.
    pub(super) by: Option<By>,
    /// Whether a person had given their terminal away.
    pub(super) was_at_terminal: bool,
}

/// What ended a shell on this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A signal, or Ctrl-C once more.
    Signal,
    /// Ctrl-C while nothing was heard of the other end.
    Leaving,
    /// Nobody reads what is printed.
    Reader,
    /// Whoever reads what is printed reads too slowly.
    Backlog,
}

/// What goes on: the part that keys and events change.
struct Run<'a> {
    session: &'a Session,
    around: &'a mut Surroundings,
    kind: ShellKind,
    is_raw: bool,
    /// Keys that weren't taken yet.
    typed: VecDeque<Bytes>,
    /// Whether the last key was the end of a line.
    at_line_start: bool,
    /// Whether nothing is heard of the other end.
    is_lost: bool,
    interrupts: u32,
}

/// Carries until the session ends. The terminal is as it was when this returns.
pub(super) async fn carry(
    session: &Session,
    conversation: &Conversation,
    mut events: mpsc::UnboundedReceiver<Event>,
    around: &mut Surroundings,
) -> Result<End, Failure> {
    let kind = match session.mode() {
        Mode::Shell(kind) => kind,
        Mode::Streams { .. } | Mode::OneClient { .. } => ShellKind::Terminal,
    };
    let [mut size, mut interrupt, mut hang_up] = signals()?;
    let (mut asked, keyboard) = (around.interrupt.clone(), around.interrupt.leave_keyboard());
    let raw = if kind == ShellKind::Terminal { terminal::Raw::begin() } else { None };
    // The window may have changed since the session was begun.
    session.resize(terminal::size());
    let mut keys = (kind == ShellKind::Terminal).then(keyboard::read);
    let mut run = Run::new(session, around, kind, raw.is_some());
    let mut printing = pin!(print(conversation));
    let (mut by, mut is_asked) = (None, false);
    let printed = loop {
        tokio::select! {
            printed = &mut printing => break printed,
            Some(event) = events.recv() => run.hear(&event),
            key = next(&mut keys), if run.takes_keys() => {
                if key.is_none() {
                    keys = None;
                }
                by = by.or(run.key(key));
            }
            taken = conversation.say(run.typed.front().cloned().unwrap_or_default()), if !run.typed.is_empty() => {
                run.taken(taken);
            }
            Some(()) = size.recv() => session.resize(terminal::size()),
            Some(()) = interrupt.recv() => by = by.or(run.interrupt()),
            Some(()) = hang_up.recv() => by = by.or(Some(By::Signal)),
            () = over(session), if is_asked => break Ok(StreamEnd::ByClient),
            () = asked.asked(), if by.is_none() => by = Some(By::Signal),
        }
        if by.is_some() && !is_asked {
            is_asked = true;
            session.ask_to_end();
        }
    };
    let by = by.or(match &printed {
        Ok(StreamEnd::TooSlow { .. }) => Some(By::Backlog),
        Ok(_) => None,
        Err(_) => Some(By::Reader),
    });
    if by.is_some() {
        session.ask_to_end();
    }
    let ended = session.wait().await;
    let was_at_terminal = raw.is_some();
    drop((raw, keyboard));
    Ok(End { ended, exit_code: conversation.exit_code().await, by, was_at_terminal })
}

/// Prints what comes, as it comes, until the end.
async fn print(conversation: &Conversation) -> io::Result<StreamEnd> {
    loop {
        match conversation.hear().await {
            Said::Output(bytes) => written(io::stdout, bytes).await?,
            Said::Errors(bytes) => written(io::stderr, bytes).await?,
            Said::End(end) => return Ok(end),
        }
    }
}

/// On a thread of its own: whoever reads slowly stops neither signals nor the session.
async fn written<W: Write + 'static>(to: fn() -> W, bytes: Bytes) -> io::Result<()> {
    let writing = move || {
        let mut to = to();
        to.write_all(&bytes)?;
        to.flush()
    };
    spawn_blocking(writing).await.map_err(io::Error::other)?
}

/// The end of a session that we asked for. Whoever reads what it printed has a moment more.
async fn over(session: &Session) {
    session.wait().await;
    sleep(LAST_WORDS).await;
}

fn signals() -> Result<[Signal; 3], Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::Ours(format!("signals can't be heard: {error}")));
    Ok([listen(SignalKind::window_change())?, listen(SignalKind::interrupt())?, listen(SignalKind::hangup())?])
}

/// The next key; never, where there is no keyboard.
async fn next(keys: &mut Option<mpsc::Receiver<Bytes>>) -> Option<Bytes> {
    match keys {
        Some(keys) => keys.recv().await,
        None => std::future::pending().await,
    }
}

impl<'a> Run<'a> {
    fn new(session: &'a Session, around: &'a mut Surroundings, kind: ShellKind, is_raw: bool) -> Self {
        Self {
            session,
            around,
            kind,
            is_raw,
            typed: VecDeque::new(),
            at_line_start: true,
            is_lost: false,
            interrupts: 0,
        }
    }

    /// A key is taken when the one before was; while nothing is heard, for the sake of Ctrl-C.
    fn takes_keys(&self) -> bool {
        self.typed.is_empty() || self.is_lost
    }

    fn taken(&mut self, taken: bool) {
        self.typed.pop_front();
        if !taken {
            self.typed.clear();
        }
    }

    fn key(&mut self, key: Option<Bytes>) -> Option<By> {
        let Some(bytes) = key else {
            self.end_of_input();
            return None;
        };
        if self.is_lost && bytes.contains(&CTRL_C) {
            return Some(By::Leaving);
        }
        if let Some(last) = bytes.last() {
            self.at_line_start = matches!(last, b'\n' | b'\r');
        }
        self.typed.push_back(bytes);
        None
    }

    /// The end of a pipe is Ctrl-D at the beginning of a line: elsewhere it would mean something else.
    fn end_of_input(&mut self) {
        let end: &[u8] = if self.at_line_start { &[CTRL_D] } else { &[b'\r', CTRL_D] };
        self.typed.push_back(Bytes::copy_from_slice(end));
    }

    /// Without a terminal of its own, Ctrl-C comes as a signal. It is the other end's; once more, it is ours.
    fn interrupt(&mut self) -> Option<By> {
        self.interrupts += 1;
        if self.is_lost || self.interrupts > 1 {
            return Some(By::Signal);
        }
        self.typed.push_back(Bytes::from_static(&[CTRL_C]));
        self.tell("Ctrl-C was sent to the other end; once more ends the session");
        None
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::SessionOpened { session, message, .. } => {
                tracing::info!(session, kind = ?self.kind, "a shell is open");
                if !message.is_empty() {
                    self.tell(message);
                }
            }
            Event::SessionResumed { .. } | Event::Warning(Warning::Reachable) => {
                self.back();
            }
            // It mostly comes back at once, and then nobody needs to know.
            Event::Warning(Warning::Lost { why }) => tracing::info!(why, "the connection was lost"),
            Event::Warning(warning @ (Warning::NotYet { .. } | Warning::Unreachable | Warning::Silent { .. })) => {
                tracing::warn!(session = self.session.id(), "{warning}");
                if !std::mem::replace(&mut self.is_lost, true) {
                    self.tell(&format!("{}; Ctrl-C leaves", lost(warning)));
                }
            }
            _ => {}
        }
    }

    fn back(&mut self) {
        if std::mem::take(&mut self.is_lost) {
            self.tell("the connection is back");
        }
    }

    /// Says something among what the other end prints.
    fn tell(&mut self, text: &str) {
        let end = if self.is_raw { "\r\n" } else { "\n" };
        let front = if self.is_raw { "\r\n" } else { "" };
        let text = text.trim().replace('\n', end);
        self.around.output.say(&format!("{front}rds-encrypt: {text}{end}"));
    }
}

fn lost(warning: &Warning) -> String {
    match warning {
        Warning::NotYet { why, .. } => format!("the connection was lost, and isn't back yet ({why}); trying on"),
        Warning::Unreachable => "the machine can't be reached now; waiting for it".into(),
        other => other.to_string(),
    }
}
