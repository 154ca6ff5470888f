//! Which databases are meant.

use std::str::FromStr;

use wildmatch::WildMatch;

use super::Found;
use crate::model::{AwsTime, Tags};

/// Which databases are meant. What isn't said restricts nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// One of these engines, each by AWS's name (`oracle-ee`) or the part of it before a hyphen (`oracle`).
    pub engines: Vec<String>,
    /// Made before this moment. A database that shows no time isn't known to be.
    pub created_before: Option<AwsTime>,
    /// Each of these tags.
    pub tags: Tags,
    /// A name with `*` and `?`. Names of RDS have no capitals.
    pub name: Option<String>,
    /// Not those that are known to be encrypted.
    pub unencrypted_only: bool,
}

/// `2023-01-01`, whose midnight in UTC is meant, or `any`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateBound(pub Option<AwsTime>);

impl FromStr for DateBound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "any" {
            return Ok(Self(None));
        }
        let date: jiff::civil::Date =
            text.parse().map_err(|_| "a date such as 2023-01-01, which begins at midnight UTC, or any".to_owned())?;
        let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|error| error.to_string())?;
        Ok(Self(Some(midnight)))
    }
}

impl Selection {
    /// Whether it is of the engines, tags and names that are meant, whenever it was made and however it is encrypted.
    #[must_use]
    pub fn is_about(&self, found: &Found) -> bool {
        self.is_about_parts(&found.identifier, found.engine.as_deref(), &found.tags)
    }

    pub(super) fn is_about_parts(&self, name: &str, engine: Option<&str>, tags: &Tags) -> bool {
        let has_engine = self.engines.is_empty() || self.engines.iter().any(|asked| is_engine(asked, engine));
        let has_tags = self.tags.iter().all(|(key, value)| tags.get(key) == Some(value));
        let is_named = self.name.as_ref().is_none_or(|glob| WildMatch::new_case_insensitive(glob).matches(name));
        has_engine && has_tags && is_named
    }

    /// Whether it was made before the date; nothing where it shows no time.
    #[must_use]
    pub fn is_old_enough(&self, created: Option<AwsTime>) -> Option<bool> {
        match (self.created_before, created) {
            (None, _) => Some(true),
            (Some(bound), Some(created)) => Some(created < bound),
            (Some(_), None) => None,
        }
    }
}

fn is_engine(asked: &str, engine: Option<&str>) -> bool {
    let Some(engine) = engine else { return false };
    let asked = asked.to_ascii_lowercase();
    engine == asked || engine.strip_prefix(asked.as_str()).is_some_and(|rest| rest.starts_with('-'))
}
