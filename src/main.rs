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
    ui::{self, ColorChoice, Output, Page, Volume},
};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => ExitCode::from(runtime.block_on(run())),
        Err(error) => {
            drop(writeln!(io::stderr(), "error: can't start: {error}"));
            ExitCode::from(1)
        }
    }
}

async fn run() -> u8 {
    let (interrupter, interrupt) = Interrupter::new();
    let signals = [signal(SignalKind::interrupt()), signal(SignalKind::terminate())];
    for mut signal in signals.into_iter().flatten() {
        let interrupter = interrupter.clone();
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                interrupter.interrupt();
            }
        });
    }
    let is_terminal = io::stderr().is_terminal() && io::stdin().is_terminal();
    let no_color = env::var("NO_COLOR").ok();
    let term = env::var("TERM").ok();
    let color = |terminal| ui::color(ColorChoice::Auto, terminal, no_color.as_deref(), term.as_deref());
    let width = ui::terminal_width();
    let surroundings = Surroundings {
        output: Output {
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            stdout_page: Page::new(width, color(io::stdout().is_terminal())),
            stderr_page: Page::new(width, color(io::stderr().is_terminal())),
            volume: Volume::default(),
        },
        is_terminal,
        ask: Box::new(ask),
        interrupt,
    };
    cli::run(env::args_os(), surroundings).await
}

fn ask(question: &str) -> bool {
    let mut stderr = io::stderr();
    drop(write!(stderr, "{question}"));
    drop(stderr.flush());
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
