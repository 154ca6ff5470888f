//! How long a step may still take, from AWS's own percentages. Where there is nothing to estimate from,
//! there is no estimate.

use std::time::Duration;

/// How often AWS may stay silent, measured in its own usual interval, before an estimate is withdrawn.
const PATIENCE: u32 = 3;

/// The percentages of one step that this process saw, each with when it was first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    seen: Vec<(u8, Duration)>,
}

impl Samples {
    /// Enters a percentage, seen `elapsed` after the step began. One that fell back makes the earlier ones
    /// worthless.
    pub fn add(&mut self, percent: u8, elapsed: Duration) {
        match self.seen.last() {
            Some((last, _)) if *last == percent => return,
            Some((last, _)) if *last > percent => self.seen.clear(),
            _ => {}
        }
        self.seen.push((percent, elapsed));
    }

    /// How long it may take from `elapsed` on. Nothing before two different percentages, at 0 and 100 %, and
    /// once AWS has been silent for much longer than it was between them.
    #[must_use]
    pub fn remaining(&self, elapsed: Duration) -> Option<Duration> {
        let (first, began) = self.seen.first()?;
        let (last, seen) = self.seen.last()?;
        let gained = last.checked_sub(*first).filter(|gained| *gained > 0)?;
        let left = 100_u8.checked_sub(*last).filter(|left| *left > 0)?;
        let took = seen.checked_sub(*began).filter(|took| !took.is_zero())?;
        let silent = elapsed.saturating_sub(*seen);
        let changes = u32::try_from(self.seen.len()).ok()?.saturating_sub(1);
        if silent > took * PATIENCE / changes.max(1) {
            return None;
        }
        (took * u32::from(left) / u32::from(gained)).checked_sub(silent).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_needs_something_to_rest_on() {
        // (what was seen at which second, now, the estimate in seconds)
        type Case = (&'static str, &'static [(u8, u64)], u64, Option<u64>);
        let table: [Case; 12] = [
            ("nothing", &[], 10, None),
            ("one look", &[(40, 60)], 60, None),
            ("the same twice", &[(40, 60), (40, 120)], 120, None),
            ("from nought to ten in 100 s", &[(0, 0), (10, 100)], 100, Some(900)),
            ("half of the way in 100 s", &[(10, 50), (50, 150)], 150, Some(125)),
            ("counts down while AWS is silent", &[(10, 50), (50, 150)], 200, Some(75)),
            ("resumed late: only this process's part counts", &[(80, 6000), (90, 6100)], 6100, Some(100)),
            ("done", &[(10, 50), (100, 150)], 150, None),
            ("still nought", &[(0, 0), (0, 100)], 100, None),
            ("fell back", &[(10, 0), (50, 100), (20, 200)], 200, None),
            ("fell back and went on", &[(50, 100), (20, 200), (40, 300)], 300, Some(300)),
            ("silent for too long", &[(10, 0), (20, 100)], 401, None),
        ];
        for (case, seen, now, expected) in table {
            let mut samples = Samples::default();
            for (percent, second) in seen {
                samples.add(*percent, Duration::from_secs(*second));
            }
            let estimate = samples.remaining(Duration::from_secs(now)).map(|left| left.as_secs());
            assert_eq!(estimate, expected, "{case}");
        }
    }
}
