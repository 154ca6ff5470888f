//! `rds-encrypt`: from an unencrypted Amazon RDS database to an encrypted one, and the proof of it.
//!
//! The rooms, and which way the arrows run (`tests/rooms.rs` guards them):
//!
//! ```text
//! model ← plan ← steps ← engine ← cli       model ← aws ← engine       model, plan, steps ← state ← engine
//! engine::event, plan, state ← ui ← cli     sandbox → nothing of ours
//! ```
//!
//! The path of the data: arguments → `aws` reads → [`plan::Facts`] → [`plan::Plan`], saved → loop { look →
//! [`steps::decide`] → intent saved → `aws` acts → outcome saved } → events → `ui`. A reader who wants to
//! know what a migration does begins with [`steps::PIPELINE`]; what it does to AWS is in [`model::Call`].
#![forbid(unsafe_code)]

pub mod aws;
pub mod cli;
pub mod engine;
pub mod model;
pub mod plan;
pub mod sandbox;
pub mod state;
pub mod steps;
pub mod ui;
