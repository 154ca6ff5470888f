//! Where texts go: stdout is data, stderr is talk.

use std::io::{self, Write};

use super::Page;
use crate::engine::event::{Event, Reporter};

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Only the result, and problems.
    Quiet,
    /// What a person wants to know.
    #[default]
    Normal,
    /// Details, too.
    Verbose,
}

/// Where texts go, and how.
pub struct Output {
    /// For data: the result that a script may read.
    pub stdout: Box<dyn Write + Send>,
    /// For talk: progress, warnings, problems.
    pub stderr: Box<dyn Write + Send>,
    /// What stdout's texts are laid out on.
    pub stdout_page: Page,
    /// What stderr's texts are laid out on.
    pub stderr_page: Page,
    /// How much is said.
    pub volume: Volume,
}

impl Output {
    /// Prints the result. Never held back.
    ///
    /// # Errors
    /// When it can't be written: a result that got lost must be known.
    pub fn result(&mut self, text: &str) -> io::Result<()> {
        write(&mut self.stdout, text)
    }

    /// Tells of a problem. Never held back.
    pub fn problem(&mut self, text: &str) {
        self.talk(Volume::Quiet, text);
    }

    /// Says something that a person wants to know.
    pub fn say(&mut self, text: &str) {
        self.talk(Volume::Normal, text);
    }

    /// Says a detail.
    pub fn detail(&mut self, text: &str) {
        self.talk(Volume::Verbose, text);
    }

    /// A migration must not end because nobody listens any more: what can't be said is let go.
    fn talk(&mut self, least: Volume, text: &str) {
        if self.volume >= least {
            let _ = write(&mut self.stderr, text);
        }
    }
}

/// Writes a text and ends its last line.
fn write(to: &mut dyn Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// Shows nothing while a migration goes on; for `-q`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn report(&mut self, _: &Event) {}
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn heard(volume: Volume) -> (String, String) {
        let (stdout, stderr) = (Shared::default(), Shared::default());
        let mut output = Output {
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            stdout_page: Page::default(),
            stderr_page: Page::default(),
            volume,
        };
        output.result("result").unwrap();
        output.problem("problem");
        output.say("said\n");
        output.detail("detail");
        let text = |shared: Shared| String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
        (text(stdout), text(stderr))
    }

    #[test]
    fn quiet_says_only_the_result_and_problems() {
        let table = [
            (Volume::Quiet, "problem\n"),
            (Volume::Normal, "problem\nsaid\n"),
            (Volume::Verbose, "problem\nsaid\ndetail\n"),
        ];
        for (volume, expected) in table {
            assert_eq!(heard(volume), ("result\n".to_owned(), expected.to_owned()), "{volume:?}");
        }
    }
}
