//! `--record`: what was asked of AWS in a run and what it answered, as lines of JSON without secrets.
//!
//! | file | question it answers |
//! |---|---|
//! | `wire` | how is a call overheard? |
//! | `exchange` | what does a line say of it? |
//! | `tree`, `mask`, `names` | what is masked in it, with what, and how is that told? |

mod exchange;
#[cfg(test)]
mod file_tests;
mod mask;
mod names;
#[cfg(test)]
mod tests;
mod tree;
mod wire;

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::time::Instant;

use exchange::Exchange;
use mask::Masker;
pub(super) use wire::overheard;

/// The form of the lines.
const FORMAT: u32 = 1;

/// Where a run's calls and their answers are written, masked. Clones write to the same file.
#[derive(Clone, Debug)]
pub struct Transcript(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    began: Instant,
    writing: Mutex<Writing>,
}

#[derive(Debug)]
struct Writing {
    file: File,
    /// How long it is, in whole lines.
    length: u64,
    /// How many calls it has.
    calls: u64,
    masker: Masker,
    /// Why nothing is written any more.
    trouble: Option<String>,
}

impl Transcript {
    /// Makes the file, for its owner only, and writes the first line: what runs, and where. Never opens what is there
    /// already, be it a link.
    pub fn begin(path: &Path, command: &[String], region: Option<&str>, sandbox: bool) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut masker = Masker::default();
        let head = json!({
            "format": FORMAT, "rds-encrypt": env!("CARGO_PKG_VERSION"), "command": words(&mut masker, command),
            "region": region, "sandbox": sandbox,
        });
        let line = format!("{head}\n");
        file.write_all(line.as_bytes())?;
        let length = u64::try_from(line.len()).unwrap_or_default();
        let writing = Mutex::new(Writing { file, length, calls: 0, masker, trouble: None });
        Ok(Self(Arc::new(Inner { path: path.to_owned(), began: Instant::now(), writing })))
    }

    /// Why it lacks calls, if it does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.writing().trouble.clone()?;
        Some(format!("the transcript {} lacks calls: it couldn't be written ({trouble})", self.0.path.display()))
    }

    /// Writes a call down. A run never ends because of it.
    fn write(&self, exchange: &Exchange) {
        let mut writing = self.writing();
        if writing.trouble.is_some() {
            return;
        }
        let Writing { masker, calls, .. } = &mut *writing;
        *calls += 1;
        let line = exchange.line(masker, *calls, self.0.began);
        writing.append(&line);
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.0.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writing {
    /// In one piece: a run that is killed leaves whole lines. So does a disk that is full.
    fn append(&mut self, line: &Value) {
        let line = format!("{line}\n");
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => self.length += u64::try_from(line.len()).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the transcript can't be written any more");
                self.trouble = Some(error.to_string());
                drop(self.file.set_len(self.length));
            }
        }
    }
}

/// The command's words, masked; a client's own, after `--`, can hold anything.
fn words(masker: &mut Masker, command: &[String]) -> Vec<String> {
    let ours = command.iter().take_while(|word| *word != "--").map(|word| masked(masker, word));
    let mut words: Vec<String> = ours.collect();
    if words.len() < command.len() {
        words.extend(["--".to_owned(), "[masked]".to_owned()]);
    }
    words
}

/// A tag's value is masked by its name.
fn masked(masker: &mut Masker, word: &str) -> String {
    match word.split_once('=') {
        Some((name, value)) => format!("{}={}", masker.text(name), masker.member(name, value)),
        None => masker.text(word),
    }
}
