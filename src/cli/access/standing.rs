//! What of a setup AWS shows now: nothing is saved of it, since each run looks by itself.

use crate::{
    access::recipe::{Part, Seen, Standing},
    aws::Aws,
    cli::Failure,
    engine::look_at,
    state::AccessRecord,
};

/// One look.
pub(super) async fn look(aws: &Aws, record: &AccessRecord) -> Result<Seen, Failure> {
    look_at(aws, &record.recipe).await.map_err(Failure::NothingBegun)
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
