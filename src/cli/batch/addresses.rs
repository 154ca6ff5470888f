//! The addresses that the copies of a batch take in the subnets of their groups.

use std::collections::BTreeMap;

use crate::{aws::Aws, plan::inventory::Inventory, state::BatchItem, steps::schedule::Addresses};

/// So many groups are looked at; an account has few.
const GROUPS: usize = 50;

/// What the copies take, by subnet group, and what is free there as far as AWS tells.
pub(super) async fn of(aws: &Aws, inventory: &Inventory, items: &[&BatchItem]) -> Vec<Addresses> {
    let mut needs: BTreeMap<String, i64> = BTreeMap::new();
    for item in items {
        let source = inventory.instances.iter().find(|it| it.resource_id.as_ref() == Some(&item.resource_id));
        let own = source.and_then(|it| it.subnet_group.as_ref()).and_then(|group| group.name.as_deref());
        // One with a standby has an address in two subnets (R-NET-4).
        let need = if item.single_az { 1 } else { 2 };
        if let Some(group) = own {
            *needs.entry(group.to_owned()).or_default() += need;
        }
    }
    let mut found = Vec::new();
    for (group, need) in needs.into_iter().take(GROUPS) {
        let free = match aws.free_addresses(&group).await {
            Ok(free) => Some(free),
            Err(error) => {
                tracing::warn!(%error, group, "its free addresses aren't known");
                None
            }
        };
        found.push(Addresses { group, need, free });
    }
    found
}
