//! What is known of a batch, as events tell it.

use std::{collections::BTreeMap, time::Duration};

use super::{super::board::Board, Row};
use crate::{
    engine::batch::{BatchEvent, Ended},
    steps::schedule::Hold,
};

/// All that is shown of a batch.
pub(super) struct Book {
    pub(super) rows: Vec<Row>,
    /// How many were done before this run.
    pub(super) done_before: usize,
    pub(super) pace: u32,
    /// What is under way, by place.
    pub(super) active: BTreeMap<usize, Board>,
    /// What came to its end in this run.
    pub(super) ended: BTreeMap<usize, End>,
    pub(super) held: Option<Hold>,
    /// In AWS's time, since the run began.
    pub(super) elapsed: Duration,
    pub(super) over: bool,
}

/// How one ended, as far as counting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Failed,
    Skipped,
    Interrupted,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
    pub(super) running: usize,
    pub(super) waiting: usize,
}

impl End {
    fn of(ended: &Ended) -> Self {
        match ended {
            Ended::Done { .. } => Self::Done,
            Ended::Skipped { .. } => Self::Skipped,
            Ended::Interrupted => Self::Interrupted,
            Ended::Refused { .. } | Ended::Stopped(_) | Ended::Broken { .. } => Self::Failed,
        }
    }
}

impl Book {
    pub(super) fn new(rows: Vec<Row>, done_before: usize) -> Self {
        Self {
            rows,
            done_before,
            pace: 1,
            active: BTreeMap::new(),
            ended: BTreeMap::new(),
            held: None,
            elapsed: Duration::ZERO,
            over: false,
        }
    }

    pub(super) fn hear(&mut self, event: &BatchEvent<'_>) {
        match event {
            BatchEvent::Begun { pace, .. } => self.pace = *pace,
            BatchEvent::Started { index } => {
                self.active.insert(*index, Board::new());
                self.ended.remove(index);
            }
            BatchEvent::Item { index, event } => {
                if let Some(board) = self.active.get_mut(index) {
                    board.hear(event);
                }
            }
            BatchEvent::Ended { index, ended } => {
                self.active.remove(index);
                if !ended.waits_for_room() {
                    self.ended.insert(*index, End::of(ended));
                }
            }
            BatchEvent::Held(hold) => self.held = (*hold).cloned(),
            BatchEvent::Tick { elapsed } => {
                self.elapsed = *elapsed;
                for board in self.active.values_mut() {
                    board.beat = board.beat.wrapping_add(1);
                }
            }
            BatchEvent::Over => self.over = true,
            BatchEvent::Slots(_) | BatchEvent::Interrupted => {}
        }
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.rows.get(index).map_or("?", |row| row.name.as_str())
    }

    pub(super) fn tally(&self) -> Tally {
        let count = |end: End| self.ended.values().filter(|it| **it == end).count();
        let done = self.done_before + count(End::Done);
        let (failed, skipped) = (count(End::Failed), count(End::Skipped));
        let running = self.active.len();
        let waiting = self.rows.len().saturating_sub(done + failed + skipped + running);
        Tally { done, failed, skipped, running, waiting }
    }

    fn size(&self, index: usize) -> f64 {
        self.rows.get(index).map_or(0.0, |row| f64::from(row.gibibytes))
    }

    /// How long the rest takes, if it goes on as it went; nothing while too little is known.
    pub(super) fn left(&self) -> Option<Duration> {
        let done: Vec<usize> =
            self.ended.iter().filter(|(_, end)| **end == End::Done).map(|(index, _)| *index).collect();
        if done.len() < 3 || self.elapsed < Duration::from_mins(10) || self.over {
            return None;
        }
        let all: f64 = self.rows.iter().map(|row| f64::from(row.gibibytes)).sum();
        let over: f64 = self.ended.keys().map(|index| self.size(*index)).sum();
        let done: f64 = done.iter().map(|index| self.size(*index)).sum();
        // Of what is under way, half is taken as done.
        let half: f64 = self.active.keys().map(|index| self.size(*index) / 2.0).sum();
        let ratio = (all - over - half).max(0.0) / (done + half).max(1.0);
        Some(self.elapsed.mul_f64(ratio.min(1e6)))
    }
}
