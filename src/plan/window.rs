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
    const MARGIN: i32 = 5;
    let Some((start, end)) = window.split_once('-') else { return false };
    let (Some(start), Some(end)) = (minute_of_week(start), minute_of_week(end)) else { return false };
    let zoned = now.to_zoned_datetime(TimeZone::UTC);
    let minute = i32::from(zoned.weekday().to_monday_zero_offset()) * MINUTES_A_DAY
        + i32::from(zoned.hour()) * 60
        + i32::from(zoned.minute());
    let length = (end - start).rem_euclid(MINUTES_A_WEEK);
    (minute - start + MARGIN).rem_euclid(MINUTES_A_WEEK) < length + MARGIN
}

fn minute_of_week(text: &str) -> Option<i32> {
    let mut parts = text.trim().split(':');
    let day = match parts.next()?.to_ascii_lowercase().as_str() {
        "mon" => 0,
        "tue" => 1,
        "wed" => 2,
        "thu" => 3,
        "fri" => 4,
        "sat" => 5,
        "sun" => 6,
        _ => return None,
    };
    let hour: i32 = parts.next()?.parse().ok()?;
    let minute: i32 = parts.next()?.parse().ok()?;
    Some(day * MINUTES_A_DAY + hour * 60 + minute)
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
    }
}
