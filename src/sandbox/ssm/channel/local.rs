//! Real shells and commands, on the machine that the sandbox runs on and as the user that it runs as.
//!
//! A shell has a pseudo-terminal of its own. All that it starts bears a mark, so that whatever becomes of the session, of
//! the sandbox or of its process, nothing of it stays: [`Kept`] ends it, and where nobody is left to do so its watchman does.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};
use std::time::Duration;

use pty_process::{OwnedWritePty, Size};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::AsyncWrite;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};

use super::program::{Keyboard, Output, Running, WantedShell};

/// Where shells are at home: nowhere near the user's own files.
const HOME: &str = "/tmp";
/// The variable that marks all that belongs to a session.
const MARK: &str = "SANDBOX_SESSION_OF";
/// A terminal has this size until the client says another.
const USUAL: (u16, u16) = (80, 24);
/// So often what is left of a session is looked for, and so long each time is waited for the next.
const ROUNDS: usize = 30;
const MOMENT: Duration = Duration::from_millis(1);
/// What waits for the end of the process that holds its input, and then ends a session's programs as [`Kept`] would have.
const WATCHMAN: &str = "read -r never; kill -KILL -- \"-$1\"; grep -alzxF -- \"$2\" /proc/[0-9]*/environ | \
                        while IFS=/ read -r a b id c; do kill -KILL \"$id\"; done";

/// What ends all that a session has started, once it is dropped.
pub(super) struct Kept {
    leader: Option<Pid>,
    mark: String,
    /// Ends the programs if this process ends without having done so.
    watchman: Option<Child>,
}

/// The end of a terminal that is typed at.
pub(super) struct Terminal {
    pty: OwnedWritePty,
    _kept: Kept,
}

/// Starts a shell or a command.
pub(super) fn start(wanted: &WantedShell<'_>) -> io::Result<Running> {
    if wanted.terminal { in_terminal(wanted) } else { without(wanted) }
}

fn shell() -> &'static str {
    if Path::new("/bin/bash").is_file() { "/bin/bash" } else { "/bin/sh" }
}

fn arguments<'a>(wanted: &WantedShell<'a>) -> Vec<&'a str> {
    match wanted.command {
        Some(command) => vec!["-c", command],
        None if shell().ends_with("bash") => vec!["--noprofile", "--norc", "-i"],
        None => vec!["-i"],
    }
}

/// Nothing of the sandbox's own environment, which may hold secrets.
fn environment(mark: &str) -> [(&'static str, String); 8] {
    [
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()),
        ("HOME", HOME.to_owned()),
        ("SHELL", shell().to_owned()),
        ("TERM", "xterm-256color".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("PS1", "sh-5.2$ ".to_owned()),
        // Nothing is written to a file about what was typed.
        ("HISTFILE", "/dev/null".to_owned()),
        (MARK, mark.to_owned()),
    ]
}

fn new_mark() -> String {
    format!("{}-{:016x}", std::process::id(), fastrand::u64(..))
}

fn in_terminal(wanted: &WantedShell<'_>) -> io::Result<Running> {
    let mark = new_mark();
    let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
    pty.resize(Size::new(USUAL.1, USUAL.0)).map_err(io::Error::other)?;
    let command = pty_process::Command::new(shell()).args(arguments(wanted)).env_clear();
    let command = command.envs(environment(&mark)).current_dir(HOME).kill_on_drop(true);
    let mut child = command.spawn(pts).map_err(io::Error::other)?;
    let kept = Kept::of(&child, mark);
    let (output, pty) = pty.into_split();
    Ok(Running {
        output: Box::new(output),
        errors: None,
        keyboard: Keyboard::Terminal(Terminal { pty, _kept: kept }),
        exit: Box::pin(async move { code(child.wait().await) }),
    })
}

fn without(wanted: &WantedShell<'_>) -> io::Result<Running> {
    let mark = new_mark();
    let mut command = Command::new(shell());
    command.args(arguments(wanted)).env_clear().envs(environment(&mark)).current_dir(HOME);
    command.kill_on_drop(true).process_group(0).stdin(Stdio::null());
    let (reading, writing) = io::pipe()?;
    let errors = if wanted.apart {
        let (reading, writing) = io::pipe()?;
        command.stderr(writing);
        Some(Receiver::from_owned_fd(reading.into())?)
    } else {
        command.stderr(writing.try_clone()?);
        None
    };
    command.stdout(writing);
    let mut child = command.spawn()?;
    let kept = Kept::of(&child, mark);
    // The command holds the other ends, which would stay open here.
    drop(command);
    Ok(Running {
        output: Box::new(Receiver::from_owned_fd(reading.into())?),
        errors: errors.map(|errors| Box::new(errors) as Output),
        keyboard: Keyboard::Signals(kept),
        exit: Box::pin(async move { code(child.wait().await) }),
    })
}

/// The exit code; -1 of a program that a signal ended.
fn code(status: io::Result<std::process::ExitStatus>) -> i32 {
    status.ok().and_then(|status| status.code()).unwrap_or(-1)
}

impl Terminal {
    pub(super) fn resize(&self, cols: u16, rows: u16) {
        if let Err(error) = self.pty.resize(Size::new(rows, cols)) {
            tracing::debug!(%error, "a terminal keeps its size");
        }
    }
}

impl AsyncWrite for Terminal {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().pty).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().pty).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().pty).poll_shutdown(context)
    }
}

impl Kept {
    fn of(child: &Child, mark: String) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let watch = leader.map(|leader| {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", WATCHMAN, "watchman", &leader.as_raw_pid().to_string(), &marked(&mark)]);
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            // A group of its own: what interrupts the sandbox at its terminal isn't for the watchman.
            command.process_group(0).spawn()
        });
        Self { leader, mark, watchman: watch.and_then(Result::ok) }
    }

    /// A key that is a signal, to the command and all that it has started.
    pub(super) fn signal(&self, key: u8) {
        let signal = if key == 3 { Signal::INT } else { Signal::QUIT };
        if let Some(leader) = self.leader {
            // It may have ended just now.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(watchman) = self.watchman.as_mut() {
            // There is nothing left for it to watch.
            let _ = watchman.start_kill();
        }
        if let Some(leader) = self.leader {
            // Whoever has ended by itself is gone already.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        end_all_marked(&self.mark);
    }
}

fn marked(mark: &str) -> String {
    format!("{MARK}={mark}")
}

/// Ends every process with this mark, as far as the system lists them (Linux), and waits a moment for those that can't be
/// told yet: one of them may be starting another. Nothing could be waited for instead: they are children of a session's
/// programs and not of this process, and that one is about to run another program shows only when it is looked at again.
#[expect(clippy::disallowed_methods, reason = "whoever drops can't wait by any other clock")]
fn end_all_marked(mark: &str) {
    let word = marked(mark);
    for _ in 0..ROUNDS {
        let Ok(processes) = std::fs::read_dir("/proc") else { return };
        let mut clean = true;
        for entry in processes.flatten() {
            let id = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
            let Some(id) = id else { continue };
            match bears(&entry.path(), word.as_bytes()) {
                Some(true) => clean &= kill_process(id, Signal::KILL).is_err(),
                Some(false) => {}
                None => clean = false,
            }
        }
        if clean {
            return;
        }
        std::thread::sleep(MOMENT);
    }
}

/// Whether a process has this in its environment; nothing of one that is just about to run another program.
fn bears(process: &Path, word: &[u8]) -> Option<bool> {
    let Ok(environment) = std::fs::read(process.join("environ")) else { return Some(false) };
    if environment.is_empty() && std::fs::read_link(process.join("exe")).is_ok() {
        return None;
    }
    Some(environment.split(|byte| *byte == 0).any(|entry| entry == word))
}
