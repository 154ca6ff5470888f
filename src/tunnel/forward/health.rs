//! Whether a session still reaches its destination. Pure.
//!
//! The agent connects for one client after another: a host that drops packets blocks all that come after. And it looks up
//! the name once: after a failover it goes on with the old address.

use std::time::Duration;

use crate::tunnel::Moment;

/// A new connection without a byte for so long is worth a word.
pub(super) const FIRST_BYTE: Duration = Duration::from_secs(10);
/// A session that never reached anything isn't replaced before this: the next one wouldn't either.
const REPLACE_EVERY: Duration = Duration::from_mins(1);

/// What is known of a session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    opened: Moment,
    succeeded: bool,
    refused: u32,
    stalled: bool,
}

impl Health {
    /// Of a session that begins.
    #[must_use]
    pub fn new(opened: Moment) -> Self {
        Self { opened, ..Self::default() }
    }

    /// A new connection got its first byte.
    pub fn succeeded(&mut self) {
        self.succeeded = true;
        self.refused = 0;
        self.stalled = false;
    }

    /// A new connection was refused. Says whether the session has become doubtful by that.
    pub fn refused(&mut self) -> bool {
        let before = self.is_doubtful();
        self.refused = self.refused.saturating_add(1);
        !before && self.is_doubtful()
    }

    /// A new connection gets nothing.
    pub fn stalled(&mut self) {
        self.stalled = true;
    }

    /// Whether new connections should avoid the session.
    #[must_use]
    pub const fn is_doubtful(&self) -> bool {
        self.stalled || (self.succeeded && self.refused >= 2)
    }

    /// Whether another may take its place now.
    #[must_use]
    pub fn may_be_replaced(&self, now: Moment) -> bool {
        self.succeeded || now.saturating_sub(self.opened) >= REPLACE_EVERY || self.opened == Moment::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_host_that_was_never_reached_is_refused_and_no_more() {
        let mut health = Health::new(at(1));
        assert!((0..9).all(|_| !health.refused()) && !health.is_doubtful());
    }

    #[test]
    fn refusals_after_a_success_mean_another_address() {
        let mut health = Health::new(at(1));
        health.succeeded();
        assert!(!health.refused());
        assert!(health.refused(), "the second in a row");
        assert!(!health.refused(), "told once");
        assert!(health.is_doubtful() && health.may_be_replaced(at(2)));
        health.succeeded();
        assert!(!health.is_doubtful());
    }

    #[test]
    fn a_silent_host_is_doubtful_and_replacements_are_rare() {
        let mut health = Health::new(at(100));
        health.stalled();
        assert!(health.is_doubtful());
        assert!(!health.may_be_replaced(at(159)) && health.may_be_replaced(at(160)));
        assert!(Health::new(at(0)).may_be_replaced(at(1)), "the first one has nothing to learn from");
    }
}
