//! The names that a migration would use: whether anything has them, and whose it is.

use super::{Judgement, block};
use crate::{
    model::{DbInstance, OWNER_TAG, RUN_TAG, Tags},
    plan::facts::{Checked, Facts, TakenNames},
};

/// Judges what has the names already: another run's, the source's own, or somebody else's.
pub(super) fn judge(judgement: &mut Judgement, facts: &Facts, taken: &TakenNames) {
    let mut found = Vec::new();
    // A snapshot to begin from is there, of course.
    let snapshot = taken.snapshot.as_ref().filter(|_| facts.from.is_none());
    for snapshot in [snapshot, taken.copy.as_ref()].into_iter().flatten() {
        match snapshot.tags.as_ref().and_then(owner) {
            Some(owner) => {
                judgement.owned_elsewhere = Some(format!("snapshot {} belongs to {owner}", snapshot.identifier));
            }
            None => found.push(block(
                format!(
                    "there is a DB snapshot named {} already, and nothing shows that it is ours",
                    snapshot.identifier
                ),
                "it was left untouched. Find out whose it is; if nobody needs it, remove it and run this again",
                "R-NAME-3",
            )),
        }
    }
    if let Some(group) = &taken.security_group {
        match owner(&group.tags) {
            Some(owner) => judgement.owned_elsewhere = Some(format!("security group {} belongs to {owner}", group.id)),
            None => found.push(block(
                format!("there is a security group named {} already ({})", group.name, group.id),
                "it was left untouched; if nobody needs it, remove it and run this again",
                "R-NAME-3",
            )),
        }
    }
    if let Some(target) = &taken.target {
        match target.tags.as_ref().and_then(owner) {
            _ if is_the_source(facts, target) => found.push(block(
                format!("{} is the name of the source itself", target.identifier),
                "choose another name with --target: the encrypted instance stands beside the source",
                "R-NAME-3",
            )),
            Some(owner) => {
                judgement.owned_elsewhere = Some(format!("instance {} belongs to {owner}", target.identifier));
            }
            None => found.push(block(
                format!("there is a DB instance named {} already", target.identifier),
                "choose another name with --target; that instance was left untouched",
                "R-NAME-3",
            )),
        }
    }
    judgement.enter("names", found);
}

fn is_the_source(facts: &Facts, instance: &DbInstance) -> bool {
    matches!(&facts.source, Checked::Known(Some(source)) if source.identifier == instance.identifier)
}

/// Whose a resource is, by its tags.
fn owner(tags: &Tags) -> Option<String> {
    let owner = tags.get(OWNER_TAG)?;
    let run = tags.get(RUN_TAG).map(|run| format!(", begun by run {run}")).unwrap_or_default();
    Some(format!("migration {owner}{run}"))
}
