//! Sessions begin, go on, and end.

use serde::Deserialize;
use serde_json::{Value, json};

use super::channel::{Facts, Given, Resumed, SessionType, Sessions};
use super::{documents, history, network, targets};
use crate::sandbox::respond::Call;
use crate::sandbox::scene::Scene;
use crate::sandbox::sts;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::session::Session;

/// The document of a session that names none.
const USUAL: &str = "SSM-SessionManagerRunShell";

/// `StartSession`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Start {
    target: String,
    document_name: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    parameters: serde_json::Map<String, Value>,
}

/// Input that is a session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    session_id: String,
}

/// `StartSession`: only to a machine that is reached (`R-SSM-1`), with a document that the caller may use (`R-SSM-9`).
pub(super) fn start(
    scene: &mut Scene<'_>,
    sessions: &Sessions,
    speed: f64,
    call: &Call,
    input: Start,
) -> Result<Value, Fault> {
    let habits = sessions.habits();
    let document = input.document_name.unwrap_or_else(|| USUAL.to_owned());
    let (user, owner) = sts::caller(call);
    if habits.denied_documents.contains(&document) && scene.enforces("R-SSM-9") {
        let on = format!("arn:aws:ssm:{}::document/{document}", scene.name);
        return Err(denied(&owner, &on));
    }
    let documents::Plan { kind, properties, runs, preferences } =
        documents::plan(scene, &habits, &document, &input.parameters)?;
    if kind != SessionType::Port && !sessions.may_run() {
        return Err(Fault::not_imitated("a session that runs something, where the sandbox's options allow no shells"));
    }
    let reached = targets::reached(scene, &input.target, &habits).map(|(_, agent)| agent.version);
    let anyway = || (!scene.enforces("R-SSM-1")).then(|| "3.3.3572.0".to_owned());
    let agent_version = reached
        .or_else(anyway)
        .ok_or_else(|| Fault::new("TargetNotConnected", format!("{} is not connected.", input.target)))?;
    let host = properties.get("host").cloned().unwrap_or_default();
    let found = network::resolve(scene.region, scene.name, &host);
    let forbidden = network::forbids(scene.region, &input.target, &host);
    let id = scene.ids.network(&user);
    let facts = Facts {
        id: id.clone(),
        target: input.target.clone(),
        account: call.account.clone(),
        region: scene.name.to_owned(),
        agent_version,
        kind,
        properties,
        runs,
        preferences,
        found,
        forbidden,
    };
    let Some(given) = sessions.start(facts) else { return Err(nowhere()) };
    let expires = history::expiry(scene, sessions, speed);
    scene.region.sessions.push(Session {
        id: id.clone(),
        target: input.target,
        document,
        owner,
        reason: input.reason,
        started: scene.now,
        ended: None,
        expires,
    });
    Ok(shown(&id, Some(&given)))
}

fn denied(who: &str, on: &str) -> Fault {
    Fault::new(
        "AccessDeniedException",
        format!(
            "User: {who} is not authorized to perform: ssm:StartSession on resource: {on} because no identity-based \
             policy allows the ssm:StartSession action"
        ),
    )
}

fn nowhere() -> Fault {
    Fault::new("InternalServerError", "The sandbox takes no web sockets.")
}

fn shown(id: &str, given: Option<&Given>) -> Value {
    json!({
        "SessionId": id, "TokenValue": given.map(|given| &given.token), "StreamUrl": given.map(|given| &given.url)})
}

/// `ResumeSession`: without a token where the session is over (`R-SSM-4`); not found where there never was one
/// (`R-SSM-5`).
pub(super) fn resume(scene: &mut Scene<'_>, sessions: &Sessions, speed: f64, input: &Named) -> Result<Value, Fault> {
    let id = &input.session_id;
    let missing = || Fault::new("DoesNotExistException", format!("Session {id} does not exist."));
    let known = scene.region.sessions.iter().any(|session| session.id == *id);
    if !known && scene.enforces("R-SSM-5") {
        return Err(missing());
    }
    if sessions.habits().resumes_without_token {
        return Ok(shown(id, None));
    }
    match sessions.resume(id) {
        Resumed::Again(given) => {
            let expires = history::expiry(scene, sessions, speed);
            if let Some(session) = scene.region.sessions.iter_mut().find(|session| session.id == *id) {
                session.expires = expires;
            }
            Ok(shown(id, Some(&given)))
        }
        // Its process may have gone: then nobody can resume it.
        Resumed::Ended | Resumed::Unknown if scene.enforces("R-SSM-4") => Ok(shown(id, None)),
        Resumed::Ended | Resumed::Unknown => Err(missing()),
    }
}

/// `TerminateSession` (`R-SSM-7`); of one that is over already, or that nobody knows, nothing is said.
pub(super) fn terminate(scene: &mut Scene<'_>, sessions: &Sessions, input: &Named) -> Value {
    let (id, now) = (&input.session_id, scene.now);
    if scene.enforces("R-SSM-7") {
        sessions.end(id, "");
        if let Some(session) = scene.region.sessions.iter_mut().find(|session| session.id == *id) {
            session.ended.get_or_insert(now);
        }
    }
    json!({"SessionId": id})
}
