//! What somebody else rests on, or has put, so that a removal would never end or take their way.

use super::{ACCESS_TAG, GroupReference, Part, Recipe, Seen, Stop, part::LOGS, standing::rule};
use crate::model::{Peer, SecurityRule};

/// A group that a rule of somebody else's group names is of use to somebody, and AWS keeps it for as long: told before
/// anything is taken away.
pub(super) fn named_by_others(recipe: &Recipe, seen: &Seen, part: &Part) -> Option<Stop> {
    let Part::Group { group } = part else { return None };
    let own = seen.group(recipe, &GroupReference::Own(*group))?;
    let named = Peer::Group(own.id.clone());
    let is_others =
        |id: &str, egress: bool, rule: &SecurityRule| rule.peer == named && !is_part(recipe, seen, id, egress, rule);
    let other = seen.groups.iter().filter(|other| other.id != own.id).find(|other| {
        other.ingress.iter().any(|rule| is_others(&other.id, false, rule))
            || other.egress.iter().any(|rule| is_others(&other.id, true, rule))
    })?;
    let whose = other.tags.get(ACCESS_TAG).map(|owner| format!(" (of the setup {owner})")).unwrap_or_default();
    Some(Stop {
        reason: format!("{} ({part}) is named by a rule of {}{whose}, which isn't this setup's", own.id, other.id),
        remedy:
            "what rests on it would lose its way, so nothing more is taken away, and nothing of others is changed: \
                 take that rule away, then run the same command again"
                .into(),
        is_denied: false,
    })
}

/// Whether a rule of a group is one of the setup's.
fn is_part(recipe: &Recipe, seen: &Seen, id: &str, is_egress: bool, found: &SecurityRule) -> bool {
    recipe.parts.iter().any(|part| match part {
        Part::Rule { group, egress, port, peer } => {
            *egress == is_egress
                && seen.group(recipe, group).is_some_and(|group| group.id == id)
                && rule(recipe, seen, *port, peer).as_ref() == Some(found)
        }
        _ => false,
    })
}

/// A role stays as long as it carries what somebody else has attached, and that doesn't pass.
pub(super) fn carries_others_policies(recipe: &Recipe, seen: &Seen, part: &Part) -> Option<Stop> {
    let role = seen.own_role(recipe).filter(|_| *part == Part::Role)?;
    let (policy, logs) = (recipe.agents_policy(), recipe.name(LOGS));
    let all = role.attached.iter().chain(&role.inline);
    let carried: Vec<&str> = all.filter(|it| **it != policy && **it != logs).map(String::as_str).collect();
    (!carried.is_empty()).then(|| Stop {
        reason: format!("the role {} carries {}, which isn't this setup's", recipe.name("bastion"), carried.join(", ")),
        remedy: "nothing of others is changed: detach it, then run the same command again".into(),
        is_denied: false,
    })
}
