//! The state files: what is in them when a run is cut, and what happens to those that can't be used.

#[cfg(test)]
#[path = "state/files.rs"]
mod files;
#[cfg(test)]
#[path = "state/help.rs"]
mod help;
#[cfg(test)]
#[path = "state/journal.rs"]
mod journal;
#[cfg(test)]
#[path = "state/made.rs"]
mod made;
#[cfg(test)]
#[path = "state/others.rs"]
mod others;
#[cfg(test)]
#[path = "state/owners.rs"]
mod owners;
#[cfg(test)]
#[path = "state/setups.rs"]
mod setups;
#[cfg(test)]
#[path = "state/unusable.rs"]
mod unusable;
