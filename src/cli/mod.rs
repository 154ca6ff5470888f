//! One file a command: its arguments and its wiring.

mod arguments;
mod facts;
mod failure;
mod migrate;
mod resume;
mod session;
mod status;

use std::ffi::OsString;

use clap::Parser;

use crate::{engine::Interrupt, ui::Output};
use arguments::{Arguments, Command};
pub use failure::Failure;

/// What a command finds around it; tests bring their own.
pub struct Surroundings {
    /// Where texts go.
    pub output: Output,
    /// Whether a person sits at a terminal.
    pub is_terminal: bool,
    /// Asks a person; `true` for yes.
    pub ask: Box<dyn FnMut(&str) -> bool + Send>,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
}

/// Runs one command and returns its exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, mut around: Surroundings) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, &mut around),
    };
    around.output.volume = arguments.global.volume();
    let result = match &arguments.command {
        Command::Migrate(migrate) => migrate::run(&arguments.global, migrate, &mut around).await,
        Command::Resume(resume) => resume::run(&arguments.global, resume, &mut around).await,
        Command::Status(status) => status::run(&arguments.global, status, &mut around),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            around.output.problem(&failure.in_words());
            failure.exit_code()
        }
    }
}

fn usage(error: &clap::Error, around: &mut Surroundings) -> u8 {
    let text = error.to_string();
    if error.use_stderr() {
        around.output.problem(&text);
        2
    } else {
        // A closed pipe is nobody's fault.
        drop(around.output.result(&text));
        0
    }
}
