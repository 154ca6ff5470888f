//! What `access audit` judged: a line for each check, then what to do about those that failed.

mod json;
mod list;
pub mod progress;
pub mod setup;
mod text;

pub use self::json::json;
pub use list::list;
pub use text::text;

#[cfg(test)]
mod tests;
