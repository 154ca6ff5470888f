//! A document of Systems Manager that somebody in the account saved, with all its versions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Region, Tag};

/// A document.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Document {
    pub(crate) name: String,
    /// The number of the version that is meant where nobody names one.
    pub(crate) default: u64,
    /// The newest last.
    pub(crate) versions: Vec<Version>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

/// One version of a document; it never changes.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Version {
    pub(crate) number: u64,
    /// Its own name, if it was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// As it was saved.
    pub(crate) content: String,
    pub(crate) created: Timestamp,
}

impl Document {
    /// A document that is new.
    pub(crate) fn new(name: &str, content: &str, created: Timestamp) -> Self {
        let first = Version { number: 1, name: None, content: content.to_owned(), created };
        Self { name: name.to_owned(), default: 1, versions: vec![first], tags: Vec::new() }
    }

    pub(crate) fn version(&self, number: u64) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    pub(crate) fn latest(&self) -> Option<&Version> {
        self.versions.last()
    }
}

impl Region {
    pub(crate) fn document(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.name == name)
    }

    pub(crate) fn document_mut(&mut self, name: &str) -> Option<&mut Document> {
        self.documents.iter_mut().find(|document| document.name == name)
    }
}
