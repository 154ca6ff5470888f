//! Tables: rows that are found by what they are asked for, in a world of any size.
//!
//! Rows and indexes are persistent trees, so that a copy of a table (the world before a call, for a refusal to be taken
//! back) shares all that doesn't change. A row that is handed out to be changed is put under its new keys before the
//! next one is; until then look-ups look at it too.

use std::ops::Bound;

use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// By what a row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Index {
    /// Its name, in small letters.
    Name,
    /// The resource id: an instance's own, and that of the instance of a snapshot.
    Id,
    /// The name of the instance of a snapshot, in small letters.
    InstanceName,
    /// A copy that runs, by the resource id of the instance.
    CopyOf,
    /// A copy that runs, `across` Regions or `inside` one.
    Running,
    /// What is being made of a snapshot, by the snapshot's name.
    MadeOf,
    /// An option group.
    OptionGroup,
    /// Subnet group and zone of an address; the zone is empty where it isn't settled.
    Place,
    /// What waits for a maintenance window.
    Waits,
    /// The end of an operation on the volume, as [`moment`] writes it.
    StorageEnds,
    /// The name of an instance of which this one is a replica, or which is a replica of this one.
    Replica,
}

/// What can be a row of a table.
pub(crate) trait Row: Clone + PartialEq {
    /// By what it is found.
    fn keys(&self) -> Vec<(Index, String)>;
    /// What it counts for in the table's sum.
    fn weight(&self) -> i64;
}

/// A time as a key: keys are in the order of their times.
pub(crate) fn moment(time: jiff::Timestamp) -> String {
    format!("{:020}", time.as_millisecond().max(0))
}

/// A row that was handed out to be changed: its keys and weight before.
#[derive(Clone, Debug)]
struct Dirty {
    serial: u64,
    keys: Vec<(Index, String)>,
    weight: i64,
}

/// Rows in the order in which they came, with indexes.
#[derive(Clone, Debug)]
pub(crate) struct Table<T: Row> {
    rows: RedBlackTreeMapSync<u64, T>,
    index: RedBlackTreeMapSync<(Index, Box<str>), Vec<u64>>,
    sum: i64,
    next: u64,
    dirty: Option<Dirty>,
    /// The rows that came or were handed out to be changed since this was last emptied.
    touched: Vec<u64>,
}

impl<T: Row> Table<T> {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.size()
    }

    /// The sum of the rows' weights.
    pub(crate) fn sum(&self) -> i64 {
        let before = self.dirty.as_ref().map_or(0, |dirty| dirty.weight);
        let now = self.dirty.as_ref().and_then(|dirty| self.rows.get(&dirty.serial)).map_or(0, Row::weight);
        self.sum - before + now
    }

    /// All rows, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: T) {
        self.settle();
        let serial = self.next;
        self.next += 1;
        self.sum += row.weight();
        for key in row.keys() {
            self.enter(key, serial);
        }
        self.rows.insert_mut(serial, row);
        self.touched.push(serial);
    }

    /// Removes all rows.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Removes a row.
    pub(crate) fn remove(&mut self, serial: u64) {
        self.settle();
        let Some(row) = self.rows.get(&serial) else { return };
        self.sum -= row.weight();
        for key in row.keys() {
            self.leave(key, serial);
        }
        self.rows.remove_mut(&serial);
    }

    /// Removes the rows of this key that aren't to be kept.
    pub(crate) fn remove_where(&mut self, index: Index, key: &str, goes: impl Fn(&T) -> bool) {
        for serial in self.serials(index, key) {
            if self.rows.get(&serial).is_some_and(&goes) {
                self.remove(serial);
            }
        }
    }

    /// Removes all rows that aren't to be kept, whatever their keys.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        let gone: Vec<u64> = self.rows.iter().filter(|(_, row)| !keep(row)).map(|(serial, _)| *serial).collect();
        for serial in gone {
            self.remove(serial);
        }
    }

    /// The row of this number.
    pub(crate) fn get(&self, serial: u64) -> Option<&T> {
        self.rows.get(&serial)
    }

    /// The row of this number, to be changed.
    pub(crate) fn get_mut(&mut self, serial: u64) -> Option<&mut T> {
        self.settle();
        let row = self.rows.get_mut(&serial)?;
        self.dirty = Some(Dirty { serial, keys: row.keys(), weight: row.weight() });
        self.touched.push(serial);
        Some(row)
    }

    /// The numbers of the rows of a key, in the order in which they came.
    pub(crate) fn serials(&self, index: Index, key: &str) -> Vec<u64> {
        let mut found = self.index.get(&(index, Box::from(key))).cloned().unwrap_or_default();
        if let Some(dirty) = &self.dirty {
            let has = self.rows.get(&dirty.serial).is_some_and(|row| row.keys().iter().any(|own| is(own, index, key)));
            match (found.binary_search(&dirty.serial), has) {
                (Ok(place), false) => drop(found.remove(place)),
                (Err(place), true) => found.insert(place, dirty.serial),
                _ => {}
            }
        }
        found
    }

    /// The rows of a key, in the order in which they came.
    pub(crate) fn by<'a>(&'a self, index: Index, key: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.serials(index, key).into_iter().filter_map(|serial| self.rows.get(&serial))
    }

    /// How many rows a key has.
    pub(crate) fn count(&self, index: Index, key: &str) -> usize {
        match &self.dirty {
            None => self.index.get(&(index, Box::from(key))).map_or(0, Vec::len),
            Some(_) => self.serials(index, key).len(),
        }
    }

    /// The first row of a key.
    pub(crate) fn find(&self, index: Index, key: &str) -> Option<&T> {
        match &self.dirty {
            None => self.index.get(&(index, Box::from(key)))?.first().and_then(|serial| self.rows.get(serial)),
            Some(_) => self.by(index, key).next(),
        }
    }

    /// The first row of a key, to be changed.
    pub(crate) fn find_mut(&mut self, index: Index, key: &str) -> Option<&mut T> {
        self.settle();
        let serial = *self.index.get(&(index, Box::from(key)))?.first()?;
        self.get_mut(serial)
    }

    /// The rows of an index in the order of their keys: those whose key comes after one, or all.
    ///
    /// A row that was just handed out is still in its old place: settle before.
    pub(crate) fn after(&self, index: Index, last: Option<&str>) -> impl Iterator<Item = &T> {
        let from = match last {
            Some(last) => Bound::Excluded((index, Box::from(last))),
            None => Bound::Included((index, Box::from(""))),
        };
        let numbers = self.index.range((from, Bound::Unbounded)).take_while(move |(key, _)| key.0 == index);
        numbers.flat_map(|(_, serials)| serials).filter_map(|serial| self.rows.get(serial))
    }

    /// Rows of these numbers in the order of their names.
    pub(crate) fn in_order(&self, serials: Vec<u64>) -> Vec<&T> {
        let name = |row: &T| row.keys().into_iter().find(|(index, _)| *index == Index::Name);
        let mut rows: Vec<&T> = serials.into_iter().filter_map(|serial| self.rows.get(&serial)).collect();
        rows.sort_by_cached_key(|row| name(row));
        rows
    }

    /// The smallest key of an index.
    pub(crate) fn first_key(&self, index: Index) -> Option<&str> {
        let from = (index, Box::from(""));
        let ((found, key), _) = self.index.range((Bound::Included(from), Bound::Unbounded)).next()?;
        (*found == index).then_some(key)
    }

    /// The rows that came or were handed out to be changed since the last time that this was asked.
    pub(crate) fn take_touched(&mut self) -> Vec<u64> {
        self.settle();
        std::mem::take(&mut self.touched)
    }

    /// The rows that came or were handed out to be changed after an earlier state of this table.
    pub(crate) fn touched_after(&self, before: &Self) -> Vec<u64> {
        self.touched.get(before.touched.len()..).unwrap_or_default().to_vec()
    }

    /// Puts the row that was handed out under its new keys.
    pub(crate) fn settle(&mut self) {
        let Some(dirty) = self.dirty.take() else { return };
        let Some(row) = self.rows.get(&dirty.serial) else { return };
        self.sum += row.weight() - dirty.weight;
        let keys = row.keys();
        if keys == dirty.keys {
            return;
        }
        for key in dirty.keys.iter().filter(|key| !keys.contains(key)) {
            self.leave(key.clone(), dirty.serial);
        }
        for key in keys.into_iter().filter(|key| !dirty.keys.contains(key)) {
            self.enter(key, dirty.serial);
        }
    }

    fn enter(&mut self, (index, key): (Index, String), serial: u64) {
        let key = (index, key.into_boxed_str());
        match self.index.get_mut(&key) {
            Some(serials) => {
                if let Err(place) = serials.binary_search(&serial) {
                    serials.insert(place, serial);
                }
            }
            None => self.index.insert_mut(key, vec![serial]),
        }
    }

    fn leave(&mut self, (index, key): (Index, String), serial: u64) {
        let key = (index, key.into_boxed_str());
        let Some(serials) = self.index.get_mut(&key) else { return };
        if let Ok(place) = serials.binary_search(&serial) {
            serials.remove(place);
        }
        if serials.is_empty() {
            self.index.remove_mut(&key);
        }
    }
}

fn is(own: &(Index, String), index: Index, key: &str) -> bool {
    own.0 == index && own.1 == key
}

impl<T: Row> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: RedBlackTreeMapSync::new_sync(),
            index: RedBlackTreeMapSync::new_sync(),
            sum: 0,
            next: 0,
            dirty: None,
            touched: Vec::new(),
        }
    }
}

impl<T: Row> PartialEq for Table<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Row + Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Row + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows: Vec<T> = Vec::deserialize(deserializer)?;
        let mut table = Self::default();
        for row in rows {
            table.push(row);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Row for (String, i64) {
        fn keys(&self) -> Vec<(Index, String)> {
            vec![(Index::Name, self.0.clone())]
        }

        fn weight(&self) -> i64 {
            self.1
        }
    }

    #[test]
    fn rows_are_found_by_what_they_are_now_and_copies_stay_as_they_were() {
        let mut table = Table::default();
        for (name, weight) in [("b", 1), ("a", 2), ("c", 4), ("a", 8)] {
            table.push((name.to_owned(), weight));
        }
        let before = table.clone();
        assert_eq!((table.find(Index::Name, "a").unwrap().1, table.sum(), table.len()), (2, 15, 4));
        let row = table.find_mut(Index::Name, "b").unwrap();
        *row = ("z".to_owned(), 100);
        // Handed out, and not yet under its new key.
        assert_eq!(table.find(Index::Name, "b"), None);
        assert_eq!((table.find(Index::Name, "z").unwrap().1, table.sum()), (100, 114));
        table.settle();
        let names: Vec<&str> = table.after(Index::Name, Some("a")).map(|row| row.0.as_str()).collect();
        assert_eq!(names, ["c", "z"]);
        assert_eq!(table.touched_after(&before), [0]);
        table.remove_where(Index::Name, "a", |row| row.1 == 2);
        assert_eq!(table.by(Index::Name, "a").map(|row| row.1).collect::<Vec<_>>(), [8]);
        assert_eq!((table.sum(), before.sum(), before.find(Index::Name, "b").unwrap().1), (112, 15, 1));
        table.retain(|row| row.1 == 100);
        assert_eq!((table.first_key(Index::Name), table.len()), (Some("z"), 1));
    }
}
