//! Changes of an instance that wait: nearly always none, which then take no room.

use std::ops::Deref;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::changes::Changes;

static NONE: LazyLock<Changes> = LazyLock::new(Changes::default);

/// Changes, or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Waiting(Option<Box<Changes>>);

impl Waiting {
    /// Takes changes in.
    pub(crate) fn add(&mut self, changes: &Changes) {
        self.change(|waiting| waiting.add(changes));
    }

    /// Lets changes go.
    pub(crate) fn remove(&mut self, changes: &Changes) {
        self.change(|waiting| waiting.remove(changes));
    }

    /// Changes what waits.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Changes)) {
        let mut waiting = self.0.take().unwrap_or_default();
        change(&mut waiting);
        self.0 = Some(waiting).filter(|waiting| **waiting != *NONE);
    }

    /// Takes all of it out.
    pub(crate) fn take(&mut self) -> Changes {
        self.0.take().map(|waiting| *waiting).unwrap_or_default()
    }
}

impl From<Changes> for Waiting {
    fn from(changes: Changes) -> Self {
        Self(Some(Box::new(changes)).filter(|waiting| **waiting != *NONE))
    }
}

impl Deref for Waiting {
    type Target = Changes;

    fn deref(&self) -> &Changes {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl Serialize for Waiting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Waiting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Changes::deserialize(deserializer).map(Self::from)
    }
}
