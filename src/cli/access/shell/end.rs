//! How a shell ended: a sentence where there is something to say, and the exit code.

use super::carry::{By, End};
use crate::{
    cli::{Failure, Surroundings},
    tunnel::Ended,
};

/// What shells give for an exit code that fits into none.
const ODD_CODE: u8 = 255;

pub(super) fn told(end: &End, is_command: bool, around: &mut Surroundings) -> Result<u8, Failure> {
    if let Some(by) = end.by {
        return by_us(by, &end.ended, around);
    }
    match &end.ended {
        Ended::Closed { output } if output.trim().is_empty() => {
            // AWS doesn't tell an `exit` from somebody's TerminateSession: a person has to see where they are now.
            if end.was_at_terminal {
                around.output.say("rds-encrypt: the session has ended\n");
            }
            Ok(cleanly(end.exit_code, is_command, around))
        }
        // The other end has told how the command ended: what the service adds is for people only.
        Ended::Closed { output } if end.exit_code.is_some() => {
            around.output.say(&format!("{}\n", output.trim()));
            Ok(cleanly(end.exit_code, is_command, around))
        }
        ended => Err(Failure::NeedsPerson(format!("error: {}", sentence(ended)))),
    }
}

fn cleanly(exit_code: Option<i64>, is_command: bool, around: &mut Surroundings) -> u8 {
    if let Some(code) = exit_code {
        return u8::try_from(code).unwrap_or(ODD_CODE);
    }
    if is_command {
        around.output.say(
            "rds-encrypt: the session has ended. Its document doesn't tell the command's exit code: this one, 0, says \
             only that the session ended cleanly\n",
        );
    }
    0
}

fn by_us(by: By, ended: &Ended, around: &mut Surroundings) -> Result<u8, Failure> {
    if let Ended::Terminated { api: Some(why) } = ended {
        around.output.problem(&format!(
            "warning: TerminateSession failed ({why}): the session ends by itself when it is idle\n"
        ));
    }
    match by {
        By::Signal => {
            around.output.say("rds-encrypt: the session was ended\n");
            Ok(5)
        }
        By::Leaving => {
            let text = "error: left while the connection was lost. What ran in the shell may have ended with it";
            Err(Failure::NeedsPerson(text.into()))
        }
        // As everywhere: a closed pipe is nobody's fault.
        By::Reader => Ok(0),
        By::Backlog => Err(Failure::NeedsPerson(
            "error: what the other end printed was read too slowly, and more than 256 MiB of it waited; the session was \
             ended"
                .into(),
        )),
    }
}

/// Idle and longest time have no sign of their own: the service's words are shown, where it has any.
fn sentence(ended: &Ended) -> String {
    match ended {
        Ended::Gone => format!("{ended}. Open a new one: nothing of this one can be had back"),
        other => other.to_string(),
    }
}
