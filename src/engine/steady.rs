//! For how long AWS has shown the same.

use std::time::Duration;

use super::Clock;
use crate::{
    model::{DbInstance, DbSnapshot},
    steps::{Seen, Steadiness},
};

/// What was shown of each of the five, and since when.
pub(super) type Shown = [Option<(Option<String>, Duration)>; 5];

/// For how long each of the five has been shown like this, or not been shown.
pub(super) fn steadiness(memory: &mut Shown, seen: &Seen, clock: &Clock) -> Steadiness {
    let [source, snapshot, copy, target, group] = memory;
    let [source_now, snapshot_now, copy_now, target_now, group_now] = shown(seen);
    Steadiness {
        source: steady_for(source, Some(source_now), clock),
        snapshot: steady_for(snapshot, Some(snapshot_now), clock),
        copy: steady_for(copy, Some(copy_now), clock),
        target: steady_for(target, Some(target_now), clock),
        security_group: steady_for(group, Some(group_now), clock),
    }
}

/// Which of the five resources AWS shows. A snapshot has no id of its own: its moment tells it from another.
fn shown(seen: &Seen) -> [Option<String>; 5] {
    let instance = |it: &DbInstance| it.resource_id.clone().unwrap_or_default();
    let snapshot = |it: &DbSnapshot| it.original_snapshot_create_time.map(|at| at.to_string()).unwrap_or_default();
    [
        seen.source.as_ref().map(instance),
        seen.snapshot.as_ref().map(snapshot),
        seen.copy.as_ref().map(snapshot),
        seen.target.as_ref().map(instance),
        seen.security_group.as_ref().map(|group| group.id.clone()),
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
