//! In which order: canaries, the smallest; then the longest first, so that none of them is left over at the end.

use super::Candidate;

/// Puts a batch in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order;

impl Order {
    /// The order to begin in, with the canaries at the front.
    #[must_use]
    pub fn of(mut candidates: Vec<Candidate>, canaries: usize) -> Vec<Candidate> {
        candidates.sort_by(|one, other| one.gibibytes.cmp(&other.gibibytes).then_with(|| one.name.cmp(&other.name)));
        let rest = candidates.split_off(canaries.min(candidates.len()));
        let mut longest_first = rest;
        longest_first.sort_by(|one, other| other.gibibytes.cmp(&one.gibibytes).then_with(|| one.name.cmp(&other.name)));
        candidates.extend(longest_first);
        candidates
    }
}
