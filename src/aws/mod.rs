//! The only place that names AWS's SDK: connect, read into `model`, act, sort errors.
//!
//! Reads are retried by the SDK; a mutating call gets exactly one attempt, since an SDK that repeats a create
//! whose answer was lost would show us only "already exists" (rule 2). No decisions here.

mod act;
mod act_access;
mod act_iam;
mod attached;
mod borders;
mod certificates;
mod connect;
mod endpoints;
mod error;
mod groups;
mod history;
mod identity;
mod inquire;
mod inventory;
mod keys;
mod logins;
mod machines;
mod network;
mod parameters;
mod preferences;
mod read;
mod recipe;
mod roles;
mod sessions;
mod simulate;
mod stream;
mod surroundings;
mod time;
mod transcript;
mod trust;
mod versions;
mod vpc;

pub use connect::{Aws, ConnectError, Connection};
pub use error::{CallError, ReadError, checked};
pub use history::SessionsWanted;
pub use logins::{Login, SecretError};
pub use sessions::{SessionManager, ShellDocument};
pub use time::AwsClock;
pub use transcript::Transcript;
pub use trust::{bundle_address, fetch_bundle, is_bundle};
