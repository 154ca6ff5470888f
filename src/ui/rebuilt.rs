//! The text before a lost state file is made again.

use super::{Page, text::Text, words};
use crate::plan::Traces;

/// What AWS shows of a migration whose state file isn't here, and by what it is known.
#[must_use]
pub fn found(database: &str, traces: &Traces, page: Page) -> String {
    let mut text = Text::new(page);
    text.heading(&format!("No state file of {database} is here. AWS shows traces of a migration"));
    for (kind, name, proof) in traces.proofs() {
        text.point("-", &format!("{} {name}, {proof}", words::resource(kind)));
    }
    text.heading("What it means");
    text.point(
        "-",
        "If it is still going on elsewhere, go on there: two runs that work on the same things get into each other's way.",
    );
    text.point("-", &format!("The plan is made anew, from the settings that {database} has now."));
    text.finish()
}
