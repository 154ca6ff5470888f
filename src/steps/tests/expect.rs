//! What a row of a table expects.

use super::World;
use crate::steps::{Decision, Standing, Step, StopKind};

/// A decision, and words that its text must hold: of a call its name, its resource and its settings; of a wait
/// its status and its reason; of a stop its reason and its remedy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expect {
    Act(&'static [&'static str]),
    Wait(&'static [&'static str]),
    Stop(&'static [&'static str]),
    Failed(&'static [&'static str]),
    Foreign(&'static [&'static str]),
    Denied(&'static [&'static str]),
    Difference(&'static [&'static str]),
    Done,
}

impl Expect {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Act(words)
            | Self::Wait(words)
            | Self::Stop(words)
            | Self::Failed(words)
            | Self::Foreign(words)
            | Self::Denied(words)
            | Self::Difference(words) => words,
            Self::Done => &[],
        }
    }

    fn is_of_kind(self, decision: &Decision) -> bool {
        match (self, decision) {
            (Self::Act(_), Decision::Act(_)) | (Self::Wait(_), Decision::Wait(_)) | (Self::Done, Decision::Done(_)) => {
                true
            }
            (Self::Stop(_), Decision::Stop(stop)) => {
                matches!(stop.kind, StopKind::NeedsPerson | StopKind::Quota { .. })
            }
            (Self::Failed(_), Decision::Stop(stop)) => stop.kind.is_failed(),
            (Self::Foreign(_), Decision::Stop(stop)) => stop.kind == StopKind::Foreign,
            (Self::Denied(_), Decision::Stop(stop)) => stop.kind == StopKind::Denied,
            (Self::Difference(_), Decision::Stop(stop)) => matches!(stop.kind, StopKind::Difference(_)),
            _ => false,
        }
    }
}

/// Checks one row: the step that speaks and what it decides.
pub(super) fn check(case: &str, world: &World, step: Step, expected: Expect) -> Standing {
    let standing = world.standing();
    let text = text(&standing.decision);
    assert_eq!(standing.step, step, "{case}: {text}");
    assert!(expected.is_of_kind(&standing.decision), "{case}: expected {expected:?}, got {:?}", standing.decision);
    for word in expected.words() {
        assert!(text.contains(word), "{case}: {word:?} is not in {text:?}");
    }
    standing
}

fn text(decision: &Decision) -> String {
    match decision {
        Decision::Act(call) => call.to_string(),
        Decision::Wait(wait) => format!("{} {}", wait.status.as_deref().unwrap_or_default(), wait.why),
        Decision::Stop(stop) => format!("{} | {}", stop.reason, stop.remedy),
        Decision::Inquire(inquiry) => format!("{inquiry:?}"),
        Decision::Done(evidence) => format!("{evidence:?}"),
    }
}
