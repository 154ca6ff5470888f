//! What an earlier setup of the same database has made, from here or another machine: its parts have the names and the
//! marks of this one's.

use std::collections::BTreeSet;

use super::Recipe;
use crate::{
    access::{Facts, Read},
    model::{Peer, Tags},
};

/// The facts as if it had made nothing, so that all of it is this setup's as well; and what it made, by id.
pub(super) fn without(facts: &Facts, recipe: &Recipe) -> (Facts, Vec<String>) {
    let (mut facts, mut own) = (facts.clone(), BTreeSet::new());
    // AWS shows what is gone for a while: not told.
    if let Read::Known(machines) = &mut facts.machines {
        let is_gone = |state: &str| ["shutting-down", "terminated"].contains(&state);
        machines.retain(|it| !(recipe.owns(&it.tags) && it.state.as_deref().is_some_and(is_gone)));
    }
    let mut take = |id: &str, tags: &Tags| {
        let is_own = recipe.owns(tags);
        own.extend(is_own.then(|| id.to_owned()));
        is_own
    };
    leave(&mut facts.machines, |it| take(&it.id, &it.tags));
    leave(&mut facts.security_groups, |it| take(&it.id, &it.tags));
    leave(&mut facts.endpoints, |it| take(&it.id, &it.tags));
    if !lives_in_it(&facts, recipe) {
        leave(&mut facts.subnets, |it| take(&it.id, &it.tags));
        leave(&mut facts.route_tables, |it| take(&it.id, &it.tags));
    }
    if facts.bastion.as_ref().is_some_and(|id| own.contains(id)) {
        facts.bastion = None;
    }
    if let Read::Known(groups) = &mut facts.security_groups {
        let names_own = |peer: &Peer| matches!(peer, Peer::Group(id) if own.contains(id));
        for group in groups {
            group.ingress.retain(|rule| !names_own(&rule.peer));
            group.egress.retain(|rule| !names_own(&rule.peer));
        }
    }
    (facts, own.into_iter().collect())
}

/// Whether somebody has moved the database into subnets that the earlier setup made: they are facts then.
fn lives_in_it(facts: &Facts, recipe: &Recipe) -> bool {
    let (Ok(own), Ok(group)) = (facts.subnets.known(), facts.group_subnets.known()) else { return false };
    own.iter().any(|it| recipe.owns(&it.tags) && group.iter().any(|subnet| subnet.id == it.id))
}

/// Keeps what isn't taken.
fn leave<T>(read: &mut Read<Vec<T>>, mut is_taken: impl FnMut(&T) -> bool) {
    if let Read::Known(all) = read {
        all.retain(|it| !is_taken(it));
    }
}
