//! `rds-encrypt access`
//!
//! | file | question it answers |
//! |---|---|
//! | `audit` | is the database private, and reachable as it should be? |
//! | `live`, `folder` | what does AWS show of its surroundings, now or as somebody saved it? |

pub(super) mod arguments;
mod audit;
mod folder;
mod live;

pub(super) use audit::audit;
