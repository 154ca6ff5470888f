//! What the screen knows, as events tell it. It holds facts only: what nobody said isn't shown.

use std::time::Duration;

use super::{estimate::Samples, words};
use crate::{
    engine::event::{Begun, Event, Progress},
    steps::Step,
};

/// All that is shown of one migration.
pub(super) struct Board {
    pub(super) begun: Option<Begun>,
    pub(super) rows: Vec<Row>,
    /// Something that went wrong and isn't over.
    pub(super) trouble: Option<String>,
    /// How many ticks were heard: shows that we are alive, not that anything progresses.
    pub(super) beat: usize,
    /// Whether nothing comes any more.
    pub(super) ended: bool,
}

/// One step's line.
pub(super) struct Row {
    pub(super) step: Step,
    pub(super) state: State,
    /// In AWS's time, since it began. Nothing where nobody said.
    pub(super) elapsed: Option<Duration>,
    pub(super) percent: Option<u8>,
    /// AWS's status word.
    pub(super) status: Option<String>,
    /// What is waited for or asked, or by what it is done.
    pub(super) note: String,
    pub(super) samples: Samples,
}

/// Where one step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Active,
    Done,
    /// Its goal held before this run looked.
    DoneEarlier,
    Stopped,
    Interrupted,
}

impl Board {
    pub(super) fn new() -> Self {
        Self::along(&[])
    }

    fn along(steps: &[Step]) -> Self {
        let rows = steps.iter().copied().map(Row::waiting).collect();
        Self { begun: None, rows, trouble: None, beat: 0, ended: false }
    }

    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::Begun(begun) => *self = Self { begun: Some(begun.clone()), ..Self::along(&begun.steps) },
            Event::StepStarted { step } => self.start(*step),
            Event::Asking { step, call, attempt } => self.ask(*step, call, *attempt),
            Event::Asked { step, call, outcome, accepted } => self.answer(*step, call, outcome, *accepted),
            Event::Progress(progress) => self.look(progress),
            Event::StepDone { step, evidence, took } => self.finish_step(*step, words::evidence(evidence), *took),
            Event::LookFailed { kind, why } => self.trouble = Some(words::trouble(*kind, why)),
            Event::Tick { elapsed } => self.tick(*elapsed),
            Event::Interrupted => self.end(State::Interrupted),
            Event::Stopped(_) => self.end(State::Stopped),
            Event::Finished => self.all_hold(),
        }
    }

    fn start(&mut self, step: Step) {
        self.pass_over(step);
        if let Some(row) = self.row(step) {
            row.state = State::Active;
        }
    }

    /// The pipeline is at `step`, so what comes before holds (the goal is decided backwards).
    fn pass_over(&mut self, step: Step) {
        for row in self.rows.iter_mut().filter(|row| row.step < step) {
            match row.state {
                State::Waiting => row.state = State::DoneEarlier,
                State::Active => row.finish(String::new(), row.elapsed),
                _ => {}
            }
        }
    }

    fn ask(&mut self, step: Step, call: &str, attempt: u32) {
        self.start(step);
        if let Some(row) = self.row(step) {
            row.status = None;
            row.note = match attempt {
                0 | 1 => format!("asking {call}"),
                _ => format!("asking {call}, attempt {attempt}"),
            };
        }
    }

    fn answer(&mut self, step: Step, call: &str, outcome: &str, accepted: bool) {
        let action = call.split(' ').next().unwrap_or(call);
        if let Some(row) = self.row(step) {
            row.note = if accepted { format!("{action} {outcome}") } else { format!("asked {action}") };
        }
        self.trouble = (!accepted).then(|| format!("{call}: {outcome}"));
    }

    fn look(&mut self, progress: &Progress) {
        self.start(progress.step);
        self.trouble = None;
        if let Some(row) = self.row(progress.step) {
            row.elapsed = Some(progress.elapsed);
            row.percent = progress.percent;
            row.status.clone_from(&progress.status);
            row.note.clone_from(&progress.why);
            if let Some(percent) = progress.percent {
                row.samples.add(percent, progress.elapsed);
            }
        }
    }

    fn finish_step(&mut self, step: Step, evidence: String, took: Option<Duration>) {
        self.pass_over(step);
        self.trouble = None;
        if let Some(row) = self.row(step) {
            row.finish(evidence, took);
        }
    }

    /// Time passes: elapsed moves, nothing else.
    fn tick(&mut self, elapsed: Duration) {
        self.beat = self.beat.wrapping_add(1);
        if let Some(row) = self.active() {
            row.elapsed = Some(elapsed);
        }
    }

    fn all_hold(&mut self) {
        self.trouble = None;
        self.ended = true;
        for row in &mut self.rows {
            match row.state {
                State::Waiting => row.state = State::DoneEarlier,
                State::Active => row.finish(String::new(), row.elapsed),
                _ => {}
            }
        }
    }

    fn end(&mut self, state: State) {
        self.ended = true;
        if let Some(row) = self.active() {
            row.state = state;
        }
    }

    fn row(&mut self, step: Step) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.step == step)
    }

    fn active(&mut self) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.state == State::Active)
    }
}

impl Row {
    fn waiting(step: Step) -> Self {
        Self {
            step,
            state: State::Waiting,
            elapsed: None,
            percent: None,
            status: None,
            note: String::new(),
            samples: Samples::default(),
        }
    }

    fn finish(&mut self, evidence: String, took: Option<Duration>) {
        self.state = State::Done;
        self.elapsed = took;
        self.percent = None;
        self.status = None;
        self.note = evidence;
    }
}
