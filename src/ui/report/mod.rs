//! What a batch, a migration, or all of them came to: as a page of its own, as JSON, and as a text for a batch.
//!
//! [`Report`] is the content, made purely from what the state files hold ([`Sources`]); `page` lays it out as HTML
//! that loads nothing, `text` for a terminal, and serde as JSON. What no file tells isn't claimed.

mod assemble;
mod batch;
mod calls;
mod database;
mod gantt;
mod model;
mod page;
mod remains;
mod settings;
mod standing;
mod summary;
mod text;
mod timeline;

#[cfg(test)]
mod tests;

pub use assemble::{About, Sources};
pub use model::Report;
pub use page::{BEGINS, html};
pub use text::{batches, list};

use std::path::Path;

use crate::steps::Item;

/// What AWS shows of one migration.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// That one's file.
    pub path: &'a Path,
    /// What there is.
    pub items: &'a [Item],
}

fn databases(count: usize) -> String {
    if count == 1 { "1 database".into() } else { format!("{count} databases") }
}
