//! Systems Manager, as far as somebody opens a session through it: Session Manager, and which machines it reaches.
//!
//! | file | question it answers |
//! |---|---|
//! | `sessions` | how does a session begin, go on and end? |
//! | `history` | which sessions are there and were there? |
//! | `parameters` | which public parameters are there? |
//! | `documents/` | which documents are there, and what do they take? |
//! | `targets` | which machines are reached? |
//! | `network` | what reaches what from there? |
//! | `channel/` | what happens on the session's own web socket? |

pub(crate) mod channel;
mod documents;
mod history;
pub(crate) mod network;
mod parameters;
mod sessions;
mod targets;

use serde_json::Value;

use super::rds::input::read;
use super::respond::Call;
use super::scene::Scene;
use super::wire::fault::Fault;
use channel::Sessions;

/// Answers one operation of Systems Manager.
pub(crate) fn answer(
    scene: &mut Scene<'_>,
    sessions: &Sessions,
    speed: f64,
    call: &Call,
    input: Value,
) -> Result<Value, Fault> {
    history::settle(scene, sessions, speed);
    match call.operation.as_str() {
        "StartSession" => sessions::start(scene, sessions, speed, call, read(input)?),
        "ResumeSession" => sessions::resume(scene, sessions, speed, &read(input)?),
        "TerminateSession" => Ok(sessions::terminate(scene, sessions, &read(input)?)),
        "DescribeSessions" => history::describe(scene, &read(input)?),
        "DescribeInstanceInformation" => targets::describe(scene, sessions, read(input)?),
        "GetConnectionStatus" => Ok(targets::status(scene, sessions, &read(input)?)),
        "GetParameter" => parameters::one(scene, &read(input)?),
        "GetParameters" => Ok(parameters::many(scene, &read(input)?)),
        other => documents::answer(scene, &sessions.habits(), other, input)
            .unwrap_or_else(|| Err(Fault::not_imitated(&format!("the operation {other} of SSM")))),
    }
}

/// A page of rows from a token on, and the token of the next one.
fn paged(rows: Vec<Value>, token: Option<&str>, most: usize) -> Result<(Vec<Value>, Option<String>), Fault> {
    let bad = || Fault::new("InvalidNextToken", "The specified token is not valid.");
    let before: usize = token.map_or(Ok(0), |token| token.parse().map_err(|_| bad()))?;
    let next = before.saturating_add(most);
    let more = rows.len() > next;
    Ok((rows.into_iter().skip(before).take(most).collect(), more.then(|| next.to_string())))
}
