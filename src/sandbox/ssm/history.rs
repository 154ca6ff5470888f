//! Which sessions there are, and were.
//!
//! What is shown is part of the world; the sessions themselves are in the process that serves them. Where that has gone,
//! a session is over as soon as nobody can have kept it alive.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::channel::Sessions;
use super::paged;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::session::Session;

/// How long the history goes back.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// `DescribeSessions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Look {
    state: String,
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    key: String,
    value: String,
}

/// So many seconds of the world later.
fn later(time: Timestamp, seconds: f64) -> Timestamp {
    let span = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
    time.checked_add(span).unwrap_or(time)
}

/// When a session that begins now is over at the latest if its process goes away.
pub(super) fn expiry(scene: &Scene<'_>, sessions: &Sessions, speed: f64) -> Timestamp {
    later(scene.now, sessions.habits().idle.as_secs_f64() * speed)
}

/// Takes over what became of sessions, and drops what is too old (`R-SSM-6`).
pub(super) fn settle(scene: &mut Scene<'_>, sessions: &Sessions, speed: f64) {
    let (now, expires) = (scene.now, expiry(scene, sessions, speed));
    let old = |session: &Session| session.ended.is_some_and(|ended| now.duration_since(ended) > KEPT);
    let is_due = |session: &Session| {
        session.ended.is_none()
            && (sessions.has(&session.id) || sessions.over(&session.id).is_some() || session.expires <= now)
    };
    if scene.enforces("R-SSM-6") && scene.region.sessions.iter().any(old) {
        scene.region.sessions.retain(|session| !old(session));
    }
    if !scene.region.sessions.iter().any(is_due) {
        return;
    }
    for session in scene.region.sessions.iter_mut().filter(|session| session.ended.is_none()) {
        if let Some(over) = sessions.over(&session.id) {
            session.ended = Some(later(now, -over.as_secs_f64() * speed).max(session.started));
            sessions.forget(&session.id);
        } else if sessions.has(&session.id) {
            session.expires = expires;
        } else if session.expires <= now {
            session.ended = Some(session.expires);
        }
    }
}

/// `DescribeSessions`: those under way, or those that have ended, the newest first; only what all filters let through
/// (`R-SSM-10`), and in pages (`R-SSM-11`).
pub(super) fn describe(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let active = input.state == "Active";
    let mut rows = Vec::new();
    for session in scene.region.sessions.iter().rev().filter(|session| session.ended.is_none() == active) {
        let row = row(session);
        let mut fits = true;
        for filter in &input.filters {
            fits &= fitting(session, &row, filter)?;
        }
        if fits || !scene.enforces("R-SSM-10") {
            rows.push(row);
        }
    }
    let most = input.max_results.filter(|_| scene.enforces("R-SSM-11")).unwrap_or(200);
    let (page, next) = paged(rows, input.next_token.as_deref(), most)?;
    Ok(json!({"Sessions": page, "NextToken": next}))
}

fn row(session: &Session) -> Value {
    json!({
        "SessionId": session.id, "Target": session.target, "DocumentName": session.document, "Owner": session.owner,
        "Reason": session.reason, "StartDate": session.started, "EndDate": session.ended,
        "AccessType": "Standard", "Status": if session.ended.is_some() { "Terminated" } else { "Connected" }, "OutputUrl": {}})
}

fn fitting(session: &Session, row: &Value, filter: &Filter) -> Result<bool, Fault> {
    let time = || {
        let time: Result<Timestamp, _> = filter.value.parse();
        time.map_err(|_| Fault::new("InvalidFilterKey", format!("{} is no time", filter.value)))
    };
    Ok(match filter.key.as_str() {
        "InvokedAfter" => session.started > time()?,
        "InvokedBefore" => session.started < time()?,
        known @ ("Target" | "Owner" | "Status" | "SessionId" | "AccessType") => {
            row.get(known).and_then(Value::as_str) == Some(filter.value.as_str())
        }
        other => return Err(Fault::not_imitated(&format!("the filter {other} of DescribeSessions"))),
    })
}
