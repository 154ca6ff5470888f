//! A batch without a terminal: one line for each that begins, comes to another step, and ends; and a sign of life.

use std::{io::Write, time::Duration};

use tokio::time::Instant;

use super::{
    super::{time, words},
    Row,
    book::Book,
    hold_in_words, is_worth_a_line,
};
use crate::engine::{
    batch::{BatchEvent, BatchReporter, Ended},
    event::Event,
};

/// At least one line in this much of a person's own time.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// Writes one line a change.
pub struct Plain<W: Write> {
    to: W,
    book: Book,
    spoke: Instant,
}

impl<W: Write> Plain<W> {
    /// Writes to `to`, which is stderr.
    #[must_use]
    pub fn new(to: W, rows: Vec<Row>, done_before: usize) -> Self {
        Self { to, book: Book::new(rows, done_before), spoke: Instant::now() }
    }

    /// Writes a line. A batch must not end because nobody listens any more.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.to, "[{:>8}] {text}", time::clock(self.book.elapsed));
        let _ = self.to.flush();
        self.spoke = Instant::now();
    }

    fn of(&mut self, index: usize, text: &str) {
        let line = format!("{}: {text}", self.book.name(index));
        self.line(&line);
    }

    fn item(&mut self, index: usize, event: &Event) {
        match event {
            Event::StepStarted { step } => self.of(index, words::step(*step)),
            Event::Asked { call, outcome, accepted: false, .. } => self.of(index, &format!("{call}: {outcome}")),
            Event::LookFailed { kind, why } => self.of(index, &words::trouble(*kind, why)),
            _ => {}
        }
    }

    fn ended(&mut self, index: usize, ended: &Ended) {
        let text = match ended {
            Ended::Done { target, .. } => format!("done: {target} is encrypted and verified"),
            Ended::Refused { why } => format!("refused, nothing was made: {why}"),
            Ended::Skipped { why } => format!("nothing to do: {why}"),
            Ended::Stopped(stop) if ended.waits_for_room() => format!("waits for room: {}", stop.reason),
            Ended::Stopped(stop) => format!("stopped: {}", stop.reason),
            Ended::Broken { why } => format!("can't go on: {why}"),
            Ended::Interrupted => "interrupted; what AWS has begun goes on by itself".into(),
        };
        self.of(index, &text);
    }

    fn sign_of_life(&mut self) {
        if self.spoke.elapsed() >= HEARTBEAT {
            let line = summary(&self.book);
            self.line(&line);
        }
    }
}

/// Where the batch stands, in a line.
pub(super) fn summary(book: &Book) -> String {
    let tally = book.tally();
    let mut parts = vec![format!("{} of {} done", tally.done, book.rows.len())];
    let counted = [(tally.running, "running"), (tally.failed, "failed"), (tally.waiting, "waiting")];
    parts.extend(counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    parts.extend(book.left().map(|left| format!("~{} left", time::words(left))));
    parts.join(", ")
}

impl<W: Write> BatchReporter for Plain<W> {
    fn report(&mut self, event: &BatchEvent<'_>) {
        self.book.hear(event);
        match event {
            BatchEvent::Begun { pace, .. } => {
                let pace = if *pace > 1 { format!(", sandbox ×{pace}") } else { String::new() };
                let line = format!("{}{pace}", summary(&self.book));
                self.line(&line);
            }
            BatchEvent::Started { index } => self.of(*index, "begins"),
            BatchEvent::Item { index, event } => self.item(*index, event),
            BatchEvent::Ended { index, ended } => self.ended(*index, ended),
            BatchEvent::Held(Some(hold)) if is_worth_a_line(hold) => self.line(&hold_in_words(hold)),
            BatchEvent::Held(_) => {}
            BatchEvent::Slots(count) => {
                self.line(&format!("AWS refused one more copy: at most {count} at a time for now"));
            }
            BatchEvent::Tick { .. } => self.sign_of_life(),
            BatchEvent::Interrupted => self.line("an end was asked for: nothing new begins"),
            BatchEvent::Over => {
                let line = summary(&self.book);
                self.line(&line);
            }
        }
    }
}
