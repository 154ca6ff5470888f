//! Documents of Systems Manager, as far as sessions are started with them.
//!
//! | file | question it answers |
//! |---|---|
//! | `amazon` | which documents does AWS have? |
//! | `content` | what does a document say? |
//! | `change` | how do documents come, change and go? |
//! | `look` | which documents are there, and what is in them? |
//! | `tags` | which tags do they have? |
//! | `preferences` | what do they say of how sessions are? |
//! | `plan` | what does a session do that is started with one? |

mod amazon;
mod change;
mod content;
mod look;
mod plan;
mod preferences;
mod tags;

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use super::channel::Habits;
use crate::sandbox::rds::input::read;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::document::Document;
use amazon::PREFERENCES;
pub(super) use plan::{Plan, plan};

/// Answers one operation on documents; nothing where it is none.
pub(super) fn answer(
    scene: &mut Scene<'_>,
    habits: &Habits,
    operation: &str,
    input: Value,
) -> Option<Result<Value, Fault>> {
    Some(match operation {
        "CreateDocument" => read(input).and_then(|input| change::create(scene, habits, input)),
        "UpdateDocument" => read(input).and_then(|input| change::update(scene, habits, input)),
        "UpdateDocumentDefaultVersion" => read(input).and_then(|input| change::set_default(scene, habits, &input)),
        "DeleteDocument" => read(input).and_then(|input| change::delete(scene, &input)),
        "GetDocument" => read(input).and_then(|input| look::content(scene, habits, &input)),
        "DescribeDocument" => read(input).and_then(|input| look::describe(scene, habits, &input)),
        "ListDocuments" => read(input).and_then(|input| look::list(scene, habits, &input)),
        "AddTagsToResource" => read(input).and_then(|input| tags::add(scene, &input)),
        "RemoveTagsFromResource" => read(input).and_then(|input| tags::remove(scene, &input)),
        "ListTagsForResource" => read(input).and_then(|input| tags::list(scene, &input)),
        _ => return None,
    })
}

/// A document of the account's. Its preferences are one that is there once somebody has saved them, or where a habit
/// names a key (`R-SHELL-11`).
fn saved<'a>(scene: &'a Scene<'_>, habits: &Habits, name: &str) -> Option<Cow<'a, Document>> {
    let of_a_habit = || {
        let key = habits.kms.as_ref().filter(|_| name == PREFERENCES)?;
        // Nobody saved these at any time.
        let made = Document::new(name, &amazon::preferences(key).to_string(), Timestamp::UNIX_EPOCH);
        Some(Cow::Owned(made))
    };
    scene.region.document(name).map(Cow::Borrowed).or_else(of_a_habit)
}

/// There is no such document; AWS's words since 2025.
fn missing() -> Fault {
    Fault::new("InvalidDocument", "No matching value was found for Name.")
}

fn no_version() -> Fault {
    Fault::new("InvalidDocumentVersion", "The document version isn't valid or doesn't exist.")
}
