//! What makes a database reachable through Session Manager and by nothing else, part by part: planned once, then made
//! and removed by looking, deciding and asking, as a migration is.
//!
//! | file | question it answers |
//! |---|---|
//! | `part` | which parts are there, and what does each rest on? |
//! | `plan`, `borders`, `earlier` | which of them are missing? |
//! | `seen` | what does AWS show of them? |
//! | `standing` | does a part stand? |
//! | `calls` | what makes it, and what takes it away? |
//! | `decide` | what comes next? |
//! | `refusal` | what does a refusal of AWS's say of that? |
//! | `others`, `stop` | where can only a person help, and what is that person told? |

mod borders;
mod calls;
mod decide;
mod earlier;
mod others;
mod part;
mod plan;
mod refusal;
mod seen;
mod standing;
mod stop;

use serde::{Deserialize, Serialize};

use crate::model::{RUN_TAG, Tags, name::short_id};

pub use crate::model::ACCESS_TAG;
pub use decide::{Asked, Decision, Goal, decide, removable};
pub use part::{GroupReference, OwnGroup, Part, SubnetReference};
pub use plan::{Choices, Planned, plan};
pub use seen::Seen;
pub use standing::Standing;
pub use stop::Stop;

/// What is to be made around one database. Never changed once it is approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The database's name.
    pub database: String,
    /// Its identity.
    pub resource_id: String,
    /// The VPC that everything is in.
    pub vpc_id: String,
    /// AWS's name of the Region.
    pub region: String,
    /// What is missing, each after what it rests on.
    pub parts: Vec<Part>,
}

impl Recipe {
    /// What its names begin with: they are made from the database's identity, so that two machines that set up the same
    /// database collide instead of making twins (rule 8).
    #[must_use]
    pub fn base(&self) -> String {
        format!("rds-encrypt-{}", short_id(&self.resource_id))
    }

    /// The name of a part of that kind.
    #[must_use]
    pub fn name(&self, kind: &str) -> String {
        format!("{}-{kind}", self.base())
    }

    /// Whether the account's preferences for sessions are among its parts.
    #[must_use]
    pub fn sets_preferences(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Preferences { .. }))
    }

    /// What marks its parts as its own.
    #[must_use]
    pub fn owner(&self) -> String {
        format!("{}.{}", short_id(&self.resource_id), self.resource_id)
    }

    /// Whether these tags mark something as a part of it.
    #[must_use]
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(ACCESS_TAG).is_some_and(|owner| *owner == self.owner())
    }

    /// The tags of what a run makes for it.
    #[must_use]
    pub fn tags(&self, name: &str, run: &str) -> Tags {
        [("Name", name.to_owned()), (ACCESS_TAG, self.owner()), (RUN_TAG, run.to_owned())]
            .map(|(key, value)| (key.to_owned(), value))
            .into()
    }
}
