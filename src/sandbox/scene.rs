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
    /// An order denies RDS its grants on keys (`R-ENC-8`).
    pub(crate) grants_denied: bool,
}

impl Scene<'_> {
    /// Whether a rule of the ledger holds in this world.
    pub(crate) fn enforces(&self, rule: &str) -> bool {
        self.switches.enforces(rule)
    }

    /// A new instance's resource id: no other in the Region has it (`R-INST-2`).
    pub(crate) fn resource_id(&mut self) -> String {
        let drawn = self.ids.resource();
        if self.enforces("R-INST-2") { drawn } else { "db-THESAMEFOREVERYINSTANCE00A".to_owned() }
    }

    /// An RDS resource's ARN in this Region.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:rds:{}:{}:{kind}:{name}", self.name, super::ACCOUNT)
    }

    /// Kind and name of an RDS resource of this Region, or of the account that its rows were taken from.
    pub(crate) fn split_arn<'b>(&self, arn: &'b str) -> Option<(&'b str, &'b str)> {
        let ours = format!("arn:aws:rds:{}:{}", self.name, super::ACCOUNT);
        let heads = [Some(ours.as_str()), self.region.known_as.as_deref()];
        let tail = heads.into_iter().flatten().find_map(|head| arn.strip_prefix(head)?.strip_prefix(':'))?;
        tail.split_once(':')
    }
}
