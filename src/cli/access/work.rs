//! One run on a setup: its engine, its lines, and how it ended.

use serde_json::json;

use crate::{
    access::recipe::Goal,
    aws::Aws,
    cli::{Failure, Surroundings},
    engine::{AccessEnding, AccessEngine, AccessEvent, Clock},
    state::Access,
    ui::{
        Output, Volume,
        access::{
            progress::Progress,
            setup::{line, stopped},
        },
        json,
    },
};

/// Works until the goal is reached or something is in the way: an exit code where it is, nothing where it is reached.
pub(super) async fn work(
    aws: &Aws,
    access: &mut Access,
    goal: Goal,
    around: &mut Surroundings,
) -> Result<Option<u8>, Failure> {
    let of_aws = aws.clock().sandbox_speed().unwrap_or(1.0);
    let clock = around.pace.map_or_else(|| Clock::new(of_aws), |pace| Clock::hurried(pace, of_aws));
    let (interrupt, attended) = (around.interrupt.clone(), around.attended);
    let page = around.output.stderr_page;
    let ending = {
        let mut screen = Screen::of(around, access.record().recipe.parts.len());
        let output = &mut around.output;
        let mut report = |event: AccessEvent| screen.show(&event, goal == Goal::Remove, output);
        let mut engine = AccessEngine { aws: aws.clone(), clock, interrupt, attended, report: &mut report };
        let ending = Box::pin(engine.work(access, goal)).await;
        screen.end();
        ending?
    };
    let verb = if goal == Goal::Make { "setup" } else { "teardown" };
    let (reason, remedy, code) = match ending {
        AccessEnding::Finished => return Ok(None),
        AccessEnding::Stopped(stop) => {
            let code = if stop.is_denied { 8 } else { 4 };
            (stop.reason, stop.remedy, code)
        }
        AccessEnding::Barred(error) => {
            let hint = if error.error.is_denied() { error.how_to_allow() } else { String::new() };
            (format!("AWS can't be looked at: {error}"), hint, if error.error.is_denied() { 8 } else { 4 })
        }
        AccessEnding::Interrupted => ("it was interrupted".into(), String::new(), 5),
    };
    if around.json {
        let next = access.record().command(verb);
        around.result(&json::line(&json!({
            "format": json::FORMAT, "event": "stopped", "exit_code": code, "reason": reason, "remedy": remedy,
            "next": next,
        })))?;
    } else {
        around.output.problem(&stopped(access.record(), &reason, &remedy, verb, page));
    }
    Ok(Some(code))
}

/// How a run is shown.
enum Screen {
    Json,
    Bar(Box<Progress>),
    Lines,
    Quiet,
}

impl Screen {
    fn of(around: &mut Surroundings, parts: usize) -> Self {
        match (around.output.volume, &mut around.bars) {
            _ if around.json => Self::Json,
            (Volume::Quiet, _) => Self::Quiet,
            (_, Some(bars)) => Self::Bar(Box::new(Progress::new(bars(), parts))),
            (_, None) => Self::Lines,
        }
    }

    fn show(&mut self, event: &AccessEvent, removes: bool, output: &mut Output) {
        let page = output.stderr_page;
        match self {
            Self::Json => {
                if let Some(value) = as_json(event) {
                    // What can't be written now can't be written at the end, and is told then.
                    drop(output.result(&json::line(&value)));
                }
            }
            Self::Bar(bar) => {
                if let Some(text) = bar.above(event, removes) {
                    bar.suspend(|| output.say(&text));
                }
                bar.heard(event);
            }
            Self::Lines => {
                if let Some(line) = line(event, removes, page) {
                    output.say(&line);
                }
            }
            Self::Quiet => {}
        }
    }

    fn end(&mut self) {
        if let Self::Bar(bar) = self {
            bar.end();
        }
    }
}

/// One event for machines; time passes without a line.
fn as_json(event: &AccessEvent) -> Option<serde_json::Value> {
    let format = json::FORMAT;
    Some(match event {
        AccessEvent::Done { part, done, of } => {
            json!({"format": format, "event": "part-done", "part": part, "done": done, "of": of})
        }
        AccessEvent::Asking { call } => json!({"format": format, "event": "asking", "call": call}),
        AccessEvent::NotTaken { call, why } => {
            json!({"format": format, "event": "not-taken", "call": call, "why": why})
        }
        AccessEvent::Waiting { why } => json!({"format": format, "event": "waiting", "why": why}),
        AccessEvent::LookFailed { why } => json!({"format": format, "event": "look-failed", "why": why}),
        AccessEvent::Seen { .. } | AccessEvent::Tick { .. } => return None,
    })
}
