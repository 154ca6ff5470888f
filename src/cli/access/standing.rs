//! What of a setup AWS shows now: nothing is saved of it, since each run looks by itself.

use crate::{
    access::recipe::{ACCESS_TAG, Part, Seen, Standing},
    aws::Aws,
    cli::Failure,
    state::AccessRecord,
};

/// One look.
pub(super) async fn look(aws: &Aws, record: &AccessRecord) -> Result<Seen, Failure> {
    let recipe = &record.recipe;
    let owner = recipe.owner();
    let (role, group) = (recipe.name("bastion"), recipe.name("private"));
    let seen = aws.surrounded(&recipe.vpc_id, (ACCESS_TAG, &owner), &role, &group, recipe.sets_preferences());
    seen.await.map_err(Failure::NothingBegun)
}

/// Each part, and whether it stands.
pub(super) fn parts<'a>(record: &'a AccessRecord, seen: &Seen) -> Vec<(&'a Part, bool)> {
    let recipe = &record.recipe;
    recipe.parts.iter().map(|part| (part, part.standing(recipe, seen) == Standing::There)).collect()
}

/// What a removal would take away, in words.
pub(super) fn removable(record: &AccessRecord, seen: &Seen) -> Vec<String> {
    let recipe = &record.recipe;
    let is_there = |part: &&Part| {
        part.removed_by(recipe, seen).is_some()
            && matches!(part.standing(recipe, seen), Standing::There | Standing::Underway(_))
    };
    recipe.parts.iter().filter(is_there).map(ToString::to_string).collect()
}
