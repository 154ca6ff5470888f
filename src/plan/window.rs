//! Weekly windows, such as `wed:06:38-wed:07:08`, UTC.

use jiff::tz::TimeZone;

use crate::model::AwsTime;

const MINUTES_A_DAY: i32 = 24 * 60;
const MINUTES_A_WEEK: i32 = 7 * MINUTES_A_DAY;

/// Whether a weekly `window` contains `now`, or begins within the next five minutes.
///
/// A window that can't be read contains nothing.
#[must_use]
pub fn contains(window: &str, now: AwsTime) -> bool {
    is_near(window, now, 5)
}

/// Whether a window contains `now`, or begins within so many minutes. One without days is daily.
#[must_use]
pub(super) fn is_near(window: &str, now: AwsTime, margin: i32) -> bool {
    let Some((start, end)) = window.split_once('-') else { return false };
    let daily = (minute_of_day(start), minute_of_day(end));
    let weekly = (minute_of_week(start), minute_of_week(end));
    let (start, end, every) = match (weekly, daily) {
        ((Some(start), Some(end)), _) => (start, end, MINUTES_A_WEEK),
        (_, (Some(start), Some(end))) => (start, end, MINUTES_A_DAY),
        _ => return false,
    };
    let zoned = now.to_zoned_datetime(TimeZone::UTC);
    let minute = i32::from(zoned.weekday().to_monday_zero_offset()) * MINUTES_A_DAY
        + i32::from(zoned.hour()) * 60
        + i32::from(zoned.minute());
    let length = (end - start).rem_euclid(every);
    (minute - start + margin).rem_euclid(every) < length + margin
}

/// Whether a daily or weekly window contains `now`.
#[must_use]
pub fn is_within(window: &str, now: AwsTime) -> bool {
    is_near(window, now, 0)
}

/// Whether a text is a daily or weekly window that isn't empty.
#[must_use]
pub fn is_window(text: &str) -> bool {
    let Some((start, end)) = text.split_once('-') else { return false };
    let of_one_kind = |minute: fn(&str) -> Option<i32>| match (minute(start), minute(end)) {
        (Some(start), Some(end)) => start != end,
        _ => false,
    };
    of_one_kind(minute_of_day) || of_one_kind(minute_of_week)
}

fn minute_of_day(text: &str) -> Option<i32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<i32>().ok()?, minute.parse::<i32>().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

fn minute_of_week(text: &str) -> Option<i32> {
    let (day, time) = text.trim().split_once(':')?;
    let day = match day.to_ascii_lowercase().as_str() {
        "mon" => 0,
        "tue" => 1,
        "wed" => 2,
        "thu" => 3,
        "fri" => 4,
        "sat" => 5,
        "sun" => 6,
        _ => return None,
    };
    Some(day * MINUTES_A_DAY + minute_of_day(time)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_inside_or_not() {
        // 2026-11-25 is a Wednesday.
        let at = |text: &str| text.parse::<AwsTime>().expect("a time");
        let table = [
            ("wed:06:38-wed:07:08", "2026-11-25T06:50:00Z", true),
            ("wed:06:38-wed:07:08", "2026-11-25T06:35:00Z", true),
            ("wed:06:38-wed:07:08", "2026-11-25T07:08:00Z", false),
            ("wed:06:38-wed:07:08", "2026-11-26T06:50:00Z", false),
            ("sun:23:45-mon:00:15", "2026-11-23T00:10:00Z", true),
            ("sun:23:45-mon:00:15", "2026-11-22T23:50:00Z", true),
            ("rubbish", "2026-11-25T06:50:00Z", false),
        ];
        for (window, now, expected) in table {
            assert_eq!(contains(window, at(now)), expected, "{window} at {now}");
        }
        let soon = [
            ("03:10-03:40", "2026-11-25T02:15:00Z", true),
            ("03:10-03:40", "2026-11-25T02:05:00Z", false),
            ("03:10-03:40", "2026-11-25T03:39:00Z", true),
            ("03:10-03:40", "2026-11-25T03:40:00Z", false),
            ("00:10-00:40", "2026-11-25T23:30:00Z", true),
            ("23:50-00:20", "2026-11-26T00:10:00Z", true),
            ("wed:06:38-wed:07:08", "2026-11-25T05:50:00Z", true),
            ("wed:06:38-wed:07:08", "2026-11-24T05:50:00Z", false),
        ];
        for (window, now, expected) in soon {
            assert_eq!(is_near(window, at(now), 60), expected, "{window} at {now}");
        }
    }
}
