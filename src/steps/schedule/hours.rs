//! The hours in which new work may begin: `22:00-06:00`, or `sat:20:00-mon:05:00`, UTC.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    model::AwsTime,
    plan::{is_window, is_within_window},
};

/// Hours of the day or the week, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours(String);

impl Hours {
    /// Whether a time is within them.
    #[must_use]
    pub fn contain(&self, time: AwsTime) -> bool {
        is_within_window(&self.0, time)
    }
}

impl FromStr for Hours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if is_window(&text) {
            return Ok(Self(text));
        }
        Err(format!("{text} is neither 22:00-06:00 nor sat:20:00-mon:05:00 (UTC)"))
    }
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.0
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
