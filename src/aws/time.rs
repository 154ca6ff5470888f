//! AWS's time and pace, as its answers carry them.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use crate::model::AwsTime;

/// The sandbox's own time: it keeps `Date` real, since the SDK corrects its clock by that.
const SANDBOX_TIME: &str = "x-sandbox-time";
/// How many of the sandbox's seconds pass in one of ours.
const SANDBOX_SPEED: &str = "x-sandbox-speed";

/// Remembers the time in AWS's latest answer (rule 12). Clones share it.
#[derive(Clone, Debug, Default)]
pub struct AwsClock {
    latest: Arc<Mutex<Latest>>,
}

#[derive(Debug, Default)]
struct Latest {
    time: Option<AwsTime>,
    speed: Option<f64>,
}

impl AwsClock {
    /// The time in AWS's latest answer; nothing before the first.
    #[must_use]
    pub fn now(&self) -> Option<AwsTime> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).time
    }

    /// How many of AWS's seconds pass in one of ours, if it is a sandbox.
    #[must_use]
    pub fn sandbox_speed(&self) -> Option<f64> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).speed
    }

    /// The same in whole seconds, for screens: 1 on a real account.
    #[must_use]
    pub fn pace(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shown to people only")]
        self.sandbox_speed().map_or(1, |speed| speed.round() as u32)
    }

    fn hear(&self, header: impl Fn(&str) -> Option<String>) {
        let of_sandbox = header(SANDBOX_TIME).and_then(|text| text.parse().ok());
        let of_date = || header("date").and_then(|text| from_http_date(&text));
        let speed = header(SANDBOX_SPEED).and_then(|text| text.parse::<f64>().ok());
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = of_sandbox.or_else(of_date) {
            latest.time = Some(time);
        }
        if speed.is_some_and(|speed| speed.is_finite() && speed > 0.0) {
            latest.speed = speed;
        }
    }
}

fn from_http_date(text: &str) -> Option<AwsTime> {
    use aws_smithy_types::date_time::{DateTime, Format};
    DateTime::from_str(text, Format::HttpDate).ok().and_then(super::read::timestamp)
}

#[dyn_dispatch_hint]
impl Intercept for AwsClock {
    fn name(&self) -> &'static str {
        "AwsClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        self.hear(|name| headers.get(name).map(str::to_owned));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandboxs_own_time_is_preferred() {
        let clock = AwsClock::default();
        clock.hear(|name| (name == "date").then(|| "Wed, 25 Nov 2026 06:00:00 GMT".to_owned()));
        assert_eq!(clock.now().map(|time| time.to_string()), Some("2026-11-25T06:00:00Z".to_owned()));
        assert_eq!(clock.sandbox_speed(), None);
        clock.hear(|name| match name {
            "date" => Some("Wed, 25 Nov 2026 06:00:00 GMT".to_owned()),
            SANDBOX_TIME => Some("2027-01-01T00:00:00Z".to_owned()),
            SANDBOX_SPEED => Some("600".to_owned()),
            _ => None,
        });
        assert_eq!(clock.now().map(|time| time.to_string()), Some("2027-01-01T00:00:00Z".to_owned()));
        assert_eq!(clock.sandbox_speed(), Some(600.0));
    }
}
