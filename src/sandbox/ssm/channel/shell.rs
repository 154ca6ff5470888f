//! A shell or a command in a session.

use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::carrier::{Carrier, Rest, cut, deliver};
use super::message::Content;
use super::program::{self, Keyboard, Output};
use super::session::Session;
use super::state::State;

/// After a program's end its output is waited for so long: what it has started may hold it open.
const LAST_OUTPUT: Duration = Duration::from_secs(2);
/// The keys that are looked for where there is no terminal: Ctrl-C and Ctrl-\.
const SIGNALS: [u8; 2] = [0x03, 0x1c];

/// What a client has sent.
enum Input {
    Bytes(Bytes),
    Size(Size),
}

/// A terminal's size.
#[derive(Clone, Copy, Deserialize)]
struct Size {
    cols: u16,
    rows: u16,
}

/// The shell of a session.
#[derive(Default)]
pub(super) struct Shell {
    /// The program runs.
    up: bool,
    arrived: Vec<Input>,
    held: usize,
    changed: Arc<Notify>,
}

impl Shell {
    pub(super) fn holds(&self) -> usize {
        self.held
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    pub(super) fn take(&mut self, data: Bytes) {
        self.held += data.len();
        self.arrived.push(Input::Bytes(data));
        self.changed.notify_one();
    }

    pub(super) fn resize(&mut self, size: &[u8]) {
        if let Ok(size) = serde_json::from_slice(size) {
            self.arrived.push(Input::Size(size));
            self.changed.notify_one();
        }
    }
}

fn with<T>(session: &Session, work: impl FnOnce(&mut Shell) -> T) -> Option<T> {
    match &mut session.state().carrier {
        Carrier::Shell(shell) => Some(work(shell)),
        _ => None,
    }
}

/// Begins to run what the session is for.
pub(super) fn begin(session: &Arc<Session>, state: &mut State) {
    state.carrier = Carrier::Shell(Shell::default());
    session.spawn(run(Arc::clone(session)));
}

/// Runs it from its start to its end, which is the session's (`R-SHELL-9`). A command that doesn't start says why in its
/// second output (`R-SHELL-10`); one whose outputs come apart has an exit code (`R-SHELL-8`).
async fn run(session: Arc<Session>) {
    sleep(session.around.habits().not_ready).await;
    let players = session.around.players.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut running = match program::start(&session.facts, players.as_deref()) {
        Ok(running) => running,
        Err(why) => return failed(&session, why),
    };
    {
        let mut state = session.state();
        if let Carrier::Shell(shell) = &mut state.carrier {
            shell.up = true;
        }
        session.go_on(&mut state, Instant::now());
    }
    let [first, second] = &session.facts.runs.prefixes;
    let reads = async {
        let output = read(&session, running.output, Content::Data, first);
        match running.errors {
            Some(errors) => drop(tokio::join!(output, read(&session, errors, Content::Errors, second))),
            None => output.await,
        }
    };
    let ends = async {
        let mut reads = pin!(reads);
        tokio::select! {
            () = &mut reads => running.exit.await,
            code = &mut running.exit => {
                // Nobody needs more than what the program itself has said.
                let _ = timeout(LAST_OUTPUT, reads).await;
                code
            }
        }
    };
    let code = tokio::select! {
        code = ends => code,
        () = write(&session, &mut running.keyboard) => return,
    };
    if session.facts.runs.apart && session.around.enforces("R-SHELL-8") {
        session.state().send(Content::ExitCode, format!("EXIT_CODE: {code}").as_bytes());
    }
    if session.around.enforces("R-SHELL-9") {
        session.end_soon(&mut session.state(), "", Instant::now());
    }
}

fn failed(session: &Arc<Session>, why: String) {
    let mut state = session.state();
    let told = if session.facts.kind.has_terminal() || !session.around.enforces("R-SHELL-10") {
        why
    } else {
        state.send(Content::Errors, why.as_bytes());
        String::new()
    };
    session.end_soon(&mut state, told, Instant::now());
}

/// From the program to the client: a terminal's output only after a second (`R-SHELL-4`), and cut where no letter is
/// (`R-SHELL-3`).
async fn read(session: &Session, mut output: Output, content: Content, prefix: &str) {
    let enforces = |rule: &str| session.around.enforces(rule);
    if session.facts.kind.has_terminal() && enforces("R-SHELL-4") {
        sleep(session.around.habits().first_output).await;
    }
    let content = if enforces("R-SHELL-8") { content } else { Content::Data };
    let (mut rest, mut held, mut begins) = (Rest::new(), Vec::new(), true);
    loop {
        let (chunk, pause) = cut(session);
        let mut buffer = vec![0; chunk.saturating_sub(held.len()).max(1)];
        // The end of a terminal is an error on some systems.
        let read = output.read(&mut buffer).await.unwrap_or(0);
        held.extend(buffer.iter().take(read));
        let whole = if read == 0 || !enforces("R-SHELL-3") { held.len() } else { boundary(&held) };
        let part: Vec<u8> = held.drain(..whole).collect();
        for part in with_prefix(&part, prefix, &mut begins).chunks(chunk) {
            deliver(session, content, part).await;
            if !pause.is_zero() {
                rest.after_a_message(pause).await;
            }
        }
        if read == 0 {
            return;
        }
    }
}

/// How many bytes there are without a letter at the end that isn't whole.
fn boundary(bytes: &[u8]) -> usize {
    let cut = (1..=bytes.len().min(3)).find_map(|back| {
        let at = bytes.len() - back;
        let length = match bytes.get(at)? {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => return None,
            _ => 1,
        };
        Some(if length > back { at } else { bytes.len() })
    });
    cut.unwrap_or(bytes.len())
}

/// The same with something before each line.
fn with_prefix(part: &[u8], prefix: &str, begins: &mut bool) -> Vec<u8> {
    if prefix.is_empty() {
        return part.to_vec();
    }
    let mut said = Vec::new();
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        if std::mem::replace(begins, line.ends_with(b"\n")) {
            said.extend(prefix.bytes());
        }
        said.extend(line);
    }
    said
}

/// From the client to the program: to a terminal all, and its sizes (`R-SHELL-5`); to a command only the signals among its
/// keys (`R-SHELL-6`).
async fn write(session: &Session, keyboard: &mut Keyboard) {
    let Some(changed) = with(session, |shell| Arc::clone(&shell.changed)) else { return };
    let types = session.facts.kind.has_terminal() || !session.around.enforces("R-SHELL-6");
    loop {
        let Some(arrived) = with(session, |shell| std::mem::take(&mut shell.arrived)) else { return };
        if arrived.is_empty() {
            changed.notified().await;
            continue;
        }
        for input in arrived {
            match input {
                Input::Size(size) if types && session.around.enforces("R-SHELL-5") => {
                    keyboard.resizes(size.cols, size.rows);
                }
                Input::Size(_) => {}
                Input::Bytes(bytes) => {
                    if types {
                        keyboard.types(&bytes).await;
                    } else {
                        bytes.iter().filter(|byte| SIGNALS.contains(byte)).for_each(|key| keyboard.signals(*key));
                    }
                    with(session, |shell| shell.held = shell.held.saturating_sub(bytes.len()));
                    session.drained.notify_waiters();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_not_cut() {
        for (text, whole) in [
            (&b""[..], 0),
            (b"abc", 3),
            (b"ab\xc3", 2),
            (b"ab\xc3\xa9", 4),
            (b"\xe2\x82", 0),
            (b"a\xe2\x82\xac", 4),
            (b"\xf0\x9f\x98", 0),
            (b"\xf0\x9f\x98\x80", 4),
            // What is no UTF-8 goes as it is.
            (b"\xff\xfe", 2),
            (b"\x80\x80\x80\x80", 4),
            (b"\xc0", 1),
        ] {
            assert_eq!(boundary(text), whole, "{text:x?}");
        }
    }

    #[test]
    fn each_line_has_its_prefix_wherever_it_is_cut() {
        let mut begins = true;
        let mut said = Vec::new();
        for part in ["on", "e\ntwo", "\n", "\nthree"] {
            said.extend(with_prefix(part.as_bytes(), "> ", &mut begins));
        }
        assert_eq!(String::from_utf8(said).unwrap(), "> one\n> two\n> \n> three");
        assert_eq!(with_prefix(b"one\n", "", &mut begins), b"one\n");
    }
}
