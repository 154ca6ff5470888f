//! What of a setup AWS shows now: nothing is saved of it, since each run looks by itself.

use std::time::Duration;

use crate::{
    access::recipe::{self, Asked, Part, Seen, Standing},
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
    let asked = |intent| Asked { intent, age: Duration::MAX, this_run: false };
    let journal: Vec<Asked<'_>> = record.journal.iter().map(asked).collect();
    recipe::removable(&record.recipe, seen, &journal).into_iter().map(ToString::to_string).collect()
}

/// What stays of what it changed once all of its own is gone: others made it, have changed it, or rest on it.
pub(super) fn kept(record: &AccessRecord, seen: &Seen) -> Vec<String> {
    let recipe = &record.recipe;
    let is_kept = |part: &&Part| {
        part.changes_theirs() && matches!(part.standing(recipe, seen), Standing::There | Standing::Foreign(_))
    };
    recipe.parts.iter().filter(is_kept).map(ToString::to_string).collect()
}
