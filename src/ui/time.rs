//! Durations and times, for people.

use std::time::Duration;

use crate::model::AwsTime;

/// As a clock that runs: `0:12:40`.
#[must_use]
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// In words: `40 s`, `4 min`, `1 h 12 min`, `2 d 3 h`. Rounded to what its size makes worth saying.
#[must_use]
pub fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let minutes = (seconds + 30) / 60;
    let hours = (minutes + 30) / 60;
    match (seconds, minutes) {
        (..60, _) => format!("{seconds} s"),
        (_, ..60) => format!("{minutes} min"),
        (_, ..2880) => two(minutes / 60, "h", minutes % 60, "min"),
        _ => two(hours / 24, "d", hours % 24, "h"),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

/// A moment, to the second: `2026-11-25 06:03:44 UTC`.
#[must_use]
pub fn utc(at: AwsTime) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A moment, to the minute: `2026-11-25 06:03`.
#[must_use]
pub fn minute(at: AwsTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let table = [
            (0, "0:00:00", "0 s"),
            (40, "0:00:40", "40 s"),
            (59, "0:00:59", "59 s"),
            (60, "0:01:00", "1 min"),
            (89, "0:01:29", "1 min"),
            (90, "0:01:30", "2 min"),
            (760, "0:12:40", "13 min"),
            (3599, "0:59:59", "1 h"),
            (3600, "1:00:00", "1 h"),
            (4320, "1:12:00", "1 h 12 min"),
            (45296, "12:34:56", "12 h 35 min"),
            (183_600, "51:00:00", "2 d 3 h"),
            (172_800, "48:00:00", "2 d"),
        ];
        for (seconds, running, said) in table {
            let duration = Duration::from_secs(seconds);
            assert_eq!((clock(duration).as_str(), words(duration).as_str()), (running, said), "{seconds}");
        }
    }

    #[test]
    fn moments_name_their_zone() {
        let at: AwsTime = "2026-11-25T06:03:44.5Z".parse().unwrap();
        assert_eq!(utc(at), "2026-11-25 06:03:44 UTC");
        assert_eq!(minute(at), "2026-11-25 06:03");
    }
}
