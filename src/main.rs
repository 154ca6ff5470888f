//! The `rds-encrypt` program: surroundings, signals, exit code.
#![forbid(unsafe_code)]

use std::{
    env,
    io::{self, BufRead, IsTerminal, Write},
    process::ExitCode,
};

use rds_encrypt::{
    cli::{self, Surroundings},
    engine::Interrupter,
    ui::{self, Bars, ColorChoice, Output, Page, Volume},
};
use tokio::signal::unix::{Signal, SignalKind, signal};

fn main() -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(run());
            // A question that nobody answered still waits on its thread.
            runtime.shutdown_background();
            ExitCode::from(code)
        }
        Err(error) => {
            drop(writeln!(io::stderr(), "error: can't start: {error}"));
            ExitCode::from(1)
        }
    }
}

async fn run() -> u8 {
    let (interrupter, interrupt) = Interrupter::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        if let Ok(signal) = signal(kind) {
            tokio::spawn(hear(signal, kind, interrupter.clone()));
        }
    }
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (no_color, term) = (variable("NO_COLOR"), variable("TERM"));
    let color = |terminal| ui::color(ColorChoice::Auto, terminal, no_color.as_deref(), term.as_deref());
    let (talks, asks) = (io::stderr().is_terminal(), io::stdin().is_terminal());
    let (width, stderr_color) = (ui::terminal_width(), color(talks));
    let surroundings = Surroundings {
        output: Output {
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            stdout_page: Page::new(width, color(io::stdout().is_terminal())),
            stderr_page: Page::new(width, stderr_color),
            volume: Volume::default(),
        },
        bars: talks.then(|| Box::new(move || Bars::on_stderr(stderr_color)) as _),
        ask: (talks && asks).then(|| Box::new(ask) as _),
        attended: talks,
        pace: variable("RDS_ENCRYPT_PACE").and_then(|pace| pace.parse().ok()),
        json: false,
        sandbox: None,
        interrupt,
    };
    cli::run(env::args_os().collect(), surroundings).await
}

/// The first signal asks for an orderly end; a second one ends at once, which costs nothing: what was asked of AWS
/// is on disk already. Ctrl-C while a command runs inside ours is that command's.
async fn hear(mut signal: Signal, kind: SignalKind, interrupter: Interrupter) {
    let mut before = false;
    while signal.recv().await.is_some() {
        if kind == SignalKind::interrupt() && interrupter.keyboard_is_anothers() {
            continue;
        }
        if before {
            cli::restore_terminal();
            #[expect(clippy::exit, reason = "a person insists")]
            std::process::exit(5);
        }
        before = true;
        interrupter.interrupt();
    }
}

fn ask(question: &str) -> String {
    let mut stderr = io::stderr();
    drop(write!(stderr, "{question}"));
    drop(stderr.flush());
    let mut answer = String::new();
    // No answer is a no.
    drop(io::stdin().lock().read_line(&mut answer));
    answer.trim_end().to_owned()
}
