//! What `access audit` judged: a line for each check, then what to do about those that failed.

mod json;
pub mod progress;
pub mod setup;
mod text;

pub use self::json::json;
pub use text::text;

#[cfg(test)]
mod tests;
