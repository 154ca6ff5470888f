//! What a migration asked AWS to make, by its journal: what people are shown, never what is decided on.

use super::Record;
use crate::model::{Call, Outcome, ResourceKind};

/// Something that a migration asked AWS to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// For which generation.
    pub generation: u32,
    /// Of which kind.
    pub kind: ResourceKind,
    /// Its name.
    pub name: &'a str,
    /// What the journal knows of it.
    pub known: Known,
}

/// What the journal knows of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// AWS took the call that makes it.
    Made,
    /// The answer to the call that makes it was lost.
    MayExist,
    /// AWS took the call that removes it.
    Removed,
}

impl Record {
    /// Everything that was asked for and isn't known to have been refused, oldest first.
    #[must_use]
    pub fn resources(&self) -> Vec<Resource<'_>> {
        let mut found: Vec<Resource<'_>> = Vec::new();
        for intent in self.journal.iter().filter(|intent| intent.outcome.may_have_acted()) {
            let name = intent.call.resource();
            let is_it =
                |kind: ResourceKind| move |it: &&mut Resource<'_>| it.kind.is_deleted_like(kind) && it.name == name;
            match (&intent.call, intent.call.makes()) {
                (_, Some(kind)) => {
                    let known = match intent.outcome {
                        Outcome::Gone { .. } => Known::Removed,
                        _ if intent.outcome.is_unknown() => Known::MayExist,
                        _ => Known::Made,
                    };
                    match found.iter_mut().find(|it| it.kind == kind && it.name == name) {
                        Some(earlier) => earlier.known = known,
                        None => found.push(Resource { generation: intent.generation, kind, name, known }),
                    }
                }
                (
                    Call::DeleteDBInstance { .. } | Call::DeleteDBSnapshot { .. } | Call::DeleteSecurityGroup { .. },
                    None,
                ) => {
                    let kind = match intent.call {
                        Call::DeleteDBInstance { .. } => ResourceKind::Instance,
                        Call::DeleteSecurityGroup { .. } => ResourceKind::SecurityGroup,
                        _ => ResourceKind::Snapshot,
                    };
                    if intent.outcome.is_accepted()
                        && let Some(made) = found.iter_mut().find(is_it(kind))
                    {
                        made.known = Known::Removed;
                    }
                }
                _ => {}
            }
        }
        found
    }
}
