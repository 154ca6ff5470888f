//! What runs behind the agent: a shell in a terminal, or a command without one.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use pty_process::{Size, blocking};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::sync::mpsc;

/// Something that it prints, or its end.
pub(super) enum Printed {
    Output(Vec<u8>),
    Errors(Vec<u8>),
    Exit(Option<i32>),
}

pub(super) enum Program {
    Shell(blocking::Pty),
    Command(Arc<Mutex<Child>>),
}

type To = mpsc::UnboundedSender<Printed>;

impl Program {
    /// A shell, or one line in it, in a terminal of its own.
    pub(super) fn shell(line: Option<&str>, to: To) -> Self {
        let (pty, pts) = blocking::open().expect("a terminal");
        let command = blocking::Command::new("sh").env_clear().env("PS1", "$ ").env("PATH", "/usr/bin:/bin");
        let command = match line {
            Some(line) => command.args(["-c", line]),
            None => command,
        };
        let mut child = command.spawn(pts).expect("a shell");
        let reader = copy(&pty);
        thread::spawn(move || {
            // A terminal whose program has gone fails to read.
            read(reader, |bytes| to.send(Printed::Output(bytes)).is_ok());
            let code = child.wait().ok().and_then(|status| status.code());
            drop(to.send(Printed::Exit(code)));
        });
        Self::Shell(pty)
    }

    pub(super) fn command(line: &str, to: To) -> Self {
        let child = Command::new("sh")
            .args(["-c", line])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a command");
        let child = Arc::new(Mutex::new(child));
        let running = child.clone();
        thread::spawn(move || of_command(&running, &to));
        Self::Command(child)
    }

    pub(super) fn resize(&self, size: &Value) {
        let of = |name: &str| size[name].as_u64().and_then(|size| u16::try_from(size).ok()).unwrap_or_default();
        if let Self::Shell(pty) = self {
            pty.resize(Size::new(of("rows"), of("cols"))).expect("a size");
        }
    }

    pub(super) fn typed(&mut self, bytes: &[u8]) {
        match self {
            Self::Shell(pty) => pty.write_all(bytes).expect("a terminal"),
            Self::Command(child) if bytes.contains(&3) => {
                let pid = i32::try_from(child.lock().expect("no panic").id()).ok().and_then(Pid::from_raw);
                let _ = kill_process(pid.expect("a process"), Signal::INT);
            }
            Self::Command(_) => {}
        }
    }
}

/// A command that ignores its signals doesn't outlive the test.
impl Drop for Program {
    fn drop(&mut self) {
        if let Self::Command(child) = self
            && let Ok(mut child) = child.lock()
        {
            drop(child.kill());
        }
    }
}

fn of_command(running: &Mutex<Child>, to: &To) {
    let mut child = running.lock().expect("no panic");
    let (output, errors) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    drop(child);
    let other = to.clone();
    let reading = thread::spawn(move || read(errors, |bytes| other.send(Printed::Errors(bytes)).is_ok()));
    read(output, |bytes| to.send(Printed::Output(bytes)).is_ok());
    drop(reading.join());
    let code = running.lock().ok().and_then(|mut child| child.wait().ok()).and_then(|status| status.code());
    drop(to.send(Printed::Exit(code)));
}

/// The same terminal once more.
pub(super) fn copy(pty: &blocking::Pty) -> File {
    let copy: OwnedFd = pty.as_fd().try_clone_to_owned().expect("a descriptor");
    copy.into()
}

pub(super) fn read(mut from: impl Read, mut give: impl FnMut(Vec<u8>) -> bool) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 || !give(buffer[..count].to_vec()) {
            break;
        }
    }
}
