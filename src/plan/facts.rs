//! What was read before anything is decided. `aws/` fills it in.

use super::{Choices, ChosenGroups, NoRoute, Origin, Route, surroundings::Surroundings, versions::Catalogue};
use crate::model::{AwsTime, DbInstance, DbSnapshot, KeyMetadata, KeyReference, SecurityGroup, name::GenerationNames};

/// A thing that was looked up, or couldn't be.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked<T> {
    /// AWS answered.
    Known(T),
    /// It didn't.
    NotChecked {
        /// What AWS or the network said.
        why: String,
        /// The IAM action that is missing, where that is the reason.
        permission: Option<String>,
    },
}

/// What KMS knows of the key that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyLookup {
    /// A key.
    Found(KeyMetadata),
    /// No such key here, in AWS's sentence.
    NotFound(String),
}

/// What already has the names that the migration would use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakenNames {
    /// The plain snapshot's.
    pub snapshot: Option<DbSnapshot>,
    /// The encrypted copy's.
    pub copy: Option<DbSnapshot>,
    /// The encrypted instance's.
    pub target: Option<DbInstance>,
    /// Of the copy's own security group.
    pub security_group: Option<SecurityGroup>,
}

impl<T> Checked<T> {
    fn is_denied(&self) -> bool {
        matches!(self, Self::NotChecked { permission: Some(_), .. })
    }
}

impl Facts {
    /// The source as a place to carry settings from.
    #[must_use]
    pub fn origin<'a>(&'a self, source: &'a DbInstance) -> Origin<'a> {
        let certificates = match &self.certificates {
            Checked::Known(offered) => Some(offered.as_slice()),
            Checked::NotChecked { .. } => None,
        };
        let major_in_standard_support = self.catalogue.as_deref().and_then(Catalogue::major_in_standard_support);
        Origin {
            source,
            certificates,
            major_in_standard_support,
            version_may_rise: self.catalogue.as_deref().is_some_and(|catalogue| catalogue.version_may_rise(source)),
            choices: &self.choices,
            snapshot: self.snapshot(),
        }
    }

    /// The snapshot to begin from, where it was there before.
    #[must_use]
    pub fn snapshot(&self) -> Option<&DbSnapshot> {
        match &self.from {
            Some(Checked::Known(found)) => found.as_ref(),
            _ => None,
        }
    }

    /// Whether a permission is what is missing.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.source.is_denied() || self.key.as_ref().is_some_and(Checked::is_denied) || self.taken.is_denied()
    }
}

/// Everything that the checks of a migration rest on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The database, in the person's words.
    pub asked: String,
    /// Where it was looked for.
    pub region: String,
    /// The account that answered.
    pub account: String,
    /// The source; `Known(None)` when AWS has no such instance.
    pub source: Checked<Option<DbInstance>>,
    /// The key, in the person's words; nothing while none is chosen.
    pub key_asked: Option<KeyReference>,
    /// The key; nothing where it wasn't looked at, since none is chosen or looking would make it.
    pub key: Option<Checked<KeyLookup>>,
    /// The certificate authorities that the Region offers.
    pub certificates: Checked<Vec<String>>,
    /// What is chosen for the copy.
    pub choices: Choices,
    /// The snapshot to begin from; nothing where a new one is taken, `Known(None)` where AWS has none such.
    pub from: Option<Checked<Option<DbSnapshot>>>,
    /// The groups that were chosen by name.
    pub groups: ChosenGroups,
    /// The way to the version that the snapshot is to be upgraded to; nothing where it isn't.
    pub route: Option<Checked<Result<Route, NoRoute>>>,
    /// AWS's time.
    pub now: Option<AwsTime>,
    /// What AWS's catalogue says of what would be ordered; nothing where nothing would be.
    pub catalogue: Option<Box<Catalogue>>,
    /// What stands around the source and its copy; nothing where no copy would be made.
    pub surroundings: Option<Box<Surroundings>>,
    /// The names that would be used; nothing while the source is unknown.
    pub names: Option<GenerationNames>,
    /// What has them.
    pub taken: Checked<TakenNames>,
}
