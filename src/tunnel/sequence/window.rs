//! How many messages may be under way without an acknowledgement.
//!
//! The agent has no window of its own: it takes what comes, and stops reading when it can't pass it on.

use std::time::Duration;

/// With how many a session begins.
pub const FIRST: usize = 64;
/// More are never under way.
pub const LARGEST: usize = 1024;
const SMALLEST: usize = 16;
/// Round trips that differ by no more are the same.
const SLACK: Duration = Duration::from_millis(10);

/// The limit, and the shortest round trip seen.
#[derive(Clone, Debug)]
pub struct Window {
    size: usize,
    shortest: Option<Duration>,
}

impl Default for Window {
    fn default() -> Self {
        Self { size: FIRST, shortest: None }
    }
}

impl Window {
    /// How many may be under way.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Grows by one for an acknowledgement while the window was in use and the round trip stays flat: from 64 to 1024 in
    /// four round trips. Where it lengthens, messages only wait somewhere.
    pub fn measured(&mut self, sample: Duration, in_use: bool) {
        let shortest = self.shortest.map_or(sample, |known| known.min(sample));
        self.shortest = Some(shortest);
        let is_flat = sample <= shortest.saturating_mul(5) / 4 + SLACK;
        if in_use && is_flat {
            self.size = self.size.saturating_add(1).min(LARGEST);
        }
    }

    /// An acknowledgement didn't come in time.
    pub fn missed(&mut self) {
        self.size = (self.size / 2).max(SMALLEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAT: Duration = Duration::from_millis(50);

    #[test]
    fn it_grows_while_the_round_trip_is_flat_and_no_further_than_its_limit() {
        let mut window = Window::default();
        (0..960).for_each(|_| window.measured(FLAT, true));
        assert_eq!(window.size(), 1024);
        window.measured(FLAT, true);
        assert_eq!(window.size(), 1024);
    }

    #[test]
    fn it_stays_where_it_is_not_used_or_where_messages_only_wait() {
        let mut window = Window::default();
        window.measured(FLAT, false);
        window.measured(FLAT * 2, true);
        assert_eq!(window.size(), 64);
    }

    #[test]
    fn it_halves_and_never_closes() {
        let mut window = Window::default();
        let sizes = [32, 16, 16].map(|_| {
            window.missed();
            window.size()
        });
        assert_eq!(sizes, [32, 16, 16]);
    }
}
