//! In which order: canaries, the smallest; then the longest first, so that none of them is left over at the end.

use std::cmp::Reverse;

use super::Candidate;

/// Puts a batch in the order to begin in, with the canaries at the front.
#[must_use]
pub fn in_order(mut candidates: Vec<Candidate>, canaries: usize) -> Vec<Candidate> {
    candidates.sort_by(|one, other| (one.gibibytes, &one.name).cmp(&(other.gibibytes, &other.name)));
    let mut rest = candidates.split_off(canaries.min(candidates.len()));
    rest.sort_by(|one, other| (Reverse(one.gibibytes), &one.name).cmp(&(Reverse(other.gibibytes), &other.name)));
    candidates.extend(rest);
    candidates
}
