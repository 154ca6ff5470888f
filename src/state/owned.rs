//! A file of state that this run owns: begun, opened, and replaced so that a cut leaves the old one or the new one.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    Moment, StateError,
    file::{self, Mark},
    lock::Lock,
};

/// What a file holds: in memory the same as on disk, whatever happens.
#[derive(Debug)]
pub(super) struct Owned<T> {
    record: T,
    path: PathBuf,
    lock: Lock,
    mark: Mark,
}

impl<T: Serialize> Owned<T> {
    /// Makes the file and owns it. `give_way` puts aside what is in its place and may go.
    ///
    /// # Errors
    /// [`StateError::Exists`] when something stays in its place; [`StateError::Unsaved`], with what to do `next`, when it
    /// can't be written.
    pub(super) fn begin(
        path: PathBuf,
        record: T,
        who: &str,
        next: String,
        give_way: impl FnOnce(&Path) -> Result<(), StateError>,
    ) -> Result<Self, StateError> {
        match begin_at(&path, &record, who, give_way) {
            Ok((lock, mark)) => Ok(Self { record, path, lock, mark }),
            Err(why @ StateError::Io { .. }) => {
                Err(StateError::Unsaved { moment: Moment::Beginning, next, why: Box::new(why) })
            }
            Err(other) => Err(other),
        }
    }

    /// Owns a file that was made earlier, as `read` reads it.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run owns it; others when it can't be used.
    pub(super) fn open(
        path: &Path,
        who: &str,
        read: impl Fn(&Path) -> Result<(T, Mark), StateError>,
    ) -> Result<Self, StateError> {
        // What is no state file gets no lock beside it.
        read(path)?;
        let lock = Lock::take(path, who)?;
        let (record, mark) = read(path)?;
        file::sweep(file::folder_of(path));
        Ok(Self { record, path: path.to_owned(), lock, mark })
    }

    pub(super) fn record(&self) -> &T {
        &self.record
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file and then what is in memory. Where that can't be, what is known is put where it harms nobody, and
    /// `next` says of what is in memory still how to go on.
    pub(super) fn save(
        &mut self,
        record: T,
        moment: Moment,
        next: impl FnOnce(&T) -> String,
    ) -> Result<(), StateError> {
        match self.replace(&record) {
            Ok(mark) => {
                self.mark = mark;
                self.record = record;
                Ok(())
            }
            Err(why) => {
                // A call that wasn't sent must not be remembered as one that may have been.
                let known = if matches!(moment, Moment::Intent(_)) { &self.record } else { &record };
                let why = Box::new(rescue(known, why));
                Err(StateError::Unsaved { moment, next: next(&self.record), why })
            }
        }
    }

    /// Replaces the file under its lock, if it is ours still: nobody else's words are overwritten.
    fn replace(&mut self, record: &T) -> Result<Mark, StateError> {
        file::has_folder(&self.path)?;
        self.lock.hold(&self.path)?;
        file::is_as_marked(&self.path, self.mark)?;
        file::replace(&self.path, record)
    }
}

fn begin_at<T: Serialize>(
    path: &Path,
    record: &T,
    who: &str,
    give_way: impl FnOnce(&Path) -> Result<(), StateError>,
) -> Result<(Lock, Mark), StateError> {
    file::make_folder(file::folder_of(path))?;
    let lock = Lock::take(path, who)?;
    give_way(path)?;
    match file::create(path, record) {
        Ok(mark) => Ok((lock, mark)),
        Err(error) => {
            if !matches!(error, StateError::Exists { .. }) {
                lock.discard();
            }
            Err(error)
        }
    }
}

/// Puts what a run knows where it harms nobody: back where its file is gone, beside it where that is another's.
fn rescue<T: Serialize>(known: &T, why: StateError) -> StateError {
    match why {
        StateError::Removed { path, .. } => StateError::Removed { is_back: file::create(&path, known).is_ok(), path },
        StateError::Changed { path, .. } => StateError::Changed { kept: file::keep_beside(&path, known), path },
        other => other,
    }
}
