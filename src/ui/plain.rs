//! Events to lines, without a terminal: one line a change, and a sign of life while nothing changes.

use std::{io::Write, time::Duration};

use tokio::time::Instant;

use super::{clock::RunClock, estimate::Samples, time, words};
use crate::{
    engine::event::{Begun, Event, Progress, Reporter, Trouble},
    steps::{Evidence, Goal, Step},
};

/// At least one line in this much of a person's own time.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// A percentage is worth a line when it has grown by this much.
const STRIDE: u8 = 10;

/// Writes one line a change.
pub struct Plain<W: Write> {
    to: W,
    clock: RunClock,
    /// The present step.
    step: Option<Step>,
    /// What the last line about it said.
    said: Option<Said>,
    spoke: Instant,
    samples: Samples,
    /// What keeps AWS from answering, as it was last said.
    outage: Option<(Trouble, String)>,
}

/// What was last said of a step.
struct Said {
    step: Step,
    status: Option<String>,
    why: String,
    percent: Option<u8>,
    /// The newest percentage, said or not.
    newest: Option<u8>,
    /// In the step's time.
    elapsed: Duration,
}

impl<W: Write> Plain<W> {
    /// Writes to `to`, which is stderr.
    #[must_use]
    pub fn new(to: W) -> Self {
        let clock = RunClock::default();
        Self { to, clock, step: None, said: None, spoke: Instant::now(), samples: Samples::default(), outage: None }
    }

    /// Writes a line. A migration must not end because nobody listens any more.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.to, "[{:>8}] {text}", time::clock(self.clock.elapsed()));
        let _ = self.to.flush();
        self.spoke = Instant::now();
    }

    fn of_step(&mut self, step: Step, text: &str) {
        self.line(&format!("{}: {text}", words::step(step)));
    }

    fn begun(&mut self, begun: &Begun) {
        self.clock.begin(begun.resumed);
        let pace = if begun.pace > 1 { format!(", sandbox ×{}", begun.pace) } else { String::new() };
        let how = if begun.resumed { "resuming " } else { "" };
        match begun.goal {
            Goal::Migrate => {
                self.line(&format!("{how}{} → {}, key {}{pace}", begun.database, begun.target, begun.key_arn));
            }
            Goal::Abandon => {
                self.line(&format!("removing what the migration {} → {} made{pace}", begun.database, begun.target));
            }
            Goal::StopInstance => self.line(&format!("stopping {}{pace}", begun.target)),
            Goal::DropInstance => self.line(&format!("removing the instance {}{pace}", begun.target)),
            Goal::DropSnapshots => {
                let Begun { database, target, .. } = begun;
                self.line(&format!("removing the plain snapshot of the migration {database} → {target}{pace}"));
            }
        }
    }

    fn step_started(&mut self, step: Step) {
        self.clock.step_started();
        self.step = Some(step);
        self.samples = Samples::default();
        self.said = None;
        self.of_step(step, "started");
    }

    fn asking(&mut self, step: Step, call: &str, attempt: u32) {
        match attempt {
            0 | 1 => self.of_step(step, &format!("asking {call}")),
            _ => self.of_step(step, &format!("asking {call}, attempt {attempt}")),
        }
    }

    fn looked(&mut self, progress: &Progress) {
        self.clock.looked(progress.now, progress.elapsed);
        if self.outage.take().is_some_and(|(kind, _)| kind != Trouble::Throttled) {
            self.line("AWS answers again");
        }
        if let Some(percent) = progress.percent {
            self.samples.add(percent, progress.elapsed);
        }
        if self.said.as_ref().is_none_or(|said| said.is_overtaken_by(progress)) {
            let left = self.left(progress.elapsed);
            self.of_step(progress.step, &format!("{}{left}", in_words(progress)));
            self.said = Some(Said::by(progress));
        } else if let Some(said) = &mut self.said {
            said.newest = progress.percent;
        }
    }

    fn left(&self, elapsed: Duration) -> String {
        self.samples.remaining(elapsed).map(|left| format!(", ~{} left", time::words(left))).unwrap_or_default()
    }

    fn step_done(&mut self, step: Step, evidence: &Evidence, took: Option<Duration>) {
        if let Some(took) = took {
            self.clock.tick(took);
        }
        let took = took.map(|took| format!(" in {}", time::words(took))).unwrap_or_default();
        let evidence = words::evidence(evidence);
        let colon = if evidence.is_empty() { "" } else { ": " };
        self.of_step(step, &format!("done{took}{colon}{evidence}"));
        self.said = None;
    }

    fn look_failed(&mut self, kind: Trouble, why: &str) {
        let trouble = words::trouble(kind, why);
        // An outage is one, whichever call meets it.
        let known = self
            .outage
            .as_ref()
            .is_some_and(|(before, said)| *before == kind && (kind == Trouble::Unreachable || *said == trouble));
        if !known {
            self.line(&trouble);
            self.outage = Some((kind, trouble));
        }
    }

    fn tick(&mut self, elapsed: Duration) {
        self.clock.tick(elapsed);
        if self.spoke.elapsed() < HEARTBEAT {
            return;
        }
        match (&self.outage, &self.said) {
            (Some((_, trouble)), _) => {
                let text = format!("still: {trouble}");
                self.line(&text);
            }
            (None, Some(said)) => {
                let text =
                    format!("still {}, for {}", said.in_words(), time::words(elapsed.saturating_sub(said.elapsed)));
                let (step, left) = (said.step, self.left(elapsed));
                self.of_step(step, &format!("{text}{left}"));
            }
            (None, None) => self.line("waiting for AWS"),
        }
    }

    fn ended(&mut self, how: &str) {
        match self.step {
            Some(step) => self.of_step(step, how),
            None => self.line(how),
        }
    }
}

impl Said {
    fn by(progress: &Progress) -> Self {
        Self {
            step: progress.step,
            status: progress.status.clone(),
            why: progress.why.clone(),
            percent: progress.percent,
            newest: progress.percent,
            elapsed: progress.elapsed,
        }
    }

    fn is_overtaken_by(&self, progress: &Progress) -> bool {
        let moved = match (self.percent, progress.percent) {
            (Some(said), Some(now)) => now < said || now - said >= STRIDE,
            (said, now) => said != now,
        };
        moved || self.step != progress.step || self.status != progress.status || self.why != progress.why
    }

    fn in_words(&self) -> String {
        phrase(self.status.as_deref(), self.newest, &self.why)
    }
}

fn in_words(progress: &Progress) -> String {
    phrase(progress.status.as_deref(), progress.percent, &progress.why)
}

/// As on the bars; a look that says nothing is a wait.
fn phrase(status: Option<&str>, percent: Option<u8>, why: &str) -> String {
    let words = words::look(status, percent, why);
    if words.is_empty() { "waiting".into() } else { words }
}

impl<W: Write> Reporter for Plain<W> {
    fn report(&mut self, event: &Event) {
        match event {
            Event::Begun(begun) => self.begun(begun),
            Event::StepStarted { step } => self.step_started(*step),
            Event::Asking { step, call, attempt } => self.asking(*step, call, *attempt),
            Event::Asked { step, call, outcome, .. } => self.of_step(*step, &format!("{call}: {outcome}")),
            Event::Progress(progress) => self.looked(progress),
            Event::StepDone { step, evidence, took } => self.step_done(*step, evidence, *took),
            Event::LookFailed { kind, why } => self.look_failed(*kind, why),
            Event::Tick { elapsed } => self.tick(*elapsed),
            Event::Interrupted => self.ended("interrupted; nothing further is asked of AWS"),
            Event::Stopped(_) => self.ended("stopped"),
            Event::Finished => self.line("finished"),
        }
    }
}

#[cfg(test)]
mod tests;
