//! Do it: look, decide, act, and remember what we asked for.

pub mod event;
