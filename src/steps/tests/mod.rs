//! Tables over the decisions: what AWS shows and what we asked for, and what follows from it.

mod change;
mod choices;
mod create;
mod encryption;
mod expect;
mod lineage;
mod lost_answer;
mod pipeline;
mod refused;
mod remove;
mod settle;
mod source;
mod verify;
mod world;

use expect::{Expect, check};
use world::World;
