//! What would happen?
//!
//! [`Facts`] are read once by `aws/`; [`judge`] says what they mean, all at once; [`Plan::new`] settles
//! every choice and is never changed afterwards. The carry table ([`carry`]) says how each setting of the
//! source gets onto the copy. No I/O, no clock, no SDK type.

pub mod carry;
mod changed;
mod checks;
mod choices;
pub mod cost;
pub mod estimate;
mod facts;
mod finding;
pub mod inventory;
mod key;
mod rebuild;
mod surroundings;
mod versions;
mod window;

pub use carry::{Origin, PlannedSetting, Reason, SettleGroup};
pub use changed::{Changed, changes};
pub use checks::{Check, ChosenGroups, Judgement, OptionGroup, judge};
pub use choices::{Choices, CopyTags, ExistingSnapshot, Network, Upgrade};
pub use facts::{Checked, Facts, KeyLookup, TakenNames};
pub use finding::{Finding, Severity};
pub use key::can_encrypt;
pub use rebuild::{Proof, Traced, Traces};
pub use surroundings::{Around, SettingKey, Surroundings};
pub use versions::{Catalogue, Hop, NoRoute, Offer, Order, Route, Wider, in_standard_support, route, sibling};
pub use window::{contains as window_contains, is_window, is_within as is_within_window};

use serde::{Deserialize, Serialize};

use crate::model::{self, AwsTime, KeyReference};

/// A migration, settled: what is taken where, under which key, with which settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The database to take.
    pub source: Source,
    /// The key that was asked for, in the person's words.
    pub key_asked: String,
    /// The ARN that it was resolved to, once.
    pub key_arn: String,
    /// The name that a person asked for the encrypted instance, if any.
    pub target: Option<String>,
    /// What was chosen for the copy.
    #[serde(default, skip_serializing_if = "Choices::is_default")]
    pub choices: Choices,
    /// Each setting and how it is carried.
    pub settings: Vec<PlannedSetting>,
    /// Whether a finding told that AWS may raise the version of what is restored by itself (R-REST-10).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub version_may_rise: bool,
}

/// The source, as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub identifier: String,
    /// Its identity.
    pub resource_id: String,
    /// Its engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// Its master user: a restored copy has the same.
    pub master_username: Option<String>,
    /// Its class.
    pub class: Option<String>,
    /// Its storage, in GiB.
    pub allocated_storage: Option<i32>,
    /// Whether it has a standby.
    pub multi_az: bool,
    /// When it was made.
    pub created: Option<AwsTime>,
}

impl Plan {
    /// Settles every choice. Nothing where the source has no resource id, without which nothing can be proven.
    #[must_use]
    pub fn new(origin: &Origin<'_>, key: &KeyReference, key_arn: String, target: Option<String>) -> Option<Self> {
        let source = origin.source;
        Some(Self {
            source: Source {
                identifier: source.identifier.clone(),
                resource_id: source.resource_id.clone()?,
                engine: source.engine.clone()?,
                engine_version: source.engine_version.clone(),
                master_username: source.master_username.clone(),
                class: source.class.clone(),
                allocated_storage: source.allocated_storage,
                multi_az: source.multi_az.unwrap_or(false),
                created: source.instance_create_time,
            },
            key_asked: key.to_string(),
            key_arn,
            target,
            choices: origin.choices.clone(),
            settings: carry::plan_settings(origin),
            version_may_rise: origin.version_may_rise,
        })
    }

    /// The plan's digest; a state file whose plan has another was edited.
    #[must_use]
    pub fn digest(&self) -> String {
        model::digest(self)
    }

    /// The names of what one generation makes.
    #[must_use]
    pub fn names(&self, generation: u32) -> model::name::GenerationNames {
        let Source { identifier, resource_id, .. } = &self.source;
        self.choices.names(identifier, resource_id, generation, self.target.as_deref())
    }

    /// The engine version that lies in the snapshot.
    #[must_use]
    pub fn version_in_snapshot(&self) -> Option<&String> {
        let from = self.choices.from.as_ref().and_then(|from| from.engine_version.as_ref());
        from.or(self.source.engine_version.as_ref())
    }
}
