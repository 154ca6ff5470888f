//! Is the database private, and reachable as it should be?
//!
//! A judgement over facts that were read once: pure, from [`Facts`] to a [`Report`].
//!
//! | file | question it answers |
//! |---|---|
//! | `facts` | what was read, and what wasn't? |
//! | `saved` | what do saved answers of AWS hold? |
//! | `scene` | which machine is the bastion? |
//! | `range` | which addresses are meant? |
//! | `network_acl`, `route`, `security_rule` | what passes, and which rule decides? |
//! | `recipe/` | what makes it so, and takes that away again? |
//! | `checks` | what is to be so, part by part? A reader starts at its list |

mod check;
mod checks;
mod facts;
mod network_acl;
mod range;
pub mod recipe;
mod route;
pub mod saved;
mod scene;
mod security_rule;
#[cfg(test)]
mod tests;

pub use check::{Check, Remedy, Report, Verdict};
pub use facts::{Facts, Read, Unknown};

/// Judges every part of the recipe.
#[must_use]
pub fn audit(facts: &Facts) -> Report {
    let scene = scene::Scene::of(facts);
    let checks = checks::CHECKS.iter().map(|subject| subject.check(&scene)).collect();
    Report {
        database: facts.database.identifier.clone(),
        vpc: scene.vpc().ok().map(str::to_owned),
        bastion: scene.chosen().map(crate::model::Machine::in_words),
        checks,
    }
}

/// The machine that is judged as the bastion, if there is one.
#[must_use]
pub fn bastion(facts: &Facts) -> Option<&crate::model::Machine> {
    scene::Scene::of(facts).chosen()
}
