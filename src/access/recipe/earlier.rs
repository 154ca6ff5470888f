//! What an earlier setup of the same database has made, from here or another machine: its parts have the names and the
//! marks of this one's.

use std::collections::BTreeSet;

use super::Recipe;
use crate::{
    access::{Facts, Read},
    model::Peer,
};

/// The facts as if it had made nothing, so that all of it is this setup's as well; and what it made, by id.
pub(super) fn without(facts: &Facts, recipe: &Recipe) -> (Facts, Vec<String>) {
    let (mut facts, mut own) = (facts.clone(), BTreeSet::new());
    // AWS shows what is gone for a while.
    retain(&mut facts.machines, &mut BTreeSet::new(), |it| {
        let is_gone = it.state.as_deref().is_some_and(|state| ["shutting-down", "terminated"].contains(&state));
        (!is_gone || !recipe.owns(&it.tags)).then_some(()).ok_or(&it.id)
    });
    retain(&mut facts.machines, &mut own, |it| (!recipe.owns(&it.tags)).then_some(()).ok_or(&it.id));
    retain(&mut facts.security_groups, &mut own, |it| (!recipe.owns(&it.tags)).then_some(()).ok_or(&it.id));
    retain(&mut facts.endpoints, &mut own, |it| (!recipe.owns(&it.tags)).then_some(()).ok_or(&it.id));
    if !lives_in_it(&facts, recipe) {
        retain(&mut facts.subnets, &mut own, |it| (!recipe.owns(&it.tags)).then_some(()).ok_or(&it.id));
        retain(&mut facts.route_tables, &mut own, |it| (!recipe.owns(&it.tags)).then_some(()).ok_or(&it.id));
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

/// Keeps what isn't ours, and notes the ids of what is.
fn retain<T>(read: &mut Read<Vec<T>>, own: &mut BTreeSet<String>, theirs: impl Fn(&T) -> Result<(), &String>) {
    let Read::Known(all) = read else { return };
    all.retain(|it| match theirs(it) {
        Ok(()) => true,
        Err(id) => {
            own.insert(id.clone());
            false
        }
    });
}
