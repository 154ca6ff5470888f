//! Backup and maintenance windows (`R-MOD-6`).

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A daily window `hh:mm-hh:mm` as minutes of the day: start and length, at least 30 minutes.
pub(crate) fn daily(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    let length = (to - from).rem_euclid(DAY);
    (length >= 30).then_some((from, length))
}

/// A weekly window `ddd:hh:mm-ddd:hh:mm` as minutes of the week: start and length, 30 minutes to a day.
pub(crate) fn weekly(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (week_minutes(from)?, week_minutes(to)?);
    let length = (to - from).rem_euclid(WEEK);
    (30..=DAY).contains(&length).then_some((from, length))
}

fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

fn week_minutes(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(':')?;
    let day = DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))?;
    Some(i64::try_from(day).ok()? * DAY + minutes(time)?)
}

/// True where a daily and a weekly window have a minute in common.
pub(crate) fn overlap(backup: &str, maintenance: &str) -> bool {
    let (Some((start, length)), Some((week_start, week_length))) = (daily(backup), weekly(maintenance)) else {
        return false;
    };
    (-1..8).any(|day| {
        let start = day * DAY + start;
        [week_start, week_start + WEEK].iter().any(|other| start < other + week_length && *other < start + length)
    })
}

/// The next time a weekly window opens after `now`.
pub(crate) fn next_weekly(window: &str, now: Timestamp) -> Option<Timestamp> {
    let (start, _) = weekly(window)?;
    let here = minute_of_week(now);
    let distance = (start - here).rem_euclid(WEEK);
    let distance = if distance == 0 { WEEK } else { distance };
    whole_minute(now).checked_add(SignedDuration::from_mins(distance)).ok()
}

/// The next time a daily window opens after `now`.
pub(crate) fn next_daily(window: &str, now: Timestamp) -> Option<Timestamp> {
    let (start, _) = daily(window)?;
    let distance = (start - minute_of_week(now) % DAY).rem_euclid(DAY);
    let distance = if distance == 0 { DAY } else { distance };
    whole_minute(now).checked_add(SignedDuration::from_mins(distance)).ok()
}

fn minute_of_week(time: Timestamp) -> i64 {
    let time = time.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let day = i64::from(time.weekday().since(Weekday::Monday));
    day * DAY + i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn whole_minute(time: Timestamp) -> Timestamp {
    let seconds = time.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(60)).unwrap_or(time)
}

/// Windows as RDS picks them: a random half hour, and another that doesn't touch it.
pub(crate) fn random(ids: &mut super::ids::Ids) -> (String, String) {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes.rem_euclid(DAY) / 60, minutes.rem_euclid(60));
    let backup = i64::try_from(ids.below(300)).unwrap_or(0) + 120;
    let maintenance = backup + 120 + i64::try_from(ids.below(240)).unwrap_or(0);
    let day = DAYS.get(usize::try_from(ids.below(7)).unwrap_or(0)).unwrap_or(&"mon");
    (
        format!("{}-{}", clock(backup), clock(backup + 30)),
        format!("{day}:{}-{day}:{}", clock(maintenance), clock(maintenance + 30)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_only_where_they_share_a_minute() {
        let table = [
            ("04:00-04:30", "mon:04:15-mon:04:45", true),
            ("04:00-04:30", "mon:04:30-mon:05:00", false),
            ("23:45-00:15", "tue:00:00-tue:00:30", true),
            ("23:45-00:15", "sun:23:50-mon:00:20", true),
            ("03:00-03:30", "sun:23:00-mon:02:00", false),
        ];
        for (backup, maintenance, wanted) in table {
            assert_eq!(overlap(backup, maintenance), wanted, "{backup} {maintenance}");
        }
    }

    #[test]
    fn the_next_window_is_ahead() {
        let now: Timestamp = "2026-09-14T09:12:30Z".parse().unwrap(); // a Monday
        assert_eq!(next_weekly("mon:09:12-mon:09:42", now).unwrap().to_string(), "2026-09-21T09:12:00Z");
        assert_eq!(next_weekly("tue:01:00-tue:01:30", now).unwrap().to_string(), "2026-09-15T01:00:00Z");
        assert_eq!(next_daily("09:00-09:30", now).unwrap().to_string(), "2026-09-15T09:00:00Z");
    }

    #[test]
    fn random_windows_never_overlap() {
        let mut ids = super::super::ids::Ids::new(7);
        for _ in 0..200 {
            let (backup, maintenance) = random(&mut ids);
            assert!(daily(&backup).is_some() && weekly(&maintenance).is_some());
            assert!(!overlap(&backup, &maintenance), "{backup} {maintenance}");
        }
    }
}
