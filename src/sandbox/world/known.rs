//! Classes and versions that rows of a real account have and the catalogue doesn't (`R-CAT-11`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Region;
use super::groups::{default_option_group, family, major_version};
use crate::sandbox::rds::catalogue::{self, Standing, Version};

/// What a Region knows beyond the catalogue.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Known {
    classes: BTreeSet<String>,
    /// Engine and number.
    versions: BTreeSet<(String, String)>,
}

impl Known {
    /// Takes in what a row has.
    pub(crate) fn learn(&mut self, engine: &str, version: &str, class: Option<&str>) {
        if let Some(class) = class.filter(|class| !class.is_empty() && !catalogue::is_class(class)) {
            self.classes.insert(class.to_owned());
        }
        let known = catalogue::versions(engine).any(|known| known.number == version);
        if !known && !engine.is_empty() && !version.is_empty() {
            self.versions.insert((engine.to_owned(), version.to_owned()));
        }
    }
}

impl Region {
    /// All versions that there are here, oldest first within an engine.
    pub(crate) fn versions(&self) -> Vec<Version<'_>> {
        let own = self.known.versions.iter().filter(|_| self.enforces("R-CAT-11"));
        let own = own.map(|(engine, number)| {
            let standing = catalogue::standing_of(engine, number);
            Version { engine: engine.as_str(), number: number.as_str(), standing }
        });
        let mut all: Vec<Version<'_>> = catalogue::VERSIONS.into_iter().collect();
        for version in own {
            let after = all.iter().rposition(|other| {
                other.engine == version.engine && catalogue::order(other.number).lt(catalogue::order(version.number))
            });
            let first = all.iter().position(|other| other.engine == version.engine);
            let place = after.map(|place| place + 1).or(first).unwrap_or(all.len());
            all.insert(place, version);
        }
        all
    }

    /// One version.
    pub(crate) fn version(&self, engine: &str, number: &str) -> Option<Version<'_>> {
        self.versions().into_iter().find(|version| version.engine == engine && version.number == number)
    }

    /// Whether a version is deprecated.
    pub(crate) fn is_deprecated(&self, engine: &str, number: &str) -> bool {
        self.version(engine, number).is_some_and(|version| version.standing == Standing::Deprecated)
    }

    /// True for the name of a class.
    pub(crate) fn is_class(&self, class: &str) -> bool {
        catalogue::is_class(class) || self.own_classes().any(|own| own == class)
    }

    /// Classes beyond the catalogue; whether they have retired nobody says, so they can be ordered.
    pub(crate) fn own_classes(&self) -> impl Iterator<Item = &String> {
        self.known.classes.iter().filter(|_| self.enforces("R-CAT-11"))
    }

    /// True for the family of a version that there is here.
    pub(super) fn is_family(&self, name: &str) -> bool {
        let own = || self.known.versions.iter().any(|(engine, number)| family(engine, number) == name);
        catalogue::is_family(name) || self.enforces("R-CAT-11") && own()
    }

    /// The engine and major version of a default option group.
    pub(super) fn default_option_group_of(&self, name: &str) -> Option<(String, String)> {
        let own = |engine: &str, number: &str| {
            (default_option_group(engine, number) == name).then(|| (engine.to_owned(), major_version(engine, number)))
        };
        let here = || self.known.versions.iter().find_map(|(engine, number)| own(engine, number));
        catalogue::default_option_group_of(name).or_else(|| here().filter(|_| self.enforces("R-CAT-11")))
    }
}
