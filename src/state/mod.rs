//! What must survive?
//!
//! One JSON file a migration: who and what, the plan with its digest, the generations and the journal of our
//! intents. Written so that a cut at any moment leaves the old file or the new one, and locked while a run
//! owns it. A file that doesn't parse, was edited, is newer than this program, or was changed by somebody else under
//! a run is left exactly as it is.

mod access;
mod batch;
mod error;
mod file;
mod lock;
mod made;
mod noted;
mod owned;
mod page_file;
mod plan_file;
mod record;
mod store;

pub use access::{Access, AccessEntry, AccessPhase, AccessRecord};
pub use batch::{BatchEntry, BatchItem, BatchRecord, BatchRun, Left, LeftItem, LeftOut, OwnedBatch};
pub use error::{Moment, StateError};
pub use file::make_folder;
pub use lock::Owner;
pub use made::{Known, Resource};
pub use noted::Noted;
pub use page_file::{PageError, write_page};
pub use plan_file::{PlanFile, PlanFileError};
pub use record::{FORMAT, Identity, Phase, Record, Run, Summary, with_flags};
pub use store::{Entry, Migration, StateDirectory};
