//! The host's clock: the one place of the sandbox that looks at it.

use jiff::Timestamp;

/// The host's time, to the millisecond.
#[expect(
    clippy::disallowed_methods,
    reason = "file worlds go on between processes, and Date is real for the SDK's sake"
)]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).unwrap_or_default()
}
