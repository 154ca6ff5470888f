//! Saved answers.
