//! A setup or its removal on a terminal: what is done stays above, one bar below says how far it is and what it waits for.

use std::time::Duration;

use crate::{
    engine::AccessEvent,
    ui::{
        Bars, Page,
        access::setup,
        fit,
        lines::{BEATS, bar},
        time,
    },
};

/// Columns of the bar itself.
const BAR: usize = 20;
/// The bar has to leave as much for words.
const WORDS: usize = 24;

/// The bar of one run.
pub struct Progress {
    bars: Bars,
    reached: usize,
    of: usize,
    elapsed: Duration,
    note: String,
    beat: usize,
}

impl Progress {
    /// The bar of so many parts, of which none is done yet.
    #[must_use]
    pub fn new(bars: Bars, of: usize) -> Self {
        Self { bars, reached: 0, of, elapsed: Duration::ZERO, note: String::new(), beat: 0 }
    }

    /// What happened, as far as it moves the bar.
    pub fn heard(&mut self, event: &AccessEvent) {
        match event {
            AccessEvent::Seen { reached } => self.reached = *reached,
            AccessEvent::Done { .. } => {}
            AccessEvent::Asking { call } => self.note = format!("asking {call}"),
            AccessEvent::Waiting { why } => self.note = format!("waiting: {why}"),
            AccessEvent::NotTaken { .. } | AccessEvent::LookFailed { .. } => "asking again".clone_into(&mut self.note),
            AccessEvent::Tick { elapsed } => {
                self.beat = self.beat.wrapping_add(1);
                self.elapsed = *elapsed;
            }
        }
        let line = self.line(self.bars.page());
        self.bars.show(vec![line]);
    }

    /// What stays above the bar of an event; what is asked and waited for is in the bar.
    #[must_use]
    pub fn above(&self, event: &AccessEvent, removes: bool) -> Option<String> {
        let page = self.bars.page();
        match event {
            AccessEvent::Done { .. } => setup::line(event, removes, page),
            AccessEvent::NotTaken { .. } | AccessEvent::LookFailed { .. } => {
                let line = setup::line(event, removes, page)?;
                let lines = fit::wrap(line.trim(), page.columns().saturating_sub(4));
                Some(format!("  {}\n", lines.join("\n    ")))
            }
            _ => None,
        }
    }

    /// Writes while the bar is away.
    pub fn suspend<T>(&mut self, write: impl FnOnce() -> T) -> T {
        self.bars.screen().suspend(write)
    }

    /// Takes the bar away.
    pub fn end(&mut self) {
        self.bars.show(Vec::new());
    }

    fn line(&self, page: Page) -> String {
        let beat = BEATS.get(self.beat % BEATS.len()).copied().unwrap_or("·");
        let figures = format!("{:>2}/{}  {}", self.reached, self.of, time::clock(self.elapsed));
        let before = 2 + figures.chars().count() + 2;
        let room = page.columns().saturating_sub(before);
        let (drawn, room) = if room >= BAR + 1 + WORDS {
            let percent = u8::try_from(self.reached * 100 / self.of.max(1)).unwrap_or(100);
            (format!("{} ", bar(percent, BAR, page)), room - BAR - 1)
        } else {
            (String::new(), room)
        };
        format!("{} {drawn}{figures}  {}", page.busy(beat), page.dim(&fit::end(&self.note, room))).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::*;

    /// What is on the screen at the end.
    fn shown(width: u16, events: &[AccessEvent]) -> String {
        let screen = InMemoryTerm::new(8, width);
        let bars = Bars::new(ProgressDrawTarget::term_like(Box::new(screen.clone())), move || width, false);
        let mut progress = Progress::new(bars, 30);
        for event in events {
            progress.heard(event);
        }
        let contents = screen.contents();
        progress.end();
        assert_eq!(screen.contents(), "", "it is taken away");
        contents
    }

    #[test]
    fn a_bar_says_how_far_it_is_and_what_it_waits_for() {
        let events = [
            AccessEvent::Seen { reached: 15 },
            AccessEvent::Done { part: "route table without a way out".into(), done: 4, of: 30 },
            AccessEvent::Asking { call: "CreateVpcEndpoint com.amazonaws.eu-west-2.ssm".into() },
            AccessEvent::Waiting { why: "endpoint for ssm: pending".into() },
            AccessEvent::Tick { elapsed: Duration::from_secs(72) },
        ];
        assert_eq!(shown(80, &events), "⠙ ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌ 15/30  0:01:12  waiting: endpoint for ssm: pending");
        assert_eq!(shown(40, &events), "⠙ 15/30  0:01:12  waiting: endpoint for…");
        let refused = AccessEvent::NotTaken { call: "RunInstances".into(), why: "Throttling".into() };
        assert_eq!(shown(80, &[events[2].clone(), refused]), "⠋ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  0/30  0:00:00  asking again");
    }
}
