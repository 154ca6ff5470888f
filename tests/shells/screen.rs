//! The program in a terminal of its own, and somebody who types and reads.

use std::{
    io::Write,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use pty_process::{Size, blocking};
use rustix::{
    process::{Pid, Signal, kill_process},
    termios::{LocalModes, Termios, tcgetattr},
};
use tempfile::TempDir;
use tokio::{sync::mpsc, time::timeout};

use super::{
    other_end::Place,
    program::{copy, read},
};

/// A line for a shell that runs a program which hears a signal, `INT` or `QUIT`, from the moment that it shows `ready`, and
/// shows `caught` then. A shell that is just starting a program loses one.
pub(super) fn catching(signal: &str) -> String {
    format!("sh -c \"trap 'echo cau''ght; exit' {signal}; echo rea''dy; while :; do sleep 0.1; done\"\r")
}

/// Nothing here takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Screen {
    pty: blocking::Pty,
    child: Child,
    bytes: mpsc::UnboundedReceiver<Vec<u8>>,
    before: Termios,
    shown: String,
    read: usize,
    rest: Vec<u8>,
    _folder: TempDir,
}

fn variables(place: &Place, folder: &TempDir) -> Vec<(String, String)> {
    let home = folder.path().to_string_lossy().into_owned();
    let own = [
        ("HOME", home.as_str()),
        ("PATH", "/usr/bin:/bin"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_REGION", "eu-west-2"),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.into_iter().chain(place.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))).collect()
}

/// A shell without a terminal.
pub(super) fn piped(place: &Place, words: &[&str], folder: &TempDir) -> tokio::process::Command {
    program(place, &[&["access", "shell", place.target], words].concat(), folder)
}

/// The program with these words, without a terminal.
pub(super) fn program(place: &Place, words: &[&str], folder: &TempDir) -> tokio::process::Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rds-encrypt"));
    command.args(words).env_clear().envs(variables(place, folder));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    command
}

impl Screen {
    pub(super) fn open(place: &Place, words: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (pty, pts) = blocking::open().expect("a terminal");
        pty.resize(Size::new(24, 80)).expect("a size");
        let before = tcgetattr(&pty).expect("modes");
        let command = blocking::Command::new(env!("CARGO_BIN_EXE_rds-encrypt"));
        let command = command.args(["access", "shell", place.target]).args(words).env_clear();
        let child = command.envs(variables(place, &folder)).spawn(pts).expect("it starts");
        let (give, bytes) = mpsc::unbounded_channel();
        let reader = copy(&pty);
        thread::spawn(move || read(reader, |bytes| give.send(bytes).is_ok()));
        Self { pty, child, bytes, before, shown: String::new(), read: 0, rest: Vec::new(), _folder: folder }
    }

    pub(super) fn types(&mut self, text: &str) {
        self.pty.write_all(text.as_bytes()).expect("a terminal");
    }

    /// Waits until this is shown, after whatever was waited for before.
    pub(super) async fn shows(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return;
            }
            let more = timeout(PATIENCE, self.bytes.recv()).await;
            let Ok(Some(more)) = more else { panic!("{text:?} isn't shown: {:?}", self.shown) };
            self.rest.extend(more);
            let valid = match std::str::from_utf8(&self.rest) {
                Ok(_) => self.rest.len(),
                Err(error) => error.valid_up_to(),
            };
            let whole: Vec<u8> = self.rest.drain(..valid).collect();
            self.shown.push_str(&String::from_utf8_lossy(&whole));
        }
    }

    pub(super) fn resize(&self, rows: u16, cols: u16) {
        self.pty.resize(Size::new(rows, cols)).expect("a size");
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("it runs");
        kill_process(pid, signal).expect("it runs");
    }

    /// Whether keys go to the program as they are.
    pub(super) fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.pty).expect("modes");
        !modes.local_modes.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Waits for the end; the terminal is as it was before.
    pub(super) async fn ends(mut self) -> (ExitStatus, String) {
        let mut child = self.child;
        let status = tokio::task::spawn_blocking(move || child.wait());
        let status = timeout(PATIENCE, status).await.expect("it ends").expect("no panic").expect("a status");
        let after = tcgetattr(&self.pty).expect("modes");
        assert_eq!(after.local_modes, self.before.local_modes, "the terminal isn't restored");
        assert_eq!(after.input_modes, self.before.input_modes, "the terminal isn't restored");
        assert_eq!(after.output_modes, self.before.output_modes, "the terminal isn't restored");
        while let Ok(Some(more)) = timeout(Duration::from_millis(200), self.bytes.recv()).await {
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
        (status, self.shown)
    }
}
