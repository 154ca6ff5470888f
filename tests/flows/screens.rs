//! A run on a terminal, as the screen stands at several moments and in the end.

use std::{fmt::Write, time::Duration};

use indicatif::{InMemoryTerm, ProgressDrawTarget};
use rds_encrypt::{engine::Interrupter, ui::Bars};
use tokio::time::sleep;

use crate::{
    end::MIGRATE,
    stage::{Heard, Stage, assert_heard},
};

/// Runs the command with bars, and captures the screen at these moments, in milliseconds.
async fn screens(stage: &Stage, words: &str, width: u16, moments: &[u64], end: Option<u64>) -> (String, Heard) {
    let term = InMemoryTerm::new(24, width);
    let shown = term.clone();
    let (interrupter, interrupt) = Interrupter::new();
    let bars = Box::new(move || Bars::new(ProgressDrawTarget::term_like(Box::new(term.clone())), move || width, false));
    let captured = async {
        let (mut all, mut now) = (String::new(), 0);
        for moment in moments {
            sleep(Duration::from_millis(moment - now)).await;
            now = *moment;
            writeln!(all, "== after {moment} ms\n{}", shown.contents()).unwrap();
        }
        if let Some(end) = end {
            sleep(Duration::from_millis(end - now)).await;
            interrupter.interrupt();
        }
        all
    };
    let command = stage.command(words).bars(bars).interrupted_by(interrupt);
    let (mut all, heard) = tokio::join!(captured, command.run());
    writeln!(all, "== in the end\n{}", shown.contents()).unwrap();
    (all, heard)
}

#[tokio::test(start_paused = true)]
async fn a_whole_run() {
    let moments = [1, 900, 3300, 9000, 16_000, 17_700, 18_150];
    let (screens, heard) = screens(&Stage::new(), MIGRATE, 80, &moments, None).await;
    assert_heard!("whole_run", screens);
    assert_eq!(heard.code, 0);
}

#[tokio::test(start_paused = true)]
async fn a_narrow_screen_an_interruption_and_what_follows() {
    let stage = Stage::new();
    let (first, heard) = screens(&stage, MIGRATE, 60, &[9000], Some(9100)).await;
    assert_eq!(heard.code, 5);
    let (second, heard) = screens(&stage, "resume --sandbox", 60, &[100, 7000], None).await;
    assert_eq!(heard.code, 0);
    assert_heard!("interrupted_and_resumed", format!("{first}\n=== resumed\n{second}"));
}
