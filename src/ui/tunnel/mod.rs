//! An open tunnel: how to connect through it, and what happens in it.
//!
//! | file | question it answers |
//! |---|---|
//! | `opening` | how do clients connect? |
//! | `events` | what happened? |
//! | `status` | how much goes through it now? |
//! | `official` | how does AWS's own command do the same? |

mod events;
mod official;
mod opening;
mod status;

pub use events::{event_as_json, event_in_words};
pub use official::official_command;
pub use opening::{Authority, Opening, opening, opening_as_json, opening_for_command};
pub use status::Status;

/// Bytes, in the largest unit that leaves a number before the point.
fn bytes(count: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut unit = None;
    // A tenth is all that is shown: a float holds it.
    #[expect(clippy::cast_precision_loss, reason = "three digits of it are shown")]
    let mut size = count as f64;
    for next in units {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, Some(next));
    }
    match unit {
        None => format!("{count} B"),
        Some(unit) if size < 10.0 => format!("{size:.1} {unit}"),
        Some(unit) => format!("{size:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_short() {
        for (count, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_500_000, "1.4 MiB"),
            (200 << 20, "200 MiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(bytes(count), expected);
        }
    }
}
