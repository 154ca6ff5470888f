//! For how long AWS has shown the same.

use std::time::Duration;

use super::Clock;
use crate::steps::Seen;

/// Which of the four resources AWS shows.
pub(super) fn shown(seen: &Seen) -> [bool; 4] {
    [seen.source.is_some(), seen.snapshot.is_some(), seen.copy.is_some(), seen.target.is_some()]
}

/// For how long something has looked like this.
pub(super) fn steady_for<T: PartialEq>(memory: &mut Option<(T, Duration)>, view: Option<T>, clock: &Clock) -> Duration {
    let now = clock.now();
    match (&*memory, view) {
        (Some((before, since)), Some(view)) if *before == view => now.saturating_sub(*since),
        (_, view) => {
            *memory = view.map(|view| (view, now));
            Duration::ZERO
        }
    }
}
