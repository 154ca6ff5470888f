//! What a setup asked AWS for.

use serde::{Deserialize, Serialize};

use super::{AccessCall, AwsTime, Outcome};

/// A mutating call of a setup, and what became of it. Saved and synced before the call is sent (rule 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessIntent {
    /// Counts from 1 within a setup.
    pub number: u32,
    /// The part that it serves, by its place in the recipe.
    pub part: usize,
    /// AWS's time when it was about to be sent.
    pub sent_at: AwsTime,
    /// What became of it.
    pub outcome: Outcome,
    /// The call itself.
    pub call: AccessCall,
}
