//! Things in the order of their times, which are found by what they are about: what is due, and what happened.

use std::ops::Bound;

use jiff::Timestamp;
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What has a time and is about something.
pub(crate) trait Timed: Clone + PartialEq {
    /// When.
    fn at(&self) -> Timestamp;
    /// Of what, in the letters in which it is looked up.
    fn of(&self) -> String;
}

type Place = (Timestamp, u64);

/// Things in the order of their times; of the same time, in the order in which they came. A copy costs nothing.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<T: Timed> {
    things: RedBlackTreeMapSync<Place, T>,
    of: RedBlackTreeMapSync<Box<str>, Vec<Place>>,
    next: u64,
}

impl<T: Timed> Timeline<T> {
    /// Adds a thing, where its time belongs.
    pub(crate) fn add(&mut self, thing: T) {
        let place = (thing.at(), self.next);
        self.next += 1;
        let of = thing.of().into_boxed_str();
        self.things.insert_mut(place, thing);
        match self.of.get_mut(&of) {
            Some(places) => places.push(place),
            None => self.of.insert_mut(of, vec![place]),
        }
    }

    /// The first thing.
    pub(crate) fn first(&self) -> Option<&T> {
        self.things.first().map(|(_, thing)| thing)
    }

    /// Takes the first thing out.
    pub(crate) fn take_first(&mut self) -> Option<T> {
        let (place, thing) = self.things.first().map(|(place, thing)| (*place, thing.clone()))?;
        self.take(place, &thing.of());
        Some(thing)
    }

    /// Removes everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What is about something.
    pub(crate) fn of<'a>(&'a self, of: &str) -> impl Iterator<Item = (u64, &'a T)> + use<'a, T> {
        let places = self.of.get(of).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| Some((place.1, self.things.get(place)?)))
    }

    /// What is in a time, in its order, each with a number of its own.
    pub(crate) fn between(&self, from: Option<Timestamp>, to: Timestamp) -> impl Iterator<Item = (u64, &T)> {
        let start = from.map_or(Bound::Unbounded, |from| Bound::Included((from, 0)));
        let times = (start, Bound::Included((to, u64::MAX)));
        let some = from.is_none_or(|from| from <= to);
        let found = some.then(|| self.things.range(times));
        found.into_iter().flatten().map(|(place, thing)| (place.1, thing))
    }

    /// Of what is about something, keeps what is to be kept.
    pub(crate) fn keep_of(&mut self, of: &str, keep: impl Fn(&T) -> bool) {
        let places = self.of.get(of).cloned().unwrap_or_default();
        for place in places {
            if self.things.get(&place).is_some_and(|thing| !keep(thing)) {
                self.take(place, of);
            }
        }
    }

    /// Makes something else of each thing that is about something.
    pub(crate) fn change_of(&mut self, of: &str, change: impl Fn(&mut T)) {
        let mut changed: Vec<(Place, T)> = Vec::new();
        for place in self.of.get(of).cloned().unwrap_or_default() {
            if let Some(thing) = self.things.get(&place).cloned() {
                self.take(place, of);
                changed.push((place, thing));
            }
        }
        changed.sort_by_key(|(place, _)| *place);
        for (_, mut thing) in changed {
            change(&mut thing);
            self.add(thing);
        }
    }

    fn take(&mut self, place: Place, of: &str) {
        self.things.remove_mut(&place);
        if let Some(places) = self.of.get_mut(of) {
            places.retain(|other| *other != place);
            if places.is_empty() {
                self.of.remove_mut(of);
            }
        }
    }
}

impl<T: Timed> Default for Timeline<T> {
    fn default() -> Self {
        Self { things: RedBlackTreeMapSync::new_sync(), of: RedBlackTreeMapSync::new_sync(), next: 0 }
    }
}

impl<T: Timed> PartialEq for Timeline<T> {
    fn eq(&self, other: &Self) -> bool {
        self.things.size() == other.things.size() && self.things.values().eq(other.things.values())
    }
}

impl<T: Timed + Serialize> Serialize for Timeline<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.things.values())
    }
}

impl<'de, T: Timed + Deserialize<'de>> Deserialize<'de> for Timeline<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let things: Vec<T> = Vec::deserialize(deserializer)?;
        let mut timeline = Self::default();
        for thing in things {
            timeline.add(thing);
        }
        Ok(timeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Timed for (i64, &'static str, u8) {
        fn at(&self) -> Timestamp {
            second(self.0)
        }

        fn of(&self) -> String {
            self.1.to_owned()
        }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn things_are_in_the_order_of_their_times_and_known_by_what_they_are_about() {
        let mut timeline = Timeline::default();
        for thing in [(5, "a", 1), (3, "b", 2), (5, "a", 3), (4, "a", 4)] {
            timeline.add(thing);
        }
        let before = timeline.clone();
        timeline.keep_of("a", |thing| thing.2 != 1);
        timeline.change_of("b", |thing| thing.0 = 5);
        assert_eq!(timeline.of("a").map(|(_, thing)| thing.2).collect::<Vec<_>>(), [3, 4]);
        let order = std::iter::from_fn(|| timeline.take_first()).map(|thing| thing.2).collect::<Vec<_>>();
        assert_eq!(order, [4, 3, 2]);
        assert!(timeline.first().is_none() && timeline.of("a").next().is_none());
        let between = |from: Option<i64>, to| before.between(from.map(second), second(to)).count();
        assert_eq!((between(None, 4), between(Some(4), 5), between(Some(6), 4)), (2, 3, 0));
    }
}
