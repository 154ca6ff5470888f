//! What one request works on: a Region of the world, at a time, under the world's switches.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::switches::Switches;
use super::world::Region;
use super::world::ids::Ids;

/// One request's view of the world.
pub(crate) struct Scene<'a> {
    /// The Region's name.
    pub(crate) name: &'a str,
    pub(crate) region: &'a mut Region,
    /// All other Regions.
    pub(crate) others: &'a mut BTreeMap<String, Region>,
    pub(crate) ids: &'a mut Ids,
    pub(crate) now: Timestamp,
    pub(crate) switches: &'a Switches,
}

impl Scene<'_> {
    /// An RDS resource's ARN in this Region.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:rds:{}:{}:{kind}:{name}", self.name, super::ACCOUNT)
    }
}
