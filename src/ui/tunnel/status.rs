//! The line at the bottom of a terminal: who is connected, and how much goes each way.

use std::time::Duration;

use super::{super::bars::Bars, bytes};

/// One line of a terminal, for all tunnels of a run.
pub struct Status {
    bars: Bars,
    /// By tunnel: clients, bytes sent, bytes received.
    traffic: Vec<(usize, u64, u64)>,
    /// Bytes of both ways when they were counted last.
    before: u64,
    /// Bytes a second of both ways.
    rate: u64,
    is_shown: bool,
}

impl Status {
    /// The line of so many tunnels.
    #[must_use]
    pub fn new(bars: Bars, tunnels: usize) -> Self {
        Self { bars, traffic: vec![(0, 0, 0); tunnels], before: 0, rate: 0, is_shown: false }
    }

    /// What goes through one of them by now.
    pub fn heard(&mut self, tunnel: usize, clients: usize, up: u64, down: u64) {
        if let Some(traffic) = self.traffic.get_mut(tunnel) {
            *traffic = (clients, up, down);
        }
        if self.is_shown {
            self.bars.show(vec![self.line()]);
        }
    }

    /// Counts anew how fast it goes. `after`: the time since the last count.
    pub fn count(&mut self, after: Duration) {
        let moved = self.traffic.iter().map(|(_, up, down)| up + down).sum::<u64>();
        let seconds = after.as_millis().max(1);
        let rate = u128::from(moved.saturating_sub(self.before)) * 1000 / seconds;
        (self.before, self.rate) = (moved, u64::try_from(rate).unwrap_or(u64::MAX));
        if self.is_shown {
            self.bars.show(vec![self.line()]);
        }
    }

    /// Shows the line from now on.
    pub fn show(&mut self) {
        self.is_shown = true;
        self.bars.show(vec![self.line()]);
    }

    /// Writes something above the line.
    pub fn above<T>(&mut self, write: impl FnOnce() -> T) -> T {
        self.bars.screen().suspend(write)
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        self.is_shown = false;
        self.bars.show(Vec::new());
    }

    fn line(&self) -> String {
        let clients: usize = self.traffic.iter().map(|(clients, ..)| clients).sum();
        let (up, down) = self.traffic.iter().fold((0, 0), |sum, (_, up, down)| (sum.0 + up, sum.1 + down));
        let rate = if self.rate > 0 { format!("  {}/s", bytes(self.rate)) } else { String::new() };
        let page = self.bars.page();
        let text = format!("{clients} connected  ↑ {}  ↓ {}{rate}  Ctrl-C ends it", bytes(up), bytes(down));
        page.dim(&super::super::fit::end(&text, page.columns()))
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::*;

    #[test]
    fn the_line_counts_all_tunnels_and_goes_at_the_end() {
        let term = InMemoryTerm::new(10, 80);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        let mut status = Status::new(Bars::new(target, || 80, false), 2);
        status.heard(0, 9, 9, 9);
        assert_eq!(term.contents(), "", "nothing before there is a tunnel");
        status.show();
        status.heard(0, 1, 1024, 2048);
        status.heard(1, 2, 0, 1024);
        status.count(Duration::from_secs(2));
        assert_eq!(term.contents(), "3 connected  ↑ 1.0 KiB  ↓ 3.0 KiB  2.0 KiB/s  Ctrl-C ends it");
        status.count(Duration::from_secs(1));
        assert_eq!(term.contents(), "3 connected  ↑ 1.0 KiB  ↓ 3.0 KiB  Ctrl-C ends it");
        status.end();
        assert_eq!(term.contents().trim(), "");
    }
}
