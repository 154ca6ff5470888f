//! What a session runs: a program on this machine, or somebody in this process who plays one.

use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWriteExt, DuplexStream, WriteHalf};
use tokio::sync::{mpsc, oneshot};

use super::facts::Facts;
use super::local::{self, Kept, Terminal};

/// What a session asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedShell<'a> {
    /// The machine, as its session's target.
    pub machine: &'a str,
    /// Whether it is for a terminal.
    pub terminal: bool,
    /// The command; nothing for a shell.
    pub command: Option<&'a str>,
    /// Whether both outputs are wanted apart.
    pub apart: bool,
}

/// Somebody who plays a program, without any process: for tests on a paused clock.
#[derive(Debug)]
pub struct Played {
    /// What it hears and says.
    pub screen: DuplexStream,
    /// What it says to its second output.
    pub errors: Option<DuplexStream>,
    /// What else happens to it.
    pub told: mpsc::UnboundedSender<Told>,
    /// It ends with this exit code; -1 when nobody gives one.
    pub exit: oneshot::Receiver<i32>,
}

/// What happens to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Its terminal has this size.
    Size {
        /// How wide it is.
        cols: u16,
        /// How high it is.
        rows: u16,
    },
    /// The byte of a key is a signal for it: 3 interrupts, 28 quits.
    Signal(u8),
}

/// Who plays programs; a refusal is why a program doesn't start.
pub(crate) type Players = dyn Fn(&WantedShell<'_>) -> Result<Played, String> + Send + Sync;

/// A program's output.
pub(super) type Output = Box<dyn AsyncRead + Send + Unpin>;

/// A program that runs.
pub(super) struct Running {
    pub(super) output: Output,
    pub(super) errors: Option<Output>,
    pub(super) keyboard: Keyboard,
    pub(super) exit: Pin<Box<dyn Future<Output = i32> + Send>>,
}

/// What reaches a program.
pub(super) enum Keyboard {
    Terminal(Terminal),
    /// A command without a terminal hears nothing but signals.
    Signals(Kept),
    Played {
        screen: WriteHalf<DuplexStream>,
        told: mpsc::UnboundedSender<Told>,
    },
}

impl Keyboard {
    /// Types; where nobody reads any more the program is about to end.
    pub(super) async fn types(&mut self, bytes: &[u8]) {
        let typed = match self {
            Self::Terminal(terminal) => terminal.write_all(bytes).await,
            Self::Signals(_) => Ok(()),
            Self::Played { screen, .. } => screen.write_all(bytes).await,
        };
        if let Err(error) = typed {
            tracing::debug!(%error, "a shell reads no more");
        }
    }

    pub(super) fn resizes(&mut self, cols: u16, rows: u16) {
        match self {
            Self::Terminal(terminal) => terminal.resize(cols, rows),
            Self::Signals(_) => {}
            // Who plays may have left.
            Self::Played { told, .. } => drop(told.send(Told::Size { cols, rows })),
        }
    }

    pub(super) fn signals(&mut self, key: u8) {
        match self {
            Self::Terminal(_) => {}
            Self::Signals(kept) => kept.signal(key),
            Self::Played { told, .. } => drop(told.send(Told::Signal(key))),
        }
    }
}

/// Starts what a session runs.
pub(super) fn start(facts: &Facts, players: Option<&Players>) -> Result<Running, String> {
    let runs = &facts.runs;
    let (terminal, command) = (facts.kind.has_terminal(), runs.command.as_deref());
    let wanted = WantedShell { machine: &facts.target, terminal, command, apart: runs.apart };
    match players {
        Some(players) => players(&wanted).map(played),
        None => local::start(&wanted).map_err(|error| error.to_string()),
    }
}

fn played(program: Played) -> Running {
    let (output, screen) = tokio::io::split(program.screen);
    Running {
        output: Box::new(output),
        errors: program.errors.map(|errors| Box::new(errors) as Output),
        keyboard: Keyboard::Played { screen, told: program.told },
        exit: Box::pin(async { program.exit.await.unwrap_or(-1) }),
    }
}
