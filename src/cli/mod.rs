//! One file a command: its arguments and its wiring.

mod access;
mod arguments;
mod batch;
mod choices;
mod cleanup;
mod facts;
mod failure;
mod keys;
mod log;
mod migrate;
mod place;
mod plan;
mod policy;
mod rebuild;
mod record;
mod resume;
mod sandbox;
mod scan;
mod session;
mod status;
mod tunnel;
mod verify;

use std::{ffi::OsString, pin::Pin};

use clap::Parser;

use crate::{
    aws::Transcript,
    engine::Interrupt,
    sandbox::Sandbox,
    ui::{Bars, Output, json},
};
use access::arguments::AccessCommand;
pub use access::restore_terminal;
use arguments::{Arguments, Command, Format};
pub use failure::Failure;
use sandbox::arguments::SandboxCommand;

/// Makes the bars of a terminal.
pub type MakeBars = Box<dyn FnMut() -> Bars + Send>;
/// Puts a question to a person; returns the answer, without its line's end.
pub type Ask = Box<dyn FnMut(&str) -> String + Send>;

/// What a command finds around it; tests bring their own.
pub struct Surroundings {
    /// Where texts go.
    pub output: Output,
    /// Makes the bars of a terminal; nothing where there is none.
    pub bars: Option<MakeBars>,
    /// Asks a person. Nothing where nobody can be asked.
    pub ask: Option<Ask>,
    /// Whether a person watches, who could renew credentials while it waits.
    pub attended: bool,
    /// Overrides how many of AWS's seconds we count in one of ours: for strangers that run in real time.
    pub pace: Option<f64>,
    /// Whether stdout carries JSON; set from the arguments.
    pub json: bool,
    /// The sandbox that `--sandbox` means, in place of the one in the state directory.
    pub sandbox: Option<Sandbox>,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
}

impl Surroundings {
    /// Prints the result: a text, or a line of JSON.
    fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.output.result(text).map_err(|error| Failure::Ours(format!("can't write the result: {error}")))
    }

    /// Ends what stdout carries for machines, where nothing else does.
    fn fail_in_json(&mut self, message: &str, hint: Option<&str>, exit_code: u8) -> Result<(), Failure> {
        if self.json { self.result(&json::line(&json::failed(message, hint, exit_code))) } else { Ok(()) }
    }

    /// Puts a question to a person, who may also answer with Ctrl-C. Nothing where nobody can be asked.
    async fn answer(&mut self, question: &'static str) -> Result<Option<String>, Failure> {
        let Some(mut ask) = self.ask.take() else { return Ok(None) };
        // On a thread of its own: the runtime must hear the signal.
        let answer = tokio::task::spawn_blocking(move || ask(question));
        Ok(Some(unless_interrupted(self, answer).await?.unwrap_or_default()))
    }

    /// The same, for a yes or no.
    async fn yes(&mut self, question: &'static str) -> Result<Option<bool>, Failure> {
        let answer = self.answer(question).await?;
        Ok(answer.map(|answer| matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
    }

    /// Asks whether to begin; says so where the answer is no.
    async fn may_begin(&mut self) -> Result<bool, Failure> {
        let Some(yes) = self.yes("Begin? [y/N] ").await? else {
            return Err(Failure::Refused("nothing was begun: without a terminal to ask on, it takes --yes".into()));
        };
        if !yes {
            self.output.say("Nothing was begun.\n");
            self.fail_in_json("nothing was begun: the answer was no", None, 3)?;
        }
        Ok(yes)
    }

    /// An empty line around bars; plain lines need none.
    fn air(&mut self) {
        if self.bars.is_some() && !self.json {
            self.output.say("\n");
        }
    }
}

/// Runs one command and returns its exit code. Boxed, and no generic: what calls it needn't compile all of it again.
#[must_use]
pub fn run(words: Vec<OsString>, around: Surroundings) -> Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(parsed(words, around))
}

async fn parsed(words: Vec<OsString>, mut around: Surroundings) -> u8 {
    let mut arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, &mut around),
    };
    around.output.volume = arguments.global.volume();
    around.json = arguments.global.output == Format::Json;
    let result = Box::pin(logged(&mut arguments, &words, &mut around)).await;
    match result {
        Ok(code) => code,
        Err(failure) => {
            // If stdout is what failed, stderr still tells.
            drop(around.fail_in_json(&failure.to_string(), failure.hint().as_deref(), failure.exit_code()));
            around.output.problem(&failure.in_words());
            failure.exit_code()
        }
    }
}

/// Runs the command under its log, and logs how it failed.
async fn logged(arguments: &mut Arguments, words: &[OsString], around: &mut Surroundings) -> Result<u8, Failure> {
    let _log = arguments.global.log_file.as_deref().map(log::to_file).transpose()?;
    arguments.global.transcript = record::begun(&arguments.global, words)?;
    let result = Box::pin(dispatch(arguments, around)).await;
    if let Some(trouble) = arguments.global.transcript.as_ref().and_then(Transcript::trouble) {
        around.output.problem(&format!("warning: {trouble}\n"));
    }
    if let Err(failure) = &result {
        tracing::error!(%failure, "ended early");
    }
    result
}

async fn dispatch(arguments: &Arguments, around: &mut Surroundings) -> Result<u8, Failure> {
    match &arguments.command {
        Command::Scan(scan) => Box::pin(scan::run(&arguments.global, scan, around)).await,
        Command::Plan(plan) => Box::pin(plan::run(&arguments.global, plan, around)).await,
        Command::Migrate(migrate) => Box::pin(migrate::run(&arguments.global, migrate, around)).await,
        Command::Batch(batch) => Box::pin(batch::run(&arguments.global, batch, around)).await,
        Command::Resume(resume) if resume.all => Box::pin(batch::resume(&arguments.global, resume.retry, around)).await,
        Command::Resume(resume) => Box::pin(resume::run(&arguments.global, resume, around)).await,
        Command::Status(status) => status::run(&arguments.global, status, around).await,
        Command::Verify(verify) => verify::run(&arguments.global, verify, around).await,
        Command::Tunnel(tunnel) => Box::pin(tunnel::run(&arguments.global, tunnel, around)).await,
        Command::Access { command: AccessCommand::Audit(audit) } => {
            Box::pin(access::audit(&arguments.global, audit, around)).await
        }
        Command::Access { command: AccessCommand::Setup(setup) } => {
            Box::pin(access::setup(&arguments.global, setup, around)).await
        }
        Command::Access { command: AccessCommand::Teardown(teardown) } => {
            Box::pin(access::teardown(&arguments.global, teardown, around)).await
        }
        Command::Access { command: AccessCommand::Shell(shell) } => {
            Box::pin(access::shell(&arguments.global, shell, around)).await
        }
        Command::Access { command: AccessCommand::Sessions(sessions) } => {
            access::sessions(&arguments.global, sessions, around).await
        }
        Command::Cleanup(cleanup) => Box::pin(cleanup::run(&arguments.global, cleanup, around)).await,
        Command::Policy(asked) => policy::run(&arguments.global, asked, around),
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
