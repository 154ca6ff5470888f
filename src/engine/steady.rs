//! For how long AWS has shown the same.

use std::time::Duration;

use super::Clock;
use crate::{
    model::{DbInstance, DbSnapshot},
    steps::Seen,
};

/// What AWS shows of the four resources: their identities, as far as it shows them.
pub(super) type Identities = [Option<String>; 4];

/// Which of the four resources AWS shows. A snapshot has no id of its own: its moment tells it from another.
pub(super) fn shown(seen: &Seen) -> Identities {
    let instance = |it: &DbInstance| it.resource_id.clone().unwrap_or_default();
    let snapshot = |it: &DbSnapshot| it.original_snapshot_create_time.map(|at| at.to_string()).unwrap_or_default();
    [
        seen.source.as_ref().map(instance),
        seen.snapshot.as_ref().map(snapshot),
        seen.copy.as_ref().map(snapshot),
        seen.target.as_ref().map(instance),
    ]
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
