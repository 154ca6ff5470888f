//! How many copies may be under way: fewer at once when AWS refuses one, one more for each that comes to its end.
//!
//! AWS publishes no limit of copies inside of a Region (R-COPY-7), so that it has to be found by trying.

/// Slots for copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    now: usize,
    most: usize,
}

impl Slots {
    /// As many as allowed, until AWS says otherwise.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { now: most, most }
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> usize {
        self.now
    }

    /// AWS refused one more while so many were under way.
    pub fn refused(&mut self, under_way: usize) {
        self.now = (under_way.min(self.now) / 2).max(1);
    }

    /// A copy came to its end, and AWS had refused none meanwhile.
    pub fn done(&mut self) {
        self.now = (self.now + 1).min(self.most);
    }
}
