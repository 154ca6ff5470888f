//! How long until the next look: seconds near the end, up to a minute far from it.

use std::time::Duration;

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest.
const LONGEST: Duration = Duration::from_mins(1);
/// The longest while AWS gives no percentage, so that an end is seen soon.
const LONGEST_BLIND: Duration = Duration::from_secs(30);

/// Chooses by the percentage that AWS shows and the time it took, else by the time alone.
pub(super) fn until_next_look(percent: Option<u8>, elapsed: Duration) -> Duration {
    let tenth = match percent {
        Some(done @ 1..) => elapsed.mul_f64(f64::from(100_u8.saturating_sub(done)) / f64::from(done)) / 10,
        _ => return (elapsed / 10).clamp(SHORTEST, LONGEST_BLIND),
    };
    tenth.clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_far_apart_in_the_middle_and_close_near_the_end() {
        let minutes = |minutes: u64| Duration::from_mins(minutes);
        let table = [
            (None, minutes(0), 5),
            (None, minutes(2), 12),
            (None, minutes(60), 30),
            (Some(0), minutes(60), 30),
            (Some(10), minutes(60), 60),
            (Some(95), minutes(60), 18),
            (Some(100), minutes(60), 5),
        ];
        for (percent, elapsed, expected) in table {
            assert_eq!(until_next_look(percent, elapsed).as_secs(), expected, "{percent:?} after {elapsed:?}");
        }
    }
}
