//! What comes of each kind of error at each call: run, written down, and compared with `fixtures/faults.md`.
//!
//! `FAULTS_UPDATE=1 cargo test --release --test flows faults_table` writes the table anew.

mod case;
mod kinds;

use std::{fmt::Write as _, path::Path};

use crate::sweep::parallel::{in_time_of_its_own, on_each_core};
use case::{Cell, Usual, try_cell, usual};
use kinds::{CALLS, Call, KINDS, Kind};

const HEAD: &str = "\
# What comes of an error

Each kind of error at each call of a migration, run in the sandbox by `tests/flows/faults_table` and written down as it
came out; a test compares it. The first command is `migrate`. Where it doesn't end with 0, the error passes then and
`resume` goes on (`migrate` again where nothing was begun). “As ever” means: the same resources and settings as after
a migration to which nothing happened, and no call that acted twice. Where nothing is said to be seen, the SDK asked
again by itself, or the failure came after the end of the migration (AWS's failures take ten minutes here).

Exit codes: 0 done, 3 refused before anything was made, 4 stopped and needs a person, 6 owned by another run,
7 a difference was found, 8 credentials or permission.
";

#[test]
fn each_error_at_each_call_comes_out_as_written_down() {
    let usual = in_time_of_its_own(usual());
    let cells: Vec<(&Call, &Kind)> = CALLS
        .iter()
        .flat_map(|call| KINDS.iter().filter(|kind| kind.fits(call)).map(move |kind| (call, kind)))
        .collect();
    let results = on_each_core(cells, |(call, kind)| (call, kind, in_time_of_its_own(try_cell(call, kind, &usual))));
    let found = table(&results);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faults.md");
    println!("{} cells", results.len());
    if std::env::var_os("FAULTS_UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let mut heading = "";
    let mut differ: Vec<String> = Vec::new();
    for (now, before) in found.lines().zip(written.lines()) {
        if now.starts_with("## ") {
            heading = now;
        }
        if now != before {
            differ.push(format!("{heading}\n  before: {before}\n  now:    {now}"));
        }
    }
    assert!(
        written == found,
        "{} differs; look at it and write it anew: FAULTS_UPDATE=1 cargo test --release --test flows faults_table\n{}",
        path.display(),
        differ.join("\n")
    );
}

/// Whatever goes wrong: an exit code that the README knows, and nothing made twice.
fn table(results: &[(&Call, &Kind, Cell)]) -> String {
    let mut text = HEAD.to_owned();
    for call in &CALLS {
        write!(text, "\n## {}\n\n", call.title).unwrap();
        text.push_str(
            "| what goes wrong | exit | what is seen | what to do | made by then | `resume` | in the end |\n",
        );
        text.push_str("|---|---|---|---|---|---|---|\n");
        for (_, kind, cell) in results.iter().filter(|(at, _, _)| at.title == call.title) {
            writeln!(text, "| {} {cell}", kind.name).unwrap();
        }
    }
    text
}

impl Usual {
    /// Without what changes from run to run.
    fn is_usual(&self, line: &str) -> bool {
        self.lines.contains(&case::bare(line))
    }
}
