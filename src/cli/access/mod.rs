//! `rds-encrypt access`
//!
//! | file | question it answers |
//! |---|---|
//! | `audit` | is the database private, and reachable as it should be? |
//! | `setup`, `teardown` | what makes it so, and what takes that away again? |
//! | `work` | how does one run on it go, and end? |
//! | `live`, `folder` | what does AWS show of its surroundings, now or as somebody saved it? |
//! | `shell` | how does a person, or one command, get onto the bastion? |
//! | `sessions` | who has and had sessions? |

pub(super) mod arguments;
mod audit;
mod folder;
mod live;
mod sessions;
mod setup;
mod shell;
mod standing;
mod teardown;
mod work;

pub(super) use audit::audit;
pub(super) use sessions::sessions;
pub(super) use setup::setup;
pub use shell::restore_terminal;
pub(super) use shell::shell;
pub(super) use teardown::teardown;
