//! One file a command: its arguments and its wiring.

mod arguments;
mod facts;
mod failure;
mod keys;
mod log;
mod migrate;
mod place;
mod resume;
mod sandbox;
mod session;
mod status;

use std::ffi::OsString;

use clap::Parser;

use crate::{
    engine::Interrupt,
    sandbox::Sandbox,
    ui::{Bars, Output},
};
use arguments::{Arguments, Command, SandboxCommand};
pub use failure::Failure;

/// Makes the bars of a terminal.
pub type MakeBars = Box<dyn FnMut() -> Bars + Send>;
/// Puts a question to a person; `true` for yes.
pub type Ask = Box<dyn FnMut(&str) -> bool + Send>;

/// What a command finds around it; tests bring their own.
pub struct Surroundings {
    /// Where texts go.
    pub output: Output,
    /// Makes the bars of a terminal; nothing where there is none.
    pub bars: Option<MakeBars>,
    /// Asks a person; `true` for yes. Nothing where nobody can be asked.
    pub ask: Option<Ask>,
    /// Overrides how many of AWS's seconds we count in one of ours: for strangers that run in real time.
    pub pace: Option<f64>,
    /// The sandbox that `--sandbox` means, in place of the one in the state directory.
    pub sandbox: Option<Sandbox>,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
}

impl Surroundings {
    /// An empty line around bars; plain lines need none.
    fn air(&mut self) {
        if self.bars.is_some() {
            self.output.say("\n");
        }
    }
}

/// Runs one command and returns its exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, mut around: Surroundings) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, &mut around),
    };
    around.output.volume = arguments.global.volume();
    let result = Box::pin(dispatch(&arguments, &mut around)).await;
    match result {
        Ok(code) => code,
        Err(failure) => {
            tracing::error!(%failure, "ended early");
            around.output.problem(&failure.in_words());
            failure.exit_code()
        }
    }
}

async fn dispatch(arguments: &Arguments, around: &mut Surroundings) -> Result<u8, Failure> {
    let _log = arguments.global.log_file.as_deref().map(log::to_file).transpose()?;
    match &arguments.command {
        Command::Migrate(migrate) => Box::pin(migrate::run(&arguments.global, migrate, around)).await,
        Command::Resume(resume) => resume::run(&arguments.global, resume, around).await,
        Command::Status(status) => status::run(&arguments.global, status, around),
        Command::Sandbox { command: SandboxCommand::Serve(serve) } => {
            sandbox::run(&arguments.global, serve, around).await
        }
    }
}

/// Waits for something that may take long, unless an end is asked for meanwhile. Only before anything was made.
async fn unless_interrupted<T>(around: &Surroundings, work: impl Future<Output = T>) -> Result<T, Failure> {
    let mut interrupt = around.interrupt.clone();
    tokio::select! {
        done = work => Ok(done),
        () = interrupt.asked() => Err(Failure::Interrupted),
    }
}

fn usage(error: &clap::Error, around: &mut Surroundings) -> u8 {
    let text = format!("{}\n", error.to_string().trim_end());
    if error.use_stderr() {
        around.output.problem(&text);
        2
    } else {
        // A closed pipe is nobody's fault.
        drop(around.output.result(&text));
        0
    }
}
