//! `rds-encrypt`: from an unencrypted Amazon RDS database to an encrypted one, and the proof of it.
//!
//! The rooms, and which way the arrows run (`tests/rooms.rs` guards them):
//!
//! ```text
//! model ← plan ← steps ← engine ← cli       model ← aws ← engine       model, plan, steps ← state ← engine
//! engine::event, plan, state ← ui ← cli     sandbox → nothing of ours     model ← tunnel ← aws, ui, cli
//! model ← access ← state, engine, ui, cli                                  model ← policy ← access, cli
//! ```
//!
//! The path of the data: arguments → `aws` reads → [`plan::Facts`] → [`plan::Plan`], saved → loop { look →
//! [`steps::decide`] → intent saved → `aws` acts → outcome saved } → events → `ui`. A reader who wants to
//! know what a migration does begins with [`steps::PIPELINE`]; what it does to AWS is in [`model::Call`].
//!
//! # The rules
//!
//! What AWS shows is never remembered; what we asked for always is. After a crash, a lost answer or a second
//! run there is one thing to do: look again and decide. The code cites these by number.
//!
//! 1. Goals are judged from the last one back: where a later one holds, earlier ones don't matter any more.
//! 2. Before a mutating call its intent is saved and synced, afterwards its outcome; the SDK gets one attempt.
//! 3. A create is safe to repeat, since its name is taken the second time. A change is not: for a minute after
//!    one that may have happened only evidence counts. The same call is asked for twice at the most in one
//!    run, and no second time on a single look; a reboot never is, and whether a lost one happened is never guessed.
//! 4. Settled means one answer that shows a usable status, every wanted value, nothing pending and no group
//!    being applied; and the same again 15 seconds later. Changes that can fail apart are asked for apart.
//! 5. "Not found" soon after a create proves nothing; later it is a fact.
//! 6. Encryption and key are read back at the copy, at the instance when it appears, and at the end. The key is
//!    compared by ARN, the type outranks the boolean, and silence is not "no".
//! 7. An instance is its resource id, never its name; a call by name is preceded by a look at the id in the same
//!    turn. The source is never touched.
//! 8. Names are made from the database's resource id, so two machines collide instead of making twins. Ours is
//!    what has our name and our lineage; a tag confirms it and may lag. What can't be proven ours is neither
//!    adopted nor changed.
//! 9. Each attempt is a generation with names of its own; a failed one is followed by the next on a person's word
//!    only. A copy of a database that serves is a rehearsal.
//! 10. The restore call is lean: what can be mended later isn't passed where passing could fail. Backups come
//!     alone and last.
//! 11. Waiting has no ceiling while the source serves. A status that nobody knows is shown and waited on; only
//!     known failures stop.
//! 12. Times are AWS's, from its answers; distances run on a monotonic clock.
//! 13. Others act, too: what they did is named, and nothing of theirs is touched.
#![forbid(unsafe_code)]

pub mod access;
pub mod aws;
pub mod cli;
pub mod engine;
pub mod model;
pub mod plan;
pub mod policy;
pub mod sandbox;
pub mod state;
pub mod steps;
pub mod tunnel;
pub mod ui;
