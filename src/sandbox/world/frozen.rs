//! The row of a real account as a file had it, kept as text: as a tree it would be many times as large.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A row as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frozen(Arc<str>);

impl From<&Value> for Frozen {
    fn from(row: &Value) -> Self {
        Self(row.to_string().into())
    }
}

impl Frozen {
    /// The row.
    pub(crate) fn row(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Serialize for Frozen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.row().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Frozen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|row| Self::from(&row))
    }
}
